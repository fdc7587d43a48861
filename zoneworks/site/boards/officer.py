"""The officer's board: what is due, what was held this week, what is missing, what went quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from zoneworks.engagements.models import Engagement
from zoneworks.kit.attributes import own_as_known
from zoneworks.kit.moment import Moment
from zoneworks.kit.past import told_at
from zoneworks.measures.reading import Reading, read
from zoneworks.measures.scope import Period, Scope
from zoneworks.projects.models import Project
from zoneworks.projects.standing import at, heard_of
from zoneworks.rulebook.stages import StageRules
from zoneworks.rulebook.types import Rules

SHOWN = 30
FULL_CAPACITY = "full_capacity"
MY_NUMBERS = ("projects.in_hand", "projects.signed", "projects.started", "engagements.receptions")
MY_STUCK = ("projects.stalled", "projects.quiet_red", "projects.quiet_yellow")


def mine(scope: Scope, user: Any) -> list[Reading]:
    """Return the officer's own numbers of this year."""
    own = scope.only(officer=str(user.pk))
    year = Period.year_to(scope.as_of)
    return [read(key, own.over(None if key == "projects.in_hand" else year)) for key in MY_NUMBERS]


def stuck(scope: Scope, user: Any) -> list[Reading]:
    """Return how many of the officer's projects are overdue or quiet."""
    return [read(key, scope.only(officer=str(user.pk)).over(None)) for key in MY_STUCK]


def my_projects(zone: Any, user: Any, moment: Moment) -> Any:
    """Return the officer's projects, the next due action first, those without one last."""
    rows = Project.objects.allowed(user, "view").filter(zone=zone).for_table()
    if not moment.is_past:
        mine = rows.filter(officer=user)
        return mine.order_by(F("next_due").asc(nulls_last=True), "-progress_on", "pk")
    officer = own_as_known(Project, "officer", moment.assigned)
    mine = heard_of(rows.existing(moment.known_at), moment).alias(officer_then=officer)
    due: Any = F("next_due")
    if moment.known is not None:
        # A day in the trail is a text that sorts like the day.
        told = Coalesce(told_at(Project, "next_due", moment.known), Cast("next_due", TextField()))
        due = NullIf(told, Value(""))
    return (
        mine.filter(officer_then=user.pk)
        .alias(due_then=due)
        .order_by(F("due_then").asc(nulls_last=True), "pk")
    )


def needing(projects: Any, moment: Moment, model: Rules) -> tuple[Any, Any]:
    """Part an officer's projects into those that need something, and those that have ended or reached full capacity.

    What has a next action needs it, wherever the project stands.
    """
    over = {*model.stages.exits, *_from_full_capacity(model.stages)}
    at_rest = Q(then_stage__in=over, next_action="", next_due=None)
    rows = at(projects, moment, model)
    return rows.exclude(at_rest), rows.filter(at_rest)


def _from_full_capacity(stages: StageRules) -> tuple[str, ...]:
    return stages.from_on(FULL_CAPACITY) if FULL_CAPACITY in stages.kinds else ()


def my_follow_ups(zone: Any, user: Any, moment: Moment) -> Any:
    """Return what the officer logged and has still to follow up, the next day that is due first."""
    rows = Engagement.objects.allowed(user, "view").filter(zone=zone).existing(moment.known_at)
    host = own_as_known(Engagement, "host", moment.known)
    mine = rows.alias(host_then=host).filter(host_then=user.pk)
    if moment.is_past:
        mine = mine.standing_on(moment.on, moment.known)
    mine = mine.with_follow_up(moment, "open")
    return mine.for_table().order_by(F("follow_up_due").asc(nulls_last=True), "-held_latest", "-pk")


def by_day(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines of the board in the order in which they are due, those without a day last.

    >>> [row["next_due"] for row in by_day([{"next_due": None}, {"next_due": date(2024, 5, 1)}])]
    [datetime.date(2024, 5, 1), None]
    """
    return sorted(rows, key=lambda row: row["next_due"] or date.max)


def week_of(day: date) -> tuple[date, date]:
    """Return Monday and Sunday of the week of `day`.

    >>> week_of(date(2024, 10, 24))
    (datetime.date(2024, 10, 21), datetime.date(2024, 10, 27))
    """
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def my_week(zone: Any, user: Any, moment: Moment) -> Any:
    """Return what the officer holds or held in the week of the moment's day."""
    monday, sunday = week_of(moment.on)
    rows = Engagement.objects.allowed(user, "view").filter(zone=zone).existing(moment.known_at)
    host = own_as_known(Engagement, "host", moment.known)
    mine = rows.alias(host_then=host).filter(host_then=user.pk).as_they_stood(moment)
    week = mine.filter(then_earliest__lte=sunday, then_latest__gte=monday)
    return week.for_table().order_by("then_earliest", "pk")
