"""What moves a project: its own facts, and those of higher floors that say so. Said once for rows, days and SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q

from zoneworks.accounts.models import Zone
from zoneworks.projects.models import ProjectFigure, ProjectParty, ProjectStep


class _Mover(NamedTuple):
    facts: Callable[[], Any]
    project: str
    tied: Callable[[datetime | None], Q]

    def reaching(self, known_at: datetime | None, **projects: Any) -> Any:
        """Return the facts that moved the projects at `known_at`: those of a condition on the path to them."""
        # One call, so that the condition is asked of the very tie that leads to the project.
        path = {f"{self.project}__{lookup}": value for lookup, value in projects.items()}
        return self.facts().filter(self.tied(known_at), **path)


def _always(known_at: datetime | None) -> Q:
    return Q()


_movers: list[_Mover] = [
    _Mover(ProjectStep.objects.all, "project", _always),
    _Mover(ProjectFigure.objects.all, "project", _always),
    _Mover(ProjectParty.objects.all, "project", _always),
]


def moves_projects(facts: Callable[[], Any], project: str, tied: Callable[[datetime | None], Q]) -> None:
    """Let a higher floor say which of its facts move projects; `project` is the path from a fact to its projects.

    `tied` returns the condition that the tie on this path stood at an instant, or stands now.
    Each of them moves a project on its last day, as soon as it is certain.
    """
    _movers.append(_Mover(facts, project, tied))


def last_progress(projects: Iterable[int], on: date, known_at: datetime | None) -> dict[int, date]:
    """Return the last day on or before `on` on which anything moved each of `projects`."""
    ids = list(projects)
    found: dict[int, date] = {}
    for mover in _movers:
        certain = mover.reaching(known_at, **{"in": ids}).as_of(on, known_at)
        for project, day in certain.order_by().values_list(mover.project).annotate(Max("latest")):
            found[project] = max(day, found.get(project, day))
    return found


def progress_rows(on: date, known_at: datetime | None) -> list[Any]:
    """Return what `last_progress` reads as querysets, each tied by OuterRef("project")."""
    return [mover.reaching(known_at, exact=OuterRef("project")).as_of(on, known_at) for mover in _movers]


def may_have_progress(zone: Zone, on: date, known_at: datetime | None) -> Q:
    """Return the condition that something may have moved OuterRef("project") by `on` and is not certain yet.

    Whether the zone has any such fact is asked first, and once: most have none, and each project would be asked.
    """
    found = Q()
    for mover in _movers:
        unsure = mover.reaching(known_at, exact=OuterRef("project")).uncertain(on, known_at)
        any_here = mover.facts().filter(zone=zone, latest__gt=on)
        found |= Q(Exists(any_here.order_by())) & Q(Exists(unsure.order_by()))
    return found


def ripened(zone: Zone, since: date, on: date) -> set[int]:
    """Return the projects of the zone that something moved by becoming certain after `since`, until `on`."""
    found: set[int] = set()
    for mover in _movers:
        due = mover.reaching(None, isnull=False).filter(zone=zone, latest__gt=since, latest__lte=on)
        found.update(due.order_by().values_list(mover.project, flat=True))
    return found
