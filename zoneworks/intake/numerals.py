"""Numbers as the press writes them: 1,250 · 9.8 · 三点五亿 · 3亿5000万 · 十二 · 两千."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_LONGEST = 24
_PIECE = re.compile(
    r"(?P<digits>\d[\d,，]*(?:\.\d+)?)|(?P<sign>[零〇一二两三四五六七八九])|(?P<point>点)|(?P<size>[十百千万亿])"
)
"""A run of digits, one Chinese digit, the point of a Chinese number, or a magnitude."""


def read_numeral(text: str) -> Decimal | None:
    """Return the number that `text` spells, None if it spells none.

    >>> [str(read_numeral(text)) for text in ("1,250万", "三点五亿", "3亿5000万", "十二", "二〇二四", "千亿")]
    ['12500000', '350000000', '350000000', '12', '2024', '100000000000']
    """
    if not text or len(text) > _LONGEST:
        return None
    total, section, number, at = Decimal(0), Decimal(0), "", 0
    for piece in _PIECE.finditer(text):
        if piece.start() != at:
            return None
        at = piece.end()
        if piece["size"] is None:
            number += _digits(piece)
            continue
        size = _SMALL.get(piece["size"]) or _LARGE[piece["size"]]
        if number.count(".") > 1 or number.endswith(".") or number.startswith("."):
            return None
        value = Decimal(number) if number else None
        number = ""
        if size < 10**4:
            section += size if value is None else value * size
        else:
            here = section + (value or 0)
            # 万亿: a second magnitude right behind the first takes all before it; 亿 alone is one 亿.
            total = total * size if not here and total else total + (here or 1) * size
            section = Decimal(0)
    if at != len(text) or number.count(".") > 1 or number.startswith(".") or number.endswith("."):
        return None
    return plain(total + section + (Decimal(number) if number else 0))


def plain(value: Decimal) -> Decimal:
    """Return a number without the zeros that only its reckoning left: 350000000.0 is 350000000."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _digits(piece: re.Match[str]) -> str:
    if piece["digits"]:
        return piece["digits"].replace(",", "").replace("，", "")
    return "." if piece["point"] else str(_DIGITS[piece["sign"]])
