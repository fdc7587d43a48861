"""What calamine does not tell of an xls: read from the records of its sheets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

from zoneworks.exchange.reading.compound import Compound
from zoneworks.exchange.reading.formats import BUILT_IN, telling
from zoneworks.exchange.reading.traits import DamagedError, LockedError, Place, Traits

_BEGIN, _END, _PASSWORD, _SHEET, _FORMAT, _STYLE, _CODE_PAGE = 0x809, 0x0A, 0x2F, 0x85, 0x41E, 0xE0, 0x42
_COLUMN, _ROW, _MERGED, _REACH = 0x7D, 0x208, 0xE5, 0x200
_MOST_ROWS, _MOST_COLUMNS = 1 << 16, 1 << 8
"""A sheet of an xls can have no more."""
_FORMULA, _BOOL_OR_ERROR, _NUMBERS = 0x06, 0x205, 0xBD
_CELLS = frozenset({0x203, 0xFD, 0x204, 0x27E, 0xD6, _FORMULA, _BOOL_OR_ERROR})
_BIFF8 = 0x600
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
Record = tuple[int, bytes]


def traits(file: IO[bytes]) -> dict[str, Traits]:
    """Return what stands beside the values of each sheet, by its name. `LockedError` for a file with a password."""
    book = Compound(file.read()).stream("Workbook", "Book")
    try:
        return _Book(book).traits()
    except (struct.error, IndexError) as error:
        raise DamagedError from error


def _records(book: bytes, at: int) -> Iterator[Record]:
    """Yield the records from `at` to the end of their part, without those of parts within it, such as charts."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        body = book[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 1:
            yield kind, body
        if depth <= 0:
            return


class _Book:
    """Reads the styles and places of the sheets, then each sheet."""

    def __init__(self, book: bytes) -> None:
        self.book = book
        self.sheets: list[tuple[str, int]] = []
        codes = dict(BUILT_IN)
        styles: list[int] = []
        self.is_new, self.encoding = True, "gb18030"
        for kind, body in _records(book, 0):
            if kind == _BEGIN:
                self.is_new = struct.unpack_from("<H", body)[0] == _BIFF8
            elif kind == _PASSWORD:
                raise LockedError
            elif kind == _CODE_PAGE and struct.unpack_from("<H", body)[0] == 1252:
                self.encoding = "cp1252"
            elif kind == _SHEET:
                self.sheets.append((self._text(body[6:], 1), struct.unpack_from("<I", body)[0]))
            elif kind == _FORMAT:
                code = telling(self._text(body[2:], 2 if self.is_new else 1))
                codes[struct.unpack_from("<H", body)[0]] = code
            elif kind == _STYLE:
                styles.append(struct.unpack_from("<H", body, 2)[0])
        self.formats = {number: codes[key] for number, key in enumerate(styles) if codes.get(key)}

    def traits(self) -> dict[str, Traits]:
        return {name: self._sheet(name, at) for name, at in self.sheets}

    def _text(self, body: bytes, width: int) -> str:
        """Return a text that begins with its length in `width` bytes."""
        length = int.from_bytes(body[:width], "little")
        if not self.is_new:
            return body[width : width + length].decode(self.encoding, "replace")
        if body[width] & 1:
            return body[width + 1 : width + 1 + 2 * length].decode("utf-16-le", "replace")
        return body[width + 1 : width + 1 + length].decode("latin-1")

    def _sheet(self, name: str, at: int) -> Traits:
        found = Traits()
        for kind, body in _records(self.book, at):
            if kind in _CELLS:
                self._read_cell(found, name, kind, body)
            elif kind == _NUMBERS:
                self._read_numbers(found, name, body)
            elif kind == _REACH:
                self._check_reach(body)
            else:
                _read_layout(found, kind, body)
        return found

    def _check_reach(self, body: bytes) -> None:
        """Refuse a sheet that says it reaches further than sheets can, or ends before it begins.

        calamine takes memory for as much as is said; where there is none, the whole program ends.
        """
        top, bottom, left, right = struct.unpack_from("<IIHH" if self.is_new else "<HHHH", body)
        if not (top <= bottom <= _MOST_ROWS and left <= right <= _MOST_COLUMNS):
            raise DamagedError

    def _read_cell(self, found: Traits, sheet: str, kind: int, body: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", body)
        place = (row + 1, column + 1)
        self._note(found, sheet, place, style)
        if kind == _FORMULA:
            found.formulas.add(place)
            found.results.add(place)
        if error := _error(kind, body):
            found.errors[place] = error

    def _read_numbers(self, found: Traits, sheet: str, body: bytes) -> None:
        """Read a record that holds the numbers of neighboring cells."""
        row, first = struct.unpack_from("<HH", body)
        for number, start in enumerate(range(4, len(body) - 2, 6)):
            style = struct.unpack_from("<H", body, start)[0]
            self._note(found, sheet, (row + 1, first + number + 1), style)

    def _note(self, found: Traits, sheet: str, place: Place, style: int) -> None:
        found.reach(sheet, *place)
        if code := self.formats.get(style):
            found.formats[place] = code


def _read_layout(found: Traits, kind: int, body: bytes) -> None:
    """Note what a record says of the rows, the columns and the merged cells."""
    if kind == _ROW and struct.unpack_from("<H", body, 12)[0] & 0x20:
        found.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
    elif kind == _COLUMN and struct.unpack_from("<H", body, 8)[0] & 1:
        left, right = struct.unpack_from("<HH", body)
        found.hidden_columns.update(range(left + 1, min(right, 255) + 2))
    elif kind == _MERGED:
        for number in range(struct.unpack_from("<H", body)[0]):
            top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * number)
            found.merge((top + 1, left + 1, bottom + 1, right + 1))


def _error(kind: int, body: bytes) -> str:
    """Return the error that a cell shows, or nothing."""
    if kind == _BOOL_OR_ERROR and body[7]:
        return _ERRORS.get(body[6], "#N/A")
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], "#N/A")
    return ""
