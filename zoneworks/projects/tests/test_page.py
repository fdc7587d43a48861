"""The page of a project: the line of stages at any moment, claims beside each other, evidence, what one does first."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.kit import recording
from zoneworks.projects.faces import ProjectFigureFace, ProjectStepFace
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.projects.tests.conftest import make_figure, make_party, make_project, make_step
from zoneworks.rulebook import services as rulebook

pytestmark = pytest.mark.django_db


def page(client, project, query=""):
    response = client.get(f"/north/projects/{project.pk}/{query}")
    assert response.status_code == 200
    return response


def stages(response):
    return {stage.key: stage for stage in response.context["line"].stages}


def panel(response, key):
    panels = [*response.context["panels_main"], *response.context["panels_side"]]
    return next(one for one in panels if one.key == key)


def test_the_line_shows_each_stage_as_of_the_day(alice, project):
    make_step(project, "in_talks", "2024-01-10")
    make_step(project, "signed", "2024-03-05")
    make_step(project, "started", "2024-06-01")

    now = stages(page(alice, project))
    assert (now["in_talks"].state, now["signed"].state, now["started"].state) == ("done", "done", "current")
    assert (now["funded"].state, now["in_statistics"].state) == ("skipped", "next")

    then = stages(page(alice, project, "?as_of=2024-04-01"))
    assert (then["signed"].state, then["registered"].state, then["started"].state) == (
        "current",
        "next",
        "ahead",
    )
    assert then["started"].said == []


def test_a_step_whose_span_holds_the_day_is_marked_and_moves_nothing(alice, project):
    make_step(project, "in_talks", "2024-01-10")
    make_step(project, "signed", "2024年5月初")

    line = stages(page(alice, project, "?as_of=2024-05-04"))
    assert (line["in_talks"].state, line["signed"].state) == ("current", "uncertain")
    assert stages(page(alice, project, "?as_of=2024-05-10"))["signed"].state == "current"


def test_each_level_is_a_fact_of_its_own_and_all_are_shown(alice, project, cast):
    make_step(project, "signed", "2024-03-05", actor=cast.alice)
    make_step(project, "signed", "2024-03-08", actor=cast.verifier, asserted_by="city")

    said = stages(page(alice, project))["signed"].said
    assert [(one.when, one.level, one.by) for one in said] == [
        ("2024-03-05", "self-reported", "Alice"),
        ("2024-03-08", "recognized by the city", "Verifier"),
    ]


def test_steps_out_of_order_are_kept_and_pointed_out(alice, project):
    make_step(project, "started", "2024-03-01")
    make_step(project, "signed", "2024-05-01")

    shown = page(alice, project)
    assert "“started” (2024-03-01) is dated before “signed” (2024-05-01)." in shown.content.decode()
    assert stages(shown)["started"].state == "current"


def test_a_step_before_several_stages_is_one_finding_about_the_order_with_its_reason(alice, project, cast):
    make_step(project, "in_talks", "2024-05-01")
    make_step(project, "signed", "2024-06-01")
    step = make_step(project, "registered", "2024-03-01", actor=cast.alice)

    def found():
        return [
            one
            for one in panel(page(alice, project), "health").data["findings"]
            if "before" in one["sentence"]
        ]

    text = "“registered” (2024-03-01) is dated before “in talks” (2024-05-01), “signed” (2024-06-01)."
    assert [(one["sentence"], one["tone"]) for one in found()] == [(f"{text} Nobody said why.", "yellow")]
    assert "in this order" in found()[0]["rule"]

    said = {
        "when": "2024-03-01",
        "kind": "registered",
        "asserted_by": "self_reported",
        "note": "公司早已注册",
    }
    response = alice.post(ProjectStepFace.url_of(step, "correct"), said, follow=True)
    assert f"{text} Reason (Alice): 公司早已注册" in [str(one) for one in response.context["messages"]]
    assert [(one["sentence"], one["tone"]) for one in found()] == [
        (f"{text} Reason (Alice): 公司早已注册", "grey")
    ]


def test_the_warning_after_saving_speaks_of_the_order_of_that_step_alone(alice, project):
    make_step(project, "registered", "2024-03-01")
    make_step(project, "in_talks", "2024-05-01")
    other = make_step(project, "lead", "2024-01-01")
    said = {"when": "2024-06-01", "kind": "signed", "asserted_by": "self_reported", "note": "补签"}
    response = alice.post(ProjectStepFace.new_url(project), said, follow=True)
    warned = " ".join(str(one) for one in response.context["messages"])
    assert "“registered” (2024-03-01) is dated before “signed” (2024-06-01)." in warned

    said = {"when": "2024-01-02", "kind": "lead", "asserted_by": "self_reported"}
    response = alice.post(ProjectStepFace.url_of(other, "correct"), said, follow=True)
    assert "dated before" not in " ".join(str(one) for one in response.context["messages"])


def test_a_skipped_stage_is_pointed_out_with_the_reason_and_whose_it_is(alice, project, cast):
    make_step(project, "signed", "2024-03-05")
    make_step(project, "funded", "2024-05-01")
    text = "“funded” (2024-05-01) skipped: registered."
    assert f"{text} Nobody said why." in page(alice, project).content.decode()

    note = "The company was registered elsewhere."
    make_step(project, "funded", "2024-05-01", actor=cast.verifier, asserted_by="zone", note=note)
    assert f"{text} Reason (Verifier): {note}" in page(alice, project).content.decode()

    make_step(project, "registered", "2024-04-01")
    assert text not in page(alice, project).content.decode(), "papers arrive late"


def test_where_a_project_enters_the_ledger_no_skip_is_pointed_out(alice, project):
    make_step(project, "signed", "2024-03-05")
    assert "skipped: " not in page(alice, project).content.decode()


def test_a_project_that_left_shows_how(alice, project):
    make_step(project, "signed", "2024-03-05")
    make_step(project, "shelved", "2024-06-01")

    shown = page(alice, project)
    assert [badge.text for badge in shown.context["badges"]] == ["shelved"]
    assert stages(shown)["shelved"].state == "current"
    assert shown.context["line"].next_kind == ""


def test_a_printed_word_waits_to_be_mapped(alice, project):
    make_step(project, "landed", "2024-03-05", asserted_by="press")

    word = page(alice, project).context["line"].words[0]
    assert word.label == "landed"
    assert [choice.label for choice in word.choices] == ["signed", "registered", "site secured", "started"]


def test_commitment_stands_beside_actual(alice, project):
    make_figure(project, "jobs", 200, unit="persons", wording="200人")
    make_figure(project, "jobs", 50, "2024-09-01", unit="persons", nature="actual")

    card = panel(page(alice, project), "figures").data[0]
    assert (card.label, card.commitment.claims[0].text, card.actual.claims[0].text, card.percent) == (
        "jobs",
        "200 people",
        "50 people",
        25,
    )


def test_two_claims_that_differ_are_both_shown(alice, project, cast):
    make_figure(project, "planned_total", 240_000_000, asserted_by="press", wording="2.4亿元")
    make_figure(project, "planned_total", 200_000_000, actor=cast.verifier, asserted_by="zone")

    shown = page(alice, project)
    side = panel(shown, "figures").data[0].commitment
    assert side.differ == 2
    assert [(one.text, one.is_counted) for one in side.claims] == [
        ("CNY 200 million", True),
        ("CNY 240 million", False),
    ]
    assert "2 claims differ" in shown.content.decode()
    assert "“2.4亿元”" in shown.content.decode()


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"asserted_by": "press"}, "asserted at the higher level"),
        ({"when": "2024-01-05"}, "of the later day"),
        ({"value": 200_000_000}, "entered last"),
        ({"value": 200_000_000, "when": "2024-01-05"}, "of the later day"),
        ({"unit": "USD"}, ""),
        ({"is_increment": True, "when": "2024-01-05"}, ""),
    ],
)
def test_the_page_says_why_one_of_several_figures_counts(alice, project, other, why):
    make_figure(project, "planned_total", **{"value": 240_000_000, "when": "2024-03-05"} | other)
    make_figure(project, "planned_total", 200_000_000, "2024-03-05")

    shown = page(alice, project)
    claims = panel(shown, "figures").data[0].commitment.claims
    counted = [
        one for one in claims if one.is_counted and one.fact.value == 200_000_000 and one.fact.unit == "CNY"
    ]
    assert counted[-1].why_counted == why
    assert (f"counted: {why}" in shown.content.decode()) is bool(why)


@pytest.mark.parametrize(
    ("kind", "unit", "product", "is_marked"),
    [
        ("capacity", "W", "", True),
        ("production_lines", "lines", "", True),
        ("capacity", "W", "硅片", False),
        ("jobs", "persons", "", False),
    ],
)
def test_a_capacity_without_its_product_is_marked_and_found(alice, project, kind, unit, product, is_marked):
    make_figure(project, kind, 20, unit=unit, product=product)

    shown = page(alice, project)
    assert ("product not stated" in shown.content.decode()) is is_marked
    found = [finding["label"] for finding in panel(shown, "health").data["findings"]]
    assert ("product not stated" in found) is is_marked


def test_increments_are_listed_and_added(alice, project):
    make_figure(project, "planned_total", 200_000_000)
    make_figure(project, "planned_total", 50_000_000, "2024-09-01", is_increment=True)

    side = panel(page(alice, project), "figures").data[0].commitment
    assert (side.total, side.claims[1].text, side.differ) == ("CNY 250 million", "+CNY 50 million", 0)
    project.refresh_from_db()
    assert project.planned_total == 250_000_000


def test_the_health_test_names_figures_and_rule(alice, project):
    make_step(project, "signed", "2022-03-25")

    text = page(alice, project, "?as_of=2024-03-26").content.decode()
    assert "Signed 2022-03-25; not started 24 months later." in text
    assert "More than 12 months since signing without a start." in text
    assert "/north/rules/health.signed_not_started_months/?as_of=2024-03-26" in text


def test_evidence_of_the_next_stage_is_met_by_files(alice, project):
    make_step(project, "site_secured", "2024-03-05")
    make_step(project, "in_talks", "2024-01-05")
    make_step(project, "funded", "2024-02-05")
    asked = panel(page(alice, project), "evidence").data["asked"]
    assert (asked.stage, asked.missing) == ("permitted", 5)
    assert asked.attach_url

    upload = SimpleUploadedFile("环评.txt", "环境影响评价批复".encode())
    alice.post(asked.attach_url, {"file": upload, "evidence": "environment_permit"})
    asked = panel(page(alice, project), "evidence").data["asked"]
    assert asked.missing == 4
    assert [item.files[0].label for item in asked.items if item.files] == ["环评.txt"]


def test_one_of_a_group_of_papers_is_enough(alice, project):
    make_step(project, "funded", "2024-02-05")
    asked = panel(page(alice, project), "evidence").data["asked"]
    assert (asked.stage, asked.missing) == ("site secured", 1)
    upload = SimpleUploadedFile("租赁.txt", "厂房租赁合同".encode())
    alice.post(asked.attach_url, {"file": upload, "evidence": "plant_lease"})
    asked = panel(page(alice, project), "evidence").data["asked"]
    assert (asked.missing, [item.is_met for item in asked.items]) == (0, [True, True, True])


def test_parties_are_listed_investors_first(alice, project):
    make_party(project, "厂房主人", kind="landlord")
    make_party(project, "投资方", kind="investor", as_printed="投资建设")

    said = panel(page(alice, project), "parties").data
    assert [(one.name, one.role) for one in said] == [("投资方", "investor"), ("厂房主人", "gives the site")]


@pytest.mark.parametrize(
    ("who", "acts", "recognizes"),
    [("alice", True, False), ("bob", False, False), ("leader", False, False), ("verifier", True, True)],
)
def test_actions_are_offered_to_those_who_may(client, cast, project, who, acts, recognizes):
    make_step(project, "signed", "2024-03-05")
    client.force_login(getattr(cast, who))

    shown = page(client, project)
    assert bool(shown.context["quick"]) is acts
    assert bool(stages(shown)["signed"].said[0].recognize_url) is recognizes
    past = page(client, project, "?as_of=2024-04-01")
    assert not past.context["quick"]
    assert not stages(past)["signed"].said[0].recognize_url


def test_the_next_stage_is_preselected(alice, project):
    make_step(project, "signed", "2024-03-05")
    first = page(alice, project).context["quick"][0][0]
    form = alice.get(first.url)
    assert form.context["form"]["kind"].value() == "registered"


def test_the_next_action_is_set_from_the_page(alice, project):
    url = f"/north/projects/{project.pk}/next/"
    assert alice.post(url, {"next_action": "约投资方来访", "next_due": "2024-07-01"}).status_code == 302
    project.refresh_from_db()
    assert (project.next_action, project.next_due) == ("约投资方来访", date(2024, 7, 1))

    refused = alice.post(url, {"next_action": "约" * 10_000, "next_due": "下周"})
    assert refused.status_code == 422
    assert "下周" in refused.content.decode()
    assert set(refused.context["form"].errors) == {"next_action", "next_due"}


def test_the_page_costs_no_more_queries_with_more_facts(alice, project):
    page(alice, project, "")  # what is looked up once is looked up now
    costs = []
    for extra in (1, 12):
        for number in range(extra):
            make_step(project, "signed", f"2024-03-{number + 1:02}")
            make_figure(project, "planned_total", 100 + number)
            make_party(project)
        for query in ("", "?as_of=2024-12-31"):
            with CaptureQueriesContext(connection) as queries:
                page(alice, project, query)
            costs.append(len(queries))
    assert costs[:2] == costs[2:]


def test_a_correction_changes_the_page_and_keeps_both_versions(alice, project, cast):
    old = make_figure(project, "planned_total", 200_000_000, at="2024-03-06 09:00")
    new = ProjectFigure(
        zone=project.zone, project=project, kind="planned_total", value=210_000_000, unit="CNY"
    )
    new.earliest = new.latest = date(2024, 3, 5)
    new.asserted_by = old.asserted_by
    recording.correct(old, new, actor=cast.alice)

    assert [one.text for one in panel(page(alice, project), "figures").data[0].commitment.claims] == [
        "CNY 210 million"
    ]
    Project.objects.update(created_at="2024-03-01T00:00:00Z")
    before = page(alice, project, "?as_of=2024-03-31&known_at=2024-03-31")
    assert [one.text for one in panel(before, "figures").data[0].commitment.claims] == ["CNY 200 million"]
    fact = alice.get(f"/north/facts/project-figures/{old.pk}/").content.decode()
    assert "CNY 200 million" in fact
    assert "CNY 210 million" in fact


def test_what_was_corrected_is_marked_with_the_way_to_its_versions(alice, project):
    figure = make_figure(project, value=300_000_000, wording="3亿元")
    make_step(project, "signed", "2024-03-05")
    assert ">corrected<" not in page(alice, project).content.decode()

    said = {"kind": "planned_total", "amount": "3.2亿元", "nature": "commitment", "when": "2024-03-05"}
    url = ProjectFigureFace.url_of(figure, "correct")
    assert alice.post(url, said | {"asserted_by": "self_reported"}).status_code == 302
    newer = ProjectFigureFace.url_of(figure.reversed_by)
    assert page(alice, project).content.decode().count(f'<a class="tag tag-grey" href="{newer}"') == 2


def test_an_organization_shows_its_projects_in_one_query(client, cast, project):
    from zoneworks.kit.ledger import Ledger
    from zoneworks.projects.extension import ProjectsOfOrganization

    party = make_party(project, "投资方")
    make_party(make_project(project.zone, "第二个"), party.organization, kind="buyer")

    class Page(Ledger):
        model = Project
        slug = "page"

    from types import SimpleNamespace

    from zoneworks.kit.moment import Moment

    shown = Page()
    shown.request = SimpleNamespace(moment=Moment.present(), user=cast.alice, zone=project.zone)
    assert cast.alice.seats
    with CaptureQueriesContext(connection) as queries:
        panels = ProjectsOfOrganization().panels(shown, party.organization)
    assert len(queries) == 1
    assert sorted(item["name"] for item in panels[0].data) == ["硅片项目", "第二个"]


def test_the_page_ends_at_the_wall(client, cast, project):
    for who, status in {"charlie": 404, "dora": 404, "bob": 200, "auditor": 200}.items():
        client.force_login(getattr(cast, who))
        assert client.get(f"/north/projects/{project.pk}/").status_code == status


def test_no_style_and_no_script_stands_in_the_page(alice, project):
    make_step(project, "signed", "2024-03-05")
    text = page(alice, project).content.decode()
    assert not re.search(r"\sstyle=|\son\w+=", text)
    assert ProjectStep.objects.count() == 1


def test_a_comment_that_is_too_long_is_refused_whole_and_stays_in_its_field(alice, project):
    answer = alice.post(f"/north/projects/{project.pk}/comment/", {"text": "长" * 5001})

    assert answer.status_code == 422
    assert "this one has 5001" in answer.content.decode()
    assert "长" * 5001 in answer.content.decode()
    assert panel(answer, "comments").data["comments"] == []
    assert alice.post(f"/north/projects/{project.pk}/comment/", {"text": "长" * 5000}).status_code == 302
    assert len(panel(page(alice, project), "comments").data["comments"]) == 1


def test_a_rule_that_the_zone_decided_without_a_clause_says_its_value(alice, project, zone, cast):
    make_step(project, "signed", "2023-01-05")
    key = "health.signed_not_started_months"
    rulebook.override(zone, key, value=6, in_force_from=date(2020, 1, 1), actor=cast.administrator)

    [finding] = [
        one for one in panel(page(alice, project), "health").data["findings"] if "start" in one["label"]
    ]
    assert finding["rule"].endswith(": 6 months (decided by this zone)")


def test_the_first_page_keeps_the_moment(alice):
    assert alice.get("/north/?as_of=2023-06-30").url.endswith("/?as_of=2023-06-30")
