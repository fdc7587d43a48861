"""The workbench's database, emptied and filled anew in one transaction that holds or leaves no trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zoneworks.site.operating import schema

SECONDS_FOR_LOCKS = 60
FRAMEWORK = "django_"
"""How the tables begin that belong to no app of the name: sessions, content types, migrations."""


@contextmanager
def filled(on: BaseDatabaseWrapper) -> Iterator[None]:
    """Make tables and rows of the workbench's database in one transaction; ties are checked at its end.

    SQLite changes tables only with its check of ties off, which has to be said before the transaction begins.
    """
    if on.vendor == "sqlite":
        on.disable_constraint_checking()
    try:
        with transaction.atomic(using=on.alias):
            yield
            on.check_constraints()
    finally:
        if on.vendor == "sqlite":
            on.enable_constraint_checking()


@contextmanager
def emptied(on: BaseDatabaseWrapper, nodes: Iterable[schema.Node]) -> Iterator[None]:
    """Give the workbench's tables of a state, empty, to be filled in the block, all in one transaction.

    Tables that stand in that state are kept as they are; others are dropped and made anew. Those of strangers stay.
    """
    with filled(on):
        with on.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{SECONDS_FOR_LOCKS}s'")
        if schema.applied(on.alias) == frozenset(nodes):
            schema.empty(nodes)
        else:
            with on.cursor() as cursor:
                for table in own_tables(on):
                    cursor.execute(f"DROP TABLE IF EXISTS {on.ops.quote_name(table)} CASCADE")
            schema.build(nodes)
        yield


def own_tables(on: BaseDatabaseWrapper) -> list[str]:
    """Return the tables that the workbench made, of this version or a newer one: they begin with an app's name."""
    apps = {app for app, _name in {*schema.applied(on.alias), *schema.known()}}
    begins = (FRAMEWORK, *(f"{app}_" for app in apps))
    return [table for table in schema.table_names(on.alias) if table.startswith(begins)]
