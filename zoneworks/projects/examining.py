"""The state and health of some projects at a moment, for one page: a number of queries that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from zoneworks.kit.moment import Moment
from zoneworks.kit.quantities import Nature
from zoneworks.kit.revision import kept_of_each, worded
from zoneworks.kit.statements import Statement
from zoneworks.projects import health
from zoneworks.projects.deriving import DERIVED, DERIVED_AMOUNTS, state_of
from zoneworks.projects.health import Finding, Limits, Picture
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.projects.stages import Step, current_step
from zoneworks.projects.standing import ARRIVED
from zoneworks.rulebook.types import Rules


@dataclass(slots=True)
class Standing:
    """How one project stands: the derived columns, the figures of the list, and what the health tests say.

    `since` and `until` are the two days between which it reached its stage.
    `amounts` maps a kind to (value, unit, qualifiers) of each currency in which it stands, yuan first.
    """

    stage: str
    since: date | None
    until: date | None
    progress_on: date | None
    amounts: dict[str, list[tuple[Decimal, str, list[str]]]] = field(default_factory=dict)
    light: str = ""
    findings: list[Finding] = field(default_factory=list)


def examine(projects: Sequence[Project], moment: Moment, rules: Rules) -> dict[int, Standing]:
    """Return how each of `projects` stands at the moment; the present reads the derived columns."""
    rows = list(projects)
    if not rows:
        return {}
    limits = Limits.of(rules)
    state = _state(rows, moment)
    said = _said(rows, moment)
    found = {}
    for row in rows:
        columns, (steps, figures, money) = state[row.pk], said[row.pk]
        sums = _sums(figures)
        picture = _picture(steps, sums, money, columns["progress_on"])
        findings = health.examine(picture, limits, moment.on)
        found[row.pk] = Standing(
            stage=columns["stage"],
            since=columns["stage_since"],
            until=_until(steps, limits, columns["stage_since"]),
            progress_on=columns["progress_on"],
            amounts=_amounts(figures, sums),
            light=health.light_of(findings, columns["stage"], limits),
            findings=findings,
        )
    return found


def _state(rows: list[Project], moment: Moment) -> dict[int, dict[str, Any]]:
    if moment.is_past:
        return state_of(rows, moment.on, moment.known)
    return {row.pk: {name: getattr(row, name) for name in DERIVED} for row in rows}


def _said(rows: list[Project], moment: Moment) -> dict[int, _Said]:
    """Return what the facts of each project say at the moment; those of today are kept until some of them change."""

    zone = rows[0].zone

    def read(ids: list[int]) -> dict[int, _Said]:
        asked = worded(zone, ("examine", moment.on, moment.known), lambda: _Asked.at(moment))
        steps = _steps(asked.steps.rows(ids))
        figures, money = _figures(asked.figures.rows(ids)), _money_days(asked.money.rows(ids))
        return {pk: _Said(steps[pk], figures[pk], money[pk]) for pk in ids}

    ids = [row.pk for row in rows]
    return read(ids) if moment.is_past else kept_of_each(zone, ("said", moment.on), Project, ids, read)


class _Asked(NamedTuple):
    """What is asked of projects at a moment, put into SQL once."""

    steps: Statement
    figures: Statement
    money: Statement

    @classmethod
    def at(cls, moment: Moment) -> _Asked:
        def steps(keys: Sequence[int]) -> Any:
            told = ProjectStep.objects.filter(project__in=keys).as_of(moment.on, moment.known)
            return told.values_list("project_id", "kind", "earliest", "pk", "latest")

        def figures(keys: Sequence[int]) -> Any:
            told = ProjectFigure.objects.filter(project__in=keys, kind__in=_LISTED, product="")
            # Put in order by whoever reads: asked for it, SQLite reads the whole table by its key instead of some
            # projects by theirs.
            standing = told.as_of(moment.on, moment.known).in_force().order_by()
            return standing.values_list("pk", "project_id", "kind", "nature", "unit", "value", "qualifier")

        def money(keys: Sequence[int]) -> Any:
            told = ProjectFigure.objects.filter(project__in=keys, kind__in=ARRIVED, nature=Nature.ACTUAL)
            columns = ("project_id", "kind", "unit", "earliest", "pk", "latest", "value", "is_increment")
            return told.as_of(moment.on, moment.known).order_by().values_list(*columns)

        return cls(Statement(steps), Statement(figures), Statement(money))


_Rows = Iterable[tuple[Any, ...]]


def _steps(rows: _Rows) -> dict[int, list[Step]]:
    found: dict[int, list[Step]] = defaultdict(list)
    for project, *step in rows:
        found[project].append(Step(*step))
    return found


def _until(steps: list[Step], limits: Limits, since: date | None) -> date | None:
    """Return the last day of the step that says where the project stands."""
    telling = current_step(steps, limits.order, limits.exits)
    return telling.last if telling is not None and telling.earliest == since else since


_LISTED = (*DERIVED_AMOUNTS, *ARRIVED, "progress_share")


class _Figure(NamedTuple):
    """What one figure in force says."""

    pk: int
    project: int
    kind: str
    nature: str
    unit: str
    value: Decimal
    qualifier: str


class _Said(NamedTuple):
    """What the facts of one project say: its steps, the figures in force, the days on which money came."""

    steps: list[Step]
    figures: list[_Figure]
    money_days: list[date]


def _figures(rows: _Rows) -> dict[int, list[_Figure]]:
    """Return what stands of the listed kinds."""
    found: dict[int, list[_Figure]] = defaultdict(list)
    for row in sorted(rows):
        figure = _Figure(*row)
        found[figure.project].append(figure)
    return found


def _money_days(rows: _Rows) -> dict[int, list[date]]:
    """Return the days on which money came: of each statement that is more than any before it (`standing.money`)."""
    found: dict[int, list[date]] = defaultdict(list)
    highest: dict[tuple[int, str, str], Decimal] = {}
    for project, kind, unit, _earliest, _pk, latest, value, is_increment in sorted(rows):
        before = highest.get((project, kind, unit), _NOTHING)
        if value > (_NOTHING if is_increment else before):
            found[project].append(latest)
        if not is_increment:
            highest[project, kind, unit] = max(before, value)
    return found


_NOTHING = Decimal(0)
_COMMITMENT, _ACTUAL = Nature.COMMITMENT.value, Nature.ACTUAL.value
_Sums = dict[tuple[str, str], dict[str, Decimal]]


def _sums(figures: list[_Figure]) -> _Sums:
    """Return what the figures of each kind and nature add up to in each unit."""
    found: _Sums = {}
    for figure in figures:
        sums = found.setdefault((figure.kind, figure.nature), {})
        sums[figure.unit] = sums[figure.unit] + figure.value if figure.unit in sums else figure.value
    return found


def _picture(steps: list[Step], sums: _Sums, money_days: list[date], progress_on: date | None) -> Picture:
    return Picture(
        steps=steps,
        planned=sums.get(("planned_total", _COMMITMENT), {}),
        arrived=sums.get(("arrived_money", _ACTUAL), {}),
        money_days=money_days,
        progress=sums.get(("progress_share", _ACTUAL), {}).get("share"),
        quiet_since=progress_on,
    )


def _amounts(figures: list[_Figure], sums: _Sums) -> dict[str, list[tuple[Decimal, str, list[str]]]]:
    found: dict[str, list[tuple[Decimal, str, list[str]]]] = {}
    for kind, listed in DERIVED_AMOUNTS.items():
        by_unit = sums.get((kind, _COMMITMENT))
        if by_unit:
            found[kind] = [
                (
                    by_unit[unit],
                    unit,
                    [figure.qualifier for figure in figures if figure.kind == kind and figure.unit == unit],
                )
                for unit in sorted(by_unit, key=lambda unit: unit != listed)
            ]
    return found
