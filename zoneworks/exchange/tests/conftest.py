"""Fixtures of the exchange: a project to take along, and a browser that speaks Chinese."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps

from zoneworks.kit import recording


def model(label):
    """Return a model of a higher floor, which this room does not import."""
    return apps.get_model(label)


@pytest.fixture
def project(zone):
    """A project with a step within a span, a figure with a qualifier, and one in another currency."""

    def make(name="硅片项目", **figure):
        row = model("projects.Project").objects.create(zone=zone, name=name, next_due=date(2026, 7, 1))
        step = model("projects.ProjectStep")(
            zone=zone, project=row, kind="signed", earliest=date(2023, 5, 1), latest=date(2023, 5, 10)
        )
        recording.add(step, actor=None)
        if figure:
            said = {"kind": "planned_total", "unit": "CNY", "qualifier": "near", **figure}
            day = date(2023, 5, 10)
            fact = model("projects.ProjectFigure")(zone=zone, project=row, earliest=day, latest=day, **said)
            recording.add(fact, actor=None)
        return row

    return make


@pytest.fixture
def chinese(client):
    client.cookies["django_language"] = "zh-hans"
    return client


@pytest.fixture
def two(client, cast, zone, project):
    """Two projects, and Alice who exports them."""
    client.force_login(cast.alice)
    return project("一期项目", value=Decimal(2_400_000_000)), project("二期项目")
