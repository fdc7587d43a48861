"""Readings kept by parts are the plain ones, whatever changed; and a change of one project renews its part alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from zoneworks.accounts.models import Unit
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep, StepKind
from zoneworks.kit import recording, revision
from zoneworks.kit.audit import record
from zoneworks.kit.faces import copied
from zoneworks.kit.models import PartRevision
from zoneworks.kit.spans import Span
from zoneworks.measures.keeping import kept_firsts, kept_readings
from zoneworks.measures.reading import read, read_plainly
from zoneworks.measures.registry import measures
from zoneworks.measures.scope import Period, Scope
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.rulebook import services as rulebook
from zoneworks.site.tests.conftest import (
    make_document,
    make_engagement,
    make_figure,
    make_organization,
    make_project,
    make_step,
)

pytestmark = pytest.mark.django_db

READ = (
    "projects.in_hand",
    "projects.in_hand.planned_total",
    "projects.signed",
    "projects.signed.planned_total",
    "projects.conversion.started",
    "projects.days.started",
    "projects.stalled",
    "projects.quiet_red",
    "engagements.trips",
    "engagements.trips.organizations",
    "engagements.receptions",
    "engagements.receptions.visitors",
)
"""One measure of each make."""


@pytest.fixture
def zone(zone, request, monkeypatch):
    """The zone of the cast; every subject stands in a part of its own where a test says nothing else."""
    monkeypatch.setattr(revision, "PART", getattr(request, "param", 1))
    monkeypatch.setattr(revision, "BLOCK", 2)
    return zone


@pytest.fixture
def ledger(zone, team):
    """A zone in which subjects of several parts depend on one another."""
    Unit.objects.create(zone=zone, name="接手的科室")
    projects = [make_project(zone, name=f"项目{number}", unit=team) for number in range(4)]
    for number, project in enumerate(projects):
        make_step(project, "in_talks", date(2023, 2, 3 + number))
        make_step(project, "signed", date(2024, 3, 5 + number))
        make_figure(project, "planned_total", (number + 1) * 10**8)
    make_step(projects[0], "started", date(2024, 6, 1))
    whole = make_engagement(zone, "trip", date(2024, 10, 8), count=3, title="合计")
    part = make_engagement(zone, "trip", date(2024, 10, 9), part_of=whole, title="其中")
    make_engagement(zone, "outward_visit", date(2024, 10, 9), part_of=part, title="拜访")
    make_engagement(zone, "reception", date(2024, 10, 10), title="接待")
    for title in ("合计", "其中", "接待"):
        counted(zone, title, "visitors" if title == "接待" else "organizations_visited", 5)
    record_rules(zone)
    return zone


def record_rules(zone, value=2):
    rulebook.override(
        zone, "health.talk_yellow_months", actor=None, in_force_from=date(2020, 1, 1), value=value
    )


def scopes(zone, viewer):
    today = Scope(
        zone, localdate(), now(), Period(date(2024, 1, 1), date(2024, 12, 31)), viewer=viewer, knows_all=True
    )
    past = Scope(
        zone, date(2024, 10, 31), now(), Period(date(2024, 1, 1), date(2024, 10, 31)), knows_all=True
    )
    for scope in (today, past):
        for key in READ:
            asked = scope if measures[key].has_period else scope.over(None)
            yield key, asked.by("unit") if scope is today else asked
            if "unit" in measures[key].dimensions:
                for unit in Unit.objects.filter(zone=zone).order_by("pk"):
                    yield key, asked.only(unit=str(unit.pk))


def said(reading):
    return (
        reading.value,
        reading.uncertain,
        reading.qualifier,
        reading.subjects,
        reading.part,
        reading.groups,
    )


def kept(zone, viewer):
    with kept_readings(zone):
        found = [said(read(key, scope)) for key, scope in scopes(zone, viewer)]
        stalled = [read(key, scope) for key, scope in scopes(zone, viewer) if key == "projects.stalled"]
        return found, [kept_firsts(reading, 2) for reading in stalled]


def plainly(zone, viewer):
    found = [said(read_plainly(measures[key], scope)) for key, scope in scopes(zone, viewer)]
    stalled = [scope for key, scope in scopes(zone, viewer) if key == "projects.stalled"]
    rows = [read_plainly(measures["projects.stalled"], scope).rows for scope in stalled]
    return found, [list(some.order_by("latest", "pk").values_list("pk", flat=True)[:2]) for some in rows]


def project(zone, number=0):
    return Project.objects.get(zone=zone, name=f"项目{number}")


def engagement(zone, title):
    return Engagement.objects.get(zone=zone, title=title)


def counted(zone, title, kind, value):
    row = engagement(zone, title)
    fact = EngagementFigure(zone=zone, engagement=row, kind=kind, value=value)
    fact.earliest, fact.latest = row.held_earliest, row.held_latest
    recording.add(fact, actor=None)


@transaction.atomic
def changed(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record(None, "change", row)


def another_unit(zone):
    return Unit.objects.filter(zone=zone).exclude(pk=project(zone).unit_id).earliest("pk")


def tied(zone, *projects):
    with transaction.atomic():
        row = engagement(zone, "接待")
        services.connect(row, services.WhoTookPart(projects=projects))
        record(None, "change", row)


def moved(zone, title, day):
    services.set_when(engagement(zone, title), Span(day, day), StepKind.HELD, actor=None)


def corrected(zone):
    old = ProjectFigure.objects.filter(project=project(zone, 2)).live().get()
    new = copied(old)
    new.value = 7 * old.value
    recording.correct(old, new, actor=None)


def withdrawn(zone):
    step = ProjectStep.objects.get(project=project(zone, 1), kind="signed")
    recording.withdraw(step, reason="误录", actor=None)


CHANGES = {
    "a step of one project": lambda zone: make_step(project(zone, 3), "started", date(2024, 9, 1)),
    "a new project": lambda zone: make_step(make_project(zone), "signed", date(2024, 5, 5)),
    "a step that is not sure yet": lambda zone: make_step(
        project(zone, 2), "registered", localdate() - timedelta(3), latest=localdate() + timedelta(30)
    ),
    "a project of which nothing is sure yet": lambda zone: make_step(
        make_project(zone, unit=project(zone).unit),
        "in_talks",
        localdate() - timedelta(3),
        latest=localdate() + timedelta(30),
    ),
    "a project that left": lambda zone: make_step(project(zone, 0), "withdrawn", date(2024, 11, 1)),
    "a corrected figure": corrected,
    "a withdrawn step": withdrawn,
    "another unit": lambda zone: changed(project(zone, 3), unit=None),
    "a unit that takes over": lambda zone: changed(project(zone, 3), unit=another_unit(zone)),
    "an engagement about projects": lambda zone: tied(zone, project(zone, 2), project(zone, 3)),
    "an engagement about others": lambda zone: tied(zone, project(zone, 3)),
    "a day of such an engagement": lambda zone: moved(zone, "接待", localdate()),
    "a whole that moves": lambda zone: moved(zone, "合计", date(2023, 10, 8)),
    "a whole of another kind": lambda zone: changed(engagement(zone, "合计"), kind="reception"),
    "a whole within a whole": lambda zone: changed(engagement(zone, "其中"), part_of=None),
    "a count of a whole": lambda zone: counted(zone, "其中", "organizations_visited", 9),
    "another rule": lambda zone: record_rules(zone, value=1),
    "a document": make_document,
}


@pytest.fixture
def viewer(cast):
    return cast.leader


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_kept_by_parts_is_what_the_facts_say(ledger, viewer, change):
    assert kept(ledger, viewer) == plainly(ledger, viewer)
    # So that the questions about single subjects are in words, before what is asked about.
    make_step(project(ledger, 1), "registered", date(2024, 5, 1))
    assert kept(ledger, viewer) == plainly(ledger, viewer)
    CHANGES[change](ledger)
    assert kept(ledger, viewer) == plainly(ledger, viewer)


@pytest.mark.parametrize("zone", [2, 512], indirect=True)
def test_one_change_after_another_is_seen(ledger, viewer):
    for change in CHANGES.values():
        change(ledger)
        kept(ledger, viewer)
    assert kept(ledger, viewer) == plainly(ledger, viewer)


def marks(zone):
    return {row.part: row.mark for row in PartRevision.objects.filter(zone=zone)}


def renewed(zone, change):
    before = marks(zone)
    change()
    return {part for part, mark in marks(zone).items() if before.get(part) != mark}


def test_a_change_renews_the_parts_of_what_it_is_about(ledger):
    of_project = f"projects.project:{project(ledger).pk}"
    whole, part, visit = (engagement(ledger, title).pk for title in ("合计", "其中", "拜访"))
    in_whole = {f"engagements.engagement:{pk}" for pk in (whole, part, visit)}

    assert renewed(ledger, lambda: make_step(project(ledger), "started")) == {of_project}
    assert renewed(ledger, lambda: moved(ledger, "合计", date(2024, 10, 1))) == in_whole
    assert renewed(ledger, lambda: record_rules(ledger, value=1)) == {revision.COMMON}


def test_what_no_number_hangs_on_renews_no_part(ledger):
    @transaction.atomic
    def told(row):
        record(None, "add", row)

    for make in (make_document, make_organization):
        row = make(ledger)
        assert renewed(ledger, lambda row=row: told(row)) == set()


def test_only_the_changed_part_is_read_anew(ledger, viewer):
    scope = Scope(
        ledger,
        localdate(),
        now(),
        Period(date(2024, 1, 1), date(2024, 12, 31)),
        viewer=viewer,
        knows_all=True,
    )
    with kept_readings(ledger):
        read("projects.signed", scope)
    step = EngagementStep.objects.filter(engagement__title="合计").get()
    services.set_when(step.engagement, Span(date(2024, 9, 1), date(2024, 9, 1)), StepKind.HELD, actor=None)
    with kept_readings(ledger), CaptureQueriesContext(connection) as queries:
        read("projects.signed", scope)
    assert not [query for query in queries if "projects_projectstep" in query["sql"]]

    make_step(project(ledger), "started", date(2024, 9, 1))
    with kept_readings(ledger), CaptureQueriesContext(connection) as queries:
        read("projects.signed", scope)
    (asked,) = [query["sql"] for query in queries if "projects_projectstep" in query["sql"]]
    assert f'"project_id" IN ({project(ledger).pk}, ' in asked
    assert not [other for other in (1, 2, 3) if f", {project(ledger, other).pk}, " in asked]


def test_a_zone_without_a_mark_of_everything_keeps_no_parts(ledger, viewer):
    PartRevision.objects.filter(zone=ledger).delete()
    assert kept(ledger, viewer) == plainly(ledger, viewer)
    make_step(project(ledger), "started", date(2024, 9, 1))
    assert kept(ledger, viewer) == plainly(ledger, viewer)
