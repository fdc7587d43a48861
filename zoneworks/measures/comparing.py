"""A printed number beside the reading of its measure, for its own period and as-of day."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zoneworks.accounts.models import User
from zoneworks.kit.moment import Moment
from zoneworks.kit.quantities import Unit
from zoneworks.measures.models import Claim
from zoneworks.measures.reading import Number, Reading, read
from zoneworks.measures.registry import Measure, MeasureUnit, measures
from zoneworks.measures.scope import Period, Scope


@dataclass(frozen=True, slots=True)
class Compared:
    """The reading for the claim's own period, and how much of the printed number no record shows."""

    reading: Reading
    open: Number


_AS_ITEMS = {MeasureUnit.ITEMS, MeasureUnit.BATCHES, MeasureUnit.ORGANIZATIONS}
"""Papers print a bare number of these; what is counted, the measure says."""


def in_unit_of(claim: Claim, measure: Measure) -> Decimal | None:
    """Return the printed number in the unit of `measure`; nothing without one or when it measures something else."""
    if claim.value is None:
        return None
    if claim.unit == measure.unit.value and claim.unit != Unit.SHARE:
        return claim.value
    if claim.unit == Unit.ITEMS and measure.unit in _AS_ITEMS:
        return claim.value
    if claim.unit == Unit.SHARE and measure.unit == MeasureUnit.SHARE:
        return claim.value * 100  # a claim keeps 92.4% as 0.924, a measure as 92.4
    return None


def compared(claim: Claim, moment: Moment, viewer: User | None) -> Compared:
    """Return the measure of `claim` read for its period and as-of day, as known at the moment."""
    measure = measures[claim.measure]
    as_of = claim.as_of or claim.period_to or moment.on
    period: Any = None
    if measure.has_period and claim.period_from and claim.period_to:
        period = Period(claim.period_from, claim.period_to)
    everything = not moment.names_known_at
    scope = Scope(claim.zone, as_of, moment.known_at, period, viewer=viewer, knows_all=everything)
    reading = read(measure, scope)
    printed = in_unit_of(claim, measure)
    return Compared(reading, printed - (reading.value or 0) if printed is not None else None)
