"""The refresh itself: the cells of the ledger's columns are written anew, and all else in the file stays.

Rows are found by the number of their record, so that they may stand in any order. No row is moved or deleted: what is
new comes below the table, what the list no longer holds is struck through and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from django.http import QueryDict
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter, range_boundaries

from zoneworks.exchange import heads
from zoneworks.exchange.body import Note
from zoneworks.exchange.cells import NUMBER as NUMBER_STYLE
from zoneworks.exchange.cells import Told, told
from zoneworks.exchange.cover import as_of, cover_of
from zoneworks.exchange.exporting import Heard, Selection
from zoneworks.exchange.marking import MOST_LISTED, write_text
from zoneworks.exchange.refreshing.changes import WORDS, Change, Changes, Place, What, write_sheet
from zoneworks.exchange.refreshing.finding import Found
from zoneworks.exchange.refreshing.values import held, is_own, is_same, put, strike, unstrike
from zoneworks.exchange.ticket import PREFIX
from zoneworks.kit.export import in_chunks
from zoneworks.kit.moment import instant_text

Row = tuple[Any, dict[str, Told | None]]
_STANDING_WIDTH = 22


class Refresher:
    """Writes what the list says now into an opened workbook. `url` leads to the page of a record, or is empty."""

    def __init__(
        self,
        book: Any,
        found: Found,
        selection: Selection,
        heard: Heard,
        url: Callable[[int], str],
        import_url: str = "",
    ) -> None:
        self.book, self.found, self.heard = book, found, heard
        self.asked, self.ledger, self.keys = selection.asked, selection.ledger, selection.keys
        self.url, self.import_url = url, import_url
        self.sheet = book[found.sheet]
        self.columns = {
            each.key: each for each in type(self.ledger).bound_columns() if each.key in found.columns
        }
        self.changes = Changes(notes=[*_notes(found), *self._moment_note()])
        self.at = now()
        self.standing = found.standing
        self.last = found.end

    def write(self) -> Changes:
        """Write all of it, and return what changed."""
        self._write_known()
        self._write_new()
        self._tell_edited()
        self._extend()
        self._write_cover()
        self._write_ticket(self._write_changes())
        # The editing library keeps formulas without their results.
        self.book.calculation.fullCalcOnLoad = True
        return self.changes

    def _moment_note(self) -> list[Note]:
        """Return that the list names its moment, for somebody who expects the figures of today."""
        moment = self.ledger.moment
        if not moment.query:
            return []
        said = _(
            "The list was asked for %(moment)s and stays so; export it without to get the figures of today."
        )
        return [Note(self.found.sheet, said % {"moment": as_of(moment)})]

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _read(self, ledger: Any, keys: list[int]) -> Iterator[Row]:
        """Yield the records and what the columns say of them."""
        columns = list(self.columns.values())
        spoken = self.found.ticket.language
        for chunk in in_chunks(ledger, keys):
            for row, values in zip(chunk, ledger.plain_rows(chunk, columns), strict=True):
                yield (
                    row,
                    {
                        column.key: None if value is None or value == "" else told(value, column.unit, spoken)
                        for column, value in zip(columns, values, strict=True)
                    },
                )

    def _write_known(self) -> None:
        listed, left = set(self.keys), dict(self.found.rows)
        total = len(listed | left.keys())
        for done, (record, said) in enumerate(self._read(self.ledger, list(left)), 1):
            row = left.pop(record.pk)
            label = self.ledger.title(record)
            self._write_row(row, record.pk, label, said)
            self._stand(row, record.pk, label, None if record.pk in listed else What.LEFT)
            self.heard(done, total)
        for number, row in left.items():
            self._stand(row, number, "", What.GONE)

    def _write_row(self, row: int, record: int, label: str, said: Mapping[str, Told | None]) -> None:
        for key, after in said.items():
            column = self.found.columns[key]
            cell = self.sheet.cell(row, column)
            if not is_own(cell):
                self._note(cell.coordinate, _("The cell is merged with others and was not written."))
                continue
            before = held(cell)
            if not is_same(before, after):
                put(cell, after)
                self.changes.all.append(Change(What.CHANGED, row, record, label, column, key, before, after))

    def _note(self, place: str, message: str) -> None:
        self.changes.notes.append(Note(place, message))

    def _stand(self, row: int, record: int, label: str, what: What | None) -> None:
        """Let a row say, in a column of its own and by its look, whether the list still holds it."""
        was_out = self._was_out(row)
        if what is None and not was_out:
            if self.standing:
                self._say(row, "")
            return
        for column in self.found.columns.values():
            cell = self.sheet.cell(row, column)
            if what is None:
                unstrike(cell)
            elif not was_out:
                strike(cell)
        self._say(row, str(WORDS[what]) if what else "")
        if what is None or not was_out:
            self.changes.all.append(Change(what or What.BACK, row, record, label))

    def _was_out(self, row: int) -> bool:
        """Say whether a former refresh found a row out of the list; its look does not: people strike through, too."""
        if not self.standing:
            return False
        said = str(self.sheet.cell(row, self.standing).value or "").strip()
        return said in (str(WORDS[What.LEFT]), str(WORDS[What.GONE]))

    def _standing_column(self) -> int:
        """Return the column that says how rows stand, or the first beside the table that can have a head."""
        beside = count(self.found.width + 1)
        return self.standing or next(
            column for column in beside if is_own(self.sheet.cell(self.found.head, column))
        )

    def _say(self, row: int, words: str) -> None:
        if not self.standing:
            self.standing = self._standing_column()
            head = self.sheet.cell(self.found.head, self.standing)
            like = self.sheet.cell(self.found.head, self.found.numbers)
            head._style = copy(like._style)
            write_text(head, self._free_head(_("in the list")))
            self.sheet.column_dimensions[get_column_letter(self.standing)].width = _STANDING_WIDTH
        cell = self.sheet.cell(row, self.standing)
        if not is_own(cell):
            if words:
                self._note(cell.coordinate, _("The cell is merged with others and was not written."))
        elif words:
            write_text(cell, words)
        else:
            cell.value = None

    def _free_head(self, head: str) -> str:
        """Return `head`, or the first form of it that no column of one's own has."""
        taken = {heads.key(str(cell.value)) for cell in self.sheet[self.found.head] if cell.value is not None}
        forms = (f"{head} {number}" if number > 1 else head for number in count(1))
        return next(form for form in forms if heads.key(form) not in taken)

    def _write_new(self) -> None:
        new = [key for key in self.keys if key not in self.found.rows]
        if not new:
            return
        row = self._first_new_row()
        known = len(self.found.rows)
        words = _("new on %(day)s") % {"day": localdate(self.at)}
        for done, (record, values) in enumerate(self._read(self.ledger, new), 1):
            put(
                self.sheet.cell(row, self.found.numbers),
                Told(NUMBER_STYLE, str(record.pk)),
                fresh=True,
            )
            for key, value in values.items():
                put(self.sheet.cell(row, self.found.columns[key]), value, fresh=True)
            self._say(row, words)
            self.changes.all.append(Change(What.ADDED, row, record.pk, self.ledger.title(record)))
            row += 1
            self.heard(known + done, known + len(new))
        self.last = row - 1

    def _first_new_row(self) -> int:
        """Return the row below the table, below lines of one's own and below merged cells, none of which is written."""
        end = self.found.end
        below = [row for row in self.found.own_rows if row > end]
        merged = self._merged_below(end)
        if not below and not merged:
            return end + 1
        row = max([self.found.last if below else end, *(area.max_row for area in merged)]) + 1
        first = min([*below, *(max(area.min_row, end + 1) for area in merged)])
        said = _(
            "Below the table stand lines that are not the ledger's; the new records begin in row %(row)d, "
            "below them. A sum above does not count them yet."
        )
        self._note(f"{self.found.sheet}!{first}", said % {"row": row})
        return row

    def _merged_below(self, row: int) -> list[Any]:
        """Return the merged ranges that reach below a row in columns that are written."""
        written = {*self.found.columns.values(), self._standing_column()}
        return [
            area
            for area in self.sheet.merged_cells.ranges
            if area.max_row > row and any(area.min_col <= column <= area.max_col for column in written)
        ]

    # -- what changed --------------------------------------------------------------------------------------------------

    def _tell_edited(self) -> None:
        """Tell cells that somebody wrote in the file apart from those that the ledger says anew since the export."""
        at = self.found.ticket.at
        cells = [one for one in self.changes.all if one.key][:MOST_LISTED]
        if at is None or not cells:
            return
        records = list(dict.fromkeys(one.record for one in cells))
        then = {row.pk: said for row, said in self._read(self._ledger_at(at), records)}
        for one in cells:
            said = then.get(one.record)
            if said is not None and one.before is not None and not is_same(one.before, said[one.key]):
                one.what = What.EDITED

    def _ledger_at(self, at: datetime) -> Any:
        """Return the ledger as the export read it."""
        query = QueryDict(self.asked.query, mutable=True)
        for name, then in (("as_of", localdate(at).isoformat()), ("known_at", instant_text(at))):
            # An empty field of a form names no moment.
            if not query.get(name, "").strip():
                query[name] = then
        return replace(self.asked, query=query.urlencode()).ledger()

    def _write_changes(self) -> str:
        place = Place(
            self.found.sheet,
            dict(self.found.columns),
            dict(self.found.ticket.heads),
            self.url,
            self.import_url,
        )
        when = f"{localtime(self.at):%Y-%m-%d %H:%M}"
        title = _("Refreshed by %(who)s at %(when)s") % {"who": self.asked.user, "when": when}
        if self.found.ticket.at is not None:
            since = f"{localtime(self.found.ticket.at):%Y-%m-%d %H:%M}"
            title = _("%(title)s: what is new since %(since)s") % {"title": title, "since": since}
        return write_sheet(self.book, self.changes, place, title, self.found.ticket.changes)

    # -- what stands around the rows -----------------------------------------------------------------------------------

    def _extend(self) -> None:
        """Let the filter of the sheet, and tables over the head, reach the new rows; the filter also further columns.

        Who sorts by a filter moves what it covers, and nothing beside it: totals among the records would be moved, too.
        """
        if self.sheet.auto_filter.ref:
            self.sheet.auto_filter.ref = self._reaching(self.sheet.auto_filter.ref)
        for table in self.sheet.tables.values():
            left, top, right, bottom = range_boundaries(table.ref)
            if top == self.found.head and bottom == self.found.end:
                table.ref = _area(left, top, right, self._reachable(table.ref, bottom))
                if table.autoFilter is not None:
                    table.autoFilter.ref = table.ref

    def _reaching(self, area: str) -> str:
        left, top, right, bottom = range_boundaries(area)
        if top != self.found.head:
            return area
        beside = self.sheet.cell(top, right + 1)
        while beside.value is not None or not is_own(beside):
            right += 1
            beside = self.sheet.cell(top, right + 1)
        return _area(left, top, right, self._reachable(area, bottom))

    def _reachable(self, area: str, bottom: int) -> int:
        """Return the row to which an area that ends in `bottom` may reach; what keeps it from the last one is told."""
        if bottom >= self.last:
            return bottom
        is_between = any(bottom < row <= self.last for row in self.found.own_rows)
        if not is_between and not any(each.min_row <= self.last for each in self._merged_below(bottom)):
            return self.last
        said = _(
            "The filter ends in row %(row)d, above lines that are not the ledger's, so that sorting leaves them; "
            "the records below them are outside of it."
        )
        self._note(f"{self.found.sheet}!{area}", said % {"row": bottom})
        return bottom

    def _write_cover(self) -> None:
        if self.found.cover is not None and is_own(self.sheet.cell(*self.found.cover)):
            line = cover_of(self.asked, self.ledger, len(self.keys), self.at, again=True)
            write_text(self.sheet.cell(*self.found.cover), line)

    def _write_ticket(self, changes: str) -> None:
        """Let the file know of itself what the next refresh needs."""
        found = self.found
        standing = str(self.sheet.cell(found.head, self.standing).value) if self.standing else ""
        ticket = replace(
            found.ticket,
            query=self.asked.query,
            at=self.at,
            heads=tuple(pair for pair in found.ticket.heads if pair[0] in found.columns),
            sheet=found.sheet,
            standing=standing,
            changes=changes,
        )
        kept = self.book.custom_doc_props
        for name in [each.name for each in kept.props if each.name.startswith(PREFIX)]:
            del kept[name]
        for name, text in ticket.properties().items():
            kept.append(StringProperty(name=name, value=text))


def _area(left: int, top: int, right: int, bottom: int) -> str:
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def _notes(found: Found) -> list[Note]:
    gone = _("There is no such column in the ledger any more; it is left as it is.")
    missing = _("This column is not in the sheet; it is not written.")
    return [Note(head, gone) for head in found.unknown] + [Note(head, missing) for head in found.missing]
