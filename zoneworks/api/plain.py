"""Values as JSON knows them: numbers as numbers, days and instants in ISO form, rows by number and name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.timezone import localtime

from zoneworks.kit.amounts import Amount
from zoneworks.kit.spans import Span

Json = Any


def plain(value: Any) -> Json:
    """Return `value` as JSON.

    >>> plain(Decimal("12.5000")), plain(Decimal("3E+8")), plain(date(2024, 9, 30)), plain(None)
    (12.5, 300000000, '2024-09-30', None)
    """
    match value:
        case None | bool() | int():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            return localtime(value).isoformat()
        case date():
            return value.isoformat()
        case models.Model():
            return named(value)
        case Span():
            return {"earliest": value.earliest.isoformat(), "latest": value.latest.isoformat()}
        case Amount():
            return {
                "value": plain(value.value),
                "unit": value.unit.value,
                "qualifier": value.qualifier.value,
                "per_year": value.per_year,
            }
    return str(value)


def named(row: Any) -> Json:
    """Return a row by number and name."""
    return None if row is None else {"id": row.pk, "label": str(row)}


class Names:
    """The names of rows that other rows point to, each table asked once for a page, as far as the person sees them."""

    def __init__(self, user: Any, fields: Iterable[Any], rows: Iterable[Any]) -> None:
        self._found: dict[str, dict[Any, Any]] = {}
        many = list(rows)
        for field in fields:
            if not field.is_relation:
                continue
            keys = {getattr(row, field.attname) for row in many} - {None}
            table: Any = field.related_model._default_manager
            seen = table.allowed(user, "view") if hasattr(field.related_model, "policy") else table
            self._found[field.name] = seen.in_bulk(list(keys)) if keys else {}

    def value(self, row: Any, field: Any) -> Json:
        """Return one field of `row` as JSON; a row that the person does not see is told as nothing."""
        if field.is_relation:
            return named(self._found[field.name].get(getattr(row, field.attname)))
        return plain(getattr(row, field.attname))


def rewound_value(field: Any, text: str) -> Json:
    """Return as JSON what the audit trail kept of a field as text."""
    if field.is_relation:
        return {"id": None, "label": text} if text else None
    if text == "":
        return None if field.null else ""
    return plain(field.to_python(text))
