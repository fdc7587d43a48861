"""Amounts as people write them: 近240亿元, 不低于1.4亿美元, 约5.5万㎡, 20GW. Plain values in and out.

A value is a decimal in a base unit (`quantities.Unit`), exact to the last written digit. The one conversion
without an exact decimal is 亩 (1 亩 = 2000/3 ㎡): rounded to four places of a square meter, half to even.
A base value has at most 15 digits before the point and 6 after it; more is refused, never rounded away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction

from zoneworks.kit.amount_words import (
    MAX_DECIMALS,
    MAX_INTEGER_DIGITS,
    MAX_LENGTH,
    AmountError,
    Token,
    UnitWord,
    amount_error,
    tokens,
)
from zoneworks.kit.numerals import Numeral, read_numeral
from zoneworks.kit.quantities import Qualifier, Unit

_EXACT = Context(prec=200)
_SQUARE_CENTIMETER = Decimal("0.0001")
_MU = Fraction(2000, 3)
_WATT = UnitWord(Unit.W)
_SCALES_ZH = ((12, "万亿"), (8, "亿"), (4, "万"))
_SCALES_EN = ((12, " trillion"), (9, " billion"), (6, " million"))
_SCALES_OWN = {
    Unit.W: ((9, " GW"), (6, " MW"), (3, " kW"), (0, " W")),
    Unit.KVA: ((3, " MVA"), (0, " kVA")),
}
_UNITS_ZH = {
    Unit.CNY: "元",
    Unit.USD: "美元",
    Unit.EUR: "欧元",
    Unit.HKD: "港元",
    Unit.JPY: "日元",
    Unit.M2: "㎡",
    Unit.PERSONS: "人",
    Unit.ITEMS: "个",
    Unit.LINES: "条",
    Unit.TONNES: "吨",
}
_UNITS_EN = {
    Unit.M2: ("m²", "m²"),
    Unit.PERSONS: ("person", "people"),
    Unit.ITEMS: ("item", "items"),
    Unit.LINES: ("line", "lines"),
    Unit.TONNES: ("tonne", "tonnes"),
}
_QUALIFIERS = {
    Qualifier.EXACT: ("", ""),
    Qualifier.ABOUT: ("约", "about "),
    Qualifier.NEAR: ("近", "just under "),
    Qualifier.OVER: ("超", "over "),
    Qualifier.AT_LEAST: ("不低于", "at least "),
    Qualifier.AT_MOST: ("不超过", "at most "),
    Qualifier.LESS_THAN: ("不到", "less than "),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """One stated figure. Two amounts are equal when they say the same, however they are worded.

    `value` is in base units of `unit`; `wording` is the text as it stood; `per_year` tells a yearly flow from
    a stock; `step` is what one more in the last printed digit adds (10⁸ for 240亿), None when unknown.
    """

    value: Decimal
    unit: Unit
    qualifier: Qualifier = Qualifier.EXACT
    wording: str = field(default="", compare=False)
    per_year: bool = False
    step: Decimal | None = field(default=None, compare=False)

    def printed(self, *, language: str = "zh-hans", style: str = "auto") -> str:
        """Return the amount as `format_amount` prints it."""
        return format_amount(
            self.value, self.unit, self.qualifier, language=language, style=style, per_year=self.per_year
        )


@dataclass(frozen=True, slots=True)
class AmountRange:
    """Two figures of one unit, the lower one first: 5000万至1亿元."""

    low: Amount
    high: Amount


@dataclass(slots=True)
class _Side:
    """What one figure of a text says, before its unit is settled."""

    numeral: Numeral
    unit: UnitWord | None = None
    qualifier: Qualifier | None = None
    per_year: bool = False


def parse_amount(text: str, *, default_unit: str | None = None) -> Amount:
    """Return the one amount that `text` states; a text without a unit takes `default_unit`.

    AmountError names the character that stops the reading and what would be right there.

    >>> parse_amount("近 240 亿元").value, parse_amount("近 240 亿元").qualifier.value
    (Decimal('24000000000'), 'near')
    >>> parse_amount("120亩").value, parse_amount("每年三点五亿美元").per_year
    (Decimal('80000'), True)
    """
    sides = _sides(text)
    if len(sides) > 1:
        raise amount_error("range", sides[1][0].start, text)
    return _amount(_side(sides[0], text), default_unit, text)


def parse_range(text: str, *, default_unit: str | None = None) -> AmountRange:
    """Return both ends that `text` states; the first borrows unit and magnitude from the second.

    >>> ends = parse_range("5-10亿元")
    >>> ends.low.value, ends.high.value
    (Decimal('500000000'), Decimal('1000000000'))
    """
    sides = _sides(text)
    if len(sides) != 2:
        raise amount_error("no_range", sides[2][0].start if len(sides) > 2 else 0, text)
    low, high = (_side(side, text) for side in sides)
    if low.unit is None and low.numeral.magnitude == 1:
        low.numeral = low.numeral.times(high.numeral.magnitude)
    low.unit, high.unit = low.unit or high.unit, high.unit or low.unit
    low.per_year = high.per_year = low.per_year or high.per_year
    low.qualifier = high.qualifier = low.qualifier or high.qualifier
    if low.qualifier not in (None, Qualifier.ABOUT):
        raise amount_error("range_qualifier", 0, text)
    ends = AmountRange(_amount(low, default_unit, text), _amount(high, default_unit, text))
    second = sides[1][0]
    if ends.low.unit != ends.high.unit:
        raise amount_error("two_units", second.start, text[second.start :])
    if ends.low.value > ends.high.value:
        raise amount_error("reversed", second.start)
    return ends


def _sides(text: str) -> list[list[Token]]:
    """Return the tokens of each figure, one list for each end of a range; no list is empty."""
    if len(text) > MAX_LENGTH:
        raise amount_error("too_long", MAX_LENGTH)
    found = tokens(text)
    if not any(token.counts for token in found):
        raise amount_error("no_number", 0, text)
    if found[0].role == "minus" or found[0].word in ("-", "–"):
        raise amount_error("negative", found[0].start)
    sides: list[list[Token]] = [[]]
    for token in found:
        if token.role != "to":
            sides[-1].append(token)
        elif not sides[-1] or token is found[-1]:
            raise _misplaced(token, text)
        else:
            sides.append([])
    return sides


def _side(parts: list[Token], text: str) -> _Side:
    """Read one figure: words before, number, magnitude, unit, words after."""
    numbers = [index for index, token in enumerate(parts) if token.is_number]
    if not any(parts[index].counts for index in numbers):
        raise _misplaced(parts[0], text)
    first, last = numbers[0], numbers[-1]
    for inside, after in zip(parts[first:last], parts[first + 1 : last + 1], strict=True):
        # 20余亿: the word may stand within the number, before a magnitude.
        if not inside.is_number and (inside.role != "infix" or after.role != "magnitude"):
            second = next(parts[index] for index in numbers if parts[index].start > inside.start)
            raise amount_error("two_numbers", second.start, text[second.start : second.end])
    side = _Side(read_numeral([parts[index] for index in numbers], text))
    for index, token in enumerate(parts):
        if not token.is_number:
            _add_word(side, token, before=index < first, text=text)
    return side


def _add_word(side: _Side, token: Token, *, before: bool, text: str) -> None:
    """Add to `side` what `token` says, which stands before or after the number."""
    role = token.role
    if role == "unit" and (token.meaning.may_lead or not before):
        if side.unit is not None and not _same_money(side.unit, token.meaning):
            kind = "watts_for_wan" if side.unit == _WATT and token.meaning.unit.is_money else "two_units"
            raise amount_error(kind, token.start, text[token.start : token.end])
        side.unit = token.meaning
    elif role in (("before",) if before else ("after", "infix")):
        if side.qualifier not in (None, token.meaning):
            raise amount_error("two_qualifiers", token.start, text[token.start : token.end])
        side.qualifier = token.meaning
    elif role in ("year", "year_before" if before else "year_after"):
        side.per_year = True
    elif role != ("filler" if before else "closing"):
        raise _misplaced(token, text)


def _same_money(one: UnitWord, other: UnitWord) -> bool:
    """Tell whether two unit words repeat one currency, as in 元人民币 or US$ … 美元."""
    return one.unit is other.unit and one.unit.is_money


def _misplaced(token: Token, text: str) -> AmountError:
    return amount_error("unknown_word", token.start, text[token.start : token.end])


def _amount(side: _Side, default_unit: str | None, text: str) -> Amount:
    word = side.unit or (UnitWord(Unit(default_unit)) if default_unit is not None else None)
    if word is None:
        raise amount_error("no_unit", len(text.rstrip()), text)
    value = _decimal(side.numeral.value * word.times, side.numeral.position)
    step = side.numeral.step * word.times
    return Amount(
        value,
        word.unit,
        side.qualifier or Qualifier.EXACT,
        text,
        side.per_year,
        Decimal(step.numerator) / Decimal(step.denominator),
    )


def _decimal(value: Fraction, position: int) -> Decimal:
    """Return `value` without loss, but for thirds of a square meter."""
    if value >= 10**MAX_INTEGER_DIGITS:
        raise amount_error("too_many_digits", position)
    if value.denominator % 3 == 0:
        return _in_square_meters(value / _MU)
    if (value * 10**MAX_DECIMALS).denominator != 1:
        raise amount_error("too_fine", position)
    with localcontext(_EXACT):
        return _plain(Decimal(value.numerator) / Decimal(value.denominator))


def _in_square_meters(mu: Fraction) -> Decimal:
    """Return an area in 亩 as square meters, rounded to four places, half to even."""
    area = mu * _MU
    with localcontext(_EXACT):
        quotient = Decimal(area.numerator) / Decimal(area.denominator)
        return _plain(quotient.quantize(_SQUARE_CENTIMETER, ROUND_HALF_EVEN))


def _plain(value: Decimal) -> Decimal:
    """Return `value` with neither trailing zeros nor an exponent."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1), context=_EXACT) if value == whole else value.normalize(_EXACT)


