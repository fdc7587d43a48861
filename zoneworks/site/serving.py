"""Serves the workbench with gunicorn, in this process."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections
from django.utils.translation import gettext as _
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from zoneworks.site.operating.logs import JsonFormatter


class ServerLog(Logger):
    """The server's own messages, in the form of the workbench's: as JSON they name no address."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        if settings.LOGGING["handlers"]["console"]["formatter"] == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())


class Workbench(BaseApplication):
    """The workbench as gunicorn runs it; options that an older gunicorn does not know are left out."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from zoneworks.site.wsgi import application  # its import starts what runs beside the pages

        return application


def check_free(host: str, port: int) -> None:
    """Raise `CommandError` when another program listens on `port`; name a way out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                _(
                    "Cannot listen on %(host)s port %(port)d: %(reason)s. Stop the program that uses it, "
                    "or choose another port, for example --port %(other)d (make demo PORT=%(other)d)."
                )
                % {"host": host, "port": port, "reason": error.strerror or error, "other": port % 65_535 + 1}
            ) from error


def serve(host: str, port: int, *, workers: int, threads: int, when_ready: Callable[[], None]) -> None:
    """Serve until stopped; call `when_ready` once the port is open."""
    connections.close_all()
    # Files are served from where the apps keep them; an empty folder of collected ones spares a warning.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = {
        # A list with many filters, and a cursor, are longer than the usual 4,094 characters.
        "limit_request_line": 8190,
        "bind": address,
        "workers": workers,
        "threads": threads,
        "control_socket_disable": True,
        "loglevel": "warning",
        "logger_class": ServerLog,
        "when_ready": lambda _server: when_ready(),
    }
    Workbench(options).run()
