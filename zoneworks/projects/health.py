"""Health tests and colors of a project: plain values in, findings out (rulebook, section `health`).

Nothing here asks what day it is or where the values come from. A span counts from its last day, so that no test
fails while the day is still uncertain.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

from zoneworks.projects.stages import Step, current_step, first_step, leaps, out_of_order, standing_steps

RED, YELLOW, GREEN, GREY = "red", "yellow", "green", "grey"
_WORST_FIRST = (RED, YELLOW, GREEN, GREY)
TALK_TESTS = {"talk_removed": RED, "talk_red": RED, "talk_yellow": YELLOW}
TESTS = {
    "signed_not_started": RED,
    "started_no_money": RED,
    "started_low_funding": RED,
    "money_progress_mismatch": YELLOW,
    **TALK_TESTS,
}
"""Each test with the light that it puts on when it fails."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found: its key, its light, the rule it applies, and the figures behind it."""

    key: str
    tone: str
    rule: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the rulebook that the tests use; months are calendar months, shares are parts of one."""

    order: tuple[str, ...]
    exits: tuple[str, ...]
    talks: tuple[str, ...]
    signed_not_started: int
    started_no_money: int
    low_funding_months: int
    low_funding_share: Decimal
    mismatch_points: Decimal
    talk_yellow: int
    talk_red: int
    talk_removed: int
    asks_reason: bool

    @classmethod
    def of(cls, rules: Any) -> Limits:
        """Return the limits that the rules of a zone set."""
        health, stages = rules.health, rules.stages
        return cls(
            order=stages.kinds,
            exits=stages.exits,
            talks=stages.talks,
            signed_not_started=health.signed_not_started_months,
            started_no_money=health.started_no_money_months,
            low_funding_months=health.started_low_funding.months,
            low_funding_share=health.started_low_funding.share,
            mismatch_points=health.money_progress_mismatch.points,
            talk_yellow=health.talk_yellow_months,
            talk_red=health.talk_red_months,
            talk_removed=health.talk_removed_months,
            asks_reason="reason" in stages.skipping.needs,
        )

    def stages_between(self, first: str, before: str) -> tuple[str, ...]:
        """Return the stages from `first` up to but without `before`; none when the zone's model lacks one of them."""
        return _between(self.order, first, before)

    @property
    def awaiting_start(self) -> tuple[str, ...]:
        """Return the stages of a signed project that has not started."""
        return self.stages_between("signed", "started")

    @property
    def under_way(self) -> tuple[str, ...]:
        """Return the stages of a project that is being built."""
        return self.stages_between("started", "completed")


