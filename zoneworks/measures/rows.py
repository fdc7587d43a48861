"""What a measure counts: facts that are or may be in scope, which of them are certain, and how they add up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from django.db.models import Case, DateField, F, Q, When
from django.db.models.functions import Cast, TruncMonth

from zoneworks.accounts.models import Zone
from zoneworks.kit.facts import FactQuerySet
from zoneworks.measures.scope import Scope


@dataclass(frozen=True, slots=True)
class Count:
    """How many different `what` the rows have."""

    what: str


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of `what`; `qualifier` is the path to the qualifier of each summand.

    Where the summands are figures, the sum of none is no zero: nobody stated any (`of_figures`).
    """

    what: str
    qualifier: str = ""
    subject: str = ""
    of_figures: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """The share of the different `what` for which `where` holds; `part` names them in words."""

    what: str
    where: Any


@dataclass(frozen=True, slots=True)
class Days:
    """The median of the days from each row's earliest day until `until`, over the rows that have both.

    `fact` is the key of the fact that says when the days end, of the same model as the rows.
    """

    until: Any
    fact: Any


Aggregate = Count | Sum | Share | Days


@dataclass(frozen=True, slots=True)
class Classes:
    """A dimension of named conditions on the subject that may overlap: its groups are never added up."""

    conditions: Mapping[str, Any]


Dimension = str | Any | Classes | Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a reading.

    `queryset` holds what is or may be in scope; `certain` is the condition for what surely is; the rest is listed as
    uncertain and never counted. `by` names the dimensions by which the rows can be filtered and grouped: a path, an
    expression, `Classes`, or a function that makes one of them.

    `by_subject` says that each row follows from the records of its own subject alone, and of those that
    `kit.touching` names with it, and that what is counted are the subjects or sums of their rows: the reading can then
    be read in parts. `zone` is the zone of rows whose queryset does not name it yet.
    """

    queryset: FactQuerySet
    certain: Q
    aggregate: Aggregate
    by: Mapping[str, Dimension] = field(default_factory=dict)
    by_subject: bool = False
    zone: Zone | None = None

    def whole(self) -> Rows:
        """Return these rows with the zone named in their queryset."""
        if self.zone is None:
            return self
        return replace(self, queryset=self.queryset.filter(zone=self.zone), zone=None)

    def of(self, subjects: Collection[int]) -> Rows:
        """Return the rows of some subjects of the zone.

        The zone is not named beside them: a database that does not know how the days lie would walk through the zone.
        """
        found = self.queryset.filter(**{f"{self.queryset.model.subject}__in": subjects})
        return replace(self, queryset=found, zone=None)

    def dimension(self, name: str) -> Any:
        """Return by what to filter or group; one that costs something to make is made only when it is asked for."""
        found = self.by[name]
        return found() if isinstance(found, FunctionType) else found


def certain_in(scope: Scope) -> Q:
    """Return the condition that a fact's whole span lies in the period and on or before the as-of day."""
    return Q(earliest__gte=scope.start, latest__lte=scope.end)


def whole_month() -> Any:
    """Return the first day of the month in which a fact's whole span lies; nothing for a span over several months."""
    return Case(
        When(
            Q(earliest__year=F("latest__year"), earliest__month=F("latest__month")),
            # PostgreSQL truncates to an instant, which is no key of a month.
            then=Cast(TruncMonth("earliest"), DateField()),
        ),
        output_field=DateField(),
    )


def touching(facts: Any, scope: Scope) -> Any:
    """Keep the facts whose span has a day in the period, on or before the as-of day; of a period to come none."""
    if scope.end < scope.start:
        return facts.filter(pk__in=())
    return facts.touching(scope.start, scope.end)
