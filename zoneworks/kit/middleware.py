"""Zone and moment of a request, read from its address before any view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.once import one_page
from zoneworks.kit.moment import Moment, MomentError, with_time


class MomentMiddleware:
    """Sets `request.moment`; an address whose date cannot be read is answered with what would be right.

    A form sends day and time of knowledge apart; it is led to the address that says both in one.

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
            if "known_time" in request.GET and request.method in ("GET", "HEAD"):
                return redirect(_address_with_time(request))
            request.moment = Moment.read(request.GET)  # type: ignore[attr-defined]
        except MomentError as error:
            return bad_request(request, str(error), error.parameter)
        return None


class ZoneMiddleware:
    """Sets `request.zone` from the address; a zone of which the person is no member does not exist for them.

    `request.zones` are all zones of the person, between which every page lets them switch.
    """

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
        zones = list(Zone.objects.allowed(request.user, "view"))
        zone = next((zone for zone in zones if zone.code == code), None)
        if zone is None:
            raise Http404(_("There is no zone “%(code)s” of which you are a member.") % {"code": code})
        request.zone, request.zones = zone, zones  # type: ignore[attr-defined]


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


PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
                    "microphone", "midi", "payment", "usb")
)  # fmt: skip
"""What no page asks a device for; photos come in through the device's own camera."""


class PageHeadersMiddleware:
    """Sets the content security policy and its neighbors on every answer, files of the workbench included.

    Pages are kept by no proxy and asked for anew, but a browser may go back to one without asking: input of a form
    that was left would be lost otherwise. What must not be gone back to says `no-store` itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        is_file = headers.get("Content-Disposition", "").startswith("attachment")
        headers.setdefault("Cache-Control", "private, no-store" if is_file else "private, no-cache")
        return response


class RequestSizeMiddleware:
    """Refuses a request that is larger than any form needs, before anything of it is kept.

    Who is not logged in has nothing to send but a log-in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size = 0
        if size > settings.MAX_STRANGER_BYTES:
            limit = (
                settings.MAX_REQUEST_BYTES if request.user.is_authenticated else settings.MAX_STRANGER_BYTES
            )
            if size > limit:
                return too_large(request, size, limit)
        return self.get_response(request)


def bad_request(
    request: HttpRequest, message: str, parameter: str | None = None, *, back_url: str = ""
) -> HttpResponse:
    """Answer 400 with a page that names what cannot be read, and leads to the same page without it.

    `parameter` is what stands wrong in the address; without it, the whole query is left away. `back_url` leads to
    another page instead. The answer's `message` and `parameter` say it to programs too.
    """
    context = {"status": 400, "title": _("This address cannot be read"), "message": message}
    if back_url:
        context |= {"back_url": back_url}
    elif request.method in {"GET", "HEAD"}:
        context |= {"back_url": _address_without(request, parameter)}
        if parameter:
            context["back_label"] = _("Open the page without “%(parameter)s”") % {"parameter": parameter}
    response = render(request, "kit/error.html", context, status=400)
    response.message, response.parameter = message, parameter  # type: ignore[attr-defined]
    return response


def _address_with_time(request: HttpRequest) -> str:
    query = request.GET.copy()
    query["known_at"] = with_time(request.GET)
    for name in ["known_time"] if query["known_at"] else ["known_time", "known_at"]:
        del query[name]
    return request.path + (f"?{query.urlencode()}" if query else "")


def _address_without(request: HttpRequest, parameter: str | None) -> str:
    query = request.GET.copy()
    for name in [parameter] if parameter else list(query):
        query.pop(name, None)
    return request.path + (f"?{query.urlencode()}" if query else "")


def too_large(request: HttpRequest, size: int, limit: int) -> HttpResponse:
    """Answer 413 with a page that names both sizes."""
    message = _(
        "What was sent has %(size)s; at most %(limit)s are taken at once. Send fewer or smaller files."
    )
    context = {
        "status": 413,
        "title": _("That is too much at once"),
        "message": message % {"size": filesizeformat(size), "limit": filesizeformat(limit)},
    }
    return render(request, "kit/error.html", context, status=413)
