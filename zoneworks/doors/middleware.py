"""What every request passes at the doors: what the person owes first, and which session a page is drawn for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
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
    # A token was made by somebody who was past the second step; it has no session to remember it.
    if not getattr(request, "token", None) and second.is_owed(request):
        return "second-step"
    return None


class MarkMiddleware:
    """Marks each page with the session that it was drawn for, and tells the browser which one is in force.

    A page that a browser kept is asked for anew when one goes back to it after logging out (`frontend/js/stale.js`):
    on a shared computer the next person shall not leaf through it. The mark opens nothing.
    """

    COOKIE = "here"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.page_mark = page_mark(request)
        response = self.get_response(request)
        mark = page_mark(request)
        if getattr(request, "token", None) or mark == request.COOKIES.get(self.COOKIE, ""):
            return response
        if mark:
            response.set_cookie(self.COOKIE, mark, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
        else:
            response.delete_cookie(self.COOKIE, samesite="Lax")
        return response


def page_mark(request: Any) -> str:
    """Return a mark of the session in force, empty when nobody is logged in."""
    if not request.user.is_authenticated:
        return ""
    return salted_hmac("zoneworks.doors.mark", request.session.session_key or "").hexdigest()[:12]
