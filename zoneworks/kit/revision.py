"""The state of a zone's records, as one short mark: equal marks mean that nothing was recorded in between.

What is computed from the records may be kept under the mark and is right for as long as the mark stands. Each
transaction that records something gives the zone a new random mark, so that a mark never comes back, not even after an
older database was put in place.

Parts of the records have marks of their own: the subjects of facts (projects, engagements) stand in parts by their
keys, and a change that says which subjects it is about (`kit/touching.py`) renews their parts only. What is added up
from the records of single subjects is then read anew for the parts that changed, and kept for the others. So that what
is known of one subject outlasts a change of its neighbors, each subject of which anything was recorded has a mark, too.

The mark is read before the records. What somebody records in between may already be told by an answer that is kept
under the mark of before; but the new mark came with those records, so nobody asks for that answer any more, beside
pages that began before and may read the newer records themselves.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sized
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from django.core.cache import caches
from django.db import connection, models
from django.db.models import F, Q
from django.utils.timezone import localdate

from zoneworks.accounts.models import Zone
from zoneworks.accounts.once import once
from zoneworks.kit.held import Held

if TYPE_CHECKING:
    from zoneworks.kit.models import Marked

T = TypeVar("T")
A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)
Subject = tuple[type[models.Model], int]
"""What facts are told of: the model of a row and its key."""
_NOTHING = object()

SLOTS = 256
"""Writers of one zone at the same time each have a row of their own, so that none waits for another's commit."""


PART = 128
"""So many keys of subjects share a part: few enough to be read at once, many enough for their sums to be added up."""
BLOCK = 16
"""So many parts share a block, whose sums are kept too: after a change one block is added up, and then the blocks."""
COMMON = ""
"""The part of what may say something of any subject, such as the rules."""
FEW = 64
"""Up to so many parts are read by the keys of their subjects; of more, or of a good part of all, everything is read."""


MANY = 500
"""More subjects than a page shows: whoever asks for so many asks for them once."""


def renew(zone: Zone | int, touched: Iterable[Subject] | None = None) -> None:
    """Give the zone a new mark, in the transaction that changes its records, and one to each `touched` subject.

    Without `touched` any subject may have changed.
    """
    from zoneworks.kit.models import Revision

    pk = zone if isinstance(zone, int) else zone.pk
    slot = _slot()
    mark = secrets.randbits(62)
    is_known = Revision.objects.filter(zone=pk, slot=slot).update(mark=mark)
    if not is_known:
        Revision.objects.update_or_create(zone_id=pk, slot=slot, defaults={"mark": mark})
    # The first mark of a writer is one of everything: a zone without such a mark keeps no parts.
    if touched is None or not is_known:
        _renew_parts(pk, [COMMON])
    else:
        renew_subjects(pk, touched)


def renew_subjects(zone: int, touched: Iterable[Subject]) -> None:
    """Give new marks to the `touched` subjects, and to the parts in which they stand."""
    from zoneworks.kit.models import SubjectRevision

    subjects = set(touched)
    if subjects:
        _renew_parts(zone, {part_of(model, pk) for model, pk in subjects})
        _renew_named(SubjectRevision, "subject", zone, {_named(model, pk) for model, pk in subjects})


def _renew_parts(zone: int, parts: Collection[str]) -> None:
    from zoneworks.kit.models import PartRevision

    _renew_named(PartRevision, "part", zone, parts)


def _renew_named(table: type[Marked], name: str, zone: int, named: Collection[str]) -> None:
    """Give new marks of this writer to what the column `name` of `table` names so."""
    slot = _slot()
    table._default_manager.bulk_create(
        [table(zone_id=zone, slot=slot, mark=secrets.randbits(62), **{name: each}) for each in sorted(named)],
        update_conflicts=True,
        unique_fields=["zone", "slot", name],
        update_fields=["mark"],
    )


def part_of(model: type[models.Model], pk: int) -> str:
    """Return the name of the part in which the row of `model` with this key stands."""
    return f"{model._meta.label_lower}:{pk // PART}"


def part_column(fact: Any) -> models.Expression:
    """Return the expression for the number of the part in which the subject of a fact of the model `fact` stands."""
    key = F(f"{fact.subject}_id")
    return models.ExpressionWrapper(key / PART, output_field=models.BigIntegerField())


def _named(model: type[models.Model], pk: int) -> str:
    return f"{model._meta.label_lower}:{pk}"


def _slot() -> int:
    return connection.connection.info.backend_pid % SLOTS if connection.vendor == "postgresql" else 0


def mark_of(zone: Zone) -> tuple[int, ...]:
    """Return the mark of the zone's records as committed now; empty when nothing was ever recorded. One query."""
    from zoneworks.kit.models import Revision

    return tuple(Revision.objects.filter(zone=zone).order_by("slot").values_list("mark", flat=True))


