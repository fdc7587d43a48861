"""Who may open a page that shows no single row."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from zoneworks.accounts.roles import STAFF


def is_staff(request: Any) -> bool:
    """Say whether the person works for the zone of the page."""
    return bool(request.zone is not None and request.user.roles_in(request.zone) & STAFF)


def staff_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Close `view` to those who do not work for the zone: an enterprise sees its own organization only."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_staff(request):
            raise PermissionDenied(_("This page is for the people who work for the zone."))
        return view(request, *args, **kwargs)

    return checked
