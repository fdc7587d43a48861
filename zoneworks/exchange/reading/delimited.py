"""Rows of a csv, whatever parts its cells and in whatever code it was saved."""

from __future__ import annotations

import csv
import io

from zoneworks.exchange.reading.traits import Traits
from zoneworks.kit.export import runs_as_formula
from zoneworks.sources.uploads import as_text

_DELIMITERS = (",", ";", "\t", "，", "；")
_LOOKED_AT = 20


def read_delimited(content: bytes, name: str, sheet: str) -> list[list[str]]:
    """Return the rows of a csv in UTF-8, UTF-16 or GB 18030; `TooLargeError` when it reaches too far.

    >>> read_delimited("名称;投资\\n硅片;“5,2”亿\\n".encode("gb18030"), "a.csv", "a")
    [['名称', '投资'], ['硅片', '“5,2”亿']]
    """
    text = as_text(content, name)
    reach = Traits()
    rows: list[list[str]] = []
    csv.field_size_limit(1 << 20)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)):
        if any(row):
            reach.reach(sheet, len(rows) + 1, len(row))
        rows.append([_without_mark(value) for value in row])
    return rows


def delimiter_of(text: str) -> str:
    """Return the sign that parts the cells: the one that gives the first lines most cells of an equal number.

    >>> delimiter_of("a\\tb\\n1,5\\t2\\n"), delimiter_of("a;b\\n1;2"), delimiter_of("one column")
    ('\\t', ';', ',')
    """
    lines = [line for line in text.splitlines() if line.strip()][:_LOOKED_AT]

    def merit(sign: str) -> tuple[int, int]:
        counts = [_parted(line, sign) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max(_DELIMITERS, key=merit)


def _parted(line: str, sign: str) -> int:
    """Return how often `sign` stands outside of quotes."""
    return sum(part.count(sign) for part in line.split('"')[::2])


def _without_mark(text: str) -> str:
    """Return a cell without the apostrophe by which an export keeps a text from being run as a formula.

    >>> _without_mark("'=1+1"), _without_mark("'90s")
    ('=1+1', "'90s")
    """
    return text[1:] if text.startswith("'") and runs_as_formula(text[1:]) else text
