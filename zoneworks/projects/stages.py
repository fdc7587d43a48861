"""Where a project stands and whether its steps are in order: plain values in, plain values out.

`current_step` says the same as `ProjectStepQuerySet.currents`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple


class Step(NamedTuple):
    """A step as the stage model sees it: its kind, its earliest day, its place in the order of recording, and its
    latest day (the earliest one when the day is known)."""

    kind: str
    earliest: date
    pk: int
    latest: date | None = None

    @property
    def last(self) -> date:
        """Return the day from which the step is certain."""
        return self.latest or self.earliest


def standing_steps(steps: Iterable[Step], exits: Sequence[str]) -> list[Step]:
    """Return the steps that no exit voids: an exit voids what was not later than it; the exits themselves are left out.

    >>> signed, left = Step("signed", date(2024, 3, 1), 1), Step("shelved", date(2024, 4, 1), 2)
    >>> standing_steps([signed, left, Step("in_talks", date(2024, 5, 1), 3)], ["shelved"])[0].kind
    'in_talks'
    """
    every = list(steps)
    left = max((step.earliest for step in every if step.kind in exits), default=None)
    return [step for step in every if step.kind not in exits and (left is None or step.earliest > left)]


def current_step(steps: Iterable[Step], order: Sequence[str], exits: Sequence[str]) -> Step | None:
    """Return the step that says where the project stands, or nothing when there is none.

    The most advanced stage counts, since papers arrive late and a later paper may tell an earlier stage; of its steps
    the one that `first_step` names. An exit voids what was not later than it. Without a stage the last word counts.

    >>> talks, signed = Step("in_talks", date(2024, 5, 1), 2), Step("signed", date(2024, 3, 1), 1)
    >>> current_step([talks, signed], ["in_talks", "signed"], ["shelved"]).kind
    'signed'
    >>> current_step([talks, signed, Step("shelved", date(2024, 4, 1), 3)], ["in_talks", "signed"], ["shelved"]).kind
    'in_talks'
    """
    every = list(steps)
    standing = standing_steps(every, exits)
    kinds = {step.kind for step in standing}
    reached = next((kind for kind in reversed(order) if kind in kinds), None)
    if reached is not None:
        return first_step(standing, reached)
    words = standing or [step for step in every if step.kind in exits]
    return max(words, key=lambda step: (step.earliest, step.pk), default=None)


def first_step(steps: Iterable[Step], kind: str) -> Step | None:
    """Return the one of these steps that says when the stage was first reached, as `FactQuerySet.firsts` does.

    It is the step that is certain first; of several that are certain on the same day the closest.

    >>> first_step([Step("signed", date(2024, 3, 1), 1), Step("signed", date(2023, 3, 1), 2)], "signed").pk
    2
    >>> told = Step("signed", date(2024, 5, 1), 1, date(2024, 6, 30))
    >>> first_step([told, Step("signed", date(2024, 5, 20), 2)], "signed").earliest
    datetime.date(2024, 5, 20)
    """
    return min(
        (step for step in steps if step.kind == kind),
        key=lambda step: (step.last, -step.earliest.toordinal(), step.pk),
        default=None,
    )


def out_of_order(
    steps: Iterable[Step], order: Sequence[str], exits: Sequence[str] = ()
) -> list[tuple[Step, Step]]:
    """Return the pairs (earlier stage, later stage) whose days say for certain that the later stage came first.

    Each stage is told once, by its first step, against that of the nearest stage that contradicts it. Spans that could
    still be in order are left alone, and so is what an exit voided.

    >>> start, signed = Step("started", date(2024, 3, 1), 1), Step("signed", date(2024, 5, 1), 2)
    >>> [(one.kind, other.kind) for one, other in out_of_order([start, signed], ["signed", "started"])]
    [('signed', 'started')]
    >>> whole_year = Step("signed", date(2024, 1, 1), 3, date(2024, 12, 31))
    >>> out_of_order([start, whole_year], ["signed", "started"])
    []
    """
    standing = standing_steps(steps, exits)
    passed = [first for first in (first_step(standing, kind) for kind in order) if first is not None]
    found = []
    for number, earlier in enumerate(passed):
        later = next((other for other in passed[number + 1 :] if other.last < earlier.earliest), None)
        if later is not None:
            found.append((earlier, later))
    return found


def skips(steps: Iterable[Step], kind: str, order: Sequence[str], exits: Sequence[str] = ()) -> list[str]:
    """Return the stages between where a project stands and `kind`, which a step of `kind` would pass without a word.

    A project of which no stage is told enters the ledger with the step, so that it skips nothing; nor does a step
    that says again, or later, what the project already passed.

    >>> order = ["lead", "in_talks", "signed", "started"]
    >>> skips([Step("lead", date(2024, 3, 1), 1)], "started", order), skips([], "started", order)
    (['in_talks', 'signed'], [])
    """
    places = [order.index(step.kind) for step in standing_steps(steps, exits) if step.kind in order]
    if not places or kind not in order:
        return []
    return list(order[max(places) + 1 : order.index(kind)])


class Leap(NamedTuple):
    """A step that passed the stages `over`, of which no step is told."""

    step: Step
    over: tuple[str, ...]


def leaps(steps: Iterable[Step], order: Sequence[str], exits: Sequence[str] = ()) -> list[Leap]:
    """Return the first steps of the stages before which others were passed without a step.

    Counted from the first stage that is told: with it the project entered the ledger.

    >>> told = [Step("in_talks", date(2024, 3, 1), 1), Step("started", date(2024, 9, 1), 2)]
    >>> leaps(told, ["lead", "in_talks", "signed", "started"])[0].over
    ('signed',)
    """
    standing = standing_steps(steps, exits)
    firsts = [(place, first_step(standing, kind)) for place, kind in enumerate(order)]
    passed = [(place, step) for place, step in firsts if step is not None]
    return [
        Leap(step, tuple(order[before + 1 : place]))
        for (before, _one), (place, step) in pairwise(passed)
        if place > before + 1
    ]


def comebacks(steps: Iterable[Step], exits: Sequence[str]) -> list[tuple[Step, Step]]:
    """Return the pairs (step, exit) in which a step is the first after an exit: with it the project counts again.

    >>> lost, licensed = Step("lost", date(2024, 1, 1), 1), Step("registered", date(2024, 6, 1), 2)
    >>> [(one.kind, left.kind) for one, left in comebacks([lost, licensed], ["lost"])]
    [('registered', 'lost')]
    """
    every = sorted(steps, key=lambda step: (step.earliest, step.kind not in exits, step.pk))
    return [
        (step, before)
        for before, step in pairwise(every)
        if before.kind in exits and step.kind not in exits and step.earliest > before.earliest
    ]


def moved_firsts(
    steps: Iterable[Step], order: Sequence[str], exits: Sequence[str] = ()
) -> list[tuple[Step, Step]]:
    """Return the pairs (first, first so far) of stages that a later paper moved to another year.

    A stage counts once, in the period of its first step: the number of the former year loses the project.

    >>> known, late = Step("signed", date(2024, 6, 1), 1), Step("signed", date(2023, 1, 1), 2)
    >>> [(one.pk, other.pk) for one, other in moved_firsts([known, late], ["signed"])]
    [(2, 1)]
    >>> moved_firsts([known, Step("signed", date(2025, 1, 1), 2)], ["signed"])
    []
    """
    standing = standing_steps(steps, exits)
    found = []
    for kind in order:
        first = first_step(standing, kind)
        before = first_step([step for step in standing if first is not None and step.pk < first.pk], kind)
        if first is not None and before is not None and first.last.year != before.last.year:
            found.append((first, before))
    return found


def reopened(
    steps: Iterable[Step], order: Sequence[str], exits: Sequence[str], talks: Sequence[str]
) -> list[tuple[Step, Step]]:
    """Return the pairs (step, stage reached before) of talks that are told once more after the project left them.

    The first step of a stage is no repetition: what it contradicts `out_of_order` says.

    >>> told = [Step("in_talks", date(2023, 1, 1), 1), Step("started", date(2024, 1, 1), 2)]
    >>> again = Step("in_talks", date(2025, 1, 1), 3)
    >>> [(one.pk, other.kind) for one, other in reopened([*told, again], ["in_talks", "started"], [], ["in_talks"])]
    [(3, 'started')]
    """
    standing = standing_steps(steps, exits)
    firsts = {kind: first_step(standing, kind) for kind in order}
    found: dict[tuple[str, date, date], tuple[Step, Step]] = {}
    for step in standing:
        first = firsts.get(step.kind) if step.kind in talks else None
        if first is None or step.earliest <= first.last:
            continue
        later = order[order.index(step.kind) + 1 :]
        passed = [firsts[kind] for kind in later if kind not in talks]
        reached = [one for one in passed if one is not None and one.last < step.earliest]
        if reached:
            found.setdefault((step.kind, step.earliest, step.last), (step, reached[-1]))
    return list(found.values())
