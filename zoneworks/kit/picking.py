"""Picking a row by typing: a text field that a ledger's `choices/` helps to fill in.

A list of a hundred thousand rows is no menu. The field also reads what is typed without any script: the whole
name, or a part of it, or pinyin initials, as long as one row alone fits. `#12` names a row where two bear the
same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_filters import ModelChoiceFilter
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

from zoneworks.kit.entity import asked_pk
from zoneworks.kit.finding import search
from zoneworks.kit.moment import Moment
from zoneworks.kit.names_then import Names
from zoneworks.kit.past import rewind

SHOWN = 5
_NUMBERED = re.compile(r"^(?P<name>.*?)\s*#(?P<pk>[0-9]{1,18})$", re.DOTALL)


class RowInput(forms.TextInput):
    """A text field with a list of suggestions below it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{(attrs or {}).get('id') or name}-choices"
        attrs = {"autocomplete": "off", "maxlength": 200, **(attrs or {}), "list": listed}
        return format_html(
            '{}<datalist id="{}"></datalist>', super().render(name, value, attrs, renderer), listed
        )


class _Typed(str):
    """What a person typed, as against the number of a row."""

    __slots__ = ()


class PickedMixin:
    """Reads a row from what is typed; mixed into a field of `forms` or of `django_filters`."""

    widget = RowInput

    moment: Moment | None = None
    names_then: Names | None = None
    """The names of the moment, where they are not those of today."""

    def then(self: Any, rows: Any) -> list[Any]:
        """Return `rows` called as they were at the moment."""
        found = list(rows)
        if self.moment is not None:
            rewind(found, self.moment)
        return found

    def called(self: Any, name: str) -> list[Any]:
        """Return the rows that bore this very name at the moment."""
        if self.names_then is None:
            return _named(self.queryset, name)
        return [
            row for row in self.then(self.queryset.matching(name, self.names_then)[:50]) if str(row) == name
        ]

    def offer(self: Any, request: Any) -> None:
        """Point the field at the ledger that suggests rows."""
        from zoneworks.kit.registry import ledgers

        ledger = ledgers.for_model(self.queryset.model)
        if ledger is not None:
            url = reverse(f"{ledger.slug}:choices", kwargs={"zone": request.zone.code})
            self.widget.attrs["data-choices"] = self.moment.on_url(url) if self.moment else url

    def bound_data(self: Any, data: Any, initial: Any) -> Any:
        return initial if data is None else _Typed(data)

    def prepare_value(self: Any, value: Any) -> Any:
        if value is None or value == "" or isinstance(value, _Typed):
            return value
        pk = asked_pk(getattr(value, "pk", value))
        row = self.queryset.filter(pk=pk).first() if pk is not None else None
        if row is None:
            return ""
        twins = _named(self.queryset, str(row))[:2]
        return str(row) if len(twins) < 2 else f"{row} #{row.pk}"

    def to_python(self: Any, value: Any) -> Any:
        text = str(value or "").strip()[:300]
        if not text:
            return None
        numbered = _NUMBERED.match(text)
        rows = self.then(self.queryset.filter(pk=numbered["pk"])) if numbered else self.called(text)[:SHOWN]
        if not rows:
            keys = search(self.queryset, text[:100], ("pk",), self.names_then).keys(SHOWN + 1)
            found = self.queryset.in_bulk(keys)
            rows = self.then([found[key] for key in keys if key in found])
        if len(rows) == 1:
            return rows[0]
        if not rows:
            raise ValidationError(
                _("Nothing here is called “%(text)s”.") % {"text": text[:60]}, code="unknown"
            )
        named = ", ".join(f"{row} #{row.pk}" for row in rows[:SHOWN]) + ("…" if len(rows) > SHOWN else "")
        raise ValidationError(
            _("“%(text)s” fits more than one: %(rows)s. Write one of these.")
            % {"text": text[:60], "rows": named},
            code="ambiguous",
        )


class RowField(PickedMixin, forms.ModelChoiceField):
    """A field of a form that takes one row of a ledger."""


class RowsField(forms.ModelMultipleChoiceField):
    """Rows that are ticked; a number which no row can have is a wrong choice and never reaches the database."""

    def clean(self, value: Any) -> Any:
        for chosen in value if isinstance(value, list | tuple) else ():
            if asked_pk(chosen) is None:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": chosen}
                )
        return super().clean(value)


class _RowFilterField(PickedMixin, ModelChoiceField):
    """The same as a field of a filter."""


class RowFilter(ModelChoiceFilter):
    """A filter by one row of a ledger."""

    field_class = _RowFilterField


class _MenuChoices(ModelChoiceIterator):
    """The rows of a menu as they were called at the moment, in the order of those names."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        field: Any = self.field
        choices = list(super().__iter__())
        if field.names_then is None:
            yield from choices
            return
        known = field.names_then.known
        rows = [value.instance for value, _label in choices if hasattr(value, "instance")]
        rows = [row for row in rows if row.created_at <= known]
        rewind(rows, field.moment)
        yield from (choice for choice in choices if not hasattr(choice[0], "instance"))
        yield from sorted(map(self.choice, rows), key=lambda choice: choice[1])


class _MenuField(ModelChoiceField):
    """A menu of rows whose changes stand in the trail."""

    iterator = _MenuChoices
    moment: Moment | None = None
    names_then: Names | None = None

    def to_python(self, value: Any) -> Any:
        row = super().to_python(value)
        if self.moment is not None and isinstance(row, Model):
            rewind([row], self.moment)
        return row


class MenuFilter(ModelChoiceFilter):
    """A filter by one row of a short list, called as it was at the moment."""

    field_class = _MenuField


def _named(rows: Any, name: str) -> list[Any]:
    try:
        rows.model._meta.get_field("name")
    except FieldDoesNotExist:
        return [row for row in rows.matching(name)[:50] if str(row) == name]
    return list(rows.filter(name=name)[:SHOWN])
