"""A machine of an operator: a data folder, a server on it that may be killed, and the commands of the workbench."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

COMMAND = "from zoneworks.site.command import main; main()"
STARTS_WITHIN = 60.0
ENDS_WITHIN = 20.0


@dataclass
class Machine:
    """`data` is its folder; `url` another database than the file in it. `server` is the running one."""

    data: Path
    url: str = ""
    server: subprocess.Popen[bytes] | None = None
    port: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def database(self) -> str:
        return self.url or f"sqlite:///{self.data / 'zoneworks.sqlite3'}"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        ours = {
            "ZONEWORKS_DATA": str(self.data),
            "ZONEWORKS_HOSTS": "127.0.0.1,localhost",
            "ZONEWORKS_API_RATE": "",
            "DATABASE_URL": self.database,
            "LANG": "C.UTF-8",
        }
        return os.environ | ours

    def begin(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a command of the workbench in a group of processes of its own."""
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", COMMAND, *arguments],
            env=self.environment(),
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | options,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it said."""
        process = self.begin(*arguments)
        said, _nothing = process.communicate()
        return process.returncode, said.decode(errors="replace")

    def must(self, *arguments: str) -> str:
        """Run a command that has to succeed."""
        code, said = self.run(*arguments)
        if code != 0:
            raise RuntimeError(f"zoneworks {' '.join(arguments)} ended with {code}: {said[-2000:]}")
        return said

    # -- the server --------------------------------------------------------------------------------------------------

    def start(self) -> float:
        """Start the server and wait until it is well; return the seconds that it took."""
        began = time.monotonic()
        self.port = self.port or free_port()
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            self.server = self.begin("serve", "--port", str(self.port), stdout=log)
        while not self.is_well():
            if self.server.poll() is not None or time.monotonic() - began > STARTS_WITHIN:
                raise RuntimeError(f"the server does not start; see {log.name}")
            time.sleep(0.1)
        return time.monotonic() - began

    def is_well(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.base}/health/", timeout=5).status_code == 200
        return False

    def kill(self, whom: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Kill the server with -9: everything of it, its first process alone, or all of it after one of its children.

        Processes whose parent was killed answer who is connected for a while: `meanwhile` lets these go.
        """
        server = self.server
        if server is None:
            return
        children = [pid for pid in group_of(server.pid) if pid != server.pid]
        if whom == "a child" and children:
            os.kill(children[int(time.time() * 1000) % len(children)], signal.SIGKILL)
            time.sleep(0.4)
            whom = "everything"
        if whom == "the first process":
            os.kill(server.pid, signal.SIGKILL)
            server.wait()
            time.sleep(1)
            meanwhile()
            until = time.monotonic() + ENDS_WITHIN
            while group_of(server.pid) and time.monotonic() < until:
                time.sleep(0.1)
            if left := group_of(server.pid):
                self.lines.append(
                    f"{len(left)} processes go on {ENDS_WITHIN:.0f} s after the server was killed"
                )
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        self.server = None

    # -- what the doctor says --------------------------------------------------------------------------------------

    def findings(self, *arguments: str) -> list[dict[str, Any]]:
        """Return what the doctor finds that is not in order."""
        _code, said = self.run("doctor", "--json", *arguments)
        try:
            return [each for each in json.loads(said)["findings"] if each["level"] != "ok"]
        except ValueError:
            return [{"check": "doctor", "level": "fault", "said": said[-2000:], "examples": []}]


def kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill a command with -9; tell whether it was still at work."""
    was_at_work = process.poll() is None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return was_at_work


def group_of(pid: int) -> list[int]:
    """Return the living processes of the group that `pid` leads."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError):
                # The name in brackets may hold blanks; state, parent and group come after it.
                state, _parent, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(group) == pid and state != "Z":
                    found.append(int(folder.name))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def at_home(machine: Machine) -> Iterator[None]:
    """Let this process read the database and the files of `machine` for the block."""
    from django.test import override_settings

    from zoneworks.site.databases import described
    from zoneworks.site.operating.standing import standing_in

    files = machine.data / "files"
    with override_settings(DATA=machine.data, MEDIA_ROOT=files), standing_in(described(machine.database)):
        yield


def sums(machine: Machine) -> dict[str, tuple[int, str]]:
    """Return how many rows each table has and the sum of what they say."""
    from zoneworks.site.operating import rows, schema

    with at_home(machine):
        return {model._meta.label_lower: rows.digest(model) for model in rows.carried(schema.applied())}
