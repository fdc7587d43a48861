"""Boards: every number that they print opens, whatever the number is and wherever it stands."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from zoneworks.site.boards import charts
from zoneworks.site.tests.conftest import make_engagement, make_figure, make_project, make_step

pytestmark = pytest.mark.django_db
VOID = {"input", "img", "br", "hr", "meta", "link", "use", "col", "wbr"}
NO_FIGURE = {"th", "dt", "time", "option", "script", "code", "svg"}
"""Heads of rows and columns name something, and a select or an input asks; neither prints a figure."""
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}|\b\d{{2}}-\d{{2}}\b|(?:{MONTH} \d{{1,2}} – )?{MONTH} \d{{1,2}}, \d{{4}}"
    r"|(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?(?:–(?:\d{1,2}月)?\d{1,2}日)?"
)


class Figures(HTMLParser):
    """Collects what a page prints inside `main`: numbers in a link and in none, the links, and what its charts open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.loose: list[str] = []
        self.linked: list[str] = []
        self.links: set[str] = set()
        self.href = ""
        self.points: list[dict] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))
        href = dict(attrs).get("href")
        self.href = href or "" if tag == "a" else self.href

    def handle_endtag(self, tag):
        if self.inside(tag):
            while self.open.pop()[0] != tag:
                pass

    def inside(self, *tags):
        return any(tag in tags for tag, _attrs in self.open)

    def handle_data(self, data):
        if not self.inside("main"):
            return
        if self.open[-1][1].get("type") == "application/json":
            for series in json.loads(data)["series"]:
                self.points += series["data"]
        elif re.search(r"\d", DAY.sub("", data)) and not self.inside(*NO_FIGURE):
            (self.linked if self.inside("a") else self.loose).append(" ".join(data.split()))
            if self.inside("a"):
                self.links.add(self.href)


@pytest.fixture
def year(zone, team, cast):
    """Two years of projects and visits: more, less and nothing at all, with and without a unit, waiting and built."""

    names = iter("甲乙丙丁戊")

    def project(day, *, planned=0, started=None, latest=None, **values):
        name = f"{next(names)}项目"
        row = make_project(zone, **{"name": name, "unit": team, "officer": cast.alice} | values)
        make_step(row, "signed", day, latest)
        if planned:
            make_figure(row, value=planned, day=day)
        if started:
            make_step(row, "started", started)

    project(date(2023, 2, 6), planned=2 * 10**9, started=date(2023, 4, 1))
    project(date(2023, 9, 6), planned=5 * 10**8)
    project(date(2024, 2, 6), planned=3 * 10**9, started=date(2024, 5, 6), next_due=date(2024, 6, 1))
    project(date(2024, 3, 6), unit=None)
    project(date(2024, 3, 25), latest=date(2024, 4, 5))
    make_engagement(zone, day=date(2024, 6, 27), title="某次接待", unit=team, host=cast.alice)
    make_engagement(zone, day=date(2023, 5, 8), title="某次接待")


BOARDS = [
    (board, query)
    for board in ("leader", "officer")
    for query in ("as_of=2024-06-30", "as_of=2021-06-30&basis=zone")
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("board", "query"), BOARDS)
def test_every_number_that_is_printed_lies_in_a_link(client, cast, year, board, query, language):
    client.cookies["django_language"] = language
    client.force_login(cast.alice)
    found = Figures(client.get(f"/north/boards/{board}/?{query}").content.decode())

    assert found.loose == []
    assert found.linked
    assert all(point["url"] for point in found.points)


@pytest.mark.parametrize("board", ["leader", "officer"])
def test_every_number_that_is_printed_opens(client, cast, year, board):
    client.force_login(cast.alice)
    found = Figures(client.get(f"/north/boards/{board}/?as_of=2024-06-30").content.decode())

    numbers = found.links | {point["url"] for point in found.points}
    assert numbers
    for link in sorted(numbers):
        opened = client.get(link if link.startswith("/") else f"/north/boards/{board}/{link}")
        assert opened.status_code == 200, link


