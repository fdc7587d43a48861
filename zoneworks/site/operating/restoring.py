"""`zoneworks restore`: puts an archive in the place of what is there, all of it or nothing, while the server runs.

The archive is read and compared with its sums first. What is there now is kept as an archive beside the data. Then
the gate is closed, the files are put in their places, and the database changes in one transaction. A process that is
killed anywhere in between leaves the database that was there, and files that the next operation clears away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from zoneworks.site.operating import files, placing, rows, schema
from zoneworks.site.operating.archive import DATABASE, KEY, ROWS, Archive, Manifest
from zoneworks.site.operating.backing_up import SQLITE, back_up
from zoneworks.site.operating.freezing import check_sound, live_file, opened, pour, unreadable
from zoneworks.site.operating.gate import closed
from zoneworks.site.operating.loading import emptied, filled
from zoneworks.site.operating.places import check_room, free_name, give_to_owner_of, keep, scratch, whole_file
from zoneworks.site.operating.standing import config_of, standing_in
from zoneworks.site.operating.troubles import OperatingError, told

KEPT = "before-restore"


@dataclass(slots=True)
class Restored:
    """What a restore did. `safety_copy` undoes it; `damaged` is where a database lies that could not be read."""

    manifest: Manifest
    safety_copy: Path | None = None
    damaged: Path | None = None
    migrations: list[schema.Node] = field(default_factory=list)
    placed: int = 0
    taken_away: int = 0
    key: str = ""


def restore(path: Path, *, with_safety_copy: bool = True, with_key: bool = False) -> Restored:
    """Put the archive in the place of what is there; `OperatingError` says why not, and nothing has changed then."""
    with told(_("Nothing was restored")), Archive(path) as archive:
        _check(archive, with_key=with_key)
        done = Restored(archive.manifest)
        data = Path(settings.DATA)
        with (
            scratch(data, "restore") as folder,
            scratch(files.root(), placing.PURPOSE, placing.settle) as aside,
        ):
            built = _build(archive, folder, done) if connection.vendor == "sqlite" else None
            placing.stage(archive, aside)
            with closed():
                _keep_present(done, with_safety_copy=with_safety_copy)
                placing.note(aside, is_safe=done.safety_copy is not None)
                try:
                    if built is not None:
                        done.placed = placing.place(aside)
                        _swap(built)
                    else:
                        _rebuild(archive, done, aside)
                finally:
                    done.taken_away = placing.settle(aside)
        if with_key:
            done.key = _place_key(archive)
    return done


def _check(archive: Archive, *, with_key: bool) -> None:
    """Refuse what cannot be restored, before anything is touched."""
    archive.verify()
    if newer := schema.unknown(archive.manifest.migrations):
        raise OperatingError(
            _(
                "%(name)s was made by version %(version)s, which has migrations that this version does not know "
                "(%(migration)s). Install that version first. Nothing was changed."
            )
            % {
                "name": archive.path.name,
                "version": archive.manifest.version,
                "migration": ".".join(newer[0]),
            }
        )
    if with_key and not archive.manifest.with_key:
        raise OperatingError(
            _("The archive holds no secret key. Restore without --with-key; nothing was changed.")
        )
    check_room(Path(settings.DATA), archive.manifest.size * 2, _("Restoring"))


# -- what is there now -----------------------------------------------------------------------------------------


def _keep_present(done: Restored, *, with_safety_copy: bool) -> None:
    """Keep what is there as an archive that can be restored, or a database that cannot be read as it is."""
    stamp = free_name(Path(settings.DATA), f"{KEPT}-{localtime(now()):%Y%m%d-%H%M%S}")
    live = live_file()
    if live is not None and live.exists() and (what := unreadable(live)):
        done.damaged = _put_aside(live, Path(settings.DATA) / stamp, what)
    elif with_safety_copy and (live is None or live.exists()) and schema.table_names():
        done.safety_copy = back_up(Path(settings.DATA) / f"{stamp}.zip", is_noted=False).path


def _put_aside(live: Path, folder: Path, what: str) -> Path:
    """Move a damaged database out of the way, with its log; the server opens the new one."""
    folder.mkdir(mode=0o700)
    (folder / "damage.txt").write_text(what)
    connection.close()
    for end in ("-shm", "-wal", ""):
        part = live.with_name(live.name + end)
        if part.exists():
            part.rename(folder / part.name)
    keep(folder)
    keep(live.parent)
    return folder


# -- SQLite: built aside, poured in ----------------------------------------------------------------------------


def _build(archive: Archive, folder: Path, done: Restored) -> Path:
    """Return a database file with the archive's rows, brought up to this version."""
    built = folder / "built.sqlite3"
    manifest = archive.manifest
    if manifest.kind == SQLITE:
        archive.extract(_part(archive, DATABASE), built)
        check_sound(built)
    with standing_in(config_of(NAME=str(built))):
        if manifest.kind != SQLITE:
            with filled(connection):
                schema.build(manifest.migrations)
                _load(archive)
        done.migrations = schema.bring_up_to_date()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return built


