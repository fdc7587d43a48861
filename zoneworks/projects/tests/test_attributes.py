"""A number of the past falls into the groups of its day: units, officers and industries as they were."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from zoneworks.accounts.models import Unit
from zoneworks.kit.models import FormerValue
from zoneworks.measures.reading import read
from zoneworks.measures.scope import Scope
from zoneworks.projects.models import Project
from zoneworks.projects.tests.conftest import make_figure, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_team(zone):
    return Unit.objects.create(zone=zone, name="招商三局", kind="team")


@pytest.fixture
def scope(zone):
    """Return the scope of a reading of today, or of another day and instant."""

    def of(on=None, known_at=None):
        return Scope(zone, on or localdate(), known_at or now(), knows_all=known_at is None)

    return of


def by(dimension, scope):
    return {group.key[0]: group.value for group in read("projects.signed", scope.by(dimension)).groups}


def test_a_project_counts_for_the_unit_that_had_it_on_the_day(scope, project, team, other_team):
    make_step(project, "signed", "2024-03-05")
    before = now()

    project.unit = other_team
    project.save()

    assert by("unit", scope()) == {other_team.pk: 1}
    assert by("unit", scope(on=date(2024, 12, 31))) == {team.pk: 1}
    assert by("unit", scope(known_at=before)) == {team.pk: 1}
    assert by("unit", scope(known_at=now())) == {other_team.pk: 1}
    of_the_team = scope(on=date(2024, 12, 31)).only(unit=str(team.pk))
    assert [row.project for row in read("projects.signed", of_the_team).rows] == [project]
    assert read("projects.signed", scope().only(unit=str(team.pk))).value == 0


def test_a_project_that_had_no_officer_counts_for_nobody(scope, project, cast):
    make_step(project, "signed", "2024-03-05")
    Project.objects.filter(pk=project.pk).update(officer=None)
    project.refresh_from_db()
    before = now()
    project.officer = cast.bob
    project.save()

    assert by("officer", scope(known_at=before)) == {None: 1}
    assert read("projects.signed", scope(known_at=before).only(officer="")).value == 1
    assert by("officer", scope()) == {cast.bob.pk: 1}


def test_another_industry_corrects_the_past_and_not_what_was_known(scope, project):
    make_step(project, "signed", "2024-03-05")
    make_figure(project, value=3_000_000_000, when="2024-03-05")
    before = now()
    project.industry = "equipment"
    project.save()

    assert by("industry", scope(on=date(2024, 12, 31))) == {"equipment": 1}
    assert by("industry", scope(known_at=before)) == {"semiconductors": 1}


def test_each_former_value_holds_until_the_next(scope, project, team, other_team):
    make_step(project, "signed", "2024-03-05")
    instants = []
    for unit in (other_team, None, team):
        instants.append(now())
        project.unit = unit
        project.save()

    found = [by("unit", scope(known_at=instant)) for instant in instants]
    assert found == [{team.pk: 1}, {other_team.pk: 1}, {None: 1}]
    assert by("unit", scope()) == {team.pk: 1}


def test_what_did_not_change_keeps_nothing(project):
    project.summary = "新的说明"
    project.save()
    project.save(update_fields=["summary"])
    assert not FormerValue.objects.exists()


def test_a_past_reading_stays_one_query_of_facts(scope, project):
    make_step(project, "signed", "2024-03-05")
    wanted = scope(on=localdate() - timedelta(days=1)).by("unit", "industry")
    with CaptureQueriesContext(connection) as queries:
        read("projects.signed", wanted)
    assert sum("projects_projectstep" in query["sql"] for query in queries) == 1


def test_a_bulk_edit_keeps_the_former_unit(client, cast, project, other_team, team):
    client.force_login(cast.administrator)
    answer = client.post(
        "/north/projects/bulk/", {"pk": [project.pk], "change": "unit", "unit": other_team.pk, "save": "1"}
    )

    assert answer.status_code == 302
    project.refresh_from_db()
    kept = FormerValue.objects.filter(object_id=project.pk).values_list("attribute", "value")
    assert (project.unit, list(kept)) == (other_team, [("unit", str(team.pk))])
