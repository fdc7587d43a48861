"""Documents and attachments on the disk, and the rows that refer to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models


def root() -> Path:
    """Return the folder of the files."""
    return Path(settings.MEDIA_ROOT)


def lying_there() -> list[str]:
    """Return every file by its place in the folder of files; hidden ones are work in progress of an operation."""
    found: list[str] = []
    for folder, below, names in os.walk(root()):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [
            (Path(folder) / name).relative_to(root()).as_posix()
            for name in sorted(names)
            if not name.startswith(".")
        ]
    return found


def referred_to(alias: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """Return the files that rows refer to, each with the sum that its row knows, or nothing when it knows none."""
    found: dict[str, str] = {}
    for model, field, has_sum in _columns(alias):
        rows = model._base_manager.using(alias).exclude(**{field: ""}).exclude(**{field: None})
        for name, known in rows.values_list(field, "sha256" if has_sum else models.Value("")).iterator():
            found[str(name)] = found.get(str(name)) or known
    return found


def _columns(alias: str) -> Iterator[tuple[type[models.Model], str, bool]]:
    """Yield the columns that name files, as far as the database has them: it may be older than the code."""
    on = connections[alias]
    with on.cursor() as cursor:
        tables = set(on.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            fields = [field for field in model._meta.concrete_fields if isinstance(field, models.FileField)]
            table = model._meta.db_table
            if not fields or table not in tables:
                continue
            there = {column.name for column in on.introspection.get_table_description(cursor, table)}
            for field in fields:
                if field.column in there:
                    yield model, field.name, "sha256" in there
