"""The contract of every registered measure: one query whatever the grouping, walls, and a number that is its rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import localdate, now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoneworks.measures.reading import read
from zoneworks.measures.registry import MeasureUnit, measures
from zoneworks.measures.rows import Count, Days, Share, Sum
from zoneworks.measures.scope import Period, Scope
from zoneworks.site.tests.conftest import at, make_engagement, make_figure, make_project, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(zone, other_zone, team):
    """A zone with a year of work, the same again in the other zone, read at the end of 2024."""
    for where, unit in ((zone, team), (other_zone, None)):
        for month in range(1, 4):
            project = make_project(where, unit=unit, industry="semiconductor")
            make_step(project, "in_talks", date(2023, month, 3))
            make_step(project, "signed", date(2023, month, 20), date(2023, month, 20 + month))
            make_figure(project, "planned_total", 10**9 * month, day=date(2023, month, 20))
            make_figure(project, "agreed_foreign", 10**7 * month, "USD", day=date(2023, month, 20))
            if month % 2:
                make_step(project, "started", date(2024, month, 5))
            make_engagement(where, "reception", date(2024, month, 8), unit=unit)
            make_engagement(where, "trip", date(2024, month, 9), unit=unit, count=2)
        uncertain = make_project(where, unit=unit)
        make_step(uncertain, "signed", date(2024, 12, 20), date(2025, 1, 10))
    return Scope(zone, date(2024, 12, 31), now(), Period(date(2023, 1, 1), date(2024, 12, 31)))


def scoped(measure, scope):
    return scope if measure.has_period else scope.over(None)


def test_the_year_has_something_to_read(year):
    assert read("projects.signed", year).value == 3
    assert read("projects.signed", year).uncertain == 1
    assert read("engagements.trips", year).value == 6


def test_a_reading_costs_one_query_whatever_the_grouping(year):
    for measure in measures:
        scope = scoped(measure, year)
        read(measure, scope)  # the rules of the day are kept from here on
        overlapping = {"size_class"} if measure.unit == MeasureUnit.DAYS else set()
        for grouping in [(), *((name,) for name in measure.dimensions if name not in overlapping)]:
            with CaptureQueriesContext(connection) as queries:
                read(measure, scope.by(*grouping))
            counted = [query["sql"] for query in queries if "rulebook" not in query["sql"]]
            assert len(counted) == 1, (measure.key, grouping, counted)


def test_the_number_is_what_its_rows_say(year):
    for measure in measures:
        reading = read(measure, scoped(measure, year))
        rows = list(reading.rows)
        match reading.of_rows.aggregate:
            case Count(what):
                assert reading.value == len(set(reading.rows.values_list(what, flat=True))), measure.key
            case Sum(what):
                stated = list(reading.rows.values_list(what, flat=True))
                assert (reading.value or 0) == sum(stated), measure.key
                assert reading.value is not None or not stated, measure.key
            case Share(what):
                assert reading.subjects == len(set(reading.rows.values_list(what, flat=True))), measure.key
            case Days():
                assert reading.subjects <= len(rows), measure.key
        assert not set(reading.rows) & set(reading.uncertain_rows), measure.key
        assert {row.zone_id for row in rows} <= {year.zone.pk}, measure.key


def test_groups_of_a_partition_add_up(year):
    for measure in measures:
        scope = scoped(measure, year)
        whole = read(measure, scope)
        if isinstance(whole.of_rows.aggregate, Count | Sum) and "unit" in measure.dimensions:
            parts = read(measure, scope.by("unit"))
            assert sum(group.value or 0 for group in parts.groups) == (whole.value or 0), measure.key
            assert whole.value == parts.value, measure.key


STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["lead", "in_talks", "signed", "started", "completed", "shelved"]),
        st.integers(-40, 10),
        st.integers(0, 15),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=STEPS)
def test_todays_reading_by_the_derived_stage_equals_the_plain_one(zone, found):
    with transaction.atomic():
        projects = [make_project(zone) for _ in range(4)]
        for place, kind, start, length in found:
            first = localdate() + timedelta(days=start)
            make_step(projects[place], kind, first, first + timedelta(days=length))
        for project in projects[:3]:
            make_figure(project, "planned_total", 10**9)
        plain = Scope(zone, localdate(), now())
        for key in ("projects.in_hand", "projects.in_hand.planned_total", "projects.quiet_yellow"):
            slow, fast = read(key, plain), read(key, replace(plain, knows_all=True))
            assert (fast.value, fast.uncertain) == (slow.value, slow.uncertain), key
            assert set(fast.rows) == set(slow.rows), key
        transaction.set_rollback(True)


def test_every_drill_down_opens_for_the_zone_only(client, cast, year):
    for measure in measures:
        url = read(measure, scoped(measure, year)).url
        client.force_login(cast.leader)
        page = client.get(url)
        assert page.status_code == 200, measure.key
        assert escape(str(measure.definition)) in page.content.decode()
        client.force_login(cast.charlie)
        assert client.get(url).status_code == 404
    client.force_login(cast.dora)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "page", ["measures/projects.signed/?from=2020-01-01", "boards/leader/", "boards/officer/"]
)
def test_more_records_cost_no_more_queries(client, cast, zone, page):
    client.force_login(cast.leader)
    costs = []
    for extra in (4, 9):
        for _ in range(extra):
            project = make_project(zone, officer=cast.leader)
            make_step(project, "signed", date(2024, 1, 10))
            make_figure(project)
        client.get(f"/{zone.code}/{page}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/{zone.code}/{page}").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_before_anything_was_recorded_there_was_nothing(year):
    for measure in measures:
        reading = read(measure, replace(scoped(measure, year), known_at=at(2020, 1, 1)))
        assert not reading.value, measure.key
        assert not reading.uncertain, measure.key


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2024-31-01", "from"),
        ("to=yesterday", "to"),
        ("from=2024-05-01&to=2024-04-01", "from"),
        ("basis=rumor", "basis"),
        ("as_of=2024-02-30", "as_of"),
        ("known_at=once", "known_at"),
        ("by=weather", "weather"),
        ("size_class=huge", "huge"),
        ("unit=abc", "unit"),
        ("unit=²", "unit"),
        ("unit=" + "9" * 30, "unit"),
    ],
)
def test_what_cannot_be_read_in_an_address_is_named(client, cast, zone, query, said):
    client.force_login(cast.leader)
    response = client.get(
        reverse("measures:detail", kwargs={"zone": zone.code, "key": "projects.signed"}) + f"?{query}"
    )
    assert response.status_code == (400 if said else 200)
    assert said in response.content.decode()


def test_a_measure_that_nobody_registered_is_not_found(client, cast, zone):
    client.force_login(cast.leader)
    url = reverse("measures:detail", kwargs={"zone": zone.code, "key": "projects.dreamed"})
    assert client.get(url).status_code == 404
