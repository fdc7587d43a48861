"""What moves a project: its own facts, and those of higher floors that say so. Said once for rows, days and SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Max, OuterRef

from zoneworks.accounts.models import Zone
from zoneworks.projects.models import ProjectFigure, ProjectParty, ProjectStep


class _Mover(NamedTuple):
    facts: Callable[[], Any]
    project: str


_movers: list[_Mover] = [
    _Mover(ProjectStep.objects.all, "project"),
    _Mover(ProjectFigure.objects.all, "project"),
    _Mover(ProjectParty.objects.all, "project"),
]


def moves_projects(facts: Callable[[], Any], project: str) -> None:
    """Let a higher floor say which of its facts move projects; `project` is the path from a fact to its projects.

    Each of them moves a project on its last day, as soon as it is certain.
    """
    _movers.append(_Mover(facts, project))


def last_progress(projects: Iterable[int], on: date, known_at: datetime) -> dict[int, date]:
    """Return the last day on or before `on` on which anything moved each of `projects`."""
    ids = list(projects)
    found: dict[int, date] = {}
    for facts, path in _movers:
        certain = facts().filter(**{f"{path}__in": ids}).as_of(on, known_at)
        for project, day in certain.order_by().values_list(path).annotate(Max("latest")):
            found[project] = max(day, found.get(project, day))
    return found


def progress_rows(on: date, known_at: datetime | None) -> list[Any]:
    """Return what `last_progress` reads as querysets, each tied by OuterRef("project")."""
    return [facts().filter(**{path: OuterRef("project")}).as_of(on, known_at) for facts, path in _movers]


def ripened(zone: Zone, since: date, on: date) -> set[int]:
    """Return the projects of the zone that something moved by becoming certain after `since`, until `on`."""
    found: set[int] = set()
    for facts, path in _movers:
        due = facts().filter(zone=zone, latest__gt=since, latest__lte=on, **{f"{path}__isnull": False})
        found.update(due.order_by().values_list(path, flat=True))
    return found
