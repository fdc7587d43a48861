"""Writes a table as a workbook, row by row, in memory that does not grow with the rows.

xlsxwriter makes the workbook with its cover, head and formats; the rows, which it would write at 90 µs each, are drawn
here and put into its sheet (`docs/decisions/0012-exchange.md` has the numbers).
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from zoneworks.exchange.cells import STYLES, Drawer, letters

MOST_ROWS = 1_000_000
"""A sheet has 1,048,576 rows; no list that people read is longer."""
FIRST_ROW = 3
"""The number of the first row of data: above it stand the cover and the head."""
_SHEET = "xl/worksheets/sheet1.xml"
_STYLE = re.compile(rb'<c r="[A-Z]+3" s="([0-9]+)"/>')
_BATCH = 500
_WIDTHS = {"date": 12, "number": 10, "amount": 18, "tag": 12, "light": 14, "text": 20}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one column, the kind of its cells, and the unit in which its amounts are numbers."""

    label: str
    kind: str = "text"
    unit: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """What stands above the rows of a sheet: its name, the cover line, the heads; `rows` is their number.

    `properties` are kept beside the sheet, in the document.
    """

    name: str
    cover: str
    heads: Sequence[Head]
    rows: int
    frozen_columns: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)


def write(
    path: Path, table: Table, rows: Iterable[Sequence[Any]], heard: Callable[[int], None] = lambda _n: None
) -> int:
    """Write the workbook to `path` and return how many rows it holds; `heard` is told as they grow.

    When it fails nothing is left at `path`.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="zoneworks-") as folder:
            shell = Path(folder) / "shell.xlsx"
            _write_shell(shell, table)
            return _fill(shell, path, table, rows, heard)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_shell(path: Path, table: Table) -> None:
    """Write the workbook without its rows; in row 3 each format stands once, in the order of `STYLES`."""
    book = xlsxwriter.Workbook(path, {"in_memory": True})
    sheet = book.add_worksheet(sheet_name(table.name))
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "valign": "vcenter", "text_wrap": True}
    )
    cover = book.add_format({"font_color": "#5A6472", "valign": "vcenter"})
    sheet.set_row(0, 22)
    sheet.set_row(1, 30)
    sheet.write_string(0, 0, table.cover, cover)
    for number, column in enumerate(table.heads):
        sheet.set_column(number, number, column.width or _WIDTHS.get(column.kind, 20))
        sheet.write_string(1, number, column.label, head)
    for number, style in enumerate(STYLES.values()):
        sheet.write_blank(2, number, None, book.add_format(style))
    sheet.freeze_panes(2, table.frozen_columns)
    last = max(1, table.rows + 1)
    sheet.autofilter(1, 0, last, max(0, len(table.heads) - 1))
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for name, text in table.properties.items():
        book.set_custom_property(name, text, "text")
    book.close()


def _fill(
    shell: Path, path: Path, table: Table, rows: Iterable[Sequence[Any]], heard: Callable[[int], None]
) -> int:
    with (
        zipfile.ZipFile(shell) as empty,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as full,
    ):
        for member in empty.namelist():
            if member != _SHEET:
                full.writestr(member, empty.read(member))
        drawn = empty.read(_SHEET)
        styles = dict(zip(STYLES, map(int, _STYLE.findall(drawn)), strict=True))
        before, rest = drawn.split(b'<row r="3"', 1)
        after = rest[rest.index(b"</sheetData>") :]
        end = f"{letters(max(0, len(table.heads) - 1))}{table.rows + 2}"
        before = re.sub(
            rb'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{end}"/>'.encode(), before, count=1
        )
        with full.open(_SHEET, "w", force_zip64=True) as sheet:
            sheet.write(before)
            written = _write_rows(sheet, table, Drawer(styles), rows, heard)
            sheet.write(after)
    return written


def _write_rows(
    sheet: IO[bytes],
    table: Table,
    drawer: Drawer,
    rows: Iterable[Sequence[Any]],
    heard: Callable[[int], None],
) -> int:
    columns = [(letters(number), head.unit) for number, head in enumerate(table.heads)]
    number = FIRST_ROW
    batch: list[str] = []
    for row in rows:
        batch.append(drawer.row(number, columns, row))
        number += 1
        if number % _BATCH == 0:
            sheet.write("".join(batch).encode())
            batch.clear()
            heard(number - FIRST_ROW)
    sheet.write("".join(batch).encode())
    heard(number - FIRST_ROW)
    return number - FIRST_ROW


def sheet_name(text: str) -> str:
    """Return `text` as the name of a sheet: at most 31 signs, none of those that are not taken.

    >>> sheet_name("合同/付款：[一]"), sheet_name("'")
    ('合同 付款： 一', 'Sheet1')
    """
    name = " ".join(re.sub(r"[\[\]:*?/\\]", " ", text).split()).strip("'")
    return name[:31] or "Sheet1"