def look_at_marks(zone: Zone) -> None:
    """Read the marks that this page goes by, now."""
    once(("mark", zone.pk), lambda: mark_of(zone))
    mark_of_all(zone)


def mark_of_all(zone: Zone) -> tuple[int, ...] | None:
    """Return the mark of what touches all subjects of the zone; nothing for a zone that keeps no parts. One query."""
    return once(("mark of all", zone.pk), lambda: _marks_of_parts(zone, (COMMON,)).get(COMMON))


def kept(zone: Zone, said: tuple[Any, ...], make: Callable[[], T], *, among: str = "readings") -> T:
    """Return what `make` gives, kept in this process for as long as the zone's mark stands.

    What is large is kept `among` the few “pasts” or “searches”, which crowd each other out.

    `said` must tell everything else that the answer hangs on, the wall among it, in values whose `repr` is steady.
    """
    mark = once(("mark", zone.pk), lambda: mark_of(zone))
    if not mark:
        return make()
    cache = caches[among]
    key = _name(zone.pk, mark, localdate(), said)
    found = cache.get(key, _NOTHING)
    if found is not _NOTHING:
        return found
    made = make()
    cache.set(key, made, None)
    return made


def _name(*said: Any) -> str:
    """Return a short name for what hangs on all of this."""
    return blake2b(repr(said).encode(), digest_size=20).hexdigest()


class _Kept(NamedTuple):
    """An answer, what was read of each part for it and adds up in each block, and the marks under which that was."""

    common: tuple[int, ...]
    marks: dict[int, tuple[int, ...]]
    pieces: dict[int, Any]
    blocks: dict[int, Any]
    answer: Any

    def stale(self, marks: dict[int, tuple[int, ...]]) -> set[int]:
        """Return the parts of which `marks` say that something was recorded since."""
        return {part for part in {*marks, *self.marks} if marks.get(part) != self.marks.get(part)}

    def weight(self) -> int:
        """Return about how many numbers and texts this holds."""
        sizes = (len(piece) if isinstance(piece, Sized) else 1 for piece in self.pieces.values())
        return 100 + 2 * sum(3 + size for size in sizes)


_by_parts: Held[_Kept] = Held(1_000_000)
"""A line of a sum takes some 250 bytes, so that this is a quarter of a gigabyte at most."""
_orders: Held[_Kept] = Held(5_000_000)
"""The keys of all that a number counts, in their order: three times eight bytes a row, half of that a unit here."""
_worded: Held[Any] = Held(3_000)
_SHELVES: tuple[Held[Any], ...] = (_by_parts, _orders, _worded)
_kept_on: date | None = None


def _today() -> date:
    """Return the day under which things are kept; what was kept under another one is let go."""
    global _kept_on
    today = localdate()
    if today != _kept_on:
        for shelf in _SHELVES:
            shelf.clear()
        _kept_on = today
    return today


def forget() -> None:
    """Forget everything that this process keeps, as a new one knows nothing."""
    for shelf in _SHELVES:
        shelf.clear()
    for cache in caches.all():
        cache.clear()


class Adding(Protocol[T, A_co]):
    """An answer that is added up from pieces, of which each says what follows from the subjects of one part."""

    def read(self, subjects: Collection[int] | None) -> Mapping[int, T]:
        """Return the pieces of these subjects, or of all of the zone, by part; a part may have none."""

    def add(self, pieces: Iterable[T]) -> T:
        """Return what pieces are together, of one block or of all blocks; without changing them."""

    def tell(self, whole: T) -> A_co:
        """Return the answer that follows from all pieces together."""


def kept_by_parts(
    zone: Zone,
    said: tuple[Any, ...],
    model: type[models.Model],
    adding: Adding[T, A],
    *,
    is_large: bool = False,
) -> A:
    """Return what `adding` tells of the subjects of `model`, kept for as long as none of them changes.

    Only the parts in which something was recorded are read anew. What is read of a subject must follow from the
    records that touch it (`kit/touching.py`), from `said` and from what touches all. What is large crowds out what is
    large, too, and nothing else.
    """
    mark = once(("mark", zone.pk), lambda: mark_of(zone))
    common = mark_of_all(zone)
    if not mark or common is None:
        return adding.tell(adding.add(adding.read(None).values()))
    own = once(("marks of parts", zone.pk, model), lambda: _own_marks(zone, model))
    key = _name(zone.pk, model._meta.label_lower, _today(), said)
    shelf = _orders if is_large else _by_parts
    kept = shelf.get(key)
    if kept is not None and kept.common != common:
        kept = None
    if kept is not None and not kept.stale(own):
        return kept.answer
    pieces, blocks = _refreshed(zone, model, adding, kept, own)
    made = _Kept(common, own, pieces, blocks, adding.tell(adding.add(blocks.values())))
    shelf.put(key, made, made.weight())
    return made.answer


