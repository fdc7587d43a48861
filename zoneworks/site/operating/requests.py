"""One line in the log for each request, its number in the answer, and a message when nothing can be written."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from zoneworks.site.operating.gate import HEALTH
from zoneworks.site.operating.logs import request_id
from zoneworks.site.operating.troubles import is_busy, is_full

HEADER = "X-Request-ID"
_WAIT_SECONDS = 30
log = logging.getLogger("zoneworks.requests")


class RequestLogMiddleware:
    """Numbers each request and writes its line; answers 507 for what could not be written on a full disk, and 503 for
    what another writing kept waiting for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        token = request_id.set(uuid4().hex[:16])
        try:
            response = self.get_response(request)
            response.headers[HEADER] = request_id.get()
            if request.path_info != HEALTH or response.status_code != 200:
                _write_line(request, response, time.perf_counter() - began)
            return response
        finally:
            request_id.reset(token)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that the disk is full, or that somebody else is writing; nothing was half-written in either case."""
        if is_full(error):
            log.error("the disk is full")
            return _trouble_page(request, 507)
        if is_busy(error):
            log.warning("the database was held by another writing for as long as a request waits")
            answer = _trouble_page(request, 503)
            answer.headers["Retry-After"] = str(_WAIT_SECONDS)
            return answer
        return None


def _trouble_page(request: HttpRequest, status: int) -> HttpResponse:
    """Return a page that asks neither the database nor the session."""
    with translation.override(translation.get_language_from_request(request)):
        told = {
            503: (
                _("Somebody else is writing a lot just now"),
                _(
                    "A large workbook, for example, is written as a whole. Nothing of what you sent was written. Wait "
                    "half a minute; then go back and send it again."
                ),
            ),
            507: (
                _("The disk of the server is full"),
                _(
                    "Nothing of what you sent was written. Tell the operator of the workbench; then go back and "
                    "send it again."
                ),
            ),
        }
        title, message = told[status]
        context = {"status": status, "title": title, "message": message}
        return HttpResponse(render_to_string("kit/error.html", context), status=status)


def _write_line(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    match, zone = request.resolver_match, getattr(request, "zone", None)
    fields = {
        "event": "request",
        "method": request.method if request.method in _METHODS else "OTHER",
        "route": match.view_name if match is not None else "",
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "zone": zone.code if zone is not None else "",
        "user": _pseudonym(request),
    }
    log.info("request", extra={"fields": fields})


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _pseudonym(request: HttpRequest) -> str:
    """Return a mark of who asked, the same from line to line, that only the secret key ties to a person."""
    user = getattr(request, "user", None)
    # Only a person who was looked up already: a line in the log is no reason to ask the database.
    if user is None or not hasattr(request, "_cached_user"):
        return ""
    return salted_hmac("zoneworks.log", str(user.pk)).hexdigest()[:12] if user.is_authenticated else ""
