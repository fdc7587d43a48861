"""The workbench's database as it stands at one instant, while the server goes on writing."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.db import connection, connections, transaction
from django.utils.translation import gettext as _

from zoneworks.site.operating.places import check_room
from zoneworks.site.operating.rows import NOT_CARRIED
from zoneworks.site.operating.standing import config_of, standing_in
from zoneworks.site.operating.troubles import OperatingError

FROZEN = "frozen"
PATIENCE = 60.0
"""Seconds to wait for somebody else's transaction."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """The database of an instant: to be read under `alias`; of SQLite also a file of its own."""

    alias: str
    file: Path | None


def live_file() -> Path | None:
    """Return the file of the workbench's database, or nothing when it is no SQLite file."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name.startswith("file:") or name == ":memory:":
        return None
    return Path(name)


@contextmanager
def frozen(folder: Path) -> Iterator[Frozen]:
    """Give the database as it stands now: SQLite copied into `folder`, PostgreSQL in one repeatable transaction."""
    if connection.vendor != "sqlite":
        with standing_in(config_of(), FROZEN), transaction.atomic(using=FROZEN):
            with connections[FROZEN].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield Frozen(FROZEN, None)
        return
    live = live_file()
    if live is None or not live.exists():
        raise OperatingError(_("There is no database file yet. Start the workbench once: zoneworks serve."))
    copy = folder / "frozen.sqlite3"
    check_room(folder, live.stat().st_size, _("A copy of the database"))
    copy_database(live, copy)
    check_sound(copy)
    with standing_in(config_of(NAME=str(copy), OPTIONS={}), FROZEN):
        yield Frozen(FROZEN, copy)


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database through its own interface: whole, as of one instant, whatever is written meanwhile."""
    with closing(opened(source)) as reading, closing(sqlite3.connect(target)) as writing:
        target.chmod(0o600)
        pour(reading, writing)
        writing.execute("PRAGMA journal_mode=DELETE")
        forget_sessions(writing)


def pour(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Replace the content of `target` by that of `source` in one transaction; give up when it stays locked."""
    until = time.monotonic() + PATIENCE

    def wait(_status: int, _left: int, _all: int) -> None:
        if time.monotonic() > until:
            raise OperatingError(
                _(
                    "Another process holds the database for longer than %(seconds)d seconds. Nothing was changed."
                )
                % {"seconds": PATIENCE}
            )

    source.backup(target, pages=-1, progress=wait, sleep=0.1)


def opened(path: Path) -> sqlite3.Connection:
    """Open a SQLite file that is there."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=PATIENCE)


def check_sound(path: Path) -> None:
    """Raise `OperatingError` when SQLite finds the file damaged."""
    with closing(opened(path)) as database:
        if said := damage(database):
            raise OperatingError(_("The database is damaged: %(what)s.") % {"what": said})


def damage(database: sqlite3.Connection) -> str:
    """Return what SQLite finds wrong with a file, or nothing."""
    try:
        said = [str(row[0]) for row in database.execute("PRAGMA integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    return "" if said == ["ok"] else "; ".join(said)


def unreadable(live: Path) -> str:
    """Return why a database file cannot be read, or nothing."""
    with closing(opened(live)) as database:
        return damage(database)


def forget_sessions(database: sqlite3.Connection) -> None:
    """Delete the log-in sessions and overwrite where they stood: who holds such a row is logged in."""
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.execute("PRAGMA secure_delete=ON")
    for model in NOT_CARRIED:
        table = model.replace(".", "_")
        if table in tables:
            database.execute(f"DELETE FROM {table}")  # noqa: S608
    database.commit()
