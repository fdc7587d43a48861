"""Every number with its unit in running text: amounts, areas, counts, shares, times, with the words beside them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from zoneworks.intake.found import Place, Quantity
from zoneworks.intake.numerals import plain, read_numeral
from zoneworks.intake.quantity_patterns import (
    AREA,
    HALVES,
    MONEY,
    ONLY_BEHIND_DIGITS,
    PROGRESS,
    QUANTITIES,
    SHARE,
)

_CENTIMETERS = Decimal("0.0001")
_HUNDREDTHS, _PART = "%", "share"
_INNER = re.compile(r"[余多来]")
_MAGNITUDE = re.compile(r"[百千]?[万亿]+$")
_LARGE = re.compile(r"[百千万亿]")
"""What a sum in Chinese signs holds; 三元, 多元 and 二元 are no sums."""
_SECONDS = {"小时": 3600, "分钟": 60, "分": 60, "秒": 1}
_NO_SHARE = re.compile(r"[立员功效长本为果熟绩都交套型品人]")
"""What makes 成 behind a Chinese number another word: 三成立, 两成员."""
_NO_SCORE = re.compile(r"[期别三批之工管为布局配享发类解担流层阶步两兵头组散]")
"""What makes 分 behind digits another word: 2分期, 5分别."""
_YEARLY = re.compile(r"(?:每年|年均|年)(?:可|将|实现|新增|预计)?$")


def quantities(text: str, within: Place) -> list[Quantity]:
    """Return every number with its unit within a place, as they stand.

    Sums are in yuan, dollars and so on, areas in square meters, shares in hundredths; everything else keeps its unit.

    >>> found = quantities("总投资近12亿元，占地120亩，租用厂房约5.5万平方米", Place(0, 28))
    >>> [(str(one.value), one.unit, one.qualifier) for one in found]
    [('1200000000', 'CNY', '近'), ('80000', 'm2', ''), ('55000', 'm2', '约')]
    >>> [(str(one.value), one.unit) for one in quantities("5月24日，三个村的六十余户入选第二批名单", Place(0, 21))]
    [('3', '个'), ('60', '户')]
    """
    return list(_read(text, within))


@lru_cache(maxsize=8)
def _read(text: str, within: Place) -> tuple[Quantity, ...]:
    """Return the same once: the readers of one article all ask for it."""
    found: list[Quantity] = []
    for match in QUANTITIES.finditer(text, within.start, within.end):
        if match["skip"] is None:
            quantity = _quantity(match, text)
            if quantity is not None:
                found.append(quantity)
    return tuple(found)


def _quantity(match: re.Match[str], text: str) -> Quantity | None:
    if match["share"]:
        return _half(match)
    if match["hundredths"]:
        span = (match.start("hundredths"), match.end("number_of_hundred"))
        return _of(match, match["number_of_hundred"], "%", span, text)
    if match["high"]:
        return _range(match, text)
    if match["minutes"]:
        return _composite(match)
    if match["scale"]:
        return _of(match, match["scale"], "元", match.span("scale"), text, qualifier="级")
    if match["bare"]:
        return _of(match, match["bare"], "", match.span("bare"), text)
    if _is_no_unit(match, text):
        return None
    return _of(match, match["number"], match["unit"], (match.start("number"), match.end("unit")), text)


def _is_no_unit(match: re.Match[str], text: str) -> bool:
    """Tell whether the sign behind the number is the beginning of another word."""
    unit, after = match["unit"], text[match.end("unit") : match.end("unit") + 1]
    in_digits = match["number"][0].isdigit()
    if unit in ONLY_BEHIND_DIGITS and not in_digits:
        return True
    if unit == "成" and _NO_SHARE.match(after):
        return True
    if unit == "分" and _NO_SCORE.match(after):
        return True
    if match["number"] in ("零", "〇"):
        return True
    if unit == "元" and not in_digits and not _LARGE.search(match["number"]):
        return True
    return unit.isascii() and unit.isalpha() and after.isascii() and after.isalnum()


def _half(match: re.Match[str]) -> Quantity:
    word = match["share"]
    place = Place(match.start(), match.end())
    number = Place(*match.span("share"))
    value, unit = (PROGRESS[word], _PART) if word in PROGRESS else (HALVES[word], _HUNDREDTHS)
    return Quantity(Decimal(value), unit, place, number, match["share_after"] or "")


def _composite(match: re.Match[str]) -> Quantity:
    """Return a time told in two units (2分50秒) in the smaller one."""
    small = match["seconds_unit"]
    times = _SECONDS[match["minutes_unit"]] // _SECONDS[small]
    value = Decimal(match["minutes"]) * times + Decimal(match["seconds"])
    number = Place(match.start("minutes"), match.end("seconds_unit"))
    return Quantity(
        value, "秒" if small == "秒" else "分钟", Place(*match.span()), number, match["after"] or ""
    )


def _range(match: re.Match[str], text: str) -> Quantity | None:
    low, high = match["low"], match["high"]
    magnitude = _MAGNITUDE.search(high)
    if not match["low_unit"] and not _MAGNITUDE.search(low) and magnitude:
        low += magnitude[0]
    span = (match.start("low"), match.end("range_unit"))
    first = _of(match, low, match["range_unit"], span, text)
    last = _of(match, high, match["range_unit"], span, text)
    if first is None or last is None:
        return None
    return Quantity(
        first.value, first.unit, first.place, first.number, first.qualifier, last.value, first.per_year
    )


def _of(
    match: re.Match[str], number: str, unit: str, span: tuple[int, int], text: str, qualifier: str = ""
) -> Quantity | None:
    inner = _INNER.search(number)
    value = read_numeral(_INNER.sub("", number))
    if value is None:
        return None
    words = [
        match["before"] or "",
        (inner or [""])[0] or match["inner"] or "",
        match["after"] or "",
        qualifier,
    ]
    base, kept = _in_base_units(value, unit)
    yearly = bool(_YEARLY.search(text, max(0, match.start() - 8), match.start()))
    return Quantity(
        base, kept, Place(*match.span()), Place(*span), "…".join(filter(None, words)), per_year=yearly
    )


def _in_base_units(value: Decimal, unit: str) -> tuple[Decimal, str]:
    if unit in MONEY:
        return value, MONEY[unit]
    if unit in AREA:
        times = AREA[unit]
        area = value * times.numerator / times.denominator
        return plain(area.quantize(_CENTIMETERS, ROUND_HALF_EVEN)), "m2"
    if unit in SHARE:
        return plain(value * Decimal(SHARE[unit])), _HUNDREDTHS
    return value, unit
