"""Every change is written down, in the same transaction: who, when, what, from what to what (design §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models, transaction
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.revision import renew

_NEVER_SHOWN = frozenset(
    {"id", "search_text", "created_at", "updated_at", "password", "recorded_at", "zone", "zone_id"}
)


def snapshot(row: models.Model, fields: Iterable[str] | None = None) -> dict[str, str]:
    """Return what `row` says now, field by field, as the text that a person reads."""
    wanted = set(fields) if fields is not None else None
    found: dict[str, str] = {}
    for field in row._meta.concrete_fields:
        if field.name in _NEVER_SHOWN or (wanted is not None and field.name not in wanted):
            continue
        found[field.name] = shown(row, field)
    return found


def shown(row: models.Model, field: models.Field[Any, Any]) -> str:
    """Return one field of `row` as text."""
    if field.is_relation:
        try:
            value = getattr(row, field.name)
        except ObjectDoesNotExist:
            value = None
        return "" if value is None else str(value)
    value = getattr(row, field.attname)
    if value is None:
        return ""
    return str(value)


def readable(model: type[models.Model], name: str, text: str) -> str:
    """Return what the trail keeps of a field as people read it: choices by label, yes and no as words."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return text
    if isinstance(field, models.BooleanField):
        return {"True": _("yes"), "False": _("no")}.get(text, text)
    labels = {str(value): str(label) for value, label in getattr(field, "flatchoices", None) or ()}
    return labels.get(text, text)


def record(
    actor: User | None,
    verb: str,
    row: models.Model,
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> None:
    """Write down that `actor` did `verb` to `row`. Call it inside the transaction of the change itself."""
    from zoneworks.kit.models import Change

    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record() must run in the transaction of the change")
    before, after = before or {}, after or {}
    fields = {
        name: [before.get(name, ""), after.get(name, "")]
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name, "") != after.get(name, "")
    }
    zone = zone_of(row)
    renew(zone)
    Change.objects.create(
        zone=zone,
        actor=actor,
        verb=verb,
        content_type=ContentType.objects.get_for_model(row),
        object_id=row.pk,
        label=str(row)[:200],
        fields=fields,
    )


def zone_of(row: models.Model) -> Zone:
    """Return the zone that `row` belongs to."""
    return row if isinstance(row, Zone) else row.zone  # type: ignore[attr-defined]
