"""The marked copy: the file as it was brought, with what is wrong marked at its cells and listed in a sheet in front.

An xlsx is edited in place; xls, csv and ods are built anew as xlsx from their cells. What the editing library cannot
keep of an xlsx (charts, pictures, pivot tables) is missing in the copy, which is there to be corrected and brought
again; so are the saved results of its formulas, which a spreadsheet computes anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import Workbook as Book
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from zoneworks.exchange.cells import clean
from zoneworks.exchange.editing import MOST_COVERED, UneditableError, open_book
from zoneworks.exchange.sheets import sheet_name
from zoneworks.exchange.uncollected import uncollected
from zoneworks.exchange.workbooks import Cell, Workbook
from zoneworks.kit.export import runs_as_formula

AUTHOR = "Zoneworks"
"""Whose comments are taken away again when a marked copy is brought and marked anew."""
MOST_NOTES = 2_000
MOST_LISTED = 20_000
"""A person corrects some hundred cells by hand; beyond this a spreadsheet only becomes slow."""
_COLOR = "00FFC7CE"
_NO_FILL = PatternFill()
_FILL = PatternFill("solid", start_color=_COLOR, end_color=_COLOR)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
LINK = Font(color="000563C1", underline="single")
_NOTE_WIDTH, _NOTE_HEIGHT = 320, 120


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a file, and what would be right."""

    sheet: str
    row: int
    column: int
    message: str

    @classmethod
    def of(cls, cell: Cell, message: str) -> Fault:
        """Return the fault of a cell that was read."""
        return cls(cell.sheet, cell.row, cell.column, message)

    @property
    def place(self) -> str:
        """Return where it is, without the sheet."""
        return f"{get_column_letter(self.column)}{self.row}"


def marked_name(name: str) -> str:
    """Return what the marked copy of a file is called.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     marked_name("projects.csv")
    'projects (marked).xlsx'
    """
    return _("%(name)s (marked).xlsx") % {"name": name.rpartition(".")[0] or name}


def write_marked(file: BinaryIO | Path, workbook: Workbook, faults: Sequence[Fault], path: Path) -> None:
    """Write the marked copy of `file`, which was read as `workbook`, to `path`; when it fails nothing is left there."""
    try:
        with uncollected():
            book = _book(file, workbook)
            _take_marks_off(book)
            names = {sheet.name: sheet_name(sheet.name) for sheet in workbook.sheets}
            for number, fault in enumerate(faults):
                name = fault.sheet if fault.sheet in book.sheetnames else names.get(fault.sheet, "")
                if name in book.sheetnames:
                    _mark(book[name], fault, with_note=number < MOST_NOTES)
            _list(book, faults, names)
            book.save(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _book(file: BinaryIO | Path, workbook: Workbook) -> Book:
    if workbook.kind != "xlsx":
        return _built(workbook)
    try:
        return open_book(file, workbook.covered)
    except UneditableError:
        # The cells were read all the same.
        return _built(workbook)


def _built(workbook: Workbook) -> Book:
    """Return the cells of a file as a new workbook: values, formats, merged cells and what is hidden."""
    book = Book()
    book.remove(book.active)
    for sheet in workbook.sheets:
        made = book.create_sheet(sheet_name(sheet.name))
        for row in sheet.rows:
            for cell in row:
                if cell.value is not None:
                    _put(made.cell(cell.row, cell.column), cell)
        for top, left, bottom, right in sheet.merged if workbook.covered <= MOST_COVERED else ():
            if (top, left) != (bottom, right):
                made.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        for column in sheet.hidden_columns:
            made.column_dimensions[get_column_letter(column)].hidden = True
        for number in sheet.hidden_rows:
            made.row_dimensions[number].hidden = True
        if sheet.hidden:
            made.sheet_state = "hidden"
    return book


def _put(made: Any, cell: Cell) -> None:
    if isinstance(cell.value, str):
        write_text(made, cell.value)
        return
    made.value = cell.value
    if isinstance(cell.value, datetime):
        made.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(cell.value, date):
        made.number_format = "yyyy-mm-dd"
    if cell.number_format:
        made.number_format = cell.number_format


def write_text(made: Any, text: str) -> None:
    """Write a text as a text, whatever it begins with, and keep it one when somebody edits it."""
    made.value = clean(text)
    made.data_type = "s"
    made.quotePrefix = runs_as_formula(text)


def _mark(sheet: Any, fault: Fault, *, with_note: bool) -> None:
    cell = sheet.cell(fault.row, fault.column)
    if isinstance(cell, MergedCell):
        cell = _first_of(sheet, cell)
    cell.fill = _FILL
    if not with_note:
        return
    said = f"{cell.comment.text}\n{fault.message}" if cell.comment else fault.message
    author = AUTHOR if cell.comment is None else cell.comment.author
    cell.comment = Comment(clean(said), author, width=_NOTE_WIDTH, height=_NOTE_HEIGHT)


def _first_of(sheet: Any, cell: MergedCell) -> BookCell:
    """Return the cell that speaks for merged ones."""
    for merged in sheet.merged_cells.ranges:
        if cell.coordinate in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return sheet.cell(cell.row, cell.column)


def _titles() -> tuple[str, str, str]:
    return _("Sheet"), _("Cell"), _("What is wrong")


def _list(book: Book, faults: Sequence[Fault], names: dict[str, str]) -> None:
    """Put the sheet that lists the faults in front, each with a link to its cell."""
    sheet = book.create_sheet(_("Faults"), 0)
    count = ngettext("%(count)d fault", "%(count)d faults", len(faults)) % {"count": len(faults)}
    write_text(
        sheet.cell(1, 1),
        _("%(faults)s. Correct the marked cells and bring this file again; this sheet may stay.")
        % {"faults": count},
    )
    for column, (title, width) in enumerate(zip(_titles(), (20, 10, 90), strict=True), 1):
        head = sheet.cell(2, column, title)
        head.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, fault in enumerate(faults[:MOST_LISTED], 3):
        name = fault.sheet if fault.sheet in book.sheetnames else names.get(fault.sheet, fault.sheet)
        write_text(sheet.cell(row, 1), name)
        link = sheet.cell(row, 2, fault.place)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quote_sheetname(name)}!{fault.place}")
        link.font = LINK
        said = sheet.cell(row, 3)
        write_text(said, fault.message)
        said.alignment = _WRAPPED
    if len(faults) > MOST_LISTED:
        more = _("%(count)d more are marked at their cells.") % {"count": len(faults) - MOST_LISTED}
        write_text(sheet.cell(MOST_LISTED + 3, 1), more)
    sheet.freeze_panes = "A3"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


def _take_marks_off(book: Book) -> None:
    """Take away what an earlier marking left, so that a corrected cell is no longer marked."""
    front = book.worksheets[0] if book.worksheets else None
    if front is None or len(book.worksheets) == 1 or not _lists_faults(front):
        return
    book.remove(front)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.has_style and cell.fill.fill_type == "solid" and cell.fill.start_color.rgb == _COLOR:
                    cell.fill = _NO_FILL
                if isinstance(cell, BookCell) and cell.comment and cell.comment.author == AUTHOR:
                    cell.comment = None


def _lists_faults(sheet: Any) -> bool:
    """Tell whether a sheet is the list of an earlier marking, in whatever language: its links and its shape say so."""
    first = sheet.cell(3, 2)
    return (
        sheet.max_column == len(_titles())
        and sheet.freeze_panes == "A3"
        and first.hyperlink is not None
        and bool(first.hyperlink.location)
    )
