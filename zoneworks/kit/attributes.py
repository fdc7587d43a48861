"""Attributes of entities by which facts are grouped, read as they were known at an instant (decision 0010).

A unit, an officer, an industry stand in a column of the entity, and a column says only what holds now. What it said
before is kept beside it when it changes, so that a number of the past falls into the groups of its day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.timezone import now

from zoneworks.kit.moment import Moment

_LONGEST = 40


def keep_former(rows: Sequence[Any], saved: Collection[str] | None = None) -> None:
    """Keep what the attributes of `rows`, all of one model, say in the database where they are about to say something
    else.

    Only of the columns that are `saved`, when they are named: in others a row may be older than the database. Call it
    in the transaction that saves the rows.
    """
    from zoneworks.kit.models import FormerValue

    model = type(rows[0])
    attributes = [name for name in model.attributes if saved is None or name in saved]
    names = {name: model._meta.get_field(name).attname for name in attributes}
    if not names:
        return
    kept = model._base_manager.filter(pk__in=[row.pk for row in rows]).values("pk", *names.values())
    stored = {values["pk"]: values for values in kept}
    at, kind = now(), ContentType.objects.get_for_model(model)
    FormerValue.objects.bulk_create(
        FormerValue(
            zone_id=row.zone_id,
            content_type=kind,
            object_id=row.pk,
            attribute=name,
            value=_text(stored[row.pk][column]),
            until=at,
        )
        for row in rows
        if row.pk in stored
        for name, column in names.items()
        if _text(stored[row.pk][column]) != _text(getattr(row, column))
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def as_known(model: type[models.Model], name: str, at: datetime | None, via: str) -> Any:
    """Return attribute `name` of the `model` that facts reach by `via`, as it stood at `at`.

    A path when `at` is None (what holds now), else an expression: the key of a related row or a text, NULL for
    nothing. Both serve as a dimension of a measure.
    """
    path = f"{via}__{name}"
    return path if at is None else known_of(model, name, at, key=via, current=F(path))


def instant_of(model: Any, name: str, moment: Moment) -> datetime | None:
    """Return the instant at which attribute `name` is read from the moment; nothing for what the column says now.

    An assignment belongs to its day, everything else is a correction of what was entered.
    """
    return moment.assigned if name in model.assignments else moment.known


def own_as_known(model: type[models.Model], name: str, at: datetime | None) -> Any:
    """Return the expression for attribute `name` of the rows of `model` themselves, as it stood at `at`."""
    return F(name) if at is None else known_of(model, name, at, key="pk", current=F(name))


def known_of(model: type[models.Model], name: str, at: datetime, *, key: str, current: Any) -> Any:
    """Return the expression for attribute `name` of the row whose key is the column `key`, as it stood at `at`."""
    from zoneworks.kit.models import FormerValue

    former = (
        FormerValue.objects.filter(
            zone=OuterRef("zone"),
            content_type=ContentType.objects.get_for_model(model),
            object_id=OuterRef(key),
            attribute=name,
            until__gt=at,
        )
        .order_by("until", "pk")
        .values("value")[:1]
    )
    text = models.CharField(max_length=_LONGEST)
    said = NullIf(Coalesce(Subquery(former), Cast(current, text)), Value(""))
    return Cast(said, models.BigIntegerField()) if model._meta.get_field(name).is_relation else said
