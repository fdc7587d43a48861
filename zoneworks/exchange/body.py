"""The rows below a head: which of them are records, and what becomes of merged cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zoneworks.exchange import heads
from zoneworks.exchange.workbooks import Cell, Sheet

_TOTAL = re.compile(
    r"(?:[合小总共累]\s*计|sub-?total|(?:grand )?total|sum)\s*:?\s*(?:\(.*\))?", re.IGNORECASE
)
_REMARK = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|填表人|填报人|制表人?|审核人?|联系人|联系电话|单位负责人|notes?)\s*\d*\s*[:.、]",
    re.IGNORECASE,
)
_SECTION = re.compile(r"(?:[一二三四五六七八九十]+\s*、|\([一二三四五六七八九十0-9]+\)).*")
_FIRST_CELLS, _LONGEST_TOTAL = 4, 20
_ORDINALS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader should know of a place in the file."""

    place: str
    message: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One record: its row in the sheet and a cell for each heading, in their order."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False


def rows_below(
    sheet: Sheet, last: int, columns: Sequence[int], names: Sequence[str], known: Collection[int]
) -> tuple[list[TableRow], list[Note]]:
    """Return the records below the head that ends in row `last`, and notes on what was passed over.

    `names` are the keys of the heads, by which a head that is repeated on each printed page is seen. A row with
    nothing in the `known` columns holds no record: lists come with numbers written down to row 500.
    """
    rows: list[TableRow] = []
    notes: list[Note] = []
    merged = _Merged(sheet, last, columns)
    for number in range(last + 1, len(sheet.rows) + 1):
        cells = tuple(sheet.cell(number, column) for column in columns)
        if not any(_is_filled(cell) and cell.column in known for cell in cells) and number not in merged.rows:
            continue
        passed = _passed_over(sheet, cells, names, is_first=not rows)
        if passed:
            notes.append(Note(next(cell for cell in cells if cell.value is not None).place, passed))
        else:
            rows.append(TableRow(number, merged.spread(number, cells), number in sheet.hidden_rows))
    notes.extend(merged.notes())
    hidden = [row for row in rows if row.hidden]
    if hidden:
        said = _("%(count)d rows are hidden in the file; they are read like the others.")
        notes.append(Note(hidden[0].cells[0].place, said % {"count": len(hidden)}))
    return rows, notes


class _Merged:
    """Merged cells of the body: one value for several rows is the value of each."""

    def __init__(self, sheet: Sheet, last: int, columns: Sequence[int]) -> None:
        self.sources: dict[tuple[int, int], Cell] = {}
        self.used: dict[Cell, int] = {}
        wanted = set(columns)
        for top, left, bottom, _right in sheet.merged:
            if top <= last or bottom == top or left not in wanted:
                continue
            source = sheet.cell(top, left)
            if source.value is None and not source.fault:
                continue
            for row in range(top, min(bottom, len(sheet.rows)) + 1):
                self.sources[row, left] = source
        self.rows = {row for row, _column in self.sources}

    def spread(self, row: int, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        if row not in self.rows:
            return cells
        return tuple(self._spread(cell) for cell in cells)

    def _spread(self, cell: Cell) -> Cell:
        source = self.sources.get((cell.row, cell.column))
        if source is None or source.row == cell.row:
            return cell
        self.used[source] = cell.row
        note = _("taken from the merged cell %(place)s") % {"place": source.place}
        return source._replace(row=cell.row, note=note)

    def notes(self) -> list[Note]:
        said = _("The merged cell gives its value to each row down to row %(row)d.")
        return [Note(source.place, said % {"row": row}) for source, row in self.used.items()]


def _is_filled(cell: Cell) -> bool:
    return cell.value is not None or bool(cell.fault)


def _passed_over(sheet: Sheet, cells: Sequence[Cell], names: Sequence[str], *, is_first: bool) -> str:
    """Return why a row is no record, or nothing when it is one."""
    filled = [cell for cell in cells if cell.value is not None]
    if not filled:
        return ""
    if any(_is_total(cell.value) for cell in filled[:_FIRST_CELLS]):
        return _("A row of totals is passed over.")
    if len(filled) == 1:
        text = heads.tidy(str(filled[0].value))
        if _REMARK.match(text) or _is_line(sheet, filled[0], text):
            return _("The line “%(text)s” is no record and is passed over.") % {"text": text[:40]}
    elif all(_is_head(cell, name) for cell, name in zip(cells, names, strict=True)):
        return _("The head is repeated here; the row is passed over.")
    if is_first and _numbers_columns(filled):
        return _("The row that numbers the columns is passed over.")
    return ""


def _is_total(value: object) -> bool:
    return (
        isinstance(value, str) and len(value) <= _LONGEST_TOTAL and bool(_TOTAL.fullmatch(heads.tidy(value)))
    )


def _is_head(cell: Cell, name: str) -> bool:
    """Tell whether a cell says what its head says, or nothing."""
    return cell.value is None or (isinstance(cell.value, str) and heads.key(cell.value) == name)


def _is_line(sheet: Sheet, cell: Cell, text: str) -> bool:
    """Tell whether the one cell of a row is a line over the table, such as the title of a section."""
    if _SECTION.fullmatch(text):
        return True
    return any(
        (top, left) == (cell.row, cell.column) and right - left >= 2
        for top, left, _bottom, right in sheet.merged
    )


def _numbers_columns(filled: Sequence[Cell]) -> bool:
    """Tell whether a row only numbers the columns: 1, 2, 3 … or 甲, 乙, 1, 2 …"""
    values = [str(cell.value).strip() for cell in filled]
    letters = [value for value in values if value in _ORDINALS]
    numbers = values[len(letters) :]
    expected = [str(number) for number in range(1, len(numbers) + 1)]
    return (
        len(values) > 2 and values[: len(letters)] == list(_ORDINALS[: len(letters)]) and numbers == expected
    )
