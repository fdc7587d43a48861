"""The audit trail and the history of a row speak the language of the page, whoever wrote the line in whichever."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.utils import translation

from zoneworks.accounts.models import Membership
from zoneworks.kit import recording
from zoneworks.kit.audit import record
from zoneworks.rulebook import services as rules
from zoneworks.site.tests.conftest import make_engagement, make_figure, make_project, make_step

pytestmark = pytest.mark.django_db
WORDS = {
    "en": [
        "甲项目 · in production",
        "甲项目 · planned total investment",
        "某次接待 · held",
        "Alice · officer",
    ],
    "zh-hans": ["甲项目 · 投产", "甲项目 · 计划总投资", "某次接待 · 已举办", "Alice · 经办人"],
}


@pytest.fixture
def changes(zone, cast, team):
    """Lines written down by people who read English, and one by a person who reads Chinese."""
    project = make_project(zone, name="甲项目", industry="pv_storage_charging")
    step = make_step(project, "in_production", actor=cast.alice)
    make_figure(project)
    make_engagement(zone, title="某次接待")
    with translation.override("zh-hans"), transaction.atomic():
        record(cast.administrator, "change", Membership.objects.get(user=cast.alice))
    recording.withdraw(step, reason="重复", actor=cast.alice)
    return project


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_kinds_are_told_by_their_labels(client, cast, changes, language):
    client.cookies["django_language"] = language
    client.force_login(cast.auditor)
    page = client.get("/north/trail/").content.decode()

    for words in WORDS[language]:
        assert words in page
    assert f"<ins>{WORDS[language][0].split(' · ')[1]}</ins>" in page  # the field of the kind
    for key in ("in_production<", "planned_total<"):
        assert key not in page


@pytest.mark.parametrize(
    ("language", "industry", "step"),
    [("en", "solar, storage and charging", "甲项目 · in production"), ("zh-hans", "光储充", "甲项目 · 投产")],
)
def test_values_of_the_rulebook_and_facts_that_are_pointed_to_are_told_too(
    client, cast, changes, language, industry, step
):
    with transaction.atomic():
        record(
            cast.alice, "change", changes, before={"industry": ""}, after={"industry": "pv_storage_charging"}
        )
        fact = changes.steps.first()
        record(
            cast.alice, "correct", fact, before={"reverses": ""}, after={"reverses": "甲项目 · in_production"}
        )
    client.cookies["django_language"] = language
    client.force_login(cast.auditor)

    assert f"<ins>{industry}</ins>" in client.get(f"/north/projects/{changes.pk}/history/").content.decode()
    assert f"<ins>{step}</ins>" in client.get("/north/trail/").content.decode()


@pytest.mark.parametrize(("language", "label"), [("en", "Signed and not started"), ("zh-hans", "签约未开工")])
def test_a_decision_about_a_rule_is_told_by_its_label_and_leads_to_it(client, cast, zone, language, label):
    key = "health.signed_not_started_months"
    rules.override(zone, key, value=9, in_force_from=date(2024, 3, 1), actor=cast.administrator)
    client.cookies["django_language"] = language
    client.force_login(cast.auditor)

    page = client.get("/north/trail/").content.decode()
    assert f'<a href="/north/rules/{key}/">{label} · 2024-03-01</a>' in page
    assert f"<ins>{label}</ins>" in page
