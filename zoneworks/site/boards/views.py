"""The boards' pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zoneworks.engagements.models import Engagement
from zoneworks.engagements.quick import may_add
from zoneworks.kit.access import staff_page
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.levels import BasisError, Level, asked_basis
from zoneworks.kit.middleware import bad_request
from zoneworks.kit.past import rewind, rewind_subjects
from zoneworks.kit.registry import faces
from zoneworks.measures.keeping import kept_firsts, kept_keys, kept_readings
from zoneworks.measures.reading import read
from zoneworks.measures.scope import Period, Scope
from zoneworks.measures.wording import worded
from zoneworks.projects.deriving import keep_up
from zoneworks.projects.evidence import missing_for
from zoneworks.projects.examining import examine
from zoneworks.projects.forms import next_mark
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.projects.showing import light_cell, stage_cell
from zoneworks.rulebook import rules
from zoneworks.site.boards import leader, officer, waiting

BASES = (Level.PRESS, Level.SELF_REPORTED, Level.ZONE, Level.CITY, Level.STATISTICS)
LATEST = 12
STUCK_SHOWN = 8


def scope_of(request: Any) -> Scope:
    """Return the scope of a board: the year up to the moment's day, on the basis that the reader chose."""
    moment = request.moment
    return Scope(
        request.zone,
        moment.on,
        moment.known_at,
        Period.year_to(moment.on),
        asked_basis(request.GET),
        viewer=request.user,
        knows_all=not moment.names_known_at,
    )


@require_safe
@staff_page
def leader_board(request: Any) -> HttpResponse:
    """Show the zone's year: numbers, pace, funnel, what is stuck, what moved, teams side by side."""
    try:
        scope = scope_of(request)
    except BasisError as error:
        return bad_request(request, str(error), "basis")
    with kept_readings(request.zone):
        return render(request, "site/leader.html", leader_context(request, scope))


def leader_context(request: Any, scope: Scope) -> dict[str, Any]:
    """Return what the leader's board shows."""
    stages = leader.funnel(scope)
    return {
        "scope": scope,
        "bases": basis_links(request, scope),
        "silence": silence(request, scope),
        "headlines": leader.headlines(scope),
        "in_hand": read("projects.in_hand", scope.over(None)),
        "in_hand_total": read("projects.in_hand.planned_total", scope.over(None)),
        "classes": size_classes(scope),
        "stages": stages,
        "funnel_chart": leader.funnel_chart(stages) if stages[0].count else None,
        "months": leader.months(scope),
        "stuck": [read(key, scope.over(None)) for key in leader.STUCK],
        "stuck_rows": stuck_rows(request, scope),
        "latest": latest_steps(request, scope),
        "teams": leader.teams(scope, request.zone),
    }


@require_safe
@staff_page
def officer_board(request: Any) -> HttpResponse:
    """Show the person's own work: what is due, this week, what is missing."""
    try:
        scope = scope_of(request)
    except BasisError as error:
        return bad_request(request, str(error), "basis")
    with kept_readings(request.zone):
        return render(request, "site/officer.html", officer_context(request, scope))


def officer_context(request: Any, scope: Scope) -> dict[str, Any]:
    """Return what the officer's board shows."""
    model = rules(request.zone, request.moment.on, known_at=request.moment.known)
    if not request.moment.is_past:
        keep_up(request.zone, request.moment.on)
    every = officer.my_projects(request.zone, request.user, request.moment)
    needing, at_rest = officer.needing(every, request.moment, model)
    projects = [*needing[: officer.SHOWN]]
    resting = [*at_rest[: officer.SHOWN]]
    rewind([*projects, *resting], request.moment)
    week = list(officer.my_week(request.zone, request.user, request.moment))
    rewind(week, request.moment)
    monday, sunday = officer.week_of(request.moment.on)
    found = officer.my_follow_ups(request.zone, request.user, request.moment)[: officer.SHOWN]
    follow_ups, mine = follow_up_rows(request, list(found)), project_rows(request, [*projects, *resting])
    mine, quiet = mine[: len(projects)], mine[len(projects) :]
    return {
        "scope": scope,
        "log_url": log_url(request),
        "numbers": officer.mine(scope, request.user),
        "stuck": officer.stuck(scope, request.user),
        "projects": mine,
        "due": officer.by_day([*follow_ups, *mine]),
        "resting": quiet,
        "resting_count": at_rest.count() if len(quiet) == officer.SHOWN else len(quiet),
        "week": [
            {
                "title": str(one),
                "url": request.moment.on_url(row_url(one)),
                "day": one.then_earliest,
                "place": one.place,
            }
            for one in week
        ],
        "waiting": waiting.counts_by_whose(request) if waiting.may_open(request) else [],
        "monday": monday,
        "sunday": sunday,
    }


def log_url(request: Any) -> str:
    """Return the address of the quick log; nothing for who may not log, and none on a board of the past."""
    if request.moment.is_past or not may_add(request, Engagement):
        return ""
    return reverse("log:new", kwargs={"zone": request.zone.code})


def basis_links(request: Any, scope: Scope) -> list[dict[str, Any]]:
    """Return the levels from which a board can count."""
    query = request.GET.copy()
    links = []
    for level in BASES:
        query["basis"] = level.value
        # Statistics stand beside the ladder: nothing is above them.
        alone = level is Level.STATISTICS
        label = level.label if alone else _("%(level)s and above") % {"level": level.label}
        links.append({"label": label, "url": f"?{query.urlencode()}", "active": level == scope.basis})
    return links