def format_amount(
    value: Decimal,
    unit: str,
    qualifier: str = Qualifier.EXACT,
    *,
    language: str = "zh-hans",
    style: str = "auto",
    per_year: bool = False,
) -> str:
    """Return the amount as people write it, with every digit: it reads back as the same value.

    Magnitudes (亿, million, GW) are used where they leave at most two decimals. `style` is "auto", "plain"
    (no magnitude) or "mu" (an area in 亩). Chinese for a language that begins with "zh", else English.

    >>> format_amount(Decimal(24_000_000_000), "CNY", "near")
    '近240亿元'
    >>> format_amount(Decimal(24_000_000_000), "CNY", "near", language="en")
    'just under CNY 24 billion'
    >>> format_amount(Decimal(80_000), "m2"), format_amount(Decimal(80_000), "m2", style="mu")
    ('8万㎡', '120亩')
    """
    if style not in ("auto", "plain", "mu"):
        raise ValueError(f"{style!r} is not a style; use auto, plain or mu")
    value = Decimal(value)
    if not value.is_finite():
        raise amount_error("not_finite", 0, str(value))
    chinese = language.lower().startswith("zh")
    with localcontext(_EXACT):
        body = _body(_plain(value), Unit(unit), chinese=chinese, style=style)
    zh, en = _QUALIFIERS[Qualifier.of(qualifier)]
    if chinese:
        return f"{'每年' if per_year else ''}{zh}{body}"
    return f"{en}{body}{' a year' if per_year else ''}"


