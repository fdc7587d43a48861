"""The table of a list as a browser reads it: its rows and cells, from the markup of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Cell:
    """One cell: what it says (nothing for the dash of what is not stated), its title, its tone, the note below."""

    text: str = ""
    title: str = ""
    tone: str = ""
    note: str = ""


@dataclass
class Row:
    """One row; `can_be_picked` says whether its box can be ticked."""

    cells: list[Cell] = field(default_factory=list)
    can_be_picked: bool = False


class _Table(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.is_body = self.is_note = self.is_unstated = False
        self.cell: Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "tbody":
            self.is_body = True
        elif not self.is_body:
            return
        elif tag == "tr":
            self.rows.append(Row())
        elif tag == "input":
            self.rows[-1].can_be_picked = "disabled" not in said
        elif tag == "td" and "col-check" not in said.get("class", ""):
            self.cell = Cell()
            self.rows[-1].cells.append(self.cell)
        elif self.cell is not None:
            self.is_note = "cell-note" in said.get("class", "")
            self.is_unstated = "unstated" in said.get("class", "")
            self.cell.title = self.cell.title or said.get("title", "")
            tones = [name for name in said.get("class", "").split() if name.startswith(("light-", "tag-"))]
            self.cell.tone = self.cell.tone or "".join(tones).partition("-")[2]

    def handle_endtag(self, tag: str) -> None:
        if tag == "tbody":
            self.is_body = False
        elif tag == "td":
            self.cell = None
        else:
            self.is_note = self.is_unstated = False

    def handle_data(self, data: str) -> None:
        if self.cell is not None and self.is_note:
            self.cell.note += data
        elif self.cell is not None and not self.is_unstated:
            self.cell.text += data


def rows_of(response: Any) -> list[Row]:
    """Return the rows of the list on the page."""
    table = _Table()
    table.feed(response.content.decode())
    return table.rows


def names_of(response: Any) -> list[str]:
    """Return what the first column says, row by row."""
    return [row.cells[0].text for row in rows_of(response)]


def by_column(response: Any, row: Row) -> dict[str, Cell]:
    """Return the cells of `row` by the keys of their columns."""
    return dict(zip((head.key for head in response.context["heads"]), row.cells, strict=True))
