"""Asking for a job, and running it: what it does, how it ends, and what a person reads when it fails."""

from __future__ import annotations

import errno
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.jobs import channel
from zoneworks.jobs.channel import Beat
from zoneworks.jobs.models import Job, State

log = logging.getLogger(__name__)
IN_REQUEST = "request"
_BETWEEN_BEATS = 0.25
_FULL = ("disk is full", "disk full", "no space left")


class CanceledError(Exception):
    """Somebody asked that the job stops."""


class StoppingError(Exception):
    """The worker is being stopped; the job waits for the next one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: a sentence, the page that shows it, or a file that the person may fetch."""

    message: str = ""
    url: str = ""
    file: Path | None = None
    file_name: str = ""


class Progress:
    """What a running job says of itself; it stops here when somebody asked for that."""

    def __init__(self, job: Job, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self.job = job
        self.is_stopping = is_stopping
        self._told = 0.0
        self._saved = time.monotonic()
        self.beat = Beat()

    def say(self, done: int, total: int, message: str = "") -> None:
        """Say how many of how many are done. Raise `CanceledError` or `StoppingError` when it is to stop."""
        moment = time.monotonic()
        if moment - self._told < _BETWEEN_BEATS and message in ("", self.beat.message):
            return
        self._told = moment
        self.beat = Beat(done, total, message or self.beat.message)
        channel.tell(self.job.pk, self.beat)
        self.check()
        if moment - self._saved > 2 and not connection.in_atomic_block:
            self._saved = moment
            Job.objects.filter(pk=self.job.pk).update(done=done, total=total, heartbeat_at=now())

    def check(self) -> None:
        """Raise when the job is to stop."""
        if channel.is_canceled(self.job.pk):
            raise CanceledError
        if self.is_stopping():
            raise StoppingError


Run = Callable[[Job, Progress], Outcome]
_runs: dict[str, Run] = {}


def runs(kind: str) -> Callable[[Run], Run]:
    """Register the function that does jobs of a kind. It may run twice, when a restart cut the first run short."""

    def keep(function: Run) -> Run:
        if kind in _runs:
            raise ValueError(f"two functions run jobs of the kind {kind!r}")
        _runs[kind] = function
        return function

    return keep


def submit(
    kind: str,
    *,
    zone: Zone,
    owner: User,
    title: str,
    arguments: Mapping[str, Any],
    at_once: bool = False,
    brought: File[Any] | None = None,
) -> Job:
    """Ask for a job and return it. One that takes less than a second is done `at_once`, the others by the worker.

    A copy of the file `brought` is kept for the job until it is settled.
    """
    name = _kept_name(Path(brought.name or "").suffix) if brought is not None else ""
    try:
        job = Job.objects.create(
            zone=zone,
            owner=owner,
            kind=kind,
            title=title[:200],
            arguments=dict(arguments),
            language=translation.get_language() or settings.LANGUAGE_CODE,
            brought=default_storage.save(name, brought) if brought is not None else "",
        )
    except BaseException:
        if name:
            default_storage.delete(name)
        raise
    if at_once or settings.JOBS_AT_ONCE:
        run(job, IN_REQUEST)
    return job


def run(job: Job, runner: str, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Run a waiting job to its end, unless somebody else has it already. Nothing that it raises comes through."""
    claimed = Job.objects.filter(pk=job.pk, state=State.QUEUED).update(
        state=State.RUNNING, runner=runner, started_at=now(), heartbeat_at=now(), attempts=job.attempts + 1
    )
    if not claimed:
        return
    job.refresh_from_db()
    progress = Progress(job, is_stopping)
    with translation.override(job.language):
        try:
            progress.check()
            _keep_outcome(job, _runs[job.kind](job, progress), progress.beat)
        except CanceledError:
            _settle(job, State.CANCELED, message=_("Canceled; nothing of it was kept."))
        except StoppingError:
            Job.objects.filter(pk=job.pk).update(state=State.QUEUED, runner="", attempts=job.attempts - 1)
        except Exception as error:
            if not is_expected(error):
                log.exception("job %s (%s) failed", job.pk, job.kind)
            _settle(job, State.FAILED, error=in_words(error))


def _keep_outcome(job: Job, outcome: Outcome, beat: Beat) -> None:
    _settle(
        job,
        State.DONE,
        message=outcome.message,
        result_url=outcome.url,
        file=_kept(outcome.file) if outcome.file is not None else "",
        file_name=outcome.file_name,
        done=beat.total or beat.done,
        total=beat.total,
    )


def _kept(file: Path) -> str:
    """Move a file to where it can be fetched and return its name there; on a full disk neither of both is left."""
    name = _kept_name(file.suffix)
    try:
        with file.open("rb") as content:
            return default_storage.save(name, File(content))
    except BaseException:
        default_storage.delete(name)
        raise
    finally:
        file.unlink(missing_ok=True)


def _kept_name(suffix: str) -> str:
    return f"jobs/{now():%Y/%m}/{secrets.token_hex(16)}{suffix}"


def _settle(job: Job, state: State, **said: Any) -> None:
    """Write down how the job ended."""
    values = {"state": state, "finished_at": now(), "runner": "", **said}
    Job.objects.filter(pk=job.pk).update(**values)
    for name, value in values.items():
        setattr(job, name, value)
    clear(job)


def clear(job: Job) -> None:
    """Take away what a settled job needed while it was open: the file that was brought for it, and its beat."""
    if job.brought:
        job.brought.delete(save=False)
        Job.objects.filter(pk=job.pk).update(brought="")
    channel.clear(job.pk)


def is_expected(error: Exception) -> bool:
    """Say whether an error tells a person what to do: no fault of the program, nothing for its log."""
    return isinstance(error, ValidationError | PermissionDenied) or _is_full(error)


def in_words(error: Exception) -> str:
    """Return what a person reads of an error that ended a job."""
    if isinstance(error, ValidationError):
        return "\n".join(error.messages)
    if isinstance(error, PermissionDenied):
        return str(error) or _("Your role does not allow this here.")
    if _is_full(error):
        return _("The disk of the server is full. Nothing was written; free some space and try again.")
    return _("Something went wrong in the program; nothing was written. The log of the server says what.")


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, DatabaseError) and any(words in str(error).lower() for words in _FULL)


def cancel(job: Job) -> bool:
    """Cancel a job that is not settled: at once when it waits, at its next step when it runs. Say if it was open.

    Of a job that runs nothing is written: on SQLite that would wait until its own transaction has ended.
    """
    waiting = Job.objects.filter(pk=job.pk, state=State.QUEUED)
    with translation.override(job.language):
        message = _("Canceled; nothing of it was kept.")
    said = {"state": State.CANCELED, "finished_at": now(), "cancel_requested": True, "message": message}
    if waiting.exists() and waiting.update(**said):
        clear(job)
        return True
    if not Job.objects.filter(pk=job.pk, state=State.RUNNING).exists():
        return False
    channel.ask_to_cancel(job.pk)
    return True
