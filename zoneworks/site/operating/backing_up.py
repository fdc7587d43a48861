"""`zoneworks backup`: database and files of one instant in one archive, verified after it is written."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from zoneworks import __version__
from zoneworks.site.operating import files, rows, schema
from zoneworks.site.operating.archive import (
    DATABASE,
    FILES,
    KEY,
    ROWS,
    Archive,
    ArchiveWriter,
    Manifest,
    is_plain,
)
from zoneworks.site.operating.freezing import Frozen, frozen
from zoneworks.site.operating.places import already_there, check_room, scratch, whole_file
from zoneworks.site.operating.troubles import OperatingError, told

LAST = "last-backup.json"
SQLITE = "sqlite"
AS_ROWS = "rows"
_PACKED_ALREADY = frozenset(
    {".pdf", ".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".docx", ".xlsx", ".pptx", ".ofd", ".zip"}
)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written and read again."""

    path: Path
    size: int
    manifest: Manifest


def back_up(target: Path, *, with_key: bool = False, replace: bool = False, is_noted: bool = True) -> Made:
    """Write the workbench of this instant into `target` and read it again; nothing is there until that is done."""
    target = target.absolute()
    if target.exists() and not replace:
        raise already_there(target)
    if target.is_dir() or not target.parent.is_dir():
        raise OperatingError(
            _("%(target)s cannot be written: name a file in a folder that is there.") % {"target": target}
        )
    with told(_("No backup was made")), whole_file(target, replace=replace) as (file, publish):
        # Files that lie there before the instant, and those that a row of the instant refers to: no file is left
        # out that was brought in between, and none is taken whose row came after.
        there = files.lying_there()
        check_room(target.parent, sum(_size(name) for name in there), _("The backup"))
        with ArchiveWriter(file) as writer:
            manifest = _write(writer, there, with_key=with_key)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
        verify(target.with_name(f".{target.name}.partial"))
        publish()
    if is_noted:
        _note(target, manifest)
    return Made(target, size, manifest)


def _note(target: Path, manifest: Manifest) -> None:
    """Write down that a backup was made; that it could not be written down does not undo the backup."""
    with suppress(OSError), whole_file(Path(settings.DATA) / LAST, replace=True) as (file, publish):
        file.write(json.dumps({"made_at": manifest.made_at, "path": str(target)}).encode())
        publish()


def last_made() -> tuple[datetime, str] | None:
    """Return when the last backup was made, in local time, and where it was put; nothing when none is noted."""
    try:
        said = json.loads((Path(settings.DATA) / LAST).read_bytes())
        return localtime(datetime.fromisoformat(said["made_at"])), str(said["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(writer: ArchiveWriter, there: list[str], *, with_key: bool) -> Manifest:
    with scratch(Path(settings.DATA), "backup") as folder, frozen(folder) as still:
        about = _add_database(writer, still)
        wanted = {name: known for name, known in files.referred_to(still.alias).items() if is_plain(name)}
    missing, damaged = _add_files(writer, sorted({*there, *wanted}), wanted)
    if with_key:
        with writer.part(KEY) as into:
            into.write(str(settings.SECRET_KEY).encode())
    manifest = Manifest(
        made_at=now().isoformat(timespec="seconds"),
        version=__version__,
        parts=tuple(writer.parts),
        with_key=with_key,
        missing=tuple(missing),
        damaged=tuple(damaged),
        **about,
    )
    writer.close(manifest)
    return manifest


def verify(path: Path) -> Manifest:
    """Read all of an archive and compare it with its manifest; return that, or raise `OperatingError`."""
    with told(_("%(path)s cannot be read") % {"path": path}), Archive(path) as archive:
        archive.verify()
        return archive.manifest


def _add_database(writer: ArchiveWriter, still: Frozen) -> dict[str, Any]:
    """Add the database of the instant; return what the manifest says about it."""
    nodes = schema.applied(still.alias)
    about: dict[str, Any] = {"migrations": tuple(sorted(nodes))}
    if still.file is not None:
        with still.file.open("rb") as source:
            writer.add_file(DATABASE, source)
        return {**about, "kind": SQLITE, "tables": _counts(still.alias)}
    if newer := schema.unknown(nodes):
        raise OperatingError(
            _("The database was written by a newer version (%(migration)s). Back it up with that version.")
            % {"migration": ".".join(newer[0])}
        )
    tables: dict[str, int] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for model in rows.carried(nodes):
        label = model._meta.label_lower
        tables[label] = 0
        columns[label] = tuple(field.attname for field in rows.fields_of(model))
        with writer.part(f"{ROWS}{label}.jsonl") as into:
            for row in rows.read_rows(model, still.alias):
                into.write(rows.as_line(row))
                tables[label] += 1
    return {**about, "kind": AS_ROWS, "tables": tables, "columns": columns}


def _counts(alias: str) -> dict[str, int]:
    quote = connections[alias].ops.quote_name
    found = {}
    with connections[alias].cursor() as cursor:
        for table in schema.table_names(alias):
            cursor.execute(f"SELECT count(*) FROM {quote(table)}")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found


def _add_files(
    writer: ArchiveWriter, names: list[str], wanted: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Add the files; return those that a row refers to but are not there, and those that are not what it says."""
    missing, damaged = [], []
    for name in names:
        try:
            source = (files.root() / name).open("rb")
        except FileNotFoundError:
            if name in wanted:
                missing.append(name)
            continue
        with source:
            is_packed = Path(name).suffix.lower() not in _PACKED_ALREADY
            part = writer.add_file(f"{FILES}{name}", source, packed=is_packed)
        if wanted.get(name) and wanted[name] != part.sha256:
            damaged.append(name)
    return missing, damaged


def _size(name: str) -> int:
    with suppress(FileNotFoundError):
        return (files.root() / name).stat().st_size
    return 0


def is_empty() -> bool:
    """Say whether the workbench's database has no table yet."""
    return not connection.introspection.table_names()
