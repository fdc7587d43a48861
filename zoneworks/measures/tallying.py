"""How the rows of a reading add up: one statement gives lines, and the lines are added up here.

A statement may bring its lines apart by the parts of the records in which their subjects stand (`kit/revision.py`).
A subject stands in one part, so that the lines of several parts add up to what one statement says of all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import models
from django.db.models import Count as CountOf
from django.db.models import F, Q
from django.db.models import Sum as SumOf

from zoneworks.kit import revision
from zoneworks.kit.quantities import Qualifier, combine
from zoneworks.measures.rows import Classes, Days, Rows, Share, Sum
from zoneworks.measures.scope import Scope

Number = int | Decimal | None
Line = dict[str, Any]
LinesOf = Callable[[Rows, Scope], Iterable[Line]]


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
    qualifier: Qualifier = Qualifier.EXACT


def every_line(rows: Rows, scope: Scope) -> list[Line]:
    """Return the lines of all rows; one statement."""
    return list(_lines(rows.whole(), scope, {}))


def lines_by_part(rows: Rows, scope: Scope, subjects: Collection[int] | None = None) -> dict[int, list[Line]]:
    """Return the lines of all rows, or of those of some `subjects`, by the part in which these stand; one statement."""
    found: dict[int, list[Line]] = defaultdict(list)
    asked = rows.whole() if subjects is None else rows.of(subjects)
    for line in _lines(asked, scope, {"part": _part_of(rows)}):
        found[line.pop("part")].append(line)
    return dict(found)


def firsts_by_part(
    rows: Rows, most: int, subjects: Collection[int] | None = None
) -> dict[int, list[tuple[date, int]]]:
    """Return the last days and keys of the `most` certain rows of each part that came first; one statement."""
    asked = (rows.whole() if subjects is None else rows.of(subjects)).queryset.filter(rows.certain)
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for part, day, pk in asked.order_by("latest", "pk").values_list(_part_of(rows), "latest", "pk"):
        if len(found[part]) < most:
            found[part].append((day, pk))
    return dict(found)


def _part_of(rows: Rows) -> Any:
    """Return the expression for the part in which the subject of a row stands."""
    key = F(f"{rows.queryset.model.subject}_id")
    return models.ExpressionWrapper(key / revision.PART, output_field=models.BigIntegerField())


def tallied(rows: Rows, scope: Scope, lines: Iterable[Line]) -> dict[str, Any]:
    """Return what `lines` add up to, by the names of the fields of a `Reading`."""
    if isinstance(rows.aggregate, Days):
        return _tallied_days(scope, lines)
    return _tallied_sums(rows, scope, lines)


def _in_order(key: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    """Return what sorts the keys of groups, however their lines came; nothing stands first."""
    return [(value is not None, value) for value in key]


def _lines(rows: Rows, scope: Scope, part: dict[str, Any]) -> Iterator[Line]:
    return (_span_lines if isinstance(rows.aggregate, Days) else _sum_lines)(rows, scope, part)


# -- counts, sums and shares -------------------------------------------------------------------------------------------
#
# The condition for what is certain holds subqueries, so it is computed once a row, as a column to group by, not
# once for each aggregate: every group comes back as a certain and an uncertain line.


def _sum_lines(rows: Rows, scope: Scope, part: dict[str, Any]) -> Iterator[Line]:
    classes = _classes(rows, scope)
    columns = {
        f"key_{name}": models.F(found) if isinstance(found := rows.dimension(name), str) else found
        for name in scope.group_by
        if name not in classes
    }
    marks: dict[str, Any] = {"is_certain": _mark(rows.certain)}
    if isinstance(rows.aggregate, Share):
        marks["is_part"] = _mark(rows.aggregate.where)
    conditions: Mapping[str, Any] = rows.dimension(classes[0]).conditions if classes else {}
    if isinstance(rows.aggregate, Sum):
        # A class is one of the subject, so that lines apart by class bear their qualifiers and still add up.
        marks |= {f"is_class_{key}": _mark(condition) for key, condition in conditions.items()}
        conditions = {}
    wanted = _aggregates(rows, conditions)
    keys = {**part, **columns, **marks}
    yield from rows.queryset.order_by().annotate(**keys).values(*keys).annotate(**wanted).order_by()


def _classes(rows: Rows, scope: Scope) -> list[str]:
    classes = [name for name in scope.group_by if isinstance(rows.dimension(name), Classes)]
    if len(classes) > 1:
        raise UnknownDimensionError(f"overlapping classes can be read one at a time, not {classes}")
    return classes


def _mark(condition: Any) -> Any:
    return models.Case(
        models.When(Q(condition), then=True), default=False, output_field=models.BooleanField()
    )


def _aggregates(rows: Rows, classes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the statement computes for each line, and for each class that overlaps the others."""
    aggregate = rows.aggregate
    if isinstance(aggregate, Days):
        raise TypeError("medians are taken from spans")

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


