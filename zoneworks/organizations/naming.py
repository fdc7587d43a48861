"""What an organization was called on a day. Plain values in and out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Renaming:
    """A change of name within a span of days: a former name was given up, or a later one was taken."""

    kind: str
    name: str
    earliest: date
    latest: date


@dataclass(frozen=True, slots=True)
class NameOnDay:
    """What it was called, and what it may already have been called when a change is under way."""

    name: str
    maybe: str = ""


def name_on(entered: str, renamings: Iterable[Renaming], day: date) -> NameOnDay:
    """Return the name on `day` of an organization that the ledger calls `entered`.

    Former names lie before the entered one and later names after it, each in the order in which they were
    given up or taken. Within the span of a change the old name stays and the new one is named beside it.

    >>> taken = Renaming("later", "Beta plc", date(2023, 5, 8), date(2024, 10, 31))
    >>> name_on("Beta Ltd", [taken], date(2023, 1, 1)).name
    'Beta Ltd'
    >>> name_on("Beta Ltd", [taken], date(2024, 1, 1))
    NameOnDay(name='Beta Ltd', maybe='Beta plc')
    >>> name_on("Beta Ltd", [taken], date(2024, 10, 31)).name
    'Beta plc'
    >>> given_up = Renaming("former", "Alpha Ltd", date(2020, 3, 1), date(2020, 3, 1))
    >>> name_on("Beta Ltd", [taken, given_up], date(2020, 2, 29)).name
    'Alpha Ltd'
    """
    in_order = sorted(renamings, key=lambda each: (each.latest, each.earliest))
    steps = [
        *(each for each in in_order if each.kind == "former"),
        *(each for each in in_order if each.kind == "later"),
    ]
    # The names in the order in which they were borne; the change after `names[i]` is `steps[i]`.
    names = [
        *(each.name for each in steps if each.kind == "former"),
        entered,
        *(each.name for each in steps if each.kind == "later"),
    ]
    passed = max((index + 1 for index, step in enumerate(steps) if step.latest <= day), default=0)
    following = steps[passed] if passed < len(steps) else None
    unsure = following is not None and following.earliest <= day
    return NameOnDay(names[passed], names[passed + 1] if unsure else "")
