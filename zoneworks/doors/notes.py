"""What happens at the doors, in the audit trail of every zone of the person: a log-in belongs to no zone alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.timezone import localdate
from django.utils.translation import gettext_noop

from zoneworks.accounts.models import Membership, User
from zoneworks.kit.audit import record

FIELDS = (gettext_noop("tries"), gettext_noop("waits until"))
"""What the lines of the trail say beside the verb."""


def note(
    actor: User | None,
    verb: str,
    user: User,
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> None:
    """Write down in each zone of `user` that `actor` did `verb` to their log-in. Call it inside a transaction."""
    zones = set()
    held = Membership.objects.in_force(localdate()).filter(user=user).select_related("user", "zone")
    for membership in held.order_by("pk"):
        if membership.zone_id not in zones:
            zones.add(membership.zone_id)
            record(actor, verb, membership, before=before, after=after)
