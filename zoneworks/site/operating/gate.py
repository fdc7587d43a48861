"""The gate between requests and operations that replace the database under them.

A request passes with a shared lock on a file, an operation closes the gate with an exclusive one: it waits until the
requests inside are answered, and those that come meanwhile wait outside. The system lets go of a lock when its
process ends, however it ends, so that a killed operation leaves no closed gate behind.

The time of the file is the generation of the database. It is set after the gate was closed and before anything is
replaced; a server that sees another generation than before forgets what it remembered of the database.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from zoneworks.kit.revision import forget
from zoneworks.site.operating.troubles import OperatingError

TURNSTILE, GATE = ".turnstile", ".gate"
PATIENCE_OF_REQUESTS = 5.0
PATIENCE_OF_OPERATIONS = 60.0
HEALTH = "/health/"


class ClosedError(Exception):
    """The gate stayed closed for as long as a request may wait."""


@contextmanager
def passing(patience: float = PATIENCE_OF_REQUESTS) -> Iterator[int]:
    """Hold the gate open for the block and give the generation of the database; raise `ClosedError`."""
    until = time.monotonic() + patience
    while (handle := _enter()) is None:
        if time.monotonic() >= until:
            raise ClosedError
        time.sleep(0.05)
    try:
        yield os.fstat(handle).st_mtime_ns if handle >= 0 else 0
    finally:
        if handle >= 0:
            os.close(handle)


def _enter() -> int | None:
    """Return a handle that holds the gate, nothing while it is closed, or -1 where no file can be written."""
    try:
        turnstile = _opened(TURNSTILE)
    except OSError:
        return -1
    try:
        if not _lock(turnstile, fcntl.LOCK_SH):
            return None
        handle = _opened(GATE)
        _lock(handle, fcntl.LOCK_SH)  # whoever holds it alone holds the turnstile too
        return handle
    finally:
        os.close(turnstile)


@contextmanager
def closed(patience: float = PATIENCE_OF_OPERATIONS) -> Iterator[None]:
    """Close the gate for the block, once the requests inside are answered."""
    until = time.monotonic() + patience
    turnstile, handle = _opened(TURNSTILE), _opened(GATE)
    try:
        _wait_for(turnstile, until, _("Another operation is under way. Nothing was changed."))
        _wait_for(
            handle,
            until,
            _("The server is still answering requests. Try again, or stop it first. Nothing was changed."),
        )
        os.utime(handle)
        yield
    finally:
        os.close(handle)
        os.close(turnstile)


def _wait_for(handle: int, until: float, otherwise: str) -> None:
    while not _lock(handle, fcntl.LOCK_EX):
        if time.monotonic() >= until:
            raise OperatingError(otherwise)
        time.sleep(0.05)


def _opened(name: str) -> int:
    return os.open(Path(settings.DATA) / name, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


_followed: int | None = None


def follow(generation: int) -> None:
    """Forget all that this process knows of the database when another one was put in place; called within the gate."""
    global _followed
    before, _followed = _followed, generation
    if before not in (None, generation):
        ContentType.objects.clear_cache()
        forget()


class _Seen(threading.local):
    generation: int | None = None


class GateMiddleware:
    """Lets a request pass the gate, or answers that the workbench is back in a moment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._seen_by_thread = _Seen()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            with passing(0 if request.path_info == HEALTH else PATIENCE_OF_REQUESTS) as generation:
                self._follow(generation)
                return self.get_response(request)
        except ClosedError:
            return _closed_page(request)

    def _follow(self, generation: int) -> None:
        follow(generation)
        if self._seen_by_thread.generation not in (None, generation):
            connections.close_all()
        self._seen_by_thread.generation = generation


def _closed_page(request: HttpRequest) -> HttpResponse:
    """Return a page that asks neither the database nor the session."""
    with translation.override(translation.get_language_from_request(request)):
        context = {
            "status": 503,
            "title": _("The workbench is being restored"),
            "message": _(
                "It is back in a few minutes. Nothing that you sent just now was written: go back, wait, send it again."
            ),
        }
        page = render_to_string("kit/error.html", context)
    return HttpResponse(page, status=503, headers={"Retry-After": "30", "Cache-Control": "no-store"})
