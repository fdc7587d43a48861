"""Zone and moment of a request, read from its address before any view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.kit.moment import Moment, MomentError
from zoneworks.kit.once import one_page


class MomentMiddleware:
    """Sets `request.moment`; an address whose date cannot be read is answered with what would be right.

    It comes after the zone's, so that the answer can lead back into the zone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.moment = Moment.present()  # type: ignore[attr-defined]
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with one_page():
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        try:
            request.moment = Moment.read(request.GET)  # type: ignore[attr-defined]
        except MomentError as error:
            return bad_request(request, str(error), error.parameter)
        return None


class ZoneMiddleware:
    """Sets `request.zone` from the address; a zone of which the person is no member does not exist for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.zone = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> None:
        code = kwargs.pop("zone", None)
        if code is None or not request.user.is_authenticated:
            return
        zone = Zone.objects.allowed(request.user, "view").filter(code=code).first()
        if zone is None:
            raise Http404(_("There is no zone “%(code)s” of which you are a member.") % {"code": code})
        request.zone = zone  # type: ignore[attr-defined]


CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from elsewhere, nothing inline: a script that slipped into a page does not run."""


class ContentPolicyMiddleware:
    """Sets the content security policy of every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response


def bad_request(
    request: HttpRequest, message: str, parameter: str | None = None, *, back_url: str = ""
) -> HttpResponse:
    """Answer 400 with a page that names what cannot be read, and leads to the same page without it.

    `parameter` is what stands wrong in the address; without it, the whole query is left away. `back_url` leads to
    another page instead. The answer's `message` says it to programs too.
    """
    context = {"status": 400, "title": _("This address cannot be read"), "message": message}
    if back_url:
        context |= {"back_url": back_url}
    elif request.method in {"GET", "HEAD"}:
        context |= {"back_url": _address_without(request, parameter)}
        if parameter:
            context["back_label"] = _("Open the page without “%(parameter)s”") % {"parameter": parameter}
    response = render(request, "kit/error.html", context, status=400)
    response.message = message  # type: ignore[attr-defined]
    return response


def _address_without(request: HttpRequest, parameter: str | None) -> str:
    query = request.GET.copy()
    for name in [parameter] if parameter else list(query):
        query.pop(name, None)
    return request.path + (f"?{query.urlencode()}" if query else "")
