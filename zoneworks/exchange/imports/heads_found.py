"""Which columns of a file are which: by head, in any order; what is left out, what is missing, what comes twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.exchange.imports.columns import Column, Columns
from zoneworks.exchange.tables import Heading, Table, find_table
from zoneworks.exchange.workbooks import Workbook
from zoneworks.kit.spans import Span, SpanError, parse_span

_PERIOD = r"(?:19|20)[0-9]{2}年?(?:[0-9一二三四上下第至\-]{1,6}(?:月|季度|半年|度)?|度)?"
_BEFORE = re.compile(rf"^(?P<period>{_PERIOD})\s*(?P<name>\D.*)$")
_AFTER = re.compile(rf"^(?P<name>.*?\D)[\s·(（]*(?P<period>{_PERIOD})[)）]?$")
_ENDS = re.compile(r"度$")


@dataclass(frozen=True, slots=True)
class Found:
    """A column of the file that is known: where it stands, what it is, the period and the unit that its head gives."""

    at: int
    column: Column
    heading: Heading
    period: Span | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Recognized:
    """The table of a file with its known columns, the heads that are left out, and the required ones that it lacks."""

    file_name: str
    table: Table
    found: tuple[Found, ...]
    left_out: tuple[Heading, ...]
    missing: tuple[Column, ...]

    def at(self, key: str) -> Found | None:
        return next((one for one in self.found if one.column.key == key), None)


def recognize(workbook: Workbook, columns: Columns) -> Recognized:
    """Return what is known of the file. `ValidationError` names sheets and heads when nothing fits, or fits twice."""
    right = [column.label for column in columns if column.required]
    table = find_table(workbook, lambda name: _named(name, columns) is not None, right)
    found: list[Found] = []
    left_out = []
    for at, heading in enumerate(table.headings):
        known = next(filter(None, (_named(name, columns) for name in heading.names)), None)
        if known is None:
            left_out.append(heading)
        else:
            found.append(Found(at, known[0], heading, known[1], heading.unit or table.unit))
    _refuse_twice(workbook, found)
    there = {one.column.key for one in found}
    missing = tuple(column for column in columns if column.required and column.key not in there)
    return Recognized(workbook.name, table, tuple(found), tuple(left_out), missing)


def _named(name: str, columns: Columns) -> tuple[Column, Span | None] | None:
    """Return the column of a name and the period in it: 2023年销售收入, 销售收入（2023年）."""
    column = columns.called(name)
    if column is not None:
        return column, None
    for form in (_BEFORE, _AFTER):
        split = form.match(name)
        column = columns.called(split["name"]) if split else None
        if split and column is not None and column.takes_period:
            period = _period(split["period"])
            if period is not None:
                return column, period
    return None


def _period(text: str) -> Span | None:
    try:
        return parse_span(
            _ENDS.sub("", text) if not text.endswith("季度") else text, reference=date(2000, 1, 1)
        )
    except SpanError:
        return None


def _refuse_twice(workbook: Workbook, found: list[Found]) -> None:
    seen: dict[tuple[str, Span | None], Found] = {}
    for one in found:
        other = seen.setdefault((one.column.key, one.period), one)
        if other is not one:
            said = _(
                "“%(name)s”: %(first)s and %(second)s both are the column “%(column)s”. Leave one of them."
            )
            values = {"first": other.heading.place, "second": one.heading.place, "column": one.column.label}
            raise ValidationError(said % {"name": workbook.name, **values}, code="twice")
