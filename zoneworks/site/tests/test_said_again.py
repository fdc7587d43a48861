"""A statement that stands already: the form asks, the API refuses unless told otherwise, another source confirms."""

from __future__ import annotations

from datetime import date

import pytest

from zoneworks.kit import recording
from zoneworks.projects.faces import ProjectFigureFace, ProjectStepFace
from zoneworks.projects.models import ProjectFigure, ProjectStep
from zoneworks.site.tests.conftest import make_document, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(zone, cast, team):
    return make_project(zone, name="甲项目", officer=cast.alice, unit=team)


@pytest.fixture
def post(client, cast, project):
    client.force_login(cast.alice)

    def send(**said):
        told = {"kind": "in_talks", "when": "2024-03-05", "asserted_by": "self_reported", "note": "", **said}
        return client.post(ProjectStepFace.new_url(project), told)

    return send


def test_the_form_asks_and_keeps_what_was_typed(project, post):
    assert post(note="第一次").status_code == 302
    first = ProjectStep.objects.get()
    page = post(note="又说一遍")

    assert page.status_code == 422
    text = page.content.decode()
    assert f'href="{ProjectStepFace.url_of(first)}"' in text and 'name="again"' in text
    assert "又说一遍" in text
    assert ProjectStep.objects.count() == 1
    assert post(note="又说一遍", again="on").status_code == 302
    assert ProjectStep.objects.count() == 2


def test_nothing_is_asked_of_who_says_something_new(client, project, post):
    assert 'name="again"' not in client.get(ProjectStepFace.new_url(project)).content.decode()
    post()
    for said in ({"when": "2024-03-06"}, {"when": "2024年3月"}, {"asserted_by": "press"}):
        assert post(**said).status_code == 302
    page = post(when="2999-01-01")
    assert page.status_code == 422 and 'name="again"' not in page.content.decode()


def test_what_was_withdrawn_or_corrected_may_be_said_again(cast, project, post):
    post()
    recording.withdraw(ProjectStep.objects.get(), reason="笔误", actor=cast.alice)
    assert post().status_code == 302


def test_another_source_confirms_and_the_same_one_repeats(cast, zone, project, post):
    first, second = (make_document(zone).passages.get() for _ in range(2))
    assert post(passages=[first.pk]).status_code == 302

    assert post(passages=[first.pk]).status_code == 422
    assert post().status_code == 422  # no source adds nothing to one
    assert post(passages=[second.pk]).status_code == 302
    assert post(passages=[first.pk, second.pk]).status_code == 422
    assert ProjectStep.objects.count() == 2


def test_a_source_confirms_what_had_none(zone, project, post):
    post()
    assert post(passages=[make_document(zone).passages.get().pk]).status_code == 302


def test_a_figure_in_other_words_is_the_same_figure(client, cast, project):
    client.force_login(cast.alice)

    def send(amount, **said):
        told = {"kind": "planned_total", "amount": amount, "nature": "commitment", "when": "2024-03-05"}
        address = ProjectFigureFace.new_url(project)
        return client.post(address, {**told, "asserted_by": "self_reported", **said}).status_code

    assert send("2亿元") == 302
    assert send("20000万元") == 422
    assert send("近2亿元") == send("2亿元", nature="actual") == send("2亿美元") == 302
    assert ProjectFigure.objects.count() == 4


def test_a_correction_into_what_stands_is_asked_about_once(client, cast, project, post):
    post()
    post(when="2024-03-06")
    wrong = ProjectStep.objects.get(earliest=date(2024, 3, 6))
    told = {"kind": "in_talks", "when": "2024-03-05", "asserted_by": "self_reported", "note": ""}

    def correct(fact, **said):
        return client.post(ProjectStepFace.url_of(fact, "correct"), {**told, **said}).status_code

    assert correct(wrong) == 422
    assert correct(wrong, again="on") == 302
    assert correct(recording.newest(wrong), note="另一次洽谈") == 302


def test_the_api_names_what_stands_and_takes_a_plain_word(cast, project, call):
    caller = call(cast.alice)
    said = {"about": project.pk, "kind": "in_talks", "when": "2024-03-05"}
    first = caller.post("facts/project-steps", said)
    assert first.status_code == 201

    second = caller.post("facts/project-steps", said)
    assert (second.status_code, second.json()["code"]) == (422, "already_said")
    assert second.json()["current"].endswith(f"/facts/project-steps/{first.json()['id']}")
    assert second.json()["errors"][0]["field"] == "again"
    assert caller.post("facts/project-steps", {**said, "again": True}).status_code == 201
    assert ProjectStep.objects.count() == 2