def format_amount_short(
    value: Decimal, unit: str, *, language: str = "zh-hans", digits: int = 3, style: str = "auto"
) -> str:
    """Return the amount rounded to `digits` significant digits, for charts; units below 10,000 are all kept.

    >>> format_amount_short(Decimal(12_345_678_901), "CNY"), format_amount_short(Decimal(2183), "persons")
    ('123亿元', '2183人')
    """
    value = Decimal(value)
    if value.is_finite() and value:
        places = value.adjusted() - digits + 1
        if abs(value) < 10_000:
            places = min(places, 0)
        value = value.quantize(Decimal((0, (1,), places)), ROUND_HALF_EVEN, context=_EXACT)
    return format_amount(value, unit, language=language, style=style)


def _body(value: Decimal, unit: Unit, *, chinese: bool, style: str) -> str:
    """Return number, magnitude and unit."""
    grouped_from = 5 if chinese else 4
    if unit == Unit.SHARE:
        return f"{_plain(value * 100):f}%"
    if unit == Unit.M2 and style == "mu":
        return f"{_grouped(_in_mu(value), grouped_from)}{'亩' if chinese else ' mu'}"
    scales = _SCALES_OWN.get(unit) or (_SCALES_ZH if chinese else _SCALES_EN)
    number, scale = _scaled(value, () if style == "plain" else scales)
    printed = _grouped(number, grouped_from)
    if unit in _SCALES_OWN:
        return f"{printed}{scale or scales[-1][1]}"
    if chinese:
        return f"{printed}{scale}{_UNITS_ZH[unit]}"
    if unit.is_money:
        return f"{unit.value} {printed}{scale}"
    return f"{printed}{scale} {_UNITS_EN[unit][value != 1]}"


