"""The ledger as one check asks it: each reading once, however often a draft prints its number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Unit, User, Zone
from zoneworks.intake.checking.matching import SizeClass, Wanted, Zonal
from zoneworks.intake.checking.periods import When
from zoneworks.intake.checking.verdicts import Known
from zoneworks.intake.words import vocabulary
from zoneworks.kit.facts import Fact
from zoneworks.kit.levels import Level, at_least
from zoneworks.kit.moment import Moment
from zoneworks.measures.models import Claim
from zoneworks.measures.reading import Reading, read
from zoneworks.measures.registry import measures
from zoneworks.measures.scope import Period, Scope
from zoneworks.rulebook import rules

MOST_READINGS = 600
_DRIVES: tuple[str, ...] = tuple(vocabulary("measures")["periods"]["drives"])
Key = tuple[Any, ...]


class TooMuchError(ValueError):
    """A draft asks for more readings than one check makes."""


@dataclass(slots=True)
class Ledger:
    """A zone's records for one check, seen by `viewer` at a moment. A reading is made once."""

    zone: Zone
    moment: Moment
    viewer: User | None = None
    _read: dict[Key, Reading] = field(default_factory=dict)
    _rows: dict[Key, list[int]] = field(default_factory=dict)
    _counted: dict[Key, int] = field(default_factory=dict)
    _names: dict[Key, str] = field(default_factory=dict)
    _others: dict[Key, list[Level]] = field(default_factory=dict)
    _levels: dict[str, frozenset[Level]] = field(default_factory=dict)

    def reading(self, wanted: Wanted, when: When, level: str) -> Reading:
        """Return the reading of what is wanted, for when the draft says, on the basis of a level."""
        scope = self._scope(wanted, when, level)
        key = _key(wanted.measure, scope)
        if key not in self._read:
            if len(self._read) >= MOST_READINGS:
                raise TooMuchError(
                    _("The draft asks for more than %(most)d different numbers. Check it in parts.")
                    % {"most": MOST_READINGS}
                )
            self._read[key] = read(wanted.measure, scope)
        return self._read[key]

    def _scope(self, wanted: Wanted, when: When, level: str) -> Scope:
        period = when.period if measures[wanted.measure].has_period else None
        return Scope(
            self.zone,
            when.as_of,
            self.moment.known_at,
            period,
            level,
            wanted.filters,
            viewer=self.viewer,
            knows_all=not self.moment.names_known_at,
        )

    def named(self, reading: Reading, name: Callable[[Reading], str]) -> str:
        """Return what a reading is called, asked once: the names of units and classes stand in the records."""
        key = _key(reading.measure.key, reading.scope)
        if key not in self._names:
            self._names[key] = name(reading)
        return self._names[key]

    def row_count(self, reading: Reading) -> int:
        """Return how many rows a reading counts."""
        key = _key(reading.measure.key, reading.scope)
        if key not in self._counted:
            self._counted[key] = reading.rows.count()
        return self._counted[key]

    def row_ids(self, reading: Reading) -> list[int]:
        """Return the keys of the rows that a reading counts."""
        key = _key(reading.measure.key, reading.scope)
        if key not in self._rows:
            self._rows[key] = sorted(reading.rows.values_list("pk", flat=True))
        return self._rows[key]

    def other_levels(self, reading: Reading) -> list[Level]:
        """Return the levels on whose basis a reading may say something else, the lowest first.

        On a basis that lets in nothing, or the same facts as another, nothing new is read.
        """
        key = _key(reading.measure.key, reading.scope)
        if key not in self._others:
            self._others[key] = self._found_other_levels(reading)
        return self._others[key]

    def _found_other_levels(self, reading: Reading) -> list[Level]:
        room = reading.of_rows.queryset.model._meta.app_label
        if room not in self._levels:
            self._levels[room] = _levels_of(room, self.zone)
        seen = {frozenset(at_least(reading.scope.basis)) & self._levels[room]}
        found = []
        for level in Level:
            told = frozenset(at_least(level)) & self._levels[room]
            if told and told not in seen:
                seen.add(told)
                found.append(level)
        return found

    def zonal(self, on: date) -> Zonal:
        """Return the words that are the zone's own on a day: size classes, industries, units."""
        model = rules(self.zone, on, known_at=self.moment.known)
        classes = tuple(
            SizeClass(one.key, one.kind, one.unit, one.at_least, one.less_than)
            for one in model.counting.size_classes
        )
        industries = {one.label_zh: one.key for one in model.industries if one.key != "other"}
        names = Unit.objects.filter(zone=self.zone).values_list("name", "pk")
        return Zonal(self.zone.name, classes, industries, {name: str(pk) for name, pk in names})

    def tolerance(self, on: date) -> Mapping[str, Decimal]:
        """Return the shares that 近 and 约 allow by the zone's rules."""
        return rules(self.zone, on, known_at=self.moment.known).qualifiers.tolerance

    def parts_must_be_declared(self, on: date) -> bool:
        """Tell whether parts add up only where a text calls them all that there is."""
        return bool(rules(self.zone, on, known_at=self.moment.known).counting.parts_must_be_declared)

    def drives(self, text: str) -> dict[str, Period]:
        """Return the days of the drives that a text names, as the printed numbers kept of them say."""
        named = [name for name in _DRIVES if name in text]
        found: dict[str, Period] = {}
        if not named:
            return found
        claims = Claim.objects.filter(zone=self.zone)
        if self.viewer is not None:
            claims = Claim.objects.allowed(self.viewer, "view").filter(zone=self.zone)
        if self.moment.known is not None:
            claims = claims.filter(created_at__lte=self.moment.known)
        about = Q()
        for name in named:
            about |= Q(what__contains=name)
        rows = claims.filter(about).exclude(period_from=None).exclude(period_to=None).order_by("pk")
        for what, first, last in rows.values_list("what", "period_from", "period_to"):
            for name in named:
                if name in what and name not in found:
                    found[name] = Period(first, last)
        return found


def _levels_of(room: str, zone: Zone) -> frozenset[Level]:
    """Return the levels at which anything is asserted among the facts of a room."""
    models: list[Any] = [one for one in apps.get_app_config(room).get_models() if issubclass(one, Fact)]
    found: set[str] = set()
    for model in models:
        found |= set(
            model.objects.filter(zone=zone).order_by().values_list("asserted_by", flat=True).distinct()
        )
    return frozenset(map(Level, found))


def known_of(reading: Reading) -> Known:
    """Return what a reading says as plain values."""
    value = None if reading.value is None else Decimal(reading.value)
    return Known(value, reading.qualifier, Decimal(reading.uncertain or 0))


def until(when: When, day: date) -> When | None:
    """Return the same question as of another day; None where its period does not reach that day."""
    period = when.period
    if period is None or period.end != when.as_of:
        return None if period else replace(when, as_of=day)
    return replace(when, period=Period(period.start, day), as_of=day) if period.start <= day else None


def _key(measure: str, scope: Scope) -> Key:
    filters = tuple(sorted(scope.filters.items()))
    return measure, scope.period, scope.as_of, str(scope.basis), filters
