"""`zoneworks refresh`: a saved export gets the figures of now, in its own place."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.exchange.imports.planning import ledger_for
from zoneworks.exchange.refreshing.bringing import Asking, list_in, refresh
from zoneworks.exchange.refreshing.changes import WORDS, Changes
from zoneworks.exchange.refreshing.finding import check_ledger
from zoneworks.site.management.terminal import DataCommand

SHOWN = 50


class Command(DataCommand):
    help = "Writes the figures of now into a workbook (xlsx) that was exported earlier; what was added to it stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The saved workbook.")
        parser.add_argument("--user", required=True, help="The log-in with whose rights the list is read.")
        parser.add_argument(
            "--out", type=Path, help="Where to put the result; without it the file is replaced."
        )
        parser.add_argument(
            "--lacking",
            action="store_true",
            help="Go on although the result will lack what cannot be kept (charts, pictures, pivot tables).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as opened:
                file = File(opened, name=path.name)
                asking = _asking(file, options["user"], lacking=options["lacking"])
                with replacing(options["out"] or path, like=path) as fresh:
                    changes = refresh(asking, file, fresh)
        except (ValidationError, OSError, PermissionDenied) as error:
            said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            raise CommandError(said) from error
        self.stdout.write(changes.in_words())
        self._show(changes)

    def _show(self, changes: Changes) -> None:
        for note in changes.notes:
            self.stdout.write(f"{note.place}: {note.message}")
        for one in changes.all[:SHOWN]:
            said = "" if one.before is None else f" · {one.key}: {one.before.value or ''}"
            self.stdout.write(f"{one.record}  {one.label}{said}  ({WORDS[one.what]})")
        if len(changes.all) > SHOWN:
            self.stdout.write(_("… and %(count)d more lines.") % {"count": len(changes.all) - SHOWN})


def _asking(file: File[Any], name: str, *, lacking: bool) -> Asking:
    """Return the asking of the log-in `name` for the list that a file is."""
    ticket = list_in(file, str(file.name))
    zone = Zone.objects.filter(code=ticket.zone).first()
    user = User.objects.filter(username=name, is_active=True).first()
    if zone is None or user is None or not user.roles_in(zone):
        raise CommandError(
            _("There is no such log-in in the zone “%(zone)s”.") % {"zone": ticket.zone[:40]}, returncode=2
        )
    check_ledger(str(file.name), ticket)
    return Asking(ledger_for(zone, user, ticket.ledger), str(file.name), lacking)


@contextmanager
def replacing(path: Path, *, like: Path) -> Iterator[Path]:
    """Give a hidden path beside `path` to write to, and put what was written in its place, whole or not at all.

    The new file has the permissions of `like`.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield fresh
        shutil.copymode(like, fresh)
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
