"""The state of a zone's records, as one short mark: equal marks mean that nothing was recorded in between.

What is computed from the records may be kept under the mark and is right for as long as the mark stands. Each
transaction that records something gives the zone a new random mark, so that a mark never comes back, not even after an
older database was put in place.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, TypeVar

from django.core.cache import caches
from django.db import connection
from django.utils.timezone import localdate

from zoneworks.accounts.models import Zone
from zoneworks.kit.once import once

T = TypeVar("T")
_NOTHING = object()

SLOTS = 256
"""Writers of one zone at the same time each have a row of their own, so that none waits for another's commit."""


def renew(zone: Zone | int) -> None:
    """Give the zone a new mark, in the transaction that changes its records."""
    from zoneworks.kit.models import Revision

    pk = zone if isinstance(zone, int) else zone.pk
    slot = connection.connection.info.backend_pid % SLOTS if connection.vendor == "postgresql" else 0
    mark = secrets.randbits(62)
    if not Revision.objects.filter(zone=pk, slot=slot).update(mark=mark):
        Revision.objects.update_or_create(zone_id=pk, slot=slot, defaults={"mark": mark})


def mark_of(zone: Zone) -> tuple[int, ...]:
    """Return the mark of the zone's records as committed now; empty when nothing was ever recorded. One query."""
    from zoneworks.kit.models import Revision

    return tuple(Revision.objects.filter(zone=zone).order_by("slot").values_list("mark", flat=True))


def kept(zone: Zone, said: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what `make` gives, kept in this process for as long as the zone's mark stands.

    `said` must tell everything else that the answer hangs on, the wall among it, in values whose `repr` is steady.
    """
    mark = once(("mark", zone.pk), lambda: mark_of(zone))
    if not mark:
        return make()
    cache = caches["readings"]
    key = blake2b(repr((zone.pk, mark, localdate(), said)).encode(), digest_size=20).hexdigest()
    found = cache.get(key, _NOTHING)
    if found is not _NOTHING:
        return found
    made = make()
    # What was recorded while we looked belongs to a newer mark.
    if mark_of(zone) == mark:
        cache.set(key, made, None)
    return made
