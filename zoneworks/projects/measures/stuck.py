"""What waits longer than the health rules allow."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Count, Rows
from zoneworks.measures.scope import Scope
from zoneworks.projects.health import months_ago, more_than_months_ago
from zoneworks.projects.measures.asking import (
    DIMENSIONS,
    counted,
    derived_stage_holds,
    dimensions,
    standing_in,
    steps,
    sure_steps,
)
from zoneworks.projects.progress import may_have_progress, progress_rows
from zoneworks.rulebook import rules

STUCK = _("Overdue and stale")


@measure(
    "projects.stalled",
    unit=MeasureUnit.ITEMS,
    label=_("signed and not started"),
    definition=_(
        "Projects first signed more than the months of the health rule before the as-of day that have "
        "neither started nor left."
    ),
    group=STUCK,
    has_period=False,
    dimensions=DIMENSIONS,
    fewer_is_better=True,
)
def stalled(scope: Scope) -> Rows:
    model = rules(scope.zone, scope.as_of, known_at=scope.known)
    exits = model.stages.exits
    # More than n months: the days since which n whole months are full and a day more has passed.
    before = more_than_months_ago(scope.as_of, model.health.signed_not_started_months)
    moving = (*model.stages.from_on("started"), *exits)
    moved_on = (
        sure_steps(scope)
        .standing(exits)
        .of_kind(*model.stages.from_on("started"))
        .filter(project=OuterRef("project"))
    )
    may_have_moved = steps(scope).of_kind(*moving).filter(project=OuterRef("project"), latest__gt=scope.as_of)
    # What an exit voided says nothing more: a project that left is not waited for, one that came back is. An exit
    # that is not sure yet leaves the project listed as uncertain.
    signed = steps(scope).not_voided_by(sure_steps(scope), exits).of_kind("signed").firsts("project")
    waiting = signed.filter(~Exists(moved_on.order_by()), earliest__lte=before)
    certain = Q(latest__lte=before) & ~Q(Exists(may_have_moved.order_by()))
    return counted(scope, waiting, certain, Count("project"), dimensions(scope))


Months = Callable[[Any], int]


def _without_progress(months: Months, until: Months | None = None) -> Callable[[Scope], Rows]:
    """Read the projects in talks that nothing moved for so many months, and not yet for the months of `until`."""

    def rows(scope: Scope) -> Rows:
        model = rules(scope.zone, scope.as_of, known_at=scope.known)
        since = months_ago(scope.as_of, months(model.health))
        before = None if until is None else months_ago(scope.as_of, until(model.health))
        talks, certain = standing_in(scope, model.stages.talks)
        certain &= ~may_have_progress(scope.zone, scope.as_of, scope.known)
        if derived_stage_holds(scope):
            quiet = Q(project__progress_on__lte=since)
            if before:
                quiet &= Q(project__progress_on__gt=before)
            else:
                quiet |= Q(project__progress_on=None)
            return counted(scope, talks.filter(quiet), certain, Count("project"), dimensions(scope))
        moves = progress_rows(scope.as_of, scope.known)
        for moved in moves:
            talks = talks.filter(~Exists(moved.filter(latest__gt=since).order_by()))
        if before:
            sooner = [Q(Exists(moved.filter(latest__gt=before).order_by())) for moved in moves]
            talks = talks.filter(reduce(or_, sooner))
        return counted(scope, talks, certain, Count("project"), dimensions(scope))

    return rows


measure(
    "projects.quiet_yellow",
    unit=MeasureUnit.ITEMS,
    label=_("in talks without progress (yellow)"),
    group=STUCK,
    definition=_(
        "Projects in talks on the as-of day of which no step, figure, party or visit is dated in the months of "
        "the yellow light before it; those whose light is red are not among them."
    ),
    has_period=False,
    dimensions=DIMENSIONS,
    fewer_is_better=True,
)(_without_progress(lambda health: health.talk_yellow_months, until=lambda health: health.talk_red_months))
measure(
    "projects.quiet_red",
    unit=MeasureUnit.ITEMS,
    label=_("in talks without progress (red)"),
    group=STUCK,
    definition=_(
        "Projects in talks on the as-of day of which no step, figure, party or visit is dated in the months of "
        "the red light before it."
    ),
    has_period=False,
    dimensions=DIMENSIONS,
    fewer_is_better=True,
)(_without_progress(lambda health: health.talk_red_months))
