"""A number opens into exactly what it counts, whatever board shows it, and edits leave derived columns alone."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse
from django.utils.timezone import now

from zoneworks.kit import recording
from zoneworks.kit.registry import faces
from zoneworks.measures.reading import read
from zoneworks.measures.scope import Period, Scope
from zoneworks.projects.models import Project
from zoneworks.site.tests.conftest import at, make_figure, make_project, make_step

pytestmark = pytest.mark.django_db


def test_a_whole_that_is_restated_includes_the_increments_before_it(zone):
    project = make_project(zone)
    make_step(project, "signed", date(2021, 3, 1))
    make_figure(project, value=10 * 10**8, day=date(2021, 3, 1))
    make_figure(project, value=5 * 10**8, day=date(2022, 3, 1), is_increment=True)

    def total():
        return read("projects.signed.planned_total", Scope(zone, date(2024, 12, 31), now())).value

    assert total() == 15 * 10**8

    make_figure(project, value=15 * 10**8, day=date(2023, 3, 1))
    assert total() == 15 * 10**8
    project.refresh_from_db()
    assert project.planned_total == 15 * 10**8

    make_figure(project, value=2 * 10**8, day=date(2024, 3, 1), is_increment=True)
    assert total() == 17 * 10**8


def test_last_years_number_opens_as_of_last_years_day(client, cast, zone):
    make_step(make_project(zone), "signed", date(2022, 3, 1))
    client.force_login(cast.leader)
    page = client.get(f"/{zone.code}/boards/leader/?as_of=2023-06-30").content.decode()
    links = [unescape(link) for link in re.findall(r'href="([^"]*/measures/projects\.signed/[^"]*)"', page)]

    last_year = next(link for link in links if "to=2022-06-30" in link)
    assert "as_of=2022-06-30" in last_year
    opened = client.get(last_year).content.decode()
    assert "2022-06-30" in opened


def test_a_number_known_at_an_instant_opens_as_known_then(client, cast, zone):
    make_step(make_project(zone), "signed", date(2023, 3, 1), recorded_at=at(2023, 3, 2))
    client.force_login(cast.leader)
    page = client.get(f"/{zone.code}/boards/leader/?as_of=2023-06-30&known_at=2023-03-01").content.decode()
    links = re.findall(r'href="([^"]*/measures/[^"?]+\?[^"]*)"', page)

    assert links
    assert all("known_at=2023-03-01" in unescape(link) for link in links)


def test_the_part_of_a_share_opens_into_those_that_reached_it(client, cast, zone):
    for number in range(3):
        project = make_project(zone, name="甲乙丙"[number] + "项目")
        make_step(project, "signed", date(2024, 3, 1))
        if number == 0:
            make_step(project, "started", date(2024, 5, 1))
    scope = Scope(zone, date(2024, 12, 31), now(), Period(date(2024, 1, 1), date(2024, 12, 31)))
    reading = read("projects.conversion.started", scope)
    client.force_login(cast.leader)

    assert (reading.part, reading.subjects) == (1, 3)
    assert "乙项目" in client.get(reading.url).content.decode()
    part = client.get(reading.part_url).content.decode()
    assert "甲项目" in part
    assert "乙项目" not in part


@pytest.mark.parametrize(
    "query",
    ["as_of=9999-12-31", "as_of=0001-01-01", "known_at=9999-12-31", "known_at=0001-01-01T00:00"],
)
def test_a_day_beyond_reason_is_named(client, cast, zone, query):
    client.force_login(cast.leader)
    for page in ("boards/leader/", "projects/", "measures/projects.signed/"):
        response = client.get(f"/{zone.code}/{page}?{query}")
        assert response.status_code == 400
        assert query.split("=")[0] in response.content.decode()
        assert "Days from 1900 to 2200 are taken." in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("verifier", 200)])
def test_a_recognized_fact_is_closed_to_others_before_they_type(client, cast, zone, team, who, status):
    project = make_project(zone, unit=team, officer=cast.alice)
    step = make_step(project, asserted_by="zone", actor=cast.verifier)
    client.force_login(getattr(cast, who))
    url = reverse("fact-project-steps:detail", kwargs={"zone": zone.code, "pk": step.pk})

    assert ("correct/" in client.get(url).content.decode()) is (status == 200)
    assert client.get(url + "correct/").status_code == status


def test_a_form_saved_late_leaves_what_was_derived_meanwhile(client, cast, zone, team):
    project = make_project(zone, unit=team, officer=cast.alice)
    make_step(project, "signed", date(2024, 3, 1))
    stale = Project.objects.get(pk=project.pk)
    make_step(project, "started", date(2024, 5, 1))
    from types import SimpleNamespace

    from zoneworks.projects.ledger import ProjectLedger

    request = SimpleNamespace(user=cast.alice, zone=zone)
    data = {"name": stale.name, "site": "新址", "unit": team.pk, "officer": cast.alice.pk}
    form = ProjectLedger.form_class(data, instance=stale, request=request)
    assert form.is_valid(), form.errors
    form.save()

    project.refresh_from_db()
    assert (project.site, project.stage) == ("新址", "started")


def test_a_text_that_is_too_long_is_refused_with_its_words_kept(client, cast, zone):
    client.force_login(cast.alice)
    url = reverse("projects:new", kwargs={"zone": zone.code})
    assert 'maxlength="150"' not in client.get(url).content.decode()
    response = client.post(url, {"name": "长" * 10_000})
    assert response.status_code == 422
    assert "长" * 10_000 in response.content.decode()
    assert not Project.objects.exists()


def test_what_is_recognized_is_found_in_the_trail_as_that(zone, cast):
    from zoneworks.kit.models import Change

    recording_step = make_step(make_project(zone), asserted_by="zone", actor=cast.verifier)
    assert Change.objects.get(object_id=recording_step.pk, verb="recognize")
    assert recording.versions(recording_step) == [recording_step]


def test_a_sum_that_nothing_states_shows_as_missing(zone):
    from zoneworks.measures.wording import worded_reading

    project = make_project(zone)
    make_step(project, "signed", date(2024, 3, 1))
    scope = Scope(zone, date(2024, 12, 31), now(), knows_all=True)
    assert worded_reading(read("projects.signed.planned_total", scope)).number == "–"
    assert worded_reading(read("engagements.trips", scope)).number == "0"

    make_figure(project, value=10**9)
    assert worded_reading(read("projects.signed.planned_total", scope)).number == "1"


def test_a_sum_lists_those_of_whom_it_is_not_stated(client, cast, zone):
    stated, silent = (make_project(zone, name=name) for name in ("写明项目", "未写明项目"))
    for project in (stated, silent):
        make_step(project, "signed", date(2024, 3, 1))
    make_figure(stated, value=10**8, day=date(2024, 3, 1))
    client.force_login(cast.leader)

    url = f"/{zone.code}/measures/projects.signed.planned_total/?as_of=2024-12-31"
    page = client.get(url)
    assert [item["subject"] for item in page.context["page"]["items_shown"]] == ["写明项目"]
    assert [item["subject"] for item in page.context["unstated"]["items_shown"]] == ["未写明项目"]
    assert 'id="unstated"' in page.content.decode()

    make_figure(silent, value=10**8, day=date(2024, 3, 1))
    assert 'id="unstated"' not in client.get(url).content.decode()


def test_who_states_a_sum_in_another_currency_is_not_called_silent(client, cast, zone):
    in_dollars, silent = (make_project(zone, name=name) for name in ("美元项目", "未写明项目"))
    for project in (in_dollars, silent):
        make_step(project, "signed", date(2024, 3, 1))
    figure = make_figure(in_dollars, kind="equipment", value=140_000_000, unit="USD", day=date(2024, 3, 1))
    client.force_login(cast.leader)

    page = client.get(f"/{zone.code}/measures/projects.in_hand.equipment/?as_of=2024-12-31")
    unstated = page.context["unstated"]
    assert [item["subject"] for item in unstated["items_shown"]] == ["未写明项目"]
    (told,) = unstated["otherwise"]["items_shown"]
    assert (told["subject"], "140 million" in told["label"]) == ("美元项目", True)
    assert told["url"] == f"{faces.for_fact(type(figure)).url_of(figure)}?as_of=2024-12-31"
    assert 'id="otherwise"' in page.content.decode()


def test_a_median_shows_the_day_that_ends_each_of_its_spans(client, cast, zone):
    exact, vague = (make_project(zone, name=name) for name in ("确切项目", "大概项目"))
    make_step(exact, "signed", date(2024, 3, 1))
    end = make_step(exact, "started", date(2024, 3, 31))
    make_step(vague, "signed", date(2024, 3, 1), date(2024, 3, 10))
    make_step(vague, "started", date(2024, 3, 31))
    client.force_login(cast.leader)

    page = client.get(f"/{zone.code}/measures/projects.days.started/?as_of=2024-12-31")
    (row,) = page.context["page"]["items_shown"]
    assert (row["subject"], row["end"]["days"]) == ("确切项目", "30")
    assert f"/facts/project-steps/{end.pk}/" in row["end"]["url"]
    (unsure,) = page.context["unsure"]["items_shown"]
    assert (unsure["subject"], unsure["end"]["days"]) == ("大概项目", "21 – 30")


@pytest.mark.parametrize(
    ("link", "words", "other"), [("delta", "+1", "去年三月"), ("pace-text", "100 %", "去年十月")]
)
def test_a_difference_and_a_pace_open_both_of_their_numbers(client, cast, zone, link, words, other):
    for name, day in (
        ("今年一月", date(2024, 1, 5)),
        ("今年二月", date(2024, 2, 5)),
        ("去年三月", date(2023, 3, 1)),
        ("去年十月", date(2023, 10, 1)),
    ):
        make_step(make_project(zone, name=name), "signed", day)
    client.force_login(cast.leader)
    board = client.get(f"/{zone.code}/boards/leader/?as_of=2024-06-30").content.decode()
    url = unescape(re.search(rf'class="{link}[^>]*?(?:><a )?href="([^"]*projects\.signed/[^"]*)"', board)[1])

    page = client.get(url)
    assert page.context["beside"]["with"].words == words
    assert {item["subject"] for item in page.context["page"]["items_shown"]} == {"今年一月", "今年二月"}
    assert other in {item["subject"] for item in page.context["beside"]["items_shown"]}
    assert page.context["beside"]["count"] == page.context["beside"]["with"].reading.value
