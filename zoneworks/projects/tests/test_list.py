"""The list of projects: the same for any moment, flat, and walled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from zoneworks.accounts.models import Unit
from zoneworks.kit import recording
from zoneworks.kit.lists import PAGE_SIZE
from zoneworks.kit.tests.tables import by_column, names_of, rows_of
from zoneworks.projects.models import Project
from zoneworks.projects.tests.conftest import make_figure, make_project, make_step

pytestmark = pytest.mark.django_db


def cell(response, name, key):
    row = next(row for row in rows_of(response) if row.cells[0].text == name)
    return by_column(response, row)[key]


def test_the_list_shows_stage_amounts_and_light(alice, project):
    make_step(project, "signed", "2022-03-25")
    make_figure(project, "planned_total", 24_000_000_000, qualifier="near")
    make_figure(project, "equipment", 140_000_000, unit="USD", qualifier="at_least")

    page = alice.get("/north/projects/")

    assert cell(page, "硅片项目", "stage").text == "signed"
    assert cell(page, "硅片项目", "planned_total").text == "just under CNY 24 billion"
    assert cell(page, "硅片项目", "equipment").text == "at least USD 140 million"
    assert cell(page, "硅片项目", "industry").text == "semiconductors"
    light = cell(page, "硅片项目", "light")
    assert (light.tone, light.text) == ("red", "signed, not started")
    assert "2022-03-25" in light.title


def test_a_past_day_shows_and_filters_what_stood_then(alice, project):
    make_step(project, "in_talks", "2024-01-10")
    make_step(project, "signed", "2024-03-05")
    make_step(project, "started", "2024-06-01")
    make_figure(project, "planned_total", 100_000_000, "2024-03-05")
    make_figure(project, "planned_total", 300_000_000, "2024-06-01")

    then = alice.get("/north/projects/?as_of=2024-04-01")
    assert cell(then, "硅片项目", "stage").text == "signed"
    assert cell(then, "硅片项目", "stage_since").text == "2024-03-05"
    assert cell(then, "硅片项目", "planned_total").text == "CNY 100 million"
    assert names_of(alice.get("/north/projects/?as_of=2024-04-01&stage=signed")) == ["硅片项目"]
    assert names_of(alice.get("/north/projects/?as_of=2024-04-01&stage=started")) == []
    assert names_of(alice.get("/north/projects/?as_of=2024-04-01&total_from=2亿元")) == []
    assert names_of(alice.get("/north/projects/?stage=started&total_from=2亿元")) == ["硅片项目"]
    assert names_of(alice.get("/north/projects/?stage=signed")) == []


def test_as_known_at_an_earlier_moment_later_papers_are_absent(alice, project):
    Project.objects.update(created_at="2024-03-01T00:00:00Z")
    make_step(project, "signed", "2024-03-05", at="2024-03-06 09:00")
    make_step(project, "started", "2024-03-20", at="2024-05-01 09:00")
    later = make_project(project.zone, "后来的项目")

    known_in_april = alice.get("/north/projects/?as_of=2024-04-30&known_at=2024-04-30")
    assert names_of(known_in_april) == ["硅片项目"]
    assert cell(known_in_april, "硅片项目", "stage").text == "signed"
    known_now = alice.get("/north/projects/?as_of=2024-04-30")
    assert cell(known_now, "硅片项目", "stage").text == "started"
    assert later.name not in names_of(known_now)


def test_a_row_that_nobody_had_heard_of_is_absent_on_a_past_day(alice, project):
    make_step(project, "signed", "2024-03-05")
    assert names_of(alice.get("/north/projects/?as_of=2024-03-04")) == []
    assert names_of(alice.get("/north/projects/?as_of=2024-03-05")) == ["硅片项目"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("set=in_hand", ["甲", "乙"]),
        ("set=talks", ["乙"]),
        ("stage=signed&stage=shelved", ["丙", "甲"]),
        ("total_from=1亿元&total_to=2亿元", ["甲"]),
        ("total_from=5000万元", ["甲"]),
        ("due_before=2024-07-01", ["乙"]),
        ("industry=semiconductors", ["甲"]),
        ("size_class=equipment_50m", ["甲"]),
        ("light=red", ["甲"]),
        ("light=signed_not_started", ["甲"]),
        ("light=green", ["乙"]),
        ("q=jia", ["甲"]),
    ],
)
def test_filters(alice, zone, query, found):
    today = localdate()
    one = make_project(zone, "甲", industry="semiconductors")
    two = make_project(zone, "乙", next_due=date(2024, 6, 30))
    three = make_project(zone, "丙")
    make_step(one, "signed", today - timedelta(days=800))
    make_figure(one, "planned_total", 150_000_000, today - timedelta(days=800))
    make_figure(one, "equipment", 60_000_000, today - timedelta(days=800))
    make_step(two, "in_talks", today - timedelta(days=3))
    make_figure(two, "equipment", 60_000_000, today - timedelta(days=3))
    make_step(three, "signed", today - timedelta(days=900))
    make_step(three, "shelved", today - timedelta(days=600))
    page = alice.get(f"/north/projects/?{query}")

    assert sorted(names_of(page)) == sorted(found), page.context["filter_form"].errors


def test_a_sum_that_cannot_be_read_keeps_the_input_and_names_the_field(alice, project):
    page = alice.get("/north/projects/?total_from=5万㎡").content.decode()
    assert "5万㎡" in page and "Write a sum in yuan" in page
    page = alice.get("/north/projects/?total_from=很多钱").content.decode()
    assert "很多钱" in page and "no number" in page


@pytest.mark.parametrize(
    "query", ["", "?as_of=2024-06-30&known_at=2030-01-01", "?light=red", "?sort=-planned_total"]
)
def test_a_longer_list_costs_no_more_queries(alice, zone, query):
    costs = []
    for extra in (2, 20):
        for number in range(extra):
            made = make_project(zone, next_action="打电话")
            make_step(made, "signed", "2022-03-05")
            make_figure(made, "planned_total", 100 + number, "2022-03-05")
        alice.get(f"/north/projects/{query}")  # what is looked up once is looked up now
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(f"/north/projects/{query}").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_sorting_by_what_is_derived_holds_at_a_past_moment(alice, zone):
    for number, days in enumerate(("2024-01-10", "2024-02-10", "2024-03-10")):
        made = make_project(zone, f"项目{'甲乙丙'[number]}")
        make_step(made, "signed", days)
        make_figure(made, "planned_total", 100 * (3 - number), days)
    make_step(Project.objects.get(name="项目甲"), "started", "2024-06-01")

    assert names_of(alice.get("/north/projects/?as_of=2024-04-01")) == ["项目丙", "项目乙", "项目甲"]
    assert names_of(alice.get("/north/projects/")) == ["项目甲", "项目丙", "项目乙"]
    assert names_of(alice.get("/north/projects/?as_of=2024-04-01&sort=planned_total")) == [
        "项目丙",
        "项目乙",
        "项目甲",
    ]
    assert names_of(alice.get("/north/projects/?as_of=2024-02-20&sort=-planned_total")) == [
        "项目甲",
        "项目乙",
    ]


def test_the_export_reads_the_same_moment(client, cast, project):
    client.force_login(cast.leader)
    make_step(project, "signed", "2024-03-05")
    make_step(project, "started", "2024-06-01")
    rows = b"".join(
        client.get("/north/projects/export.csv?as_of=2024-04-01&stage=signed").streaming_content
    ).decode()
    assert "硅片项目,signed,2024-03-05" in rows


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("dora", 404), ("bob", 200), ("auditor", 200)])
def test_the_list_ends_at_the_wall(client, cast, project, who, status):
    client.force_login(getattr(cast, who))
    assert client.get("/north/projects/").status_code == status


def test_bulk_edit_changes_chosen_rows(client, cast, zone, team):
    client.force_login(cast.administrator)
    rows = [make_project(zone) for _number in range(3)]
    posted = {
        "pk": [row.pk for row in rows],
        "save": "1",
        "change": ["unit", "industry", "next_due"],
        "unit": team.pk,
        "industry": "semiconductors",
        "next_due": "2024-07-01",
    }
    assert client.post("/north/projects/bulk/", posted).status_code == 302
    stored = set(Project.objects.values_list("unit", "industry", "next_due"))
    assert stored == {(team.pk, "semiconductors", date(2024, 7, 1))}


def test_rows_that_one_may_not_change_cannot_be_picked_and_cost_no_query_each(client, cast, zone, team):
    other = Unit.objects.exclude(pk=team.pk).get(zone=zone)
    make_project(zone, "本队项目", unit=team)
    closed = make_project(zone, "别队项目", unit=other)
    client.force_login(cast.alice)
    costs = []
    for extra in (2, 20):
        for number in range(extra):
            make_project(zone, f"项目{extra}-{number}", unit=(team, other)[number % 2])
        client.get("/north/projects/")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/north/projects/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
    shut = {row.cells[0].text for row in rows_of(page) if not row.can_be_picked}
    assert "别队项目" in shut
    assert "本队项目" not in shut
    text = page.content.decode()
    assert f'name="pk" value="{closed.pk}"' not in text
    assert "You may not change this row" in text
    answer = client.post("/north/projects/bulk/", {"pk": [closed.pk]})
    assert answer.status_code == 422
    assert "You may not change" in answer.content.decode()


def test_where_no_row_may_be_changed_nothing_is_offered_to_be_picked(client, cast, zone, team):
    make_project(zone, "别队项目", unit=Unit.objects.exclude(pk=team.pk).get(zone=zone))
    client.force_login(cast.alice)
    page = client.get("/north/projects/")
    assert not page.context["can_bulk"]
    assert "col-check" not in page.content.decode()


@pytest.mark.parametrize("query", ["", "&light=red", "&light=green", "&stage=signed", "&sort=planned_total"])
def test_a_past_day_lists_what_it_lists_as_known_at_this_instant(alice, zone, query):
    """With everything known the facts are read by a cheaper way; both lists are one."""
    for number in range(6):
        one = make_project(zone, name=f"项目{number}")
        signed = make_step(one, "signed", f"202{number % 3 + 1}-03-05")
        if number % 2:
            make_step(one, "started", "2024-01-05")
            make_figure(one, "planned_total", 10**8 * number, "2023-03-05")
            make_figure(one, "arrived_money", 10**7, "2024-02-01", nature="actual")
        if number == 4:
            recording.withdraw(signed, reason="重复", actor=None)

    day = "/north/projects/?as_of=2024-09-30"
    listed = names_of(alice.get(f"{day}{query}"))
    assert listed == names_of(alice.get(f"{day}&known_at={localdate() + timedelta(days=1)}{query}"))
    assert listed or query == "&light=green"


def test_the_order_of_a_past_day_is_found_once_for_all_its_pages(alice, zone):
    for number in range(PAGE_SIZE + 2):
        make_step(make_project(zone, name=f"项目{number:02}"), "signed", "2024-03-05")

    def ordering(page):
        with CaptureQueriesContext(connection) as queries:
            assert len(names_of(alice.get(f"/north/projects/?as_of=2024-09-30&page={page}"))) > 0
        return [
            query
            for query in queries
            if "ORDER BY" in query["sql"] and '"projects_project"."id" AS "pk"' in query["sql"]
        ]

    assert len(ordering(1)) == 1
    assert ordering(2) == []


def test_every_light_and_test_that_the_list_offers_can_be_asked_for(alice, project):
    offered = alice.get("/north/projects/").context["filter_form"].fields["light"].choices
    keys = [key for _group, some in offered if isinstance(some, list | tuple) for key, _label in some]
    assert "talk_red" in keys
    for key in keys:
        assert alice.get(f"/north/projects/?light={key}").status_code == 200
