"""A file becomes sheets of cells, each with its place: xlsx, xls, ods and csv.

calamine reads the values. What it does not tell (errors, formulas, formats, what is hidden) is read from the file
itself by the modules in `reading`, which also see how far a sheet reaches before memory is taken for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from zoneworks.exchange.cells import letters
from zoneworks.exchange.reading import ods, xls, xlsx
from zoneworks.exchange.reading.delimited import read_delimited
from zoneworks.exchange.reading.traits import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_XML,
    DamagedError,
    LockedError,
    Merged,
    TooLargeError,
    TooMuchError,
    Traits,
)
from zoneworks.exchange.uncollected import uncollected
from zoneworks.sources.uploads import check

KINDS = ("xlsx", "xls", "ods", "csv")
"""The endings of files that are read as workbooks."""
Value = str | int | Decimal | date | datetime | bool | None
_TRAITS: dict[str, Callable[[BinaryIO], dict[str, Traits]]] = {
    "xlsx": xlsx.traits,
    "xls": xls.traits,
    "ods": ods.traits,
}
_MOST_KNOWN_DIGITS = 15
_SNAPS_TO = 12


class Cell(NamedTuple):
    """One cell at its place, counted from 1 as spreadsheets show it; a tuple, since a file has 300,000 of them.

    `fault` says what is wrong with it and what would be right; its value is not to be taken. `note` says what a
    reader should know of a value that is taken. `number_format` is there when the format says more than the number
    does: a unit, a qualifier, a percentage, a month without a day.

    >>> Cell("项目", 5, 3, "硅片项目").place
    '项目!C5'
    """

    sheet: str
    row: int
    column: int
    value: Value
    fault: str = ""
    note: str = ""
    number_format: str = ""

    @property
    def place(self) -> str:
        """Return where it stands, as a formula would name it."""
        return f"{self.sheet}!{letters(self.column - 1)}{self.row}"

    @property
    def is_formula(self) -> bool:
        """Say whether a formula computed the value; so far notes tell nothing else."""
        return bool(self.note)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet, row by row from the first; a row ends with its last cell that holds something.

    `covered` is how many cells merged ranges and links claim, also those beyond what is read.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[Merged, ...] = ()
    covered: int = 0

    def cell(self, row: int, column: int) -> Cell:
        """Return the cell at a place, one without a value where the file has none."""
        if 0 < row <= len(self.rows) and 0 < column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return Cell(self.name, row, column, None)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file as its sheets in their order. `kind` is the ending of its name."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...]

    @property
    def covered(self) -> int:
        """Return how many cells merged ranges and links claim in all."""
        return sum(sheet.covered for sheet in self.sheets)


def read_workbook(file: BinaryIO | Path, name: str) -> Workbook:
    """Return what a file holds; `ValidationError` names the file, the sheet at fault, and what would be right."""
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return read_workbook(opened, name)
    checked = check(File(file, name=name))
    name, kind = checked.name, checked.extension
    if kind not in KINDS:
        said = _("“%(name)s” is no workbook. Save it as one of these and choose it again: %(kinds)s.")
        raise _refused(said, name, kinds=", ".join(KINDS))
    file.seek(0)
    try:
        with uncollected():
            sheets = [_delimited(file, name)] if kind == "csv" else list(_sheets(file, kind))
    except TooLargeError as error:
        raise _too_large(name, error)
    except TooMuchError as error:
        said = _(
            "“%(name)s” unpacks to %(size)s of tables; at most %(limit)s are read. "
            "Delete what is formatted outside of the table, or split the file."
        )
        size, limit = filesizeformat(error.size), filesizeformat(MOST_XML)
        raise _refused(said, name, size=size, limit=limit)
    except (LockedError, PasswordError):
        said = _("“%(name)s” opens with a password only. Save it without one and choose it again.")
        raise _refused(said, name)
    except (DamagedError, CalamineError):
        raise damaged(name, kind)
    return Workbook(name, kind, tuple(sheets))


def damaged(name: str, kind: str) -> ValidationError:
    """Return the refusal of a file that is not built as its kind is."""
    said = _("“%(name)s” is damaged. Open it, save it as a new .%(kind)s and choose that.")
    return _refused(said, name, kind=kind)


def _delimited(file: BinaryIO, name: str) -> Sheet:
    title = name.rpartition(".")[0] or name
    return _sheet(title, read_delimited(file.read(), name, title), Traits())


def _sheets(file: BinaryIO, kind: str) -> Iterator[Sheet]:
    traits = _TRAITS[kind](file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        for said in book.sheets_metadata:
            if said.typ == SheetTypeEnum.WorkSheet:
                values = book.get_sheet_by_name(said.name).to_python(skip_empty_area=False)
                hidden = said.visible != SheetVisibleEnum.Visible
                yield _sheet(said.name, values, traits.get(said.name) or Traits(), hidden=hidden)
    except BaseException as error:
        # A file that trips calamine itself ends in a panic, which for Python is no ordinary exception.
        if type(error).__name__ == "PanicException":
            raise DamagedError from error
        raise


def _sheet(title: str, values: Iterable[Sequence[Any]], traits: Traits, *, hidden: bool = False) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    filled = 0
    special = traits.errors.keys() | traits.formulas | traits.formats.keys()
    for number, raw in enumerate(values, 1):
        cells = [Cell(title, number, column, _value(value)) for column, value in enumerate(raw, 1)]
        if special:
            for at, cell in enumerate(cells):
                if (number, at + 1) in special:
                    cells[at] = _told(cell, traits)
        while cells and cells[-1].value is None and not cells[-1].fault:
            cells.pop()
        rows.append(tuple(cells))
        if cells:
            filled = number
    return Sheet(
        title,
        tuple(rows[:filled]),
        hidden,
        frozenset(traits.hidden_columns),
        frozenset(traits.hidden_rows),
        tuple(traits.merged),
        traits.covered,
    )


def _told(cell: Cell, traits: Traits) -> Cell:
    """Return a cell with what its file tells of it beside the value."""
    place = (cell.row, cell.column)
    if error := traits.errors.get(place):
        said = _("The cell shows the error %(error)s. Write the value itself.") % {"error": error}
        return cell._replace(value=None, fault=said)
    if place in traits.formulas:
        if place not in traits.results:
            said = _(
                "The cell holds a formula whose result was not saved. "
                "Open the file in a spreadsheet and save it, or write the value itself."
            )
            return cell._replace(value=None, fault=said)
        cell = cell._replace(note=_("computed by a formula; its saved result is taken"))
    return cell._replace(number_format=traits.formats.get(place, ""))


def _value(raw: Any) -> Value:
    """Return a value as calamine reads it as one of ours.

    >>> _value(5.0), _value(0.1 + 0.2), _value(123456789012.3456), _value("  "), _value(time(9, 30))
    (5, Decimal('0.3'), Decimal('123456789012.3456'), None, '09:30:00')
    """
    kind = type(raw)
    if kind is str:
        return raw if raw and not raw.isspace() else None
    if kind is float:
        return int(raw) if raw.is_integer() else _decimal(raw)
    return str(raw) if kind is time or kind is timedelta else raw


def _decimal(number: float) -> Decimal:
    """Return a number without the dust that adding leaves: 0.30000000000000004 was meant as 0.3."""
    written = repr(number)
    if len(written) < _MOST_KNOWN_DIGITS:
        return Decimal(written)
    short = Decimal(f"{number:.{_MOST_KNOWN_DIGITS}g}")
    digits = len(short.normalize().as_tuple().digits)
    return short if digits <= _SNAPS_TO else Decimal(written)


def _too_large(name: str, error: TooLargeError) -> ValidationError:
    said = _(
        "“%(name)s”, sheet “%(sheet)s”: something stands in %(place)s. At most %(rows)d rows and %(columns)d columns "
        "and %(cells)d cells in all are read. Delete what stands outside of the table, or split the file."
    )
    place = f"{letters(error.column - 1)}{error.row}"
    most = {"rows": MOST_ROWS, "columns": MOST_COLUMNS, "cells": MOST_CELLS}
    return _refused(said, name, sheet=error.sheet, place=place, **most)


def _refused(message: str, name: str, **values: object) -> ValidationError:
    return ValidationError(message % {"name": name, **values}, code="workbook")
