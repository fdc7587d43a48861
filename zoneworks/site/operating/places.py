"""Files and folders that are whole or not there: what a stopped process leaves behind is known and cleared away."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from zoneworks.site.operating.troubles import OperatingError

CHUNK = 1 << 20
_LOCK = "lock"


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    found = sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def keep(folder: Path) -> None:
    """Have the names in `folder` written to the disk: a renamed file is then there after a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_room(folder: Path, needed: int, what: str) -> None:
    """Raise `OperatingError` when the disk of `folder` has no room for `needed` bytes and something to spare."""
    free = shutil.disk_usage(folder).free
    if free < needed * 1.05:
        raise OperatingError(
            _("%(what)s needs %(needed)s in %(folder)s, where %(free)s are free. Nothing was changed.")
            % {"what": what, "needed": megabytes(needed), "folder": folder, "free": megabytes(free)}
        )


def megabytes(size: int) -> str:
    """Return a size as an operator reads it.

    >>> megabytes(3_500_000), megabytes(12)
    ('3.5 MB', '0.1 MB')
    """
    return f"{max(size / 1e6, 0.1):,.1f} MB"


def give_to_owner_of(folder: Path, path: Path) -> None:
    """Let `path` belong to whom `folder` belongs to: root restores, but another user serves."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


# -- one file --------------------------------------------------------------------------------------------------


@contextmanager
def whole_file(target: Path, *, replace: bool) -> Iterator[tuple[IO[bytes], Callable[[], None]]]:
    """Give a file to write and a function that puts it in the place of `target`; without that call it is gone.

    Until then it lies beside the target under a hidden name, locked: what a killed process leaves is used anew.
    """
    aside = target.with_name(f".{target.name}.partial")
    handle = _locked(aside, target)
    with os.fdopen(handle, "w+b") as file:
        file.truncate(0)
        is_published = False

        def publish() -> None:
            nonlocal is_published
            file.flush()
            os.fsync(file.fileno())
            give_to_owner_of(target.parent, aside)
            _put(aside, target, replace=replace)
            is_published = True
            keep(target.parent)

        try:
            yield file, publish
        finally:
            if not is_published:
                with suppress(FileNotFoundError):
                    aside.unlink()


def _locked(aside: Path, target: Path) -> int:
    """Return a handle of the file aside, which nobody else writes."""
    while True:
        handle = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise OperatingError(
                _("%(target)s is being written by another process. Wait for it, or choose another name.")
                % {"target": target}
            )
        # Whoever wrote it before may have put it in its place between the two calls: then it is theirs.
        with suppress(FileNotFoundError):
            if aside.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        os.close(handle)


def _put(aside: Path, target: Path, *, replace: bool) -> None:
    if replace:
        aside.replace(target)
        return
    try:
        target.hardlink_to(aside)
        aside.unlink()
    except FileExistsError:
        raise already_there(target)
    except OSError:  # a file system without links, such as that of a memory stick
        if target.exists():
            raise already_there(target)
        aside.rename(target)


def already_there(target: Path) -> OperatingError:
    """Return the refusal to write over a file that is there."""
    return OperatingError(
        _("%(target)s is already there. Choose another name, or write over it with --replace.")
        % {"target": target}
    )


# -- one folder ------------------------------------------------------------------------------------------------


@contextmanager
def scratch(parent: Path, purpose: str, settle: Callable[[Path], object] | None = None) -> Iterator[Path]:
    """Give a hidden folder for the time of the block, locked by this process.

    What killed processes left for the same purpose is cleared first; `settle` is asked to end what they began.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(parent):
        clear_left_behind(parent, purpose, settle)
        folder = Path(tempfile.mkdtemp(prefix=f".{purpose}-", dir=parent))
        lock = (folder / _LOCK).open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


@contextmanager
def _only_one(parent: Path) -> Iterator[None]:
    handle = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def left_behind(parent: Path, purpose: str) -> list[Path]:
    """Return the folders that killed processes left in `parent`."""
    return [folder for folder in sorted(parent.glob(f".{purpose}-*")) if folder.is_dir() and _is_free(folder)]


def _is_free(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def clear_left_behind(parent: Path, purpose: str, settle: Callable[[Path], object] | None = None) -> int:
    """Clear what killed processes left in `parent`; return how many folders that were."""
    found = left_behind(parent, purpose)
    for folder in found:
        if settle is not None:
            settle(folder)
        shutil.rmtree(folder)
    return len(found)


def free_name(folder: Path, stamp: str) -> str:
    """Return `stamp`, numbered when an operation of the same second took it for a folder or an archive."""
    number, name = 1, stamp
    while (folder / name).exists() or (folder / f"{name}.zip").exists():
        number += 1
        name = f"{stamp}-{number}"
    return name