def _tallied_sums(rows: Rows, scope: Scope, lines: Iterable[Line]) -> dict[str, Any]:
    classes = _classes(rows, scope)
    columns = [f"key_{name}" for name in scope.group_by if name not in classes]
    tallies: dict[tuple[Any, ...], _Tally] = {}
    for line in lines:
        key = tuple([line[column] for column in columns])
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = _Tally()
        tally.take(line)
    whole = _Tally()
    for tally in tallies.values():
        whole.add(tally)
    groups: list[Group] = []
    for key in sorted(tallies, key=_in_order) if scope.group_by else ():
        tally = tallies[key]
        if classes:
            for name in rows.dimension(classes[0]).conditions:
                inside = tally.classes.get(name, _Tally())
                groups.append(inside.group((*key, name), rows.aggregate))
        else:
            groups.append(tally.group(key, rows.aggregate))
    if classes and not tallies:
        groups = [_Tally().group((name,), rows.aggregate) for name in rows.dimension(classes[0]).conditions]
    return {
        "value": whole.value(rows.aggregate),
        "uncertain": whole.uncertain,
        "qualifier": whole.qualifier,
        "subjects": whole.subjects if isinstance(rows.aggregate, Sum | Share) else None,
        "part": whole.part if isinstance(rows.aggregate, Share) else None,
        "groups": tuple(groups),
    }


_WORDS = {f"the_{word.value}": word.value for word in Qualifier}
"""The columns in which a line says how many of its figures bear a qualifier."""


@dataclass
class _Tally:
    """The lines of one group, added up."""

    certain: int | Decimal = 0
    uncertain: int | Decimal = 0
    subjects: int = 0
    part: int = 0
    qualifiers: dict[str, int] = field(default_factory=dict)
    classes: dict[str, _Tally] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Add a line, of which a part or a group may have thousands."""
        amount = line["the_amount"] or 0
        is_certain = line["is_certain"]
        if is_certain:
            self.certain += amount
            self.subjects += line.get("the_subjects", amount) or 0
            if line.get("is_part"):
                self.part += amount
        else:
            self.uncertain += amount
        for key, value in line.items():
            if key in _WORDS:
                if value and is_certain:
                    self.qualifiers[_WORDS[key]] = self.qualifiers.get(_WORDS[key], 0) + value
            elif key.startswith("is_class_"):
                if value:
                    self.classes.setdefault(key[9:], _Tally()).take(_without_classes(line))
            elif key.startswith("class_"):
                inside = self.classes.setdefault(key[6:], _Tally())
                inside.take({"the_amount": value, "is_certain": is_certain, "is_part": line.get("is_part")})

    def add(self, other: _Tally) -> None:
        """Add what another tally holds, without its classes."""
        self.certain += other.certain
        self.uncertain += other.uncertain
        self.subjects += other.subjects
        self.part += other.part
        for word, count in other.qualifiers.items():
            self.qualifiers[word] = self.qualifiers.get(word, 0) + count

    @property
    def qualifier(self) -> Qualifier:
        return combine(self.qualifiers) if self.qualifiers else Qualifier.EXACT

    def group(self, key: tuple[Any, ...], aggregate: Any) -> Group:
        return Group(key, self.value(aggregate), self.uncertain, self.qualifier)

    def value(self, aggregate: Any) -> Number:
        if isinstance(aggregate, Sum) and aggregate.of_figures and not self.subjects and not self.uncertain:
            return None
        if isinstance(aggregate, Share):
            return (
                (Decimal(100) * self.part / self.certain).quantize(Decimal("0.1")) if self.certain else None
            )
        return self.certain


def _without_classes(line: Line) -> Line:
    return {key: value for key, value in line.items() if not key.startswith("is_class_")}


# -- medians of days ---------------------------------------------------------------------------------------------------


def _span_lines(rows: Rows, scope: Scope, part: dict[str, Any]) -> Iterator[Line]:
    """Give the spans with their groups: how many rows of a group took so many days, certain and uncertain ones."""
    aggregate = rows.aggregate
    assert isinstance(aggregate, Days)  # noqa: S101
    columns = {}
    for name in scope.group_by:
        dimension = rows.dimension(name)
        if isinstance(dimension, Classes):
            raise UnknownDimensionError(f"days cannot be grouped by the overlapping classes of {name!r}")
        columns[f"key_{name}"] = models.F(dimension) if isinstance(dimension, str) else dimension
    keys = {
        "until": aggregate.until,
        "is_certain": models.Case(models.When(rows.certain, then=True), default=False),
        **part,
        **columns,
    }
    counted: dict[tuple[Any, ...], int] = defaultdict(int)
    marked = rows.queryset.order_by().annotate(**keys)
    for began, until, *key in marked.values_list("earliest", *keys):
        if until is not None:
            counted[(_day(until) - began).days, *key] += 1
    for (days, *key), count in counted.items():
        yield {"days": days, "count": count, **dict(zip([*keys][1:], key, strict=True))}


def _tallied_days(scope: Scope, lines: Iterable[Line]) -> dict[str, Any]:
    columns = [f"key_{name}" for name in scope.group_by]
    spans: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    unsure: dict[tuple[Any, ...], int] = defaultdict(int)
    for line in lines:
        key = tuple(line[column] for column in columns)
        if line["is_certain"]:
            spans[key].extend([line["days"]] * line["count"])
        else:
            unsure[key] += line["count"]
    every = [one_of for some in spans.values() for one_of in some]
    keys = sorted({**spans, **unsure}, key=_in_order)
    groups = tuple(Group(key, _median(spans.get(key, [])), unsure.get(key, 0)) for key in keys)
    return {
        "value": _median(every),
        "uncertain": sum(unsure.values()),
        "subjects": len(every),
        "groups": groups if scope.group_by else (),
    }


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _median(days: list[int]) -> Number:
    return Decimal(str(median(days))) if days else None
