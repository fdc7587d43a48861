"""The one door to the rules: `rules(zone, on)`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from zoneworks.accounts.once import once
from zoneworks.rulebook.assembling import Override, assemble
from zoneworks.rulebook.shipped import shipped
from zoneworks.rulebook.types import Rules

if TYPE_CHECKING:
    from zoneworks.accounts.models import Zone


def rules(zone: Zone | None, on: date, *, known_at: datetime | None = None) -> Rules:
    """Return the rules of `zone` on `on`, as recorded by `known_at`; of no zone: the shipped ones.

    Costs one query with a zone (one for each instant while a page is read) and none without. The answer is frozen and
    shared: it is kept under what the overrides say, so a new or withdrawn one is seen at once in every process.
    """
    if zone is None:
        return _assembled((), _epoch(on))
    from zoneworks.rulebook.models import RuleOverride

    live = once(
        ("overrides", zone.pk, known_at), lambda: list(RuleOverride.objects.live_values(zone, known_at))
    )
    return of_overrides(live, on)


def of_overrides(overrides: Iterable[Override], on: date) -> Rules:
    """Return the rules that the pack and these live overrides give on `on`."""
    return _assembled(tuple(each for each in overrides if each.holds_on(on)), _epoch(on))


def _epoch(on: date) -> date:
    """Return the first day since which no shipped rule began or ended: days of one epoch share an answer."""
    return max((day for day in _turning_days() if day <= on), default=date.min)


@lru_cache(maxsize=1)
def _turning_days() -> tuple[date, ...]:
    entries = [entry for rule in shipped().rules.values() for entry in rule.choices]
    begins = {entry.valid_from for entry in entries if entry.valid_from}
    # The day after the last: from then on the entry no longer holds.
    ends = {date.fromordinal(entry.valid_to.toordinal() + 1) for entry in entries if entry.valid_to}
    return tuple(sorted(begins | ends))


@lru_cache(maxsize=256)
def _assembled(overrides: tuple[Override, ...], epoch: date) -> Rules:
    return assemble(shipped(), overrides, epoch)
