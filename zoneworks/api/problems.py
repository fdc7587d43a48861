"""Failures as programs read them: problem details (RFC 9457), with the fields' own names and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, Throttled
from rest_framework.response import Response
from rest_framework.views import set_rollback

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("A token is needed"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("This address does not take this method"),
    409: gettext_lazy("Somebody was faster"),
    412: gettext_lazy("The row has changed since it was read"),
    413: gettext_lazy("The request is too large"),
    415: gettext_lazy("Send JSON"),
    422: gettext_lazy("What was sent cannot be kept"),
    428: gettext_lazy("Say which version you change"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something is wrong here"),
    503: gettext_lazy("The workbench cannot take this just now"),
    507: gettext_lazy("The disk of the server is full"),
}
DETAILS = {
    401: gettext_lazy("Send “Authorization: Bearer” with a living token; a person makes one under “Tokens”."),
    404: gettext_lazy("There is nothing at this address, or it is not yours to see."),
    413: gettext_lazy("Send less at once."),
    500: gettext_lazy("It is not your request. The operator finds the reason in the log."),
    503: gettext_lazy(
        "Nothing of what you sent was written. Send it again after the seconds that “Retry-After” names."
    ),
    507: gettext_lazy(
        "Nothing of what you sent was written. Tell the operator of the workbench, then send it again."
    ),
}


class Problem(APIException):
    """A failure with its status, a steady `code` for programs and a sentence for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: Any = "",
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(str(detail), code)
        self.status_code = status
        self.code = code
        self.said = str(detail)
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.more = more


def body(status: int, code: str = "", detail: str = "", **more: Any) -> dict[str, Any]:
    """Return the problem as it is sent."""
    said = {
        "type": "about:blank",
        "title": str(TITLES.get(status) or HTTPStatus(status).phrase),
        "status": status,
        "detail": detail or str(DETAILS.get(status, "")),
        "code": code or HTTPStatus(status).phrase.lower().replace(" ", "_"),
    }
    return said | {key: value for key, value in more.items() if value}


def answer(status: int, code: str = "", detail: str = "", **more: Any) -> JsonResponse:
    """Return a problem from outside of the views, where no renderer was chosen."""
    response = JsonResponse(
        body(status, code, detail, **more),
        status=status,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Zoneworks"'
    return response


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer what a view raised; what nobody foresaw goes on to the log."""
    problem = _problem(error)
    if problem is None:
        return None
    set_rollback()
    said = body(problem.status_code, problem.code, problem.said, errors=problem.errors, **problem.more)
    return Response(said, problem.status_code, headers=problem.headers, content_type=MEDIA_TYPE)


def _problem(error: Exception) -> Problem | None:
    match error:
        case Problem():
            return error
        case Http404():
            return Problem(404, "not_found", str(error) if error.args else "")
        case PermissionDenied():
            return Problem(403, "forbidden", str(error))
        case ValidationError():
            return invalid(errors_of(error))
        case Throttled():
            wait = str(int(getattr(error, "wait", None) or 60) + 1)
            detail = _("Wait %(seconds)s seconds.") % {"seconds": wait}
            return Problem(429, "throttled", detail, headers={"Retry-After": wait})
        case APIException():
            return Problem(error.status_code, str(error.default_code), str(error.detail))
    return None


def invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the problem of input that can be read and cannot be kept."""
    detail = " ".join(str(error["message"]) for error in errors[:3])
    return Problem(422, "invalid", detail, errors=errors)


def already_said(current: str) -> Problem:
    """Return the problem of what stands in the ledger already, at the address `current`."""
    said = _("The same statement already stands. Send “again”: true to record it once more.")
    errors = [field_error("again", _("Record it all the same"), said, "already_said")]
    return Problem(422, "already_said", said, errors=errors, current=current)


def field_error(field: str | None, label: str, message: Any, code: str = "invalid") -> dict[str, Any]:
    """Return one line of `errors`: the key of the field, its name for people, and what is wrong."""
    return {"field": field, "label": label, "message": plain(message), "code": code}


def form_errors(form: forms.BaseForm) -> list[dict[str, Any]]:
    """Return what a form says is wrong, field by field."""
    found = []
    for name, errors in form.errors.as_data().items():
        field = None if name == NON_FIELD_ERRORS else name
        label = str(form[name].label) if field in form.fields else ""
        for error in errors:
            code = error.code or "invalid"
            found += [field_error(field, capfirst(label), message, code) for message in error.messages]
    return found


def errors_of(error: ValidationError) -> list[dict[str, Any]]:
    """Return what a service refused."""
    if hasattr(error, "error_dict"):
        return [
            field_error(None if name == NON_FIELD_ERRORS else name, "", message)
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return [field_error(None, "", message, error_code(error)) for message in error.messages]


def error_code(error: ValidationError) -> str:
    return str(getattr(error, "code", None) or "invalid")


def plain(message: Any) -> str:
    """Return a message without the links that a page would draw in it."""
    return strip_tags(str(message)).replace("&amp;", "&").replace("&#x27;", "'").replace("&quot;", '"')
