"""What was done to a row and to the facts about it, as its history and the audit trail tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.audit import readable, readable_label
from zoneworks.kit.facts import Fact
from zoneworks.kit.language import language
from zoneworks.kit.models import Change, ChangeQuerySet
from zoneworks.kit.moment import Moment
from zoneworks.kit.registry import faces


def changes_of(row: Any, viewer: User, moment: Moment) -> ChangeQuerySet:
    """Return the changes of `row`, and of every version of the facts about it that `viewer` sees, newest first.

    With an instant only those that were made by then.
    """
    parts = [_of(type(row), [row.pk])]
    for face in faces.about(type(row)):
        facts: Any = face.model._default_manager.allowed(viewer, "view")  # type: ignore[attr-defined]
        about = facts.filter(**{face.model.subject: row.pk})
        parts.append(_of(face.model, about.order_by().values("pk")))
    # A union of keys: an OR of conditions would read the trail of the whole zone in the order of time.
    own = [part.filter(zone=row.zone_id).values("pk") for part in parts]
    changes = Change.objects.filter(pk__in=own[0].union(*own[1:], all=True)).select_related("actor")
    if moment.names_known_at:
        changes = changes.filter(at__lte=moment.known_at)
    return changes.order_by("-at", "-pk")


def _of(model: type[models.Model], pks: Any) -> ChangeQuerySet:
    kind = ContentType.objects.get_for_model(model)
    return Change.objects.order_by().filter(content_type=kind, object_id__in=pks)


@dataclass(frozen=True, slots=True)
class AboutFact:
    """The fact about a row that a line of its history is of, as an address and as people call it."""

    face: Any
    pk: int
    label: str


def fact_of(change: Change, row: Any) -> AboutFact | None:
    """Return the fact about `row` that `change` is of; nothing where it is of the row itself."""
    for face in faces.about(type(row)):
        if change.content_type_id == ContentType.objects.get_for_model(face.model).pk:
            label = readable_label(face.model, change.label, row.zone)
            return AboutFact(face, change.object_id, label.removeprefix(f"{row} · "))
    return None


def shown_changes(
    changes: Iterable[Change], row: Any, zone: Zone, moment: Moment, hidden: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the lines of the history of `row`: those of a fact name it and lead to it.

    What the page of the row hides from the reader is left out.
    """
    return [_line(change, row, zone, moment, hidden) for change in with_units(changes)]


def with_units(changes: Iterable[Change]) -> list[Change]:
    """Return the changes; those of a value with the unit it had then, without which nobody can read it."""
    listed, about = list(changes), defaultdict(list)
    for change in listed:
        about[change.content_type_id].append(change)
    for kind, its in about.items():
        model: Any = ContentType.objects.get_for_id(kind).model_class()
        if model is None or not _has_units(model):
            continue
        keys = {change.object_id for change in its if "value" in change.fields}
        units = dict(model._base_manager.filter(pk__in=keys).values_list("pk", "unit")) if keys else {}
        former = {} if issubclass(model, Fact) or not keys else _former_units(its)
        for change in its:
            later = (unit for pk, unit in former.get(change.object_id, ()) if pk > change.pk)
            change.unit = next(later, units.get(change.object_id, ""))
    return listed


def _has_units(model: type[models.Model]) -> bool:
    """Say whether the rows of `model` state a value and, by a choice, its unit."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    return "value" in fields and "unit" in fields and bool(getattr(fields["unit"], "choices", None))


def _former_units(changes: Collection[Change]) -> dict[int, list[tuple[int, str]]]:
    """Return, by row of these changes of one model, every change of its unit in the order of time, with the unit
    before it."""
    found = defaultdict(list)
    changed = Change.objects.filter(
        zone__in={change.zone_id for change in changes},
        content_type__in={change.content_type_id for change in changes},
        object_id__in={change.object_id for change in changes},
        fields__has_key="unit",
    )
    for pk, row, fields in changed.order_by("pk").values_list("pk", "object_id", "fields"):
        found[row].append((pk, fields["unit"][0]))
    return found


def _value(change: Change, name: str, side: int, model: Any, zone: Any) -> str:
    """Return what a field was (`side` 0) or is (1) as people read it: an amount with its unit, like everywhere."""
    text, units = change.fields[name][side], change.fields.get("unit", ["", ""])
    unit = units[side] or getattr(change, "unit", "")
    if name != "value" or not text or not unit:
        return readable(model, name, text, zone)
    return format_amount(Decimal(text), unit, language=language())


def _plain_value(change: Change, name: str, side: int, model: Any, zone: Any) -> str:
    """Return what a field was or is with choices by their labels, an amount as the bare number in its base unit."""
    return readable(model, name, change.fields[name][side], zone)


def _line(change: Change, row: Any, zone: Zone, moment: Moment, hidden: Collection[str]) -> dict[str, Any]:
    fact = fact_of(change, row)
    if fact is None:
        return shown_change(change, type(row), zone, hidden)
    url = reverse(f"fact-{fact.face.slug}:detail", kwargs={"zone": zone.code, "pk": fact.pk})
    return {
        **shown_change(change, fact.face.model, zone),
        "kind": str(fact.face.label),
        "label": fact.label,
        "url": moment.on_url(url),
    }


def shown_change(
    change: Change, model: Any, zone: Any, hidden: Collection[str] = (), *, in_words: bool = True
) -> dict[str, Any]:
    """Return one line of the audit trail of `zone` in the language of the page, with the fields' own names.

    Amounts are told with their units where those are known; not `in_words` they stay the numbers that they are.
    """
    tell = _value if in_words else _plain_value
    names = {
        field.name: str(field.verbose_name)
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
    }
    names |= {each.name: str(each.related_model._meta.verbose_name) for each in model._meta.related_objects}
    return {
        "at": change.at,
        "actor": change.actor,
        "verb_label": change.verb_label,
        "label": readable_label(model, change.label, zone),
        "fields": [
            {
                "label": names.get(name) or _(name),
                "before": tell(change, name, 0, model, zone),
                "after": tell(change, name, 1, model, zone),
            }
            for name in change.fields
            if name not in hidden
        ],
    }
