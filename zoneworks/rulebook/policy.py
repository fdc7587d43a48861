"""Who may read and decide a zone's rules: all staff read them, administrators decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoneworks.accounts.roles import Role
from zoneworks.accounts.walls import StaffReads

if TYPE_CHECKING:
    from zoneworks.accounts.models import User, Zone

RULE_POLICY = StaffReads(frozenset({Role.ADMINISTRATOR}))


def may_read(user: User, zone: Zone) -> bool:
    """Say whether `user` may read the rules of `zone`."""
    return zone.pk in user.zone_ids(RULE_POLICY.grants["view"])


def may_decide(user: User, zone: Zone) -> bool:
    """Say whether `user` may decide a rule of `zone` differently."""
    return zone.pk in user.zone_ids(RULE_POLICY.grants["add"])
