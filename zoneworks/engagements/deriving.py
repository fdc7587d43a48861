"""How an engagement stands, when it was held and for how many, derived from its steps for lists that stay flat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from zoneworks.engagements.models import Engagement, EngagementStep, StepKind, standing
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.ties import tied
from zoneworks.kit.touching import touches
from zoneworks.projects.deriving import derive as derive_project
from zoneworks.projects.progress import moves_projects


@transaction.atomic
def derive(engagement: Engagement) -> None:
    """Write how `engagement` stands, when it was held and for how many; bring the projects that it moved up to date.

    The row is locked first, so that of two steps recorded at once the second derivation sees both.
    """
    stored = Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)
    state = state_of(stored.steps.live())
    for name, value in state.items():
        setattr(stored, name, value)
        setattr(engagement, name, value)
    stored.save(update_fields=list(state))
    engagement.updated_at = stored.updated_at
    for project in stored.tied_projects():
        derive_project(project)


@touches(Engagement)
def _itself_and_its_parts(engagement: Engagement) -> list[tuple[type[Engagement], int]]:
    """Return the engagement and what lies in it, which is counted by it; the projects it moves are derived anew."""
    below = Engagement.objects.filter(Q(part_of=engagement.pk) | Q(part_of__part_of=engagement.pk))
    return [(Engagement, pk) for pk in (engagement.pk, *below.order_by().values_list("pk", flat=True))]


def state_of(steps: Iterable[EngagementStep]) -> dict[str, Any]:
    """Return the derived columns of the engagement whose live steps these are."""
    said = standing(steps)
    return {
        "state": said.kind if said else "",
        "held_earliest": said.earliest if said else None,
        "held_latest": said.latest if said else None,
        "count": said.count if said else 1,
        "count_qualifier": said.count_qualifier if said else Qualifier.EXACT,
    }


def standing_steps(
    engagements: Iterable[int], on: date, known_at: datetime | None = None
) -> dict[int, EngagementStep]:
    """Return, for each of `engagements`, the step that says how it stood on `on`; one query.

    What was held after `on` had not been held; a plan counts from when it was recorded, whatever its day.
    """
    live = EngagementStep.objects.filter(engagement__in=list(engagements)).live(known_at)
    by_row: dict[int, list[EngagementStep]] = {}
    for step in live:
        if step.kind != StepKind.HELD or step.earliest <= on:
            by_row.setdefault(step.engagement_id, []).append(step)
    return {pk: found for pk, steps in by_row.items() if (found := standing(steps)) is not None}


# What was held about a project moves it, as long as the two are tied.
moves_projects(
    lambda: EngagementStep.objects.of_kind(StepKind.HELD),
    "engagement__project_parts__project",
    lambda known: tied(known, "engagement__project_parts__"),
)
