"""What is found in a document: its articles, with the exact place of each.

Places are spans of the text without whitespace (`bare.Bare`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """From where to where in the text without whitespace."""

    start: int
    end: int

    def overlaps(self, other: Place) -> bool:
        """Tell whether both share a sign."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: Place) -> bool:
        """Tell whether `other` lies within."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Cut:
    """One article: the place of its body, its headline in up to three parts, its writers as they stand.

    `form` is empty for an article of a newspaper, "minutes" for minutes, "paper" for what is dated by its issue:
    notices, plans, bulletins.
    """

    body: Place
    title: str = ""
    kicker: str = ""
    subtitle: str = ""
    byline: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """When something was: `said` as precise as it is known (2023-05-23, 2023-05, 2023), and what that rests on."""

    said: str
    wording: str = ""
    basis: str = ""
