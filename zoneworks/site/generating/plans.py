"""What a synthetic project goes through: a seed and a day in, plain values out; no ORM and no clock."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Nature, Qualifier, Unit
from zoneworks.projects.stages import Step, leaps

V = TypeVar("V")

YEARS_BACK = 3.5
SEED_STRIDE = 1_000_003
SPAN_WIDTHS = (("day", 84), ("third", 9), ("month", 5), ("quarter", 2))
LEVELS = ((Level.SELF_REPORTED, 62), (Level.PRESS, 16), (Level.ZONE, 22))
QUALIFIERS = (
    (Qualifier.EXACT, 72),
    (Qualifier.ABOUT, 14),
    (Qualifier.NEAR, 4),
    (Qualifier.OVER, 5),
    (Qualifier.AT_LEAST, 5),
)
# Stage, chance to reach it from the one before, and the days that it takes, at least and at most.
WAY = (
    ("signed", 0.62, 20, 170),
    ("registered", 0.93, 7, 60),
    ("funded", 0.86, 15, 130),
    ("started", 0.86, 20, 300),
    ("completed", 0.85, 150, 480),
    ("in_production", 0.92, 15, 120),
    ("full_capacity", 0.72, 150, 420),
)
RECOGNIZED = {"signed", "started", "in_production"}
EXITS = (("shelved", 5), ("lost", 4), ("withdrawn", 1))
MEETINGS = (("outward_visit", 34), ("reception", 34), ("meeting", 22), ("signing", 10))
TALK_ACTIONS = ("约投资方来区洽谈", "核对投资方资信", "修改合同条款", "准备准入评审材料", "安排实地考察")
WORK_ACTIONS = ("催办营业执照", "核对到资凭证", "催办施工许可证", "现场查看进度", "收集竣工材料")


@dataclass(slots=True)
class FactPlan:
    """A fact to be written: its span, who says so, when it was recorded, and what becomes of it."""

    kind: str
    earliest: date
    latest: date
    level: Level
    recorded_at: datetime
    corrects: int | None = None
    """The place of the one that this corrects, in the same list of the plan."""
    withdrawn: bool = False
    note: str = ""


@dataclass(slots=True)
class FigurePlan(FactPlan):
    """A figure in base units of `unit`."""

    value: Decimal = Decimal(0)
    unit: Unit = Unit.CNY
    qualifier: Qualifier = Qualifier.EXACT
    nature: Nature = Nature.COMMITMENT
    per_year: bool = False
    is_increment: bool = False


@dataclass(slots=True)
class MeetingPlan:
    """An engagement about the project: held, or planned for the days after."""

    kind: str
    span: tuple[date, date]
    level: Level
    recorded_at: datetime
    is_planned: bool = False
    visitors: int = 0
    follow_up_due: date | None = None


@dataclass(slots=True)
class ProjectPlan:
    """One synthetic project. Numbers count from 1; `officer` and `investor` are places in lists, from 0."""

    number: int
    industry: str
    officer: int
    investor: int
    begins: date
    steps: list[FactPlan] = field(default_factory=list)
    figures: list[FigurePlan] = field(default_factory=list)
    meetings: list[MeetingPlan] = field(default_factory=list)
    next_action: str = ""
    next_due: date | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What all projects of a synthetic zone share."""

    seed: int
    until: date
    industries: tuple[str, ...]
    officers: int
    investors: int
    stages: tuple[str, ...] = ()
    """The order of the stage model, of which a synthetic project passes a part."""


def plan(setting: Setting, number: int) -> ProjectPlan:
    """Return the project `number`; it depends on nothing but the setting and its number.

    >>> setting = Setting(7, date(2026, 6, 30), ("other",), 3, 5)
    >>> plan(setting, 1) == plan(setting, 1), plan(setting, 1) == plan(setting, 2)
    (True, False)
    """
    # S311: a synthetic zone must be the same for the same seed; nothing here is secret.
    random = Random(setting.seed * SEED_STRIDE + number)  # noqa: S311
    begins = setting.until - timedelta(days=int(YEARS_BACK * 365 * random.random() ** 0.9) + 3)
    found = ProjectPlan(
        number=number,
        industry=_industry(random, setting.industries),
        officer=(number - 1) % setting.officers,
        investor=min(int(random.paretovariate(1.2)) - 1 + random.randrange(setting.investors), 10**9)
        % setting.investors,
        begins=begins,
    )
    _plan_steps(random, setting, found)
    _plan_figures(random, setting, found)
    _plan_meeting(random, setting, found)
    _plan_next(random, setting, found)
    return found


def pick(random: Random, weighted: Sequence[tuple[V, int]]) -> V:
    """Return one of the values, each as often as its weight says."""
    values, weights = zip(*weighted, strict=True)
    return random.choices(values, weights)[0]


def _industry(random: Random, industries: Sequence[str]) -> str:
    """Return an industry; those named first come more often, and of some projects nobody stated it."""
    if random.random() < 0.06:
        return ""
    return random.choices(industries, [1 / (place + 1.5) for place in range(len(industries))])[0]


