"""How a database address is opened: SQLite in its write-ahead mode, any other as the address says."""

from __future__ import annotations

from typing import Any

import dj_database_url

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-64000;"
    ),
}


def described(url: str) -> dict[str, Any]:
    """Return the database of an address as Django's settings describe it.

    >>> described("sqlite:////srv/zone.sqlite3")["NAME"]
    '/srv/zone.sqlite3'
    """
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60))
    if found["ENGINE"].endswith("sqlite3"):
        found["OPTIONS"] = dict(SQLITE_OPTIONS)
    return found
