"""Boards, opened numbers and pages of facts of an earlier moment do not hang on what was changed since."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.timezone import now

from zoneworks.kit import recording
from zoneworks.kit.faces import copied
from zoneworks.kit.moment import instant_text
from zoneworks.projects.faces import ProjectFigureFace, ProjectStepFace
from zoneworks.projects.tests.conftest import make_figure, make_project, make_step
from zoneworks.site.tests.past.conftest import LIST, names

pytestmark = pytest.mark.django_db


NEXT = {"甲": date(2024, 5, 1), "乙": date(2024, 6, 1), "丙": None}
"""Projects with the day on which their next action is due."""


def test_the_officers_board_shows_the_projects_of_then(client, cast, moved):
    _project, before, _second = moved
    moment = f"as_of=2024-12-31&known_at={before}"

    def board(user, query):
        client.force_login(user)
        context = client.get(f"/north/boards/officer/?{query}").context
        in_hand = next(one.value for one in context["numbers"] if one.measure.key == "projects.in_hand")
        return in_hand, [row["name"] for row in context["projects"]]

    assert board(cast.alice, moment) == board(cast.alice, "as_of=2024-12-31") == (1, ["搬家项目"])
    assert board(cast.bob, moment) == board(cast.bob, "as_of=2024-12-31") == (0, [])
    assert board(cast.alice, "") == (0, [])
    assert board(cast.bob, "") == (1, ["搬家项目"])
    assert board(cast.alice, "as_of=2020-01-01") == (0, [])


def test_the_officers_board_tells_next_actions_as_known(client, cast, team, zone, change):
    due = [
        make_project(zone, name, unit=team, officer=cast.alice, next_due=day) for name, day in NEXT.items()
    ]
    before = change(f"{LIST}{due[1].pk}/", next_due="2020-01-01", next_action="后来的事")
    change(f"{LIST}{due[2].pk}/", next_due="2020-01-02")
    client.force_login(cast.alice)

    then = client.get(f"/north/boards/officer/?known_at={before}").context["projects"]
    assert [(row["name"], row["next_due"]) for row in then] == list(NEXT.items())
    assert {row["next_action"] for row in then} == {""}
    today = client.get("/north/boards/officer/").context["projects"]
    assert [row["name"] for row in today] == ["乙", "丙", "甲"]


def test_the_officers_week_is_that_of_then(client, cast, visit):
    _row, before = visit
    moment = f"as_of=2024-03-06&known_at={before}"

    def week(user, query):
        client.force_login(user)
        return [
            (one["title"], one["day"])
            for one in client.get(f"/north/boards/officer/?{query}").context["week"]
        ]

    assert week(cast.alice, moment) == [("客商来访", date(2024, 3, 5))]
    assert week(cast.alice, "as_of=2024-03-06") == []
    assert week(cast.bob, moment) == []
    assert week(cast.bob, "as_of=2024-06-05") == [("改了的名", date(2024, 6, 5))]


def test_what_waited_longest_names_who_had_it(admin, moved):
    _project, before, second = moved

    def waiting(query):
        rows = admin.get(f"/north/boards/leader/?{query}").context["stuck_rows"]
        return [(row["name"], str(row["unit"]), str(row["officer"])) for row in rows]

    for moment in (f"known_at={before}", "as_of=2025-12-31"):
        assert waiting(moment) == [("搬家项目", "招商一队", "Alice")]
    assert waiting("") == [("搬家项目", second.name, "Bob")]


def test_a_project_is_called_everywhere_as_it_was_then(admin, zone, change):
    project = make_project(zone, "旧名项目")
    step = make_step(project, "signed", "2024-03-05")
    before = change(f"{LIST}{project.pk}/", name="新名项目")
    moment = f"as_of=2024-12-31&known_at={before}"

    def said(query):
        opened = admin.get(f"/north/measures/projects.signed/?from=2024-01-01&to=2024-12-31&{query}")
        board = admin.get(f"/north/boards/leader/?{query}").context["latest"]
        return {
            *names(admin, f"{LIST}?{query}"),
            admin.get(f"{LIST}{project.pk}/?{query}").context["title"],
            str(admin.get(f"{ProjectStepFace.url_of(step)}?{query}").context["subject"]),
            *(item["subject"] for item in opened.context["page"]["items_shown"]),
            *(row["name"] for row in board),
        }

    assert said(moment) == {"旧名项目"}
    assert said("as_of=2024-12-31") == {"新名项目"}


def test_a_fact_that_was_not_known_then_has_no_page_then(admin, zone):
    project = make_project(zone, "甲项目")
    first = make_figure(project, value=100_000_000)
    between = instant_text(now())
    newer = copied(first)
    newer.value = 900_000_000
    recording.correct(first, newer, actor=None)

    page = admin.get(f"{ProjectFigureFace.url_of(first)}?known_at={between}")
    assert "CNY 100 million" in page.context["title"]
    assert [version["is_current"] for version in page.context["versions"]] == [True]
    assert not page.context["can_change"]
    assert admin.get(f"{ProjectFigureFace.url_of(newer)}?known_at={between}").status_code == 404
    today = admin.get(ProjectFigureFace.url_of(newer))
    assert "CNY 900 million" in today.context["title"]
    assert today.context["can_change"]
