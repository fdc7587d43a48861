"""Filters of lists: choices end at the zone's wall, and a value that cannot be read says so at its field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import django_filters
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q
from django.forms import NullBooleanField
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django_filters.constants import EMPTY_VALUES

from zoneworks.accounts.roles import STAFF
from zoneworks.kit.access import is_staff
from zoneworks.kit.attributes import instant_of, own_as_known
from zoneworks.kit.models import Change
from zoneworks.kit.moment import Moment
from zoneworks.kit.names_then import Names
from zoneworks.kit.past import as_told
from zoneworks.kit.rendering import NO_CHOICE


class ZoneFilterSet(django_filters.FilterSet):
    """A set of filters over one ledger, seen by one person from one moment."""

    def __init__(self, *args: Any, moment: Moment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moment = moment or Moment.present()
        for field in self.form.fields.values():
            limit_choices(field, self.request, self.moment)
            if isinstance(field, NullBooleanField):
                # Django calls the empty choice “unknown”; in a filter it means that the answer does not matter.
                field.widget.choices = [("", NO_CHOICE), ("true", _("yes")), ("false", _("no"))]

    def filter_queryset(self, queryset: Any) -> Any:
        """Narrow the rows; at a past moment by what they said then, as the list shows them."""
        if not self.moment.is_past:
            return super().filter_queryset(queryset)
        for name, value in self.form.cleaned_data.items():
            one = self.filters[name]
            if value in EMPTY_VALUES or one.method is not None or not _is_column(queryset.model, one):
                queryset = one.filter(queryset, value)
            else:
                queryset = self._filter_then(queryset, one, value)
        return queryset

    def _filter_then(self, rows: Any, one: Any, value: Any) -> Any:
        """Keep the rows whose column said `value` at the moment."""
        name = one.field_name
        lookup = "in" if isinstance(value, list | tuple) else one.lookup_expr
        if name in getattr(rows.model, "attributes", ()):
            at = instant_of(rows.model, name, self.moment)
            if at is not None:
                said = f"{name}_then"
                rows = rows.alias(**{said: own_as_known(rows.model, name, at)})
                return rows.filter(**{f"{said}__{lookup}": getattr(value, "pk", value)})
        if isinstance(value, slice):
            now, then = _within(name, value), _within(f"told_{name}", value) & ~Q(**{f"told_{name}": ""})
            return as_told(rows, name, self.moment.known, now=now, then=then)
        now = Q(**{f"{name}__{lookup}": value})
        told, how = (_names_of(value), "in") if isinstance(value, Model) else (_told(value), lookup)
        then = Q(**{f"told_{name}__{how}": told}) & ~Q(**{f"told_{name}": ""})
        return as_told(rows, name, self.moment.known, now=now, then=then)


def _within(path: str, days: slice) -> Q:
    """Return the condition that a day, or the text that tells it, lies in a span that may be open at either end."""
    ends = {"gte": days.start, "lte": days.stop}
    return Q(
        **{
            f"{path}__{how}": localdate(end) if isinstance(end, datetime) else end
            for how, end in ends.items()
            if end is not None
        }
    )


def _is_column(model: Any, one: Any) -> bool:
    """Say whether a filter asks for what people filled in; what is derived from facts is no such column."""
    try:
        return not one.exclude and bool(model._meta.get_field(one.field_name).editable)
    except FieldDoesNotExist:
        return False


def _names_of(row: Model) -> list[str]:
    """Return the names that a row bore: the trail tells a related row by its name of then."""
    names = {str(row)}
    for fields in Change.objects.of_row(row).values_list("fields", flat=True):
        names.update(fields.get("name") or fields.get("title") or ())
    return sorted(names)


def _told(value: Any) -> Any:
    """Return a value of a filter as the audit trail writes it."""
    if isinstance(value, list | tuple):
        return [_told(each) for each in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def limit_choices(field: Any, request: Any, moment: Moment | None = None) -> None:
    """Cut the choices of a field down to what the person may see in this zone; typed names are those of the moment."""
    rows = getattr(field, "queryset", None)
    if rows is None or request is None:
        return
    model = rows.model
    if hasattr(rows, "allowed"):
        rows = rows.allowed(request.user, "view").filter(zone=request.zone)
    elif model._meta.label == "accounts.User":
        # Who works for the zone is no news for an enterprise, not even as a choice of a list that is empty for it.
        colleagues = rows.filter(memberships__zone=request.zone, memberships__role__in=STAFF).distinct()
        rows = colleagues if is_staff(request) else rows.none()
    field.queryset = rows
    if moment is not None:
        field.moment, field.names_then = moment, Names.of(request.zone, moment)
    if hasattr(field, "offer"):
        field.offer(request)
