"""What a refresh changed, and the sheet that lists it with links to the cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from zoneworks.exchange.body import Note
from zoneworks.exchange.cells import Told
from zoneworks.exchange.exporting import number_label
from zoneworks.exchange.marking import LINK, MOST_LISTED, write_text
from zoneworks.exchange.refreshing.values import Held, put


class What(StrEnum):
    """What became of a cell or a row."""

    CHANGED = "changed"
    EDITED = "edited"
    ADDED = "added"
    LEFT = "left"
    GONE = "gone"
    BACK = "back"


WORDS = {
    What.CHANGED: gettext_lazy("changed in the ledger"),
    What.EDITED: gettext_lazy("written in this file; the ledger says otherwise"),
    What.ADDED: gettext_lazy("new in the list"),
    What.LEFT: gettext_lazy("no longer in the list"),
    What.GONE: gettext_lazy("not found, or not open to you"),
    What.BACK: gettext_lazy("in the list again"),
}


@dataclass(slots=True)
class Change:
    """One cell that was rewritten, or a row of which the list knows something new."""

    what: What
    row: int
    record: int
    label: str
    column: int = 0
    key: str = ""
    before: Held | None = None
    after: Told | None = None


@dataclass(slots=True)
class Changes:
    """All that a refresh changed. `notes` say what of the file could not be followed."""

    all: list[Change] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def counts(self) -> Counter[What]:
        return Counter(one.what for one in self.all)

    def in_words(self) -> str:
        """Return in a sentence or two what changed."""
        counts = self.counts
        said = {
            What.CHANGED: _("Cells that the ledger says anew: %(count)d."),
            What.EDITED: _("Cells written in this file and replaced: %(count)d."),
            What.ADDED: _("New records: %(count)d."),
            What.LEFT: _("No longer in the list: %(count)d."),
            What.GONE: _("Not found: %(count)d."),
            What.BACK: _("In the list again: %(count)d."),
        }
        told = [words % {"count": counts[what]} for what, words in said.items() if counts[what]]
        return " ".join(told) or _("Nothing has changed.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the list stands, for links: its sheet, and its columns by key. `url` leads to the page of a record."""

    sheet: str
    columns: dict[str, int]
    heads: dict[str, str]
    url: Callable[[int], str]
    import_url: str = ""


_WIDTHS = (12, 32, 22, 28, 28, 40, 8)


def write_sheet(book: Any, changes: Changes, place: Place, title: str, old: str) -> str:
    """Write what changed into a sheet at the end, in the place of the one that the last refresh wrote (`old`).

    Return the name of the sheet.
    """
    index = len(book.worksheets)
    if old and old in book.sheetnames and old != place.sheet:
        index = book.index(book[old])
        book.remove(book[old])
    sheet = book.create_sheet(_("Changes"), index)
    row = _write_lines(sheet, changes, place, title)
    heads = (
        number_label(),
        _("Name"),
        _("Column"),
        _("Before"),
        _("Now"),
        _("What happened"),
        _("Cell"),
    )
    for column, (head, width) in enumerate(zip(heads, _WIDTHS, strict=True), 1):
        sheet.cell(row, column, head).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = f"A{row + 1}"
    for line, one in enumerate(changes.all[:MOST_LISTED], row + 1):
        _write_change(sheet, line, one, place)
    if len(changes.all) > MOST_LISTED:
        more = _("%(count)d more are not listed.") % {"count": len(changes.all) - MOST_LISTED}
        write_text(sheet.cell(row + 1 + MOST_LISTED, 1), more)
    return str(sheet.title)


def _write_lines(sheet: Any, changes: Changes, place: Place, title: str) -> int:
    """Write what is said above the list and return the row of its head."""
    lines = [
        title,
        changes.in_words(),
        _("The next refresh writes this sheet anew. Give it another name to keep it."),
    ]
    if changes.counts[What.EDITED]:
        said = _(
            "What was written by hand into columns of the ledger stands below under “Before”. "
            "To bring it into the ledger, import the file as it was before the refresh: %(where)s"
        )
        lines.append(said % {"where": place.import_url or _("“Import a workbook” above the list")})
    lines += [f"{note.place}: {note.message}" for note in changes.notes]
    for row, line in enumerate(lines, 1):
        write_text(sheet.cell(row, 1), line)
    sheet.cell(1, 1).font = Font(bold=True)
    return len(lines) + 2


def _write_change(sheet: Any, line: int, one: Change, place: Place) -> None:
    number = sheet.cell(line, 1, one.record)
    if url := place.url(one.record):
        number.hyperlink = Hyperlink(ref=number.coordinate, target=url)
        number.font = LINK
    write_text(sheet.cell(line, 2), one.label)
    if one.key:
        write_text(sheet.cell(line, 3), place.heads.get(one.key, one.key))
        if one.before is not None:
            _repeat(sheet.cell(line, 4), one.before)
        put(sheet.cell(line, 5), one.after, fresh=True)
        for column in (4, 5):
            sheet.cell(line, column).alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
    write_text(sheet.cell(line, 6), str(WORDS[one.what]))
    at = f"{get_column_letter(one.column or place.columns['#'])}{one.row}"
    link = sheet.cell(line, 7, at)
    link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quote_sheetname(place.sheet)}!{at}")
    link.font = LINK


def _repeat(cell: Any, before: Held) -> None:
    if isinstance(before.value, str):
        write_text(cell, before.value)
    elif before.value is not None:
        cell.value = before.value
        cell.number_format = before.number_format
