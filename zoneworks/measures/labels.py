"""The names of measures in full, and of groups: what stands behind the key of a unit, an officer, a month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Unit, User, Zone
from zoneworks.kit.entity import asked_pk
from zoneworks.kit.levels import Level
from zoneworks.measures.registry import Measure, measures

Label = Callable[[Zone, Any], str]
_labels: dict[str, Label] = {}


_DIMENSIONS = {
    "unit": gettext_lazy("unit"),
    "officer": gettext_lazy("officer"),
    "industry": gettext_lazy("industry"),
    "size_class": gettext_lazy("size class"),
    "level": gettext_lazy("asserted by"),
    "month": gettext_lazy("month"),
    "lead": gettext_lazy("led by"),
}


def dimension_label(name: str) -> str:
    """Return the name of a dimension in the language of the page."""
    return str(_DIMENSIONS.get(name, name))


def names_groups(dimension: str) -> Callable[[Label], Label]:
    """Let a higher floor name the groups of a dimension."""

    def add(label: Label) -> Label:
        _labels[dimension] = label
        return label

    return add


def group_label(zone: Zone, dimension: str, key: Any) -> str:
    """Return the name of one group of `dimension`; a group without a key says so."""
    if key in (None, ""):
        return _("several months") if dimension == "month" else _("not stated")
    label = _labels.get(dimension)
    return label(zone, key) if label else str(key)


def named(rows: QuerySet[Any], key: Any) -> str:
    """Return the name of the one of `rows` that has this key, or the key where none has it."""
    pk = asked_pk(key)
    found = rows.filter(pk=pk).first() if pk is not None else None
    return str(found or key)


@names_groups("unit")
def unit_label(zone: Zone, key: Any) -> str:
    return named(Unit.objects.filter(zone=zone), key)


@names_groups("officer")
def officer_label(zone: Zone, key: Any) -> str:
    return named(User.objects.filter(memberships__zone=zone), key)


@names_groups("level")
def level_label(zone: Zone, key: Any) -> str:
    return str(Level(key).label) if key in Level.values else str(key)


@names_groups("month")
def month_label(zone: Zone, key: Any) -> str:
    day = parse_date(key) if isinstance(key, str) else key
    return f"{day:%Y-%m}" if day else str(key)


def full_label(measure: Measure) -> str:
    """Return the label of a measure, with the stage that an amount or a pace belongs to."""
    _room, first, *rest = measure.key.split(".")
    if rest and f"{_room}.{first}" in measures:
        return f"{measures[f'{_room}.{first}'].label} · {measure.label}"
    if rest and first in PREFIXES:
        return f"{PREFIXES[first]} · {measure.label}"
    return str(measure.label)


PREFIXES = {
    "conversion": gettext_lazy("of those signed, the share of"),
    "days": gettext_lazy("median days from signing to"),
}
