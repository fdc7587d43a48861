"""The parts of an engagement's page, and what the pages of projects, organizations and people say of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, Value
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.engagements.deriving import standing_steps
from zoneworks.engagements.faces import EngagementFigureFace
from zoneworks.engagements.kinds import figure_label
from zoneworks.engagements.models import (
    Engagement,
    EngagementFigure,
    EngagementOrganization,
    EngagementProject,
    EngagementStep,
    Participant,
    StepKind,
)
from zoneworks.kit.attributes import own_as_known
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import Extension, citations_of
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Panel
from zoneworks.kit.past import rewind
from zoneworks.kit.registry import extend
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.people.posts import titles_on
from zoneworks.projects.models import Project
from zoneworks.rulebook import rules

SHOWN = 20
SHOWN_PARTS = 200


def panels_of(ledger: Any, row: Any) -> list[Panel]:
    """Return the parts of the page of `row`, which `EngagementLedger.prepare` has made ready."""
    panels = [came_of_it(ledger, row), who_was_there(ledger, row), counted(ledger, row)]
    parts = parts_of(ledger, row)
    if parts is not None:
        panels.append(parts)
    return panels


def came_of_it(ledger: Any, row: Any) -> Panel:
    """Return outcome and follow-up, with the button that marks it as done."""
    data = {
        "row": row,
        "url": ledger.url("follow_up", pk=row.pk),
        "can_change": not ledger.moment.is_past and row.allows(ledger.user, "change"),
        "has_follow_up": bool(row.follow_up or row.follow_up_due),
    }
    return Panel("outcome", _("Outcome and follow-up"), "engagements/panels/outcome.html", data, position=10)


def who_was_there(ledger: Any, row: Any) -> Panel:
    """Return people with the posts of that day, organizations with the parts they took, and projects."""
    known = ledger.moment.known
    seats = list(row.participants.standing(known).select_related("person__zone"))
    bodies = list(row.organization_parts.standing(known).select_related("organization__zone").order_by("pk"))
    day = row.step.span.latest if row.step is not None else ledger.moment.on
    unsaid = [(seat.person_id, day) for seat in seats if not seat.post]
    posts = titles_on(unsaid, ledger.moment.known_at)
    on_url = ledger.moment.on_url
    matters = list(row.project_parts.standing(known).select_related("project__zone").order_by("pk"))
    for named in (
        [seat.person for seat in seats],
        [part.organization for part in bodies],
        [part.project for part in matters],
    ):
        rewind(named, ledger.moment)
    data = {
        "people": [
            {
                "name": seat.person.name,
                "url": on_url(row_url(seat.person)),
                "post": seat.post or posts.get((seat.person_id, day), ""),
                "leads": seat.person_id == row.lead_id,
            }
            for seat in seats
        ],
        "organizations": [
            {
                "name": part.organization.name,
                "url": on_url(row_url(part.organization)),
                "role": part.get_role_display(),
            }
            for part in bodies
        ],
        "projects": [{"name": part.project.name, "url": on_url(row_url(part.project))} for part in matters],
    }
    count = len(data["people"]) + len(data["organizations"]) + len(data["projects"])
    return Panel(
        "who", _("Who took part"), "engagements/panels/who.html", data, count=count or None, position=20
    )


def counted(ledger: Any, row: Any) -> Panel:
    """Return the counts as they stood at the moment, each a link to its record."""
    moment = ledger.moment
    standing = EngagementFigure.objects.filter(engagement=row).possible(moment.on, moment.known).in_force()
    figures = list(standing.select_related("zone").order_by("kind", "pk"))
    cited = citations_of(figures, ledger.user, moment.known)
    data = [
        {
            "label": figure_label(figure.kind),
            "amount": figure.in_words(),
            "wording": figure.wording,
            "level": figure.level_label,
            "url": moment.on_url(EngagementFigureFace.url_of(figure)),
            "citations": cited.get(figure.pk, []),
        }
        for figure in figures
    ]
    may_add = not moment.is_past and row.allows(ledger.user, "change")
    return Panel(
        "counts",
        _("Counts"),
        "engagements/panels/figures.html",
        data,
        count=len(data) or None,
        action_url=EngagementFigureFace.new_url(row) if may_add else "",
        action_label=_("Record a count"),
        position=30,
    )


def parts_of(ledger: Any, row: Any) -> Panel | None:
    """Return the whole that this is part of and the parts that it has; nothing when it stands alone."""
    rows = row.parts.allowed(ledger.user, "view").select_related("zone").order_by("held_earliest", "pk")
    if ledger.moment.names_known_at:
        rows = rows.existing(ledger.moment.known_at)
    items = told(ledger, list(rows[:SHOWN_PARTS]))
    if not items and row.part_of is None:
        return None
    data = {
        "row": row,
        "items": items,
        "whole": row.part_of,
        "whole_url": ledger.url("detail", pk=row.part_of_id) if row.part_of_id else "",
        "counted_there": row.part_of is not None and row.part_of.kind == row.kind,
        "counts_once": any(item["kind"] == row.kind for item in items),
    }
    return Panel(
        "parts",
        _("Parts"),
        "engagements/panels/parts.html",
        data,
        count=len(items) or None,
        position=40,
    )


def told(ledger: Any, rows: list[Engagement], beside: str = "") -> list[dict[str, Any]]:
    """Return `rows` as a list draws them, seen from the moment of the page; three queries for any number.

    `beside` is the name that stands on the page anyway.
    """
    moment = ledger.moment
    rewind(rows, moment)
    kinds = rules(ledger.zone, moment.on, known_at=moment.known).engagement_kinds
    steps = standing_steps([row.pk for row in rows], moment.on, moment.known)
    names: dict[int, list[str]] = {}
    standing = EngagementOrganization.objects.standing(moment.known)
    ties = standing.filter(engagement__in=[row.pk for row in rows]).select_related("organization")
    parts = list(ties.order_by("pk"))
    rewind([part.organization for part in parts], moment)
    for part in parts:
        if part.organization.name != beside:
            names.setdefault(part.engagement_id, []).append(part.organization.name)
    return [
        _item(row, steps.get(row.pk), kinds.label(row.kind), names.get(row.pk, []), moment) for row in rows
    ]


def _item(
    row: Engagement, step: EngagementStep | None, kind: str, names: list[str], moment: Any
) -> dict[str, Any]:
    return {
        "title": row.title,
        "url": moment.on_url(row_url(row)),
        "kind": row.kind,
        "kind_label": kind,
        "span_text": span_text(step.span) if step else "",
        "state_label": step.get_kind_display() if step and step.kind != StepKind.HELD else "",
        "is_uncertain": step is not None and step.kind == StepKind.HELD and step.is_uncertain(moment.on),
        "organizations": "、".join(name for name in names if name not in row.title),
        "place": row.place,
        "outcome": row.outcome,
        "count": step.count if step else row.count,
    }


@extend
class VisitsAndMeetings(Extension):
    """Shows on the pages of projects, organizations and people what was held with them."""

    def panels(self, ledger: Any, row: Any) -> list[Panel]:
        if not isinstance(row, Project | Organization | Person) or not _staff(ledger):
            return []
        rows = self.rows(ledger, row)
        found = list(rows.order_by("-held_latest", "-pk")[: SHOWN + 1])
        more = len(found) > SHOWN
        data = {
            "items": told(ledger, found[:SHOWN], str(row)),
            "total": rows.count() if more else len(found),
            "more_url": ledger.moment.on_url(_list_url(ledger, row)) if more else "",
        }
        log_url = _log_url(ledger, row)
        return [
            Panel(
                "engagements",
                _("Visits and meetings"),
                "engagements/panels/visits.html",
                data,
                count=data["total"] or None,  # type: ignore[arg-type]
                action_url=log_url,
                action_label=_("Log one"),
                position=45,
            )
        ]

    def rows(self, ledger: Any, row: Any) -> Any:
        """Return the engagements with `row` that had been entered, planned or held at the moment."""
        rows = Engagement.objects.allowed(ledger.user, "view").filter(zone=ledger.zone).select_related("zone")
        rows = rows.filter(_with(row, ledger.moment))
        if ledger.moment.names_known_at:
            rows = rows.existing(ledger.moment.known_at)
        return rows.standing_on(ledger.moment.on, ledger.moment.known) if ledger.moment.is_past else rows


def _with(row: Any, moment: Moment) -> Q:
    """Return the condition that `row` took part: as was known at the moment; a person also by leading."""
    if isinstance(row, Project):
        ties = EngagementProject.objects.standing(moment.known).filter(project=row)
        return Q(pk__in=ties.values("engagement"))
    if isinstance(row, Organization):
        parts = EngagementOrganization.objects.standing(moment.known).filter(organization=row)
        return Q(pk__in=parts.values("engagement"))
    joined = Participant.objects.standing(moment.known).filter(person=row).values("engagement")
    if moment.known is None:
        return Q(lead=row) | Q(pk__in=joined)
    led = Exact(own_as_known(Engagement, "lead", moment.known), Value(row.pk))
    return Q(led) | Q(pk__in=joined)


def _staff(ledger: Any) -> bool:
    """Say whether the person may see engagements here; an enterprise sees its own organization alone."""
    from zoneworks.engagements.ledger import EngagementLedger

    return EngagementLedger.is_granted(ledger.request, "view")


def _list_url(ledger: Any, row: Any) -> str:
    url = reverse("engagements:list", kwargs={"zone": ledger.zone.code})
    name = {Project: "project", Organization: "organization", Person: "lead"}[type(row)]
    return f"{url}?{urlencode({name: f'{row} #{row.pk}'})}"


def _log_url(ledger: Any, row: Any) -> str:
    """Return the address of the quick form about `row`, if the person may log and the page is of today."""
    from zoneworks.engagements.ledger import EngagementLedger

    if ledger.moment.is_past or not EngagementLedger.is_granted(ledger.request, "add"):
        return ""
    name = {Project: "project", Organization: "organization"}.get(type(row))
    url = reverse("log:new", kwargs={"zone": ledger.zone.code})
    return f"{url}?{urlencode({name: row.pk})}" if name else ""
