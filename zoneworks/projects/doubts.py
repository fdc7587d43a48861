"""What the days of a project's steps leave in doubt: plain values in, findings out. Nothing is refused for it, since
papers arrive late; a reason settles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from zoneworks.projects.health import GREY, YELLOW, Finding, Limits, Reason, disorder
from zoneworks.projects.stages import Step, comebacks, moved_firsts, reopened

Told = tuple[str, date, date]


def told(step: Step) -> Told:
    """Return what a step says: several levels may say the same.

    >>> told(Step("signed", date(2024, 3, 1), 7))
    ('signed', datetime.date(2024, 3, 1), datetime.date(2024, 3, 1))
    """
    return step.kind, step.earliest, step.last


def doubts(
    steps: Iterable[Step],
    by_kind: Mapping[str, Reason],
    by_step: Mapping[Told, Reason],
    limits: Limits,
) -> list[Finding]:
    """Return a finding for each step whose day contradicts others, with the reason that is told for it.

    `by_kind` holds the reasons that are told for a stage, `by_step` those that stand with one step of it.

    >>> from zoneworks.rulebook import rules
    >>> steps = [Step("lost", date(2024, 1, 1), 1), Step("registered", date(2024, 6, 1), 2)]
    >>> [(one.key, one.tone) for one in doubts(steps, {}, {}, Limits.of(rules(None, date(2024, 6, 1))))]
    [('came_back', 'yellow')]
    """
    every = list(steps)
    pairs = {
        "came_back": comebacks(every, limits.exits),
        "first_moved": moved_firsts(every, limits.order, limits.exits),
        "reopened": reopened(every, limits.order, limits.exits, limits.talks),
    }
    found = disorder(every, by_kind, limits)
    for key, told_of in pairs.items():
        for step, other in told_of:
            reason = by_step.get(told(step))
            figures = {"step": step, "over": (other,), "reason": reason}
            found.append(Finding(key, YELLOW if reason is None else GREY, RULES[key], figures))
    return found


RULES = {
    "came_back": "stages.side_exits",
    "first_moved": "counting.first_event_only",
    "reopened": "stages.model",
}
"""The rule behind each finding about one step that is told beside others."""


def about(findings: Iterable[Finding], step: Step) -> list[Finding]:
    """Keep of `findings` what concerns `step`, or one that says the same; of several contradictions its own."""
    found = []
    for finding in findings:
        said = finding.figures
        over = tuple(one for one in said["over"] if told(one) == told(step))
        if told(said["step"]) == told(step):
            found.append(finding)
        elif over and finding.key == "out_of_order":
            found.append(replace(finding, figures={**said, "over": over}))
    return found


def raised_by(step: Step, steps: Iterable[Step], limits: Limits) -> list[Finding]:
    """Return what `step` would leave in doubt beside `steps`; not what is in doubt without it, or with the same told.

    >>> from zoneworks.rulebook import rules
    >>> limits = Limits.of(rules(None, date(2024, 6, 1)))
    >>> signed, start = Step("signed", date(2024, 6, 1), 1), Step("started", date(2024, 1, 1), 2)
    >>> [one.key for one in raised_by(start, [signed], limits)], raised_by(start, [signed, start], limits)
    (['out_of_order'], [])
    """
    every = list(steps)
    before = {_said(finding) for finding in about(doubts(every, {}, {}, limits), step)}
    after = about(doubts([*every, step], {}, {}, limits), step)
    return [finding for finding in after if _said(finding) not in before]


def _said(finding: Finding) -> tuple[object, ...]:
    said = finding.figures
    return finding.key, told(said["step"]), *(told(one) for one in said["over"])
