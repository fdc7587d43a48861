"""What the tests of engagements share: a few organizations, a project, a person, and a way to log."""

from __future__ import annotations

from datetime import date

import pytest

from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, StepKind
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.models import Project


@pytest.fixture
def sanfu(zone):
    return Organization.objects.create(zone=zone, name="三孚新材料科技有限公司", short_name="三孚新科")


@pytest.fixture
def juqian(zone):
    return Organization.objects.create(zone=zone, name="聚谦半导体有限公司")


@pytest.fixture
def collector(zone, team, cast):
    return Project.objects.create(zone=zone, name="复合集流体项目", unit=team, officer=cast.alice)


@pytest.fixture
def jin(zone):
    return Person.objects.create(zone=zone, name="金丰")


def span(first: str, last: str = "") -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.fixture
def hold(zone, cast, team):
    """Log something, by Alice for her team unless said otherwise."""

    def log(
        kind="reception",
        on="2024-10-05",
        to="",
        *,
        title="",
        who=services.NOBODY,
        figures=(),
        state=StepKind.HELD,
        asserted_by=Level.SELF_REPORTED,
        recorded_at=None,
        actor=None,
        count=1,
        qualifier=Qualifier.EXACT,
        **fields,
    ):
        engagement = Engagement(
            zone=zone,
            kind=kind,
            title=title or f"{kind} {on}",
            **{"host": cast.alice, "unit": team, **fields},
        )
        return services.log(
            engagement,
            span(on, to),
            actor=actor,
            state=state,
            who=who,
            how_many=services.HowMany(count, qualifier),
            figures=figures,
            asserted_by=asserted_by,
            recorded_at=recorded_at,
        ).engagement

    return log
