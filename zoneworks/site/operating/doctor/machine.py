"""Settings, the rights of files and folders, room on the disk, the last backup."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.site.operating import backing_up, files
from zoneworks.site.operating.doctor.findings import Finding, check, fault, ok, warning
from zoneworks.site.operating.freezing import live_file
from zoneworks.site.operating.places import clear_left_behind, left_behind, megabytes
from zoneworks.site.operating.placing import PURPOSE, settle

HERE_ONLY = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
SHORTEST_KEY = 40
LEAST_ROOM, LITTLE_ROOM = 200_000_000, 1_000_000_000
OLDEST_BACKUP = timedelta(days=8)


def is_open_to_others() -> bool:
    """Say whether the workbench answers under names that other machines use."""
    return not set(settings.ALLOWED_HOSTS) <= HERE_ONLY


@check("settings")
def look_at_settings() -> Iterator[Finding]:
    """Debug pages, key, hosts, encryption, demo, the built pages."""
    found = list(_strange_settings())
    yield from found
    if not found:
        where = ", ".join(settings.ALLOWED_HOSTS) if is_open_to_others() else _("this machine only")
        yield ok(_("The settings are in order; the workbench answers: %(where)s.") % {"where": where})


def _strange_settings() -> Iterator[Finding]:
    is_open, is_secure = is_open_to_others(), settings.SESSION_COOKIE_SECURE
    if settings.DEBUG:
        said, todo = (
            _("Debug pages are on: they show settings and data to anybody."),
            _("Unset ZONEWORKS_DEBUG."),
        )
        yield fault(said, todo) if is_open else warning(said, todo)
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield fault(
            _("The secret key has only %(length)d characters.") % {"length": len(settings.SECRET_KEY)},
            _(
                "Unset ZONEWORKS_SECRET_KEY and remove the file secret-key; a new one is made. Everybody logs in anew."
            ),
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield warning(
            _("The workbench answers to any host name."), _("Name them in ZONEWORKS_HOSTS, with commas.")
        )
    if is_open and not is_secure:
        yield fault(
            _("Other machines reach the workbench without encryption: passwords can be read on the way."),
            _("Put a proxy with a certificate in front and set ZONEWORKS_HTTPS=1; see docs/operating.md."),
        )
    if is_open and is_secure and not settings.TRUSTED_PROXIES:
        yield warning(
            _("No proxy is trusted, so every log-in seems to come from the same address."),
            _("Set ZONEWORKS_PROXIES to the address of the proxy, for example 127.0.0.1/32."),
        )
    if is_open and settings.DEMO_LOGINS:
        yield fault(_("The log-in page lists the demo's passwords."), _("Unset ZONEWORKS_DEMO."))
    if finders.find("zoneworks/dist/app.css") is None:
        yield fault(
            _("The pages were not built: they have no style."),
            _("Install the released package, or run make setup."),
        )


# -- rights ---------------------------------------------------------------------------------------------------------


@check("rights")
def look_at_rights() -> Iterator[Finding]:
    """Nobody else on the machine reads the data, and the server may write it."""
    data = Path(settings.DATA)
    if not data.is_dir():
        yield fault(_("There is no data folder %(folder)s.") % {"folder": data}, _("Set ZONEWORKS_DATA."))
        return
    found = [*_readable_by_others(data), *_of_other_owners(data), *_not_writable(data)]
    yield from found
    if not found:
        yield ok(_("Only the owner reads %(folder)s.") % {"folder": data})


def _readable_by_others(data: Path) -> Iterator[Finding]:
    # Behind a closed folder it does not matter what a file in it allows.
    folders = [data] if files.root().is_relative_to(data) else [data, files.root()]
    outside = [path for path in (live_file(),) if path is not None and not path.is_relative_to(data)]
    open_ones = [path for path in (*folders, *outside) if path.exists() and _is_open(path)]
    if open_ones:
        yield fault(
            _("Others on this machine can read: %(paths)s.") % {"paths": ", ".join(map(str, open_ones))},
            _("Close them: chmod 700 for folders, 600 for files; or run zoneworks doctor --mend."),
            mend=lambda: sum(_close(path) for path in open_ones),
        )
    key = data / "secret-key"
    if key.exists() and _is_open(key):
        yield fault(
            _("The rights of %(path)s are too wide.") % {"path": key},
            _("chmod 600, or run zoneworks doctor --mend."),
            mend=lambda: _close(key),
        )


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _close(path: Path) -> int:
    path.chmod(0o700 if path.is_dir() else 0o600)
    return 1


def _of_other_owners(data: Path) -> Iterator[Finding]:
    owner = data.stat().st_uid
    paths = [path for path in data.iterdir() if path.lstat().st_uid != owner]
    if paths:
        yield fault(
            _("These belong to another user than the data folder: %(paths)s.")
            % {"paths": ", ".join(path.name for path in paths[:5])},
            _("The server may not be able to write them. Run: chown -R --reference=%(folder)s %(folder)s")
            % {"folder": data},
        )
    if os.geteuid() not in (0, owner):
        yield warning(
            _("You are not the user to whom %(folder)s belongs.") % {"folder": data},
            _("Run zoneworks as that user, for example: sudo -u zoneworks zoneworks doctor"),
        )


def _not_writable(data: Path) -> Iterator[Finding]:
    for folder in {data, files.root()}:
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            yield fault(
                _("%(folder)s cannot be written.") % {"folder": folder},
                _("See who owns it and how it is mounted."),
            )


# -- room -------------------------------------------------------------------------------------------------------------


@check("disk")
def look_at_disk() -> Iterator[Finding]:
    """There is room to work, and for the safety copy of a restore."""
    for folder in dict.fromkeys(_existing(path) for path in (Path(settings.DATA), files.root())):
        free = shutil.disk_usage(folder).free
        said = _("%(free)s are free in %(folder)s.") % {"free": megabytes(free), "folder": folder}
        todo = _(
            "Make room: old backups, before-restore-… and before-upgrade-… files are the first to look at."
        )
        if free < LEAST_ROOM:
            yield fault(said, todo)
        elif free < max(LITTLE_ROOM, 3 * _size_of_database()):
            yield warning(said, todo)
        else:
            yield ok(said)


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _size_of_database() -> int:
    live = live_file()
    return live.stat().st_size if live is not None and live.exists() else 0


@check("left-behind")
def look_at_left_behind() -> Iterator[Finding]:
    """What killed operations left: harmless, and cleared away by the next one."""
    data = Path(settings.DATA)
    left = [path for purpose in ("backup", "restore", "load", "move") for path in left_behind(data, purpose)]
    left += left_behind(files.root(), PURPOSE)
    if not left:
        yield ok(_("No operation was broken off."))
        return

    def clear() -> int:
        count = sum(clear_left_behind(data, purpose) for purpose in ("backup", "restore", "load", "move"))
        return count + clear_left_behind(files.root(), PURPOSE, settle)

    yield warning(
        _("Operations were broken off and left: %(paths)s.")
        % {"paths": ", ".join(path.name for path in left)},
        _("Nothing is lost. Run the operation again, or zoneworks doctor --mend to clear them away."),
        mend=clear,
    )


@check("backup")
def look_at_backups() -> Iterator[Finding]:
    """A backup was made lately."""
    last = backing_up.last_made()
    if last is None:
        yield warning(
            _("No backup was ever made."), _("zoneworks backup FILE, every night; see docs/operating.md.")
        )
        return
    made_at, path = last
    said = _("The last backup was made at %(at)s: %(path)s.") % {
        "at": f"{made_at:%Y-%m-%d %H:%M}",
        "path": path,
    }
    if now() - made_at > OLDEST_BACKUP:
        yield warning(said, _("See why none was made since: systemctl status zoneworks-backup.timer"))
    else:
        yield ok(said)
