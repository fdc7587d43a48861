"""What is found in a document: articles and, in each, what they tell, with the exact place of it.

Places are spans of the text without whitespace (`bare.Bare`). Amounts are in base units: yuan, dollars, square meters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts or speaks, with the posts printed in the article (several joined by 、)."""

    name: str
    title: str
    place: Place


@dataclass(frozen=True, slots=True)
class Organization:
    """A body that acts, is visited, invests or is addressed; `kind` as the vocabulary names it."""

    name: str
    kind: str
    place: Place


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: `value` in base units, `unit` as printed when it is no amount (家, 人, 项).

    `qualifier` is the word beside the number (近, 超, 约, 不低于, 以上), empty when none stands. `high` is the
    upper end of a range, else None. `place` holds number, unit and qualifier; `number` the number and unit alone.
    """

    value: Decimal
    unit: str
    place: Place
    number: Place
    qualifier: str = ""
    high: Decimal | None = None
    per_year: bool = False


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a project will make or hold: 100 lines, 5亿 square meters a year."""

    product: str
    value: Decimal
    unit: str
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A named project. `events` are all states that are said of it, `event` the most advanced.

    `amounts` maps the field names of the printed form (total_investment_cny, floor_area_m2, …) to what stands there;
    `qualifiers` the same names to the words beside them. `quantities` are the places of the numbers that it takes.
    """

    name: str
    place: Place
    investor: str = ""
    event: str = ""
    events: tuple[str, ...] = ()
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    capacity: tuple[Capacity, ...] = ()
    location: str = ""
    aliases: tuple[str, ...] = ()
    quantities: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Engagement:
    """Something held: its kind, day, who led, who took part, where, and what was counted of it."""

    kind: str
    place: Place
    date: Dated | None = None
    lead: str = ""
    host: str = ""
    participants: tuple[Person, ...] = ()
    places: tuple[str, ...] = ()
    counts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """A number that is asserted: what it counts as it is worded, of whom, for when."""

    indicator: str
    value: Decimal
    unit: str
    place: Place
    qualifier: str = ""
    subject: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody is told to do: who, what, to whom it is brought, and when.

    `cadence` is hourly, daily, weekly, half_monthly, monthly, quarterly, half_yearly, yearly or at_once, empty for what
    is done once; `due` is how often or until when as it is printed (每周三, 7月20日前).
    """

    what: str
    place: Place
    who: str = ""
    addressee: str = ""
    cadence: str = ""
    due: str = ""