def _swap(built: Path) -> None:
    """Replace the content of the live database in one transaction of its own; open connections see it at once."""
    live = live_file()
    assert live is not None  # noqa: S101
    is_new = not live.exists()
    live.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(opened(built)) as source, closing(sqlite3.connect(live, timeout=60)) as target:
        if is_new:
            live.chmod(0o600)
            give_to_owner_of(live.parent, live)
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=FULL")
        pour(source, target)
    connection.close()


# -- PostgreSQL: one transaction ----------------------------------------------------------------------------------


def _rebuild(archive: Archive, done: Restored, aside: Path) -> None:
    """Give the workbench the tables of the archive, fill them, migrate on: one transaction."""
    with emptied(connection, archive.manifest.migrations):
        _load(archive)
        done.migrations = schema.bring_up_to_date()
        done.placed = placing.place(aside)


def _load(archive: Archive) -> None:
    """Fill the workbench's tables, which are empty, from the archive, whichever kind it is of."""
    manifest = archive.manifest
    models = rows.carried(manifest.migrations)
    with scratch(Path(settings.DATA), "load") as folder:
        if manifest.kind == SQLITE:
            archive.extract(_part(archive, DATABASE), folder / "archived.sqlite3")
            check_sound(folder / "archived.sqlite3")
        opened_file = (
            standing_in(_sqlite(folder / "archived.sqlite3"), "archived")
            if manifest.kind == SQLITE
            else nullcontext()
        )
        with opened_file:
            for model in models:
                rows.load(model, _archived_rows(archive, model))
    rows.set_sequences(models)
    rows.check_ties(connection)
    _check_counts(manifest, models)


def _sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


def _archived_rows(archive: Archive, model: rows.Model) -> Iterable[tuple[Any, ...]]:
    if archive.manifest.kind == SQLITE:
        return rows.read_rows(model, "archived")
    label = model._meta.label_lower
    lines = archive.lines(_part(archive, f"{ROWS}{label}.jsonl"))
    return rows.from_lines(model, archive.manifest.columns.get(label, ()), lines)


def _check_counts(manifest: Manifest, models: Iterable[rows.Model]) -> None:
    for model in models:
        label = model._meta.db_table if manifest.kind == SQLITE else model._meta.label_lower
        found = model._base_manager.count()
        if found != manifest.tables.get(label, 0):
            raise OperatingError(
                _("%(table)s would have %(found)d rows instead of %(told)d. Nothing was changed.")
                % {"table": label, "found": found, "told": manifest.tables.get(label, 0)}
            )


def _part(archive: Archive, name: str) -> Any:
    part = archive.manifest.part(name)
    if part is None:
        raise OperatingError(
            _("%(name)s holds no %(part)s. Take another one; nothing was changed.")
            % {"name": archive.path.name, "part": name}
        )
    return part


# -- the key -------------------------------------------------------------------------------------------------------


def _place_key(archive: Archive) -> str:
    """Put the archive's secret key in its place; return where it lies."""
    place = Path(settings.DATA) / "secret-key"
    with whole_file(place, replace=True) as (file, publish):
        file.write(b"".join(archive.lines(_part(archive, KEY))))
        publish()
    return str(place)
