"""Readings kept for as long as nothing is recorded: a board that is opened again costs one small query.

A reading follows from the zone's records, the scope, the viewer's wall and the day. It is kept under all of these and
under the mark of the records (`kit/revision.py`), so a kept reading is the plain one; `tests/test_keeping.py` holds
both equal after every kind of change. An old mark is never asked for again, so nothing has to be thrown away by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.db.models import Q
from django.utils.timezone import localdate

from zoneworks.accounts.models import Zone
from zoneworks.kit.revision import mark_of
from zoneworks.measures.registry import Measure
from zoneworks.measures.scope import Scope

if TYPE_CHECKING:
    from zoneworks.measures.reading import Reading

_current: ContextVar[tuple[int, tuple[int, ...]] | None] = ContextVar("zone and mark", default=None)
_models: dict[str, Any] = {}
"""The model of the rows of each measure, known once they were read: its policy is the wall."""


@contextmanager
def kept_readings(zone: Zone) -> Iterator[None]:
    """Let the readings of a page be those kept under the mark of the zone's records, and keep the new ones."""
    token = _current.set((zone.pk, mark_of(zone)))
    try:
        yield
    finally:
        _current.reset(token)


def kept(one: Measure, scope: Scope, read: Callable[[Measure, Scope], Reading]) -> Reading:
    """Return the kept reading of `one` in `scope`, or `read` it and keep it."""
    zone, mark = _current.get() or (0, ())
    key = _digest(one.key, scope, mark, _wall(one.key, scope)) if mark and zone == scope.zone.pk else ""
    if not key:
        return _first_read(one, scope, read)
    found = caches["readings"].get(key)
    if found is not None:
        return replace(found, measure=one, scope=scope)
    found = _first_read(one, scope, read)
    # What was recorded while we read belongs to a newer mark.
    if mark_of(scope.zone) == mark:
        caches["readings"].set(key, replace(found, measure=None, scope=None), None)  # type: ignore[arg-type]
    return found


def kept_keys(name: str, scope: Scope, rows: Callable[[], Any]) -> list[int]:
    """Return the keys of `rows` in their order, kept as readings are; `name` tells these rows from others.

    For the few that a page lists of many. The rows are those of a reading or of one model behind its wall.
    """
    zone, mark = _current.get() or (0, ())
    key = _digest(name, scope, mark, _wall(name, scope)) if mark and zone == scope.zone.pk else ""
    found: list[int] | None = caches["readings"].get(key) if key else None
    if found is None:
        asked = rows()
        found = list(asked.values_list("pk", flat=True))
        _models.setdefault(name, asked.model)
        if key and mark_of(scope.zone) == mark:
            caches["readings"].set(key, found, None)
    return found


def _first_read(one: Measure, scope: Scope, read: Callable[[Measure, Scope], Reading]) -> Reading:
    found = read(one, scope)
    if one.key not in _models:
        _models[one.key] = found.of_rows.queryset.model
    return found


def _wall(name: str, scope: Scope) -> str:
    """Return the condition by which the viewer sees the rows, as text; empty when it cannot be said so."""
    if scope.viewer is None:
        return "everything"
    model = _models.get(name)
    return _plain(model.policy.scope(scope.viewer, "view")) if model is not None else ""


def _digest(name: str, scope: Scope, mark: tuple[int, ...], wall: str) -> str:
    """Return under what something is kept; empty without a wall that can be said in plain values."""
    if not wall:
        return ""
    known = "" if scope.known is None else scope.known.isoformat()
    filters = sorted(scope.filters.items())
    said = (scope.as_of, known, scope.period, str(scope.basis), filters, scope.group_by)
    return blake2b(repr((name, mark, localdate(), said, wall)).encode(), digest_size=20).hexdigest()


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