def test_a_difference_and_a_pace_name_both_of_their_numbers(client, cast, year):
    client.force_login(cast.leader)
    page = client.get("/north/boards/leader/?as_of=2024-06-30").content.decode()

    difference = re.search(r'<a class="delta[^>]*title="([^"]*)">\+2</a>', page)
    assert difference
    assert difference[1] == "3 from 2024-01-01 to 2024-06-30; 1 from 2023-01-01 to 2023-06-30"
    pace = re.search(r'<p class="pace-text"><a href="([^"]*)" title="([^"]*)">150 % of all last year', page)
    assert pace
    assert "projects.signed" in pace[1]
    assert pace[2] == "3 from 2024-01-01 to 2024-06-30; 2 in all of 2023"


def test_bars_open_into_as_many_records_as_they_are_high(client, cast, year):
    client.force_login(cast.leader)
    page = client.get("/north/boards/leader/?as_of=2024-06-30").content.decode()
    months = json.loads(re.search(r'<script id="months"[^>]*>(.*?)</script>', page)[1])

    assert months["xAxis"]["data"][-1] == "several months"
    assert [point["value"] for point in months["series"][0]["data"]] == [0, 1, 1, *[0] * 9, 1]
    assert [point["value"] for point in months["series"][1]["data"]] == [0, 1, *[0] * 6, 1, *[0] * 4]
    for series in months["series"]:
        for point in series["data"]:
            assert client.get(point["url"]).context["page"]["count"] == point["value"]


def test_days_of_waiting_open_the_step_from_which_they_run(client, cast, year):
    client.force_login(cast.leader)
    page = client.get("/north/boards/leader/?as_of=2025-06-30").content.decode()
    waited = re.search(r'<td class="is-number" data-label="Days"><a href="([^"]+)">(\d+)</a>', page)

    assert waited
    assert waited[2] == str((date(2025, 6, 30) - date(2023, 9, 6)).days)
    assert "September 6, 2023" in client.get(waited[1]).content.decode()


@pytest.mark.parametrize("query", ["as_of=2026-11-27", "as_of=2026-11-27&basis=self_reported"])
def test_a_year_without_any_step_names_the_newest_day_and_leads_to_it(client, cast, year, query):
    client.force_login(cast.leader)
    page = client.get(f"/north/boards/leader/?{query}").content.decode()

    found = re.search(r'The newest step in this zone is of 2024-06-27. <a href="([^"]*)">', page)
    assert found
    led = client.get(f"/north/boards/leader/{found[1].replace('&amp;', '&')}")
    assert led.context["scope"].as_of == date(2024, 6, 27)
    assert str(led.context["scope"].basis) == ("self_reported" if "basis" in query else "press")


@pytest.mark.parametrize("query", ["as_of=2024-06-28", "as_of=2021-06-30", "as_of=2026-11-27&basis=city"])
def test_a_year_with_steps_or_a_zone_without_any_says_nothing_of_it(client, cast, year, query):
    client.force_login(cast.leader)
    assert "hence the zeros" not in client.get(f"/north/boards/leader/?{query}").content.decode()


@pytest.mark.parametrize(("who", "logs"), [("alice", True), ("inspector", True), ("leader", False)])
def test_the_bar_of_a_phone_has_the_quick_log_for_those_who_log(client, cast, zone, who, logs):
    client.force_login(getattr(cast, who))
    page = client.get("/north/boards/leader/")
    bar = page.content.decode().split('<nav class="tabbar"')[1]

    assert ('href="/north/log/"' in bar) is logs
    assert len(page.context["shortcuts"]) <= 4


def test_a_stage_that_nobody_reached_is_an_outline_in_the_funnel():
    told = charts.funnel([("signed", charts.Bar(2, "/a/")), ("started", charts.Bar(0, "/b/"))])
    reached, empty = told["series"][0]["data"]
    assert "itemStyle" not in reached
    assert (empty["value"], empty["url"], empty["itemStyle"]["color"]) == (0, "/b/", "transparent")
