"""What can go wrong under an operator's hands, said in a sentence that names the place and a way out."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseTrouble
from django.utils.translation import gettext as _

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk, the quota, or the size that a file may have, is used up."""


class OperatingError(Exception):
    """An operation was not done. The message says what stood in the way and that nothing was left half-done."""


def is_full(error: BaseException | None) -> bool:
    """Say whether `error`, or what it came from, tells that a disk is full."""
    return any(
        (isinstance(each, OSError) and each.errno in FULL)
        or getattr(each, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(each, "sqlstate", None) == "53100"
        for each in _behind(error)
    )


def is_busy(error: BaseException | None) -> bool:
    """Say whether `error`, or what it came from, tells that another writing held the database for too long."""
    codes = (getattr(each, "sqlite_errorcode", None) for each in _behind(error))
    return any(code is not None and code & 0xFF == sqlite3.SQLITE_BUSY for code in codes)


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn what the disk or the database refuses in the block into an `OperatingError` that begins with `what`."""
    try:
        yield
    except OperatingError:
        raise
    except (OSError, sqlite3.Error, DatabaseTrouble) as error:
        raise OperatingError(f"{what}: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """Return why, in one sentence; a file is named when the system names it."""
    if is_full(error):
        where = getattr(error, "filename", None)
        place = f" ({where})" if where else ""
        return _("the disk is full%(place)s. Make room and try again.") % {"place": place}
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_IOERR"):
        return _("the disk could not be read or written; it is full or damaged.")
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
