"""How projects stood at a moment, as the database sees it: what lists are filtered and sorted by.

For the present these are the derived columns; for a past moment the same is read from the facts. `deriving.state_of`
and `health.examine` say it row by row; a list, its filters and the pages therefore agree at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import DateField, DecimalField, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from zoneworks.accounts.models import Zone
from zoneworks.kit.moment import Moment, end_of_day
from zoneworks.kit.quantities import Nature, Unit
from zoneworks.projects.deriving import DERIVED_AMOUNTS
from zoneworks.projects.health import GREEN, RED, YELLOW, Limits, months_ago, more_than_months_ago
from zoneworks.projects.models import ProjectFigure, ProjectParty, ProjectQuerySet, ProjectStep
from zoneworks.projects.progress import progress_rows
from zoneworks.rulebook.types import Rules

ARRIVED = ("arrived_money", "arrived_foreign")
"""Kinds of figures which say that money came."""


def at(rows: ProjectQuerySet, moment: Moment, rules: Rules) -> ProjectQuerySet:
    """Return `rows` with `then_stage`, `then_since`, `then_<amount>` of the moment, to filter and sort by.

    `project` is the row itself, so that conditions on facts of a project fit here too. Subqueries name the project
    and not its zone (`measures.counted` says why).
    """
    return rows.alias(project=F("pk"), **_columns(moment, rules))


def _columns(moment: Moment, rules: Rules) -> dict[str, Any]:
    if not moment.is_past:
        return {
            "then_stage": F("stage"),
            "then_since": F("stage_since"),
            **{f"then_{name}": F(name) for name in DERIVED_AMOUNTS},
        }
    steps = ProjectStep.objects.as_of(moment.on, moment.known)
    telling = steps.most_telling_first(rules.stages.kinds, rules.stages.exits).filter(project=OuterRef("pk"))
    return {
        "then_stage": Coalesce(Subquery(telling.values("kind")[:1]), Value("")),
        "then_since": Subquery(telling.values("earliest")[:1], output_field=DateField()),
        **{
            f"then_{name}": _standing_sum(moment, name, unit, Nature.COMMITMENT)
            for name, unit in DERIVED_AMOUNTS.items()
        },
    }


def _standing_sum(moment: Moment, kind: str, unit: Unit, nature: Nature) -> Subquery:
    figures = (
        ProjectFigure.objects.filter(kind=kind, unit=unit, nature=nature, product="")
        .as_of(moment.on, moment.known)
        .in_force()
        .filter(project=OuterRef("pk"))
    )
    total = figures.order_by().values("project").annotate(total=Sum("value")).values("total")
    return Subquery(total, output_field=DecimalField(max_digits=24, decimal_places=4))


def heard_of(rows: ProjectQuerySet, moment: Moment) -> ProjectQuerySet:
    """Keep the projects that something says existed by the day of the moment: a fact, or their entry in the ledger."""
    if not moment.is_past:
        return rows
    known = Q(created_at__lte=end_of_day(moment.on))
    for model in (ProjectStep, ProjectFigure, ProjectParty):
        facts = model.objects.filter(project=OuterRef("pk")).possible(moment.on, moment.known)
        known |= Q(Exists(facts.order_by()))
    return rows.filter(known)


class Lights:
    """The conditions under which the health tests fail, for rows prepared by `at`."""

    def __init__(self, zone: Zone, moment: Moment, rules: Rules) -> None:
        self.zone, self.moment, self.on = zone, moment, moment.on
        self.limits = Limits.of(rules)
        self.steps = ProjectStep.objects.as_of(moment.on, moment.known)

    def prepared(self, rows: ProjectQuerySet) -> ProjectQuerySet:
        """Return `rows` with the sums that the tests of money compare; whole numbers, so that no share is rounded."""
        share = Fraction(self.limits.low_funding_share)
        points = Fraction(self.limits.mismatch_points) / 100
        rows = rows.alias(
            total_usd=_standing_sum(self.moment, "planned_total", Unit.USD, Nature.COMMITMENT),
            arrived_cny=_standing_sum(self.moment, "arrived_money", Unit.CNY, Nature.ACTUAL),
            arrived_usd=_standing_sum(self.moment, "arrived_money", Unit.USD, Nature.ACTUAL),
            progress=_standing_sum(self.moment, "progress_share", Unit.SHARE, Nature.ACTUAL),
        )
        rows = rows.alias(
            planned_cny=_or_nothing(F("then_planned_total")), planned_usd=_or_nothing(F("total_usd"))
        )
        for unit in ("cny", "usd"):
            arrived, planned = F(f"arrived_{unit}"), F(f"planned_{unit}")
            gap = arrived - F("progress") * planned
            rows = rows.alias(
                **{
                    f"short_{unit}": _or_nothing(arrived * share.denominator - planned * share.numerator),
                    f"ahead_{unit}": _or_nothing(gap * points.denominator - planned * points.numerator),
                    f"behind_{unit}": _or_nothing(-gap * points.denominator - planned * points.numerator),
                }
            )
        return rows

    def tests(self) -> Mapping[str, Q]:
        """Return the condition of each test by its key."""
        limits = self.limits
        red = self._quiet_since(months_ago(self.on, limits.talk_red))
        removed = self._quiet_since(more_than_months_ago(self.on, limits.talk_removed))
        yellow = self._quiet_since(months_ago(self.on, limits.talk_yellow))
        talks = Q(then_stage__in=limits.talks)
        return {
            "signed_not_started": Q(then_stage__in=limits.awaiting_start)
            & self._first_by("signed", more_than_months_ago(self.on, limits.signed_not_started)),
            "started_no_money": Q(then_stage__in=limits.under_way) & self._no_money(),
            "started_low_funding": Q(then_stage__in=limits.under_way) & self._low_funding(),
            "money_progress_mismatch": Q(then_stage__in=limits.under_way) & self._mismatch(),
            "talk_removed": talks & removed,
            "talk_red": talks & red & ~removed,
            "talk_yellow": talks & yellow & ~red,
        }

    def lit(self, tone: str) -> Q:
        """Return the condition for a light: the worst test that fails, or green where tests watch and none fails.

        The stage is asked for once for each group of stages that are watched alike: at a past moment it is dear.
        """
        chosen = []
        for stages, red, failed in self._watched():
            condition = {RED: red, YELLOW: failed & ~red, GREEN: ~failed}[tone]
            chosen.append(Q(then_stage__in=stages) & condition)
        return _any(chosen)

    def _watched(self) -> list[tuple[tuple[str, ...], Q, Q]]:
        """Return the groups of stages, each with what makes its light red and with what keeps it from being green."""
        limits, on = self.limits, self.on
        asleep = self._quiet_since(months_ago(on, limits.talk_red))
        quiet = self._quiet_since(months_ago(on, limits.talk_yellow))
        late = self._first_by("signed", more_than_months_ago(on, limits.signed_not_started))
        short = self._no_money() | self._low_funding()
        return [
            (limits.talks, asleep, asleep | quiet),
            (limits.awaiting_start, late, late),
            (limits.under_way, short, short | self._mismatch()),
        ]

    def _quiet_since(self, day: Any) -> Q:
        """Return the condition that nothing moved the project after `day`."""
        if not self.moment.is_past:
            return Q(progress_on__lte=day)
        moved = [
            Q(Exists(rows.filter(latest__gt=day).order_by()))
            for rows in progress_rows(self.on, self.moment.known)
        ]
        return ~_any(moved)

    def _first_by(self, kind: str, day: Any) -> Q:
        """Return the condition that the first standing step of this kind certainly lay on or before `day`.

        What is certain first tells the day, so that any one which was certain by then will do.
        """
        reached = self.steps.standing(self.limits.exits).of_kind(kind).filter(latest__lte=day)
        return Q(Exists(reached.filter(project=OuterRef("pk")).order_by()))

    def _no_money(self) -> Q:
        day = months_ago(self.on, self.limits.started_no_money)
        came = _money(self.moment).filter(latest__gt=day)
        return self._first_by("started", day) & ~Q(Exists(came.order_by()))

    def _low_funding(self) -> Q:
        day = more_than_months_ago(self.on, self.limits.low_funding_months)
        none_came = ~Q(Exists(_money(self.moment).order_by()))
        found = [
            applies & (Q(**{f"short_{unit}__lt": 0}) | (Q(**{f"arrived_{unit}": None}) & none_came))
            for unit, applies in _currencies()
        ]
        return self._first_by("started", day) & _any(found)

    def _mismatch(self) -> Q:
        found = [
            applies & (Q(**{f"ahead_{unit}__gt": 0}) | Q(**{f"behind_{unit}__gt": 0}))
            for unit, applies in _currencies()
        ]
        return _any(found)


def _or_nothing(sum_of: Any) -> Coalesce:
    """Return a sum, or zero where none is stated: a comparison then says yes or no, never that it does not know."""
    return Coalesce(sum_of, Value(0), output_field=DecimalField(max_digits=24, decimal_places=4))


def _currencies() -> list[tuple[str, Q]]:
    """Return the currencies with the condition under which each is the one compared (`health._compared`)."""
    in_cny = Q(planned_cny__gt=0)
    return [("cny", in_cny), ("usd", ~in_cny & Q(planned_usd__gt=0))]


def _money(moment: Moment) -> Any:
    """Return what says that money came for the row around it.

    What arrived is told as a running total: only a total above every earlier one is money, not "still none" and not
    the same total told again or recognized. An increment is money of its own.
    """
    told = ProjectFigure.objects.filter(kind__in=ARRIVED, nature=Nature.ACTUAL).as_of(moment.on, moment.known)
    before = told.filter(
        Q(earliest__lt=OuterRef("earliest")) | Q(earliest=OuterRef("earliest"), pk__lt=OuterRef("pk")),
        project=OuterRef("project"),
        kind=OuterRef("kind"),
        unit=OuterRef("unit"),
        value__gte=OuterRef("value"),
        is_increment=False,
    )
    risen = Q(is_increment=True) | ~Q(Exists(before.order_by()))
    return told.filter(risen, project=OuterRef("pk"), value__gt=0)


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=()))
