"""Writes the planned engagements of synthetic projects; visits of one unit in one month share a trip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.timezone import make_aware

from zoneworks.accounts.models import Unit
from zoneworks.engagements.models import (
    Engagement,
    EngagementFigure,
    EngagementOrganization,
    EngagementProject,
    EngagementStep,
    OrganizationRole,
    StepKind,
)
from zoneworks.kit.quantities import Unit as QuantityUnit
from zoneworks.projects.models import Project
from zoneworks.site.generating.plans import MeetingPlan, ProjectPlan
from zoneworks.site.generating.settling import Bodies
from zoneworks.site.generating.stamping import stamped
from zoneworks.site.generating.tables import Row, insert

TITLES = {
    "outward_visit": "样例拜访",
    "reception": "样例接待",
    "meeting": "样例会谈",
    "signing": "样例签约",
    "trip": "样例外出招商",
}
PLACES = ("样例市 甲区", "样例市 乙区", "样例市 丙区")
PART = {"outward_visit": OrganizationRole.VISITED, "reception": OrganizationRole.GUEST}

Held = tuple[Project, ProjectPlan, MeetingPlan]


def write_meetings(bodies: Bodies, pairs: Sequence[tuple[Project, ProjectPlan]]) -> None:
    """Write the engagements of these projects with their steps, organizations, projects and counts."""
    every = [(project, plan, meeting) for project, plan in pairs for meeting in plan.meetings]
    trips = _write_trips(bodies, every)
    rows = Engagement.objects.bulk_create([_engagement(bodies, held, trips) for held in every])
    both = list(zip(rows, every, strict=True))
    insert(EngagementOrganization, [_organization(bodies, row, held) for row, held in both])
    insert(EngagementProject, [_matter(row, held) for row, held in both])
    insert(EngagementStep, [_step(bodies, row, held) for row, held in both])
    counted = [(row, held) for row, held in both if held[2].visitors]
    insert(
        EngagementFigure, [_count(bodies, row, held, "visitors", held[2].visitors) for row, held in counted]
    )
    _backdate([row.pk for row in rows])


def _engagement(bodies: Bodies, held: Held, trips: dict[tuple[int, date], Engagement]) -> Engagement:
    _project, plan, meeting = held
    officer, unit = bodies.desks[plan.officer]
    title = f"{TITLES[meeting.kind]} {plan.number:06}"
    place = PLACES[plan.number % len(PLACES)] if meeting.kind == "outward_visit" else ""
    return Engagement(
        zone=bodies.zone,
        kind=meeting.kind,
        title=title,
        place=place,
        unit=unit,
        host=officer,
        lead=bodies.leaders[plan.number % len(bodies.leaders)] if plan.number % 4 == 0 else None,
        part_of=trips.get(_trip_of(unit, meeting)),
        follow_up="样例：寄送资料，约定下次洽谈。" if meeting.follow_up_due else "",
        follow_up_due=meeting.follow_up_due,
        state=StepKind.PLANNED if meeting.is_planned else StepKind.HELD,
        held_earliest=meeting.span[0],
        held_latest=meeting.span[1],
        search_text=stamped(title, place),
    )


def _trip_of(unit: Unit, meeting: MeetingPlan) -> tuple[int, date]:
    """Return by what visits share a trip: the unit, and the month; wider spans belong to none."""
    first, last = meeting.span
    is_within = meeting.kind == "outward_visit" and (first.year, first.month) == (last.year, last.month)
    return (unit.pk, first.replace(day=1)) if is_within else (0, date.min)


def _write_trips(bodies: Bodies, every: Sequence[Held]) -> dict[tuple[int, date], Engagement]:
    """Write a trip for each unit and month with visits, from the first of them to the last."""
    visits: dict[tuple[int, date], list[Held]] = defaultdict(list)
    for held in every:
        key = _trip_of(bodies.desks[held[1].officer][1], held[2])
        if key[0]:
            visits[key].append(held)
    trips = {key: _trip(bodies, parts) for key, parts in sorted(visits.items())}
    Engagement.objects.bulk_create(trips.values())
    both = [(trip, visits[key]) for key, trip in trips.items()]
    insert(EngagementStep, [_step(bodies, trip, _last(parts)) for trip, parts in both])
    insert(
        EngagementFigure,
        [_count(bodies, trip, _last(parts), "organizations_visited", len(parts)) for trip, parts in both],
    )
    _backdate([trip.pk for trip in trips.values()])
    return trips


def _last(parts: Sequence[Held]) -> Held:
    return max(parts, key=lambda held: held[2].recorded_at)


def _days(parts: Sequence[Held]) -> tuple[date, date]:
    return min(held[2].span[0] for held in parts), max(held[2].span[1] for held in parts)


def _trip(bodies: Bodies, parts: Sequence[Held]) -> Engagement:
    first, last = _days(parts)
    officer, unit = bodies.desks[parts[0][1].officer]
    title = f"{TITLES['trip']} {parts[0][1].number:06}"
    return Engagement(
        zone=bodies.zone,
        kind="trip",
        title=title,
        place=PLACES[parts[0][1].number % len(PLACES)],
        unit=unit,
        host=officer,
        lead=bodies.leaders[parts[0][1].number % len(bodies.leaders)],
        state=StepKind.HELD,
        held_earliest=first,
        held_latest=last,
        search_text=stamped(title, PLACES[parts[0][1].number % len(PLACES)]),
    )


def _organization(bodies: Bodies, row: Engagement, held: Held) -> Row:
    _project, plan, meeting = held
    return {
        "engagement_id": row.pk,
        "organization_id": bodies.investors[plan.investor].pk,
        "role": PART.get(meeting.kind, OrganizationRole.OTHER),
        "tied_at": make_aware(meeting.recorded_at),
    }


def _matter(row: Engagement, held: Held) -> Row:
    project, _plan, meeting = held
    return {"engagement_id": row.pk, "project_id": project.pk, "tied_at": make_aware(meeting.recorded_at)}


def _attributed(bodies: Bodies, row: Engagement, held: Held) -> dict[str, Any]:
    """Return the columns of a fact about `row`, told by whom `held` names and true when `row` was held."""
    _project, plan, meeting = held
    return {
        "zone_id": bodies.zone.pk,
        "engagement_id": row.pk,
        "earliest": row.held_earliest,
        "latest": row.held_latest,
        "asserted_by": meeting.level,
        "recorded_at": make_aware(meeting.recorded_at),
        "recorded_by_id": bodies.recorder(plan.officer, meeting.level).pk,
    }


def _step(bodies: Bodies, row: Engagement, held: Held) -> Row:
    return {**_attributed(bodies, row, held), "kind": row.state}


def _count(bodies: Bodies, row: Engagement, held: Held, kind: str, value: int) -> Row:
    unit = QuantityUnit.PERSONS if kind == "visitors" else QuantityUnit.ITEMS
    return {**_attributed(bodies, row, held), "kind": kind, "value": Decimal(value), "unit": unit}


def _backdate(keys: Sequence[int]) -> None:
    """Let the rows have been entered when their step was."""
    step = EngagementStep.objects.filter(engagement=OuterRef("pk")).order_by("pk")
    rows = Engagement.objects.filter(pk__in=keys)
    rows.update(created_at=Subquery(step.values("recorded_at")[:1]))
