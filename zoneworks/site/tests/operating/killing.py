"""Runs something in a process of its own that is killed, as by `kill -9`, at a chosen place or moment."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from importlib import import_module

from django.db import connections


def killed_at(place: str, when: str, work: Callable[[], object]) -> bool:
    """Run `work` in a copy of this process, killed before or after it calls `place`; say whether it came there."""
    module_name, _dot, name = place.rpartition(".")

    def prepared() -> None:
        module = import_module(f"zoneworks.site.operating.{module_name}")
        called = getattr(module, name)

        def and_dies(*args, **kwargs):
            result = called(*args, **kwargs) if when == "after" else None
            os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(module, name, and_dies)
        work()

    return os.WIFSIGNALED(_in_a_copy(prepared))


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """Run `work` in a copy of this process that is killed after some time; say whether it was still at work."""

    def timed() -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the system ends the process without asking it
        signal.setitimer(signal.ITIMER_REAL, seconds)
        work()

    return os.WIFSIGNALED(_in_a_copy(timed))


def _in_a_copy(work: Callable[[], object]) -> int:
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    return status
