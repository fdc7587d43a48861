"""The columns of a project that follow from its facts, for lists that stay flat. Nothing else writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils.timezone import localdate, now

from zoneworks.accounts.models import Zone
from zoneworks.accounts.once import once
from zoneworks.kit.many import write_columns
from zoneworks.kit.quantities import Nature, Unit
from zoneworks.kit.revision import kept, renew, renew_subjects
from zoneworks.kit.touching import touches
from zoneworks.organizations.models import Organization, renamed
from zoneworks.projects.models import Derivation, Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.projects.progress import last_progress, ripened
from zoneworks.projects.stages import Step, current_step
from zoneworks.rulebook import rules

DERIVED_AMOUNTS = {
    "planned_total": Unit.CNY,
    "equipment": Unit.CNY,
    "agreed_foreign": Unit.USD,
}
"""Column, which is also the kind of figure, and the currency in which it is listed."""
AT_ONCE = 500
DERIVED = ("stage", "stage_since", "progress_on", *DERIVED_AMOUNTS)


@transaction.atomic
def derive(project: Project, on: date | None = None) -> None:
    """Write stage, amounts and last progress of `project` as its facts say them on `on` (today).

    The row is locked first, so that of two facts recorded at once the second derivation sees both.
    """
    stored = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    for name, value in state_of([stored], on or localdate(), now())[stored.pk].items():
        setattr(stored, name, value)
        setattr(project, name, value)
    stored.save(update_fields=DERIVED)
    renew_subjects(stored.zone_id, [(Project, stored.pk)])


@transaction.atomic
def derive_many(projects: Collection[Project]) -> None:
    """Write what `derive` writes of one project, of many, in statements whose number does not grow with them."""
    on = localdate()
    given = {project.pk: project for project in projects}
    keys = sorted(given)
    for start in range(0, len(keys), AT_ONCE):
        locked = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("zone")
        rows = list(locked.filter(pk__in=keys[start : start + AT_ONCE]).order_by("pk"))
        for zone in {row.zone_id: row.zone for row in rows}.values():
            of_zone = [row for row in rows if row.zone_id == zone.pk]
            _keep_states(of_zone, state_of(of_zone, on, now()))
            renew_subjects(zone.pk, [(Project, row.pk) for row in of_zone])
        for row in rows:
            for name in DERIVED:
                setattr(given[row.pk], name, getattr(row, name))


def _keep_states(rows: list[Project], states: Mapping[int, Mapping[str, Any]]) -> None:
    at = now()
    for row in rows:
        for name, value in states[row.pk].items():
            setattr(row, name, value)
        row.updated_at = at
    write_columns(rows, [*DERIVED, "updated_at"])
    Project.refresh_search_texts(rows)


@touches(Project)
def _itself(project: Project) -> list[tuple[type[Project], int]]:
    return [(Project, project.pk)]


@receiver(renamed)
def find_by_new_name(sender: Any, organization: Organization, **kwargs: Any) -> None:
    """Let the projects of an organization be found by the name that it has now."""
    parts = ProjectParty.objects.live().filter(organization=organization)
    found = list(Project.objects.filter(pk__in=parts.order_by().values("project")))
    for project in found:
        project.refresh_search_text()
    renew_subjects(organization.zone_id, [(Project, project.pk) for project in found])


def keep_up(zone: Zone, on: date) -> None:
    """Bring the derived columns of the zone's projects to `on` and to the stage model of that day.

    Recording a fact derives its project for the day on which it is recorded. What the passing of days or a new stage
    model changes is made up for by the first reading after it. That nothing is to be done is known for as long as
    nothing is recorded.
    """
    once(
        ("derived until", zone.pk, on), lambda: kept(zone, ("derived until", on), lambda: _kept_up(zone, on))
    )


def _kept_up(zone: Zone, on: date) -> date:
    """Bring the derived columns to `on` where they are not; return the day that they tell of."""
    order = _order(zone, on)
    first = {"on": localdate(zone.created_at), "order": order}
    told, _is_new = Derivation.objects.get_or_create(zone=zone, defaults=first)
    if told.on >= on and told.order == order:
        return told.on
    with transaction.atomic():
        told = Derivation.objects.select_for_update().get(pk=told.pk)
        if told.order != order:
            derive_all(zone, on)
        elif told.on < on:
            catch_up(zone, told.on, on)
        until = max(told.on, on)
        Derivation.objects.filter(pk=told.pk).update(on=until, order=order)
    return until


def _order(zone: Zone, on: date) -> str:
    """Return the stage model of a day as far as a project's stage hangs on it."""
    model = rules(zone, on).stages
    return ",".join((*model.kinds, "|", *model.exits))


def derive_all(zone: Zone, on: date) -> None:
    """Derive every project of the zone anew, some hundred at a time."""
    keys = list(Project.objects.filter(zone=zone).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        rows = list(Project.objects.filter(pk__in=keys[start : start + AT_ONCE]).select_related("zone"))
        state = state_of(rows, on, now())
        for row in rows:
            for name, value in state[row.pk].items():
                setattr(row, name, value)
        with transaction.atomic():
            write_columns(rows, DERIVED)
    renew(zone)


def catch_up(zone: Zone, since: date, on: date) -> int:
    """Derive the projects whose state changed by the passing of days after `since` until `on`; return how many.

    A span that ended in between became certain without anybody recording anything.
    """
    due = ripened(zone, since, on)
    for project in Project.objects.filter(pk__in=due):
        derive(project, on)
    return len(due)


def state_of(projects: Iterable[Project], on: date, known_at: datetime | None) -> dict[int, dict[str, Any]]:
    """Return the derived columns of `projects` as of a day, as known at an instant, without one as known now.

    A fixed number of queries.
    """
    rows = list(projects)
    if not rows:
        return {}
    model = rules(rows[0].zone, on, known_at=known_at).stages
    ids = [row.pk for row in rows]
    steps: dict[int, list[Step]] = {pk: [] for pk in ids}
    told = ProjectStep.objects.filter(project__in=ids).as_of(on, known_at)
    for project, *step in told.values_list("project_id", "kind", "earliest", "pk", "latest"):
        steps[project].append(Step(*step))
    amounts = _amounts(ids, on, known_at)
    progress = last_progress(ids, on, known_at)
    state = {}
    for pk in ids:
        current = current_step(steps[pk], model.kinds, model.exits)
        state[pk] = {
            "stage": current.kind if current else "",
            "stage_since": current.earliest if current else None,
            "progress_on": progress.get(pk),
            **{name: amounts.get((pk, name)) for name in DERIVED_AMOUNTS},
        }
    return state


def _amounts(ids: list[int], on: date, known_at: datetime | None) -> dict[tuple[int, str], Decimal]:
    figures = (
        ProjectFigure.objects.filter(
            project__in=ids, kind__in=DERIVED_AMOUNTS, nature=Nature.COMMITMENT, product=""
        )
        .as_of(on, known_at)
        .in_force()
        .values_list("project_id", "kind", "unit", "value")
    )
    found: dict[tuple[int, str], Decimal] = {}
    for project, kind, unit, value in figures:
        if unit == DERIVED_AMOUNTS[kind]:
            found[project, kind] = found.get((project, kind), Decimal(0)) + value
    return found
