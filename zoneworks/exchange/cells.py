"""Plain values as cells of a sheet: numbers and days keep their type, and no text is ever a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from zoneworks.kit.amounts import Amount
from zoneworks.kit.export import runs_as_formula
from zoneworks.kit.language import language
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.spans import Span, format_span

LONGEST_TEXT = 32_767
"""What a cell holds; Excel takes a file with more for damaged."""
_FIRST_DAY = date(1900, 3, 1)
_DAY_ZERO = date(1899, 12, 30)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WHOLE, _BROKEN = "#,##0", "#,##0.00##"

_REPEATED = frozenset({str, date, Span})
_MOST_KNOWN = 20_000

TEXT, QUOTED, DAY, INSTANT, NUMBER, DECIMAL, SHARE = (
    "text",
    "quoted",
    "day",
    "instant",
    "number",
    "decimal",
    "share",
)
STYLES: dict[str, dict[str, Any]] = {
    TEXT: {"num_format": "@"},
    QUOTED: {"num_format": "@", "quote_prefix": True},
    DAY: {"num_format": "yyyy-mm-dd", "align": "center"},
    INSTANT: {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
    NUMBER: {"num_format": _WHOLE},
    DECIMAL: {"num_format": _BROKEN},
    SHARE: {"num_format": "0.0##%"},
}
"""The formats of cells by name; an amount that is not exact has one that shows its qualifier before the number."""
MARKS = {
    Qualifier.ABOUT: "约",
    Qualifier.NEAR: "近",
    Qualifier.OVER: "超",
    Qualifier.AT_LEAST: "不低于",
    Qualifier.AT_MOST: "不超过",
    Qualifier.LESS_THAN: "不到",
}
for _qualifier, _mark in MARKS.items():
    STYLES[f"{NUMBER}-{_qualifier.value}"] = {"num_format": f'"{_mark}"{_WHOLE}'}
    STYLES[f"{DECIMAL}-{_qualifier.value}"] = {"num_format": f'"{_mark}"{_BROKEN}'}


class Drawer:
    """Draws values as XML of cells. `styles` maps a name of `STYLES` to its number in the workbook."""

    def __init__(self, styles: Mapping[str, int]) -> None:
        self.styles = styles
        self.language = language()
        self._known: dict[Any, str] = {}

    def row(self, number: int, columns: Sequence[tuple[str, str]], values: Iterable[Any]) -> str:
        """Return `values` as the row `number`; `columns` are the name and the unit of each, in which amounts are
        numbers. A number that a spreadsheet cannot hold to its last digit is written as text.
        """
        known = self._known
        cells = [f'<row r="{number}">']
        for (name, unit), value in zip(columns, values, strict=True):
            if value is None or value == "":
                continue
            if type(value) in _REPEATED:
                # Units, officers, stages and days stand in thousands of rows: each is drawn once.
                drawn = known.get(value)
                if drawn is None:
                    drawn = self._drawn(value, unit)
                    if len(known) < _MOST_KNOWN:
                        known[value] = drawn
            else:
                drawn = self._drawn(value, unit)
            cells.append(f'<c r="{name}{number}"{drawn}')
        cells.append("</row>")
        return "".join(cells)

    def _drawn(self, value: Any, unit: str) -> str:
        said = told(value, unit, self.language)
        style = self.styles[said.style]
        if said.is_text:
            return (
                f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{escaped(said.content)}</t></is></c>'
            )
        return f' s="{style}"><v>{said.content}</v></c>'


class Told(NamedTuple):
    """What a cell holds: its style by the name in `STYLES`, and the text, or the number as a sheet writes it."""

    style: str
    content: str

    @property
    def is_text(self) -> bool:
        return self.style in (TEXT, QUOTED)


def told(value: Any, unit: str, spoken: str) -> Told:
    """Return what a cell holds of `value`, in the language `spoken`; amounts in `unit` are numbers.

    >>> told(date(2024, 3, 5), "", "en"), told("=1+1", "", "en")
    (Told(style='day', content='45356'), Told(style='quoted', content='=1+1'))
    """
    match value:
        case str():
            return _text(value)
        case Amount():
            return _amount(value, unit, spoken)
        case bool():
            return _text(_("yes") if value else _("no"))
        case datetime():
            local = localtime(value).replace(tzinfo=None) if is_aware(value) else value
            return _number(_serial(local), INSTANT) or _text(f"{local:%Y-%m-%d %H:%M}")
        case date():
            return _number(_serial(value), DAY) or _text(value.isoformat())
        case Span():
            if value.is_day:
                return told(value.earliest, unit, spoken)
            return _text(format_span(value, spoken))
        case int() | float() | Decimal():
            style = NUMBER if value == int(value) else DECIMAL
            plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
            return _number(_exact(value), style) or _text(plain)
        case _:
            return _text(str(value))


def _amount(amount: Amount, unit: str, spoken: str) -> Told:
    number = _exact(amount.value) if amount.unit == unit and not amount.per_year else ""
    if not number:
        return _text(amount.printed(language=spoken))
    style = DECIMAL if "." in number else NUMBER
    if amount.unit == Unit.SHARE:
        style = SHARE
    elif amount.qualifier != Qualifier.EXACT:
        style = f"{style}-{amount.qualifier.value}"
    return Told(style, number)


def _number(number: str, style: str) -> Told | None:
    return Told(style, number) if number else None


def _text(text: str) -> Told:
    return Told(QUOTED if runs_as_formula(text) else TEXT, text)


def escaped(text: str) -> str:
    """Return `text` as the XML of a cell holds it.

    >>> escaped("a<b & _x0041_\\x00"), len(escaped("长" * 40_000))
    ('a&lt;b &amp; _x005F_x0041_', 32767)
    """
    text = clean(text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def clean(text: str) -> str:
    """Return `text` as a cell may hold it, at most as long as one can be, the end of a longer one told by a sign."""
    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT - 1]}…"
    if not text.isprintable():
        text = _ILLEGAL.sub("", text)
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return text


def _exact(value: int | float | Decimal) -> str:
    """Return a number as a sheet holds it, or nothing when the nearest one that it can hold is another number.

    >>> _exact(Decimal("500000000.0000")), _exact(Decimal("0.924")), _exact(10**17 + 1)
    ('500000000', '0.924', '')
    """
    nearest = float(value)
    digits = repr(nearest)
    if nearest != value and Decimal(digits) != value:
        return ""
    return digits.removesuffix(".0") if "e" not in digits else f"{Decimal(digits):f}"


def _serial(moment: date) -> str:
    """Return a day or an instant as the number of days that a sheet counts, or nothing before March 1900.

    >>> _serial(date(2024, 3, 5)), _serial(datetime(2024, 3, 5, 12)), _serial(date(1899, 1, 1))
    ('45356', '45356.5', '')
    """
    day = moment.date() if isinstance(moment, datetime) else moment
    if day < _FIRST_DAY:
        return ""
    days = (day - _DAY_ZERO).days
    if not isinstance(moment, datetime):
        return str(days)
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return repr(days + seconds / 86_400)


def letters(number: int) -> str:
    """Return the name of a column, the first of which is 0.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """Return the number of a column by its name.

    >>> column_number("A"), column_number("AA"), column_number(letters(700))
    (0, 26, 700)
    """
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number - 1
