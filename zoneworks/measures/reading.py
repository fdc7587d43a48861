"""Reading a measure: the only way in which a published number is computed (design §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Count as CountOf
from django.db.models import Exists, Q
from django.db.models import Sum as SumOf
from django.urls import reverse

from zoneworks.kit.quantities import Qualifier, combine
from zoneworks.measures.registry import Measure, MeasureUnit, measures
from zoneworks.measures.rows import Classes, Count, Days, Rows, Share, Sum
from zoneworks.measures.scope import Scope

Number = int | Decimal | None


class UnknownDimension(LookupError):
    """The measure cannot be filtered or grouped by this dimension; the message names those it can."""


@dataclass(frozen=True, slots=True)
class Group:
    """The value of one group: its key for each dimension asked for."""

    key: tuple[Any, ...]
    value: Number
    uncertain: Number


@dataclass(frozen=True)
class Reading:
    """A number with everything behind it. `value` is None when there is nothing to divide or to take a median of."""

    measure: Measure
    scope: Scope
    value: Number
    uncertain: Number
    qualifier: Qualifier = Qualifier.EXACT
    subjects: int | None = None
    groups: tuple[Group, ...] = field(default=())
    of_rows: Rows | None = None

    @property
    def unit(self) -> MeasureUnit:
        return self.measure.unit

    @property
    def definition(self) -> str:
        return str(self.measure.definition)

    @property
    def rows(self) -> Any:
        """Return the facts that are counted."""
        assert self.of_rows is not None  # noqa: S101
        return self.of_rows.queryset.filter(self.of_rows.certain)

    @property
    def uncertain_rows(self) -> Any:
        """Return the facts that may belong to the number; they are listed apart and never counted."""
        assert self.of_rows is not None  # noqa: S101
        return self.of_rows.queryset.exclude(self.of_rows.certain)

    @cached_property
    def url(self) -> str:
        """Return the address of the drill-down: the same reading, opened into its rows."""
        return drill_down(self.measure, self.scope)


def read(measure: Measure | str, scope: Scope) -> Reading:
    """Return the reading of `measure` in `scope`; one SQL query, whatever the grouping.

    Raise `UnknownMeasure` or `UnknownDimension`.
    """
    one = measures[measure] if isinstance(measure, str) else measure
    rows = narrowed(one.rows(scope), one, scope)
    if isinstance(rows.aggregate, Days):
        return _read_days(one, scope, rows, rows.aggregate)
    return _read_sql(one, scope, rows)


def narrowed(rows: Rows, one: Measure, scope: Scope) -> Rows:
    """Return `rows` within the wall of the viewer and the filters of the scope."""
    queryset = rows.queryset
    if scope.viewer is not None:
        queryset = queryset.filter(queryset.model.policy.scope(scope.viewer, "view"))
    for name, wanted in scope.filters.items():
        queryset = _filtered(queryset, _dimension(rows, one, name), name, wanted)
    for name in scope.group_by:
        _dimension(rows, one, name)
    return Rows(queryset, rows.certain, rows.aggregate, rows.by)


def _dimension(rows: Rows, one: Measure, name: str) -> Any:
    if name not in rows.by:
        known = ", ".join(sorted(rows.by)) or "–"
        raise UnknownDimension(f"{one.key} cannot be read by {name!r}; it can by: {known}")
    return rows.by[name]


def _filtered(queryset: Any, dimension: Any, name: str, wanted: str) -> Any:
    if isinstance(dimension, Classes):
        if wanted not in dimension.conditions:
            raise UnknownDimension(
                f"{name} has no class {wanted!r}; it has: {', '.join(dimension.conditions)}"
            )
        return queryset.filter(dimension.conditions[wanted])
    if isinstance(dimension, str):
        return queryset.filter(
            **(
                {f"{dimension}__isnull": True}
                if wanted == "" and _is_key(queryset, dimension)
                else {dimension: wanted}
            )
        )
    alias = f"only_{name}"
    return queryset.alias(**{alias: dimension}).filter(
        **({f"{alias}__isnull": True} if wanted == "" else {alias: wanted})
    )


def _is_key(queryset: Any, path: str) -> bool:
    model = queryset.model
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model = found.related_model or model
    return bool(found.is_relation)


def _read_sql(one: Measure, scope: Scope, rows: Rows) -> Reading:
    classes = [name for name in scope.group_by if isinstance(rows.by[name], Classes)]
    paths = {f"key_{name}": rows.by[name] for name in scope.group_by if name not in classes}
    columns = {key: models.F(path) if isinstance(path, str) else path for key, path in paths.items()}
    queryset = rows.queryset.order_by()
    wanted = _aggregates(rows, Q())
    for name in classes:
        for key, condition in rows.by[name].conditions.items():
            held = Q(condition) if isinstance(condition, Q | Exists) else condition
            wanted |= {
                f"{alias}__in__{name}__{key}": one_of for alias, one_of in _aggregates(rows, held).items()
            }
    if not columns:
        answer = queryset.aggregate(**wanted)
        reading = _reading(one, scope, rows, answer)
        return _with_groups(reading, [_class_groups(rows, classes, answer, ())]) if classes else reading
    answers = list(queryset.annotate(**columns).values(*columns).annotate(**wanted).order_by())
    return _grouped(one, scope, rows, answers, list(columns), classes)


def _aggregates(rows: Rows, held: Any) -> dict[str, Any]:
    """Return what one query computes of the rows for which `held` holds."""
    certain = rows.certain & held if isinstance(held, Q) else rows.certain & Q(held)
    possible = (~rows.certain) & held if isinstance(held, Q) else (~rows.certain) & Q(held)
    match rows.aggregate:
        case Count(what):
            return {
                "value": CountOf(what, filter=certain, distinct=True),
                "uncertain": CountOf(what, filter=possible, distinct=True),
            }
        case Sum(what, qualifier, subject):
            found = {
                "value": SumOf(what, filter=certain),
                "uncertain": SumOf(what, filter=possible),
                "subjects": CountOf(subject or "pk", filter=certain, distinct=True),
            }
            if qualifier:
                for word in Qualifier:
                    found[f"q_{word.value}"] = CountOf("pk", filter=certain & Q(**{qualifier: word.value}))
            return found
        case Share(what, where):
            part = Q(where)
            return {
                "whole": CountOf(what, filter=certain, distinct=True),
                "part": CountOf(what, filter=certain & part, distinct=True),
                "uncertain": CountOf(what, filter=possible, distinct=True),
            }
        case _:
            raise TypeError(f"no SQL for {rows.aggregate!r}")


def _value(rows: Rows, answer: dict[str, Any], suffix: str = "") -> tuple[Number, Number]:
    if isinstance(rows.aggregate, Share):
        whole = answer[f"whole{suffix}"]
        share = (Decimal(100) * answer[f"part{suffix}"] / whole).quantize(Decimal("0.1")) if whole else None
        return share, answer[f"uncertain{suffix}"]
    return answer[f"value{suffix}"] or 0, answer[f"uncertain{suffix}"] or 0


def _qualifier(answer: dict[str, Any]) -> Qualifier:
    counts = {word: answer[f"q_{word.value}"] for word in Qualifier if answer.get(f"q_{word.value}")}
    return combine(counts) if counts else Qualifier.EXACT


def _reading(one: Measure, scope: Scope, rows: Rows, answer: dict[str, Any]) -> Reading:
    value, uncertain = _value(rows, answer)
    return Reading(one, scope, value, uncertain, _qualifier(answer), answer.get("subjects"), of_rows=rows)


def _class_groups(
    rows: Rows, classes: Sequence[str], answer: dict[str, Any], before: tuple[Any, ...]
) -> list[Group]:
    name = classes[0]
    return [
        Group((*before, key), *_value(rows, answer, f"__in__{name}__{key}"))
        for key in rows.by[name].conditions
    ]


def _with_groups(reading: Reading, groups: Iterable[list[Group]]) -> Reading:
    flat = tuple(group for some in groups for group in some)
    return Reading(
        reading.measure,
        reading.scope,
        reading.value,
        reading.uncertain,
        reading.qualifier,
        reading.subjects,
        flat,
        reading.of_rows,
    )


def _grouped(
    one: Measure,
    scope: Scope,
    rows: Rows,
    answers: list[dict[str, Any]],
    columns: list[str],
    classes: list[str],
) -> Reading:
    """Return the reading over all groups: counts of different subjects add up because each has one group."""
    groups: list[list[Group]] = []
    for answer in answers:
        key = tuple(answer[column] for column in columns)
        groups.append(
            _class_groups(rows, classes, answer, key) if classes else [Group(key, *_value(rows, answer))]
        )
    total = {name: sum((answer[name] or 0 for answer in answers), start=0) for name in _aggregates(rows, Q())}
    return _with_groups(_reading(one, scope, rows, total), groups)


def _read_days(one: Measure, scope: Scope, rows: Rows, days: Days) -> Reading:
    """Return the median of days; the rows come with their groups in one query, the median is taken here."""
    columns = {}
    for name in scope.group_by:
        dimension = rows.by[name]
        if isinstance(dimension, Classes):
            raise UnknownDimension(f"{one.key} cannot be grouped by the overlapping classes of {name!r}")
        columns[f"key_{name}"] = models.F(dimension) if isinstance(dimension, str) else dimension
    marked = rows.queryset.order_by().annotate(
        until=days.until,
        is_certain=models.Case(models.When(rows.certain, then=True), default=False),
        **columns,
    )
    spans: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    unsure: dict[tuple[Any, ...], int] = defaultdict(int)
    for began, until, certain, *key in marked.values_list("earliest", "until", "is_certain", *columns):
        if until is None:
            continue
        if certain:
            spans[tuple(key)].append((_day(until) - began).days)
        else:
            unsure[tuple(key)] += 1
    every = [one_of for some in spans.values() for one_of in some]
    groups = tuple(Group(key, _median(spans.get(key, [])), unsure.get(key, 0)) for key in {**spans, **unsure})
    return Reading(
        one,
        scope,
        _median(every),
        sum(unsure.values()),
        subjects=len(every),
        groups=groups if scope.group_by else (),
        of_rows=rows,
    )


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _median(days: list[int]) -> Number:
    return Decimal(str(median(days))) if days else None


def drill_down(measure: Measure, scope: Scope, **filters: Any) -> str:
    """Return the address that opens `measure` in `scope` (and `filters`) into its rows."""
    query: list[tuple[str, str]] = [("as_of", scope.as_of.isoformat())]
    if scope.period is not None:
        query += [("from", scope.period.start.isoformat()), ("to", scope.period.end.isoformat())]
    if scope.basis != "press":
        query.append(("basis", str(scope.basis)))
    query += [(name, str(value)) for name, value in {**scope.filters, **filters}.items()]
    return f"{reverse('measures:detail', kwargs={'zone': scope.zone.code, 'key': measure.key})}?{urlencode(query)}"
