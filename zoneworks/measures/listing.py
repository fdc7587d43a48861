"""The list of measures: in groups, each drawn as lines or, where two things cross in every measure, as a table of both.

The amounts cross a stage with a kind of money; told one by one they would be the same two sentences many times over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.moment import Moment
from zoneworks.measures.asking import scope_from
from zoneworks.measures.labels import PREFIXES, full_label
from zoneworks.measures.reading import Reading, drill_down, read
from zoneworks.measures.registry import Measure, measures
from zoneworks.measures.scope import Scope


@dataclass(frozen=True, slots=True)
class Line:
    """A measure in a scope with its name in full; `reading` only where the numbers were asked for."""

    measure: Measure
    label: str
    scope: Scope
    reading: Reading | None

    @property
    def url(self) -> str:
        """Return the address that opens the measure into its rows."""
        return drill_down(self.measure, self.scope)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of both: its name, and a line below the name of each column."""

    label: str
    cells: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A definition and the rows or columns that it is about; `about` is empty when it is about all."""

    about: tuple[str, ...]
    definition: str


@dataclass(frozen=True)
class Group:
    """Measures that are read side by side. `slug` names the group in an address, the same in every language."""

    slug: str
    label: str
    lines: tuple[Line, ...]
    url: str
    has_numbers: bool = False

    @cached_property
    def columns(self) -> list[str]:
        """Return the names of the columns of a table of both; none where the measures are no such table."""
        return [] if self._table is None else self._table[0]

    @cached_property
    def rows(self) -> list[Row]:
        """Return the rows of a table of both."""
        return [] if self._table is None else self._table[1]

    @cached_property
    def told(self) -> list[Told]:
        """Return each definition of a table of both once, with the rows or columns that it is about."""
        about: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
        for row in self.rows:
            for column, line in row.cells:
                of_rows, of_columns = about.setdefault(str(line.measure.definition), ({}, {}))
                of_rows[row.label] = of_columns[column] = None
        return [
            Told(tuple(_narrower(list(of_rows), len(self.rows), list(of_columns), len(self.columns))), text)
            for text, (of_rows, of_columns) in about.items()
        ]

    @cached_property
    def _table(self) -> tuple[list[str], list[Row]] | None:
        """Return the columns and rows where the keys are every pair of two sets: `room.one.other`."""
        keys = [line.measure.key.split(".") for line in self.lines]
        if any(len(key) != 3 for key in keys):
            return None
        ones, others = (list(dict.fromkeys(key[place] for key in keys)) for place in (1, 2))
        if min(len(ones), len(others)) < 2 or len(keys) != len(ones) * len(others):
            return None
        cells = {(key[1], key[2]): line for key, line in zip(keys, self.lines, strict=True)}
        named_ones = {one: _first_label(cells[one, others[0]].measure) for one in ones}
        named_others = {other: str(cells[ones[0], other].measure.label) for other in others}
        if len(ones) >= len(others):
            return list(named_others.values()), [
                Row(label, tuple((name, cells[one, other]) for other, name in named_others.items()))
                for one, label in named_ones.items()
            ]
        return list(named_ones.values()), [
            Row(label, tuple((name, cells[one, other]) for one, name in named_ones.items()))
            for other, label in named_others.items()
        ]


def _first_label(one: Measure) -> str:
    """Return the name of what the middle of a key says: a stage, or what is told of a stage."""
    room, first, _last = one.key.split(".")
    known = f"{room}.{first}"
    return str(measures[known].label if known in measures else PREFIXES.get(first, first))


def _narrower(rows: list[str], all_rows: int, columns: list[str], all_columns: int) -> list[str]:
    if len(rows) < all_rows:
        return rows
    return columns if len(columns) < all_columns else []


def groups(
    query: QueryDict, zone: Zone, moment: Moment, viewer: User, numbers_of: str = ""
) -> Iterator[Group]:
    """Yield every group in the order of registration; only the one called `numbers_of` is read.

    Raise `ValidationError` naming the parameter of `query` that cannot be read; its code is that parameter.
    """
    by_group: dict[str, list[Measure]] = {}
    for one in measures:
        with override("en"):
            by_group.setdefault(slugify(str(one.group)) or "others", []).append(one)
    if numbers_of and numbers_of not in by_group:
        said = _("numbers: there is no group of measures “%(name)s”; there are: %(groups)s.")
        raise ValidationError(said % {"name": numbers_of[:80], "groups": ", ".join(by_group)}, code="numbers")
    for slug, members in by_group.items():
        lines = []
        for one in members:
            scope = scope_from(query, one, zone, moment, viewer)
            reading = read(one, scope) if slug == numbers_of else None
            lines.append(Line(one, full_label(one), scope, reading))
        address = query.copy()
        address["numbers"] = slug
        yield Group(slug, str(members[0].group), tuple(lines), f"?{address.urlencode()}", slug == numbers_of)
