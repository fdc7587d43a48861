"""Another database in the place of the workbench's own, for a while and in this thread only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend
from django.utils.connection import ConnectionDoesNotExist


@contextmanager
def standing_in(config: Mapping[str, Any], alias: str = DEFAULT_DB_ALIAS) -> Iterator[BaseDatabaseWrapper]:
    """Let `alias` mean the database of `config`: models, measures and migrations then read and write there."""
    full = connections.configure_settings({DEFAULT_DB_ALIAS: dict(config)})[DEFAULT_DB_ALIAS]
    wrapper = load_backend(full["ENGINE"]).DatabaseWrapper(full, alias)
    try:
        before = connections[alias]
    except ConnectionDoesNotExist:
        before = None
    connections[alias] = wrapper
    ContentType.objects.clear_cache()  # it remembers keys, which differ from database to database
    try:
        yield wrapper
    finally:
        wrapper.close()
        if before is None:
            del connections[alias]
        else:
            connections[alias] = before
        ContentType.objects.clear_cache()


def config_of(alias: str = DEFAULT_DB_ALIAS, **changes: Any) -> dict[str, Any]:
    """Return how the database of `alias` is reached, with some of it changed."""
    return {**connections[alias].settings_dict, **changes}
