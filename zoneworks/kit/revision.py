"""The state of a zone's records, as one short mark: equal marks mean that nothing was recorded in between.

What is computed from the records may be kept under the mark and is right for as long as the mark stands. Each
transaction that records something gives the zone a new random mark, so that a mark never comes back, not even after an
older database was put in place.

Parts of the records have marks of their own: the subjects of facts (projects, engagements) stand in parts by their
keys, and a change that says which subjects it is about (`kit/touching.py`) renews their parts only. What is added up
from the records of single subjects is then read anew for the parts that changed, and kept for the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol, TypeVar

from django.core.cache import caches
from django.db import connection, models
from django.db.models import Q
from django.utils.timezone import localdate

from zoneworks.accounts.models import Zone
from zoneworks.kit.once import once

T = TypeVar("T")
A = TypeVar("A")
_NOTHING = object()

SLOTS = 256
"""Writers of one zone at the same time each have a row of their own, so that none waits for another's commit."""


PART = 512
"""So many keys of subjects share a part: few enough to be read at once, many enough for their sums to be added up."""
COMMON = ""
"""The part of what may say something of any subject, such as the rules."""
FEW = 16
"""Up to so many parts are read by the keys of their subjects; of more, everything is read."""


def renew(zone: Zone | int, touched: Iterable[str] | None = None) -> None:
    """Give the zone a new mark, in the transaction that changes its records, and one to each `touched` part.

    Parts are named by `part_of`. Without `touched` any subject may have changed.
    """
    from zoneworks.kit.models import Revision

    pk = zone if isinstance(zone, int) else zone.pk
    slot = _slot()
    mark = secrets.randbits(62)
    is_known = Revision.objects.filter(zone=pk, slot=slot).update(mark=mark)
    if not is_known:
        Revision.objects.update_or_create(zone_id=pk, slot=slot, defaults={"mark": mark})
    # The first mark of a writer is one of everything: a zone without such a mark keeps no parts.
    renew_parts(pk, [COMMON] if touched is None or not is_known else touched)


def renew_parts(zone: int, touched: Iterable[str]) -> None:
    """Give the `touched` parts new marks."""
    from zoneworks.kit.models import PartRevision

    slot = _slot()
    PartRevision.objects.bulk_create(
        [
            PartRevision(zone_id=zone, slot=slot, part=part, mark=secrets.randbits(62))
            for part in sorted(set(touched))
        ],
        update_conflicts=True,
        unique_fields=["zone", "slot", "part"],
        update_fields=["mark"],
    )


def part_of(model: type[models.Model], pk: int) -> str:
    """Return the name of the part in which the row of `model` with this key stands."""
    return f"{model._meta.label_lower}:{pk // PART}"


def _slot() -> int:
    return connection.connection.info.backend_pid % SLOTS if connection.vendor == "postgresql" else 0


def mark_of(zone: Zone) -> tuple[int, ...]:
    """Return the mark of the zone's records as committed now; empty when nothing was ever recorded. One query."""
    from zoneworks.kit.models import Revision

    return tuple(Revision.objects.filter(zone=zone).order_by("slot").values_list("mark", flat=True))


def kept(zone: Zone, said: tuple[Any, ...], make: Callable[[], T], *, among: str = "readings") -> T:
    """Return what `make` gives, kept in this process for as long as the zone's mark stands.

    What is large is kept `among` the few “pasts” or “searches”, which crowd each other out.

    `said` must tell everything else that the answer hangs on, the wall among it, in values whose `repr` is steady.
    """
    mark = once(("mark", zone.pk), lambda: mark_of(zone))
    if not mark:
        return make()
    cache = caches[among]
    key = blake2b(repr((zone.pk, mark, localdate(), said)).encode(), digest_size=20).hexdigest()
    found = cache.get(key, _NOTHING)
    if found is not _NOTHING:
        return found
    made = make()
    # What was recorded while we looked belongs to a newer mark.
    if mark_of(zone) == mark:
        cache.set(key, made, None)
    return made


class _Kept(NamedTuple):
    """An answer, what was read of each part for it, and the marks under which that was."""

    common: tuple[int, ...]
    marks: dict[int, tuple[int, ...]]
    pieces: dict[int, Any]
    answer: Any

    def stale(self, marks: dict[int, tuple[int, ...]]) -> set[int]:
        """Return the parts of which `marks` say that something was recorded since."""
        return {part for part in {*marks, *self.marks} if marks.get(part) != self.marks.get(part)}


