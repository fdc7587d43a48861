"""The history of a row: what was done to it and to the facts about it, newest first, a page at a time."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from zoneworks.accounts.walls import NO_ROW
from zoneworks.kit import recording
from zoneworks.kit.audit import record
from zoneworks.kit.faces import copied
from zoneworks.organizations.models import OrganizationStep
from zoneworks.projects.faces import ProjectStepFace
from zoneworks.projects.models import ProjectStep
from zoneworks.site.tests.conftest import (
    make_claim,
    make_engagement,
    make_figure,
    make_organization,
    make_person,
    make_project,
    make_step,
)

pytestmark = pytest.mark.django_db


def told(page):
    """Return what was done, and to which fact, line by line."""
    return [
        (line["verb_label"], line["label"] if line.get("url") else "") for line in page.context["changes"]
    ]


@pytest.fixture
def project(zone, cast):
    """A project whose step was corrected and recognized, and whose figure was withdrawn; another one beside it."""
    project = make_project(zone, name="甲项目")
    step = make_step(project, actor=cast.alice)
    figure = make_figure(project)
    later = copied(step)
    later.earliest = later.latest = date(2024, 3, 8)
    recording.correct(step, later, actor=cast.alice)
    make_step(project, day=date(2024, 3, 8), asserted_by="zone", actor=cast.verifier)
    recording.withdraw(figure, reason="笔误", actor=cast.alice)
    make_step(make_project(zone, name="别的项目"), kind="in_talks")
    with transaction.atomic():
        record(cast.alice, "change", project, before={"site": ""}, after={"site": "东区"})
    return project


def test_amounts_are_told_with_their_units(client, cast, zone):
    project = make_project(zone, name="甲项目")
    figure = make_figure(project, value=300_000_000)
    later = copied(figure)
    later.value = 320_000_000
    recording.correct(figure, later, actor=cast.alice)
    client.force_login(cast.auditor)
    for page in (f"/north/projects/{project.pk}/history/", "/north/trail/"):
        shown = client.get(page).content.decode()
        assert "<del>CNY 300 million</del>" in shown
        assert "<ins>CNY 320 million</ins>" in shown
        assert "300000000" not in shown


def test_a_printed_number_is_told_in_the_unit_that_it_had_then(client, cast, zone):
    claim = make_claim(zone, value=300_000_000, unit="CNY")
    for before, after in (
        ({"value": "300000000"}, {"value": "320000000"}),
        ({"value": "320000000", "unit": "CNY"}, {"value": "7", "unit": "items"}),
        ({"value": "7"}, {"value": "8"}),
    ):
        for name, value in after.items():
            setattr(claim, name, value)
        claim.save()
        with transaction.atomic():
            record(cast.alice, "change", claim, before=before, after=after)
    client.force_login(cast.auditor)

    for page in (f"/north/claims/{claim.pk}/history/", "/north/trail/"):
        shown = client.get(page).context["changes"]
        values = [
            (field["before"], field["after"])
            for line in shown
            for field in line["fields"]
            if field["label"] == "value"
        ]
        assert values == [
            ("7 items", "8 items"),
            ("CNY 320 million", "7 items"),
            ("CNY 300 million", "CNY 320 million"),
        ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_tells_what_was_done_to_the_row_and_to_its_facts(client, cast, project, language):
    client.cookies["django_language"] = language
    client.force_login(cast.alice)
    page = client.get(f"/north/projects/{project.pk}/history/")

    signed, total = {"en": ("signed", "planned total investment"), "zh-hans": ("正式签约", "计划总投资")}[
        language
    ]
    assert [label for _verb, label in told(page)] == ["", total, signed, signed, total, signed]
    text = page.content.decode()
    if language == "en":
        assert [verb for verb, _label in told(page)] == [
            "changed",
            "withdrew a fact",
            "recognized a fact",
            "corrected a fact",
            "recorded a fact",
            "recorded a fact",
        ]
        assert "<del>2024-03-05</del>" in text and "<ins>2024-03-08</ins>" in text
    first = page.context["changes"][-1]["url"]
    assert first == ProjectStepFace.url_of(project.steps.order_by("pk").first())
    assert f'<a href="{first}">{signed}</a>' in text
    assert "别的项目" not in text and "planned_total" not in text


def test_it_ends_at_the_instant_that_is_asked_for(client, cast, project):
    before = now().isoformat().replace("+", "%2B")
    make_step(project, kind="in_production", day=date(2024, 6, 1))
    client.force_login(cast.alice)
    address = f"/north/projects/{project.pk}/history/"

    assert len(told(client.get(address))) == 7
    page = client.get(f"{address}?known_at={before}")
    assert len(told(page)) == 6
    assert "/?known_at=" in page.context["changes"][-1]["url"]


def test_what_the_policy_of_a_fact_hides_is_not_told(client, cast, project, call, monkeypatch):
    client.force_login(cast.alice)
    monkeypatch.setattr(type(ProjectStep.policy), "scope", lambda self, user, verb: NO_ROW)

    assert told(client.get(f"/north/projects/{project.pk}/history/")) == [("changed", "")]
    assert [
        line["fact"] for line in call(cast.alice).get(f"projects/{project.pk}/history").json()["results"]
    ] == [None]


def test_fields_that_the_page_hides_are_not_told(client, cast, project, call, monkeypatch):
    from zoneworks.projects.ledger import ProjectLedger

    monkeypatch.setattr(ProjectLedger, "hidden_facts", lambda self, row: frozenset({"site"}))
    client.force_login(cast.alice)

    assert "东区" not in client.get(f"/north/projects/{project.pk}/history/").content.decode()
    told_by_api = call(cast.alice).get(f"projects/{project.pk}/history").json()["results"]
    assert all(line["field"] != "site" for each in told_by_api for line in each["fields"])


@pytest.mark.parametrize(
    ("who", "status"),
    [("leader", 200), ("auditor", 200), ("enterprise", 404), ("charlie", 404), ("dora", 404)],
)
def test_it_is_for_the_staff_of_the_zone(client, cast, project, who, status):
    client.force_login(getattr(cast, who))

    assert client.get(f"/north/projects/{project.pk}/history/").status_code == status


def test_organizations_engagements_and_people_tell_their_facts_too(client, cast, zone):
    organization = make_organization(zone)
    day = date(2024, 1, 1)
    recording.add(
        OrganizationStep(zone=zone, organization=organization, kind="high_tech", earliest=day, latest=day),
        actor=cast.alice,
    )
    client.force_login(cast.alice)
    for slug, row, label in (
        ("organizations", organization, "high-tech enterprise"),
        ("engagements", make_engagement(zone), "held"),
        ("people", make_person(zone), "局长"),
    ):
        assert told(client.get(f"/north/{slug}/{row.pk}/history/")) == [("recorded a fact", label)]


def test_it_is_paged_and_a_longer_one_costs_no_more_queries(client, cast, zone):
    project = make_project(zone)
    client.force_login(cast.alice)
    address = f"/north/projects/{project.pk}/history/"
    client.get(address)  # what is kept between requests is kept now
    costs = []
    for number in (2, 118):
        for day in range(number):
            make_step(project, day=date(2024, 1 + day % 12, 1 + day // 12), actor=cast.alice)
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert "?page=3" in page.content.decode()
    seen = [
        line["url"]
        for number in (1, 2, 3)
        for line in client.get(f"{address}?page={number}").context["changes"]
    ]
    assert len(seen) == len(set(seen)) == 120
    assert seen[0].endswith(f"/{max(project.steps.values_list('pk', flat=True))}/")


def test_the_api_tells_the_facts_as_well(cast, project, call):
    lines = call(cast.alice).get(f"projects/{project.pk}/history").json()["results"]

    assert [line["did"] for line in lines] == [
        "change",
        "withdraw",
        "recognize",
        "correct",
        "record",
        "record",
    ]
    assert lines[0]["fact"] is None
    assert (lines[2]["fact"]["kind"], lines[2]["fact"]["label"]) == ("project-steps", "signed")
    assert lines[2]["fact"]["href"].endswith(f"/facts/project-steps/{lines[2]['fact']['id']}")


def test_the_api_tells_an_amount_as_a_number_whether_or_not_its_unit_changed_too(cast, zone, call):
    project = make_project(zone, name="甲项目")
    figure = make_figure(project, value=300_000_000)
    for value, unit in ((320_000_000, "CNY"), (50_000_000, "USD")):
        later = copied(figure)
        later.value, later.unit = value, unit
        figure = recording.correct(figure, later, actor=cast.alice)

    lines = call(cast.auditor).get(f"projects/{project.pk}/history").json()["results"]
    corrected = [line for line in lines if line["did"] == "correct"]
    values = [
        [float(field[side]) for side in ("before", "after")]
        for line in corrected
        for field in line["fields"]
        if field["field"] == "value"
    ]
    assert values == [[320_000_000, 50_000_000], [300_000_000, 320_000_000]]
