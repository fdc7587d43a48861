"""Readings kept for as long as nothing is recorded: a board that is opened again costs one small query.

A reading follows from the zone's records, the scope, the viewer's wall and the day. It is kept under all of these and
under the mark of the records (`kit/revision.py`), so a kept reading is the plain one; `tests/test_keeping.py` holds
both equal after every kind of change. An old mark is never asked for again, so nothing has to be thrown away by name.

After a change only those parts of the records are read anew in which something changed (`revision.kept_by_parts`), for
a measure whose rows follow from the records of single subjects; the sums of the other parts are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import date
from functools import partial
from heapq import nsmallest
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db.models import Q

from zoneworks.accounts.models import Zone
from zoneworks.kit import revision
from zoneworks.measures.registry import Measure
from zoneworks.measures.rows import Rows
from zoneworks.measures.scope import Scope
from zoneworks.measures.tallying import Line, LinesOf, firsts_by_part, lines_by_part

if TYPE_CHECKING:
    from zoneworks.measures.reading import Reading

_keeps: ContextVar[int] = ContextVar("the zone whose readings are kept", default=0)


class _Kind(NamedTuple):
    """What is known of the rows of a measure once they were made: whose policy is the wall, and whether they part."""

    model: Any
    by_subject: bool

    @property
    def subject(self) -> Any:
        return self.model._meta.get_field(self.model.subject).related_model


_kinds: dict[str, _Kind] = {}


def _kind_of(one: Measure, scope: Scope) -> _Kind:
    if one.key not in _kinds:
        rows = one.rows(scope)
        _kinds[one.key] = _Kind(rows.queryset.model, rows.by_subject)
    return _kinds[one.key]


@contextmanager
def kept_readings(zone: Zone) -> Iterator[None]:
    """Let the readings of a page be those kept under the mark of the zone's records, and keep the new ones."""
    token = _keeps.set(zone.pk)
    try:
        yield
    finally:
        _keeps.reset(token)


class Reads(Protocol):
    """Reads a measure plainly; `lines` brings the lines of its rows."""

    def __call__(self, one: Measure, scope: Scope, lines: LinesOf = ...) -> Reading: ...


def kept(one: Measure, scope: Scope, read: Reads) -> Reading:
    """Return the kept reading of `one` in `scope`, or `read` it and keep it."""
    if _keeps.get() != scope.zone.pk:
        return read(one, scope)
    kind = _kind_of(one, scope)
    said = _said(one.key, scope, kind.model)
    if said is None:
        return read(one, scope)

    def made() -> Reading:
        if kind.by_subject and scope.knows_all:
            return _read_by_parts(one, scope, kind.subject, said, read)
        return _bare(read(one, scope))

    return replace(revision.kept(scope.zone, said, made), measure=one, scope=scope)


def _read_by_parts(one: Measure, scope: Scope, subject: Any, said: tuple[Any, ...], read: Reads) -> Reading:
    """Return the reading; only the subjects are asked about in whose part something was recorded."""

    def made(refreshed: revision.Refreshed[list[Line]]) -> Reading:
        def lines(rows: Rows, scope: Scope) -> Iterable[Line]:
            return chain.from_iterable(refreshed(partial(lines_by_part, rows, scope)).values())

        return _bare(read(one, scope, lines))

    return revision.kept_by_parts(scope.zone, said, subject, made)


def _bare(reading: Reading) -> Reading:
    """Return the reading without what its reader knows."""
    return replace(reading, measure=None, scope=None)  # type: ignore[arg-type]


def kept_keys(name: str, scope: Scope, model: Any, rows: Callable[[], Any]) -> list[int]:
    """Return the keys of `rows` of `model` in their order, kept as readings are; `name` tells these from others.

    For the few that a page lists of many, within the wall of `model`.
    """

    def made() -> list[int]:
        return list(rows().values_list("pk", flat=True))

    said = _said(name, scope, model)
    return made() if said is None else revision.kept(scope.zone, said, made)


def kept_firsts(reading: Reading, most: int) -> list[int]:
    """Return the keys of the `most` rows of `reading` that surely came first, in their order, kept as readings are."""
    scope = reading.scope
    kind = _kind_of(reading.measure, scope)
    said = _said(f"first {most} of {reading.measure.key}", scope, kind.model)
    if said is None or not kind.by_subject or not scope.knows_all:
        return list(reading.rows.order_by("latest", "pk").values_list("pk", flat=True)[:most])

    def firsts(subjects: Collection[int] | None) -> dict[int, list[tuple[date, int]]]:
        return firsts_by_part(reading.narrowed_rows, most, subjects)

    def made(refreshed: revision.Refreshed[list[tuple[date, int]]]) -> list[int]:
        # The first of all are among the first of each part.
        return [pk for _day, pk in nsmallest(most, chain.from_iterable(refreshed(firsts).values()))]

    return revision.kept_by_parts(scope.zone, said, kind.subject, made)


def _said(name: str, scope: Scope, model: Any) -> tuple[Any, ...] | None:
    """Return all that an answer hangs on beside the records; nothing when it is not to be kept.

    The wall is the condition by which the viewer sees the rows of `model`; one that holds more than plain values
    cannot be said.
    """
    if _keeps.get() != scope.zone.pk:
        return None
    wall = "everything"
    if scope.viewer is not None:
        wall = _plain(model.policy.scope(scope.viewer, "view")) if model is not None else ""
    if not wall:
        return None
    known = "" if scope.known is None else scope.known.isoformat()
    filters = sorted(scope.filters.items())
    return (name, wall, scope.as_of, known, scope.period, str(scope.basis), filters, scope.group_by)


def _plain(condition: Q) -> str:
    """Return a condition of plain values as text; empty for one that holds an expression or a query."""
    parts = []
    for child in condition.children:
        if isinstance(child, Q):
            text = _plain(child)
        elif isinstance(child, tuple) and _is_plain(child[1]):
            text = repr(child)
        else:
            text = ""
        if not text:
            return ""
        parts.append(text)
    return f"{condition.connector}{condition.negated}({', '.join(parts)})"


def _is_plain(value: Any) -> bool:
    many = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return all(one is None or isinstance(one, str | int | date) for one in many)
