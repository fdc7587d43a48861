"""Measures over HTTP: the very numbers of the command line, with the facts behind them; wrong questions are named."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.measures.registry import measures
from zoneworks.site.tests.conftest import make_figure, make_project, make_step
from zoneworks.site.tests.test_every_measure import year as year  # a zone with a year of work

pytestmark = pytest.mark.django_db
MEASURES = [pytest.param(one, id=one.key) for one in measures]
PERIOD = {"from": "2023-01-01", "to": "2024-12-31"}


def query_for(measure, **more):
    return {"as_of": "2024-12-31", **(PERIOD if measure.has_period else {}), **more}


def commanded(capsys, measure, **query):
    """Return what the command line says of the same question."""
    options = [f"--{name.replace('_', '-')}={value}" for name, value in query.items()]
    call_command("measure", measure.key, "--zone=north", "--json", *options)
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_number_is_that_of_the_command_with_every_grouping_and_row(cast, year, call, capsys, measure):
    caller = call(cast.leader)
    for by in (None, *measure.dimensions):
        query = query_for(measure, **({"by": by} if by else {}))
        response = caller.get(f"measures/{measure.key}", query)
        assert response.status_code == 200, response.content
        told, said = response.json(), commanded(capsys, measure, **query)
        same = set(said) - {"rows", "known_at", "label", "groups"}
        assert {name: told[name] for name in same} == {name: said[name] for name in same}
        assert sorted(told["groups"], key=str) == sorted(said["groups"], key=str)
        assert told["known_at"] is None
    for which in ("counted", "uncertain"):
        assert every_row(caller, told["rows"][which]) == said["rows"][which]


def every_row(caller, address):
    """Return the numbers of the facts at `address` and on every page behind it, two a page."""
    found, address = [], f"{address}&limit=2"
    while address:
        page = caller.get(address).json()
        found += [fact["id"] for fact in page["results"]]
        address = page["next"]
    return found


def test_the_list_names_every_measure_with_its_definition(cast, zone, call, capsys):
    told = call(cast.alice).get("measures").json()["results"]
    call_command("measure", "--list", "--json")
    said = json.loads(capsys.readouterr().out)
    for one, same in zip(told, said, strict=True):
        assert {name: one[name] for name in ("key", "unit", "definition", "has_period")} == {
            name: same[name] for name in ("key", "unit", "definition", "has_period")
        }
        assert [dimension["key"] for dimension in one["dimensions"]] == same["dimensions"]
        assert all(dimension["label"].isascii() for dimension in one["dimensions"])
        assert one["href"] == f"/north/api/v1/measures/{one['key']}"
    signed = next(one for one in told if one["key"] == "projects.signed.planned_total")
    assert signed["label"] == "signed projects · planned total investment"
    assert signed["page"].startswith("/north/measures/projects.signed.planned_total/?as_of=")
    assert call(cast.alice).get("").json()["measures"] == "/north/api/v1/measures"


def test_a_number_opens_into_its_facts_and_its_page(client, cast, year, call):
    caller = call(cast.leader)
    told = caller.get("measures/projects.signed", query_for(measures["projects.signed"])).json()
    assert (told["value"], told["uncertain"], told["unit"], told["qualifier"]) == (3, 1, "items", "exact")
    assert told["says"] == "3"
    assert told["rows"]["of"] == "project-steps"
    facts = caller.get(told["rows"]["counted"]).json()["results"]
    assert {fact["values"]["kind"] for fact in facts} == {"signed"}
    assert caller.get(facts[0]["href"]).json()["id"] == facts[0]["id"]
    client.force_login(cast.leader)
    page = client.get(told["page"])
    assert page.status_code == 200
    assert page.context["reading"].value == 3


def test_a_sum_says_its_qualifier_and_on_how_many_records_it_rests(cast, zone, call):
    for value, qualifier in ((10**9, "near"), (2 * 10**9, "exact")):
        project = make_project(zone)
        make_step(project, "signed", date(2024, 3, 5))
        make_figure(project, value=value, qualifier=qualifier)
    make_step(make_project(zone), "signed", date(2024, 4, 5))
    told = (
        call(cast.leader)
        .get("measures/projects.signed.planned_total", {"from": "2024-01-01", "to": "2024-12-31"})
        .json()
    )
    assert (told["value"], told["unit"], told["subjects"], told["part"]) == (3 * 10**9, "CNY", 2, None)
    assert told["qualifier"] != "exact"


def test_a_share_opens_into_its_part(cast, year, call):
    measure = measures["projects.conversion.started"]
    caller = call(cast.leader)
    told = caller.get(f"measures/{measure.key}", query_for(measure)).json()
    assert (told["subjects"], told["part"], told["unit"]) == (3, 2, "share")
    assert len(every_row(caller, told["rows"]["counted"])) == 3
    assert len(every_row(caller, told["rows"]["part"])) == 2
    refused = caller.get("measures/projects.signed/rows", {"which": "part"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "which")


def test_a_number_is_asked_by_filter_level_and_as_known(cast, year, call, team):
    caller = call(cast.leader)

    def value(**query):
        return caller.get("measures/projects.signed", {"as_of": "2024-12-31", **PERIOD, **query}).json()[
            "value"
        ]

    assert value(unit=team.pk) == 3
    assert value(unit="") == 0
    assert value(industry="semiconductor", month="2023-01-01") == 1
    assert value(basis="audit") == 0
    assert value(known_at="2020-01-01") == 0
    groups = caller.get("measures/projects.signed", {"as_of": "2024-12-31", **PERIOD, "by": "unit"}).json()
    of_team = {"key": team.pk, "label": "招商一队", "value": 3, "uncertain": 1, "qualifier": "exact"}
    assert groups["groups"] == [of_team]


@pytest.mark.parametrize("path", ["measures/projects.signed", "measures/projects.signed/rows"])
@pytest.mark.parametrize(
    "query",
    [
        {"unti": "1"},
        {"lead": "1"},
        {"unit": "x"},
        {"unit": "9" * 40},
        {"size_class": "huge"},
        {"month": "soon"},
        {"industry": "\x00"},
        {"industry": "x" * 61},
        {"from": "2024-13-01"},
        {"from": "2024-02-02", "to": "2024-02-01"},
        {"to": ""},
        {"basis": "hearsay"},
        {"as_of": "0001-01-01"},
        {"known_at": "9" * 50},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused_by_name(cast, zone, call, path, query):
    refused = call(cast.leader).get(path, query)
    assert refused.status_code == 400, refused.content
    assert refused["Content-Type"] == "application/problem+json"
    problem = refused.json()
    assert [error["field"] for error in problem["errors"]] == [next(iter(query))], problem


@pytest.mark.parametrize(
    "query", [{"by": "weather"}, {"by": ""}, {"which": "counted"}, {"limit": "5"}], ids=str
)
def test_a_reading_is_grouped_by_its_dimensions_only(cast, zone, call, query):
    refused = call(cast.leader).get("measures/projects.signed", query)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, next(iter(query)))


def test_a_parameter_that_is_sent_twice_is_refused(cast, zone, call):
    for path in ("measures/projects.signed", "projects"):
        refused = call(cast.leader).get(f"/north/api/v1/{path}?known_at=2024-01-01&known_at=2024-02-01")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "known_at")


def test_measures_are_for_the_staff_of_the_zone(cast, zone, other_zone, call):
    for path in ("measures", "measures/projects.signed", "measures/projects.signed/rows"):
        assert call(cast.enterprise).get(path).status_code == 403
        assert call(cast.charlie).get(path).status_code == 404
        assert call(cast.leader).get(path.replace("signed", "sung")).status_code == (
            404 if "." in path else 200
        )
    assert call(cast.enterprise).get("").json()["measures"] is None


def test_what_is_unchanged_is_not_sent_again_until_something_is_recorded(cast, year, call):
    caller = call(cast.leader)
    query = query_for(measures["projects.signed"])
    for path, asked in (
        ("measures", {}),
        ("measures/projects.signed/rows", query),
        ("measures/projects.signed", query),
    ):
        first = caller.get(path, asked)
        assert caller.get(path, asked, If_None_Match=first["ETag"]).status_code == 304
    make_step(make_project(year.zone), "signed", date(2024, 5, 5))
    again = caller.get("measures/projects.signed", query, If_None_Match=first["ETag"])
    assert (again.status_code, again.json()["value"]) == (200, 4)


def test_more_rows_cost_no_more_queries_at_any_depth(cast, zone, call):
    caller, costs = call(cast.leader), []
    query = {**PERIOD, "as_of": "2024-12-31", "limit": 3}
    for _round in range(2):
        for _each in range(8):
            make_step(make_project(zone), "signed", date(2024, 3, 5))
        caller.get("measures/projects.signed/rows", query)
        with CaptureQueriesContext(connection) as queries:
            page = caller.get("measures/projects.signed/rows", query).json()
        costs.append(len(queries))
    deep = page["next"]
    while following := caller.get(deep).json()["next"]:
        deep = following
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(deep).status_code == 200
    assert costs[0] == costs[1] >= len(queries)
    assert not any("OFFSET" in query["sql"] for query in queries)


def test_the_rows_of_a_sum_say_how_much_of_each_counts(cast, zone, call, capsys):
    project = make_project(zone)
    make_step(project, "signed", date(2018, 12, 1))
    make_figure(project, value=2 * 10**9, day=date(2019, 3, 1))
    make_figure(project, value=5 * 10**8, day=date(2020, 3, 1), is_increment=True)
    whole = make_figure(project, value=25 * 10**8, day=date(2021, 3, 1))
    measure, caller = measures["projects.signed.planned_total"], call(cast.leader)

    def asked(year):
        query = {"from": f"{year}-01-01", "to": f"{year}-12-31", "as_of": "2024-12-31"}
        told = caller.get(f"measures/{measure.key}", query).json()
        rows = caller.get(told["rows"]["counted"]).json()["results"]
        return told["value"], rows, commanded(capsys, measure, **query)["rows"]["counted_amounts"]

    value, (row,), amounts = asked(2018)
    assert (value, row["id"], row["values"]["value"], row["counted"]) == (
        2 * 10**9,
        whole.pk,
        25 * 10**8,
        value,
    )
    assert amounts == {str(whole.pk): value}
    value, (row,), amounts = asked(2020)
    assert (value, row["values"]["value"], row["counted"], amounts) == (5 * 10**8, value, None, {})
