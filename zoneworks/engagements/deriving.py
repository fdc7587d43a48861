"""How an engagement stands, when it was held and for how many, derived from its steps for lists that stay flat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zoneworks.engagements.models import Engagement, EngagementStep, StepKind, standing
from zoneworks.kit.quantities import Qualifier
from zoneworks.projects.deriving import counts_as_progress
from zoneworks.projects.deriving import derive as derive_project


@transaction.atomic
def derive(engagement: Engagement) -> None:
    """Write how `engagement` stands, when it was held and for how many; bring the projects that it moved up to date.

    The row is locked first, so that of two steps recorded at once the second derivation sees both.
    """
    stored = Engagement.objects.select_for_update().get(pk=engagement.pk)
    state = state_of(stored.steps.live())
    for name, value in state.items():
        setattr(stored, name, value)
        setattr(engagement, name, value)
    stored.save(update_fields=list(state))
    engagement.updated_at = stored.updated_at
    for project in stored.projects.all():
        derive_project(project)


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


@counts_as_progress
def held_with(projects: Iterable[int], on: date, known_at: datetime) -> dict[int, date]:
    """Return the last day on which something was held about each of `projects`."""
    rows = (
        EngagementStep.objects.filter(engagement__project_parts__project__in=list(projects))
        .of_kind(StepKind.HELD)
        .as_of(on, known_at)
        .values_list("engagement__project_parts__project_id", "latest")
    )
    found: dict[int, date] = {}
    for project, day in rows:
        found[project] = max(day, found.get(project, day))
    return found
