"""Finds the table in a sheet: its head among titles and notes, and below it the rows that are records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.exchange import heads
from zoneworks.exchange.body import Note, TableRow, rows_below
from zoneworks.exchange.cells import letters
from zoneworks.exchange.workbooks import Cell, Sheet, Workbook

Known = Callable[[str], bool]
_LOOKED_AT = 60
"""So far down a head is looked for."""
_NAMED = 12


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of one column: its parts from the top down as they stand, merged cells spread, and its place."""

    texts: tuple[str, ...]
    column: int
    place: str
    hidden: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the column may be called, the most exact first, without notes and unit."""
        return heads.names(self.texts)

    @property
    def unit(self) -> str:
        """Return the unit that the head gives to numbers below it, or nothing."""
        return heads.unit_of(self.texts)

    @property
    def label(self) -> str:
        """Return the head on one line, as a message quotes it."""
        parts = [" ".join(text.split()) for text in self.texts if text.strip()]
        return " / ".join(dict.fromkeys(parts))


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a sheet. `head_rows` are the first and last row of its head.

    `unit` is what a line above it gives for amounts whose own head gives none, such as 万元 or 万元、亩; `notes` tell
    what was passed over and what a reader should know.
    """

    sheet: str
    headings: tuple[Heading, ...]
    rows: tuple[TableRow, ...]
    head_rows: tuple[int, int]
    unit: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Head:
    """A head that was found: where, how many names are known, and in which columns they stand."""

    sheet: Sheet
    first: int
    last: int
    headings: tuple[Heading, ...]
    known: int
    columns: frozenset[int]


def find_table(workbook: Workbook, known: Known, right: Sequence[str] = ()) -> Table:
    """Return the table whose heads `known` recognizes most of.

    `known` is asked with names as `Heading.names` gives them. A sheet that is hidden counts when no other fits.
    `ValidationError` names the sheets that were looked at and heads that would be `right`.
    """
    found = [_best(sheet, known) for sheet in workbook.sheets]
    fitting = [head for head in found if head is not None]
    if not fitting:
        raise ValidationError(_nothing_fits(workbook, right), code="no_table")
    best = max(fitting, key=lambda head: (not head.sheet.hidden, head.known))
    sheet = best.sheet
    columns = [heading.column for heading in best.headings]
    rows, notes = rows_below(sheet, best.last, columns, _texts_of(best), best.columns)
    return Table(
        sheet.name,
        best.headings,
        tuple(rows),
        (best.first, best.last),
        _unit_above(sheet, best.first),
        (*_notes_on_columns(best), *_notes_on_sheets(best, fitting), *notes),
    )


def _best(sheet: Sheet, known: Known) -> _Head | None:
    """Return the head of a sheet: most names known; on a draw one row, unless the row above groups its columns."""
    spread = _spread(sheet)
    best: _Head | None = None
    for row in range(1, min(_LOOKED_AT, len(sheet.rows)) + 1):
        for first in (row, row - 1):
            if first < 1:
                continue
            head = _head(sheet, spread, first, row, known)
            if head.known < 2 and head.known < len(head.headings):
                continue
            if not head.known or (best and head.known < best.known):
                continue
            if (
                best is None
                or head.known > best.known
                or (first < row and best.last == row and _groups(head))
            ):
                best = head
    return best


def _head(sheet: Sheet, spread: dict[tuple[int, int], str], first: int, last: int, known: Known) -> _Head:
    width = max((len(sheet.rows[row - 1]) for row in range(first, last + 1)), default=0)
    width = max([width, *(right for top, _l, _b, right in sheet.merged if first <= top <= last)], default=0)
    headings: list[Heading] = []
    names: set[str] = set()
    columns: set[int] = set()
    for column in range(1, width + 1):
        texts = tuple(spread.get((row, column), "") for row in range(first, last + 1))
        if not any(texts):
            continue
        place = f"{sheet.name}!{letters(column - 1)}{last if texts[-1] else first}"
        heading = Heading(texts, column, place, column in sheet.hidden_columns)
        headings.append(heading)
        if name := next(filter(known, heading.names), None):
            names.add(name)
            columns.add(column)
    return _Head(sheet, first, last, tuple(headings), len(names), frozenset(columns))


def _groups(head: _Head) -> bool:
    """Tell whether the upper row of a head groups its columns; a title over all of them does not."""
    upper = [heading.texts[0] for heading in head.headings]
    return len({text for text in upper if text}) > 1 and any(
        left and left == right and head.headings[at].texts[1] != head.headings[at + 1].texts[1]
        for at, (left, right) in enumerate(pairwise(upper))
    )


def _spread(sheet: Sheet) -> dict[tuple[int, int], str]:
    """Return the texts of the first rows, those of merged cells at each of their places."""
    texts = {
        (cell.row, cell.column): str(cell.value)
        for row in sheet.rows[: _LOOKED_AT + 1]
        for cell in row
        if cell.value is not None
    }
    for top, left, bottom, right in sheet.merged:
        text = texts.get((top, left))
        if text is None or top > _LOOKED_AT:
            continue
        for row in range(top, min(bottom, _LOOKED_AT) + 1):
            for column in range(left, right + 1):
                texts.setdefault((row, column), text)
    return texts


def _texts_of(head: _Head) -> list[str]:
    return [heads.key(heading.texts[-1] or heading.texts[0]) for heading in head.headings]


def _unit_above(sheet: Sheet, first: int) -> str:
    """Return the unit that the nearest line above the head gives."""
    for row in reversed(sheet.rows[: first - 1]):
        for cell in row:
            if isinstance(cell.value, str) and (unit := heads.unit_line(cell.value)):
                return unit
    return ""


def _notes_on_columns(head: _Head) -> Iterator[Note]:
    for heading in head.headings:
        if heading.hidden:
            said = _("The column “%(head)s” is hidden in the file; it is read like the others.")
            yield Note(heading.place, said % {"head": heading.label})
    columns = {heading.column for heading in head.headings}
    bare: dict[int, Cell] = {}
    for row in head.sheet.rows[head.last :]:
        for cell in row:
            if cell.value is not None and cell.column not in columns:
                bare.setdefault(cell.column, cell)
    for column in sorted(bare):
        said = _("Column %(column)s holds values and has no head; it is not read.")
        yield Note(bare[column].place, said % {"column": letters(column - 1)})


def _notes_on_sheets(best: _Head, fitting: Sequence[_Head]) -> Iterator[Note]:
    for head in fitting:
        if head is not best and not head.sheet.hidden:
            said = _("The sheet “%(sheet)s” has such a table too; it is not read.")
            yield Note(head.headings[0].place, said % {"sheet": head.sheet.name})


def _nothing_fits(workbook: Workbook, right: Sequence[str]) -> str:
    values = {
        "name": workbook.name,
        "sheets": ", ".join(sheet.name for sheet in workbook.sheets[:_NAMED]),
        "heads": ", ".join(right[:_NAMED]),
    }
    if not right:
        said = _("“%(name)s”: no sheet has a table of this list. Looked at: %(sheets)s.")
    else:
        said = _(
            "“%(name)s”: no sheet has a table of this list. Looked at: %(sheets)s. "
            "A row with at least two of these heads would be right: %(heads)s."
        )
    return said % values
