"""A reading as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zoneworks.kit.amounts import format_amount, format_amount_short
from zoneworks.kit.language import language
from zoneworks.kit.quantities import Qualifier
from zoneworks.measures.reading import Number, Reading
from zoneworks.measures.registry import MeasureUnit

_MONEY = {MeasureUnit.CNY, MeasureUnit.USD}
_ONE = {
    MeasureUnit.BATCHES: gettext_lazy("batch"),
    MeasureUnit.ORGANIZATIONS: pgettext_lazy("unit of a measure", "organization visited"),
    MeasureUnit.PERSONS: gettext_lazy("person"),
    MeasureUnit.DAYS: gettext_lazy("day"),
}
_NUMBER = re.compile(r"^(?P<before>[^0-9-]*)(?P<number>-?[0-9.,]+)(?P<after>.*)$")


@dataclass(frozen=True, slots=True)
class Wording:
    """A number in its parts, as a page draws it, and whole, as it is read out."""

    qualifier: str
    before: str
    number: str
    after: str
    whole: str


def worded(
    value: Number, unit: str, qualifier: Qualifier = Qualifier.EXACT, *, short: bool = False
) -> Wording:
    """Return `value` in `unit` as people write it; `short` rounds money to four digits, for boards."""
    if value is None:
        return Wording("", "", "–", "", _("nothing to count"))
    if unit in _MONEY:
        amount = Decimal(value)
        body = (
            format_amount_short(amount, unit, language=language(), digits=4)
            if short
            else format_amount(amount, unit, language=language())
        )
        found = _NUMBER.match(body)
        before, number, after = found.group("before", "number", "after") if found else ("", body, "")
    else:
        before, number, after = "", _plain(value), _unit_word(unit, value)
        body = f"{number}{after}" if unit == MeasureUnit.SHARE else f"{number} {after}".strip()
    said = "" if qualifier == Qualifier.EXACT else str(qualifier.label)
    return Wording(said, before.strip(), number, after.strip(), f"{said} {body}".strip())


def worded_reading(reading: Reading, *, short: bool = False) -> Wording:
    """Return a reading's value as people write it; a sum that nothing states is no sum of zero."""
    if reading.value is None and reading.unit not in (MeasureUnit.SHARE, MeasureUnit.DAYS):
        return Wording("", "", "–", "", _("not stated"))
    return worded(reading.value, reading.unit, reading.qualifier, short=short)


def _plain(value: Number) -> str:
    number = Decimal(value or 0)
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number.normalize():,f}"


def _unit_word(unit: str, value: Number) -> str:
    """Return the word after a number. English has none for things: what is counted stands in the measure's name."""
    if unit == MeasureUnit.ITEMS and language().startswith("en"):
        return ""
    is_one = value == 1 and unit in _ONE
    return str(_ONE[MeasureUnit(unit)] if is_one else MeasureUnit(unit).label)
