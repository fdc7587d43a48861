"""What an officer has to do next: projects and what was logged without one, in one order, ticked off on the board."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from zoneworks.kit.models import Change
from zoneworks.kit.moment import instant_text
from zoneworks.site.tests.conftest import make_engagement, make_project, make_step

pytestmark = pytest.mark.django_db
BOARD = "/north/boards/officer/"


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice)
    return client


def in_days(number):
    return localdate() + timedelta(number)


def names(client, query=""):
    return [row["name"] for row in client.get(f"{BOARD}{query}").context["due"]]


@pytest.fixture
def work(zone, cast):
    """Alice's projects and follow-ups, and a colleague's."""
    mine = {"officer": cast.alice}
    make_project(zone, name="明天的项目", next_action="报价", next_due=in_days(1), **mine)
    make_project(zone, name="没有期限的项目", **mine)
    logged = {"host": cast.alice, "follow_up": "回访"}
    late = make_engagement(zone, title="逾期的回访", follow_up_due=in_days(-2), **logged)
    make_engagement(zone, title="下周的回访", follow_up_due=in_days(7), **logged)
    make_engagement(zone, title="不必回访", host=cast.alice)
    make_engagement(zone, title="办结的回访", follow_up_done=in_days(-1), **logged)
    make_engagement(zone, title="别人的回访", host=cast.bob, follow_up="回访", follow_up_due=in_days(-9))
    return late


def test_what_is_due_first_stands_first_whether_a_project_says_so_or_a_visit(alice, work):
    assert names(alice) == ["逾期的回访", "明天的项目", "下周的回访", "没有期限的项目"]
    late, *_rest = alice.get(BOARD).context["due"]
    assert late["is_overdue"]
    assert late["next_action"] == "回访"


def test_a_follow_up_is_ticked_off_on_the_board_with_its_line_in_the_trail(alice, cast, work):
    before = instant_text(now())
    late = alice.get(BOARD).context["due"][0]
    answer = alice.post(late["done_url"], {"done": "yes", "next": BOARD})
    assert (answer.status_code, answer.url) == (302, BOARD)
    assert "逾期的回访" not in names(alice)
    line = Change.objects.get(verb="change", object_id=work.pk, label="逾期的回访")
    assert line.actor == cast.alice
    assert line.fields["follow_up_done"] == ["", localdate().isoformat()]
    assert "逾期的回访" in names(alice, f"?known_at={before}")


def test_a_board_of_the_past_ticks_nothing_and_leads_nowhere_else(alice, work):
    past = alice.get(f"{BOARD}?known_at={instant_text(now())}").context["due"]
    assert {row["done_url"] for row in past if row.get("is_follow_up")} == {""}
    answer = alice.post(
        f"/north/engagements/{work.pk}/follow_up/", {"done": "yes", "next": "//evil.example/"}
    )
    assert answer.url == f"/north/engagements/{work.pk}/"


def test_more_follow_ups_cost_no_more_queries(alice, zone, cast, work):
    costs = []
    for extra in (1, 8):
        for number in range(extra):
            make_engagement(zone, host=cast.alice, follow_up="回访", follow_up_due=in_days(number))
        alice.get(BOARD)
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(BOARD).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_what_needs_nothing_lies_below_a_fold(alice, zone, cast, work):
    mine = {"officer": cast.alice}
    make_step(make_project(zone, name="搁置的项目", **mine), "shelved", in_days(-30))
    make_step(make_project(zone, name="达产的项目", **mine), "full_capacity", in_days(-30))
    make_step(
        make_project(zone, name="达产后还要办事的项目", next_action="回访", **mine),
        "full_capacity",
        in_days(-30),
    )
    page = alice.get(BOARD)

    assert {row["name"] for row in page.context["resting"]} == {"搁置的项目", "达产的项目"}
    shown = names(alice)
    assert "达产后还要办事的项目" in shown and not {"搁置的项目", "达产的项目"} & set(shown)
    assert "2 more need nothing" in page.content.decode()
    before = names(alice, f"?as_of={in_days(-40)}")
    assert not {"搁置的项目", "达产的项目"} & set(before)
