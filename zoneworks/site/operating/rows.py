"""Tables as lines of text that any database can write and read: for backups of PostgreSQL, and for moving.

The models are those of the migrations that the database has, so that an archive of an earlier version loads too.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _

from zoneworks.site.operating.schema import Node, models_at
from zoneworks.site.operating.troubles import OperatingError

NOT_CARRIED = frozenset({"doors.session"})
"""Log-in sessions are neither kept nor moved: who holds such a row is logged in."""
BATCH = 2000

Model = type[models.Model]


def carried(nodes: Iterable[Node]) -> list[Model]:
    """Return the models whose rows are kept, as they were at a state of the migrations."""
    return [model for model in models_at(nodes) if model._meta.label_lower not in NOT_CARRIED]


def fields_of(model: Model) -> list[models.Field[Any, Any]]:
    """Return the columns of a table, without those that the database computes."""
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def read_rows(model: Model, alias: str = DEFAULT_DB_ALIAS) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table in the order of their keys."""
    names = [field.attname for field in fields_of(model)]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*names)
    return iter(rows.iterator(chunk_size=BATCH))


# -- as text ---------------------------------------------------------------------------------------------------


def as_line(row: Sequence[Any]) -> bytes:
    """Return a row as one line of JSON, the same whichever database it came from.

    >>> as_line((1, Decimal("2.50"), date(2024, 5, 8), {"b": 1, "a": None}))
    b'[1,"2.50","2024-05-08",{"a":null,"b":1}]\\n'
    """
    said = json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain)
    return said.encode("utf-8", "surrogatepass") + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    raise TypeError(type(value))


def from_lines(model: Model, columns: Sequence[str], lines: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that `lines` hold, each value as the field of `model` knows it."""
    fields = fields_of(model)
    if [field.attname for field in fields] != list(columns):
        raise OperatingError(
            _("%(table)s has other columns than the archive. Nothing was changed.")
            % {"table": model._meta.label}
        )
    for number, line in enumerate(lines, 1):
        try:
            values = json.loads(line)
            yield tuple(field.to_python(value) for field, value in zip(fields, values, strict=True))
        except (ValueError, TypeError, ValidationError):
            raise OperatingError(
                _("%(table)s, row %(number)d of the archive cannot be read. Nothing was changed.")
                % {"table": model._meta.label, "number": number}
            )


def digest(model: Model, alias: str = DEFAULT_DB_ALIAS) -> tuple[int, str]:
    """Return how many rows a table has and the sum of what they say."""
    count, found = 0, sha256()
    for row in read_rows(model, alias):
        count += 1
        found.update(as_line(row))
    return count, found.hexdigest()


# -- into a database ---------------------------------------------------------------------------------------------


def load(model: Model, rows: Iterable[tuple[Any, ...]]) -> int:
    """Write rows with their keys into the empty table of the workbench's database; return how many."""
    fields = fields_of(model)
    prepared = (_prepared(model, fields, row) for row in rows)
    return (_copy if connection.vendor == "postgresql" else _insert)(model, fields, prepared)


def _prepared(model: Model, fields: Sequence[Any], row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        field.get_db_prep_save(_fitting(model, field, value, row), connection)
        for field, value in zip(fields, row, strict=True)
    )


def _fitting(model: Model, field: Any, value: Any, row: Sequence[Any]) -> Any:
    """Return `value`, if the column can hold it: SQLite takes texts of any length and any sign."""
    if isinstance(value, str):
        longest = field.max_length if isinstance(field, models.CharField) else None
        if "\0" in value or (longest is not None and len(value) > longest):
            raise OperatingError(
                _(
                    "%(table)s, row %(key)s: %(column)s holds a text that the other database does not take. "
                    "Shorten it, or take its unprintable signs out. Nothing was changed."
                )
                % {"table": model._meta.label, "key": row[0], "column": field.column}
            )
    return value


def _copy(model: Model, fields: Sequence[Any], rows: Iterable[tuple[Any, ...]]) -> int:
    quote, count = connection.ops.quote_name, 0
    columns = ", ".join(quote(field.column) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as into,
    ):
        for row in rows:
            into.write_row(row)
            count += 1
    return count


def _insert(model: Model, fields: Sequence[Any], rows: Iterable[tuple[Any, ...]]) -> int:
    quote, count, rest = connection.ops.quote_name, 0, iter(rows)
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        while batch := list(islice(rest, BATCH)):
            cursor.executemany(sql, batch)
            count += len(batch)
    return count


def set_sequences(tables: Sequence[Model]) -> None:
    """Let the next key of each table follow the highest one that was loaded."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(sql)


def check_ties(on: BaseDatabaseWrapper) -> None:
    """Have every tie between rows checked now instead of at the end of the transaction."""
    on.check_constraints()
