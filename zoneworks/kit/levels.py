"""Levels of assertion: who says that a fact is so (design §2; `rules.md` section 1)."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.places import PlaceIn
from zoneworks.kit.wording import keyed


class Level(models.TextChoices):
    """Who asserts a fact, in rising order. Each is a fact of its own; none overwrites another."""

    PRESS = "press", _("press")
    SELF_REPORTED = "self_reported", _("self-reported")
    ZONE = "zone", _("recognized by the zone")
    CITY = "city", _("recognized by the city")
    PROVINCE = "province", _("recognized by the province")
    STATISTICS = "statistics", _("in statistics")
    AUDIT = "audit", _("confirmed by audit")

    @property
    def place(self) -> int:
        """Return where the level stands among the others; the better attested one stands higher.

        >>> Level.ZONE.place > Level.PRESS.place
        True
        """
        return list(Level).index(self)


OPEN_LEVELS = frozenset({Level.PRESS, Level.SELF_REPORTED})
"""Levels at which anyone who records may assert; the others need the right to recognize."""


def attested() -> PlaceIn:
    """Return the place of a fact's level as an expression, for ordering by who says it."""
    return PlaceIn("asserted_by", Level)


_LADDER = (Level.PRESS, Level.SELF_REPORTED, Level.ZONE, Level.CITY, Level.PROVINCE, Level.AUDIT)


def at_least(basis: str) -> tuple[Level, ...]:
    """Return the levels that satisfy the basis "asserted by at least `basis`".

    Statistics counts by a definition of its own, so it stands beside the ladder: it satisfies the open levels and
    itself, and "at least the city" does not imply it (`rules.md` section 1).

    >>> [level.value for level in at_least("city")]
    ['city', 'province', 'audit']
    >>> [level.value for level in at_least("statistics")]
    ['statistics']
    """
    level = Level(basis)
    if level is Level.STATISTICS:
        return (Level.STATISTICS,)
    higher = _LADDER[_LADDER.index(level) :]
    return (*higher, Level.STATISTICS) if level in OPEN_LEVELS else higher


class BasisError(ValueError):
    """`?basis=` names no level; the message lists those that there are."""


def asked_basis(query: Mapping[str, str]) -> Level:
    """Return the level that `?basis=` names, the press without one; raise `BasisError`."""
    text = query.get("basis") or Level.PRESS.value
    if text not in Level.values:
        levels = ", ".join(keyed(level.label, level.value) for level in Level)
        raise BasisError(
            gettext("basis: “%(text)s” is no level. It is one of: %(levels)s.")
            % {"text": text[:40], "levels": levels}
        )
    return Level(text)
