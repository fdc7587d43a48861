"""Reading a measure: the only way in which a published number is computed (design §3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from zoneworks.kit.moment import instant_text
from zoneworks.kit.quantities import Qualifier
from zoneworks.measures import keeping
from zoneworks.measures.narrowing import narrowed
from zoneworks.measures.registry import Measure, MeasureUnit, measures
from zoneworks.measures.rows import Rows, Share
from zoneworks.measures.scope import Scope
from zoneworks.measures.tallying import Group, Number, UnknownDimensionError


@dataclass(frozen=True)
class Reading:
    """A number with everything behind it.

    `value` is None when there is nothing to divide or to take a median of. `subjects` is how many state it: the
    summands of a sum, the whole of a share (`part` of which reached what it asks for), the spans of a median.
    """

    measure: Measure
    scope: Scope
    value: Number
    uncertain: Number
    qualifier: Qualifier = Qualifier.EXACT
    subjects: int | None = None
    part: int | None = None
    groups: tuple[Group, ...] = field(default=())

    @cached_property
    def narrowed_rows(self) -> Rows:
        """Return what is counted, within the wall and the filters of the scope; made when it is asked for."""
        return narrowed(self.measure.rows(self.scope), self.measure, self.scope)

    @cached_property
    def of_rows(self) -> Rows:
        """Return what is counted, the zone named in it."""
        return self.narrowed_rows.whole()

    @property
    def unit(self) -> MeasureUnit:
        return self.measure.unit

    @property
    def definition(self) -> str:
        return str(self.measure.definition)

    @property
    def rows(self) -> Any:
        """Return the facts that are counted."""
        return self.of_rows.queryset.filter(self.of_rows.certain)

    def rows_of(self, subjects: Collection[int] | None) -> Any:
        """Return those of the facts that are counted which are about these subjects, or all."""
        return self.rows if subjects is None else self._of(subjects).filter(self.narrowed_rows.certain)

    def uncertain_rows_of(self, subjects: Collection[int] | None) -> Any:
        """Return those of the facts that may belong to the number which are about these subjects, or all."""
        if subjects is None:
            return self.uncertain_rows
        return self._of(subjects).exclude(self.narrowed_rows.certain)

    def _of(self, subjects: Collection[int]) -> Any:
        return self.narrowed_rows.of(subjects).queryset

    @property
    def uncertain_rows(self) -> Any:
        """Return the facts that may belong to the number; they are listed apart and never counted."""
        return self.of_rows.queryset.exclude(self.of_rows.certain)

    @cached_property
    def part_url(self) -> str:
        """Return the address that opens the part of a share: those that reached what it asks for."""
        return drill_down(self.measure, self.scope, part=1)

    @property
    def part_rows(self) -> Any:
        """Return the facts of the part of a share."""
        assert isinstance(self.of_rows.aggregate, Share)  # noqa: S101
        return self.rows.filter(self.of_rows.aggregate.where)

    @cached_property
    def url(self) -> str:
        """Return the address of the drill-down: the same reading, opened into its rows."""
        return drill_down(self.measure, self.scope)


def read(measure: Measure | str, scope: Scope) -> Reading:
    """Return the reading of `measure` in `scope`; one SQL query, whatever the grouping.

    Within `keeping.kept_readings` a reading that was made since the last change of the zone's records is given again.
    Raise `UnknownMeasureError` or `UnknownDimensionError`.
    """
    one = measures[measure] if isinstance(measure, str) else measure
    return Reading(one, scope, **keeping.kept(one, scope))


def read_plainly(one: Measure, scope: Scope) -> Reading:
    """Return the reading from the facts themselves, whatever is kept."""
    return Reading(one, scope, **keeping.read_plainly(one, scope))


def asked_again(scope: Scope, **filters: Any) -> str:
    """Return the query that asks for `scope` (and `filters`) again, on a page or from a program."""
    query: list[tuple[str, str]] = [("as_of", scope.as_of.isoformat())]
    if not scope.knows_all:
        query.append(("known_at", instant_text(scope.known_at)))
    if scope.period is not None:
        query += [("from", scope.period.start.isoformat()), ("to", scope.period.end.isoformat())]
    if scope.basis != "press":
        query.append(("basis", str(scope.basis)))
    query += [(name, str(value)) for name, value in {**scope.filters, **filters}.items()]
    return urlencode(query)


def drill_down(measure: Measure, scope: Scope, **filters: Any) -> str:
    """Return the address that opens `measure` in `scope` (and `filters`) into its rows."""
    page = reverse("measures:detail", kwargs={"zone": scope.zone.code, "key": measure.key})
    return f"{page}?{asked_again(scope, **filters)}"


__all__ = [
    "Group",
    "Number",
    "Reading",
    "UnknownDimensionError",
    "asked_again",
    "drill_down",
    "narrowed",
    "read",
    "read_plainly",
]