class Refreshed(Protocol[T]):
    """Gives what is known of each part, read by `read` where it is not kept.

    `read` takes the keys of subjects, or nothing for all of the zone, and gives what there is to say, by part.
    """

    def __call__(self, read: Callable[[Collection[int] | None], dict[int, T]]) -> dict[int, T]: ...


def kept_by_parts(
    zone: Zone, said: tuple[Any, ...], model: type[models.Model], make: Callable[[Refreshed[Any]], A]
) -> A:
    """Return what `make` puts together from the parts of the subjects of `model`, kept for as long as none changes.

    Only the parts in which something was recorded are read anew. What is read of a subject must follow from the
    records that touch it (`kit/touching.py`), from `said` and from what touches all.
    """
    mark = once(("mark", zone.pk), lambda: mark_of(zone))
    marks = once(("marks of parts", zone.pk), lambda: _marks_of_parts(zone))
    common = marks.get(COMMON)
    if not mark or common is None:
        return make(lambda read: read(None))
    label = f"{model._meta.label_lower}:"
    own = {int(part.removeprefix(label)): found for part, found in marks.items() if part.startswith(label)}
    cache = caches["readings"]
    key = blake2b(repr((zone.pk, "parts", label, localdate(), said)).encode(), digest_size=20).hexdigest()
    kept: _Kept | None = cache.get(key)
    if kept is not None and kept.common != common:
        kept = None
    stale = kept.stale(own) if kept is not None else set()
    if kept is not None and not stale:
        return kept.answer
    pieces: dict[int, Any] = {}

    def refreshed(read: Callable[[Collection[int] | None], dict[int, Any]]) -> dict[int, Any]:
        if kept is None or len(stale) > FEW:
            pieces.update(read(None))
        else:
            pieces.update({part: piece for part, piece in kept.pieces.items() if part not in stale})
            pieces.update(read(_subjects(zone, model, stale)))
        return pieces

    answer = make(refreshed)
    if mark_of(zone) == mark:
        cache.set(key, _Kept(common, own, pieces, answer), None)
    return answer


def kept_of_each(
    zone: Zone,
    said: tuple[Any, ...],
    model: type[models.Model],
    keys: Collection[int],
    read: Callable[[list[int]], dict[int, T]],
) -> dict[int, T]:
    """Return what `read` gives of each subject of `model`, by its key, kept for as long as nothing in its part changes.

    `read` takes the keys of which nothing is kept and answers for each. What it says of a subject must follow from the
    records that touch it (`kit/touching.py`), from `said` and from what touches all. One query when all is kept.
    """
    if not keys:
        return {}
    parts = frozenset({COMMON, *(part_of(model, pk) for pk in keys)})
    marks = once(("marks of", zone.pk, parts), lambda: _marks_of_parts(zone, parts))
    common = marks.get(COMMON)
    if common is None:
        return read(list(keys))
    label, today = model._meta.label_lower, localdate()
    names = {
        pk: blake2b(
            repr((zone.pk, label, pk, common, marks.get(part_of(model, pk)), today, said)).encode(),
            digest_size=20,
        ).hexdigest()
        for pk in keys
    }
    cache = caches["subjects"]
    kept: dict[str, T] = cache.get_many(names.values())
    found = {pk: kept[name] for pk, name in names.items() if name in kept}
    if missing := [pk for pk in names if pk not in found]:
        fresh = read(missing)
        # What was recorded while we looked belongs to newer marks.
        if _marks_of_parts(zone, parts) == marks:
            cache.set_many({names[pk]: each for pk, each in fresh.items()}, None)
        found |= fresh
    return found


def _subjects(zone: Zone, model: type[models.Model], parts: Collection[int]) -> list[int]:
    """Return the keys of the rows of `model` that stand in these parts."""

    def keys() -> list[int]:
        within = Q()
        for part in parts:
            within |= Q(pk__gte=part * PART, pk__lt=(part + 1) * PART)
        rows = model._default_manager.filter(within, zone=zone)
        return list(rows.order_by("pk").values_list("pk", flat=True))

    return once(("subjects", zone.pk, model, frozenset(parts)), keys)


def _marks_of_parts(zone: Zone, parts: Collection[str] | None = None) -> dict[str, tuple[int, ...]]:
    """Return the marks of the parts of these names, or of all."""
    from zoneworks.kit.models import PartRevision

    wanted = Q() if parts is None else Q(part__in=sorted(parts))
    rows = PartRevision.objects.filter(wanted, zone=zone).order_by("part", "slot").values_list("part", "mark")
    found: dict[str, tuple[int, ...]] = {}
    for part, mark in rows:
        found[part] = (*found.get(part, ()), mark)
    return found
