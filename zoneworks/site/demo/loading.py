"""Loads the demo zone: everything in one transaction, and only where it is not yet there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from zoneworks.accounts.models import Membership, Unit, Zone
from zoneworks.accounts.roles import Role
from zoneworks.organizations.models import Organization
from zoneworks.site.demo import bodies, logins, meetings, numbers, papers, pipeline
from zoneworks.site.demo.desk import Desk, told

CODE = "gaoyou"
REPRESENTED = "oulite"
"""The organization whose page the enterprise log-in sees."""
INVESTMENT_COMPANY = "investment_company"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run did: `is_new` is false when the zone stood already and nothing was touched."""

    zone: Zone
    is_new: bool
    left_out: tuple[str, ...] = ()
    worded: int = 0
    """How many printed statements have no number and stand by their words."""


@transaction.atomic
def load_gaoyou() -> Loaded:
    """Load the zone with its papers, bodies, projects, engagements, printed numbers; say what was left out.

    A zone that is there is left alone, so that a second start keeps what visitors of the demo changed.
    """
    standing = Zone.objects.filter(code=CODE).first()
    if standing is not None:
        return Loaded(standing, is_new=False)
    desk = _open_desk()
    papers.enter_papers(desk)
    bodies.enter_units(desk)
    bodies.enter_organizations(desk)
    bodies.enter_people(desk)
    pipeline.enter_projects(desk)
    left_out = meetings.enter_engagements(desk)
    worded = numbers.enter_claims(desk)
    users = logins.seat(desk.zone, desk.get(Unit, INVESTMENT_COMPANY))
    desk.get(Organization, REPRESENTED).representatives.add(users["enterprise"])
    return Loaded(desk.zone, is_new=True, left_out=tuple(left_out), worded=worded)


def _open_desk() -> Desk:
    """Return a desk in the new zone, with a clerk who may enter everything."""
    entry = told("zone")
    zone = Zone(
        code=entry["code"],
        name=entry["name"],
        name_en=entry["name_en"],
        city=entry["city"],
        province=entry["province"],
    )
    zone.full_clean()
    zone.save()
    clerk = logins.clerk_of_the_demo()
    Membership.objects.create(zone=zone, user=clerk, role=Role.ADMINISTRATOR)
    return Desk(zone, clerk)