def _scaled(value: Decimal, scales: tuple[tuple[int, str], ...]) -> tuple[Decimal, str]:
    """Return `value` in the largest magnitude that it reaches and that leaves at most two decimals."""
    for power, word in scales:
        number = value.scaleb(-power)
        if abs(number) >= 1 and number == round(number, 2):
            return _plain(number), word
    return value, ""


def _grouped(number: Decimal, least: int) -> str:
    """Return `number` with commas once it has `least` digits before the point."""
    return f"{number:,f}" if abs(number) >= 10 ** (least - 1) else f"{number:f}"


def _in_mu(area: Decimal) -> Decimal:
    """Return the shortest number of 亩 that reads back as exactly `area` square meters."""
    exact = _plain(area * 3 / 2000)
    places = max(0, -int(exact.as_tuple().exponent))
    shorter = (round(exact, kept) for kept in range(places))
    return _plain(next((mu for mu in shorter if _in_square_meters(Fraction(mu)) == area), exact))


def supported(printed: Amount, actual: Decimal, tolerance: Mapping[str, Decimal]) -> bool:
    """Tell whether `actual` (base units of `printed.unit`) bears out the printed amount.

    `tolerance` holds the shares that the rulebook allows, never this module: "near", how far 近 may lie below
    the number (the shipped rules say 0.10), and "about", how far 约 may lie off to either side (0.05).
    An exact figure is borne out when `actual`, rounded half up to the last printed digit, is what is printed.
    KeyError when a share is needed and absent.

    >>> shares = {"near": Decimal("0.10"), "about": Decimal("0.05")}
    >>> [supported(parse_amount("近240亿元"), Decimal(yi) * 10**8, shares) for yi in (233, 241, 200)]
    [True, False, False]
    >>> [supported(parse_amount("240亿元"), Decimal(yi) * 10**8, shares) for yi in ("240.3", "240.6")]
    [True, False]
    """
    value = printed.value
    match printed.qualifier:
        case Qualifier.NEAR:
            return (1 - tolerance["near"]) * value <= actual < value
        case Qualifier.ABOUT:
            return (1 - tolerance["about"]) * value <= actual <= (1 + tolerance["about"]) * value
        case Qualifier.OVER:
            return actual > value
        case Qualifier.AT_LEAST:
            return actual >= value
        case Qualifier.AT_MOST:
            return actual <= value
        case Qualifier.LESS_THAN:
            return actual < value
        case _:
            half = (printed.step or Decimal(0)) / 2
            return actual == value or value - half <= actual < value + half


__all__ = [
    "MAX_DECIMALS",
    "MAX_INTEGER_DIGITS",
    "Amount",
    "AmountError",
    "AmountRange",
    "format_amount",
    "format_amount_short",
    "parse_amount",
    "parse_range",
    "supported",
]
