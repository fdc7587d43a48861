"""The light for months without money: what arrived is told as a running total, and only a rise is money."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.timezone import now

from zoneworks.kit.moment import Moment
from zoneworks.projects.deriving import keep_up
from zoneworks.projects.examining import examine
from zoneworks.projects.models import Project
from zoneworks.projects.standing import Lights, at
from zoneworks.projects.tests.conftest import make_figure, make_step
from zoneworks.rulebook import rules

pytestmark = pytest.mark.django_db
ON = date(2024, 8, 1)


@pytest.fixture
def lit(zone, project):
    """Say whether the light is on: by the row, and by the list's filter; both have to agree."""
    make_step(project, "signed", "2023-12-01")
    make_step(project, "started", "2024-01-01")

    def asked():
        keep_up(zone, ON)
        project.refresh_from_db()
        moment, model = Moment(ON, now(), names_on=True), rules(zone, ON)
        by_row = "started_no_money" in {
            one.key for one in examine([project], moment, model)[project.pk].findings
        }
        lights = Lights(zone, moment, model)
        rows = lights.prepared(at(Project.objects.filter(zone=zone), moment, model))
        by_list = rows.filter(lights.tests()["started_no_money"]).exists()
        assert by_row == by_list
        return by_row

    return asked


def arrived(project, value, when, **more):
    make_figure(project, "arrived_money", value, when, nature="actual", **more)


def test_a_report_that_none_came_is_no_money(lit, project):
    assert lit()
    arrived(project, 0, "2024-07-20")
    assert lit()


@pytest.mark.parametrize("level", ["self_reported", "zone"])
def test_the_same_total_told_again_is_no_money(lit, project, level):
    arrived(project, 500, "2024-01-15", asserted_by="self_reported")
    arrived(project, 500, "2024-07-20", asserted_by=level)
    assert lit()


def test_a_lower_total_recognized_later_is_no_money(lit, project):
    arrived(project, 500, "2024-01-15", asserted_by="self_reported")
    arrived(project, 300, "2024-07-20", asserted_by="zone")
    assert lit()


def test_a_rise_is_money(lit, project):
    arrived(project, 500, "2024-01-15")
    arrived(project, 501, "2024-07-20")
    assert not lit()


def test_an_increment_is_money_of_its_own(lit, project):
    arrived(project, 500, "2024-01-15")
    arrived(project, 100, "2024-07-20", is_increment=True)
    assert not lit()
