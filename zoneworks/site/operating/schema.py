"""Which migrations a database has, which this version knows, and the tables as they were at a state of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from zoneworks.accounts.search_index import keep_index, searched_models

Node = tuple[str, str]
"""A migration: app and name."""


@cache
def known() -> frozenset[Node]:
    """Return every migration that this version brings."""
    loader = MigrationLoader(None)
    assert loader.disk_migrations is not None  # noqa: S101
    return frozenset(loader.disk_migrations)


def applied(alias: str = DEFAULT_DB_ALIAS) -> frozenset[Node]:
    """Return the migrations that the database has; none when it is empty."""
    return frozenset(MigrationRecorder(connections[alias]).applied_migrations())


def pending(alias: str = DEFAULT_DB_ALIAS) -> list[Node]:
    """Return the migrations that the database lacks, in the order in which they would run."""
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _backwards in plan]


def unknown(nodes: Iterable[Node]) -> list[Node]:
    """Return those of `nodes` that this version does not know: a newer one wrote them."""
    return sorted(set(nodes) - known())


def models_at(nodes: Iterable[Node]) -> list[type[models.Model]]:
    """Return the models as they were at a state of the migrations, each table once."""
    return list(_models_at(frozenset(nodes)))


@lru_cache(maxsize=4)
def _models_at(nodes: frozenset[Node]) -> tuple[type[models.Model], ...]:
    state = MigrationLoader(None).project_state(sorted(nodes))
    return tuple(
        model
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    )


def build(nodes: Iterable[Node]) -> None:
    """Give the empty database that stands as the workbench's own the tables of a state, all of them empty."""
    wanted = frozenset(nodes)
    MigrationExecutor(connection).migrate(_last_of_each_app(wanted))
    empty(wanted)  # what migrations entered comes back with the rows


def empty(nodes: Iterable[Node]) -> None:
    """Take every row out of the tables of a state."""
    tables = [model._meta.db_table for model in models_at(nodes)]
    with connection.cursor() as cursor:
        for sql in connection.ops.sql_flush(no_style(), tables):
            cursor.execute(sql)
    ContentType.objects.clear_cache()


def _last_of_each_app(nodes: frozenset[Node]) -> list[Node]:
    """Return the ends of `nodes`: naming an earlier one too would ask to go back to it."""
    graph = MigrationLoader(None).graph
    return sorted(
        node
        for node in nodes & graph.nodes.keys()
        if not any(child.key in nodes and child.key[0] == node[0] for child in graph.node_map[node].children)
    )


def bring_up_to_date() -> list[Node]:
    """Run the migrations that the workbench's own database lacks, make the search index it lacks; return the former."""
    missing = pending()
    if missing:
        call_command("migrate", verbosity=0, interactive=False)
        ContentType.objects.clear_cache()
    keep_index()
    return missing


def table_names(alias: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return the tables of the database, whoever made them; not those in which SQLite keeps the search index."""
    index = tuple(f"{model._meta.db_table}_search" for model in searched_models())
    found = connections[alias].introspection.table_names()
    return sorted(name for name in found if not name.startswith(index))
