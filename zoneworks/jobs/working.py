"""The worker: one process that takes the waiting jobs, the oldest first. A lock beside the data keeps it alone."""

from __future__ import annotations

import fcntl
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.jobs import channel
from zoneworks.jobs.models import Job, State
from zoneworks.jobs.running import IN_REQUEST, clear, run

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
IDLE = 0.5
KEPT_FOR = timedelta(days=14)
"""How long the files and lines of settled jobs stay."""
_LOST_AFTER = timedelta(minutes=10)
_TIDY_EVERY = 3600


_tidies: list[Callable[[], None]] = []


def tidies(function: Callable[[], None]) -> Callable[[], None]:
    """Register what a higher floor tidies up when the worker tidies its own."""
    _tidies.append(function)
    return function


def _lock_path() -> Path:
    return channel.root() / "worker.lock"


@contextmanager
def only_worker() -> Iterator[bool]:
    """Hold the lock of the worker for the block; gives False when another process holds it."""
    with _lock_path().open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def runner_name() -> str:
    """Return the name under which the worker of this machine and data folder takes jobs."""
    return f"{socket.gethostname()}:{channel.root()}"[:200]


def work(is_stopping: Callable[[], bool]) -> None:
    """Run waiting jobs until told to stop. Hold the lock while you call it."""
    recover()
    tidied = 0.0
    while not is_stopping():
        if not connection.in_atomic_block:  # only in a test, which keeps its connection
            close_old_connections()
        try:
            if time.monotonic() - tidied > _TIDY_EVERY:
                tidied = time.monotonic()
                tidy()
            job = Job.objects.filter(state=State.QUEUED).order_by("created_at", "pk").first()
            if job is None:
                time.sleep(IDLE)
            else:
                run(job, runner_name(), is_stopping)
        except (DatabaseError, OSError):
            # A full disk or a database that is away: the job stays open and is taken up by the next start.
            log.exception("the worker could not go on; it tries again")
            time.sleep(10 * IDLE)
            recover_quietly()


def recover_quietly() -> None:
    try:
        recover()
    except (DatabaseError, OSError):
        log.warning("the jobs cannot be read yet")


def recover() -> None:
    """Let the jobs that were cut short run again, and say so of those that were too often."""
    mine = Job.objects.filter(state=State.RUNNING, runner=runner_name())
    mine.filter(attempts__lt=MOST_ATTEMPTS).update(state=State.QUEUED, runner="")
    lost = Job.objects.filter(state=State.RUNNING, runner=IN_REQUEST, heartbeat_at__lt=now() - _LOST_AFTER)
    for job in [*mine.filter(attempts__gte=MOST_ATTEMPTS), *lost]:
        with translation.override(job.language):
            error = _("The server stopped while this was running. Nothing was half-written; start it again.")
        Job.objects.filter(pk=job.pk).update(
            state=State.INTERRUPTED, error=error, finished_at=now(), runner=""
        )
        clear(job)


def tidy() -> None:
    """Delete what settled long ago, with the files that it left to be fetched, and what crashes left behind."""
    channel.drop_old_files(time.time() - _TIDY_EVERY)
    for job in Job.objects.filter(finished_at__lt=now() - KEPT_FOR).iterator():
        if job.file:
            job.file.delete(save=False)
        clear(job)
        job.delete()
    for function in _tidies:
        function()


def is_taken() -> bool:
    """Say whether some process is the worker."""
    with only_worker() as mine:
        return not mine
