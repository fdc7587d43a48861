"""The database: that it answers, is whole, and has the migrations of this version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from django.db import connection
from django.utils.translation import gettext as _

from zoneworks.site.operating import schema
from zoneworks.site.operating.doctor.findings import Finding, check, fault, ok, warning
from zoneworks.site.operating.freezing import damage, live_file, opened
from zoneworks.site.operating.troubles import reason

OLDEST_POSTGRES = 140000


@check("database")
def look_at_answer() -> Iterator[Finding]:
    """The database answers and has tables."""
    try:
        tables = schema.table_names()
    except Exception as error:
        yield fault(
            _("The database does not answer: %(why)s") % {"why": reason(error)},
            _(
                "See DATABASE_URL and whether its server runs; a SQLite file is restored: zoneworks restore FILE"
            ),
        )
        return
    if not tables:
        yield fault(
            _("The database is empty."), _("Start the workbench once (zoneworks serve), or restore a backup.")
        )
        return
    yield ok(_("The database answers: %(kind)s.") % {"kind": _kind()})
    if connection.vendor == "postgresql":
        yield from _strange_postgres()


def _kind() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def _strange_postgres() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    if encoding != "UTF8":
        yield fault(
            _("The database keeps texts in %(encoding)s.") % {"encoding": encoding},
            _("Make one with ENCODING 'UTF8' and move: back up, change DATABASE_URL, restore."),
        )
    if version < OLDEST_POSTGRES:
        yield fault(_("This PostgreSQL is too old."), _("Install version 14 or newer."))


@check("migrations", needs_database=True)
def look_at_migrations() -> Iterator[Finding]:
    """The database is of this version."""
    newer, missing = schema.unknown(schema.applied()), schema.pending()
    if newer:
        yield fault(
            _("A newer version wrote this database (%(name)s).") % {"name": ".".join(newer[0])},
            _("Install that version again, or restore the backup from before the upgrade."),
        )
    if missing:
        yield fault(
            _("The database lacks %(count)d migrations, the first: %(name)s.")
            % {"count": len(missing), "name": ".".join(missing[0])},
            _("Restart the service, or run: zoneworks upgrade"),
        )
    if not newer and not missing:
        yield ok(_("The database is of this version."))


@check("integrity", is_slow=True, needs_database=True)
def look_at_integrity() -> Iterator[Finding]:
    """SQLite finds no damage, and every row refers to rows that are there."""
    live = live_file()
    if live is None:
        return
    restore = _("Stop the service, keep a copy of the file, restore the last backup: zoneworks restore FILE")
    with closing(opened(live)) as database:
        if said := damage(database):
            yield fault(_("The database is damaged: %(what)s.") % {"what": said}, restore)
            return
        loose = database.execute("PRAGMA foreign_key_check").fetchmany(20)
        mode = database.execute("PRAGMA journal_mode").fetchone()[0]
    if loose:
        examples = tuple(f"{table} {row}" for table, row, *_rest in loose)
        yield fault(_("Rows refer to rows that are not there."), restore, examples=examples)
    if mode != "wal":
        yield warning(
            _("The database is not in its write-ahead mode (%(mode)s).") % {"mode": mode},
            _("Restart the service; the disk may not support it: a network folder does not."),
        )
    if not loose and mode == "wal":
        yield ok(_("The database is whole."))
