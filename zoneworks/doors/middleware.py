"""Who owes something before they may go on is led there: an own password, a second step that their role needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from zoneworks.doors import second

ALWAYS_OPEN = frozenset({"start", "login", "second-step-login", "logout", "set_language"})


class OwedMiddleware:
    """Leads a person to the page of what they owe, whatever they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if not request.user.is_authenticated:
            return None
        page = owed(request)
        asked = request.resolver_match.view_name
        if page is None or asked == page or asked in ALWAYS_OPEN:
            return None
        if request.zone is None:
            raise PermissionDenied(
                _("Log in on the pages first: there is something to do before you can go on.")
            )
        address = reverse(page, kwargs={"zone": request.zone.code})
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def owed(request: Any) -> str | None:
    """Return the name of the page on which the person has something to do first, or nothing."""
    if request.user.one_time_until is not None:
        return "password"
    if second.is_owed(request):
        return "second-step"
    return None
