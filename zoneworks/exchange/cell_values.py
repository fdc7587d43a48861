"""A cell as what a field wants: a text, a span, an amount, a number, a choice.

Each function returns a value or raises `ValidationError` with what would be right; the place is the cell's own.
An empty cell (`is_empty`) has no value to give: ask that first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.exchange import heads
from zoneworks.exchange.reading.formats import around, finest
from zoneworks.exchange.workbooks import Cell
from zoneworks.kit.amount_words import tokens
from zoneworks.kit.amounts import Amount, AmountError, parse_amount
from zoneworks.kit.quantities import Unit
from zoneworks.kit.spans import Span, SpanError, parse_span
from zoneworks.kit.wording import fold

_NOTHING = frozenset("-–—―/\\~")
_MOST_DIGITS = 10**15
_DAY_ZERO = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
"""Between 1954 and 2119; no year, month or day is written as a bare number in this range."""
_YES = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true", "1", "v"})
_NO = frozenset({"否", "无", "没有", "×", "✗", "✘", "☐", "x", "n", "no", "false", "0"})
_MOST_NAMED = 10
_COUNTED = re.compile(r"[0-9]{5,6}", re.ASCII)
_DAYTIME = re.compile(r"(?<=[0-9])[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$", re.ASCII)
_SEPARATED = re.compile(r"(?<=[0-9])[,\s](?=[0-9]{3}(?:[^0-9]|$))")


def is_empty(cell: Cell) -> bool:
    """Tell whether a cell holds nothing, or only the stroke by which people say so.

    >>> is_empty(Cell("a", 1, 1, " — ")), is_empty(Cell("a", 1, 1, 0))
    (True, False)
    """
    if cell.fault:
        return False
    value = cell.value
    return value is None or (isinstance(value, str) and set(value) <= _NOTHING | {" ", "\u3000", "\n", "\t"})


def as_text(cell: Cell) -> str:
    """Return what a cell says as text, blanks around it gone.

    >>> as_text(Cell("a", 1, 1, " 硅片\\n项目 ")), as_text(Cell("a", 1, 1, date(2024, 5, 3)))
    ('硅片\\n项目', '2024-05-03')
    """
    value = _sound(cell)
    match value:
        case str():
            return value.strip().replace("\r\n", "\n")
        case bool():
            return _("yes") if value else _("no")
        case int() if abs(value) >= _MOST_DIGITS:
            raise _wrong(
                _(
                    "A number of more than 15 digits loses its last ones in a spreadsheet. "
                    "Format the cell as text and write it anew."
                )
            )
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
    return "" if value is None else str(value)


def as_span(cell: Cell, reference: date | None = None) -> Span:
    """Return the days that a cell states: a date, a number that spells or counts one, or words.

    `reference` lends the year to words without one. A date whose format shows no day states its month.

    >>> [str(as_span(Cell("a", 1, 1, number))) for number in (20230523, 45069, 202305)]
    ['2023-05-23', '2023-05-23', '2023-05-01..2023-05-31']
    >>> [str(as_span(Cell("a", 1, 1, text))) for text in ("45069", "202305", "2023-05-23 00:00:00")]
    ['2023-05-23', '2023-05-01..2023-05-31', '2023-05-23']
    >>> str(as_span(Cell("a", 1, 1, date(2023, 5, 1), number_format='yyyy"年"m"月"')))
    '2023-05-01..2023-05-31'
    """
    value = _sound(cell)
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        text = day.isoformat()
        match finest(cell.number_format) if cell.number_format else "day":
            case "month":
                text = text[:7]
            case "year":
                text = text[:4]
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = _spelled(value)
    else:
        text = _DAYTIME.sub("", as_text(cell))
        if _COUNTED.fullmatch(text):
            # The number of a day in a cell that was made text, as copying and other programs do.
            text = _spelled(int(text))
    try:
        return parse_span(text, reference=reference)
    except SpanError as error:
        raise _wrong(str(error))


def _spelled(number: int | Decimal) -> str:
    """Return the day that a number stands for as words: 2023.5 is a month, 45069 a count of days, 202305 a month.

    >>> _spelled(Decimal("2023.5")), _spelled(45069), _spelled(202305), _spelled(2023)
    ('2023.5', '2023-05-23', '2023-05', '2023')
    """
    if number == Decimal(str(number)).to_integral_value():
        whole = int(number)
        if _FIRST_SERIAL <= whole <= _LAST_SERIAL:
            return (_DAY_ZERO + timedelta(days=whole)).isoformat()
        if 190_001 <= whole <= 210_012:
            return f"{whole // 100}-{whole % 100:02}"
        return str(whole)
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return (_DAY_ZERO + timedelta(days=int(number))).isoformat()
    text = f"{number:f}"
    if text.endswith(".1"):
        raise _wrong(
            _("The number %(number)s may be January or October. Write %(year)s-01 or %(year)s-10 as text.")
            % {"number": text, "year": text[:-2]}
        )
    return text


def as_amount(cell: Cell, unit: str, head_unit: str = "") -> Amount:
    """Return the amount that a cell states in base units of `unit`; money may state another currency.

    `head_unit` is what the head, or a line above the table, gives (万元, or 万元、亩) and counts where the cell names
    no unit itself. The format of a number may add unit and qualifier, as exported workbooks do.

    >>> [int(as_amount(Cell("a", 1, 1, said), "CNY", "万元").value) for said in (5200, "近2.4亿", "3000万元")]
    [52000000, 240000000, 30000000]
    >>> as_amount(Cell("a", 1, 1, 2_400_000_000, number_format='"近"#,##0'), "CNY").qualifier.value
    'near'
    """
    value = _sound(cell)
    if isinstance(value, bool | date):
        raise _wrong(_("A figure is wanted here, such as 5000万元; the cell holds a date or a yes or no."))
    text = _shown(cell) if isinstance(value, int | Decimal) else as_text(cell)
    try:
        amount = _parsed(text, Unit(unit), _fitting(head_unit, unit))
    except AmountError as error:
        raise _wrong(str(error))
    if amount.unit != unit and not (amount.unit.is_money and Unit(unit).is_money):
        raise _wrong(
            _("“%(text)s” is counted in %(given)s; %(wanted)s are wanted here.")
            % {"text": text, "given": amount.unit.label, "wanted": Unit(unit).label}
        )
    return amount


def _shown(cell: Cell) -> str:
    """Return a number with the words that its format shows around it; a percentage as such."""
    number = Decimal(str(cell.value))
    if number < 0:
        raise _wrong(_("An amount is not negative; %(number)s is.") % {"number": f"{number:f}"})
    before, after = around(cell.number_format)
    if "%" in cell.number_format and "%" not in before + after:
        return f"{number * 100:f}%"
    try:
        parse_amount(f"{before}1{after}", default_unit=Unit.CNY)
    except AmountError:
        return f"{number:f}"  # words that only set the number, such as 第…期
    return f"{before}{number:f}{after}"


def _fitting(head_unit: str, unit: str) -> str:
    """Return the one of the units given above that amounts in `unit` are counted in, or nothing.

    >>> _fitting("万元、亩", "m2"), _fitting("万元", "persons"), _fitting("万美元", "CNY")
    ('亩', '', '万美元')
    """
    given = {each: one for each in heads.units(head_unit) if (one := heads.one_of(each)) is not None}
    exact = [each for each, one in given.items() if one.unit == unit]
    money = [each for each, one in given.items() if one.unit.is_money and Unit(unit).is_money]
    return next(iter(exact or money), "")


def _parsed(text: str, unit: Unit, head_unit: str) -> Amount:
    """Return what a text states; without a unit of its own it is counted as its head says."""
    try:
        return parse_amount(text)
    except AmountError as error:
        if error.kind != "no_unit":
            raise
    found = tokens(text)
    large = [
        token
        for token in found
        if token.role == "scale" or (token.role == "magnitude" and token.size >= 10**4)
    ]
    one = heads.one_of(head_unit)
    if one is None:
        if unit == Unit.SHARE and parse_amount(text, default_unit=unit).value > 1:
            raise _wrong(
                _("A share is written with a sign, such as 92.4%%; “%(text)s” has none.") % {"text": text}
            )
        return parse_amount(text, default_unit=unit)
    if large and one.value >= 10**4:
        if max(token.size for token in large) <= one.value and large[-1].role == "magnitude":
            raise _wrong(
                _(
                    "“%(text)s” below a head in %(unit)s may mean either; write the unit after it, "
                    "or the number in %(unit)s alone."
                )
                % {"text": text, "unit": head_unit}
            )
        return parse_amount(text, default_unit=one.unit)
    last = max(at for at, token in enumerate(found) if token.is_number)
    if last + 1 < len(found) and found[last + 1].role == "infix":
        last += 1
    end = found[last].end
    read = parse_amount(f"{text[:end]}{head_unit}{text[end:]}")
    return Amount(read.value, read.unit, read.qualifier, text, read.per_year, read.step)


def as_whole(cell: Cell) -> int:
    """Return a whole number: 1,200 or 十二 or 12人.

    >>> as_whole(Cell("a", 1, 1, "1,200人")), as_whole(Cell("a", 1, 1, 3))
    (1200, 3)
    """
    value = _sound(cell)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = as_text(cell)
    try:
        number = value if isinstance(value, Decimal) else parse_amount(text, default_unit=Unit.ITEMS).value
    except AmountError as error:
        raise _wrong(str(error))
    if number != int(number):
        raise _wrong(_("A whole number is wanted here; “%(text)s” is none.") % {"text": text})
    return int(number)


def as_number(cell: Cell) -> Decimal:
    """Return a plain number, which may be negative or a percentage.

    >>> as_number(Cell("a", 1, 1, "-1,250.5")), as_number(Cell("a", 1, 1, "92.4%"))
    (Decimal('-1250.5'), Decimal('0.924'))
    """
    value = _sound(cell)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    text = _SEPARATED.sub("", fold(as_text(cell))).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,10})?%?", text):
        raise _wrong(
            _("A number is wanted here, such as 1250 or 12.5; “%(text)s” is none.") % {"text": as_text(cell)}
        )
    number = Decimal(text.removesuffix("%"))
    return number / 100 if text.endswith("%") else number


def as_flag(cell: Cell) -> bool:
    """Return yes or no.

    >>> as_flag(Cell("a", 1, 1, "是")), as_flag(Cell("a", 1, 1, "×")), as_flag(Cell("a", 1, 1, 1))
    (True, False, True)
    """
    value = _sound(cell)
    if isinstance(value, bool):
        return value
    text = fold(as_text(cell)).strip()
    if text in _YES or text == _("yes"):
        return True
    if text in _NO or text == _("no"):
        return False
    raise _wrong(_("Yes or no is wanted here (是 or 否); “%(text)s” is neither.") % {"text": as_text(cell)})


def as_choice(cell: Cell, choices: Mapping[Any, object] | Iterable[tuple[Any, object]]) -> Any:
    """Return the value of the choice that a cell names, by its label or by the value itself.

    >>> as_choice(Cell("a", 1, 1, "签 约"), [("signed", "签约"), ("started", "开工")])
    'signed'
    """
    pairs = list(choices.items() if isinstance(choices, Mapping) else choices)
    wanted = heads.key(as_text(cell))
    for value, label in pairs:
        if wanted in (heads.key(str(label)), heads.key(str(value))):
            return value
    named = ", ".join(str(label) for _value, label in pairs[:_MOST_NAMED]) + (
        ", …" if len(pairs) > _MOST_NAMED else ""
    )
    raise _wrong(
        _("“%(text)s” is none of the choices. One of these would be right: %(choices)s.")
        % {"text": as_text(cell), "choices": named}
    )


def _sound(cell: Cell) -> Any:
    """Return the value of a cell, or raise what is wrong with it."""
    if cell.fault:
        raise _wrong(cell.fault)
    return cell.value


def _wrong(message: str) -> ValidationError:
    return ValidationError(message, code="cell")
