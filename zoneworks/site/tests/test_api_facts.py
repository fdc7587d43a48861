"""Facts over HTTP: told as they are written, refused at their field, corrected once, recognized by verifiers only."""

from __future__ import annotations

from datetime import date

import pytest

from zoneworks.accounts.models import Membership
from zoneworks.projects.models import ProjectFigure, ProjectStep
from zoneworks.site.tests.conftest import (
    make_document,
    make_figure,
    make_project,
    make_step,
)

pytestmark = pytest.mark.django_db


def test_a_figure_is_recorded_as_written_with_its_sources(cast, zone, call):
    project = make_project(zone, unit=Membership.objects.get(user=cast.alice).unit)
    passage = make_document(zone).passages.get()
    caller = call(cast.alice)
    said = {"about": project.pk, "kind": "planned_total", "amount": "近20亿元", "when": "2023年5月初"}
    made = caller.post("facts/project-figures", said | {"passages": [passage.pk], "asserted_by": "press"})
    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["earliest"], told["latest"]) == ("2023-05-01", "2023-05-10")
    assert (told["values"]["value"], told["values"]["qualifier"]) == (2_000_000_000, "near")
    assert told["citations"][0]["quote"] == passage.quote
    assert told["warnings"] == []
    corrected = caller.post(f"facts/project-figures/{told['id']}/correct", {"amount": "21亿元"})
    assert corrected.status_code == 201, corrected.json()
    assert corrected.json()["citations"] == told["citations"]
    assert corrected.json()["when"] == told["when"]
    assert [figure.value for figure in ProjectFigure.objects.order_by("pk")] == [2_000_000_000, 2_100_000_000]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"about": None}, "about"),
        ({"about": "1"}, "about"),
        ({"about": 10**30}, "about"),
        ({"about": True}, "about"),
        ({"amount": "20公里"}, "amount"),
        ({"amount": 5}, "amount"),
        ({"when": "2023-02-30"}, "when"),
        ({"when": "x" * 61}, "when"),
        ({"kind": "nonsense"}, "kind"),
        ({"asserted_by": "audit"}, "asserted_by"),
        ({"passages": [10**9]}, "passages"),
        ({"passages": "1"}, "passages"),
        ({"nonsense": 1}, "nonsense"),
    ],
    ids=str,
)
def test_a_fact_that_cannot_be_is_refused_at_its_field(cast, zone, call, wrong, field):
    project = make_project(zone, unit=Membership.objects.get(user=cast.alice).unit)
    said = {"about": project.pk, "kind": "planned_total", "amount": "近20亿元", "when": "2023年5月"}
    refused = call(cast.alice).post("facts/project-figures", said | wrong)
    assert refused.status_code == 422
    assert field in {error["field"] for error in refused.json()["errors"]}, refused.json()
    assert not ProjectFigure.objects.exists()


def test_a_fact_sent_twice_is_recorded_once_and_a_second_correction_is_refused(cast, zone, call):
    project = make_project(zone, unit=Membership.objects.get(user=cast.alice).unit)
    caller = call(cast.alice)
    said = {"about": project.pk, "kind": "signed", "when": "2023-05-10"}
    first, second = (caller.post("facts/project-steps", said, Idempotency_Key="k") for _each in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert ProjectStep.objects.count() == 1
    path = f"facts/project-steps/{first.json()['id']}/correct"
    newer = caller.post(path, {"when": "2023-05-11"}, Idempotency_Key="c")
    again = caller.post(path, {"when": "2023-05-11"}, Idempotency_Key="c")
    assert newer.json()["id"] == again.json()["id"]
    refused = caller.post(path, {"when": "2023-05-12"})
    assert (refused.status_code, refused.json()["current"]) == (409, newer.json()["href"])
    assert caller.post(path.replace("correct", "withdraw"), {"note": "x"}).status_code == 409
    assert ProjectStep.objects.count() == 2


def test_only_a_verifier_recognizes_and_changes_what_is_recognized(cast, zone, call):
    project = make_project(zone, unit=Membership.objects.get(user=cast.alice).unit)
    step = make_step(project, asserted_by="zone")
    officer, verifier = call(cast.alice), call(cast.verifier)
    for path, body in (("correct", {"when": "2024-03-06"}), ("withdraw", {"note": "x"})):
        assert officer.post(f"facts/project-steps/{step.pk}/{path}", body).status_code == 403
    said = {"about": project.pk, "kind": "started", "when": "2024-06-01", "asserted_by": "zone", "note": "x"}
    assert officer.post("facts/project-steps", said).status_code == 422
    assert verifier.post("facts/project-steps", said).status_code == 201
    assert verifier.post(f"facts/project-steps/{step.pk}/correct", {"when": "2024-03-06"}).status_code == 201
    assert verifier.post(f"facts/project-steps/{step.pk}/withdraw", {"note": ""}).status_code == 422


def test_what_is_questionable_about_a_fact_is_said_and_kept(cast, zone, call):
    project = make_project(zone, unit=Membership.objects.get(user=cast.alice).unit)
    make_step(project, "signed", date(2024, 3, 5))
    make_figure(project)
    early = {"about": project.pk, "kind": "started", "when": "2023-01-01"}
    refused = call(cast.alice).post("facts/project-steps", early)
    assert [error["field"] for error in refused.json()["errors"]] == ["note"], (
        "stages are skipped without a reason"
    )
    told = call(cast.alice).post("facts/project-steps", early | {"note": "started before the permits"})
    assert told.status_code == 201
    assert told.json()["warnings"]
