"""Which of several figures of one kind counts: the order, for the database, for plain Python and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.levels import Level


class _Rung(NamedTuple):
    """One comparison: the column of the database, the same of a fact, and what is said when it decides."""

    column: str
    of: Callable[[Any], Any]
    words: Any


ORDER = (
    _Rung("attested", lambda fact: Level(fact.asserted_by).place, _("asserted at the higher level")),
    _Rung("earliest", lambda fact: fact.earliest, _("of the later day")),
    _Rung("pk", lambda fact: fact.pk, _("entered last")),
)
"""By what one whole outranks another: the first rung on which they differ decides, and the greater counts."""


def outranks(*, only: Q) -> Q:
    """Return the condition that a figure outranks the one around it and `only` holds; both have `attested`.

    `only` stands within each alternative: SQLite's parser takes some hundred nested conditions, and what asks for
    this is nested deep (`standing.Lights`).
    """
    found, alike = Q(), only
    for rung in ORDER:
        found |= alike & Q(**{f"{rung.column}__gt": OuterRef(rung.column)})
        alike &= Q(**{rung.column: OuterRef(rung.column)})
    return found


def rank(fact: Any) -> tuple[Any, ...]:
    """Return the place of a whole in the order: of several the greatest counts."""
    return tuple(rung.of(fact) for rung in ORDER)


def why_counted(fact: Any, others: Iterable[Any]) -> str:
    """Return in words by what `fact` outranks the next of `others`; nothing where it stands alone or does not."""
    next_one = max(others, key=rank, default=None)
    if next_one is None or rank(next_one) >= rank(fact):
        return ""
    return next(str(rung.words) for rung in ORDER if rung.of(fact) != rung.of(next_one))
