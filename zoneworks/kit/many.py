"""Columns of many rows, written by one prepared statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, router

_UPDATE = "UPDATE {table} SET {said} WHERE {key} = %s"


def write_columns(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the columns `names` of stored rows, all of one model, as they stand in memory. Call it in a transaction.

    `bulk_update` builds one condition for each row and column: ten times the work for 500 rows of 7 columns.
    """
    if not rows:
        return
    model: Any = type(rows[0])
    connection = connections[router.db_for_write(model)]
    quoted = connection.ops.quote_name
    fields = [model._meta.get_field(name) for name in names]
    statement = _UPDATE.format(
        table=quoted(model._meta.db_table),
        said=", ".join(f"{quoted(field.column)} = %s" for field in fields),
        key=quoted(model._meta.pk.column),
    )
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
