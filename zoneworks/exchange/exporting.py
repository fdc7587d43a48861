"""Any list as a workbook: typed cells below a frozen head and a cover line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.exchange.asking import Asked
from zoneworks.exchange.cover import cover_of
from zoneworks.exchange.sheets import MOST_ROWS, Head, Table, sheet_name, write
from zoneworks.exchange.ticket import NUMBER, Ticket
from zoneworks.exchange.uncollected import uncollected
from zoneworks.kit.columns import Column
from zoneworks.kit.export import in_chunks
from zoneworks.kit.language import language
from zoneworks.kit.quantities import Unit

Heard = Callable[[int, int], None]
AT_ONCE = 2000
"""So many rows are written in less than a second; more are a job."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a list that go into a file: the ledger as it was asked for, and their keys in order."""

    asked: Asked
    ledger: Any
    keys: list[int]


def select(asked: Asked) -> Selection:
    """Return what the list holds now. `ValidationError` for filters that cannot be read, and for too many rows."""
    ledger = asked.ledger()
    keys = ledger.export_keys()
    if keys is None:
        raise ValidationError(
            _("A filter of this list cannot be read. Open the list, put it right, and export again.")
        )
    if len(keys) > MOST_ROWS:
        raise ValidationError(
            _("The list has %(count)d records and a sheet holds %(most)d. Narrow it by a filter.")
            % {"count": len(keys), "most": MOST_ROWS}
        )
    return Selection(asked, ledger, keys)


def export(selection: Selection, path: Path, heard: Heard = lambda done, total: None) -> int:
    """Write the rows to `path` and return their number; `heard` is told how many of how many are written."""
    ledger, keys = selection.ledger, selection.keys
    columns = ledger.shown_columns()
    at = now()
    table = Table(
        ledger.label_plural(),
        cover_of(selection.asked, ledger, len(keys), at),
        [number_head(), *(head_of(column) for column in columns)],
        len(keys),
        frozen_columns=2,
        properties=_ticket(selection, columns, at).properties(),
    )
    with uncollected():
        return write(path, table, _rows(ledger, keys, columns), lambda done: heard(done, len(keys)))


def _ticket(selection: Selection, columns: list[Column], at: datetime) -> Ticket:
    asked = selection.asked
    heads = ((NUMBER, number_label()), *((column.key, head_of(column).label) for column in columns))
    sheet = sheet_name(selection.ledger.label_plural())
    return Ticket(asked.zone.code, asked.slug, asked.query, language(), at, heads, sheet)


def _rows(ledger: Any, keys: list[int], columns: list[Column]) -> Iterator[list[Any]]:
    for chunk in in_chunks(ledger, keys):
        for row, said in zip(chunk, ledger.plain_rows(chunk, columns), strict=True):
            said.insert(0, row.pk)
            yield said


def number_head() -> Head:
    return Head(number_label(), "number", width=10)


def number_label() -> str:
    """Return the head of the column that says which row of the ledger a row of the file is."""
    return _("record no.")


def head_of(column: Column) -> Head:
    """Return the head of a column; that of amounts names the unit in which they are numbers."""
    label = str(capfirst(str(column.label)))
    if column.unit:
        label = with_unit(label, str(Unit(column.unit).label))
    return Head(label, column.kind, column.unit)


def with_unit(label: str, unit: str) -> str:
    """Return a head with its unit, as officials write it.

    >>> with_unit("计划总投资", "元"), with_unit("Planned total", "yuan")
    ('计划总投资（元）', 'Planned total (yuan)')
    """
    return f"{label} ({unit})" if label.isascii() else f"{label}（{unit}）"


def file_name(ledger: Any) -> str:
    """Return what the file of a list is called: what it holds, and of which day."""
    return f"{ledger.label_plural()}-{ledger.moment.on:%Y-%m-%d}.xlsx"
