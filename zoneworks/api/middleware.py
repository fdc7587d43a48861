"""Lets programs in by token, and answers every failure under an API address as a problem."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.api import problems
from zoneworks.doors import tokens
from zoneworks.kit import audit

_ADDRESS = re.compile(r"^/(?:[-\w]+/)?api/v1(?:/|$)")


class ApiMiddleware:
    """Stands between the session and the walls: whoever shows a token is its person, in its zone only.

    A request that names a token is never taken for the session that comes with it, even when the token is wrong. The
    audit trail tells what it wrote with its name, beside its person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.token = None
        with audit.a_program_may_show_itself() as request.names_token:
            response = self.get_response(request)
        return as_problem(response) if is_api(request) else response

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not is_api(request):
            return None
        said = request.headers.get("Authorization")
        if said is None:
            return _other_method(request, view) if request.user.is_authenticated else problems.answer(401)
        scheme, _blank, text = said.partition(" ")
        token = tokens.holder(text.strip(), now()) if scheme.lower() == "bearer" else None
        if token is None:
            detail = _("This token opens nothing: it is unknown, revoked or has ended.")
            return problems.answer(401, "invalid_token", detail)
        request.user, request.token = tokens.narrowed(token), token
        request.names_token(str(token))
        return _other_method(request, view)


def _other_method(request: HttpRequest, view: Any) -> HttpResponse | None:
    """Return the refusal of a method that the address does not have, before anything else of the request is judged."""
    taken = [name for name in view.cls.http_method_names if name != "head" and hasattr(view.cls, name)]
    if request.method is None or request.method.lower() in [*taken, *(["head"] if "get" in taken else [])]:
        return None
    response = problems.answer(405)
    response["Allow"] = ", ".join(name.upper() for name in taken)
    return response


def is_api(request: HttpRequest) -> bool:
    """Say whether the address is one for programs."""
    return _ADDRESS.match(request.path_info) is not None


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """Return a failure that was made for browsers (a page, a way to the log-in) as a problem."""
    status = response.status_code
    if status < 300 or status == 304 or "json" in response.get("Content-Type", ""):
        return response
    if status < 400:
        # A page would have led the person to what they must do first.
        return problems.answer(
            403, "pages_first", _("Log in on the pages first; something is asked of you there.")
        )
    message, parameter = str(getattr(response, "message", "")), getattr(response, "parameter", None)
    if not parameter:
        answer = problems.answer(status, detail=message)
        if "Retry-After" in response:
            answer["Retry-After"] = response["Retry-After"]
        return answer
    errors = [problems.field_error(parameter, "", message)]
    return problems.answer(status, "unreadable_parameter", message, errors=errors)
