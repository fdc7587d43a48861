"""What a browser would post of a form: for those who fill forms in without one, an import or a program."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict

from zoneworks.kit.picking import PickedMixin
from zoneworks.kit.pickmany import Picked, PickField


def as_posted(form: Any) -> QueryDict:
    """Return what a browser would post if nobody touched the fields of `form`."""
    posted = QueryDict(mutable=True)
    for name, field in form.fields.items():
        value = form[name].value()
        if isinstance(field, PickField):
            picked = value if isinstance(value, Picked) else Picked()
            posted.setlist(name, list(picked.keys))
        elif isinstance(field, PickedMixin):
            posted[name] = _numbered(field, form.get_initial_for_field(field, name))
        elif isinstance(field, forms.FileField):
            continue
        elif isinstance(field.widget, forms.CheckboxInput):
            posted.setlist(name, ["on"] if value else [])
        elif isinstance(field, forms.NullBooleanField):
            posted[name] = {True: "true", False: "false"}.get(value, "unknown")
        elif isinstance(value, list | tuple | set | QuerySet):
            posted.setlist(name, [_text(one) for one in value])
        else:
            posted[name] = _text(value)
    return posted


def _numbered(field: Any, initial: Any) -> str:
    """Return the row that a field holds by its number, which no twin of its name can take from it."""
    pk = initial.pk if isinstance(initial, Model) else initial
    return f"#{pk}" if pk and field.queryset.filter(pk=pk).exists() else ""


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case Model():
            return str(value.pk)
        case date():
            return value.isoformat()
    return str(value)


def keep_chosen(form: Any, blank: Any, sent: Collection[str]) -> None:
    """Let a row stay that was chosen once and is not offered any more, as long as nobody chooses anew."""
    for name, field in form.fields.items():
        if name in sent or not isinstance(field, forms.ModelChoiceField):
            continue
        if isinstance(field, PickedMixin | forms.ModelMultipleChoiceField):
            continue
        held = blank[name].value()
        rows: Any = field.queryset
        if held and not rows.filter(pk=held).exists():
            field.queryset = rows.model._base_manager.filter(pk=held)
