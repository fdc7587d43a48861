"""The ledger of engagements through its pages: list, filters, page, form, bulk edit, facts, panels, walls."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep, StepKind
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice)
    return client


def filled(**changes):
    return {
        "kind": "reception",
        "title": "三孚新科来访",
        "when": "2024-10-05",
        "state": "held",
        "place": "管委会",
        "count": "1",
        "count_qualifier": "exact",
        **changes,
    }


# -- list ----------------------------------------------------------------------------------------------------


def test_the_list_names_kind_day_and_organizations(alice, hold, sanfu, collector):
    hold(title="来访", who=services.WhoTookPart([sanfu], [collector]), place="管委会")
    page = alice.get("/north/engagements/").content.decode()

    for said in ("来访", "reception", "October 5, 2024", sanfu.name, collector.name, "held"):
        assert said in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=三孚", ["with sanfu"]),
        ("q=sfxk", ["with sanfu"]),
        ("kind=trip&kind=signing", ["trip away"]),
        ("held_from=2024-10-06", ["trip away"]),
        ("held_to=2024-10-06", ["with sanfu"]),
        ("organization=三孚新材料科技有限公司", ["with sanfu"]),
        ("project=复合集流体项目", ["with sanfu"]),
        ("follow_up=open", ["trip away"]),
        ("follow_up=done", []),
        ("follow_up=overdue", ["trip away"]),
        ("state=planned", []),
        ("lead=金丰", ["trip away"]),
    ],
)
def test_filters(alice, hold, sanfu, juqian, collector, jin, query, found):
    hold(title="with sanfu", who=services.WhoTookPart([sanfu], [collector]))
    hold(
        "trip",
        "2024-10-08",
        "2024-10-12",
        title="trip away",
        who=services.WhoTookPart([juqian]),
        lead=jin,
        follow_up_due=date(2024, 11, 1),
    )
    page = alice.get(f"/north/engagements/?{query}").content.decode()

    assert [title for title in ("with sanfu", "trip away") if f">{title}</a>" in page] == found


def test_an_open_list_names_no_filter(alice, hold):
    hold()
    assert (
        "Clear filters"
        not in alice.get("/north/engagements/").content.decode().split("<table")[0].split('id="table"')[1]
    )


def test_a_list_of_a_past_day_leaves_out_what_came_later(alice, hold):
    hold(title="early", on="2024-03-01")
    hold(title="late", on="2024-10-05")
    hold(title="between", on="2024-03-01", to="2024-03-31")
    page = alice.get("/north/engagements/?as_of=2024-03-15").content.decode()

    assert ">early</a>" in page
    assert ">late</a>" not in page
    assert "uncertain on this day" in page


def test_a_longer_list_costs_no_more_queries(alice, hold, sanfu, collector, jin):
    def cost(url):
        alice.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(url).status_code == 200
        return len(queries)

    costs = []
    whole = hold("trip", title="whole")
    for many in (2, 20):
        for number in range(many):
            hold(
                "outward_visit",
                title=f"{many} {number}",
                who=services.WhoTookPart([sanfu], [collector], [jin]),
                part_of=whole,
                figures=[services.Said("organizations_visited", 1)],
            )
        costs.append(
            [
                cost(url)
                for url in (
                    "/north/engagements/",
                    f"/north/engagements/{whole.pk}/",
                    "/north/engagements/?as_of=2024-11-01",
                )
            ]
        )
    assert costs[0] == costs[1]


# -- page ----------------------------------------------------------------------------------------------------


def test_the_page_says_who_took_part_what_came_of_it_and_what_is_counted_where(alice, hold, sanfu, jin):
    total = hold(title="12批次", count=12, on="2024-10-01", to="2024-10-24")
    part = hold(
        title="one of them",
        who=services.WhoTookPart([sanfu], participants=[(jin, "管委会主任")]),
        figures=[services.Said("visitors", 7)],
        part_of=total,
        outcome="谈了集流体",
        follow_up="寄资料",
    )
    page = alice.get(f"/north/engagements/{part.pk}/").content.decode()

    for said in (
        "金丰",
        "管委会主任",
        "guest",
        sanfu.name,
        "谈了集流体",
        "寄资料",
        "visitors",
        "7",
        "12批次",
    ):
        assert said in page
    assert "It is counted there and not again by itself." in page
    assert (
        "its parts of the same kind are not counted again"
        in alice.get(f"/north/engagements/{total.pk}/").content.decode()
    )


def test_a_follow_up_is_marked_as_done_and_opened_again(alice, hold):
    row = hold(follow_up="寄资料", follow_up_due=date(2024, 11, 1))
    alice.post(f"/north/engagements/{row.pk}/follow_up/", {"done": "yes"})
    row.refresh_from_db()
    assert row.follow_up_done == localdate()

    alice.post(f"/north/engagements/{row.pk}/follow_up/")
    row.refresh_from_db()
    assert row.follow_up_done is None


# -- form ----------------------------------------------------------------------------------------------------


def test_a_form_writes_the_row_its_day_its_counts_and_one_line_of_the_trail(
    alice, cast, sanfu, juqian, collector, jin
):
    answer = alice.post(
        "/north/engagements/new/",
        filled(
            organizations=[sanfu.pk],
            organizations_typed="聚谦半导体有限公司",
            projects_typed="复合集流体项目",
            participants_typed="金丰",
            lead="金丰",
            visitors="6",
            host=cast.alice.pk,
        ),
    )
    row = Engagement.objects.get()

    assert answer.status_code == 302
    assert {body.name for body in row.organizations.all()} == {sanfu.name, juqian.name}
    assert list(row.tied_projects()) == [collector]
    assert row.lead == jin
    step = row.steps.get()
    assert (step.kind, step.earliest, step.recorded_by) == ("held", date(2024, 10, 5), cast.alice)
    assert row.figures.get().value == 6
    assert (row.state, row.held_earliest) == ("held", date(2024, 10, 5))
    added = Change.objects.get(verb="add", object_id=row.pk, label=row.title)
    assert sanfu.name in added.fields["organizations"][1]


def test_an_edited_day_is_a_correction_and_moves_the_counts(alice, cast, hold, sanfu):
    row = hold(who=services.WhoTookPart([sanfu]), figures=[services.Said("visitors", 6)])
    alice.post(
        f"/north/engagements/{row.pk}/edit/",
        filled(when="2024-10-06", organizations=[sanfu.pk], visitors="6", host=cast.alice.pk),
    )
    row.refresh_from_db()

    assert row.steps.count() == 2
    assert row.steps.live().get().earliest == date(2024, 10, 6)
    assert row.figures.live().get().earliest == date(2024, 10, 6)
    assert row.held_earliest == date(2024, 10, 6)


def test_an_unchanged_form_writes_no_facts(alice, cast, hold, sanfu):
    row = hold(who=services.WhoTookPart([sanfu]), figures=[services.Said("visitors", 6)])
    alice.post(
        f"/north/engagements/{row.pk}/edit/",
        filled(organizations=[sanfu.pk], visitors="6", host=cast.alice.pk),
    )
    assert (EngagementStep.objects.count(), EngagementFigure.objects.count()) == (1, 1)


def test_a_plan_carried_out_keeps_both_steps(alice, cast, hold):
    soon = localdate() + timedelta(days=3)
    row = hold(on=soon.isoformat(), state=StepKind.PLANNED)
    row.refresh_from_db()
    assert row.state == "planned"

    alice.post(
        f"/north/engagements/{row.pk}/edit/",
        filled(when=localdate().isoformat(), host=cast.alice.pk),
    )
    row.refresh_from_db()
    assert [step.kind for step in row.steps.live().order_by("pk")] == ["planned", "held"]
    assert row.state == "held"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"when": "5月45日"}, "5月45日|day 45|no day"),
        ({"when": (date.today() + timedelta(days=40)).isoformat()}, "This day has not come yet"),
        ({"organizations_typed": "没有这家"}, "没有这家"),
        ({"title": "长" * 10_000}, "200"),
        ({"organizations": ["999999999"]}, "Choose again"),
        ({"visitors": "many"}, "whole number"),
        ({"kind": "party"}, "party"),
        ({"host": "bob"}, "Log it for yourself"),
    ],
)
def test_a_bad_entry_is_named_and_nothing_is_written_or_lost(alice, cast, sanfu, changes, said):
    import re

    changes = {name: cast.bob.pk if value == "bob" else value for name, value in changes.items()}
    answer = alice.post("/north/engagements/new/", filled(**{"host": cast.alice.pk, **changes}))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert re.search(said, page)
    assert 'value="管委会"' in page
    assert not Engagement.objects.exists()


def test_a_circular_whole_is_refused(alice, cast, hold):
    whole = hold("trip", title="whole")
    part = hold("outward_visit", title="part", part_of=whole)
    answer = alice.post(
        f"/north/engagements/{whole.pk}/edit/",
        filled(kind="trip", title="whole", part_of=f"part #{part.pk}", host=cast.alice.pk),
    )
    whole.refresh_from_db()

    assert answer.status_code == 422
    assert "cannot be a part of itself" in answer.content.decode()
    assert whole.part_of is None


def test_a_whole_too_deep_for_the_measures_is_refused(hold):
    from django.core.exceptions import ValidationError

    total = hold("trip", title="printed total", count=6)
    trip = hold("trip", title="trip", part_of=total)
    visit = hold("outward_visit", title="visit", part_of=trip)
    with pytest.raises(ValidationError, match="Too deep"):
        hold("outward_visit", title="deeper", part_of=visit)
    assert Engagement.objects.count() == 3


def test_a_day_that_was_recognized_is_not_corrected_by_an_officer(alice, cast, hold):
    row = hold(asserted_by="zone")
    answer = alice.post(f"/north/engagements/{row.pk}/edit/", filled(when="2024-10-07", host=cast.alice.pk))
    row.refresh_from_db()

    assert answer.status_code == 422
    assert "only a verifier may correct it" in answer.content.decode()
    assert (row.title, row.steps.count()) == ("reception 2024-10-05", 1)


def test_the_whole_is_not_set_for_many_at_once(alice, hold):
    hold("trip", title="春季招商")
    row = hold("outward_visit", title="拜访")
    alice.post(
        "/north/engagements/bulk/",
        {"pk": [row.pk], "change": ["part_of"], "part_of": "春季招商", "save": "1"},
    )
    row.refresh_from_db()
    assert row.part_of is None


def test_what_was_taken_from_a_paper_and_is_nobodys_is_completed_by_those_who_log(client, cast, hold):
    row = hold(host=None, unit=None, asserted_by="press")
    client.force_login(cast.bob)
    answer = client.post(f"/north/engagements/{row.pk}/edit/", filled(outcome="补记成果"))
    row.refresh_from_db()

    assert answer.status_code == 302
    assert row.outcome == "补记成果"


# -- facts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "value", "qualifier"),
    [
        ("visitors", "约30人", 30, "about"),
        ("projects_discussed", "8", 8, "exact"),
        ("planned_total", "近13亿元", 1_300_000_000, "near"),
    ],
)
def test_a_count_is_typed_as_it_is_written(alice, hold, kind, typed, value, qualifier):
    row = hold()
    answer = alice.post(
        f"/north/facts/engagement-figure/new/?subject={row.pk}",
        {"kind": kind, "amount": typed, "when": "2024-10-05", "asserted_by": "press"},
    )
    figure = EngagementFigure.objects.get()

    assert answer.status_code == 302
    assert (figure.value, figure.qualifier, figure.wording) == (value, qualifier, typed)


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("visitors", "30亩", "“visitors” is counted in persons; “30亩” is in square meters."),
        ("planned_total", "0.00001元", "Finer than 4 decimal places"),
        ("visitors", "many", "There is no number in “many”"),
        ("", "30", "This field is required"),
    ],
)
def test_a_count_that_cannot_be_kept_is_refused_at_its_place(alice, hold, kind, typed, said):
    row = hold()
    answer = alice.post(
        f"/north/facts/engagement-figure/new/?subject={row.pk}",
        {"kind": kind, "amount": typed, "when": "2024-10-05", "asserted_by": "press"},
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not EngagementFigure.objects.exists()


def test_a_bare_count_keeps_its_words_when_its_day_is_corrected(alice, hold):
    row = hold()
    said = {"kind": "projects_discussed", "amount": "8", "when": "2024-10-05", "asserted_by": "press"}
    alice.post(f"/north/facts/engagement-figure/new/?subject={row.pk}", said)
    address = f"/north/facts/engagement-figure/{EngagementFigure.objects.get().pk}/correct/"

    assert 'value="8"' in alice.get(address).content.decode()
    assert alice.post(address, said | {"when": "2024-10-06"}).status_code == 302
    newer = EngagementFigure.objects.get(reverses__isnull=False)
    assert (newer.value, newer.wording, newer.earliest.day) == (8, "8", 6)


def test_a_step_to_come_is_shown_on_the_page(alice, hold):
    soon = localdate() + timedelta(days=3)
    row = hold(on=soon.isoformat(), state=StepKind.PLANNED)
    page = alice.get(f"/north/engagements/{row.pk}/").content.decode()
    assert f"/north/facts/engagement-step/{row.steps.get().pk}/" in page


# -- other rooms' pages --------------------------------------------------------------------------------------


def test_the_page_of_an_organization_tells_its_visits(alice, hold, sanfu, collector, jin):
    hold(title="来访", who=services.WhoTookPart([sanfu], [collector], [jin]))
    pages = [f"/north/organizations/{sanfu.pk}/"]
    for page in pages:
        text = alice.get(page).content.decode()
        assert "Visits and meetings" in text
        assert "来访" in text
        assert "来访" not in alice.get(f"{page}?as_of=2024-09-01").content.decode()
    assert f"/north/log/?organization={sanfu.pk}" in alice.get(pages[0]).content.decode()


def test_an_enterprise_sees_its_own_page_without_the_visits(client, cast, hold, sanfu):
    sanfu.representatives.add(cast.enterprise)
    hold(title="来访", who=services.WhoTookPart([sanfu]))
    client.force_login(cast.enterprise)
    page = client.get(f"/north/organizations/{sanfu.pk}/")

    assert page.status_code == 200
    assert "来访" not in page.content.decode()


# -- walls ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "view", "add", "change"),
    [
        ("alice", 200, 200, 200),
        ("bob", 200, 200, 403),
        ("unit_head", 200, 200, 200),
        ("inspector", 200, 200, 403),
        ("verifier", 200, 200, 200),
        ("auditor", 200, 403, 403),
        ("leader", 200, 403, 403),
        ("charlie", 404, 404, 404),
        ("dora", 404, 404, 404),
        ("enterprise", 404, 403, 404),
    ],
)
def test_who_reads_and_writes(client, cast, hold, who, view, add, change):
    row = hold()
    client.force_login(getattr(cast, who))

    assert client.get(f"/north/engagements/{row.pk}/").status_code == view
    assert client.get("/north/engagements/new/").status_code == add
    assert client.get("/north/log/").status_code == add
    assert client.get(f"/north/engagements/{row.pk}/edit/").status_code == change
    assert client.get(f"/north/log/{row.pk}/done/").status_code == view


def test_a_project_that_is_tied_later_moves_and_one_that_is_untied_moves_back(alice, hold, zone, collector):
    from zoneworks.projects.models import Project

    other = Project.objects.create(zone=zone, name="硅片项目")
    row = hold(on="2024-10-05", who=services.WhoTookPart(projects=[collector]))
    row.refresh_from_db()
    services.connect(row, services.WhoTookPart(projects=[other]))
    collector.refresh_from_db()
    other.refresh_from_db()

    assert (collector.progress_on, other.progress_on) == (None, date(2024, 10, 5))


def test_a_changed_count_is_a_correction_and_keeps_what_it_was(alice, hold):
    row = hold(title="来访", count=6)
    url = f"/north/engagements/{row.pk}/"

    alice.post(f"{url}edit/", filled(count="9"))
    alice.post(f"{url}edit/", filled(count="9", count_qualifier="at_least"))

    row.refresh_from_db()
    assert (row.count, row.count_qualifier) == (9, "at_least")
    steps = row.steps.order_by("pk")
    assert [(step.count, step.count_qualifier) for step in steps] == [
        (6, "exact"),
        (9, "exact"),
        (9, "at_least"),
    ]
    versions = alice.get(f"/north/facts/engagement-step/{steps[2].pk}/").content.decode()
    assert "at least 9" in versions
