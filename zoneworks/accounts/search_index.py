"""An index over the search texts, kept by the database itself: whoever writes a row, its names are found at once.

A text is found by the pairs of characters that stand in it, and by runs of four plain letters or digits, so that two
Chinese characters are enough. SQLite: an FTS5 table beside each searched table, filled by triggers. PostgreSQL: a GIN
index over a function. Both are made after `migrate`, for every searched model, and anew where they went missing:
SQLite loses the triggers of a table whenever a migration rebuilds it.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, models, transaction

from zoneworks.accounts.search_keys import RUN
from zoneworks.accounts.searched import Searched


def searched_models() -> list[type[Searched]]:
    """Return every model whose rows are found by name."""
    return [model for model in apps.get_models() if issubclass(model, Searched)]


def keep_index(using: str = "default", **_signal: Any) -> None:
    """Make the index of each searched table that is there and has none; the rows of such a table are read in.

    Takes what the signal after `migrate` sends.
    """
    connection = connections[using]
    if connection.vendor not in STATEMENTS:
        return
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    for model in missing_index(using):
        if model._meta.db_table in there:
            rebuild(model, using)


def missing_index(using: str = "default") -> list[type[Searched]]:
    """Return the models whose index, or a part of it, is not there."""
    connection = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')"
        if connection.vendor == "sqlite"
        else "SELECT indexname FROM pg_indexes WHERE schemaname = ANY (current_schemas(false))"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {name for (name,) in cursor.fetchall()}
    return [model for model in searched_models() if not there.issuperset(_parts(model, connection.vendor))]


def _parts(model: type[Searched], vendor: str) -> list[str]:
    parts = ("", "_added", "_changed", "_dropped") if vendor == "sqlite" else ("",)
    return [f"{model._meta.db_table}_search{part}" for part in parts]


def rebuild(model: type[models.Model], using: str = "default") -> None:
    """Make the index of one model anew from its rows, in one transaction."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor]:
            cursor.execute(_filled(statement, model._meta.db_table))


def _filled(statement: str, table: str) -> str:
    for row in ("new", "old", "held"):
        statement = statement.replace(f"TOKENS_OF_{row}", _TOKENS.replace("ROW", row))
    return statement.replace("TABLE_", table).replace("RUN", str(RUN))


# Tokens are written in hexadecimal, so that the tokenizer changes nothing.
_TOKENS = """(
  WITH RECURSIVE place(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM place WHERE at < length(ROW.search_text) - 1)
  SELECT group_concat(hex(substr(ROW.search_text, at, 2)) || CASE
    WHEN length(substr(ROW.search_text, at, RUN)) = RUN AND substr(ROW.search_text, at, RUN) NOT GLOB '*[^0-9a-z]*'
    THEN ' ' || hex(substr(ROW.search_text, at, RUN)) ELSE '' END, ' ')
  FROM place)"""
_ENTERS = "INSERT INTO TABLE__search(rowid, tokens) VALUES (new.id, TOKENS_OF_new);"
_LEAVES = "INSERT INTO TABLE__search(TABLE__search, rowid, tokens) VALUES ('delete', old.id, TOKENS_OF_old);"
STATEMENTS = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS TABLE__search_added",
        "DROP TRIGGER IF EXISTS TABLE__search_changed",
        "DROP TRIGGER IF EXISTS TABLE__search_dropped",
        "DROP TABLE IF EXISTS TABLE__search",
        "CREATE VIRTUAL TABLE TABLE__search"
        " USING fts5(tokens, content='', detail='none', columnsize=0, tokenize='ascii')",
        "INSERT INTO TABLE__search(rowid, tokens) SELECT id, TOKENS_OF_held FROM TABLE_ AS held",
        f"CREATE TRIGGER TABLE__search_added AFTER INSERT ON TABLE_ BEGIN {_ENTERS} END",
        f"CREATE TRIGGER TABLE__search_dropped AFTER DELETE ON TABLE_ BEGIN {_LEAVES} END",
        "CREATE TRIGGER TABLE__search_changed AFTER UPDATE OF search_text ON TABLE_"
        f" WHEN old.search_text IS NOT new.search_text BEGIN {_LEAVES} {_ENTERS} END",
    ),
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION zoneworks_search_tokens(body text) RETURNS text[]
        LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $body$
          SELECT coalesce(array_agg(DISTINCT token), '{}') FROM (
            SELECT substr(body, at, 2) AS token FROM generate_series(1, length(body) - 1) AS at
            UNION ALL
            SELECT substr(body, at, RUN) FROM generate_series(1, length(body) - RUN + 1) AS at
            WHERE substr(body, at, RUN) COLLATE "C" ~ '^[0-9a-z]{RUN}$'
          ) AS tokens
        $body$
        """,
        # What was written before in the same transaction still waits for its checks, and no index is made meanwhile.
        "SET CONSTRAINTS ALL IMMEDIATE",
        "DROP INDEX IF EXISTS TABLE__search",
        "CREATE INDEX TABLE__search ON TABLE_ USING gin (zoneworks_search_tokens(search_text))",
        "SET CONSTRAINTS ALL DEFERRED",
    ),
}
