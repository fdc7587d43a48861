"""A measure and a reading as programs read them: the command's JSON and the API tell the very same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.timezone import localtime

from zoneworks.measures.labels import dimension_label, full_label, group_label
from zoneworks.measures.reading import Group, Reading
from zoneworks.measures.registry import Measure


def said_of(one: Measure) -> dict[str, Any]:
    """Return what a measure is: its key, unit and definition, and by what it can be filtered and grouped."""
    return {
        "key": one.key,
        "unit": one.unit.value,
        "label": full_label(one),
        "group": str(one.group),
        "definition": str(one.definition),
        "has_period": one.has_period,
        "dimensions": list(one.dimensions),
    }


def said(reading: Reading) -> dict[str, Any]:
    """Return a reading with everything but its rows: numbers as numbers, days and instants in ISO form.

    `known_at` is nothing when everything that is recorded counts.
    """
    scope, one = reading.scope, reading.measure
    return {
        "measure": one.key,
        "label": full_label(one),
        "definition": reading.definition,
        "value": plain(reading.value),
        "unit": one.unit.value,
        "qualifier": reading.qualifier.value,
        "uncertain": plain(reading.uncertain),
        "subjects": reading.subjects,
        "part": reading.part,
        "zone": scope.zone.code,
        "synthetic": scope.zone.is_synthetic,
        "from": scope.period.start.isoformat() if scope.period else None,
        "to": scope.period.end.isoformat() if scope.period else None,
        "as_of": scope.as_of.isoformat(),
        "known_at": localtime(scope.known).isoformat() if scope.known else None,
        "basis": str(scope.basis),
        "filters": dict(scope.filters),
        "by": scope.group_by[0] if scope.group_by else None,
        "groups": [_said_of_group(reading, group) for group in reading.groups],
    }


def _said_of_group(reading: Reading, group: Group) -> dict[str, Any]:
    scope = reading.scope
    return {
        "key": plain(group.key[0]),
        "label": group_label(scope.zone, scope.group_by[0], group.key[0]),
        "value": plain(group.value),
        "uncertain": plain(group.uncertain),
        "qualifier": group.qualifier.value,
    }


def counted_amount(fact: Any) -> Decimal | None:
    """Return how much of its amount a row of a reading counts, in base units; nothing where it counts as it stands
    (`ProjectFigureQuerySet.in_force_with_parts`)."""
    counted: Decimal | None = getattr(fact, "counted", None)
    return None if counted is None or counted == fact.value else counted


def counted_amounts(rows: Any) -> dict[str, Any]:
    """Return the same of every row that does not count as it stands, by its key."""
    if "counted" not in rows.query.annotations:
        return {}
    apart = rows.exclude(counted=F("value")).order_by("pk").values_list("pk", "counted")
    return {str(pk): plain(counted) for pk, counted in apart}


def dimensions_of(one: Measure) -> list[dict[str, str]]:
    """Return by what a measure can be filtered and grouped, with the names for people."""
    return [{"key": name, "label": dimension_label(name)} for name in one.dimensions]


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: whole numbers without a fraction, days as text.

    >>> plain(Decimal("12.50")), plain(Decimal("3E+8")), plain(date(2024, 5, 1)), plain(None)
    (12.5, 300000000, '2024-05-01', None)
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