def _own_marks(zone: Zone, model: type[models.Model]) -> dict[int, tuple[int, ...]]:
    """Return the marks of the parts of the subjects of `model`, by the number of the part."""
    label = f"{model._meta.label_lower}:"
    marks = once(("marks of parts", zone.pk), lambda: _marks_of_parts(zone))
    return {int(part.removeprefix(label)): found for part, found in marks.items() if part.startswith(label)}


def _refreshed(
    zone: Zone,
    model: type[models.Model],
    adding: Adding[T, Any],
    kept: _Kept | None,
    own: dict[int, tuple[int, ...]],
) -> tuple[dict[int, T], dict[int, T]]:
    """Return the pieces of all parts and what they are together in each block; only stale ones are read."""
    stale = kept.stale(own) if kept is not None else set()
    if kept is None or len(stale) > _few(max(len(own), len(kept.pieces))):
        pieces = dict(adding.read(None))
        return pieces, _added(adding, pieces, {part // BLOCK for part in pieces})
    pieces = {part: piece for part, piece in kept.pieces.items() if part not in stale}
    pieces.update(adding.read(_subjects(zone, model, stale)))
    changed = {part // BLOCK for part in stale}
    blocks = {block: whole for block, whole in kept.blocks.items() if block not in changed}
    return pieces, blocks | _added(adding, pieces, changed)


def _few(parts: int) -> int:
    """Return of how many of so many parts the subjects are asked one by one."""
    # To ask for all subjects costs what it costs to ask for those of about an eighth by their keys.
    return min(FEW, max(8, parts // 8))


def _added(adding: Adding[T, Any], pieces: Mapping[int, T], blocks: Iterable[int]) -> dict[int, T]:
    """Return what the pieces of each of these blocks are together."""
    inside = {
        block: [pieces[part] for part in range(block * BLOCK, (block + 1) * BLOCK) if part in pieces]
        for block in blocks
    }
    return {block: adding.add(some) for block, some in inside.items() if some}


def worded(zone: Zone, said: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return how something is asked, as `make` puts it into words, kept in this process until what touches all changes.

    The words must follow from `said`, from the day and from what touches all, and from no record of a single subject.
    """
    common = mark_of_all(zone)
    if common is None:
        return make()
    key = _name(zone.pk, common, _today(), said)
    words = _worded.get(key)
    if words is None:
        words = make()
        _worded.put(key, words)
    return words


def kept_of_each(
    zone: Zone,
    said: tuple[Any, ...],
    model: type[models.Model],
    keys: Collection[int],
    read: Callable[[list[int]], dict[int, T]],
) -> dict[int, T]:
    """Return what `read` gives of each subject of `model`, by its key, kept for as long as nothing about it changes.

    `read` takes the keys of which nothing is kept and answers for each. What it says of a subject must follow from the
    records that touch it (`kit/touching.py`), from `said` and from what touches all. Two queries when all is kept,
    which a page asks once, whatever is kept of the same subjects.

    Of more than `MANY` nothing is kept: a list that is taken along whole would crowd out what the pages of everybody
    are drawn from.
    """
    common = mark_of_all(zone) if 0 < len(keys) <= MANY else None
    if common is None:
        return read(list(keys)) if keys else {}
    subjects = {pk: _named(model, pk) for pk in keys}
    marks = _marks_of_subjects(zone, subjects.values())
    today = localdate()
    names = {
        pk: _name(zone.pk, subject, common, marks[subject], today, said) for pk, subject in subjects.items()
    }
    cache = caches["subjects"]
    kept: dict[str, T] = cache.get_many(names.values())
    found = {pk: kept[name] for pk, name in names.items() if name in kept}
    if missing := [pk for pk in names if pk not in found]:
        fresh = read(missing)
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

    return _marks(PartRevision, "part", zone, parts)


def _marks_of_subjects(zone: Zone, subjects: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Return the marks of these subjects, empty for one of which nothing was recorded since there are such marks."""
    from zoneworks.kit.models import SubjectRevision

    # A page that asks about fifty subjects asks about some of them again.
    known: dict[str, tuple[int, ...]] = once(("marks of subjects", zone.pk), dict)
    if missing := [subject for subject in subjects if subject not in known]:
        known.update(dict.fromkeys(missing, ()) | _marks(SubjectRevision, "subject", zone, missing))
    return known


def _marks(
    table: type[Marked], name: str, zone: Zone, named: Collection[str] | None
) -> dict[str, tuple[int, ...]]:
    """Return the marks of what the column `name` of `table` names so, or of all that it names."""
    rows = table._default_manager.filter(zone=zone)
    if named is not None:
        rows = rows.filter(**{f"{name}__in": sorted(named)})
    found: dict[str, tuple[int, ...]] = {}
    for each, mark in rows.order_by(name, "slot").values_list(name, "mark"):
        found[each] = (*found.get(each, ()), mark)
    return found
