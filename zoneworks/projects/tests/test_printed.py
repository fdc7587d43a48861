"""What papers print about a project stands on its page, beside its facts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from zoneworks.accounts.models import Zone
from zoneworks.measures.models import Claim
from zoneworks.projects.models import ProjectClaim
from zoneworks.projects.printed import tie
from zoneworks.projects.tests.conftest import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(zone):
    return Claim.objects.create(zone=zone, what="厂房", wording="改造")


def test_a_statement_is_tied_to_its_project_and_taken_from_it_again(alice, project, claim):
    url = f"/north/claims/{claim.pk}/about/"
    page = f"/north/projects/{project.pk}/"
    assert "Printed about it" not in alice.get(page).content.decode()

    assert alice.post(url, {"project": str(project)}).status_code == 302
    shown = alice.get(page).content.decode()
    assert "“改造”" in shown
    assert "no number to compare" in shown
    assert str(project) in alice.get(f"/north/claims/{claim.pk}/").content.decode()
    history = alice.get(f"/north/claims/{claim.pk}/history/").content.decode()
    assert "project that it is about" in history
    assert str(project) in history

    alice.post(url, {"project": ""})
    assert "“改造”" not in alice.get(page).content.decode()


def test_what_was_known_before_the_tie_does_not_show_it(alice, project, claim):
    Claim.objects.filter(pk=claim.pk).update(created_at=now() - timedelta(days=20))
    type(project).objects.filter(pk=project.pk).update(created_at=now() - timedelta(days=20))
    tie(claim, project, at=now() - timedelta(days=5))
    tie(claim, None, at=now() - timedelta(days=2))

    def shows(days: int) -> bool:
        known = (now() - timedelta(days=days)).date()
        return "“改造”" in alice.get(f"/north/projects/{project.pk}/?known_at={known}").content.decode()

    assert [shows(days) for days in (10, 4, 1)] == [False, True, False]


def test_a_statement_is_about_one_project_of_its_zone(zone, project, claim):
    other = make_project(zone)
    tie(claim, project)
    tie(claim, other)
    tie(claim, other)
    assert [one.project for one in ProjectClaim.objects.standing()] == [other]
    assert ProjectClaim.objects.count() == 2

    with pytest.raises(ValidationError, match="another zone"):
        tie(claim, make_project(Zone.objects.create(code="far", name="远", name_en="Far")))


def test_more_statements_cost_no_more_queries(alice, project, zone):
    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            alice.get(f"/north/projects/{project.pk}/")
        return len(counted)

    for number in range(2):
        tie(Claim.objects.create(zone=zone, what=f"说法{number}", wording="改造"), project)
    cost()  # The first page after a change also fills what later ones find kept.
    few = cost()
    for number in range(5):
        tie(Claim.objects.create(zone=zone, what=f"又一说{number}", wording="新建"), project)
    cost()
    assert cost() == few
