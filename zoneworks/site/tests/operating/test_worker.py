"""The worker beside the pages: one of several goes to work, the others end without a word."""

from __future__ import annotations

import fcntl
import subprocess


def test_a_second_worker_ends_in_peace_before_its_parent_does(workbench):
    """Every process that serves pages starts one; the one that finds the lock taken has nothing to say."""
    folder = workbench.data / "jobs"
    folder.mkdir(exist_ok=True)
    with (folder / "worker.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = workbench.start("work", "--with-parent", stdin=subprocess.PIPE)
        code = second.wait(timeout=60)

    assert (code, second.stdout.read(), second.stderr.read()) == (0, "", "")
