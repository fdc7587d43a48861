"""What was held: each engagement with its organizations, projects, people, day and counts."""

from __future__ import annotations

from decimal import Decimal

from zoneworks.accounts.models import Unit
from zoneworks.engagements.models import (
    Engagement,
    EngagementFigure,
    EngagementOrganization,
    EngagementProject,
    EngagementStep,
    OrganizationRole,
    Participant,
    StepKind,
)
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.quantities import Unit as QuantityUnit
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.models import Project
from zoneworks.site.demo.desk import Desk, Entry, span_of, told

HELD_BY_ONE_UNIT = frozenset({"trip", "training"})
"""Kinds whose only named unit is the one that held it; elsewhere a unit may be a guest or the place."""


def enter_engagements(desk: Desk) -> list[str]:
    """Enter every engagement; return what was printed in a unit that the ledgers do not keep."""
    left_out: list[str] = []
    for entry in told("engagements"):
        engagement = _enter_one(desk, entry)
        tied_at = desk.first_told(entry["cite"]) or engagement.created_at
        for part in entry["organizations"]:
            EngagementOrganization.objects.create(
                engagement=engagement,
                organization=desk.get(Organization, part["organization"]),
                role=OrganizationRole(part["role"]),
                tied_at=tied_at,
            )
        for key in entry["projects"]:
            EngagementProject.objects.create(
                engagement=engagement, project=desk.get(Project, key), tied_at=tied_at
            )
        for part in entry["participants"]:
            person = desk.get(Person, part["person"])
            Participant.objects.create(
                zone=desk.zone, engagement=engagement, person=person, post=part["post"], tied_at=tied_at
            )
        span = span_of(entry["on"])
        without_unit = [each for each in entry["figures"] if each["unit"] not in QuantityUnit.values]
        left_out += [f"{engagement.title}：{each['wording']}" for each in without_unit]
        _tell_held(desk, engagement, entry, span, [each["wording"] for each in without_unit])
        for figure in entry["figures"]:
            if figure not in without_unit:
                _tell_count(desk, engagement, figure, entry, span)
    return left_out


def _enter_one(desk: Desk, entry: Entry) -> Engagement:
    units = entry["units"]
    holder = units[0] if len(units) == 1 and entry["kind"] in HELD_BY_ONE_UNIT else None
    engagement = Engagement(
        zone=desk.zone,
        kind=entry["kind"],
        title=entry["title"],
        place=entry["place"] or "",
        unit=desk.find(Unit, holder),
        lead=desk.find(Person, entry["lead"]),
        part_of=desk.find(Engagement, entry["part_of"]),
        outcome=entry["outcome"] or "",
        follow_up="\n".join(entry["follow_ups"]),
    )
    return desk.enter(engagement, entry["key"], entry["cite"])


def _tell_held(desk: Desk, engagement: Engagement, entry: Entry, span: Span, unkept: list[str]) -> None:
    named = "、".join(desk.get(Unit, key).name for key in entry["units"])
    notes = [
        entry["note"],
        f"文中提到的单位：{named}。" if named else "",
        f"另有台账不设单位的数：{'、'.join(unkept)}。" if unkept else "",
    ]
    desk.tell(
        EngagementStep(
            engagement=engagement,
            kind=StepKind.HELD,
            # It happened and nobody wrote how often: at least once.
            count=entry["count"] or 1,
            count_qualifier=Qualifier.AT_LEAST if entry["count"] is None else Qualifier.EXACT,
            earliest=span.earliest,
            latest=span.latest,
            asserted_by=Level(entry["by"]),
            note="\n".join(filter(None, notes)),
        ),
        entry["cite"],
    )


def _tell_count(desk: Desk, engagement: Engagement, figure: Entry, entry: Entry, span: Span) -> None:
    desk.tell(
        EngagementFigure(
            engagement=engagement,
            kind=figure["kind"],
            value=Decimal(str(figure["value"])),
            unit=figure["unit"],
            qualifier=figure["qualifier"],
            wording=figure["wording"],
            earliest=span.earliest,
            latest=span.latest,
            asserted_by=Level(entry["by"]),
        ),
        figure["cite"],
    )
