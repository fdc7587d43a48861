"""Who may read and change a zone's rules: all staff read them, administrators change them."""

from __future__ import annotations

from zoneworks.accounts.roles import Role
from zoneworks.accounts.walls import StaffReads

RULE_POLICY = StaffReads(frozenset({Role.ADMINISTRATOR}))
