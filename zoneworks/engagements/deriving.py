"""The day on which an engagement was held, derived from its steps for lists that stay flat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from zoneworks.engagements.models import Engagement, EngagementStep, StepKind
from zoneworks.projects.deriving import counts_as_progress
from zoneworks.projects.deriving import derive as derive_project


def derive(engagement: Engagement) -> None:
    """Write when `engagement` was held, and bring the projects that it moved up to date."""
    held = engagement.steps.live().of_kind(StepKind.HELD).in_order().first()
    planned = engagement.steps.live().of_kind(StepKind.PLANNED).in_order().last()
    said = held or planned
    engagement.held_earliest = said.earliest if said else None
    engagement.held_latest = said.latest if said else None
    engagement.save(update_fields=["held_earliest", "held_latest"])
    for project in engagement.projects.all():
        derive_project(project)


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
