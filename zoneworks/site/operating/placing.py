"""Putting an archive's files in their places so that a kill at any moment leaves nothing that is not cleared later.

The files wait in a hidden folder beside their places. A note there names every file that will be placed, and those
that the database referred to before. Whatever happens after, one rule ends it: a noted file that no row of the
database refers to is taken away. Before the database has changed these are the new files, after it the old ones.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from django.utils.translation import gettext as _

from zoneworks.site.operating import files, schema
from zoneworks.site.operating.archive import Archive
from zoneworks.site.operating.freezing import live_file, unreadable
from zoneworks.site.operating.places import give_to_owner_of, keep, sum_of
from zoneworks.site.operating.troubles import OperatingError

PURPOSE = "restore"
_WAITING, _NOTE = "waiting", "note.json"


def stage(archive: Archive, aside: Path) -> None:
    """Unpack the files that are not yet in their places into the folder aside."""
    known = _referred_to()
    waiting = aside / _WAITING
    waiting.mkdir()
    for name, part in archive.manifest.files.items():
        place = files.root() / name
        if place.exists():
            present = sum_of(place)
            if present == part.sha256:
                continue
            if known.get(name) == present:
                raise OperatingError(
                    _(
                        "%(place)s is another file of the same name, and the present database needs it. "
                        "Move it away first. Nothing was changed."
                    )
                    % {"place": place}
                )
        archive.extract(part, waiting / name)


def note(aside: Path, *, is_safe: bool) -> None:
    """Write down which files are about to be placed, and, once they are safe, those that may be taken away."""
    names = set(_waiting(aside))
    if is_safe:
        names |= set(_referred_to())
    with (aside / _NOTE).open("w") as file:
        json.dump(sorted(names), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    keep(aside)


def place(aside: Path) -> int:
    """Move the waiting files into their places; return how many."""
    names = _waiting(aside)
    folders = set()
    for name in names:
        source, target = aside / _WAITING / name, files.root() / name
        _make_folder(target.parent)
        source.chmod(0o600)
        give_to_owner_of(files.root(), source)
        with source.open("rb") as file:
            os.fsync(file.fileno())
        source.replace(target)
        folders.add(target.parent)
    for folder in folders:
        keep(folder)
    return len(names)


def settle(aside: Path) -> int:
    """Take away the noted files that no row refers to; return how many. Safe to call again at any time."""
    try:
        noted = json.loads((aside / _NOTE).read_text())
    except (FileNotFoundError, ValueError):  # not yet written, so nothing was placed
        return 0
    wanted = _referred_to()
    if not wanted and not schema.table_names():  # there is no database that could say
        return 0
    gone = 0
    for name in noted:
        if name not in wanted:
            with suppress(FileNotFoundError):
                (files.root() / name).unlink()
                gone += 1
    return gone


def _referred_to() -> dict[str, str]:
    """Return what the present database refers to; one that cannot be read refers to nothing."""
    if (live := live_file()) is not None and (not live.exists() or unreadable(live)):
        return {}
    return files.referred_to()


def _waiting(aside: Path) -> list[str]:
    waiting = aside / _WAITING
    return sorted(path.relative_to(waiting).as_posix() for path in waiting.rglob("*") if path.is_file())


def _make_folder(folder: Path) -> None:
    for one in (*reversed(folder.relative_to(files.root()).parents[:-1]), folder.relative_to(files.root())):
        made = files.root() / one
        if not made.exists():
            made.mkdir(mode=0o700)
            give_to_owner_of(files.root(), made)
