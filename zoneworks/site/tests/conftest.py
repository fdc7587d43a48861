"""What the tests of the whole workbench share: makers of rows for every ledger."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

import pytest
from django.utils.timezone import make_aware

from zoneworks.accounts.models import Membership, Unit, User
from zoneworks.api.tests.conftest import call as call  # a program that asks with a token
from zoneworks.engagements.models import Engagement, EngagementStep
from zoneworks.kit import recording
from zoneworks.measures.models import Claim
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person, PostFact
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.sources.models import Document, Passage

_number = count(1)


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return make_aware(datetime(year, month, day, hour))


def make_organization(zone, **values):
    return Organization.objects.create(zone=zone, **{"name": f"企业{next(_number)}"} | values)


def make_project(zone, **values):
    return Project.objects.create(zone=zone, **{"name": f"项目{next(_number)}"} | values)


def make_step(project, kind="signed", day=date(2024, 3, 5), latest=None, actor=None, **values):
    fact = ProjectStep(
        zone=project.zone, project=project, kind=kind, earliest=day, latest=latest or day, **values
    )
    return recording.add(fact, actor=actor)


def make_figure(project, kind="planned_total", value=100_000_000, unit="CNY", day=date(2024, 3, 5), **values):
    fact = ProjectFigure(
        zone=project.zone,
        project=project,
        kind=kind,
        value=value,
        unit=unit,
        earliest=day,
        latest=day,
        **values,
    )
    return recording.add(fact, actor=None)


def make_engagement(zone, kind="reception", day=date(2024, 10, 8), count=1, **values):
    engagement = Engagement.objects.create(zone=zone, kind=kind, **{"title": f"接待{next(_number)}"} | values)
    recording.add(
        EngagementStep(zone=zone, engagement=engagement, kind="held", count=count, earliest=day, latest=day),
        actor=None,
    )
    return engagement


def make_document(zone, **values):
    text = "五月初，甲公司的项目签约，计划总投资近20亿元。"
    document = Document.objects.create(zone=zone, **{"title": f"文件{next(_number)}", "text": text} | values)
    Passage.objects.create(zone=zone, document=document, start=0, end=11, quote=document.text[:11])
    return document


def make_person(zone, **values):
    person = Person.objects.create(zone=zone, **{"name": f"人员{next(_number)}"} | values)
    recording.add(
        PostFact(zone=zone, person=person, title="局长", earliest=date(2024, 1, 1), latest=date(2024, 1, 1)),
        actor=None,
    )
    return person


def make_unit(zone, **values):
    return Unit.objects.create(zone=zone, **{"name": f"单位{next(_number)}"} | values)


def make_membership(zone, **values):
    user = User.objects.create(username=f"person{next(_number)}", full_name="某某")
    return Membership.objects.create(zone=zone, user=user, **{"role": "officer"} | values)


def make_claim(zone, **values):
    return Claim.objects.create(
        zone=zone,
        **{"what": f"签约项目{next(_number)}", "wording": "7个", "value": 7, "unit": "items"} | values,
    )


MAKERS = {
    "organizations": make_organization,
    "projects": lambda zone: make_step(make_project(zone)).project,
    "engagements": make_engagement,
    "documents": make_document,
    "people": make_person,
    "units": make_unit,
    "members": make_membership,
    "claims": make_claim,
}
"""How to make one row of each ledger; a new ledger adds its line here and gets the contract tests."""


@pytest.fixture
def make(zone):
    """Make `n` rows of a ledger in the zone of the cast."""

    def rows(slug, where=None, n=1):
        return [MAKERS[slug](where or zone) for _ in range(n)]

    return rows


FACT_VALUES: dict[str, dict[str, object]] = {
    "organization-names": {"kind": "former", "name": "旧名"},
    "organization-steps": {"kind": "high_tech"},
    "organization-figures": {"kind": "staff", "value": 500, "unit": "persons"},
    "project-figures": {"kind": "planned_total", "value": 10**8, "unit": "CNY"},
    "project-parties": {"organization": make_organization, "kind": "investor"},
    "engagement-figure": {"kind": "visitors", "value": 12, "unit": "persons"},
}
"""For the contract tests: what a plain fact of each face says, where no maker records one."""
