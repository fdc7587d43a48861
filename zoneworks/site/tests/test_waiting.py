"""What waits for recognition: who sees which facts, when one leaves the list, and what the page costs."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.accounts.models import Unit
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep
from zoneworks.kit import recording
from zoneworks.organizations.models import OrganizationFigure, OrganizationStep
from zoneworks.people.models import PostFact
from zoneworks.site.tests.conftest import (
    at,
    make_engagement,
    make_figure,
    make_organization,
    make_person,
    make_project,
    make_step,
)

pytestmark = pytest.mark.django_db
PAGE = "/north/boards/waiting/"
DAY = date(2024, 3, 5)


def told(client, query=""):
    return [(row["what"], row["subject"]) for row in client.get(f"{PAGE}{query}").context["rows"]]


def counts(client, query=""):
    kinds = client.get(f"{PAGE}{query}").context["kinds"]
    return {kind["url"].rsplit("=", 1)[1]: kind["count"] for kind in kinds}


@pytest.fixture
def projects(zone, cast):
    mine = make_project(zone, name="甲项目", officer=cast.alice)
    other = make_project(zone, name="乙项目", officer=cast.bob)
    make_step(mine, "signed", recorded_at=at(2024, 3, 9))
    make_step(other, "in_talks", recorded_at=at(2024, 3, 7))
    make_step(other, "signed", asserted_by="press")
    return mine, other


def test_a_verifier_sees_all_that_waits_and_an_officer_what_is_told_of_the_own_projects(
    client, cast, projects
):
    client.force_login(cast.verifier)
    assert told(client) == [("in talks", "乙项目"), ("signed", "甲项目")]
    assert "asserted_by=zone" in client.get(PAGE).content.decode()
    client.force_login(cast.alice)
    page = client.get(PAGE)
    assert [row["subject"] for row in page.context["rows"]] == ["甲项目"]
    assert "asserted_by=zone" not in page.content.decode()
    assert f'href="{PAGE}"' in client.get("/north/boards/officer/").content.decode()


def test_a_verifier_starts_at_what_waits(client, cast, projects):
    client.force_login(cast.verifier)
    assert client.get("/", follow=True).redirect_chain[-1][0] == PAGE
    client.force_login(cast.leader)
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/north/boards/leader/"


@pytest.fixture
def of_two_units(zone, cast, team):
    """What Alice keeps, what a colleague of her team keeps, and what another team does."""
    other = Unit.objects.exclude(pk=team.pk).get(zone=zone)
    mine = make_project(zone, name="甲项目", officer=cast.alice, unit=team)
    ours = make_project(zone, name="乙项目", unit=team)
    theirs = make_project(zone, name="丙项目", unit=other)
    for project in (mine, ours, theirs):
        make_step(project, "signed")
    make_engagement(zone, title="我的接待", host=cast.alice)
    make_engagement(zone, title="本队接待", unit=team)
    make_engagement(zone, title="别队接待", unit=other)
    firm = make_organization(zone, name="某公司")
    shared = {"zone": zone, "organization": firm, "earliest": DAY, "latest": DAY}
    recording.add(OrganizationStep(**shared, kind="high_tech"), actor=cast.alice)


def subjects(client, query=""):
    """Return what is told of, of every kind that waits."""
    kinds = client.get(f"{PAGE}{query}").context["kinds"]
    return {
        subject
        for kind in kinds
        if kind["count"]
        for _what, subject in told(client, kind["url"][len(PAGE) :])
    }


def test_an_officer_turns_from_the_own_reports_to_those_of_the_unit_and_the_board_counts_both(
    client, cast, of_two_units
):
    client.force_login(cast.alice)
    mine, unit = {"甲项目", "我的接待", "某公司"}, {"乙项目", "本队接待"}
    assert subjects(client) == subjects(client, "?whose=mine") == mine
    assert subjects(client, "?whose=unit") == mine | unit
    board = client.get("/north/boards/officer/")
    counted = {one["key"]: one for one in board.context["waiting"]}
    assert {key: one["count"] for key, one in counted.items()} == {"mine": 3, "unit": 5}
    for key, one in counted.items():
        assert f'href="{one["url"]}"' in board.content.decode()
        page = client.get(one["url"])
        assert page.context["whose"].key == key
        assert sum(kind["count"] for kind in page.context["kinds"]) == one["count"]
    assert subjects(client, "?whose=zone") == mine


def test_what_was_held_waits_and_what_is_planned_does_not(client, cast, zone):
    make_engagement(zone, title="签约仪式", kind="signing")
    planned = Engagement.objects.create(zone=zone, kind="signing", title="计划中的签约")
    recording.add(
        EngagementStep(zone=zone, engagement=planned, kind="planned", earliest=DAY, latest=DAY), actor=None
    )
    client.force_login(cast.verifier)
    assert told(client) == [("held", "签约仪式")]


def test_what_was_recognized_waits_no_longer_but_did_before(client, cast, projects):
    make_step(projects[0], "signed", asserted_by="zone", recorded_at=at(2024, 6, 1))
    client.force_login(cast.verifier)
    assert told(client) == [("in talks", "乙项目")]
    assert told(client, "?known_at=2024-04-01") == [("in talks", "乙项目"), ("signed", "甲项目")]
    assert "asserted_by=zone" not in client.get(f"{PAGE}?known_at=2024-04-01").content.decode()


def facts_of_every_kind(zone, cast):
    project = make_project(zone, name="甲项目")
    firm = make_organization(zone, name="某公司")
    make_step(project, "signed")
    make_figure(project, value=2 * 10**9, wording="近20亿元", qualifier="near")
    shared = {"zone": zone, "organization": firm, "earliest": DAY, "latest": DAY}
    recording.add(OrganizationStep(**shared, kind="high_tech"), actor=cast.alice)
    staff = OrganizationFigure(**shared, kind="staff", value=500, unit="persons")
    recording.add(staff, actor=cast.alice)
    make_person(zone)
    held = make_engagement(zone)
    recording.add(
        EngagementFigure(
            zone=zone, engagement=held, kind="visitors", value=12, unit="persons", earliest=DAY, latest=DAY
        ),
        actor=cast.alice,
    )


def test_each_kind_of_fact_is_recognized_by_the_form_that_its_line_opens(client, cast, zone):
    facts_of_every_kind(zone, cast)
    client.force_login(cast.verifier)
    waits = counts(client)
    assert {kind: count for kind, count in waits.items() if count} == {
        "project-steps": 1,
        "project-figures": 1,
        "organization-steps": 1,
        "organization-figures": 1,
        "posts": 1,
        "engagement-step": 1,
        "engagement-figure": 1,
    }
    for kind, count in waits.items():
        for row in client.get(f"{PAGE}?kind={kind}").context["rows"][:count]:
            form = client.get(unescape(row["recognize_url"])).context["form"]
            said = {name: form[name].value() for name in form.fields}
            typed = {name: value for name, value in said.items() if value}
            done = client.post(row["recognize_url"], typed)
            assert done.status_code == 302, (kind, done.context["form"].errors)
    assert set(counts(client).values()) == {0}
    assert "Nothing waits here" in client.get(PAGE).content.decode()
    assert PostFact.objects.filter(asserted_by="zone").count() == 1


@pytest.mark.parametrize(("who", "most"), [("verifier", 18), ("alice", 18)])
def test_more_that_waits_costs_no_more_queries(client, cast, zone, who, most):
    client.force_login(getattr(cast, who))
    costs = []
    for extra in (3, 20):
        for _ in range(extra):
            make_step(make_project(zone, officer=cast.alice), "signed", actor=cast.alice)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= most
