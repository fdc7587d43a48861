"""An endpoint on loopback that answers as it is told, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USED = {"prompt_tokens": 1000, "completion_tokens": 200}


@dataclass
class Reply:
    """One answer of the stub. `hold` keeps it back until the test lets go; with `drips` signs follow until then.

    The length that it announces is that of its body, another one, or none (-1).
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    announced: int | None = None
    drips: threading.Event | None = None


def says(answer: Any, **more: Any) -> Reply:
    """Return the reply of a model that wrote `answer`, an object or text."""
    content = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    choice = {"message": {"content": content}, "finish_reason": more.pop("finish_reason", "stop")}
    body = {"model": "stub-1", "choices": [choice], "usage": USED, **more}
    return Reply(body=json.dumps(body).encode())


@dataclass
class Stub:
    """What the stub was asked, and what it answers: replies in their order, the last of them over and over."""

    url: str
    replies: list[Reply | Callable[[dict[str, Any]], Reply]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def answers(self, *replies: Reply | Callable[[dict[str, Any]], Reply]) -> None:
        self.replies = list(replies)

    def text(self, at: int = -1) -> str:
        """Return the article of a question."""
        return json.loads(self.asked[at]["messages"][1]["content"])["text"]


@contextmanager
def stub() -> Iterator[Stub]:
    """Run the stub for the block, on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.asked.append(body)
            told.headers.append(dict(self.headers))
            told.paths.append(self.path)
            reply = told.replies[min(len(told.asked), len(told.replies)) - 1]
            self._send(reply(body) if callable(reply) else reply)

        def _send(self, reply: Reply) -> None:
            if reply.hold is not None:
                reply.hold.wait(30)
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                length = len(reply.body) if reply.announced is None else reply.announced
                if length >= 0:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(reply.body)
                while reply.drips is not None and not reply.drips.wait(0.02):
                    self.wfile.write(b" ")
            except OSError:
                return  # whoever asked has gone

        def log_message(self, *_said: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told = Stub(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
