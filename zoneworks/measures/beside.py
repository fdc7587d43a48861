"""A reading beside another one of the same measure: what a difference or a pace was computed from, both opened."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.measures.reading import Reading, drill_down, read
from zoneworks.measures.scope import Scope
from zoneworks.measures.wording import worded

LAST_YEAR = "last_year"
WHOLE_YEAR = "whole_year"
_LABELS = {
    LAST_YEAR: gettext_lazy("the same days of the year before"),
    WHOLE_YEAR: gettext_lazy("all of the year before"),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """Two readings of a measure, and in words what the first is to the other."""

    label: Any
    reading: Reading
    words: str


def beside(reading: Reading, which: str) -> Beside | None:
    """Return the reading that `which` names beside `reading`; nothing for a state of one day or an unknown name."""
    if which not in _LABELS or reading.scope.period is None:
        return None
    other = read(reading.measure, other_scope(reading.scope, which))
    words = difference(reading, other) if which == LAST_YEAR else share(reading, other)
    return Beside(_LABELS[which], other, words)


def refuse_unknown(which: str) -> None:
    """Raise `ValidationError` for a name under which nothing is set beside a reading; its code is the parameter."""
    if which and which not in _LABELS:
        said = _("beside: nothing is called “%(name)s”; there are: %(names)s.")
        raise ValidationError(said % {"name": which[:40], "names": ", ".join(_LABELS)}, code="beside")


def other_scope(scope: Scope, which: str) -> Scope:
    """Return the scope that is set beside `scope`."""
    return scope.a_year_before() if which == LAST_YEAR else scope.whole_year_before()


def beside_url(reading: Reading, which: str) -> str:
    """Return the address that opens `reading` with the other one beside it."""
    return drill_down(reading.measure, reading.scope, beside=which)


def difference(reading: Reading, other: Reading) -> str:
    """Return in words by how much `reading` differs from `other`; nothing where one has no value or they are equal."""
    if reading.value is None or other.value is None or reading.value == other.value:
        return ""
    apart = reading.value - other.value
    return ("+" if apart > 0 else "−") + worded(Decimal(str(abs(apart))), reading.unit, short=True).whole


def percent(reading: Reading, other: Reading) -> int | None:
    """Return how many percent of `other` `reading` is; nothing where that cannot be said."""
    if reading.value is None or not other.value:
        return None
    return round(Decimal(100) * reading.value / other.value)


def share(reading: Reading, other: Reading) -> str:
    """Return in words which part of `other` `reading` is."""
    found = percent(reading, other)
    return "" if found is None else _("%(percent)s %%") % {"percent": found}
