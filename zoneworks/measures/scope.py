"""The scope of a reading: whose rows, of which period, as of which day, as known when, on which basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.levels import Level
from zoneworks.kit.moment import Moment


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("the period ends before it begins")

    @classmethod
    def year_to(cls, day: date) -> Period:
        """Return the year of `day` up to that day."""
        return cls(date(day.year, 1, 1), day)

    def a_year_before(self) -> Period:
        """Return the same days of the year before; 29 February becomes 28 February."""
        return Period(a_year_before(self.start), a_year_before(self.end))


def a_year_before(day: date) -> date:
    """Return the same day of the year before.

    >>> a_year_before(date(2024, 2, 29))
    datetime.date(2023, 2, 28)
    """
    return (
        day.replace(year=day.year - 1, day=28)
        if (day.month, day.day) == (2, 29)
        else day.replace(year=day.year - 1)
    )


BEGINNING = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a measure is asked about. Without a period it reads from the beginning up to `as_of`."""

    zone: Zone
    as_of: date
    known_at: datetime
    period: Period | None = None
    basis: str = Level.PRESS
    filters: Mapping[str, str] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    viewer: User | None = None
    knows_all: bool = False
    """Nothing that is recorded is left out: `known_at` is now, and columns derived from all facts may be read."""

    @property
    def known(self) -> datetime | None:
        """Return the instant of knowledge to read facts by; nothing when everything recorded is known."""
        return None if self.knows_all else self.known_at

    @property
    def assigned(self) -> datetime | None:
        """Return the instant whose assignments hold; nothing when that is now."""
        return Moment(self.as_of, self.known_at, names_known_at=not self.knows_all).assigned

    @property
    def start(self) -> date:
        return self.period.start if self.period else BEGINNING

    @property
    def end(self) -> date:
        """Return the last day that counts: what happened after the as-of day has not happened yet."""
        return min(self.period.end, self.as_of) if self.period else self.as_of

    def a_year_before(self) -> Scope:
        """Return the same days of the year before, as of the same day of that year."""
        before = self.period.a_year_before() if self.period else None
        return replace(self, as_of=a_year_before(self.as_of), period=before)

    def whole_year_before(self) -> Scope:
        """Return all of the year before that of the as-of day, as of its end."""
        year = self.as_of.year - 1
        whole = Period(date(year, 1, 1), date(year, 12, 31))
        return replace(self, as_of=whole.end, period=whole)

    def over(self, period: Period | None) -> Scope:
        return replace(self, period=period)

    def by(self, *dimensions: str) -> Scope:
        return replace(self, group_by=dimensions)

    def only(self, **filters: str) -> Scope:
        return replace(self, filters={**self.filters, **filters})
