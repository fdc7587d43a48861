"""Readings kept for as long as nothing is recorded: a board that is opened again costs one small query.

A reading follows from the zone's records, the scope, the viewer's wall and the day. It is kept under all of these and
under the mark of the records (`kit/revision.py`), so a kept reading is the plain one; `tests/test_keeping.py` holds
both equal after every kind of change. An old mark is never asked for again, so nothing has to be thrown away by name.

After a change only those parts of the records are read anew in which something changed (`revision.kept_by_parts`), for
a measure whose rows follow from the records of single subjects; the sums of the other parts are kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from zoneworks.accounts.models import Zone
from zoneworks.kit import revision
from zoneworks.measures.by_parts import Asks, Firsts, Keys, Lines
from zoneworks.measures.kept_under import kind_of, said_of
from zoneworks.measures.narrowing import narrowed
from zoneworks.measures.registry import Measure
from zoneworks.measures.scope import Scope
from zoneworks.measures.tallying import every_line, question, tallied

if TYPE_CHECKING:
    from zoneworks.measures.reading import Reading

Sums = dict[str, Any]
"""What the rows of a reading add up to, by the names of the fields of a `Reading`."""

_keeps: ContextVar[int] = ContextVar("the zone whose readings are kept", default=0)


@contextmanager
def kept_readings(zone: Zone) -> Iterator[None]:
    """Let the readings of a page be those kept under the mark of the zone's records, and keep the new ones."""
    # Before anything that they follow from is read, the rules among it: what changes in between has newer marks.
    revision.look_at_marks(zone)
    token = _keeps.set(zone.pk)
    try:
        yield
    finally:
        _keeps.reset(token)


def read_plainly(one: Measure, scope: Scope) -> Sums:
    """Return the reading from the facts themselves, by the names of the fields of a `Reading`."""
    asked = question(narrowed(one.rows(scope), one, scope), scope)
    return tallied(asked.shape, every_line(asked))


def kept(one: Measure, scope: Scope) -> Sums:
    """Return the kept reading of `one` in `scope`, or read it plainly and keep it."""
    if _keeps.get() != scope.zone.pk:
        return read_plainly(one, scope)
    kind = kind_of(one, scope)
    said = said_of(one.key, scope, kind.model)
    if said is None:
        return read_plainly(one, scope)

    def made() -> Sums:
        if kind.by_subject and scope.knows_all:
            return revision.kept_by_parts(scope.zone, said, kind.subject, Lines(one, scope, kind))
        return read_plainly(one, scope)

    return revision.kept(scope.zone, said, made)


def kept_keys(name: str, scope: Scope, model: Any, rows: Callable[[], Any]) -> list[int]:
    """Return the keys of `rows` of `model` in their order, kept as readings are; `name` tells these from others.

    For the few that a page lists of many, within the wall of `model`.
    """

    def made() -> list[int]:
        return list(rows().values_list("pk", flat=True))

    said = said_of(name, scope, model) if _keeps.get() == scope.zone.pk else None
    return made() if said is None else revision.kept(scope.zone, said, made)


def kept_order(name: str, reading: Reading, asks: Asks, also: Reading | None = None) -> array[int] | None:
    """Return the keys of the facts that a page lists of `reading` under `name`, the latest first; nothing unless kept.

    `asks` gives the facts, of some subjects or of all. What it tells of a subject must follow from its records, as far
    as `reading` counts them, and the reading that is asked beside it (`also`).
    """
    scope = reading.scope
    readings = [reading] if also is None else [reading, also]
    kinds = [kind_of(one.measure, one.scope) for one in readings]
    said = tuple(
        said_of(f"{name} of {one.measure.key}", one.scope, kind.model)
        for one, kind in zip(readings, kinds, strict=True)
    )
    kind = kinds[0]
    is_kept = _keeps.get() == scope.zone.pk and scope.knows_all and None not in said
    if not is_kept or not all(one.by_subject and one.subject is kind.subject for one in kinds):
        return None
    return revision.kept_by_parts(scope.zone, said, kind.subject, Keys(scope.zone, said, asks), is_large=True)


def kept_firsts(reading: Reading, most: int) -> list[int]:
    """Return the keys of the `most` rows of `reading` that surely came first, in their order, kept as readings are."""
    scope = reading.scope
    kind = kind_of(reading.measure, scope)
    firsts = Firsts(reading.measure, scope, kind, most)
    said = said_of(firsts.name, scope, kind.model) if _keeps.get() == scope.zone.pk else None
    if said is None or not kind.by_subject or not scope.knows_all:
        return list(reading.rows.order_by("latest", "pk").values_list("pk", flat=True)[:most])
    return revision.kept_by_parts(scope.zone, said, kind.subject, firsts)
