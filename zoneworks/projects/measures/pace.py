"""How many of those signed came further, and how fast."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Days, Rows, Share, certain_in, touching
from zoneworks.measures.scope import Scope
from zoneworks.projects.measures.asking import (
    DIMENSIONS,
    counted,
    dimensions,
    first_steps,
    steps,
    sure_steps,
)
from zoneworks.projects.measures.counts import COUNTED
from zoneworks.rulebook import rules

PACE = _("Conversion and pace")
LATER = ("registered", "funded", "started", "completed", "in_production", "full_capacity")


def _reached(scope: Scope, kind: str) -> tuple[Q, Q]:
    """Return the conditions that a project certainly reached a stage by the as-of day, and that it perhaps did.

    Who reached a later stage was past this one, recorded or not.
    """
    stages = rules(scope.zone, scope.as_of, known_at=scope.known).stages
    kinds = stages.from_on(kind) if kind in stages.kinds else (kind,)
    surely = sure_steps(scope).of_kind(*kinds).filter(project=OuterRef("project"))
    perhaps = steps(scope).of_kind(*kinds).filter(project=OuterRef("project"))
    return Q(Exists(surely.order_by())), Q(Exists(perhaps.order_by()))


def _conversion(kind: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        surely, perhaps = _reached(scope, kind)
        # Of a project that perhaps reached the stage nobody can say in which part of the share it belongs.
        certain = certain_in(scope) & (surely | ~perhaps)
        cohort = touching(first_steps(scope, "signed"), scope)
        return counted(scope, cohort, certain, Share("project", surely), dimensions(scope))

    return rows


def _days(kind: str) -> Callable[[Scope], Rows]:
    """Take the days between two days that are known; where one is only a span, or they lie the wrong way round, they
    are uncertain."""

    def rows(scope: Scope) -> Rows:
        of_stage = steps(scope).of_kind(kind).filter(project=OuterRef("project"))
        first = of_stage.certain_first()
        cohort = touching(first_steps(scope, "signed"), scope).filter(Q(Exists(of_stage.order_by())))
        cohort = cohort.alias(
            reached=Subquery(first.values("earliest")[:1]), reached_last=Subquery(first.values("latest")[:1])
        )
        exact = Q(earliest=F("latest"), reached=F("reached_last"), reached__gte=F("earliest"))
        certain = certain_in(scope) & exact & Q(reached_last__lte=scope.as_of)
        until = Days(Subquery(first.values("earliest")[:1]), fact=Subquery(first.values("pk")[:1]))
        return counted(scope, cohort, certain, until, dimensions(scope))

    return rows


for _kind in LATER:
    measure(
        f"projects.conversion.{_kind}",
        unit=MeasureUnit.SHARE,
        label=COUNTED[_kind][0],
        group=PACE,
        definition=_(
            "Of the projects first signed in the period, the share that had reached this stage or a later one by the "
            "as-of day."
        ),
        dimensions=DIMENSIONS,
    )(_conversion(_kind))
    measure(
        f"projects.days.{_kind}",
        unit=MeasureUnit.DAYS,
        label=COUNTED[_kind][0],
        group=PACE,
        definition=_(
            "Of the projects first signed in the period, the median of days from signing to this stage, over those "
            "that reached it by the as-of day; where a day is not known exactly, or the stage is dated before the "
            "signing, the project is listed as uncertain."
        ),
        dimensions=("unit", "officer", "industry", "level", "month"),
        fewer_is_better=True,
    )(_days(_kind))
