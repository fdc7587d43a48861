"""A workbook as lines: a line for each row, its cells parted by tabs, the name of the sheet above.

The values are those that the exchange of lists reads, under the same limits; what a format adds to a number (近, 万元)
stands beside it as people see it.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from zoneworks.exchange.reading.formats import around, finest, is_date
from zoneworks.exchange.workbooks import Cell, Sheet, read_workbook
from zoneworks.intake.readers import apart, workbook_trial
from zoneworks.intake.readers.readable import Place, Readable, UnreadableError, Writing, tidy
from zoneworks.sources.uploads import check


def read(data: bytes, name: str) -> Readable:
    """Return the text of a workbook, sheet after sheet; hidden sheets, rows and columns are left out and noted."""
    try:
        if not name.lower().endswith(".csv"):
            check(File(io.BytesIO(data), name=name))
            apart.run(workbook_trial, (), data)
        book = read_workbook(io.BytesIO(data), name)
    except ValidationError as error:
        raise UnreadableError(" ".join(error.messages)) from error
    except apart.EndedError as error:
        said = _(
            "“%(name)s” is damaged, or reaches further than tables do. Save its table alone as a new workbook."
        )
        raise UnreadableError(said % {"name": name}) from error
    writing = Writing()
    hides, faults = False, 0
    for sheet in book.sheets:
        if sheet.hidden:
            hides = True
            continue
        if not any(sheet.rows):
            continue
        if len(book.sheets) > 1:
            writing.add("\n" if writing.length else "")
            writing.line(tidy(sheet.name), Place(at=sheet.name))
        faults += _write(writing, sheet)
        hides = hides or bool(sheet.hidden_rows or sheet.hidden_columns)
    notes = [_("Hidden sheets, rows and columns were left out.")] if hides else []
    if faults:
        notes.append(_("Cells with an error, or with a formula that was never computed, were left out."))
    return writing.done(*notes)


def _write(writing: Writing, sheet: Sheet) -> int:
    """Write the rows of a sheet; return how many of its cells hold an error instead of a value."""
    faults = 0
    for number, row in enumerate(sheet.rows, 1):
        if number in sheet.hidden_rows:
            continue
        shown = [cell for cell in row if cell.column not in sheet.hidden_columns]
        for at, cell in enumerate(shown):
            writing.add("\t" if at else "")
            writing.add(printed(cell), Place(at=cell.place))
            faults += bool(cell.fault)
        writing.add("\n")
    return faults


def printed(cell: Cell) -> str:
    """Return a cell as people see it.

    >>> printed(Cell("a", 1, 1, Decimal("1.5"), number_format='"近"0.0"亿元"'))
    '近1.5亿元'
    >>> printed(Cell("a", 1, 1, Decimal("0.125"), number_format="0.0%")), printed(Cell("a", 1, 1, date(2024, 5, 3)))
    ('12.5%', '2024-05-03')
    """
    value, code = cell.value, cell.number_format
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return (
            value.strftime("%Y-%m-%d %H:%M")
            if value.time().replace(second=0, microsecond=0)
            else _day(value, code)
        )
    if isinstance(value, date):
        return _day(value, code)
    if isinstance(value, str):
        return tidy(value).replace("\t", " ")
    if "%" in code:
        return f"{(Decimal(value) * 100).normalize():f}%"
    before, after = around(code) if code else ("", "")
    return f"{before}{value:f}{after}" if isinstance(value, Decimal) else f"{before}{value}{after}"


def _day(value: date, code: str) -> str:
    """Return a day as exactly as its format shows it."""
    shows = finest(code) if code and is_date(code) else "day"
    return value.strftime({"day": "%Y-%m-%d", "month": "%Y年%m月", "year": "%Y年"}[shows])
