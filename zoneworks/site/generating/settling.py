"""The bodies of a synthetic zone: units, officers, leaders, enterprises; each is named a sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from zoneworks.accounts.models import Membership, Unit, UnitKind, User, Zone
from zoneworks.accounts.roles import Role
from zoneworks.accounts.searching import search_text
from zoneworks.kit.levels import OPEN_LEVELS, Level
from zoneworks.organizations.models import Organization, OrganizationKind
from zoneworks.people.models import Person, PostFact, PostKind
from zoneworks.rulebook import rules
from zoneworks.site.generating.stamping import stamped

BATCH = 2000
LEADERS = 6


@dataclass(frozen=True, slots=True)
class Bodies:
    """Who takes part in the projects of a synthetic zone; `desks` pairs each officer with the unit."""

    zone: Zone
    verifier: User
    desks: tuple[tuple[User, Unit], ...]
    leaders: tuple[Person, ...]
    investors: tuple[Organization, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(dict.fromkeys(unit for _user, unit in self.desks))

    def recorder(self, desk: int, level: str) -> User:
        """Return who records a fact of `level` about a project of this desk: only the verifier recognizes."""
        return self.desks[desk][0] if level in OPEN_LEVELS else self.verifier


def settle(
    zone: Zone, projects: int, until: date, officer: User | None = None, verifier: User | None = None
) -> Bodies:
    """Enter the bodies that `projects` projects need; `officer` gets the first desk, `verifier` recognizes."""
    units = _units(zone, min(20, max(3, projects // 60)), until)
    officers = _officers(zone, min(200, max(len(units) * 2, projects // 50)), officer)
    desks = tuple((user, units[place % len(units)]) for place, user in enumerate(officers))
    Membership.objects.bulk_create(
        [
            Membership(
                zone=zone,
                user=user,
                unit=unit,
                role=Role.OFFICER,
                search_text=search_text(*user.names_to_search()),
            )
            for user, unit in desks
            if user != officer
        ]
    )
    recognizes = verifier or _verifier(zone)
    return Bodies(
        zone, recognizes, desks, _leaders(zone, units[0], until), _investors(zone, max(3, projects // 3))
    )


def _units(zone: Zone, count: int, until: date) -> list[Unit]:
    industries = list(rules(zone, until).industries.offered)
    committee = Unit(
        zone=zone, name="样例管委会", name_en="Sample management committee", kind=UnitKind.COMMITTEE
    )
    committee.save()
    units = []
    for number in range(1, count + 1):
        unit = Unit(
            zone=zone,
            name=f"样例招商 {number:02} 队",
            name_en=f"Sample recruiting team {number:02}",
            kind=UnitKind.TEAM,
            field=str(industries[(number - 1) % len(industries)].label_zh),
            parent=committee,
        )
        unit.save()
        units.append(unit)
    return units


def _officers(zone: Zone, count: int, first: User | None) -> list[User]:
    given = [] if first is None else [first]
    closed = make_password(None)
    made = User.objects.bulk_create(
        [
            User(username=f"{zone.code}-{number:03}", full_name=f"样例经办人 {number:03}", password=closed)
            for number in range(1 + len(given), count + 1)
        ]
    )
    return [*given, *made]


def _verifier(zone: Zone) -> User:
    user = User(username=f"{zone.code}-verifier", full_name="样例认定员", password=make_password(None))
    user.save()
    Membership.objects.create(zone=zone, user=user, role=Role.VERIFIER)
    return user


def _leaders(zone: Zone, unit: Unit, until: date) -> tuple[Person, ...]:
    since = until - timedelta(days=1500)
    people = []
    for number in range(1, LEADERS + 1):
        person = Person(zone=zone, name=f"样例领导 {number:02}")
        person.save()
        PostFact(
            zone=zone,
            person=person,
            kind=PostKind.APPOINTED,
            title="样例管委会领导",
            unit=unit.parent,
            earliest=since,
            latest=since,
            asserted_by=Level.ZONE,
        ).save()
        person.refresh_search_text()
        people.append(person)
    return tuple(people)


def _investors(zone: Zone, count: int) -> tuple[Organization, ...]:
    rows = (
        Organization(
            zone=zone,
            name=f"样例企业 {number:06}",
            kind=OrganizationKind.INVESTOR if number % 9 == 0 else OrganizationKind.ENTERPRISE,
            is_local=number % 4 == 0,
            search_text=stamped(f"样例企业 {number:06}"),
        )
        for number in range(1, count + 1)
    )
    return tuple(Organization.objects.bulk_create(rows, batch_size=BATCH))
