"""Where a project stands: plain values in, plain values out (the same rule as `ProjectStepQuerySet.currents`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Step(NamedTuple):
    """A step as the stage model sees it: its kind, its earliest day, and its place in the order of recording."""

    kind: str
    earliest: date
    pk: int


def current_step(steps: Iterable[Step], order: Sequence[str], exits: Sequence[str]) -> Step | None:
    """Return the step that says where the project stands, or nothing when there is none.

    The most advanced stage counts, since papers arrive late and a later paper may tell an earlier stage. An exit
    voids what was not later than it.

    >>> talks, signed = Step("in_talks", date(2024, 5, 1), 2), Step("signed", date(2024, 3, 1), 1)
    >>> current_step([talks, signed], ["in_talks", "signed"], ["shelved"]).kind
    'signed'
    >>> current_step([talks, signed, Step("shelved", date(2024, 4, 1), 3)], ["in_talks", "signed"], ["shelved"]).kind
    'in_talks'
    """
    every = list(steps)
    place = {kind: number for number, kind in enumerate(order)}
    left = max((step.earliest for step in every if step.kind in exits), default=None)
    standing = [step for step in every if step.kind not in exits and (left is None or step.earliest > left)]
    if standing:
        return max(standing, key=lambda step: (place.get(step.kind, -1), step.earliest, step.pk))
    return max(
        (step for step in every if step.kind in exits),
        key=lambda step: (step.earliest, step.pk),
        default=None,
    )
