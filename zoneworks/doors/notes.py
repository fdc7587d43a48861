"""What happens at the doors, in the audit trail of every zone of the person: a log-in belongs to no zone alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_noop

from zoneworks.accounts.models import Membership, User
from zoneworks.doors.models import TryKind
from zoneworks.doors.tries import LIMITS, Entered
from zoneworks.kit.audit import record

logger = logging.getLogger(__name__)

FIELDS = (
    gettext_noop("tries"),
    gettext_noop("waits until"),
    gettext_noop("sessions"),
    gettext_noop("recovery codes left"),
)
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


def note_wait(name: str, entered: Entered) -> None:
    """Write down that tries for a name have to wait: when it begins, and when the wait has grown to its longest."""
    for key, until, count in entered.begun:
        limit = LIMITS[TryKind(key.kind)]
        is_longest = limit.wait(count) == limit.longest > limit.wait(count - 1)
        if count != limit.free and not is_longest:
            continue
        logger.warning("%d wrong tries to log in, counted by %s %s", count, key.kind, key.mark[:12])
        if key.kind == TryKind.ADDRESS:
            continue
        user = User.objects.filter(username__iexact=name).first()
        if user is not None:
            with transaction.atomic():
                note(None, "throttle", user, after={"tries": str(count), "waits until": _moment(until)})


def _moment(at: datetime) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M")
