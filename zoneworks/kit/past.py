"""Rows as they were at a moment: what people filled in is put back in memory, and filters ask for what it said then.

Attributes by which facts are grouped have their former values (`kit/attributes.py`); every other field has the audit
trail, which tells it as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf
from django.db.models.lookups import Exact, IsNull

from zoneworks.kit.attributes import instant_of, own_as_known
from zoneworks.kit.models import Change, FormerValue, rewound
from zoneworks.kit.moment import Moment

_PUT_BACK = (
    models.CharField,
    models.BooleanField,
    models.DateField,
    models.IntegerField,
    models.DecimalField,
)
"""Fields whose text in the trail reads back into their value. A long text stays: what points into it would slip."""


def rewind(rows: Sequence[Any], moment: Moment) -> dict[int, dict[str, str]]:
    """Let `rows`, all of one model and zone, say in memory what they said at the moment; they are never to be saved.

    Return, by row, what only the trail's text can tell: long texts, and related rows that are no attributes.
    Nothing is asked of the database for the present.
    """
    if not rows or not moment.is_past:
        return {}
    fields = {field.name: field for field in rows[0]._meta.concrete_fields if not field.primary_key}
    attributes = getattr(rows[0], "attributes", ())
    told = rewound(list(rows), moment.known_at) if moment.names_known_at else {}
    left: dict[int, dict[str, str]] = {}
    for row in rows:
        for name, text in told.get(row.pk, {}).items():
            field = fields.get(name)
            if isinstance(field, _PUT_BACK):
                _put_back(row, field, text)
            elif name not in attributes:
                left.setdefault(row.pk, {})[name] = text
    if attributes:
        _put_attributes_back(rows, fields, moment)
    return left


def rewind_named(rows: Sequence[Any], moment: Moment) -> None:
    """Let the rows of the zone that `rows` name, as far as they came with them, be called as they were then."""
    if not rows or not moment.names_known_at:
        return
    for field in rows[0]._meta.concrete_fields:
        if field.many_to_one and field.name != "zone" and _has_trail(field):
            loaded = [row._state.fields_cache.get(field.name) for row in rows]
            rewind(list({one.pk: one for one in loaded if one is not None}.values()), moment)


def rewind_subjects(facts: Sequence[Any], moment: Moment) -> None:
    """Let what `facts`, all of one model, are about say in memory what it said at the moment."""
    rewind([fact.subject_row for fact in facts], moment)


def _put_back(row: Any, field: Any, text: str) -> None:
    try:
        value = None if text == "" and field.null else field.to_python(text)
    except ValidationError:
        return
    setattr(row, field.attname, value)


def _put_attributes_back(rows: Sequence[Any], fields: dict[str, Any], moment: Moment) -> None:
    former = _former_values(rows, moment)
    for name in {name for said in former.values() for name in said}:
        field = fields[name]
        said = {pk: values[name] for pk, values in former.items() if name in values}
        known: dict[Any, Any] = {}
        if field.is_relation:
            known = field.related_model._base_manager.in_bulk([int(key) for key in set(said.values()) if key])
        for row in rows:
            if row.pk not in said:
                continue
            if not field.is_relation:
                setattr(row, name, said[row.pk])
                continue
            related = known.get(int(said[row.pk])) if said[row.pk] else None
            if hasattr(related, "zone_id"):
                related.zone = row.zone  # type: ignore[union-attr]
            setattr(row, name, related)


def _former_values(rows: Sequence[Any], moment: Moment) -> dict[int, dict[str, str]]:
    """Return, by row, what its attributes said at the moment where they say something else now; one query at most."""
    model = type(rows[0])
    asked = {name: at for name in model.attributes if (at := instant_of(model, name, moment)) is not None}
    if not asked:
        return {}
    later = FormerValue.objects.filter(
        zone=rows[0].zone_id,
        content_type=ContentType.objects.get_for_model(model),
        object_id__in=[row.pk for row in rows],
        attribute__in=asked,
        until__gt=min(asked.values()),
    )
    found: dict[int, dict[str, str]] = {}
    ordered = later.order_by("until", "pk").values_list("object_id", "attribute", "value", "until")
    for pk, name, value, until in ordered:
        if until > asked[name]:
            found.setdefault(pk, {}).setdefault(name, value)
    return found


def told_at(model: type[models.Model], name: str, at: datetime, key: str = "pk") -> Subquery:
    """Return the expression for what field `name` of the row around it said at `at`, as the text of the trail.

    NULL where it has not changed since, so that the column itself says it. `key` is the column that names the row of
    `model`: that of the row around it, or of one that it is tied to.
    """
    later = Change.objects.filter(
        zone=OuterRef("zone"),
        content_type=ContentType.objects.get_for_model(model),
        object_id=OuterRef(key),
        at__gt=at,
        verb__in=("change", "bulk"),
        fields__has_key=name,
    )
    text = later.order_by("at", "pk").annotate(said=KT(f"fields__{name}__0")).values("said")[:1]
    return Subquery(text, output_field=models.TextField())


def said_then(model: Any, path: str, moment: Moment) -> Any:
    """Return the expression for what `path` of the rows of `model` said at the moment, as their list shows it.

    Nothing where the columns say it still. A day is a text that sorts like the day.
    """
    name, _, rest = path.partition("__")
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if field.name in getattr(model, "attributes", ()):
        at = instant_of(model, field.name, moment)
        if at is not None and not rest:
            return own_as_known(model, field.name, at)
        return None
    if moment.known is None or not field.editable or (field.is_relation and not rest):
        return None
    told = told_at(model, field.name, moment.known)
    if field.is_relation:
        known = [told_at(field.related_model, rest, moment.known, field.name)] if _has_trail(field) else []
        return NullIf(Coalesce(told, *known, F(path)), Value(""))
    return _typed(field, told)


def _has_trail(field: Any) -> bool:
    """Say whether what `field` leads to is a row of a zone, whose changes stand in the trail."""
    return any(each.name == "zone" for each in field.related_model._meta.concrete_fields)


def _typed(field: Any, told: Any) -> Any:
    """Return what a field said, told by the trail or else by its column, in an order that both share."""
    if isinstance(field, models.BooleanField):
        yes, no = Value(1), Value(0)
        return Case(
            When(Exact(told, Value("True")), then=yes),
            When(Exact(told, Value("False")), then=no),
            When(IsNull(told, True) & Q(**{field.name: True}), then=yes),
            When(IsNull(told, True) & Q(**{field.name: False}), then=no),
        )
    if isinstance(field, models.IntegerField | models.DecimalField):
        kind = models.DecimalField(max_digits=24, decimal_places=4)
        text = Coalesce(told, Cast(field.name, models.TextField()))
        return Cast(NullIf(text, Value("")), kind)
    column = F(field.name) if isinstance(field, models.CharField) else Cast(field.name, models.TextField())
    text = Coalesce(told, column, output_field=models.TextField())
    return NullIf(text, Value("")) if field.null else text


def as_told(rows: Any, name: str, at: datetime | None, *, now: Q, then: Q) -> Any:
    """Keep the rows of which a condition held at `at`: `now` on the columns, or `then` on the text `told_<name>`."""
    if at is None:
        return rows.filter(now)
    return with_told(rows, at, name).filter(said(name, now=now, then=then))


def with_told(rows: Any, at: datetime, *names: str) -> Any:
    """Give each row `told_<name>`, what its fields said at `at` where they have changed since, for `said`."""
    return rows.alias(**{f"told_{name}": told_at(rows.model, name, at) for name in names})


def said(name: str, *, now: Q, then: Q) -> Q:
    """Return the condition on rows `with_told`: `then` where the field has changed since, else `now`."""
    told = f"told_{name}"
    return Q(**{told: None}) & now | Q(**{f"{told}__isnull": False}) & then
