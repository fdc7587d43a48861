"""Writes many rows of one table with one prepared statement, without making an object of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models

Row = Mapping[str, Any]


def insert(model: type[models.Model], rows: Iterable[Row]) -> None:
    """Write rows given as attributes and values (`project_id`, `kind` …); else a column has its default."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    pairs = [(field, field.get_default()) for field in fields]
    every = [
        [field.get_db_prep_save(row.get(field.attname, default), connection) for field, default in pairs]
        for row in rows
    ]
    if every:
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        # The names of table and columns come from the model.
        _run(f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks})", every)  # noqa: S608


def update(model: type[models.Model], values: Mapping[int, Row]) -> None:
    """Write, for each key, the named columns of its row; every row names the same ones."""
    if not values:
        return
    fields: list[Any] = [model._meta.get_field(name) for name in next(iter(values.values()))]
    columns = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    every = [
        [*(field.get_db_prep_save(row[field.name], connection) for field in fields), pk]
        for pk, row in values.items()
    ]
    # The names of table and columns come from the model.
    _run(f"UPDATE {_table(model)} SET {columns} WHERE id = %s", every)  # noqa: S608


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _run(statement: str, every: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, every)
