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
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from zoneworks.accounts.models import Zone
from zoneworks.kit import revision
from zoneworks.measures.registry import Measure
from zoneworks.measures.scope import Scope

if TYPE_CHECKING:
    from zoneworks.measures.reading import Reading

_keeps: ContextVar[int] = ContextVar("the zone whose readings are kept", default=0)
_models: dict[str, Any] = {}
"""The model of the rows of each measure, known once they were read: its policy is the wall."""


@contextmanager
def kept_readings(zone: Zone) -> Iterator[None]:
    """Let the readings of a page be those kept under the mark of the zone's records, and keep the new ones."""
    token = _keeps.set(zone.pk)
    try:
        yield
    finally:
        _keeps.reset(token)


def kept(one: Measure, scope: Scope, read: Callable[[Measure, Scope], Reading]) -> Reading:
    """Return the kept reading of `one` in `scope`, or `read` it and keep it."""
    said = _said(one.key, scope, _models.get(one.key))
    if said is None:
        return _first_read(one, scope, read)

    def made() -> Reading:
        return replace(_first_read(one, scope, read), measure=None, scope=None)  # type: ignore[arg-type]

    return replace(revision.kept(scope.zone, said, made), measure=one, scope=scope)


def kept_keys(name: str, scope: Scope, model: Any, rows: Callable[[], Any]) -> list[int]:
    """Return the keys of `rows` of `model` in their order, kept as readings are; `name` tells these from others.

    For the few that a page lists of many, within the wall of `model`.
    """

    def made() -> list[int]:
        return list(rows().values_list("pk", flat=True))

    said = _said(name, scope, model)
    return made() if said is None else revision.kept(scope.zone, said, made)


def _first_read(one: Measure, scope: Scope, read: Callable[[Measure, Scope], Reading]) -> Reading:
    found = read(one, scope)
    if one.key not in _models:
        _models[one.key] = found.of_rows.queryset.model
    return found


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
