"""A module as a program of its own: bytes go in, bytes come out, and whatever it does ends there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import ModuleType

_PATIENCE = 3
"""A busy machine may take so many times the seconds that a module allows itself."""


class EndedError(Exception):
    """A program did not come to its end: `code` says how it ended, as systems count it."""

    def __init__(self, code: int, *, is_out_of_time: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_out_of_time = code, is_out_of_time


def run(module: ModuleType, arguments: Sequence[str], data: bytes) -> bytes:
    """Return what `module` writes when it runs with `data` as its input; `EndedError` when it fails.

    The module sets limits to itself, and says with `MOST_SECONDS` how long it may take.
    """
    command = [sys.executable, "-m", module.__name__, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    try:
        ended = subprocess.run(  # noqa: S603
            command,
            input=data,
            capture_output=True,
            env=environment,
            timeout=module.MOST_SECONDS * _PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EndedError(-1, is_out_of_time=True) from error
    if ended.returncode:
        out_of_time = ended.returncode in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0))
        raise EndedError(ended.returncode, is_out_of_time=out_of_time)
    return ended.stdout


def limit(seconds: int, memory: int) -> None:
    """Set an end to the processor time and the bytes of this program, on systems that have one."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
