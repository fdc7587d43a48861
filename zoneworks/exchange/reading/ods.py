"""What calamine does not tell of an ods: read from its content, one pass, without building a tree."""

from __future__ import annotations

import zipfile
from typing import IO

from zoneworks.exchange.reading.formats import telling
from zoneworks.exchange.reading.traits import (
    DAMAGES,
    MOST_COLUMNS,
    DamagedError,
    LockedError,
    Traits,
    refuse_much,
)
from zoneworks.exchange.reading.xlsx import parse

_CONTENT, _STYLES, _MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"
_SHOWS = {
    "number:year": "yyyy",
    "number:month": "m",
    "number:day": "d",
    "number:number": "0",
    "number:scientific-number": "0",
    "number:fraction": "0",
}
_MOST_HIDDEN = 10_000


def traits(file: IO[bytes]) -> dict[str, Traits]:
    """Return what stands beside the values of each sheet, by its name. `LockedError` for a file with a password."""
    try:
        with zipfile.ZipFile(file) as package:
            refuse_much(package)
            members = package.namelist()
            if _MANIFEST in members and b"encryption-data" in package.read(_MANIFEST):
                raise LockedError
            reader = _Reader()
            for part in (_STYLES, _CONTENT):
                if part in members:
                    reader.read(package, part)
            return reader.sheets
    except DAMAGES as error:
        raise DamagedError from error


class _Reader:
    """Hears each element of the content and notes what it tells. Its prefixes are those that every program writes."""

    def __init__(self) -> None:
        self.sheets: dict[str, Traits] = {}
        self.codes: dict[str, str] = {}
        self.formats: dict[str, str] = {}
        self.code_name = self.sheet = self.text_of = ""
        self.found = Traits()
        self.row = self.rows = self.column = self.head = 0
        self.column_styles: dict[int, str] = {}
        self.error: tuple[int, int] | None = None

    def read(self, package: zipfile.ZipFile, part: str) -> None:
        parse(
            package,
            part,
            self.start,
            prefixed=True,
            CharacterDataHandler=self.text,
            EndElementHandler=self.end,
        )

    def start(self, name: str, given: dict[str, str]) -> None:
        match name:
            case "table:table-cell" | "table:covered-table-cell":
                self.cell(given)
            case "table:table-row":
                self.start_row(given)
            case "table:table-column":
                self.start_column(given)
            case "table:table":
                self.sheet = given.get("table:name", "")
                self.found = self.sheets[self.sheet] = Traits()
                self.row = self.head = 0
                self.rows = 0
                self.column_styles = {}
            case "style:style" if "style:data-style-name" in given:
                code = telling(self.codes.get(given["style:data-style-name"], ""))
                self.formats[given.get("style:name", "")] = code
            case _:
                self.style(name, given)

    def style(self, name: str, given: dict[str, str]) -> None:
        """Note the parts of a number's style as the format of a sheet would have them."""
        if name.startswith("number:") and name.endswith("-style"):
            self.code_name = given.get("style:name", "")
            self.codes[self.code_name] = ""
        elif self.code_name and name in _SHOWS:
            self.codes[self.code_name] += _SHOWS[name]
        elif self.code_name and name in ("number:text", "number:currency-symbol"):
            self.text_of = self.code_name

    def start_column(self, given: dict[str, str]) -> None:
        repeated = min(int(given.get("table:number-columns-repeated", 1)), MOST_COLUMNS)
        columns = range(self.head + 1, min(self.head + repeated, MOST_COLUMNS) + 1)
        if given.get("table:visibility", "visible") != "visible":
            self.found.hidden_columns.update(columns)
        if code := self.formats.get(given.get("table:default-cell-style-name", "")):
            self.column_styles.update(dict.fromkeys(columns, code))
        self.head += repeated

    def start_row(self, given: dict[str, str]) -> None:
        self.row += self.rows or 1
        self.rows = int(given.get("table:number-rows-repeated", 1))
        self.column = 0
        if given.get("table:visibility", "visible") != "visible":
            self.found.hidden_rows.update(range(self.row, self.row + min(self.rows, _MOST_HIDDEN)))

    def cell(self, given: dict[str, str]) -> None:
        repeated = int(given.get("table:number-columns-repeated", 1))
        row, column = self.row, self.column + 1
        self.column += repeated
        wide = int(given.get("table:number-columns-spanned", 1))
        high = int(given.get("table:number-rows-spanned", 1))
        if wide > 1 or high > 1:
            self.found.merge((row, column, row + high - 1, column + wide - 1))
        self.error = None
        if "office:value-type" not in given and "calcext:value-type" not in given:
            return
        self.found.reach(self.sheet, row + self.rows - 1, column + repeated - 1)
        is_share = given.get("office:value-type") == "percentage"
        code = self.formats.get(given.get("table:style-name", ""), self.column_styles.get(column, ""))
        for place in ((row + down, column + right) for down in range(self.rows) for right in range(repeated)):
            if "table:formula" in given:
                self.found.formulas.add(place)
                self.found.results.add(place)
            if is_share or code:
                self.found.formats[place] = "0%" if is_share else code
        if given.get("calcext:value-type") == "error":
            self.error = (row, column)
            self.found.errors[self.error] = ""

    def text(self, data: str) -> None:
        if self.error:
            self.found.errors[self.error] += data.strip()
        elif self.text_of:
            self.codes[self.text_of] += f'"{data}"'

    def end(self, name: str) -> None:
        if name in ("number:text", "number:currency-symbol"):
            self.text_of = ""
        elif name.startswith("number:") and name.endswith("-style"):
            self.code_name = ""
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.error = None
