"""What recognizes what: a fact of another time or another unit is another fact."""

from __future__ import annotations

from datetime import date

import pytest

from zoneworks.accounts.models import Unit
from zoneworks.kit import recording
from zoneworks.kit.faces import FactFace
from zoneworks.organizations.faces import OrganizationStepFace
from zoneworks.organizations.models import OrganizationStep
from zoneworks.people.faces import PostFactFace
from zoneworks.people.models import PostFact
from zoneworks.projects.faces import ProjectStepFace
from zoneworks.site.tests.conftest import make_organization, make_person, make_project, make_step

pytestmark = pytest.mark.django_db


def told_beside(client, fact, face: type[FactFace]):
    return [one["when"] for one in client.get(face.url_of(fact)).context["beside"]]


def waits(fact, face: type[FactFace]) -> bool:
    return face.unrecognized(face.model._default_manager.filter(pk=fact.pk)).exists()


@pytest.fixture
def verifier(client, cast):
    client.force_login(cast.verifier)
    return client


def held(person, unit, year, level="press", body=""):
    span = {"earliest": date(year, 1, 1), "latest": date(year, 12, 31)}
    fact = PostFact(
        zone=person.zone, person=person, title="局长", unit=unit, body=body, asserted_by=level, **span
    )
    return recording.add(fact, actor=None)


@pytest.mark.parametrize(
    ("unit", "year", "body", "is_same"),
    [
        ("东墩社区", 2019, "", True),
        ("九园社区", 2019, "", False),
        ("东墩社区", 2023, "", False),
        ("", 2019, "", False),
    ],
)
def test_a_post_is_recognized_by_the_same_post_at_the_same_time(zone, verifier, unit, year, body, is_same):
    person = make_person(zone)
    units = {name: Unit.objects.create(zone=zone, name=name) for name in ("东墩社区", "九园社区")}
    fact = held(person, units["东墩社区"], 2019)
    other = held(person, units.get(unit), year, "zone", body)

    assert bool(told_beside(verifier, fact, PostFactFace)) is is_same
    assert bool(told_beside(verifier, other, PostFactFace)) is is_same
    assert waits(fact, PostFactFace) is not is_same


def test_posts_outside_of_the_zone_have_no_unit_and_are_the_same_all_the_same(zone, verifier):
    person = make_person(zone)
    fact = held(person, None, 2019, body="市商务局")
    held(person, None, 2019, "zone", body="市商务局")

    assert told_beside(verifier, fact, PostFactFace) == ["2019"]
    assert not waits(fact, PostFactFace)


def test_a_second_signing_recognizes_no_first_one(zone, verifier):
    project = make_project(zone)
    first = make_step(project, day=date(2019, 5, 6), asserted_by="press")
    make_step(project, kind="lost", day=date(2020, 1, 1))
    second = make_step(project, day=date(2023, 3, 4), asserted_by="zone")

    assert not told_beside(verifier, first, ProjectStepFace)
    assert not told_beside(verifier, second, ProjectStepFace)
    assert waits(first, ProjectStepFace)
    page = verifier.get(f"/north/projects/{project.pk}/").context["line"]
    signed = next(stage.said for stage in page.stages if stage.key == "signed")
    assert [bool(one.recognize_url) for one in signed] == [True, False]

    make_step(project, day=date(2019, 5, 6), asserted_by="zone")
    assert told_beside(verifier, first, ProjectStepFace)
    assert not waits(first, ProjectStepFace)


def test_a_vague_day_is_recognized_by_a_day_within_it(zone, verifier):
    organization = make_organization(zone)

    def step(earliest, latest, level):
        fact = OrganizationStep(
            zone=zone,
            organization=organization,
            kind="registered",
            asserted_by=level,
            earliest=earliest,
            latest=latest,
        )
        return recording.add(fact, actor=None)

    month = step(date(2024, 3, 1), date(2024, 3, 31), "press")
    assert waits(month, OrganizationStepFace)
    step(date(2024, 3, 8), date(2024, 3, 8), "zone")
    assert told_beside(verifier, month, OrganizationStepFace)
    assert not waits(month, OrganizationStepFace)
