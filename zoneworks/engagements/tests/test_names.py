"""A project is found by the names that its organizations bear now, and by no name that was taken back."""

from __future__ import annotations

import pytest

from zoneworks.engagements.tests.conftest import span
from zoneworks.kit import recording
from zoneworks.kit.levels import Level
from zoneworks.projects.models import Project, ProjectParty

pytestmark = pytest.mark.django_db


@pytest.fixture
def party(zone, collector, sanfu):
    when = span("2024-03-05")
    fact = ProjectParty(
        zone=zone,
        project=collector,
        organization=sanfu,
        earliest=when.earliest,
        latest=when.latest,
        asserted_by=Level.SELF_REPORTED,
    )
    return recording.add(fact, actor=None)


def test_a_project_is_found_by_the_new_name_of_its_investor(client, cast, party, collector, sanfu):
    sanfu.name, sanfu.short_name = "华锦复合材料有限公司", ""
    sanfu.save()

    for text in ("华锦", "hjfh", "复合集流体 华锦"):
        assert list(Project.objects.matching(text)) == [collector], text
    assert not Project.objects.matching("华锦 聚谦").exists()
    client.force_login(cast.alice)
    assert collector.name in client.get("/north/projects/?q=华锦").content.decode()


def test_an_organization_that_takes_no_part_any_more_finds_nothing(party, collector, sanfu):
    sanfu.name = "华锦复合材料有限公司"
    sanfu.save()
    recording.withdraw(party, reason="写错了", actor=None)

    assert not Project.objects.matching("华锦").exists()


def test_looking_up_names_is_a_few_queries_whatever_is_found(django_assert_num_queries, party):
    # The index of projects, that of organizations, the ties of those found there, and the rows.
    with django_assert_num_queries(4):
        list(Project.objects.matching("三孚 复合"))
