"""Keeps the worker running beside whatever serves the pages: a thread that starts it and starts it again.

The worker is a process of its own, so that an import neither slows the pages down nor, should it ever take too much
memory, takes them with it. It ends with the process that started it: it reads from a pipe that then closes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from zoneworks.jobs import working

EVERY = 2.0
LONGEST = 60.0
"""Seconds between two looks at the worker, and the most of them."""

_thread: threading.Thread | None = None


def start() -> None:
    """Mind the worker from now on, unless `ZONEWORKS_WORKER=0` says that somebody else does."""
    global _thread
    if _thread is not None or os.environ.get("ZONEWORKS_WORKER") == "0":
        return
    _thread = threading.Thread(target=_mind, name="minder of the worker", daemon=True)
    _thread.start()


def _mind() -> None:
    child: subprocess.Popen[bytes] | None = None
    wait = EVERY
    while True:
        if child is not None and child.poll() is None:
            wait = EVERY
        elif not working.is_taken():
            # One that ends again and again, say for want of a database, is started ever more rarely.
            wait = EVERY if child is None else min(2 * wait, LONGEST)
            child = spawn()
        time.sleep(wait)


def spawn() -> subprocess.Popen[bytes]:
    """Start the worker as a process that ends with this one."""
    # Our own interpreter and our own command; nothing of it comes from outside.
    return subprocess.Popen(
        [sys.executable, "-m", "django", "work", "--with-parent"],
        stdin=subprocess.PIPE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
    )
