"""What an exported workbook knows of itself, so that it can be refreshed: which list it is, and which column says what.

It stands in the custom properties of the document, which spreadsheets keep whatever becomes of the sheets
(`docs/decisions/0024-refresh.md`). Nothing in it is believed: it is read as an address is that somebody typed.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from zoneworks.exchange.reading.traits import DAMAGES, DamagedError
from zoneworks.exchange.reading.xlsx import parse
from zoneworks.kit.moment import is_nameable

NUMBER = "#"
"""Stands for the key of the column that says which record a row is."""
PREFIX = "Zoneworks "
_PART = "docProps/custom.xml"
_PIECE = 240
"""A spreadsheet takes 255 signs for one property."""
_MOST_PIECES = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """The list in a workbook: its address, the language, the instant of its reading, and key and head of each column.

    `sheet` and `changes` name the sheets of the list and of what the last refresh changed; `standing` is the head of
    the column that says which rows are new or left the list.
    """

    zone: str
    ledger: str
    query: str
    language: str
    at: datetime | None = None
    heads: tuple[tuple[str, str], ...] = ()
    sheet: str = ""
    standing: str = ""
    changes: str = ""

    def properties(self) -> dict[str, str]:
        """Return the properties of a document that carry this ticket, each short enough to be kept."""
        said = {
            "zone": self.zone,
            "ledger": self.ledger,
            "query": self.query,
            "language": self.language,
            "at": self.at.isoformat() if self.at else "",
            "heads": self.heads,
            "sheet": self.sheet,
            "standing": self.standing,
            "changes": self.changes,
        }
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        pieces = range(0, len(text), _PIECE)
        # Blanks at an end would be lost on the way through other programs.
        return {f"{PREFIX}{n}": f"|{text[start : start + _PIECE]}|" for n, start in enumerate(pieces, 1)}


def ticket_of(properties: Mapping[str, str]) -> Ticket | None:
    """Return the ticket that the properties of a document carry, or nothing.

    One without the head of the numbers is none; an instant that no address can name is left out.

    >>> ticket = Ticket("gaoyou", "projects", "stage=signed", "en", heads=(("#", "record no."), ("name", "项目" * 200)))
    >>> ticket_of(ticket.properties()) == ticket, ticket_of({"Zoneworks 1": "|{|"}), ticket_of({})
    (True, None, None)
    >>> ticket_of(Ticket("gaoyou", "projects", "", "en", heads=(("name", "project"),)).properties()) is None
    True
    """
    try:
        said = json.loads("".join(_pieces(properties)))
        texts = {name: _text(said[name]) for name in ("zone", "ledger", "query", "language")}
        more = {name: _text(said.get(name, "")) for name in ("sheet", "standing", "changes")}
        heads = tuple((_text(key), _text(head)) for key, head in said["heads"])
        at = parse_datetime(_text(said.get("at", "")))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if texts["language"] not in dict(settings.LANGUAGES) or NUMBER not in dict(heads):
        return None
    if at is not None and (is_naive(at) or not is_nameable(at)):
        at = None
    return Ticket(**texts, **more, heads=heads, at=at)


def _pieces(properties: Mapping[str, str]) -> Iterator[str]:
    for number in range(1, _MOST_PIECES):
        piece = properties.get(f"{PREFIX}{number}")
        if piece is None:
            return
        yield piece.strip()[1:-1]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # half of a pair of surrogates is a ValueError here, and later one of the database
    return value


def ticket_in(file: IO[bytes]) -> Ticket | None:
    """Return the ticket of an xlsx, or nothing; raise `DamagedError` for what is none."""
    found: dict[str, list[str]] = {}
    name = ""

    def start(element: str, given: dict[str, str]) -> None:
        nonlocal name
        if element == "property":
            name = given.get("name", "")
            found[name] = []

    def text(data: str) -> None:
        if name:
            found[name].append(data)

    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            if _PART in package.namelist():
                parse(package, _PART, start, CharacterDataHandler=text)
    except DAMAGES as error:
        raise DamagedError from error
    return ticket_of({key: "".join(parts) for key, parts in found.items()})
