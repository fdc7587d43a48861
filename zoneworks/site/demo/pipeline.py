"""The projects that the pages name: steps, figures and the organizations named with them."""

from __future__ import annotations

from decimal import Decimal

from zoneworks.kit.levels import Level
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import PartyRole, Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.site.demo.desk import Desk, Entry, span_of, told


def enter_projects(desk: Desk) -> None:
    """Enter every project with its facts. No page names a unit or officer in charge: both stay empty."""
    for entry in told("projects"):
        cites = [cite for step in entry["steps"] for cite in step["cite"]]
        project = Project(
            zone=desk.zone,
            name=entry["name"],
            aliases=";".join(entry["aliases"]),
            summary="\n".join(filter(None, [entry["summary"], entry["note"]])),
            industry=entry["industry"] or "",
            origin_channel=entry["origin_channel"] or "",
            site=entry["site"] or "",
        )
        desk.enter(project, entry["key"], cites)
        for step in entry["steps"]:
            _tell_step(desk, project, step)
        for party in entry["investors"]:
            # A page that names the organization does so of the day on which the project first moved.
            _tell_party(desk, project, party, entry["steps"][0]["on"])
        for figure in entry["figures"]:
            _tell_figure(desk, project, figure)


def _tell_step(desk: Desk, project: Project, entry: Entry) -> None:
    span = span_of(entry["on"])
    desk.tell(
        ProjectStep(
            project=project,
            kind=entry["kind"],
            earliest=span.earliest,
            latest=span.latest,
            asserted_by=Level(entry["by"]),
            note=entry["note"] or "",
        ),
        entry["cite"],
    )


def _tell_party(desk: Desk, project: Project, entry: Entry, on: str) -> None:
    span = span_of(on)
    desk.tell(
        ProjectParty(
            project=project,
            organization=desk.get(Organization, entry["organization"]),
            kind=PartyRole(entry["role"]),
            as_printed=entry["as_printed"],
            earliest=span.earliest,
            latest=span.latest,
            asserted_by=Level.PRESS,
        ),
        entry["cite"],
    )


def _tell_figure(desk: Desk, project: Project, entry: Entry) -> None:
    span = span_of(entry["on"])
    desk.tell(
        ProjectFigure(
            project=project,
            kind=entry["kind"],
            product=entry.get("product", ""),
            value=Decimal(str(entry["value"])),
            unit=entry["unit"],
            per_year=entry["per"] == "year",
            qualifier=entry["qualifier"],
            nature=entry["nature"],
            wording=entry["wording"],
            earliest=span.earliest,
            latest=span.latest,
            asserted_by=Level(entry["by"]),
            note=entry["note"] or "",
        ),
        entry["cite"],
    )
