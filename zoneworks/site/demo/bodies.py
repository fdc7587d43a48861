"""Units, organizations under their names, and people with the posts in which they were seen."""

from __future__ import annotations

from zoneworks.accounts.models import Unit
from zoneworks.kit.levels import Level
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import NameKind, Organization, OrganizationKind, OrganizationName
from zoneworks.people.models import Person, PostFact, PostKind
from zoneworks.site.demo.desk import Desk, Entry, span_of, told


def enter_units(desk: Desk) -> None:
    """Enter the units; a parent stands before its children in the file."""
    for entry in told("zone")["units"]:
        unit = Unit(
            zone=desk.zone,
            name=entry["name"],
            name_en=entry["name_en"],
            aliases=";".join(entry["aliases"]),
            kind=entry["kind"],
            parent=desk.find(Unit, entry["parent"]),
            note=entry["note"] or "",
        )
        desk.enter(unit, entry["key"], entry["cite"])


def enter_organizations(desk: Desk) -> None:
    """Enter the organizations and, as facts, the other names under which they were printed."""
    for entry in told("organizations"):
        listed = entry["listed"] or {}
        organization = Organization(
            zone=desk.zone,
            name=entry["name"],
            kind=OrganizationKind(entry["kind"]),
            note="\n".join(filter(None, [entry["note"], listed.get("note")])),
        )
        desk.enter(organization, entry["key"], entry["cite"])
        for name in entry["names"]:
            if name["name"] != organization.name:
                _tell_name(desk, organization, name)


def _tell_name(desk: Desk, organization: Organization, entry: Entry) -> None:
    """Record another name: a later one within the span of its change, an alias on the days of its page."""
    document = desk.passages[entry["cite"][0]].document
    span = span_of(entry["from"]) if entry["from"] else document.issued
    if span is None:
        raise ValueError(f"{organization}: the page that prints “{entry['name']}” has no span of issue")
    desk.tell(
        OrganizationName(
            organization=organization,
            kind=NameKind.LATER if entry["from"] else NameKind.ALIAS,
            name=entry["name"],
            earliest=span.earliest,
            latest=span.latest,
            asserted_by=Level.PRESS,
            note=entry["note"] or "",
        ),
        entry["cite"],
    )


def enter_people(desk: Desk) -> None:
    """Enter the people in office and each day on which a page shows them in a post."""
    for entry in told("people")["people"]:
        cites = [cite for post in entry["posts"] for cite in post["cite"]]
        person = Person(zone=desk.zone, name=entry["name"], note=entry["note"] or "")
        desk.enter(person, entry["key"], cites)
        for post in entry["posts"]:
            _tell_post(desk, person, post)


def _tell_post(desk: Desk, person: Person, entry: Entry) -> None:
    for seen in entry["seen"]:
        _tell_post_fact(desk, person, entry, PostKind.HELD, span_of(seen["on"]), seen["cite"])
    for kind, bound in ((PostKind.APPOINTED, "from"), (PostKind.LEFT, "to")):
        if entry[bound]:
            _tell_post_fact(desk, person, entry, kind, span_of(entry[bound]), entry[f"{bound}_cite"])


def _tell_post_fact(
    desk: Desk, person: Person, entry: Entry, kind: PostKind, span: Span, cites: list[str]
) -> None:
    body = desk.find(Organization, entry["organization"])
    desk.tell(
        PostFact(
            person=person,
            kind=kind,
            title=entry["title"],
            unit=desk.find(Unit, entry["unit"]),
            body=body.name if body else "",
            earliest=span.earliest,
            latest=span.latest,
            asserted_by=Level(entry["asserted"]),
            note=entry["note"] or "",
        ),
        cites,
    )
