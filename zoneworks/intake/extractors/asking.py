"""One POST to the endpoint: bounded in time and size, tried again where that may help, and never led elsewhere.

`http.client` of the standard library follows no redirect and asks no proxy of the environment, so that the key goes to
the configured host alone.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from zoneworks import __version__
from zoneworks.intake.extractors.configuration import Endpoint

MOST_BYTES = 4 * 1024 * 1024
"""The largest answer."""
TRIES = 3
_CONNECT = 10.0
_FIRST_PAUSE = 1.0
MOST_PAUSE = 30.0
"""An endpoint that asks to wait longer is not waited for."""


class AskingError(Exception):
    """The endpoint gave no answer; `why` is a key of `REASONS`, `status` that of HTTP where one came.

    It never holds what was sent, nor the key, nor what came back.
    """

    def __init__(self, why: str, status: int = 0, *, wait: float | None = None) -> None:
        super().__init__(f"{why} {status}" if status else why)
        self.why = why
        self.status = status
        self.wait = wait

    @property
    def may_pass(self) -> bool:
        """Tell whether another try may help."""
        return self.why in ("busy", "failing", "late", "broken")

    @property
    def concerns_all(self) -> bool:
        """Tell whether every further question would end the same way."""
        return self.why in ("key_refused", "redirected", "unreachable", "untrusted")


@dataclass(slots=True)
class Line:
    """The way to an endpoint. `sleep` waits between tries; `tries` counts them."""

    endpoint: Endpoint
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tries: int = 0

    def ask(self, body: dict[str, Any]) -> Any:
        """Return the JSON that answers `body`; raise `AskingError` when none comes after `TRIES` tries."""
        sent = json.dumps(body, ensure_ascii=False).encode()
        pause = _FIRST_PAUSE
        for left in reversed(range(TRIES)):
            self.tries += 1
            try:
                return _parsed(self._post(sent))
            except AskingError as error:
                wait = pause if error.wait is None else error.wait
                if not left or not error.may_pass or wait > MOST_PAUSE:
                    raise
            self.sleep(wait)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _post(self, sent: bytes) -> bytes:
        connection = self._connection()
        try:
            connection.connect()
            held = connection.sock
        except ssl.SSLError:
            connection.close()
            raise AskingError("untrusted") from None
        except TimeoutError:
            connection.close()
            raise AskingError("late") from None
        except (OSError, UnicodeError):
            connection.close()
            raise AskingError("unreachable") from None
        held.settimeout(self.endpoint.timeout)
        with _Until(held, self.endpoint.timeout) as until:
            try:
                received = self._exchange(connection, sent)
            except (OSError, http.client.HTTPException) as error:
                is_late = until.is_over or isinstance(error, TimeoutError)
                raise AskingError("late" if is_late else "broken") from None
            finally:
                connection.close()
        if until.is_over:  # an answer of unknown length that was cut off looks whole
            raise AskingError("late")
        return received

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.endpoint.url)
        wait = min(_CONNECT, self.endpoint.timeout)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return http.client.HTTPSConnection(
                host, parts.port, timeout=wait, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(host, parts.port, timeout=wait)

    def _exchange(self, connection: http.client.HTTPConnection, sent: bytes) -> bytes:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"zoneworks/{__version__}",
        }
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        path = f"{urlsplit(self.endpoint.url).path}/chat/completions"
        connection.request("POST", path, body=sent, headers=headers)
        response = connection.getresponse()
        if response.status != 200:
            raise _refusal(response, self.now())
        received = response.read(MOST_BYTES + 1)
        if len(received) > MOST_BYTES:
            raise AskingError("too_large")
        if response.length:  # fewer bytes came than were announced
            raise http.client.IncompleteRead(b"")
        return received


class _Until:
    """Shuts a connection when its time is over, however slowly bytes drip in."""

    def __init__(self, held: socket.socket, seconds: float) -> None:
        self.is_over = False
        self._held = held
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> _Until:
        self._timer.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._timer.cancel()

    def _shut(self) -> None:
        self.is_over = True
        try:
            # That of the plain socket: that of TLS would take its state away from whoever reads.
            socket.socket.shutdown(self._held, socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already


def _refusal(response: http.client.HTTPResponse, now: datetime) -> AskingError:
    status = response.status
    if 300 <= status < 400:
        return AskingError("redirected", status)
    if status in (401, 403):
        return AskingError("key_refused", status)
    if status == 429:
        return AskingError("busy", status, wait=_asked_to_wait(response.getheader("Retry-After"), now))
    if status >= 500 or status == 408:
        return AskingError("failing", status, wait=_asked_to_wait(response.getheader("Retry-After"), now))
    return AskingError("refused", status)


def _asked_to_wait(said: str | None, now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, as a number or as a day and time; None when it says neither."""
    if not said:
        return None
    said = said.strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _parsed(received: bytes) -> Any:
    try:
        return json.loads(received)
    except (ValueError, RecursionError):
        raise AskingError("no_json") from None
