"""Which list a saved workbook is, and where in it: the sheet, the head, the columns, the row of each record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from zoneworks.exchange import heads
from zoneworks.exchange.cells import letters
from zoneworks.exchange.cover import address_in
from zoneworks.exchange.exporting import head_of, number_label
from zoneworks.exchange.ticket import NUMBER, Ticket
from zoneworks.exchange.workbooks import Cell, Sheet, Workbook
from zoneworks.kit.registry import ledgers

_DEEPEST_HEAD = 50
_NAMED = 5


class ElsewhereError(ValidationError):
    """The workbook is a list of another ledger, that with the slug `ledger`."""

    def __init__(self, message: str, ledger: str) -> None:
        super().__init__(message, code="ledger")
        self.ledger = ledger


@dataclass(frozen=True, slots=True)
class Found:
    """Where the list stands. `columns` by key, `rows` by the number of the record, in the order of the sheet.

    `own_rows` are the rows below the head that hold something and name no record; `last` is the last row of the
    sheet that holds anything, `width` the last column. `unknown` are heads of which the ledger has no column any more,
    `missing` those that stand in the sheet no longer.
    """

    ticket: Ticket
    sheet: str
    head: int
    columns: Mapping[str, int]
    rows: Mapping[int, int]
    own_rows: tuple[int, ...]
    last: int
    width: int
    standing: int = 0
    cover: tuple[int, int] | None = None
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def numbers(self) -> int:
        """Return the column of the numbers of the records."""
        return self.columns[NUMBER]

    @property
    def end(self) -> int:
        """Return the last row of the table, or its head."""
        return max(self.rows.values(), default=self.head)


def whence(name: str, ticket: Ticket | None, workbook: Workbook | None) -> Ticket:
    """Return which list a workbook is: what its properties say, else the address on its cover.

    `ValidationError` for a workbook that no list was exported to.
    """
    if ticket is not None:
        return ticket
    for sheet in workbook.sheets if workbook is not None else ():
        for cell in _first_cells(sheet):
            address = address_in(str(cell.value)) if isinstance(cell.value, str) else None
            if address is not None and address[1] in {ledger.slug for ledger in ledgers}:
                language = _language_of(sheet)
                return Ticket(*address, language, heads=_all_heads(address[1], language), sheet=sheet.name)
    said = _(
        "“%(name)s” is no list that was exported here: neither the properties of the file nor a line above the table "
        "say which one. Export the list anew and work in that file."
    )
    raise ValidationError(said % {"name": name}, code="workbook")


def _first_cells(sheet: Sheet) -> Iterator[Cell]:
    for row in sheet.rows[:_DEEPEST_HEAD]:
        yield from (cell for cell in row if cell.value is not None)


def _language_of(sheet: Sheet) -> str:
    """Return the language in which the column of numbers has its name."""
    said = {heads.key(str(cell.value)) for cell in _first_cells(sheet)}
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            if heads.key(number_label()) in said:
                return code
    return settings.LANGUAGE_CODE


def _all_heads(slug: str, language: str) -> tuple[tuple[str, str], ...]:
    with translation.override(language):
        columns = ledgers[slug].bound_columns()
        return ((NUMBER, number_label()), *((each.key, head_of(each).label) for each in columns))


def check_place(name: str, ticket: Ticket, ledger: Any) -> None:
    """Refuse a list of another zone or another ledger than that of the page."""
    if ticket.zone != ledger.zone.code:
        said = _(
            "“%(name)s” is a list of the zone “%(theirs)s”, and this is the zone “%(ours)s”. Refresh it over there."
        )
        values = {"name": name, "theirs": ticket.zone[:40], "ours": ledger.zone.code}
        raise ValidationError(said % values, code="zone")
    if ticket.ledger == ledger.slug:
        return
    check_ledger(name, ticket)
    said = _("“%(name)s” is a list of “%(theirs)s”, not of “%(ours)s”. Bring it there.")
    values = {"name": name, "theirs": ledgers[ticket.ledger].label_plural(), "ours": ledger.label_plural()}
    raise ElsewhereError(said % values, ticket.ledger)


def check_ledger(name: str, ticket: Ticket) -> None:
    """Refuse a list of a ledger that there is no longer."""
    if ticket.ledger not in {each.slug for each in ledgers}:
        said = _(
            "“%(name)s” is a list of “%(ledger)s”, which there is no longer. Export the list that you need."
        )
        raise ValidationError(said % {"name": name, "ledger": ticket.ledger[:40]}, code="ledger")


def find(workbook: Workbook, ticket: Ticket, columns: Mapping[str, Any]) -> Found:
    """Return where the list of `ticket` stands; `columns` are those of its ledger by key.

    `ValidationError` names file, sheet and cell, and what would be right.
    """
    sheet, head = _sheet_of(workbook, ticket)
    return _Finder(workbook.name, sheet, head, ticket, columns).found()


def _sheet_of(workbook: Workbook, ticket: Ticket) -> tuple[Sheet, int]:
    """Return the sheet and the row of its head: where the column of numbers stands beside another known one."""
    known = {heads.key(text) for key, text in ticket.heads if key != NUMBER}
    number = heads.key(dict(ticket.heads).get(NUMBER, ""))
    having = []
    lacking: tuple[Sheet, int] | None = None
    for sheet in workbook.sheets:
        for row, cells in enumerate(sheet.rows[:_DEEPEST_HEAD], 1):
            texts = {heads.key(cell.value) for cell in cells if isinstance(cell.value, str)}
            if number in texts and texts & known:
                having.append((sheet, row))
                break
            if len(texts & known) > 1 and lacking is None:
                lacking = sheet, row
    if not having:
        _refuse_without_number(workbook, ticket, lacking)
    chosen = [each for each in having if each[0].name == ticket.sheet] or having
    if len(chosen) > 1:
        said = _(
            "“%(name)s” holds the list in several sheets: %(sheets)s. "
            "Rename the head “%(head)s” in those that are not to be refreshed."
        )
        sheets = _(", ").join(f"“{sheet.name}”" for sheet, _row in chosen)
        _refuse(said, workbook.name, sheets=sheets, head=dict(ticket.heads)[NUMBER])
    return chosen[0]


def _refuse_without_number(workbook: Workbook, ticket: Ticket, lacking: tuple[Sheet, int] | None) -> NoReturn:
    head = dict(ticket.heads).get(NUMBER) or number_label()
    if lacking is None:
        said = _(
            "“%(name)s”: no sheet has the heads of the list, such as “%(head)s”. "
            "Put the row of heads back, or export the list anew."
        )
        _refuse(said, workbook.name, head=head)
    sheet, row = lacking
    said = _(
        "“%(name)s”, sheet “%(sheet)s”, row %(row)d: no column is called “%(head)s”. "
        "Write this head back above the numbers of the records; by them each row finds its record."
    )
    _refuse(said, workbook.name, sheet=sheet.name, row=row, head=head)


def _refuse(message: str, name: str, **values: object) -> NoReturn:
    raise ValidationError(message % {"name": name, **values}, code="workbook")


class _Finder:
    """Looks at one sheet below the row `head`."""

    def __init__(
        self, name: str, sheet: Sheet, head: int, ticket: Ticket, columns: Mapping[str, Any]
    ) -> None:
        self.name, self.sheet, self.head, self.ticket, self.known = name, sheet, head, ticket, columns
        self.unknown: list[str] = []
        self.missing: list[str] = []
        self.places: dict[str, list[int]] = defaultdict(list)
        for cell in sheet.rows[head - 1]:
            if isinstance(cell.value, str):
                self.places[heads.key(cell.value)].append(cell.column)

    def found(self) -> Found:
        columns = self._columns()
        rows, own = self._rows(columns)
        standing = self.places.get(heads.key(self.ticket.standing), []) if self.ticket.standing else []
        if len(standing) > 1:
            self._refuse_twice(self.ticket.standing, standing)
        return Found(
            self.ticket,
            self.sheet.name,
            self.head,
            columns,
            rows,
            tuple(own),
            last=len(self.sheet.rows),
            width=max((len(row) for row in self.sheet.rows[self.head - 1 :]), default=0),
            standing=standing[0] if standing else 0,
            cover=self._cover(),
            unknown=tuple(self.unknown),
            missing=tuple(self.missing),
        )

    def _columns(self) -> dict[str, int]:
        found: dict[str, int] = {}
        wanted = Counter(heads.key(text) for _key, text in self.ticket.heads)
        taken: Counter[str] = Counter()
        for key, text in self.ticket.heads:
            name = heads.key(text)
            places = self.places.get(name, [])
            if len(places) > wanted[name]:
                self._refuse_twice(text, places)
            if key != NUMBER and key not in self.known:
                self.unknown.append(text)
            elif taken[name] < len(places):
                found[key] = places[taken[name]]
            elif self.ticket.at is not None:
                self.missing.append(text)
            taken[name] += 1
        return found

    def _refuse_twice(self, head: str, places: list[int]) -> NoReturn:
        said = _(
            "“%(name)s”, sheet “%(sheet)s”: the head “%(head)s” stands in %(places)s. "
            "Give the columns that are yours another head."
        )
        at = _(", ").join(f"{letters(column - 1)}{self.head}" for column in places)
        _refuse(said, self.name, sheet=self.sheet.name, head=head, places=at)

    def _rows(self, columns: Mapping[str, int]) -> tuple[dict[int, int], list[int]]:
        """Return the row of each record, and the rows that hold something and name none."""
        at = columns[NUMBER]
        found: dict[int, list[int]] = {}
        own: list[int] = []
        for row in range(self.head + 1, len(self.sheet.rows) + 1):
            number = _number(self.sheet.cell(row, at))
            if number is not None:
                found.setdefault(number, []).append(row)
            elif any(cell.value is not None or cell.fault for cell in self.sheet.rows[row - 1]):
                own.append(row)
        self._refuse_doubles(found, at)
        if own and not found:
            said = _(
                "“%(name)s”, sheet “%(sheet)s”: below “%(head)s” (%(place)s) stands no number of a record, "
                "so that no row can be found. Take the numbers back from the exported file."
            )
            values = {"head": dict(self.ticket.heads)[NUMBER], "place": f"{letters(at - 1)}{self.head}"}
            _refuse(said, self.name, sheet=self.sheet.name, **values)
        return {number: rows[0] for number, rows in found.items()}, own

    def _refuse_doubles(self, found: Mapping[int, list[int]], at: int) -> None:
        twice = {number: rows for number, rows in found.items() if len(rows) > 1}
        if not twice:
            return
        said = _(
            "“%(name)s”, sheet “%(sheet)s”: the same record stands in several rows: %(rows)s. "
            "Keep one row of each, or empty the number in the others."
        )
        shown = [
            _("%(number)d in %(places)s")
            % {"number": number, "places": _(", ").join(f"{letters(at - 1)}{row}" for row in rows)}
            for number, rows in list(twice.items())[:_NAMED]
        ]
        more = "; …" if len(twice) > _NAMED else ""
        _refuse(said, self.name, sheet=self.sheet.name, rows="; ".join(shown) + more)

    def _cover(self) -> tuple[int, int] | None:
        for row in self.sheet.rows[: self.head - 1]:
            for cell in row:
                if isinstance(cell.value, str) and address_in(cell.value) is not None:
                    return cell.row, cell.column
        return None


def _number(cell: Cell) -> int | None:
    """Return the number of a record that a cell names, also where a program made it text.

    What a formula computed is none: below the numbers stands a count of them, which some record has as its number.
    """
    value = cell.value
    if isinstance(value, bool) or cell.is_formula:
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:18])
    if isinstance(value, Decimal) and value == int(value):
        value = int(value)
    return value if isinstance(value, int) and 0 < value < 2**63 else None
