"""`zoneworks work`: runs the background jobs of this machine's data."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from zoneworks.jobs import working
from zoneworks.site.management.terminal import DataCommand


class Command(DataCommand):
    help = "Runs background jobs until it is stopped. `serve` and `demo` start it by themselves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--with-parent", action="store_true", help="End when the standard input closes.")

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_signal: stopping.set())
        if options["with_parent"]:
            # Ctrl+C reaches the whole group; the parent's end is what counts.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            threading.Thread(target=_wait_for_end, args=(stopping,), daemon=True).start()
        else:
            signal.signal(signal.SIGINT, lambda *_signal: stopping.set())
        with working.only_worker() as mine:
            if mine:
                working.work(stopping.is_set)
            elif not options["with_parent"]:
                self.stderr.write(_("Another worker runs on these data already."))


def _wait_for_end(stopping: threading.Event) -> None:
    # Read without a buffer: its lock would be held when the interpreter ends before the parent does, which aborts it.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stopping.set()
