"""Log-in throttling: a few tries are free, each further one waits longer, whether the name exists or not.

A try is counted before the password is looked at, so that many at once do not slip through together; a right
password takes it back. While one waits, nothing is looked at and nothing counted.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import ngettext

from zoneworks.doors.models import Tries, TryKind

_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries are free; then one waits a minute, two, four … up to `longest`."""

    free: int
    longest: timedelta
    forgotten_after: timedelta
    first: timedelta = timedelta(minutes=1)

    def wait(self, count: int) -> timedelta:
        """Return how long to wait after the `count`-th wrong try.

        >>> [Limit(5, _QUARTER, _DAY).wait(count).seconds // 60 for count in (4, 5, 6, 9, 10, 999)]
        [0, 1, 2, 15, 15, 15]
        """
        if count < self.free:
            return timedelta(0)
        return min(self.longest, self.first * 2 ** min(count - self.free, 20))


LIMITS = {
    TryKind.NAME: Limit(5, _QUARTER, _DAY),
    TryKind.DEVICE: Limit(5, _QUARTER, _DAY),
    # A whole office may share one address.
    TryKind.ADDRESS: Limit(50, _QUARTER, timedelta(hours=1)),
    # Who types codes knows the password already; a code has a million values, three of them right.
    TryKind.CODE: Limit(5, timedelta(hours=1), _DAY),
}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Under what a try is counted."""

    kind: str
    mark: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A try at the door. With `waits_until` it was refused unseen; `begun` are the waits that it would begin."""

    keys: tuple[Key, ...]
    waits_until: datetime | None = None
    begun: tuple[tuple[Key, datetime, int], ...] = ()


def key(kind: TryKind, *parts: object) -> Key:
    """Return the key under which tries of `kind` are counted for `parts`."""
    text = "\n".join(str(part) for part in parts)
    return Key(kind.value, salted_hmac(f"zoneworks.doors.{kind.value}", text, algorithm="sha256").hexdigest())


def name_key(name: str) -> Key:
    """Return the key of a log-in name as it was typed; capitals and full-width letters make no other name."""
    return key(TryKind.NAME, unicodedata.normalize("NFKC", name).strip().casefold())


@transaction.atomic
def enter(keys: Sequence[Key], at: datetime) -> Entered:
    """Count one try under each of `keys`, or say until when it must wait."""
    rows = _locked(sorted(keys), at)
    waits = [row.waits_until for row in rows if row.waits_until is not None and row.waits_until > at]
    if waits:
        return Entered(tuple(keys), max(waits))
    begun = []
    for row in rows:
        limit = LIMITS[TryKind(row.kind)]
        row.count = 1 if row.last_at <= at - limit.forgotten_after else row.count + 1
        row.last_at = at
        wait = limit.wait(row.count)
        row.waits_until = at + wait if wait else None
        row.save(update_fields=["count", "last_at", "waits_until"])
        if row.waits_until is not None:
            begun.append((Key(row.kind, row.mark), row.waits_until, row.count))
    return Entered(tuple(keys), None, tuple(begun))


@transaction.atomic
def passed(entered: Entered, at: datetime) -> None:
    """Take a try back that was right: the name begins anew, the address keeps its other wrong tries."""
    of_address = _any_of(key for key in entered.keys if key.kind == TryKind.ADDRESS)
    others = _any_of(key for key in entered.keys if key.kind != TryKind.ADDRESS)
    if of_address:
        Tries.objects.filter(of_address).update(count=Greatest(F("count") - 1, 0), waits_until=None)
    if others:
        Tries.objects.filter(others).delete()
    Tries.objects.filter(last_at__lt=at - _DAY).delete()


def waiting(key: Key, at: datetime) -> datetime | None:
    """Return until when tries under `key` must wait, or nothing."""
    row = Tries.objects.filter(kind=key.kind, mark=key.mark, waits_until__gt=at).first()
    return row.waits_until if row is not None else None


def wait_message(until: datetime, at: datetime) -> str:
    """Say when to try again, with the same words for every reason."""
    minutes = max(1, math.ceil((until - at).total_seconds() / 60))
    return ngettext(
        "Too many wrong tries. Try again at %(time)s, in a minute.",
        "Too many wrong tries. Try again at %(time)s, in %(minutes)d minutes.",
        minutes,
    ) % {"time": date_format(localtime(until), "H:i:s"), "minutes": minutes}


def _locked(keys: Sequence[Key], at: datetime) -> list[Tries]:
    """Return the rows of `keys`, made when missing, locked in one order so that no two requests block each other."""
    for one in keys:
        Tries.objects.get_or_create(kind=one.kind, mark=one.mark, defaults={"last_at": at})
    return list(Tries.objects.select_for_update().filter(_any_of(keys)).order_by("kind", "mark"))


def _any_of(keys: Iterable[Key]) -> Q:
    found = Q()
    for one in keys:
        found |= Q(kind=one.kind, mark=one.mark)
    return found
