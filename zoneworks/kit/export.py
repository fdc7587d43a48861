"""A list as a file: its rows in the order of the list, some at a time, and the plain form, CSV.

Cells that a spreadsheet would run as formulas are neutralized.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?%?")
CHUNK = 1000


class _Echo:
    """A file that hands back what is written to it, so that rows stream out as they are made."""

    def write(self, value: str) -> str:
        return value


def csv_response(ledger: Any, keys: Sequence[int]) -> StreamingHttpResponse:
    """Return the rows `keys` of `ledger` as CSV in UTF-8 with a mark, as spreadsheets expect it."""
    response = StreamingHttpResponse(_lines(ledger, keys), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ledger.zone.code}-{ledger.slug}.csv"'
    return response


def _lines(ledger: Any, keys: Sequence[int]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    columns = ledger.shown_columns()
    yield "\ufeff"
    yield writer.writerow([column.label for column in columns])
    for chunk in in_chunks(ledger, keys):
        for drawn in ledger.table_rows(chunk, columns):
            yield writer.writerow([harmless(cell.text) for cell in drawn.cells])


def in_chunks(ledger: Any, keys: Sequence[int], size: int = CHUNK) -> Iterator[list[Any]]:
    """Yield the rows `keys` of `ledger` in this order, prepared as for the list, `size` at a time.

    Going by keys costs the same for the last rows as for the first, and a row that is changed meanwhile can
    neither come twice nor push another one out. Rows that are gone are left out.
    """
    rows = ledger.rows("export")
    rows = (rows.for_table() if hasattr(rows, "for_table") else rows).order_by()
    joined = rows.query.select_related
    lent = _Lent(joined) if isinstance(joined, dict) else None
    if lent is not None:
        rows = rows.select_related(None)
    for start in range(0, len(keys), size):
        part = keys[start : start + size]
        by_key = {row.pk: row for row in rows.filter(pk__in=part)}
        found = [by_key[key] for key in part if key in by_key]
        if lent is not None:
            lent.give(found)
        ledger.make_ready(found)
        yield found


class _Lent:
    """The related rows that many rows point to, each read once: a join would bring a copy for each of them."""

    def __init__(self, joined: Mapping[str, Any]) -> None:
        self.joined = joined
        self.known: dict[type, dict[Any, Any]] = {}

    def give(self, rows: list[Any], joined: Mapping[str, Any] | None = None) -> None:
        for name, deeper in (self.joined if joined is None else joined).items():
            if not rows:
                return
            field = type(rows[0])._meta.get_field(name)
            known = self.known.setdefault(field.related_model, {})
            keys = {getattr(row, field.attname) for row in rows} - {None}
            new = field.related_model._base_manager.in_bulk(list(keys - known.keys()))
            known.update(new)
            self.give(list(new.values()), deeper)
            for row in rows:
                if (key := getattr(row, field.attname)) is not None:
                    field.set_cached_value(row, known.get(key))


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula; plain numbers stay as they are.

    >>> harmless("=1+1"), harmless("-12.5"), harmless("近240亿元")
    ("'=1+1", '-12.5', '近240亿元')
    """
    if runs_as_formula(text):
        return f"'{text}"
    return text


def runs_as_formula(text: str) -> bool:
    """Say whether a spreadsheet that is given `text` to type would compute it."""
    # Some programs drop blanks before they look at the first sign.
    begins = text.startswith(_RUNS_AS_FORMULA) or text.lstrip().startswith(_RUNS_AS_FORMULA)
    return begins and not _NUMBER.fullmatch(text)
