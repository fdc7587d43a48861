"""Cells of a saved workbook against what the ledger says: whether they say the same, and how they are rewritten.

A cell that says the same is left as it is. One that is rewritten keeps the look that a person gave it, and its number
format as far as that still shows the value as it is meant.
"""

from __future__ import annotations

from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel, to_excel
from openpyxl.utils.escape import unescape

from zoneworks.exchange.cells import DAY, INSTANT, MARKS, SHARE, STYLES, Told, clean
from zoneworks.exchange.marking import write_text

_GREY = "00808080"
_OURS = frozenset(str(style["num_format"]) for style in STYLES.values())
_BY_LENGTH = sorted(MARKS.values(), key=len, reverse=True)
_HALF_SECOND = Decimal("0.5") / 86_400


class Held(NamedTuple):
    """What a cell held before it was rewritten."""

    value: str | int | float | date | None
    number_format: str
    is_formula: bool = False


def held(cell: Any) -> Held:
    """Return what `cell` holds: a formula as its text, text of several looks as plain text."""
    value = cell.value
    if value is not None and not isinstance(value, str | int | float | date):
        value = str(getattr(value, "text", value))
    return Held(value, cell.number_format, cell.data_type == "f")


def is_same(one: Held, told: Told | None) -> bool:
    """Say whether a cell held what the ledger tells: the same text, or the same number with the same qualifier.

    A format of one's own that shows no qualifier is the choice of who set it; one of ours would be wrong.
    """
    if told is None:
        return one.value is None or one.value == ""
    if told.is_text:
        is_text = isinstance(one.value, str) and not one.is_formula
        return is_text and _line(str(one.value)) == _line(clean(told.content))
    number = _number(one.value)
    if number is None:
        return False
    near = _HALF_SECOND if told.style == INSTANT else 0
    mark = _mark(one.number_format)
    is_meant = mark == _mark_of(told) or not (mark or one.number_format in _OURS)
    return abs(number - Decimal(told.content)) <= near and is_meant


def _number(value: object) -> Decimal | None:
    """Return a number of a cell as a sheet counts it: a day as days since 1900, whatever the file counts from."""
    if isinstance(value, bool):
        return None
    if isinstance(value, date):
        return Decimal(str(to_excel(value)))
    return Decimal(str(value)) if isinstance(value, int | float) else None


def _line(text: str) -> str:
    return unescape(text).replace("\r\n", "\n").replace("\r", "\n")


def put(cell: Any, told: Told | None, *, fresh: bool = False) -> None:
    """Let `cell` hold what the ledger tells, typed as an export types it; a `fresh` one gets the export's look, too."""
    if told is None:
        cell.value = None
        return
    kept = cell.number_format
    wanted = str(STYLES[told.style]["num_format"])
    if told.is_text:
        write_text(cell, told.content)
    else:
        cell.value = _python(told)
        if cell.quotePrefix:
            cell.quotePrefix = False
    cell.number_format = wanted if fresh or not _fits(kept, told) else kept
    if fresh and told.style in (DAY, INSTANT):
        cell.alignment = Alignment(horizontal="center")


def _python(told: Told) -> Any:
    if told.style in (DAY, INSTANT):
        # As a date, since a file may count its days from another one than 1900.
        return from_excel(float(told.content))
    number = Decimal(told.content)
    return int(number) if number == int(number) else float(number)


def _fits(form: str, told: Told) -> bool:
    """Say whether a number format that a person chose shows the value as it is meant; ours are set anew."""
    if form in _OURS or form == "General":
        return False
    if told.is_text:
        return False
    if told.style in (DAY, INSTANT):
        return bool(is_date_format(form))
    return (
        not is_date_format(form) and ("%" in form) == (told.style == SHARE) and _mark(form) == _mark_of(told)
    )


def _mark(form: str) -> str:
    """Return the qualifier that a number format shows before its number.

    >>> _mark('"不超过"#,##0'), _mark("#,##0")
    ('不超过', '')
    """
    return next((mark for mark in _BY_LENGTH if mark in form), "")


def _mark_of(told: Told) -> str:
    return "" if told.is_text else _mark(str(STYLES[told.style]["num_format"]))


def is_own(cell: Any) -> bool:
    """Say whether a cell can hold a value of its own: of merged ones only the first can."""
    return not isinstance(cell, MergedCell)


def strike(cell: Any) -> None:
    """Strike a cell through and, where nobody gave it another color, grey."""
    font = copy(cell.font)
    font.strike = True
    if not has_color(font):
        font.color = _GREY
    cell.font = font


def unstrike(cell: Any) -> None:
    """Take away what `strike` did."""
    font = copy(cell.font)
    font.strike = None
    if font.color is not None and font.color.rgb == _GREY:
        font.color = None
    cell.font = font


def has_color(font: Any) -> bool:
    """Say whether a font has a color that somebody chose."""
    color = font.color
    if color is None or color.type == "indexed":
        return False
    return not (color.type == "theme" and color.theme == 1) and color.rgb not in ("FF000000", "00000000")
