"""The log-ins of the demo: one for each role, under names of jobs. They belong to the demo alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from zoneworks.accounts.models import Membership, Unit, User, Zone
from zoneworks.accounts.roles import Role

PASSWORD = "gaoyou-demo"  # noqa: S105  (printed on the log-in page of the demo, which listens on 127.0.0.1 only)
CLERK = "demo-clerk"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A log-in that anybody who starts the demo may use."""

    username: str
    role: Role
    full_name: str
    password: str = PASSWORD

    @property
    def role_label(self) -> str:
        """Return the role in the language of the page."""
        return str(self.role.label)


def demo_logins() -> list[DemoLogin]:
    """Return the log-ins of the demo, the leader's first."""
    return [
        DemoLogin("leader", Role.LEADER, "演示·主要领导"),
        DemoLogin("officer", Role.OFFICER, "演示·招商干事"),
        DemoLogin("head", Role.UNIT_HEAD, "演示·招商公司负责人"),
        DemoLogin("verifier", Role.VERIFIER, "演示·认定员"),
        DemoLogin("admin", Role.ADMINISTRATOR, "演示·管理员"),
        DemoLogin("inspector", Role.INSPECTOR, "演示·巡查员"),
        DemoLogin("auditor", Role.AUDITOR, "演示·审计员"),
        DemoLogin("enterprise", Role.ENTERPRISE, "演示·企业联系人"),
    ]


def people_of_the_demo() -> dict[str, User]:
    """Return the demo's users by name, made when they are not there yet."""
    found: dict[str, User] = {}
    for login in demo_logins():
        found[login.username], _made = User.objects.get_or_create(
            username=login.username,
            defaults={"full_name": login.full_name, "password": make_password(login.password)},
        )
    return found


def clerk_of_the_demo() -> User:
    """Return the account that enters the pages; nobody can log in with it."""
    clerk, _made = User.objects.get_or_create(
        username=CLERK, defaults={"full_name": "演示·录入员", "password": make_password(None)}
    )
    return clerk


def seat(zone: Zone, unit: Unit) -> dict[str, User]:
    """Give each demo user the role in `zone`, officer and head in `unit`; return the users by name."""
    users = people_of_the_demo()
    for login in demo_logins():
        of_unit = unit if login.role in {Role.OFFICER, Role.UNIT_HEAD} else None
        Membership.objects.get_or_create(zone=zone, user=users[login.username], unit=of_unit, role=login.role)
    return users
