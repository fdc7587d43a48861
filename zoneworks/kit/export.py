"""A list as a file. Cells that a spreadsheet would run as formulas are neutralized."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 500


class _Echo:
    """A file that hands back what is written to it, so that rows stream out as they are made."""

    def write(self, value: str) -> str:
        return value


def csv_response(ledger: Any, rows: Any) -> StreamingHttpResponse:
    """Return the rows of `ledger` as CSV in UTF-8 with a mark, as spreadsheets expect it."""
    response = StreamingHttpResponse(_lines(ledger, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ledger.zone.code}-{ledger.slug}.csv"'
    return response


def _lines(ledger: Any, rows: Any) -> Iterator[str]:
    writer = csv.writer(_Echo())
    columns = ledger.shown_columns()
    yield "\ufeff"
    yield writer.writerow([column.label for column in columns])
    start = 0
    while True:
        chunk = list(rows[start : start + _CHUNK])
        ledger.prepare(chunk)
        for drawn in ledger.table_rows(chunk, columns):
            yield writer.writerow([harmless(cell.text) for cell in drawn.cells])
        if len(chunk) < _CHUNK:
            return
        start += _CHUNK


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula; plain numbers stay as they are.

    >>> harmless("=1+1"), harmless("-12.5"), harmless("近240亿元")
    ("'=1+1", '-12.5', '近240亿元')
    """
    if text.startswith(_RUNS_AS_FORMULA) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True
