"""What calamine does not tell of an xlsx: read from the XML of its sheets, one pass, without building a tree."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Container, Mapping
from typing import IO, Any
from xml.parsers import expat

from zoneworks.exchange.cells import column_number
from zoneworks.exchange.reading.formats import BUILT_IN, telling
from zoneworks.exchange.reading.traits import (
    DAMAGES,
    MOST_COLUMNS,
    DamagedError,
    Merged,
    Traits,
    refuse_much,
    xml_parts,
)

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_TRUE = ("1", "true")
_DOCUMENT_TYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
Starts = Callable[[str, dict[str, str]], object]


def traits(file: IO[bytes]) -> dict[str, Traits]:
    """Return what stands beside the values of each sheet, by its name."""
    try:
        with zipfile.ZipFile(file) as package:
            refuse_much(package)
            sheets = sheet_parts(package)
            _refuse_entities(package, {*sheets.values()})
            formats = _formats(package)
            return {name: _SheetReader(name, formats).read(package, part) for name, part in sheets.items()}
    except DAMAGES as error:
        raise DamagedError from error


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name."""
    targets: dict[str, str] = {}
    parts: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            targets[given["Id"]] = posixpath.normpath(posixpath.join("/xl", given["Target"])).lstrip("/")

    def sheet(name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            key = next((value for said, value in given.items() if said.endswith(":id")), "")
            if key in targets:
                parts[given["name"]] = targets[key]

    parse(package, _RELATIONS, relation)
    parse(package, _WORKBOOK, sheet)
    return parts


def parse(
    package: zipfile.ZipFile, part: str, starts: Starts, *, prefixed: bool = False, **handlers: Any
) -> None:
    """Tell `starts` each element of a part, its name without a prefix. A part with a document type is refused.

    Entities stand in document types only, so that none is ever expanded or fetched.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype

    def first(name: str, given: dict[str, str]) -> None:
        # The prefix of the root is that of its elements; most files have none.
        cut = 0 if prefixed else name.find(":") + 1
        parser.StartElementHandler = starts if not cut else lambda said, had: starts(said[cut:], had)
        starts(name[cut:], given)

    parser.StartElementHandler = first
    for handler, does in handlers.items():
        setattr(parser, handler, does)
    with package.open(part) as source:
        parser.ParseFile(source)


def _refuse_entities(package: zipfile.ZipFile, sheets: Container[str]) -> None:
    """Refuse a package one of whose parts has a document type: other readers of the same file may expand it.

    The `sheets` are refused as they are read.
    """
    for part in xml_parts(package):
        if part.filename not in sheets:
            data = package.read(part)
            if any(sign in data for sign in _DOCUMENT_TYPE):
                raise DamagedError


def _refuse_doctype(*_said: object) -> None:
    raise DamagedError


def _formats(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the formats that tell something, by the number of the style as cells name it."""
    if _STYLES not in package.namelist():
        return {}
    codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    styles: list[str] = []
    inside = ""

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[given["numFmtId"]] = telling(given.get("formatCode", ""))
        elif name in ("cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
            inside = name
        elif name == "xf" and inside == "cellXfs":
            styles.append(given.get("numFmtId", "0"))

    parse(package, _STYLES, start)
    return {str(number): codes[key] for number, key in enumerate(styles) if codes.get(key)}


class _SheetReader:
    """Reads one sheet: hears each element and notes what it tells."""

    def __init__(self, sheet: str, formats: Mapping[str, str]) -> None:
        self.sheet, self.formats = sheet, formats
        self.found = Traits()
        self.row = self.column = 0
        self.kind = ""
        self.listens = False
        self.columns: dict[str, int] = {}

    def read(self, package: zipfile.ZipFile, part: str) -> Traits:
        parse(package, part, self.start, CharacterDataHandler=self.text)
        return self.found

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self.cell(given)
        elif name in ("v", "is"):
            self.found.reach(self.sheet, self.row, self.column)
            self.listens = self.kind == "e" or (self.row, self.column) in self.found.formulas
            if self.kind == "str":  # a formula may result in no text
                self.found.results.add((self.row, self.column))
        elif name == "f":
            self.found.formulas.add((self.row, self.column))
        elif name == "row":
            self.row = int(given["r"]) if "r" in given else self.row + 1
            self.column = 0
            if given.get("hidden") in _TRUE:
                self.found.hidden_rows.add(self.row)
        elif name == "col" and given.get("hidden") in _TRUE:
            last = min(int(given["max"]), MOST_COLUMNS)
            self.found.hidden_columns.update(range(int(given["min"]), last + 1))
        elif name == "mergeCell":
            self.found.merge(merged(given["ref"]))
        elif name == "hyperlink":
            self.found.cover(merged(given["ref"]))

    def cell(self, given: dict[str, str]) -> None:
        place = given.get("r")
        if place is None:
            self.column += 1
        else:
            letters = place.rstrip("0123456789")
            if letters not in self.columns:
                self.columns[letters] = column_number(letters) + 1
            self.column = self.columns[letters]
            self.row = int(place[len(letters) :])
        if style := self.formats.get(given.get("s", "")):
            self.found.formats[self.row, self.column] = style
        self.kind = given.get("t", "")
        self.listens = False

    def text(self, data: str) -> None:
        if not self.listens:
            return
        self.found.results.add((self.row, self.column))
        if self.kind == "e":
            self.found.errors[self.row, self.column] = data


def merged(reference: str) -> Merged:
    """Return a range of cells by its name.

    >>> merged("B2:D3"), merged("A1")
    ((2, 2, 3, 4), (1, 1, 1, 1))
    """
    ends = [_PLACE.fullmatch(end) for end in reference.split(":")]
    first, last = ends[0], ends[-1]
    if first is None or last is None:
        raise DamagedError
    return int(first[2]), column_number(first[1]) + 1, int(last[2]), column_number(last[1]) + 1
