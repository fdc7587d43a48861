"""Logs as lines of JSON without personal data: what happened, where in the code, never to whom or with which words.

Addresses hold keys and search words, messages of errors hold what was typed. So a line names the route instead of the
address, and an error by its type and the places in the code that it passed.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.core.exceptions import PermissionDenied

request_id: ContextVar[str] = ContextVar("request id", default="")
_OURS = "zoneworks."
_SPEAK_OF_REQUESTS = ("django.request", "django.security", "django.server", "gunicorn")
"""Loggers whose messages carry addresses and what was sent."""


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if known := request_id.get():
            said["request"] = known
        said |= getattr(record, "fields", {})
        if "event" not in said:
            said["message"] = _message(record)
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = error_said(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """Return what a record says, without what was filled in by others than us."""
    if record.name.startswith(_OURS):
        return record.getMessage()
    if record.name.startswith(_SPEAK_OF_REQUESTS):
        status = getattr(record, "status_code", None)
        return f"answered {status}" if status else str(record.msg).partition("%")[0].strip(" :(") or "message"
    return str(record.msg)


def error_said(error: BaseException | None) -> list[dict[str, Any]]:
    """Return an error and those that it came from: type, place in the code, and codes that hold no words."""
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < 5:
        said: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
        for name in ("errno", "sqlstate", "sqlite_errorname"):
            if value := getattr(error, name, None):
                said[name] = value
        constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
        if constraint:
            said["constraint"] = constraint
        said["stack"] = _stack(error.__traceback__)
        found.append(said)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _stack(passed: TracebackType | None) -> list[str]:
    """Return file, line and function of each place, the last one last; no values."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(passed)]


class PlainRefusals(logging.Filter):
    """Lets a refusal pass as one line: where the code refused is no error of the program."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info, record.exc_text = None, None
        return True


def logging_settings(*, as_json: bool) -> dict[str, Any]:
    """Return the settings of logging: JSON with a line for each request, or plain words with what went wrong only."""
    # Django prints addresses by handlers of its own.
    quiet: dict[str, Any] = {
        name: {"handlers": [], "propagate": True} for name in ("django", "django.server")
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
            "json": {"()": "zoneworks.site.operating.logs.JsonFormatter"},
        },
        "filters": {"refusals": {"()": "zoneworks.site.operating.logs.PlainRefusals"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "plain",
                "filters": ["refusals"],
            },
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            **(quiet if as_json else {}),
            "zoneworks.requests": {"level": "INFO" if as_json else "WARNING"},
        },
    }
