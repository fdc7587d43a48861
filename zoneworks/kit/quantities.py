"""What a figure is counted in, how firmly it is stated, and what becomes of both in a sum."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Unit(TextChoices):
    """Base units: every stored value is a decimal in one of these; 万, 亿, 亩 and GW are ways of writing."""

    CNY = "CNY", _("yuan")
    USD = "USD", _("US dollars")
    EUR = "EUR", _("euros")
    HKD = "HKD", _("Hong Kong dollars")
    JPY = "JPY", _("yen")
    M2 = "m2", _("square meters")
    PERSONS = "persons", _("persons")
    ITEMS = "items", _("items")
    LINES = "lines", _("lines")
    TONNES = "t", _("tonnes")
    W = "W", _("watts")
    KVA = "kVA", _("kilovolt-amperes")
    SHARE = "share", _("share")  # 1 is the whole: 92.4% is stored as 0.924

    @property
    def is_money(self) -> bool:
        """Tell whether amounts in this unit are sums of money."""
        return self in (Unit.CNY, Unit.USD, Unit.EUR, Unit.HKD, Unit.JPY)


class Bound(StrEnum):
    """Where the true value lies, seen from the printed one."""

    EXACT = "exact"
    LOWER = "lower"
    UPPER = "upper"
    AROUND = "around"


class Qualifier(TextChoices):
    """The word before or after a number that belongs to its meaning."""

    EXACT = "exact", _("exactly")
    ABOUT = "about", _("about")  # 约
    NEAR = "near", _("just under")  # 近
    OVER = "over", _("over")  # 超, 余
    AT_LEAST = "at_least", _("at least")  # 不低于, 以上
    AT_MOST = "at_most", _("at most")  # 不超过, 以内
    LESS_THAN = "less_than", _("less than")  # 不到

    @property
    def bound(self) -> Bound:
        """Return what the printed number is to the true one; 近 240 lies below 240, so it is an upper bound.

        >>> Qualifier.NEAR.bound, Qualifier.OVER.bound
        (<Bound.UPPER: 'upper'>, <Bound.LOWER: 'lower'>)
        """
        return _BOUNDS[self]

    @classmethod
    def of(cls, word: str) -> Self:
        """Return the qualifier with the stored value `word`; ValueError lists the accepted ones."""
        try:
            return cls(word)
        except ValueError:
            raise ValueError(f"{word!r} is not a qualifier; use one of {', '.join(cls.values)}") from None


_BOUNDS = {
    Qualifier.EXACT: Bound.EXACT,
    Qualifier.ABOUT: Bound.AROUND,
    Qualifier.NEAR: Bound.UPPER,
    Qualifier.OVER: Bound.LOWER,
    Qualifier.AT_LEAST: Bound.LOWER,
    Qualifier.AT_MOST: Bound.UPPER,
    Qualifier.LESS_THAN: Bound.UPPER,
}


class Nature(TextChoices):
    """Whether a figure is what was promised or what came."""

    COMMITMENT = "commitment", _("commitment")
    ACTUAL = "actual", _("actual")


def combine(qualifiers: Mapping[str, int] | Iterable[str]) -> Qualifier:
    """Return the qualifier of a sum of figures stated with `qualifiers` (names, or counts by name).

    The printed total says no more than its parts do:

    - a single figure keeps its qualifier, and the sum of none is exactly zero;
    - exact figures add to an exact one;
    - lower bounds, alone or with exact figures, add to a lower bound and to nothing tighter: 超 hints that
      the number was hardly passed, and a sum of such hints hints at nothing;
    - upper bounds add to an upper bound, a strict one as soon as one part is strict (近, 不到);
    - with 约 in it, or with bounds from both sides, the error may go either way: about.

    All parts are summands of zero or more; in a difference the bounds of what is taken away would turn round.

    >>> combine({"exact": 3, "at_least": 1}).value, combine(["near", "exact"]).value
    ('at_least', 'less_than')
    >>> combine(["near", "over"]).value
    'about'
    """
    if isinstance(qualifiers, list) and len(qualifiers) == 1:
        return Qualifier.of(qualifiers[0])
    counts = qualifiers if isinstance(qualifiers, Mapping) else Counter(qualifiers)
    if any(count < 0 for count in counts.values()):
        raise ValueError("figures cannot be counted below zero")
    stated = {Qualifier.of(word): count for word, count in counts.items() if count}
    if sum(stated.values()) == 1:
        return next(iter(stated))
    bounds = {qualifier.bound for qualifier in stated} - {Bound.EXACT}
    if not bounds:
        return Qualifier.EXACT
    if bounds == {Bound.LOWER}:
        return Qualifier.AT_LEAST
    if bounds == {Bound.UPPER}:
        strict = Qualifier.NEAR in stated or Qualifier.LESS_THAN in stated
        return Qualifier.LESS_THAN if strict else Qualifier.AT_MOST
    return Qualifier.ABOUT
