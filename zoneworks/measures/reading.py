"""Reading a measure: the only way in which a published number is computed (design §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count as CountOf
from django.db.models import Q
from django.db.models import Sum as SumOf
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.kit.entity import asked_pk
from zoneworks.kit.moment import instant_text
from zoneworks.kit.quantities import Qualifier, combine
from zoneworks.kit.wording import keyed
from zoneworks.measures import keeping
from zoneworks.measures.labels import dimension_label, full_label, group_label
from zoneworks.measures.registry import Measure, MeasureUnit, measures
from zoneworks.measures.rows import Classes, Days, Rows, Share, Sum
from zoneworks.measures.scope import Scope

Number = int | Decimal | None


class UnknownDimensionError(LookupError):
    """The measure cannot be filtered or grouped by this dimension; the message names those it can."""

    def __init__(self, message: str, dimension: str = "") -> None:
        super().__init__(message)
        self.dimension = dimension


@dataclass(frozen=True, slots=True)
class Group:
    """The value of one group: its key for each dimension asked for."""

    key: tuple[Any, ...]
    value: Number
    uncertain: Number


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
    def of_rows(self) -> Rows:
        """Return what is counted, within the wall and the filters of the scope; made when it is asked for."""
        return narrowed(self.measure.rows(self.scope), self.measure, self.scope)

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
    return keeping.kept(one, scope, read_plainly)


def read_plainly(one: Measure, scope: Scope) -> Reading:
    """Return the reading from the facts themselves."""
    rows = narrowed(one.rows(scope), one, scope)
    return (
        _read_days(one, scope, rows, rows.aggregate)
        if isinstance(rows.aggregate, Days)
        else _read_sql(one, scope, rows)
    )


def narrowed(rows: Rows, one: Measure, scope: Scope) -> Rows:
    """Return `rows` within the wall of the viewer and the filters of the scope."""
    queryset = rows.queryset
    if scope.viewer is not None:
        queryset = queryset.filter(queryset.model.policy.scope(scope.viewer, "view"))
    for name, wanted in scope.filters.items():
        try:
            queryset = _filtered(queryset, _dimension(rows, one, name), scope.zone, name, wanted)
        except (ValueError, ValidationError) as error:
            named = keyed(dimension_label(name), name)
            raise UnknownDimensionError(
                _("%(name)s: “%(text)s” is none of its values.") % {"name": named, "text": str(wanted)[:40]},
                name,
            ) from error
    for name in scope.group_by:
        _dimension(rows, one, name)
    return Rows(queryset, rows.certain, rows.aggregate, rows.by)


def _dimension(rows: Rows, one: Measure, name: str) -> Any:
    if name not in rows.by:
        known = ", ".join(keyed(dimension_label(each), each) for each in sorted(rows.by)) or "–"
        raise UnknownDimensionError(
            _("%(measure)s cannot be read by “%(name)s”; it can by: %(known)s.")
            % {"measure": keyed(full_label(one), one.key), "name": name[:40], "known": known},
            name,
        )
    return rows.dimension(name)


def _filtered(queryset: Any, dimension: Any, zone: Zone, name: str, wanted: str) -> Any:
    if isinstance(dimension, Classes):
        if wanted not in dimension.conditions:
            known = ", ".join(keyed(group_label(zone, name, key), key) for key in dimension.conditions)
            named = keyed(dimension_label(name), name)
            raise UnknownDimensionError(
                _("%(name)s has no class “%(text)s”; it has: %(known)s.")
                % {"name": named, "text": wanted[:40], "known": known},
                name,
            )
        return queryset.filter(dimension.conditions[wanted])
    if isinstance(dimension, str):
        is_key = _is_key(queryset, dimension)
        if is_key and wanted and asked_pk(wanted) is None:
            raise ValueError(wanted)
        is_unset = wanted == "" and is_key
        return queryset.filter(**({f"{dimension}__isnull": True} if is_unset else {dimension: wanted}))
    alias = f"only_{name}"
    condition = {f"{alias}__isnull": True} if wanted == "" else {alias: wanted}
    return queryset.alias(**{alias: dimension}).filter(**condition)


def _is_key(queryset: Any, path: str) -> bool:
    model = queryset.model
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model = found.related_model or model
    return bool(found.is_relation)


# -- one statement -----------------------------------------------------------------------------------------------------
#
# The condition for what is certain holds subqueries, so it is computed once a row, as a column to group by, not
# once for each aggregate: every group comes back as a certain and an uncertain line.


def _read_sql(one: Measure, scope: Scope, rows: Rows) -> Reading:
    classes = [name for name in scope.group_by if isinstance(rows.dimension(name), Classes)]
    if len(classes) > 1:
        raise UnknownDimensionError(
            f"{one.key}: overlapping classes can be read one at a time, not {classes}"
        )
    columns = {
        f"key_{name}": models.F(found) if isinstance(found := rows.dimension(name), str) else found
        for name in scope.group_by
        if name not in classes
    }
    marks: dict[str, Any] = {"is_certain": _mark(rows.certain)}
    if isinstance(rows.aggregate, Share):
        marks["is_part"] = _mark(rows.aggregate.where)
    wanted = _aggregates(rows, rows.dimension(classes[0]).conditions if classes else {})
    keys = [*columns, *marks]
    lines = list(
        rows.queryset.order_by().annotate(**columns, **marks).values(*keys).annotate(**wanted).order_by()
    )
    tallies: dict[tuple[Any, ...], _Tally] = {}
    whole = _Tally()
    for line in lines:
        key = tuple(line[column] for column in columns)
        tallies.setdefault(key, _Tally()).take(line)
        whole.take(line)
    groups: list[Group] = []
    for key, tally in tallies.items() if scope.group_by else ():
        if classes:
            for name in rows.dimension(classes[0]).conditions:
                inside = tally.classes.get(name, _Tally())
                groups.append(Group((*key, name), inside.value(rows.aggregate), inside.uncertain))
        else:
            groups.append(Group(key, tally.value(rows.aggregate), tally.uncertain))
    if classes and not tallies:
        groups = [Group((name,), 0, 0) for name in rows.dimension(classes[0]).conditions]
    return Reading(
        one,
        scope,
        whole.value(rows.aggregate),
        whole.uncertain,
        combine(whole.qualifiers) if whole.qualifiers else Qualifier.EXACT,
        whole.subjects if isinstance(rows.aggregate, Sum | Share) else None,
        whole.part if isinstance(rows.aggregate, Share) else None,
        tuple(groups),
    )


def _mark(condition: Any) -> Any:
    return models.Case(
        models.When(Q(condition), then=True), default=False, output_field=models.BooleanField()
    )


def _aggregates(rows: Rows, classes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the statement computes for each line, and for each class that overlaps the others."""
    aggregate = rows.aggregate
    if isinstance(aggregate, Days):
        raise TypeError("medians are taken by _read_days")

    def amount(condition: Any = None) -> Any:
        if isinstance(aggregate, Sum):
            return SumOf(aggregate.what, filter=condition)
        return CountOf(aggregate.what, filter=condition, distinct=True)

    found = {"the_amount": amount()}
    if isinstance(aggregate, Sum):
        found["the_subjects"] = CountOf(aggregate.subject or "pk", distinct=True)
        if aggregate.qualifier:
            for word in Qualifier:
                found[f"the_{word.value}"] = CountOf("pk", filter=Q(**{aggregate.qualifier: word.value}))
    return found | {f"class_{key}": amount(Q(condition)) for key, condition in classes.items()}


