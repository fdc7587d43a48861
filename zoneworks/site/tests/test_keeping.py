"""A kept reading is the plain one: after every kind of change, for every measure, within the same walls."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from zoneworks.accounts.models import Membership
from zoneworks.accounts.roles import Role
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, EngagementStep, StepKind
from zoneworks.kit import recording
from zoneworks.kit.audit import record
from zoneworks.kit.faces import copied
from zoneworks.kit.moment import Moment
from zoneworks.kit.revision import forget, mark_of
from zoneworks.kit.tests.tables import rows_of
from zoneworks.measures.keeping import kept_readings
from zoneworks.measures.reading import read, read_plainly
from zoneworks.measures.registry import measures
from zoneworks.measures.scope import Period, Scope
from zoneworks.projects.examining import examine
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.rulebook import rules
from zoneworks.rulebook import services as rulebook
from zoneworks.site.tests.conftest import make_engagement, make_figure, make_project, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(zone, team, cast):
    project = make_project(zone, unit=team, industry="semiconductors")
    make_step(project, "in_talks", date(2024, 1, 3))
    make_step(project, "signed", date(2024, 3, 5))
    make_figure(project, "planned_total", 10**9, day=date(2024, 3, 5))
    make_engagement(zone, "reception", date(2024, 3, 8), unit=team)
    return Scope(
        zone,
        localdate(),
        now(),
        Period(date(2024, 1, 1), date(2024, 12, 31)),
        viewer=cast.leader,
        knows_all=True,
    )


def scoped(measure, scope):
    asked = scope if measure.has_period else scope.over(None)
    if "unit" in measure.dimensions:
        return asked.by("unit")
    return replace(asked, filters={})


def kept(scope):
    with kept_readings(scope.zone):
        return {one.key: plain(read(one, scoped(one, scope))) for one in measures}


def plainly(scope):
    return {one.key: plain(read_plainly(one, scoped(one, scope))) for one in measures}


def plain(reading):
    return reading.value, reading.uncertain, reading.qualifier, reading.subjects, reading.part, reading.groups


def another_step(zone):
    make_step(make_project(zone), "signed", date(2024, 5, 5))


def corrected_figure(zone):
    old = ProjectFigure.objects.filter(zone=zone).earliest("pk")
    new = copied(old)
    new.value = 2 * old.value
    recording.correct(old, new, actor=None)


def withdrawn_step(zone):
    recording.withdraw(
        ProjectStep.objects.filter(zone=zone, kind="signed").earliest("pk"), reason="误录", actor=None
    )


def moved_engagement(zone):
    step = EngagementStep.objects.get(zone=zone)
    services.set_when(
        step.engagement, step.span, StepKind.HELD, actor=None, how_many=services.HowMany(number=7)
    )


def changed_kind(zone):
    row = Engagement.objects.get(zone=zone)
    row.kind = "meeting"
    row.save()
    record(None, "change", row)


def other_rule(zone):
    rulebook.override(zone, "health.talk_yellow_months", actor=None, in_force_from=date(2020, 1, 1), value=1)


CHANGES = [another_step, corrected_figure, withdrawn_step, moved_engagement, changed_kind, other_rule]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_kept_is_what_the_facts_say_after_every_change(scope, change):
    assert kept(scope) == kept(scope) == plainly(scope)
    change(scope.zone)
    assert kept(scope) == plainly(scope)


def standing(zone):
    return examine(Project.objects.filter(zone=zone), Moment.present(), rules(zone, localdate()))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_projects_stand_as_their_facts_say_after_every_change(scope, change):
    standing(scope.zone)
    change(scope.zone)
    after = standing(scope.zone)
    forget()
    assert after == standing(scope.zone)


def renamed_project(zone):
    row = Project.objects.filter(zone=zone).earliest("pk")
    row.name = "另一名称"
    row.save()
    record(None, "change", row)


def renamed_unit(zone):
    row = Project.objects.filter(zone=zone).earliest("pk").unit
    row.name = "招商三局"
    row.save()
    record(None, "change", row)


def renamed_officer(zone):
    row = Project.objects.filter(zone=zone).earliest("pk").officer
    row.full_name = "另一姓名"
    row.save()


@pytest.mark.parametrize(
    "change", [*CHANGES, renamed_project, renamed_unit, renamed_officer], ids=lambda change: change.__name__
)
def test_the_list_says_what_its_rows_say_after_every_change(scope, cast, client, change):
    Project.objects.filter(zone=scope.zone).update(officer=cast.alice)
    client.force_login(cast.leader)
    address = f"/{scope.zone.code}/projects/"

    def rows(query=""):
        return rows_of(client.get(address + query))

    queries = ("", "?columns=name,officer,unit", "?q=" + Project.objects.get(zone=scope.zone).name[:2])
    for query in queries:
        rows(query)
    change(scope.zone)
    after = [rows(query) for query in queries]
    forget()
    assert after == [rows(query) for query in queries]


def test_a_change_of_one_project_leaves_the_rows_of_its_neighbors(scope, cast, client):
    second = make_project(scope.zone, name="邻居项目")
    client.force_login(cast.leader)
    address = f"/{scope.zone.code}/projects/"
    client.get(address)
    make_step(second, "in_talks", date(2024, 2, 2))
    with CaptureQueriesContext(connection) as queries:
        assert "邻居项目" in client.get(address).content.decode()
    asked = [
        set(map(int, keys.split(",")))
        for query in queries
        for keys in re.findall(r'"projects_projectstep"."project_id" IN \(([-0-9, ]+)\)', query["sql"])
    ]
    assert asked
    nobody = -1  # stands in the places of a statement that no key takes
    assert all(keys - {nobody} == {second.pk} for keys in asked)


def test_the_moment_of_one_reader_stays_out_of_the_rows_of_another(scope, cast, client):
    client.force_login(cast.leader)
    address = f"/{scope.zone.code}/projects/"
    today = f"as_of={localdate()}"
    assert f"{today}" in client.get(f"{address}?{today}").content.decode().partition("<tbody")[2]
    assert today not in client.get(address).content.decode().partition("<tbody")[2].partition("</tbody>")[0]
    assert f"{today}" in client.get(f"{address}?{today}").content.decode().partition("<tbody")[2]


@pytest.mark.parametrize("change", [*CHANGES, renamed_project], ids=lambda change: change.__name__)
@pytest.mark.parametrize("part", [1, 128])
def test_an_opened_number_lists_its_rows_after_every_change(scope, cast, client, change, part, monkeypatch):
    monkeypatch.setattr("zoneworks.kit.revision.PART", part)
    for number in range(2):
        without = make_project(scope.zone, name=f"无金额{number}")
        make_step(without, "signed", date(2024, 6, 1 + number), latest=date(2024, 6 + 3 * number, 9))
    make_figure(without, "planned_total", 10**6, unit="USD", day=date(2024, 6, 2))
    client.force_login(cast.leader)

    def listed(key):
        asked = "as_of=2024-12-31&from=2024-01-01&to=2024-08-31"
        context = client.get(f"/{scope.zone.code}/measures/{key}/?{asked}").context
        unstated = context["unstated"] or {}
        lists = {"page": context["page"], "unsure": context["unsure"], "unstated": unstated}
        lists["otherwise"] = unstated.get("otherwise")
        return {
            name: (shown["count"], [(item["subject"], item["url"]) for item in shown["items_shown"]])
            for name, shown in lists.items()
            if shown
        }

    keys = ("projects.signed.planned_total", "projects.signed", "engagements.receptions", "projects.in_hand")
    for key in keys:
        listed(key)
    change(scope.zone)
    after = [listed(key) for key in keys]
    assert any(shown["page"][0] for shown in after)
    forget()
    assert after == [listed(key) for key in keys]


def recognized_step(zone):
    step = ProjectStep.objects.filter(zone=zone, kind="signed").earliest("pk")
    again = copied(step)
    again.asserted_by = "zone"
    recording.add(again, actor=None)


@pytest.mark.parametrize("change", [*CHANGES, recognized_step], ids=lambda change: change.__name__)
@pytest.mark.parametrize("part", [1, 512])
def test_what_waits_is_counted_after_every_change(scope, cast, client, change, part, monkeypatch):
    monkeypatch.setattr("zoneworks.kit.revision.PART", part)
    make_step(make_project(scope.zone), "registered", date(2024, 3, 5))
    client.force_login(cast.verifier)

    def waits():
        kinds = client.get(f"/{scope.zone.code}/boards/waiting/").context["kinds"]
        return {kind["label"]: kind["count"] for kind in kinds}

    before = waits()
    change(scope.zone)
    after = waits()
    forget()
    assert after == waits()
    if change is recognized_step:
        assert sum(after.values()) == sum(before.values()) - 1


def test_of_more_projects_than_a_page_shows_nothing_is_kept(scope, monkeypatch):
    make_step(make_project(scope.zone), "in_talks", date(2024, 2, 2))
    monkeypatch.setattr("zoneworks.kit.revision.MANY", 1)
    first = standing(scope.zone)
    with CaptureQueriesContext(connection) as queries:
        assert standing(scope.zone) == first
    assert [query for query in queries if "projectstep" in query["sql"]]


def test_the_facts_of_projects_are_read_once(scope):
    standing(scope.zone)
    with CaptureQueriesContext(connection) as queries:
        standing(scope.zone)
    assert not [
        query for query in queries if "projectstep" in query["sql"] or "projectfigure" in query["sql"]
    ]


def test_what_is_kept_costs_no_reading(scope):
    kept(scope)
    with CaptureQueriesContext(connection) as queries:
        kept(scope)
    assert not [query for query in queries if "projects_projectstep" in query["sql"]]


def test_a_kept_reading_opens_into_its_rows(scope):
    kept(scope)
    with kept_readings(scope.zone):
        reading = read("projects.signed", scope)
    assert reading.scope == scope
    assert [row.project.zone for row in reading.rows] == [scope.zone]


def test_walls_days_and_instants_are_kept_apart(scope, cast, other_zone):
    kept(scope)
    stranger = cast.charlie
    for other in (
        replace(scope, viewer=stranger),
        replace(scope, as_of=date(2024, 2, 1)),
        replace(scope, knows_all=False, known_at=now().replace(year=2020)),
        replace(scope, basis="zone"),
        replace(scope, filters={"unit": ""}),
    ):
        assert kept(other) == plainly(other)


def test_a_seat_that_ended_ends_what_was_seen(scope, cast):
    kept(scope)
    Membership.objects.filter(user=cast.leader).update(role=Role.ENTERPRISE)
    seen = replace(scope, viewer=type(cast.leader).objects.get(pk=cast.leader.pk))
    assert kept(seen) == plainly(seen)


def test_a_mark_changes_with_every_record_and_never_comes_back(scope):
    marks = []
    for number in range(5):
        marks.append(mark_of(scope.zone))
        make_project(scope.zone)
        make_step(make_project(scope.zone), "in_talks", date(2024, 1, 1 + number))
    assert len(set(marks)) == 5
