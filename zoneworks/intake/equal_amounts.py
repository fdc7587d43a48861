"""Projects by the amounts that figures state of them, for all amounts of a document in one query."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from django.db import connections

from zoneworks.projects.models import ProjectFigure

_LOOKED_AT = 2000
"""Of an amount that more figures state than this (1亿元) only the newest are looked at."""
_MOST = 100

_ASKED = {
    "sqlite": (
        "SELECT asked.at, found.value FROM (SELECT each.key AS at, ("
        "SELECT json_group_array(project_id) FROM (SELECT project_id FROM ("
        "SELECT project_id, kind FROM {table} WHERE zone_id = %s AND value = json_extract(each.value, '$[1]') "
        "ORDER BY latest DESC LIMIT %s) AS near WHERE kind = json_extract(each.value, '$[0]') LIMIT %s)"
        ") AS keys FROM json_each(%s) AS each) AS asked, json_each(asked.keys) AS found"
    ),
    "postgresql": (
        "WITH limits (zone, near, most, amounts) AS (VALUES (%s::bigint, %s::int, %s::int, %s::jsonb)) "
        "SELECT (asked.at - 1)::int, found.project_id FROM limits, "
        "jsonb_array_elements(limits.amounts) WITH ORDINALITY AS asked (value, at), "
        "LATERAL (SELECT near.project_id FROM (SELECT project_id, kind FROM {table} WHERE zone_id = limits.zone "
        "AND value = (asked.value->>1)::numeric ORDER BY latest DESC LIMIT limits.near) AS near "
        "WHERE near.kind = asked.value->>0 LIMIT limits.most) AS found"
    ),
}


def projects_of_amounts(
    zone: int, amounts: Sequence[tuple[str, Decimal]], using: str = "default"
) -> list[set[int]]:
    """Return for each kind of figure and value the keys of some projects of a zone of which a figure ever stated it.

    A figure that was taken back is among them: whoever compares reads those that stand.
    """
    found: list[set[int]] = [set() for _amount in amounts]
    if not amounts:
        return found
    connection = connections[using]
    asked = json.dumps([[kind, _number(value)] for kind, value in amounts])
    statement = _ASKED[connection.vendor].format(table=ProjectFigure._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [zone, _LOOKED_AT, _MOST, asked])
        for at, project in cursor.fetchall():
            found[at].add(project)
    return found


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
