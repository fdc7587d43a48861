"""How far a job is, and the wish to cancel it: small files beside the data, read and written without the database.

An import changes everything in one transaction. Until it ends, SQLite lets nobody else write and nobody else see what
it wrote, so neither could go through a table.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Beat:
    """How many of how many are done, and what is being done."""

    done: int = 0
    total: int = 0
    message: str = ""


def root() -> Path:
    """Return the folder of these files."""
    folder = Path(settings.JOBS_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_file(suffix: str) -> Path:
    """Return the path of a new empty file for a job to write; the worker deletes what a crash left of such files."""
    folder = root() / "scratch"
    folder.mkdir(exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}{suffix}"
    path.touch(mode=0o600)
    return path


def drop_old_files(older_than: float) -> None:
    """Delete the files of jobs that were last written before the instant `older_than`, in seconds."""
    for path in (root() / "scratch").glob("*"):
        with suppress(OSError):
            if path.stat().st_mtime < older_than:
                path.unlink()


def tell(job: int, beat: Beat) -> None:
    """Say how far the job is. What cannot be said because the disk is full is left unsaid."""
    with suppress(OSError):
        path = root() / f"{job}.beat"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps([beat.done, beat.total, beat.message]), encoding="utf-8")
        fresh.replace(path)


def heard(job: int) -> Beat | None:
    """Return how far the job said it was, or nothing."""
    try:
        done, total, message = json.loads((root() / f"{job}.beat").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Beat(done, total, message)


def ask_to_cancel(job: int) -> None:
    """Wish that the job stops."""
    (root() / f"{job}.cancel").touch()


def is_canceled(job: int) -> bool:
    """Say whether somebody wished that the job stops."""
    return (root() / f"{job}.cancel").exists()


def clear(job: int) -> None:
    """Take the files of the job away."""
    for ending in ("beat", "new", "cancel"):
        with suppress(OSError):
            (root() / f"{job}.{ending}").unlink(missing_ok=True)