@lru_cache(maxsize=64)
def _between(order: tuple[str, ...], first: str, before: str) -> tuple[str, ...]:
    if first not in order or before not in order:
        return ()
    return order[order.index(first) : order.index(before)]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is certain about a project on a day.

    `planned` and `arrived` map a currency to the sum that stands; `money_days` are the days on which money
    came, of any kind and in any currency; `progress` is the visible progress as a part of one; `quiet_since`
    is the last day on which anything moved the project.
    """

    steps: Sequence[Step] = ()
    planned: Mapping[str, Decimal] = field(default_factory=dict)
    arrived: Mapping[str, Decimal] = field(default_factory=dict)
    money_days: Sequence[date] = ()
    progress: Decimal | None = None
    quiet_since: date | None = None


@lru_cache(maxsize=64)
def months_ago(on: date, months: int) -> date:
    """Return the last day since which `months` whole months are full on `on`: for each earlier day too.

    >>> months_ago(date(2024, 2, 29), 2), months_ago(date(2023, 2, 28), 2)
    (datetime.date(2023, 12, 31), datetime.date(2022, 12, 31))
    >>> months_ago(date(2024, 3, 15), 3)
    datetime.date(2023, 12, 15)
    """
    day = on - relativedelta(months=months)
    while day + timedelta(days=1) + relativedelta(months=months) <= on:
        day += timedelta(days=1)
    return day


def more_than_months_ago(on: date, months: int) -> date:
    """Return the last day from which more than `months` whole months have passed on `on`.

    >>> more_than_months_ago(date(2024, 3, 15), 12)
    datetime.date(2023, 3, 14)
    """
    return months_ago(on - timedelta(days=1), months)


def months_between(first: date, on: date) -> int:
    """Return how many whole months have passed.

    >>> months_between(date(2023, 1, 31), date(2023, 2, 28)), months_between(date(2023, 1, 31), date(2023, 2, 27))
    (1, 0)
    """
    gone = (on.year - first.year) * 12 + on.month - first.month
    return gone if first.day <= on.day or monthrange(on.year, on.month)[1] == on.day else gone - 1


def examine(picture: Picture, limits: Limits, on: date) -> list[Finding]:
    """Return what the health tests find on `on`, the worst first; nothing when every test passes or none applies.

    >>> from zoneworks.rulebook import rules
    >>> limits = Limits.of(rules(None, date(2024, 6, 1)))
    >>> signed = Picture([Step("signed", date(2023, 5, 1), 1, date(2023, 5, 10))])
    >>> [finding.key for finding in examine(signed, limits, date(2024, 5, 11))]
    ['signed_not_started']
    >>> examine(signed, limits, date(2024, 5, 10))
    []
    """
    current = current_step(picture.steps, limits.order, limits.exits)
    stage = current.kind if current else ""
    if stage in limits.talks:
        found = _talk_color(picture, limits, on)
    elif stage in limits.awaiting_start:
        found = _start(picture, limits, on)
    elif stage in limits.under_way:
        found = [*_money(picture, limits, on), *_funding(picture, limits, on), *_mismatch(picture, limits)]
    else:
        found = []
    return sorted(found, key=lambda finding: _WORST_FIRST.index(finding.tone))


def light(picture: Picture, limits: Limits, on: date) -> str:
    """Return the light of a project: red, yellow, green, or nothing when no test watches its stage.

    >>> from zoneworks.rulebook import rules
    >>> limits = Limits.of(rules(None, date(2024, 6, 1)))
    >>> talks = Picture([Step("in_talks", date(2024, 1, 1), 1)], quiet_since=date(2024, 1, 1))
    >>> [light(talks, limits, date(2024, month, 1)) for month in (2, 3, 4, 8)]
    ['green', 'yellow', 'red', 'red']
    """
    return light_of(examine(picture, limits, on), _stage(picture, limits), limits)


def light_of(findings: Sequence[Finding], stage: str, limits: Limits) -> str:
    """Return the light that these findings give a project in `stage`."""
    if findings:
        return findings[0].tone
    watched = (*limits.talks, *limits.awaiting_start, *limits.under_way)
    return GREEN if stage in watched else ""


def _stage(picture: Picture, limits: Limits) -> str:
    current = current_step(picture.steps, limits.order, limits.exits)
    return current.kind if current else ""


def _talk_color(picture: Picture, limits: Limits, on: date) -> list[Finding]:
    since = picture.quiet_since
    if since is None:
        return []
    figures = {"since": since, "months": months_between(since, on)}
    if since <= more_than_months_ago(on, limits.talk_removed):
        return [Finding("talk_removed", RED, "health.talk_removed_months", figures)]
    if since <= months_ago(on, limits.talk_red):
        return [Finding("talk_red", RED, "health.talk_red_months", figures)]
    if since <= months_ago(on, limits.talk_yellow):
        return [Finding("talk_yellow", YELLOW, "health.talk_yellow_months", figures)]
    return []


def _first_standing(picture: Picture, limits: Limits, kind: str) -> Step | None:
    return first_step(standing_steps(picture.steps, limits.exits), kind)


def _start(picture: Picture, limits: Limits, on: date) -> list[Finding]:
    signed = _first_standing(picture, limits, "signed")
    if signed is None or signed.last > more_than_months_ago(on, limits.signed_not_started):
        return []
    figures = {"signed": signed, "months": months_between(signed.last, on)}
    return [Finding("signed_not_started", RED, "health.signed_not_started_months", figures)]


def _money(picture: Picture, limits: Limits, on: date) -> list[Finding]:
    """Test whether the last months since the start, or since money last came, brought none."""
    started = _first_standing(picture, limits, "started")
    if started is None:
        return []
    since = max([started.last, *picture.money_days])
    if since > months_ago(on, limits.started_no_money):
        return []
    figures = {
        "started": started,
        "since": since,
        "months": months_between(since, on),
        "ever": bool(picture.money_days),
    }
    return [Finding("started_no_money", RED, "health.started_no_money_months", figures)]


def _funding(picture: Picture, limits: Limits, on: date) -> list[Finding]:
    """Test the arrived money against the planned total of the same currency; other currencies are not compared."""
    started = _first_standing(picture, limits, "started")
    compared = _compared(picture)
    if started is None or compared is None:
        return []
    if started.last > more_than_months_ago(on, limits.low_funding_months):
        return []
    unit, arrived, planned = compared
    if arrived >= limits.low_funding_share * planned:
        return []
    figures = {"started": started, "arrived": arrived, "planned": planned, "unit": unit}
    return [
        Finding(
            "started_low_funding", RED, "health.started_low_funding", figures | {"share": arrived / planned}
        )
    ]


def _mismatch(picture: Picture, limits: Limits) -> list[Finding]:
    compared = _compared(picture)
    if compared is None or picture.progress is None or compared[0] not in picture.arrived:
        return []
    _unit, arrived, planned = compared
    points = abs(arrived - picture.progress * planned) * 100
    if points <= limits.mismatch_points * planned:
        return []
    figures = {"share": arrived / planned, "progress": picture.progress, "points": points / planned}
    return [Finding("money_progress_mismatch", YELLOW, "health.money_progress_mismatch", figures)]


def _compared(picture: Picture) -> tuple[str, Decimal, Decimal] | None:
    """Return currency, arrived and planned money; nothing where no total is stated or money came in another form."""
    unit = next((name for name in ("CNY", "USD") if picture.planned.get(name)), None)
    if unit is None:
        return None
    if unit not in picture.arrived and picture.money_days:
        return None
    return unit, picture.arrived.get(unit, Decimal(0)), picture.planned[unit]


class Reason(NamedTuple):
    """Why stages were skipped or days are out of order, and who said so."""

    text: str
    by: str


def disorder(steps: Iterable[Step], reasons: Mapping[str, Reason], limits: Limits) -> list[Finding]:
    """Return a finding for each step dated before earlier stages, with the reason that is told for its kind.

    Where the step itself has none, the reasons told for all the stages that it precedes do.

    >>> from zoneworks.rulebook import rules
    >>> steps = [Step("started", date(2024, 3, 1), 1), Step("signed", date(2024, 5, 1), 2)]
    >>> limits = Limits.of(rules(None, date(2024, 6, 1)))
    >>> [(one.figures["step"].kind, one.tone) for one in disorder(steps, {}, limits)]
    [('started', 'yellow')]
    >>> [one.tone for one in disorder(steps, {"started": Reason("The contract came late.", "Alice")}, limits)]
    ['grey']
    """
    before: dict[Step, list[Step]] = {}
    for earlier, later in out_of_order(steps, limits.order, limits.exits):
        before.setdefault(later, []).append(earlier)
    found = []
    for step, over in before.items():
        told = [reasons[one.kind] for one in over if one.kind in reasons]
        reason = reasons.get(step.kind) or (told[0] if len(told) == len(over) else None)
        figures = {"step": step, "over": tuple(over), "reason": reason}
        found.append(Finding("out_of_order", YELLOW if reason is None else GREY, "stages.model", figures))
    return found


def skipping(steps: Iterable[Step], reasons: Mapping[str, Reason], limits: Limits) -> list[Finding]:
    """Return a finding for each step that skipped stages, with the reason that is told for its kind.

    >>> from zoneworks.rulebook import rules
    >>> steps = [Step("signed", date(2024, 3, 1), 1), Step("started", date(2024, 5, 1), 2)]
    >>> limits = Limits.of(rules(None, date(2024, 6, 1)))
    >>> [one.tone for one in skipping(steps, {}, limits)]
    ['yellow']
    >>> [one.tone for one in skipping(steps, {"started": Reason("The plant is leased.", "Alice")}, limits)]
    ['grey']
    """
    found = []
    for step, over in leaps(steps, limits.order, limits.exits):
        reason = reasons.get(step.kind)
        tone = YELLOW if reason is None and limits.asks_reason else GREY
        found.append(
            Finding("skipped", tone, "stages.skipping", {"step": step, "over": over, "reason": reason})
        )
    return found


EXPECTED_FIGURES = {"signed": ("planned_total",), "started": ("planned_total", "arrived_money")}
"""From which stage on a figure is expected: without it a test above cannot be made."""


def missing_figures(stated: Iterable[str], stage: str, limits: Limits) -> list[Finding]:
    """Return a finding that names the kinds of figures which nobody has stated though the tests need them.

    >>> from zoneworks.rulebook import rules
    >>> missing_figures({"equipment"}, "funded", Limits.of(rules(None, date(2024, 6, 1))))[0].figures
    {'kinds': ('planned_total',)}
    """
    if stage not in limits.order:
        return []
    known = set(stated)
    wanted: dict[str, None] = {}
    for reached, kinds in EXPECTED_FIGURES.items():
        if reached in limits.order and limits.order.index(stage) >= limits.order.index(reached):
            wanted |= dict.fromkeys(kind for kind in kinds if kind not in known)
    return (
        [Finding("missing_figures", GREY, "health.started_low_funding", {"kinds": tuple(wanted)})]
        if wanted
        else []
    )


def missing_products(told: Iterable[tuple[str, str]], of_a_product: Sequence[str]) -> list[Finding]:
    """Return a finding that names the kinds which are told, as (kind, product), without the product they need.

    >>> told = [("capacity", ""), ("capacity", "copper foil"), ("jobs", "")]
    >>> missing_products(told, ("capacity", "production_lines"))[0].figures
    {'kinds': ('capacity',)}
    """
    without = {kind for kind, product in told if not product}
    kinds = tuple(kind for kind in of_a_product if kind in without)
    return [Finding("missing_product", GREY, f"figures.{kinds[0]}", {"kinds": kinds})] if kinds else []
