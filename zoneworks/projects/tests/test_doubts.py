"""Steps whose days contradict others: asked about once, kept, and pointed out at the step."""

from __future__ import annotations

import re

import pytest

from zoneworks.projects.faces import ProjectStepFace
from zoneworks.projects.models import ProjectStep
from zoneworks.projects.tests.conftest import make_step

CASES = {
    "started before it was signed": (
        [("funded", "2024-06-01"), ("permitted", "2024-06-02")],
        ("started", "2024-01-01"),
        "“started” (2024-01-01) is dated before “funded” (2024-06-01), “permitted” (2024-06-02).",
    ),
    "talks first told after the start": (
        [("signed", "2023-06-01"), ("started", "2024-01-01")],
        ("in_talks", "2025-01-01"),
        "“signed” (2023-06-01) is dated before “in talks” (2025-01-01).",
    ),
    "talks told again after the start": (
        [("in_talks", "2023-01-01"), ("signed", "2023-06-01"), ("started", "2024-01-01")],
        ("in_talks", "2025-01-01"),
        "“in talks” (2025-01-01) is told again after “started” (2024-01-01)",
    ),
    "registered after the project was lost": (
        [("signed", "2023-06-01"), ("lost", "2024-01-01")],
        ("registered", "2024-06-01"),
        "“registered” (2024-06-01) is told after the project left at “lost” (2024-01-01)",
    ),
    "screened before the lead": (
        [("lead", "2024-03-01")],
        ("screened", "2024-02-01"),
        "“screened” (2024-02-01) is dated before “lead” (2024-03-01).",
    ),
    "a signing of the year before": (
        [("signed", "2024-06-01")],
        ("signed", "2023-01-01"),
        "now in 2023, and no longer in 2024.",
    ),
}


def told(kind, when, **more):
    return {"kind": kind, "when": when, "asserted_by": "self_reported", **more}


@pytest.mark.parametrize("case", CASES)
def test_a_day_that_contradicts_is_asked_about_once_and_kept_with_the_reason(alice, project, case):
    before, (kind, when), text = CASES[case]
    for step in before:
        make_step(project, *step)
    url = ProjectStepFace.new_url(project)

    asked = alice.post(url, told(kind, when))
    assert asked.status_code == 422
    assert text in " ".join(asked.context["form"].errors["note"])
    assert ProjectStep.objects.count() == len(before)

    again = told(kind, when, note="原件晚到", asked=asked.context["form"]["asked"].value())
    kept = alice.post(url, again, follow=True)
    assert ProjectStep.objects.count() == len(before) + 1
    assert any(text in str(one) and "原件晚到" in str(one) for one in kept.context["messages"])
    said = [one for stage in kept.context["line"].stages for one in stage.said if one.doubts]
    assert any(text in one.doubts[0] and "原件晚到" in one.doubts[0] for one in said)
    text_of_page = kept.content.decode()
    assert "days explained" in text_of_page and "days in doubt" not in text_of_page
    found = [one["sentence"] for panel in kept.context["panels_main"] for one in _findings(panel)]
    assert any(text in sentence for sentence in found)


def test_a_day_without_a_reason_stays_in_doubt(alice, project):
    make_step(project, "signed", "2024-06-01")
    make_step(project, "started", "2024-01-05")
    page = alice.get(f"/north/projects/{project.pk}/").content.decode()
    assert "days in doubt" in page and "days explained" not in page


def _findings(panel):
    return panel.data["findings"] if panel.key == "health" else []


def test_what_moves_a_count_to_another_year_is_said_before_it_is_saved_even_with_a_note(alice, project):
    make_step(project, "signed", "2024-06-01")
    url = ProjectStepFace.new_url(project)

    asked = alice.post(url, told("signed", "2023-01-01", note="框架"))
    assert "no longer in 2024" in " ".join(asked.context["form"].errors["note"])
    assert asked.context["form"]["note"].value() == "框架"
    assert ProjectStep.objects.count() == 1
    assert alice.post(url, told("signed", "2023-01-01", note="框架", asked="1")).status_code == 302


def test_a_later_signing_is_kept_and_told_that_it_does_not_count_again(alice, project):
    make_step(project, "signed", "2023-06-01")
    kept = alice.post(ProjectStepFace.new_url(project), told("signed", "2024-06-01"), follow=True)
    said = [str(one) for one in kept.context["messages"]]
    assert "“signed” counts once, at its first step (2023-06-01): this one does not count again." in said


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ([("in_talks", "2024-01-01"), ("shelved", "2024-03-01")], ("in_talks", "2024-02-01")),
        ([("signed", "2023-06-01"), ("lost", "2024-01-01")], ("registered", "2023-10-01")),
        ([("signed", "2024-06-01")], ("signed", "2024-05-01")),
        ([("registered", "2023-06-01"), ("funded", "2023-08-01")], ("funded", "2024-08-01")),
        ([("in_talks", "2024-01-01")], ("in_talks", "2024-02-01")),
    ],
)
def test_what_contradicts_nothing_is_not_asked_about(alice, project, before, step):
    for one in before:
        make_step(project, *one)
    assert alice.post(ProjectStepFace.new_url(project), told(*step)).status_code == 302


def test_recognizing_a_step_in_doubt_does_not_ask_again(client, cast, project):
    make_step(project, "signed", "2024-06-01")
    make_step(project, "signed", "2023-01-01")
    client.force_login(cast.verifier)
    posted = told("signed", "2023-01-01") | {"asserted_by": "zone"}
    assert client.post(ProjectStepFace.new_url(project), posted).status_code == 302


def test_the_list_offers_only_tests_that_it_can_ask(alice, project):
    """What no condition of the database says is not among the lights."""
    shown = alice.get("/north/projects/").content.decode()
    offered = re.findall(
        r'<option value="([a-z_]+)"', shown[shown.index('name="light"') :].split("</select>")[0]
    )
    assert "signed_not_started" in offered
    for key in offered:
        assert alice.get(f"/north/projects/?light={key}").status_code == 200
