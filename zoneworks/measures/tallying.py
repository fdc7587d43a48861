"""How the rows of a reading add up: one statement gives lines, and the lines are added up here.

A statement may bring its lines apart by the parts of the records in which their subjects stand (`kit/revision.py`).
A subject stands in one part, so that the lines of several parts add up to what one statement says of all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from statistics import median
from typing import Any

from django.db import models
from django.db.models import Count as CountOf
from django.db.models import F, Q
from django.db.models import Sum as SumOf

from zoneworks.kit.quantities import Qualifier, combine
from zoneworks.kit.revision import part_column
from zoneworks.measures.rows import Aggregate, Classes, Days, Rows, Share, Sum
from zoneworks.measures.scope import Scope

Number = int | Decimal | None
Line = dict[str, Any]


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


@dataclass(frozen=True, slots=True)
class Shape:
    """What a line of a reading brings, and how lines add up.

    `selected` are the columns that are asked for, in their order. A line has those of `keys`, which tell it from
    others, and those of `amounts`, which add up. `by` are the dimensions that a group has a key of. `classes` are the
    names of the classes that may overlap, where the reading is grouped by such; nothing where it is not.
    """

    aggregate: type[Aggregate]
    of_figures: bool
    selected: tuple[str, ...]
    keys: tuple[str, ...]
    amounts: tuple[str, ...]
    by: tuple[str, ...]
    classes: tuple[str, ...] | None = None

    @property
    def is_grouped(self) -> bool:
        return bool(self.by) or self.classes is not None


@dataclass(frozen=True, slots=True)
class Question:
    """How the lines of `rows` are asked for: the columns that tell them apart and what is computed for each."""

    rows: Rows
    shape: Shape
    keys: Mapping[str, Any]
    wanted: Mapping[str, Any]

    def of(self, queryset: Any) -> Any:
        """Return the question about the rows of `queryset`, as a values list of the columns that `shape` names."""
        marked = queryset.order_by().annotate(**self.keys)
        if self.shape.aggregate is Days:
            return marked.values_list("earliest", *self.keys)
        return marked.values_list(*self.keys).annotate(**self.wanted).order_by()


def question(rows: Rows, scope: Scope, *, by_part: bool = False) -> Question:
    """Return how `rows` are asked for in `scope`; raise `UnknownDimensionError` for groups that it cannot have."""
    part = {"part": part_column(rows.queryset.model)} if by_part else {}
    return (_of_spans if isinstance(rows.aggregate, Days) else _of_sums)(rows, scope, part)


def every_line(asked: Question) -> list[Line]:
    """Return the lines of all rows; one statement."""
    return list(_lines(asked.shape, asked.of(asked.rows.whole().queryset)))


def lines_by_part(shape: Shape, found: Iterable[tuple[Any, ...]]) -> dict[int, list[Line]]:
    """Return the lines of what was selected by part, by the part."""
    parts: dict[int, list[Line]] = defaultdict(list)
    for line in _lines(shape, found):
        parts[line.pop("part")].append(line)
    return {part: added_up(shape, [lines]) for part, lines in parts.items()}


def added_up(shape: Shape, pieces: Iterable[Iterable[Line]]) -> list[Line]:
    """Return the lines of all pieces, those added up that nothing tells apart; the lines given stay as they are."""
    found: dict[tuple[Any, ...], Line] = {}
    shared: set[tuple[Any, ...]] = set()
    for line in chain.from_iterable(pieces):
        key = tuple([line[name] for name in shape.keys])
        known = found.get(key)
        if known is None:
            found[key] = line
            continue
        if key not in shared:
            shared.add(key)
            known = found[key] = dict(known)
        for name in shape.amounts:
            known[name] = (known[name] or 0) + (line[name] or 0)
    return list(found.values())


def firsts_of(rows: Rows, asked: Rows) -> Any:
    """Return the question which certain rows of `asked` came first: the part, the last day and the key of each."""
    found = asked.queryset.filter(rows.certain).order_by("latest", "pk")
    return found.values_list(part_column(rows.queryset.model), "latest", "pk")


def _lines(shape: Shape, found: Iterable[tuple[Any, ...]]) -> Iterator[Line]:
    """Give the lines of what was selected."""
    if shape.aggregate is Days:
        return _span_lines(shape, found)
    return (dict(zip(shape.selected, values, strict=True)) for values in found)


def tallied(shape: Shape, lines: Iterable[Line]) -> dict[str, Any]:
    """Return what `lines` add up to, by the names of the fields of a `Reading`."""
    return _tallied_days(shape, lines) if shape.aggregate is Days else _tallied_sums(shape, lines)


def _in_order(key: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    """Return what sorts the keys of groups, however their lines came; nothing stands first."""
    return [(value is not None, value) for value in key]


def _columns(rows: Rows, names: Iterable[str]) -> dict[str, Any]:
    """Return the columns that hold the keys of groups, by the dimensions `names`."""
    found = {name: rows.dimension(name) for name in names}
    return {f"key_{name}": F(by) if isinstance(by, str) else by for name, by in found.items()}


# -- counts, sums and shares -------------------------------------------------------------------------------------------
#
# The condition for what is certain holds subqueries, so it is computed once a row, as a column to group by, not
# once for each aggregate: every group comes back as a certain and an uncertain line.


def _of_sums(rows: Rows, scope: Scope, part: dict[str, Any]) -> Question:
    classes = _classes(rows, scope)
    by = tuple(name for name in scope.group_by if name not in classes)
    marks: dict[str, Any] = {"is_certain": _mark(rows.certain)}
    if isinstance(rows.aggregate, Share):
        marks["is_part"] = _mark(rows.aggregate.where)
    conditions: Mapping[str, Any] = rows.dimension(classes[0]).conditions if classes else {}
    names = tuple(conditions) if classes else None
    if isinstance(rows.aggregate, Sum):
        # A class is one of the subject, so that lines apart by class bear their qualifiers and still add up.
        marks |= {f"is_class_{key}": _mark(condition) for key, condition in conditions.items()}
        conditions = {}
    wanted = _aggregates(rows, conditions)
    keys = {**part, **_columns(rows, by), **marks}
    of_figures = isinstance(rows.aggregate, Sum) and rows.aggregate.of_figures
    shape = Shape(
        type(rows.aggregate),
        of_figures,
        selected=(*keys, *wanted),
        keys=tuple(key for key in keys if key not in part),
        amounts=tuple(wanted),
        by=by,
        classes=names,
    )
    return Question(rows, shape, keys, wanted)


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


def _tallied_sums(shape: Shape, lines: Iterable[Line]) -> dict[str, Any]:
    columns = [f"key_{name}" for name in shape.by]
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
    for key in sorted(tallies, key=_in_order) if shape.is_grouped else ():
        tally = tallies[key]
        if shape.classes is not None:
            inside = [(name, tally.classes.get(name, _Tally())) for name in shape.classes]
            groups.extend(each.group((*key, name), shape) for name, each in inside)
        else:
            groups.append(tally.group(key, shape))
    if shape.classes and not tallies:
        groups = [_Tally().group((name,), shape) for name in shape.classes]
    return {
        "value": whole.value(shape),
        "uncertain": whole.uncertain,
        "qualifier": whole.qualifier,
        "subjects": whole.subjects if shape.aggregate in (Sum, Share) else None,
        "part": whole.part if shape.aggregate is Share else None,
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

    def group(self, key: tuple[Any, ...], shape: Shape) -> Group:
        return Group(key, self.value(shape), self.uncertain, self.qualifier)

    def value(self, shape: Shape) -> Number:
        if shape.of_figures and not self.subjects and not self.uncertain:
            return None
        if shape.aggregate is Share:
            return (
                (Decimal(100) * self.part / self.certain).quantize(Decimal("0.1")) if self.certain else None
            )
        return self.certain


def _without_classes(line: Line) -> Line:
    return {key: value for key, value in line.items() if not key.startswith("is_class_")}


# -- medians of days ---------------------------------------------------------------------------------------------------


def _of_spans(rows: Rows, scope: Scope, part: dict[str, Any]) -> Question:
    aggregate = rows.aggregate
    assert isinstance(aggregate, Days)  # noqa: S101
    for name in scope.group_by:
        if isinstance(rows.dimension(name), Classes):
            raise UnknownDimensionError(f"days cannot be grouped by the overlapping classes of {name!r}")
    keys = {
        "until": aggregate.until,
        "is_certain": models.Case(models.When(rows.certain, then=True), default=False),
        **part,
        **_columns(rows, scope.group_by),
    }
    shape = Shape(
        Days,
        of_figures=False,
        selected=("earliest", *keys),
        keys=("days", *(key for key in keys if key != "until" and key not in part)),
        amounts=("count",),
        by=tuple(scope.group_by),
    )
    return Question(rows, shape, keys, {})


def _span_lines(shape: Shape, found: Iterable[tuple[Any, ...]]) -> Iterator[Line]:
    """Give the spans with their groups: how many rows of a group took so many days, certain and uncertain ones."""
    counted: dict[tuple[Any, ...], int] = defaultdict(int)
    for began, until, *key in found:
        if until is not None:
            counted[(_day(until) - began).days, *key] += 1
    for (days, *key), count in counted.items():
        yield {"days": days, "count": count, **dict(zip(shape.selected[2:], key, strict=True))}


def _tallied_days(shape: Shape, lines: Iterable[Line]) -> dict[str, Any]:
    columns = [f"key_{name}" for name in shape.by]
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
        "groups": groups if shape.is_grouped else (),
    }


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _median(days: list[int]) -> Number:
    return Decimal(str(median(days))) if days else None
