"""Makers of projects and their facts, in the order in which things happen."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

import pytest
from django.utils.timezone import make_aware

from zoneworks.kit import recording
from zoneworks.kit.spans import parse_span
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty, ProjectStep

_number = count(1)


def known(text: str) -> datetime:
    """Return an instant such as 2024-03-05 12:00 in the zone's time."""
    return make_aware(datetime.fromisoformat(text))


def make_project(zone, name="", **values):
    return Project.objects.create(zone=zone, name=name or f"项目{next(_number)}", **values)


def _record(fact, when, actor, at):
    span = parse_span(when) if isinstance(when, str) else when
    fact.earliest, fact.latest = (span, span) if isinstance(span, date) else (span.earliest, span.latest)
    if at:
        fact.recorded_at = known(at)
    return recording.add(fact, actor=actor)


def make_step(project, kind="signed", when="2024-03-05", actor=None, at="", **values):
    return _record(ProjectStep(zone=project.zone, project=project, kind=kind, **values), when, actor, at)


def make_figure(
    project,
    kind="planned_total",
    value=100_000_000,
    when="2024-03-05",
    unit="CNY",
    actor=None,
    at="",
    **values,
):
    fact = ProjectFigure(zone=project.zone, project=project, kind=kind, value=value, unit=unit, **values)
    return _record(fact, when, actor, at)


def make_party(project, organization="", when="2024-03-05", actor=None, at="", **values):
    if isinstance(organization, str):
        organization = Organization.objects.create(
            zone=project.zone, name=organization or f"企业{next(_number)}"
        )
    fact = ProjectParty(zone=project.zone, project=project, organization=organization, **values)
    return _record(fact, when, actor, at)


@pytest.fixture
def project(zone, team, cast):
    """A project of Alice's team."""
    return make_project(zone, "硅片项目", unit=team, officer=cast.alice, industry="semiconductors")


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice)
    return client
