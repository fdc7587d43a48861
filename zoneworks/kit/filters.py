"""Filters of lists: choices end at the zone's wall, and a value that cannot be read says so at its field."""

from __future__ import annotations

from typing import Any

import django_filters
from django.forms import NullBooleanField
from django.utils.translation import gettext as _

from zoneworks.accounts.roles import STAFF
from zoneworks.kit.access import is_staff
from zoneworks.kit.moment import Moment


class ZoneFilterSet(django_filters.FilterSet):
    """A set of filters over one ledger, seen by one person from one moment."""

    def __init__(self, *args: Any, moment: Moment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moment = moment or Moment.present()
        for field in self.form.fields.values():
            limit_choices(field, self.request)
            if isinstance(field, NullBooleanField):
                # Django calls the empty choice “unknown”; in a filter it means that the answer does not matter.
                field.widget.choices = [("", "---------"), ("true", _("yes")), ("false", _("no"))]


def limit_choices(field: Any, request: Any) -> None:
    """Cut the choices of a field down to what the person may see in this zone."""
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
    if hasattr(field, "offer"):
        field.offer(request)
