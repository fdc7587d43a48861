"""Under what a reading is kept: all that it hangs on beside the records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q

from zoneworks.measures.narrowing import is_key
from zoneworks.measures.registry import Measure
from zoneworks.measures.scope import Scope


class Kind(NamedTuple):
    """What is known of the rows of a measure once they were made: whose policy is the wall, and whether they part."""

    model: Any
    by_subject: bool
    keys: Mapping[str, str]
    """The dimensions by which a filter names a row, and their paths."""

    @property
    def subject(self) -> Any:
        return self.model._meta.get_field(self.model.subject).related_model

    def own_path(self, dimension: str) -> str:
        """Return the path from the subject itself to the row that a filter names; nothing where it leads elsewhere."""
        path = self.keys[dimension]
        return (
            path.removeprefix(f"{self.model.subject}__") if path.startswith(f"{self.model.subject}__") else ""
        )


_kinds: dict[tuple[str, bool], Kind] = {}


def kind_of(one: Measure, scope: Scope) -> Kind:
    """Return what is known of the rows of `one` in such a scope."""
    # Who was assigned on an earlier day is told by an expression and not by a column.
    like = (one.key, scope.assigned is None)
    if like not in _kinds:
        rows = one.rows(scope)
        paths = ((name, by) for name, by in rows.by.items() if isinstance(by, str))
        keys = {name: path for name, path in paths if is_key(rows.queryset, path)}
        _kinds[like] = Kind(rows.queryset.model, rows.by_subject, keys)
    return _kinds[like]


def said_of(name: str, scope: Scope, model: Any) -> tuple[Any, ...] | None:
    """Return all that an answer called `name` hangs on beside the records; nothing when that cannot be said.

    The wall is the condition by which the viewer sees the rows of `model`; one that holds more than plain values
    cannot be said.
    """
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
