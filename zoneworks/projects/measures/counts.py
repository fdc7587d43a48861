"""How many projects stand in hand, and how many reached each stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Count, Rows, certain_in, touching
from zoneworks.measures.scope import Scope
from zoneworks.projects.measures.asking import (
    DIMENSIONS,
    counted,
    dimensions,
    first_steps,
    standing_in,
    steps,
)
from zoneworks.rulebook import rules

PIPELINE = _("Pipeline")
COUNTED = {
    "signed": (
        _("signed projects"),
        _(
            "Projects whose first signing falls in the period; later signings of the same project do not count again, "
            "unless the zone's own rule counts each."
        ),
    ),
    "registered": (
        _("registered projects"),
        _("Projects whose project company was first licensed in the period."),
    ),
    "funded": (_("funded projects"), _("Projects for which money first arrived in the period.")),
    "started": (
        _("started projects"),
        _(
            "Projects whose start was first recorded for a day in the period; officers record a start by the start "
            "definition in force on its day."
        ),
    ),
    "completed": (_("completed projects"), _("Projects first completed and accepted in the period.")),
    "in_production": (
        _("projects in production"),
        _("Projects that first went into production in the period."),
    ),
    "full_capacity": (
        _("projects at full capacity"),
        _("Projects that first reached full capacity in the period."),
    ),
}


def _first_of(kind: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        counting = rules(scope.zone, scope.as_of, known_at=scope.known).counting
        if counting.first_event_only:
            told, what = first_steps(scope, kind), Count("project")
        else:
            told, what = _each_once(steps(scope).of_kind(kind)), Count("pk")
        return counted(scope, touching(told, scope), certain_in(scope), what, dimensions(scope))

    return rows


def _each_once(told: Any) -> Any:
    """Keep of the steps that say the same of a project, in overlapping spans, the best attested one."""
    same = told.with_attested().filter(
        project=OuterRef("project"), earliest__lte=OuterRef("latest"), latest__gte=OuterRef("earliest")
    )
    better = same.filter(
        Q(attested__gt=OuterRef("attested")) | Q(attested=OuterRef("attested"), pk__lt=OuterRef("pk"))
    )
    return told.with_attested().filter(~Exists(better.order_by()))


@measure(
    "projects.in_hand",
    unit=MeasureUnit.ITEMS,
    label=_("projects in hand"),
    definition=_(
        "Projects that stand on the as-of day in a stage from talks to start, after the zone's stage model."
    ),
    group=PIPELINE,
    has_period=False,
    dimensions=DIMENSIONS,
)
def in_hand(scope: Scope) -> Rows:
    standing, certain = standing_in(
        scope, rules(scope.zone, scope.as_of, known_at=scope.known).stages.in_hand
    )
    return counted(scope, standing, certain, Count("project"), dimensions(scope))


for _kind, (_label, _definition) in COUNTED.items():
    measure(
        f"projects.{_kind}",
        unit=MeasureUnit.ITEMS,
        label=_label,
        definition=_definition,
        group=PIPELINE,
        dimensions=DIMENSIONS,
    )(_first_of(_kind))
