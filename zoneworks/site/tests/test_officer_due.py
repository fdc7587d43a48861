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


@pytest.fixture
def quote(alice, work):
    """The line of Alice's project that has a next action."""
    return next(row for row in alice.get(BOARD).context["due"] if row["name"] == "明天的项目")


def done(row, **values):
    return {
        "done": "yes",
        "next": BOARD,
        "opened_at": row["next_mark"],
        "next_action": "",
        "next_due": "",
    } | values


@pytest.mark.parametrize(("action", "due"), [("签约", "2099-01-02"), ("", "")])
def test_a_next_action_is_ticked_off_on_the_board_with_or_without_another_one(
    alice, cast, quote, action, due
):
    answer = alice.post(quote["next_url"], done(quote, next_action=action, next_due=due), follow=True)
    assert answer.redirect_chain == [(BOARD, 302)]
    assert "Done: “报价” (明天的项目)." in answer.content.decode()
    row = next(row for row in answer.context["due"] if row["name"] == "明天的项目")
    assert row["next_action"] == action
    line = Change.objects.get(verb="change", label="明天的项目")
    assert line.actor == cast.alice
    assert line.fields["next_action"] == ["报价", action]
    assert line.fields["next_due"] == [in_days(1).isoformat(), due]


@pytest.mark.parametrize(
    "wrong", [{"opened_at": "0123456789abcdef"}, {"next_due": "2024-02-31"}, {"next_action": "长" * 201}]
)
def test_what_was_typed_stays_when_a_next_action_cannot_be_ticked_off(alice, quote, wrong):
    answer = alice.post(quote["next_url"], done(quote, **{"next_action": "签约"} | wrong))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'name="done" value="yes"' in page
    assert f'name="next" value="{BOARD}"' in page
    assert wrong.get("next_action", "签约") in page
    assert not Change.objects.filter(verb="change").exists()


def test_who_may_not_change_a_project_ticks_nothing_off(client, cast, quote):
    client.force_login(cast.bob)
    assert client.post(quote["next_url"], done(quote)).status_code == 403
    client.force_login(cast.charlie)
    assert client.post(quote["next_url"], done(quote)).status_code == 404
    client.force_login(cast.alice)
    past = client.get(f"{BOARD}?known_at={instant_text(now())}").context["due"]
    assert {row["next_url"] for row in past if "next_url" in row} == {""}


@pytest.mark.parametrize(("who", "may_log"), [("alice", True), ("leader", False)])
def test_the_quick_log_is_offered_to_who_may_log(client, cast, who, may_log):
    client.force_login(getattr(cast, who))
    assert ('class="btn btn-primary" href="/north/log/"' in client.get(BOARD).content.decode()) == may_log
    assert (client.get("/north/log/").status_code == 200) == may_log
    assert client.get(f"{BOARD}?known_at={instant_text(now())}").context["log_url"] == ""


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
