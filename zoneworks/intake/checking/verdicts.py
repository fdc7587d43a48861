"""What a printed number is worth beside a reading: the verdict, how far they are apart, which word would be right.

The shares that 近 and 约 allow come from the rulebook (`qualifiers`), never from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zoneworks.intake.checking.stated import Stated
from zoneworks.kit.amounts import Amount, supported
from zoneworks.kit.quantities import Qualifier, Unit


class Verdict(StrEnum):
    """What the checker says of a number (design §3)."""

    SUPPORTED = "supported"
    DIFFERS = "differs"
    QUALIFIER = "qualifier_wrong"
    BASIS = "basis_mixed"
    PARTS = "parts_do_not_add_up"
    NOT_IN_LEDGER = "not_in_ledger"
    NOT_MEASURABLE = "not_measurable"


OBJECTIONS = frozenset({Verdict.DIFFERS, Verdict.QUALIFIER, Verdict.BASIS, Verdict.PARTS})
"""What keeps a draft from being printed as it stands: the ledger says otherwise."""

_IMPLIED = {
    Qualifier.EXACT: frozenset({Qualifier.EXACT}),
    Qualifier.NEAR: frozenset({Qualifier.NEAR}),
    Qualifier.OVER: frozenset({Qualifier.OVER}),
    Qualifier.AT_LEAST: frozenset({Qualifier.AT_LEAST, Qualifier.OVER, Qualifier.EXACT}),
    Qualifier.AT_MOST: frozenset({Qualifier.AT_MOST, Qualifier.LESS_THAN, Qualifier.NEAR, Qualifier.EXACT}),
    Qualifier.LESS_THAN: frozenset({Qualifier.LESS_THAN, Qualifier.NEAR}),
    Qualifier.ABOUT: frozenset(Qualifier),
}
"""With which words of the ledger the same number bears out a printed word."""
_OTHER_WORDS = (Qualifier.EXACT, Qualifier.NEAR, Qualifier.OVER, Qualifier.ABOUT)


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says: the number, the word that belongs to it, and how much more is uncertain."""

    value: Decimal | None
    qualifier: Qualifier = Qualifier.EXACT
    uncertain: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict; `difference` is the printed number less that of the ledger.

    `right` is the word with which the printed number would be right. `perhaps` says that it is within what is
    uncertain in the ledger.
    """

    verdict: Verdict
    difference: Decimal | None = None
    right: Qualifier | None = None
    perhaps: bool = False


def judged(printed: Stated, known: Known, tolerance: Mapping[str, Decimal]) -> Judged:
    """Return what a printed number is worth beside what the ledger knows.

    >>> from zoneworks.intake.found import Place
    >>> shares = {"near": Decimal("0.10"), "about": Decimal("0.05")}
    >>> printed = Stated(Decimal(240), "个", "count", Qualifier.NEAR, Decimal(1), Place(0, 3), "近240个")
    >>> [judged(printed, Known(Decimal(value)), shares).verdict.value for value in (233, 240, 100)]
    ['supported', 'qualifier_wrong', 'differs']
    """
    if not known.value and not known.uncertain and printed.value:
        return Judged(Verdict.NOT_IN_LEDGER)
    value = known.value or Decimal(0)
    if borne_out(printed, printed.qualifier, Known(value, known.qualifier), tolerance):
        return Judged(Verdict.SUPPORTED, printed.value - value)
    right = _right_word(printed, Known(value, known.qualifier), tolerance)
    is_wording = printed.qualifier != Qualifier.EXACT or printed.value == value
    perhaps = bool(known.uncertain) and _within(printed, value, value + known.uncertain, tolerance)
    verdict = Verdict.QUALIFIER if right is not None and is_wording else Verdict.DIFFERS
    return Judged(verdict, printed.value - value, right, perhaps)


def borne_out(printed: Stated, qualifier: Qualifier, known: Known, tolerance: Mapping[str, Decimal]) -> bool:
    """Tell whether the printed number with the word `qualifier` says what the ledger knows."""
    if known.value is None:
        return False
    if known.qualifier != Qualifier.EXACT and known.value == printed.value:
        return known.qualifier in _IMPLIED[qualifier]
    # Only the size counts here; in what it is measured was compared before.
    amount = Amount(printed.value, Unit.ITEMS, qualifier, step=printed.step)
    return supported(amount, known.value, tolerance)


def _right_word(printed: Stated, known: Known, tolerance: Mapping[str, Decimal]) -> Qualifier | None:
    """Return the word with which the number would be right, the tightest first; None where it is too far off.

    超 has no upper end, so that as a correction it reaches as far above a number as 近 does below it.
    """
    if known.value == printed.value and known.qualifier != Qualifier.EXACT:
        return known.qualifier
    far = printed.value * (1 + tolerance["near"])
    for word in _OTHER_WORDS:
        if word == Qualifier.OVER and (known.value or 0) > far:
            continue
        if word != printed.qualifier and borne_out(printed, word, known, tolerance):
            return word
    return None


def _within(printed: Stated, low: Decimal, high: Decimal, tolerance: Mapping[str, Decimal]) -> bool:
    """Tell whether some number between the two would bear out the printed one."""
    at = min(max(printed.value, low), high)
    return any(borne_out(printed, printed.qualifier, Known(each), tolerance) for each in (low, at, high))
