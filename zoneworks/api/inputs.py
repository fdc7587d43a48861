"""What a program sends, turned into what a browser would have posted, so that the very same forms judge it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zoneworks.api.kinds import WrongTypeError, kind_of
from zoneworks.api.problems import field_error, form_errors, invalid
from zoneworks.kit.picking import PickedMixin
from zoneworks.kit.pickmany import Picked, PickField

MakeForm = Callable[[QueryDict | None], Any]


def filled_in(make: MakeForm, sent: Mapping[str, Any]) -> Any:
    """Return the valid form in which `sent` stands over what the page would have shown. Raise the problem otherwise."""
    blank = make(None)
    posted = as_posted(blank)
    errors = []
    for name, value in sent.items():
        field = blank.fields.get(name)
        kind = kind_of(field) if field is not None else None
        if kind is None:
            errors.append(_unknown(name, blank))
            continue
        try:
            for key, texts in kind.posted(name, value).items():
                posted.setlist(key, texts)
        except WrongTypeError as error:
            errors.append(field_error(name, capfirst(str(blank[name].label)), error, "type"))
    if errors:
        raise invalid(errors)
    form = make(posted)
    _keep_chosen(form, blank, sent)
    if not form.is_valid():
        raise invalid(form_errors(form))
    return form


def _unknown(name: Any, form: Any) -> dict[str, Any]:
    known = ", ".join(name for name, field in form.fields.items() if kind_of(field) is not None)
    message = _("There is no such field; there are: %(known)s.") % {"known": known}
    return field_error(str(name)[:60], "", message, "unknown")


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


def _keep_chosen(form: Any, blank: Any, sent: Mapping[str, Any]) -> None:
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


def number_in(sent: Mapping[str, Any], name: str) -> str:
    """Return the number of a row that was sent as `name`. Raise the problem that names it when it is none."""
    value = sent.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise invalid([field_error(name, "", _("Send the number of a row."), "required")])
    return str(value)