def silence(request: Any, scope: Scope) -> dict[str, Any] | None:
    """Return the day of the zone's newest step and the board's address as of it, when this year has none."""
    day = leader.day_before_silence(scope)
    if day is None:
        return None
    query = request.GET.copy()
    query["as_of"] = day.isoformat()
    return {"day": day, "url": f"?{query.urlencode()}"}


def size_classes(scope: Scope) -> list[dict[str, Any]]:
    """Return the projects in hand by size class; the classes overlap."""
    from zoneworks.measures.labels import group_label
    from zoneworks.measures.reading import drill_down
    from zoneworks.measures.registry import measures

    reading = read("projects.in_hand", scope.over(None).by("size_class"))
    return [
        {
            "label": group_label(scope.zone, "size_class", group.key[0]),
            "words": worded(group.value, reading.unit),
            "url": drill_down(measures["projects.in_hand"], scope.over(None), size_class=group.key[0]),
        }
        for group in reading.groups
    ]


def stuck_rows(request: Any, scope: Scope) -> list[dict[str, Any]]:
    """Return the projects that have waited longest between signing and start."""
    waiting = scope.over(None)
    longest = kept_firsts(read("projects.stalled", waiting), STUCK_SHOWN)
    related = ("zone", "project", "project__zone", "project__unit", "project__officer")
    waited = ProjectStep.objects.filter(pk__in=longest).select_related(*related)
    steps = list(waited.order_by("latest", "pk"))
    rewind_subjects(steps, request.moment)
    face = faces.for_fact(ProjectStep)
    return [
        {
            "name": str(step.project),
            "url": request.moment.on_url(row_url(step.project)),
            "unit": step.project.unit,
            "officer": step.project.officer,
            "since": step.latest,
            "days": (scope.as_of - step.latest).days,
            "step_url": request.moment.on_url(face.url_of(step)) if face else "",
        }
        for step in steps
    ]


def latest_steps(request: Any, scope: Scope) -> list[dict[str, Any]]:
    """Return what moved last, with its sources."""
    face = faces.for_fact(ProjectStep)
    newest = ("-latest", "-earliest", "-pk")

    def moved() -> Any:
        rows = ProjectStep.objects.allowed(request.user, "view").filter(zone=scope.zone)
        return rows.as_of(scope.as_of, scope.known).on_basis(scope.basis).order_by(*newest)[:LATEST]

    rows = ProjectStep.objects.filter(pk__in=kept_keys("latest steps", scope, ProjectStep, moved))
    steps = list(rows.select_related("project", "zone", "project__zone").order_by(*newest))
    rewind_subjects(steps, request.moment)
    if face:
        face.prepare(steps)
    cited = citations_of(steps, request.user, scope.known)
    return [
        {
            "name": str(step.project),
            "url": request.moment.on_url(row_url(step.project)),
            "label": face.describe(step) if face else step.kind,
            "fact_url": request.moment.on_url(face.url_of(step)) if face else "",
            "when": span_text(step.span),
            "level": step.level_label,
            "citations": cited.get(step.pk, []),
        }
        for step in steps
    ]


def open_rows(request: Any, model: Any, keys: set[int]) -> set[int]:
    """Return which of the rows the person may tick off: those they may change, and none of a past moment."""
    if request.moment.is_past or not keys:
        return set()
    changeable = model.objects.allowed(request.user, "change").filter(pk__in=keys)
    return set(changeable.values_list("pk", flat=True))


def follow_up_rows(request: Any, engagements: list[Any]) -> list[dict[str, Any]]:
    """Return what the officer has to follow up, each with the address that marks it as done."""
    moment = request.moment
    open_to = open_rows(request, Engagement, {one.pk for one in engagements})
    told = rewind(engagements, moment)
    return [
        {
            "is_follow_up": True,
            "name": str(one),
            "url": moment.on_url(row_url(one)),
            "next_action": told.get(one.pk, {}).get("follow_up", one.follow_up),
            "next_due": one.follow_up_due,
            "is_overdue": one.follow_up_due is not None and one.follow_up_due < moment.on,
            "done_url": reverse("engagements:follow_up", kwargs={"zone": request.zone.code, "pk": one.pk})
            if one.pk in open_to
            else "",
        }
        for one in engagements
    ]


def project_rows(request: Any, projects: list[Any]) -> list[dict[str, Any]]:
    """Return the officer's projects with what is due and what evidence the next stage still needs."""
    moment = request.moment
    if not moment.is_past:
        keep_up(request.zone, moment.on)
    model = rules(request.zone, moment.on, known_at=moment.known)
    standing = examine(projects, moment, model)
    missing = missing_for(
        projects, {pk: one.stage for pk, one in standing.items()}, moment, model, request.user
    )
    open_to = open_rows(request, Project, {project.pk for project in projects if project.next_action})
    return [
        {
            "name": str(project),
            "url": moment.on_url(row_url(project)),
            "next_url": reverse("projects:next", kwargs={"zone": request.zone.code, "pk": project.pk})
            if project.pk in open_to
            else "",
            "next_mark": next_mark(project),
            "stage": stage_cell(standing[project.pk], model),
            "light": light_cell(standing[project.pk]),
            "next_action": project.next_action,
            "next_due": project.next_due,
            "is_overdue": project.next_due is not None and project.next_due < moment.on,
            "missing": missing.get(project.pk, []),
        }
        for project in projects
    ]
