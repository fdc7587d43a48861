"""A printed number beside the reading of its measure, for its own period and as-of day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zoneworks.accounts.models import User
from zoneworks.kit.moment import Moment
from zoneworks.measures.models import Claim
from zoneworks.measures.reading import Number, Reading, read
from zoneworks.measures.registry import measures
from zoneworks.measures.scope import Period, Scope


@dataclass(frozen=True, slots=True)
class Compared:
    """The reading for the claim's own period, and how much of the printed number no record shows."""

    reading: Reading
    open: Number


def compared(claim: Claim, moment: Moment, viewer: User | None) -> Compared:
    """Return the measure of `claim` read for its period and as-of day, as known at the moment."""
    measure = measures[claim.measure]
    as_of = claim.as_of or claim.period_to or moment.on
    period: Any = None
    if measure.has_period and claim.period_from and claim.period_to:
        period = Period(claim.period_from, claim.period_to)
    reading = read(measure, Scope(claim.zone, as_of, moment.known_at, period, viewer=viewer))
    gap = claim.value - (reading.value or 0) if reading.unit.value == claim.unit else None
    return Compared(reading, gap)
