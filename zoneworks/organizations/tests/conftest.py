"""Makers of organizations and their facts."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest

from zoneworks.kit import recording
from zoneworks.organizations.models import (
    Organization,
    OrganizationFigure,
    OrganizationName,
    OrganizationStep,
)

_number = count(1)


@pytest.fixture
def make_organization(zone):
    def make(**values):
        return Organization.objects.create(
            **{"zone": zone, "name": f"第{next(_number)}企业有限公司"} | values
        )

    return make


@pytest.fixture
def tell():
    """Record a fact about an organization: `tell.name(...)`, `tell.step(...)`, `tell.figure(...)`."""

    class Tell:
        def name(self, organization, name, kind, day, until=None):
            return self._add(OrganizationName, organization, day, until, name=name, kind=kind)

        def step(self, organization, kind, day, until=None, **values):
            return self._add(OrganizationStep, organization, day, until, kind=kind, **values)

        def figure(self, organization, kind, value, unit, day, until=None, **values):
            return self._add(
                OrganizationFigure, organization, day, until, kind=kind, value=value, unit=unit, **values
            )

        def _add(self, model, organization, day, until, **values):
            fact = model(
                zone=organization.zone,
                organization=organization,
                earliest=date.fromisoformat(day),
                latest=date.fromisoformat(until or day),
                **values,
            )
            return recording.add(fact, actor=None)

    return Tell()
