"""What a sheet says beside its values, and how much of a sheet is read."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_ROWS = 200_000
MOST_COLUMNS = 500
MOST_CELLS = 3_000_000
"""More than a table of people has, less than memory holds: a few bytes can claim the last corner of a sheet."""
MOST_XML = 128 << 20
"""So many bytes of XML are read of a package: a few kilobytes can unpack to millions of empty elements, each of which
takes memory."""

Place = tuple[int, int]
"""Row and column, counted from 1."""
Merged = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


@dataclass(slots=True)
class Traits:
    """What stands beside the values of a sheet. `rows` and `columns` say how far cells with a value reach.

    `errors` are cells whose value is an error such as #N/A; `formulas` cells that are computed, and `results` those of
    them whose result was kept; `formats` are number formats that say more than their number. `covered` is how many
    cells merged ranges and links claim in all, however far they reach: a program that edits makes each of them.
    """

    rows: int = 0
    columns: int = 0
    errors: dict[Place, str] = field(default_factory=dict)
    formulas: set[Place] = field(default_factory=set)
    results: set[Place] = field(default_factory=set)
    formats: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Merged] = field(default_factory=list)
    merged_cells: int = 0
    covered: int = 0

    def reach(self, sheet: str, row: int, column: int) -> None:
        """Note that a cell holds something; raise `TooLargeError` when that is further than sheets are read."""
        if row <= self.rows and column <= self.columns:
            return
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column)
        if row > MOST_ROWS or column > MOST_COLUMNS or self.rows * self.columns > MOST_CELLS:
            raise TooLargeError(sheet, row, column)

    def merge(self, where: Merged) -> None:
        """Note merged cells, as far as sheets are read; ranges over ranges, which no program makes, end somewhere."""
        self.cover(where)
        top, left, bottom, right = where
        bottom, right = min(bottom, MOST_ROWS), min(right, MOST_COLUMNS)
        self.merged_cells += max(0, bottom - top + 1) * max(0, right - left + 1)
        if self.merged_cells <= MOST_CELLS:
            self.merged.append((top, left, bottom, right))

    def cover(self, where: Merged) -> None:
        """Note that a range claims its cells."""
        top, left, bottom, right = where
        self.covered += max(0, bottom - top + 1) * max(0, right - left + 1)


class DamagedError(Exception):
    """A file that is not built as its kind is."""


DAMAGES = (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError)
"""What reading a package of XML raises that is not built as its kind is."""


_XML = (".xml", ".rels", ".vml")
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""Marks of the order of bytes, the empty halves of UTF-16, and blanks: what may stand before the first tag."""


def xml_parts(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the parts that can be read as XML: by their names, or by how they begin whatever they are called.

    The relations of a workbook may name any part a sheet. Pictures and other media begin otherwise.
    """
    return [part for part in package.infolist() if _is_xml(package, part)]


def _is_xml(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if part.filename.lower().endswith(_XML):
        return True
    with package.open(part) as source:
        head = source.read(64)
    first = head.lstrip(_BEFORE_XML)
    return bool(head) and (not first or first.startswith(b"<"))


def refuse_much(package: zipfile.ZipFile) -> None:
    """Raise `TooMuchError` for a package whose XML is more than is read."""
    size = sum(part.file_size for part in xml_parts(package))
    if size > MOST_XML:
        raise TooMuchError(size)


class TooMuchError(Exception):
    """A package with more XML than is read; `size` in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class LockedError(Exception):
    """A file that opens with a password only."""


class TooLargeError(Exception):
    """A sheet that reaches further than sheets are read."""

    def __init__(self, sheet: str, row: int, column: int) -> None:
        super().__init__(sheet, row, column)
        self.sheet, self.row, self.column = sheet, row, column
