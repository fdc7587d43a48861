"""What was done to a row and to the facts about it, as its history and the audit trail tell it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.audit import readable, readable_label
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
    return [_line(change, row, zone, moment, hidden) for change in changes]


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


def shown_change(change: Change, model: Any, zone: Any, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Return one line of the audit trail of `zone` in the language of the page, with the fields' own names."""
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
                "before": readable(model, name, before, zone),
                "after": readable(model, name, after, zone),
            }
            for name, (before, after) in change.fields.items()
            if name not in hidden
        ],
    }
