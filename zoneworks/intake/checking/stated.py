"""A number as a draft prints it: in what it is counted, which word stands beside it, how fine it is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Place, Quantity
from zoneworks.intake.numerals import read_numeral
from zoneworks.intake.words import any_of, vocabulary
from zoneworks.kit.quantities import Qualifier

_QUALIFIERS = {
    word: Qualifier(name) for name, words in vocabulary("measures")["qualifiers"].items() for word in words
}
_MONEY = frozenset(vocabulary("units")["money"])
_INNER = re.compile(r"[余多来]")
_DIGITS = re.compile(r"^(\d[\d,，]*)(?:\.(\d+))?")
_FRACTIONAL = re.compile(any_of(vocabulary("units")["share"]))
COUNT, SHARE = "count", "%"


@dataclass(frozen=True, slots=True)
class Stated:
    """A printed number.

    `kind` is a currency, "%" or "count"; `unit` the counter or currency itself. `step` is what one more in its last
    printed digit adds, None where that cannot be told. `place` holds number, unit and qualifier.
    """

    value: Decimal
    unit: str
    kind: str
    qualifier: Qualifier
    step: Decimal | None
    place: Place
    wording: str


def stated(bare: Bare, quantity: Quantity) -> Stated:
    """Return a quantity of a text as it is printed.

    >>> from zoneworks.intake.quantities import quantities
    >>> def read(text):
    ...     one = stated(Bare(text), quantities(text, Place(0, len(text)))[0])
    ...     return str(one.value), one.kind, one.qualifier.value, str(one.step)
    >>> read("近240亿元"), read("163家次"), read("30余个")
    (('24000000000', 'CNY', 'near', '100000000'), ('163', 'count', 'exact', '1'), ('30', 'count', 'over', '1'))
    """
    said = bare.text[quantity.number.start : quantity.number.end]
    kind = quantity.unit if quantity.unit in _MONEY | {SHARE} else COUNT
    return Stated(
        quantity.value,
        quantity.unit,
        kind,
        qualifier(quantity.qualifier),
        _step(said, quantity.value),
        quantity.place,
        bare.quote(quantity.place.start, quantity.place.end),
    )


def qualifier(words: str) -> Qualifier:
    """Return what the words beside a number say of it; 共, 累计 and 达 say nothing.

    >>> qualifier("超…余").value, qualifier("累计").value, qualifier("不到").value
    ('over', 'exact', 'less_than')
    """
    found = (_QUALIFIERS.get(word) for word in words.split("…"))
    return next((one for one in found if one), Qualifier.EXACT)


def _step(said: str, value: Decimal) -> Decimal | None:
    """Return the worth of the last digit: of 12.5亿元 ten million. Numbers in Chinese signs are whole."""
    match = _DIGITS.match(said)
    if match is None:
        return Decimal(1) if value == value.to_integral_value() and value < 100 else None
    decimals = match[2] or ""
    number = read_numeral(match[0].replace("，", "").replace(",", ""))
    if not number or re.search(r"\d", said[match.end() :]):
        return None
    return value / number / Decimal(10) ** len(decimals)