def _recorded(random: Random, setting: Setting, latest: date, most: int = 12) -> datetime:
    """Return an hour of work some days after `latest`, and not after the day up to which the zone is told."""
    day = min(latest + timedelta(days=random.randint(0, most)), setting.until)
    hour = datetime.combine(day, time(random.randint(8, 17), random.randint(0, 59)))
    return min(hour, datetime.combine(setting.until, time.min))


def spread(random: Random, day: date) -> tuple[date, date]:
    """Return a span around `day`: mostly the day, at times a third of a month, a month or a quarter."""
    match pick(random, SPAN_WIDTHS):
        case "third":
            first = min((day.day - 1) // 10, 2) * 10 + 1
            last = first + 9 if first < 21 else monthrange(day.year, day.month)[1]
            return day.replace(day=first), day.replace(day=last)
        case "month":
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
        case "quarter":
            month = (day.month - 1) // 3 * 3 + 1
            last_day = monthrange(day.year, month + 2)[1]
            return date(day.year, month, 1), date(day.year, month + 2, last_day)
    return day, day


def _step(random: Random, setting: Setting, kind: str, day: date) -> FactPlan:
    earliest, latest = spread(random, day)
    level = pick(random, LEVELS)
    return FactPlan(kind, earliest, latest, level, _recorded(random, setting, max(day, earliest)))


def _plan_steps(random: Random, setting: Setting, found: ProjectPlan) -> None:
    day = found.begins
    if random.random() < 0.45:
        found.steps.append(_step(random, setting, "lead", day))
        day += timedelta(days=random.randint(2, 60))
    if day <= setting.until:
        found.steps.append(_step(random, setting, "in_talks", day))
    reached = 0
    for kind, chance, least, most in WAY:
        waited = timedelta(days=random.randint(least, most))
        if random.random() >= chance or day + waited > setting.until:
            break
        day += waited
        reached += 1
        found.steps.append(_step(random, setting, kind, day))
        if kind in RECOGNIZED and random.random() < 0.4:
            _recognize(random, setting, found.steps)
    _plan_exit(random, setting, found, day, reached)
    _plan_corrections(random, setting, found)
    _say_why(setting, found.steps)


def _say_why(setting: Setting, steps: Sequence[FactPlan]) -> None:
    """Give a reason to the steps that skip stages, as the rule on skipping asks of everybody."""
    told = [
        Step(step.kind, step.earliest, place, step.latest)
        for place, step in enumerate(steps)
        if not step.withdrawn
    ]
    skipping = {leap.step.kind for leap in leaps(told, setting.stages)}
    for step in steps:
        if step.kind in skipping and not step.note:
            step.note = "样例：其间的阶段没有单独记录。"


def _recognize(random: Random, setting: Setting, steps: list[FactPlan]) -> None:
    """Let a body above recognize the newest step some weeks later, when that lies in the told time."""
    told = steps[-1]
    day = told.latest + timedelta(days=random.randint(10, 60))
    if day <= setting.until:
        level = Level.CITY if random.random() < 0.6 else Level.ZONE
        hour = datetime.combine(day, time(random.randint(8, 17)))
        steps.append(FactPlan(told.kind, told.earliest, told.latest, level, hour))


def _plan_exit(random: Random, setting: Setting, found: ProjectPlan, day: date, reached: int) -> None:
    """Let some projects leave: many of those only talked about, few of the signed ones."""
    chance = 0.3 if reached == 0 else 0.04 if reached < 4 else 0
    gone = day + timedelta(days=random.randint(40, 320))
    if found.steps and random.random() < chance and gone <= setting.until:
        step = _step(random, setting, pick(random, EXITS), gone)
        step.note = "样例原因。"
        found.steps.append(step)


def _plan_corrections(random: Random, setting: Setting, found: ProjectPlan) -> None:
    """Correct the day of a step now and then; withdraw one very rarely."""
    chance = random.random()
    if not found.steps or chance >= 0.04:
        return
    place = random.randrange(len(found.steps))
    old = found.steps[place]
    recorded = max(_recorded(random, setting, old.latest, 90), old.recorded_at + timedelta(minutes=5))
    if chance < 0.006 and place:
        gone = FactPlan(old.kind, old.earliest, old.latest, old.level, recorded, place, withdrawn=True)
        gone.note = "样例：重复录入，撤回。"
        found.steps.append(gone)
        return
    day = old.earliest - timedelta(days=random.randint(1, 9))
    found.steps.append(
        FactPlan(old.kind, day, day, old.level, recorded, place, note="样例：按原件更正日期。")
    )


def _plan_figures(random: Random, setting: Setting, found: ProjectPlan) -> None:
    signed = next((step for step in found.steps if step.kind == "signed"), None)
    base = signed or (found.steps[0] if found.steps else None)
    if base is None:
        return
    total = _round_sum(random.lognormvariate(19.6, 1.05), 2 * 10**7, 5 * 10**10)
    _add(random, found, base, "planned_total", total)
    if random.random() < 0.85:
        share = random.uniform(0.3, 0.75)
        _add(random, found, base, "equipment", _round_sum(float(total) * share, 10**6, 5 * 10**10))
    if random.random() < 0.12:
        foreign = _round_sum(float(total) * random.uniform(0.03, 0.12), 10**6, 10**9)
        _add(random, found, base, "agreed_foreign", foreign, unit=Unit.USD)
    if random.random() < 0.4:
        area = Decimal(random.randint(20, 1200) * 100)
        _add(random, found, base, "floor_area", area, unit=Unit.M2)
    if random.random() < 0.35:
        sales = _round_sum(float(total) * random.uniform(0.8, 3), 10**7, 10**11)
        _add(random, found, base, "invoiced_sales", sales, per_year=True)
    _plan_money(random, setting, found, total)
    _correct_total(random, setting, found, total)


def _round_sum(value: float, least: int, most: int) -> Decimal:
    """Return a sum of money rounded to two leading digits, as people agree on sums."""
    held = min(max(value, least), most)
    scale = 10 ** (len(str(int(held))) - 2)
    return Decimal(round(held / scale) * scale)


def _add(
    random: Random,
    found: ProjectPlan,
    base: FactPlan,
    kind: str,
    value: Decimal,
    *,
    unit: Unit = Unit.CNY,
    per_year: bool = False,
) -> None:
    qualifier = pick(random, QUALIFIERS)
    found.figures.append(
        FigurePlan(
            kind,
            base.earliest,
            base.latest,
            base.level,
            base.recorded_at,
            value=value,
            unit=unit,
            qualifier=qualifier,
            per_year=per_year,
        )
    )


def _plan_money(random: Random, setting: Setting, found: ProjectPlan, total: Decimal) -> None:
    """State the money that came with the funding, and an increment for a few of the producing projects."""
    for step in found.steps:
        if step.corrects is not None:
            continue
        if step.kind == "funded":
            came = _round_sum(float(total) * random.uniform(0.05, 0.4), 10**6, 10**10)
            found.figures.append(
                FigurePlan(
                    "arrived_money", step.earliest, step.latest, step.level, step.recorded_at,
                    value=came, nature=Nature.ACTUAL,
                )
            )  # fmt: skip
        if step.kind == "in_production" and random.random() < 0.15:
            day = min(step.latest + timedelta(days=random.randint(10, 200)), setting.until)
            more = _round_sum(float(total) * random.uniform(0.1, 0.6), 10**7, 10**10)
            found.figures.append(
                FigurePlan(
                    "planned_total", day, day, step.level, _recorded(random, setting, day),
                    value=more, is_increment=True,
                )
            )  # fmt: skip


def _correct_total(random: Random, setting: Setting, found: ProjectPlan, total: Decimal) -> None:
    """Correct the planned total of some projects after the signed contract."""
    if random.random() >= 0.05:
        return
    old = found.figures[0]
    recorded = max(_recorded(random, setting, old.latest, 120), old.recorded_at + timedelta(minutes=7))
    value = _round_sum(float(total) * random.uniform(0.7, 1.3), 10**7, 5 * 10**10)
    found.figures.append(
        FigurePlan(
            "planned_total", old.earliest, old.latest, old.level, recorded, 0,
            note="样例：按合同更正。", value=value, qualifier=Qualifier.EXACT,
        )
    )  # fmt: skip


def _plan_meeting(random: Random, setting: Setting, found: ProjectPlan) -> None:
    """Tell one engagement about each project, and plan a visit for some that are still talked about."""
    signed = next((step for step in found.steps if step.kind == "signed"), None)
    kind = pick(random, MEETINGS)
    if kind == "signing" and signed is not None:
        span, level = (signed.earliest, signed.latest), signed.level
    else:
        kind = "meeting" if kind == "signing" else kind
        last = max(((signed.earliest if signed else setting.until) - found.begins).days, 1)
        day = found.begins + timedelta(days=random.randint(0, last))
        span, level = spread(random, min(day, setting.until)), Level.SELF_REPORTED
    due = span[1] + timedelta(days=random.randint(5, 40)) if random.random() < 0.4 else None
    found.meetings.append(
        MeetingPlan(
            kind,
            span,
            level,
            _recorded(random, setting, span[1], 5),
            visitors=random.randint(2, 12) if kind == "reception" else 0,
            follow_up_due=due,
        )
    )
    in_talks = bool(found.steps) and found.steps[-1].kind in {"lead", "in_talks"}
    if in_talks and random.random() < 0.35:
        day = setting.until + timedelta(days=random.randint(0, 14))
        hour = datetime.combine(setting.until, time(9, random.randint(0, 59)))
        found.meetings.append(
            MeetingPlan("reception", (day, day), Level.SELF_REPORTED, hour, is_planned=True)
        )


def _plan_next(random: Random, setting: Setting, found: ProjectPlan) -> None:
    """Give most of the projects that still move a next action with its due day."""
    kinds = {step.kind for step in found.steps}
    if kinds & {"shelved", "lost", "withdrawn", "full_capacity"} or random.random() < 0.3:
        return
    found.next_action = random.choice(WORK_ACTIONS if "signed" in kinds else TALK_ACTIONS)
    found.next_due = setting.until + timedelta(days=random.randint(-21, 45))