@dataclass
class _Tally:
    """The lines of one group, added up."""

    certain: int | Decimal = 0
    uncertain: int | Decimal = 0
    subjects: int = 0
    part: int = 0
    qualifiers: dict[str, int] = field(default_factory=dict)
    classes: dict[str, _Tally] = field(default_factory=dict)

    def take(self, line: dict[str, Any]) -> None:
        amount = line["the_amount"] or 0
        for key, value in line.items():
            if key.startswith("class_"):
                tally = self.classes.setdefault(key[6:], _Tally())
                tally.take(
                    {"the_amount": value, "is_certain": line["is_certain"], "is_part": line.get("is_part")}
                )
        if not line["is_certain"]:
            self.uncertain += amount
            return
        self.certain += amount
        self.subjects += line.get("the_subjects", line["the_amount"]) or 0
        self.part += amount if line.get("is_part") else 0
        for word in Qualifier:
            if count := line.get(f"the_{word.value}"):
                self.qualifiers[word.value] = self.qualifiers.get(word.value, 0) + count

    def value(self, aggregate: Any) -> Number:
        if isinstance(aggregate, Share):
            return (
                (Decimal(100) * self.part / self.certain).quantize(Decimal("0.1")) if self.certain else None
            )
        return self.certain


def _read_days(one: Measure, scope: Scope, rows: Rows, days: Days) -> Reading:
    """Return the median of days; the rows come with their groups in one query, the median is taken here."""
    columns = {}
    for name in scope.group_by:
        dimension = rows.dimension(name)
        if isinstance(dimension, Classes):
            raise UnknownDimensionError(f"{one.key} cannot be grouped by the overlapping classes of {name!r}")
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
    )


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _median(days: list[int]) -> Number:
    return Decimal(str(median(days))) if days else None


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
