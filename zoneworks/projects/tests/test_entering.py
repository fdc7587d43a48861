"""Entering a project: who enters it is proposed as its officer, and may be changed."""

from __future__ import annotations

import pytest

from zoneworks.accounts.models import Membership, Unit
from zoneworks.accounts.roles import Role
from zoneworks.projects.models import Project

pytestmark = pytest.mark.django_db


def proposed(client, user, query=""):
    client.force_login(user)
    form = client.get(f"/north/projects/new/{query}").context["form"]
    return form["officer"].value(), form["unit"].value()


def test_an_officer_of_one_unit_is_proposed_with_it(client, cast, team):
    assert proposed(client, cast.alice) == (cast.alice.pk, team.pk)


def test_who_works_for_two_units_or_for_none_chooses(client, cast, zone):
    assert proposed(client, cast.verifier) == (None, None)
    other = Unit.objects.create(zone=zone, name="招商九队")
    Membership.objects.create(zone=zone, user=cast.alice, unit=other, role=Role.OFFICER)
    assert proposed(client, cast.alice) == (None, None)


def test_what_the_address_names_comes_first_and_what_is_emptied_stays_empty(client, cast, team):
    assert proposed(client, cast.alice, f"?officer={cast.bob.pk}") == (str(cast.bob.pk), team.pk)
    assert client.post("/north/projects/new/", {"name": "无主项目"}).status_code == 302
    project = Project.objects.get()
    assert (project.officer, project.unit) == (None, None)
