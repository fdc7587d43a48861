"""Asking the index of search texts for the few rows that hold a word."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from django.db import connections

from zoneworks.accounts.searching import SEPARATOR

MOST_KEYS = 2000
"""More rows than this are found faster by a walk through the list: every few rows one of them turns up."""
MOST_TOKENS = 24
RUN = 4
"""How many plain letters or digits in a row make a token of their own."""
_PLAIN = re.compile(f"[0-9a-z]{{{RUN}}}", re.ASCII)


def tokens_of(word: str) -> tuple[str, ...]:
    """Return tokens that every text has which holds `word`; none for a single character.

    >>> tokens_of("高邮湖"), tokens_of("n型topcon"), tokens_of("高")
    (('高邮', '邮湖'), ('n型', '型t', 'topc', 'opco', 'pcon'), ())
    """
    found: dict[str, None] = {}
    covered = 0
    for at in range(len(word) - 1):
        if _PLAIN.fullmatch(word, at, at + RUN):
            found[word[at : at + RUN]] = None
            covered = at + RUN - 1
        elif at >= covered:
            found[word[at : at + 2]] = None
    return tuple(found)[:MOST_TOKENS]


def keys_holding(model: Any, word: str, using: str = "default") -> list[int] | None:
    """Return the keys of the rows, of all zones, whose search text holds `word`, or nothing when that is no few.

    `word` is one of `normalize_query`. One character is in every other text, so it is never few.
    """
    tokens = tokens_of(word)
    if not tokens:
        return None
    connection = connections[using]
    statement = _ASKED[connection.vendor].format(table=model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [_wanted(tokens, connection.vendor), MOST_KEYS + 1])
        keys = [key for (key,) in cursor.fetchall()]
    if len(keys) > MOST_KEYS:
        return None
    if not keys or tokens == (word,):
        return keys
    held = model._base_manager.using(using).filter(pk__in=keys, search_text__contains=word)
    return list(held.order_by().values_list("pk", flat=True))


_ASKED = {
    "sqlite": "SELECT rowid FROM {table}_search WHERE {table}_search MATCH %s LIMIT %s",
    "postgresql": "SELECT id FROM {table} WHERE zoneworks_search_tokens(search_text) @> %s::text[] LIMIT %s",
}


def keys_holding_each(
    model: Any, words: Sequence[str], zone: int, most: int, using: str = "default"
) -> list[list[int]]:
    """Return for each of `words` the keys of up to `most` rows of a zone whose search text holds it, in one query.

    A word of one character finds nothing. Of a word that is in more rows than `MOST_KEYS` only so many are looked at.
    """
    connection = connections[using]
    asked = [(at, word, tokens_of(word)) for at, word in enumerate(words)]
    wanted = [[at, _wanted(tokens, connection.vendor), word] for at, word, tokens in asked if tokens]
    found: list[list[int]] = [[] for _word in words]
    if not wanted:
        return found
    statement = _ASKED_EACH[connection.vendor].format(table=model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [MOST_KEYS, zone, most, json.dumps(wanted)])
        for at, key in cursor.fetchall():
            found[at].append(key)
    return found


_ASKED_EACH = {
    # The list of keys of each word is put together within, for SQLite joins no subquery to the row beside it.
    "sqlite": (
        "SELECT json_extract(word.value, '$[0]'), found.value FROM (SELECT each.value AS value, ("
        "SELECT json_group_array(id) FROM (SELECT row.id AS id FROM ("
        "SELECT rowid AS key FROM {table}_search WHERE {table}_search MATCH json_extract(each.value, '$[1]') LIMIT %s"
        ") AS near CROSS JOIN {table} AS row ON row.id = near.key WHERE row.zone_id = %s "
        "AND instr(row.search_text, json_extract(each.value, '$[2]')) LIMIT %s)"
        ") AS keys FROM json_each(%s) AS each) AS word, json_each(word.keys) AS found"
    ),
    "postgresql": (
        "WITH limits (near, zone, most, words) AS (VALUES (%s::int, %s::bigint, %s::int, %s::jsonb)) "
        "SELECT (word.value->>0)::int, found.id FROM limits, jsonb_array_elements(limits.words) AS word (value), "
        "LATERAL (SELECT near.id FROM (SELECT id, zone_id, search_text FROM {table} WHERE "
        "zoneworks_search_tokens(search_text) @> ARRAY(SELECT jsonb_array_elements_text(word.value->1)) "
        "LIMIT limits.near) AS near WHERE near.zone_id = limits.zone "
        "AND strpos(near.search_text, word.value->>2) > 0 LIMIT limits.most) AS found"
    ),
}


_IS_FOUND = "SELECT 1 FROM {table}_search WHERE {table}_search MATCH %s AND rowid = %s"


def is_found(model: Any, pk: int, text: str, using: str = "default") -> bool:
    """Say whether the index finds a row by its own search text."""
    tokens = tokens_of(text.partition(SEPARATOR)[0])
    if not tokens or connections[using].vendor == "postgresql":
        # PostgreSQL keeps its index in the statement that writes the row.
        return True
    with connections[using].cursor() as cursor:
        cursor.execute(_IS_FOUND.format(table=model._meta.db_table), [_wanted(tokens, "sqlite"), pk])
        return cursor.fetchone() is not None


def _wanted(tokens: tuple[str, ...], vendor: str) -> Any:
    """Return the tokens as the database asks for all of them. Nothing that was typed is more than a text to it."""
    if vendor == "postgresql":
        return list(tokens)
    return " AND ".join(f'"{token.encode("utf-8", "replace").hex()}"' for token in tokens)
