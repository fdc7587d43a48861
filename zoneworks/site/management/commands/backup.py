"""`zoneworks backup FILE`: everything in one archive, while the server runs; `--verify` reads one again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.site.management.terminal import OperatorCommand
from zoneworks.site.operating.archive import Manifest
from zoneworks.site.operating.backing_up import back_up, verify
from zoneworks.site.operating.places import megabytes

NAMED = 10


class Command(OperatorCommand):
    help = (
        "Writes database and files of this instant into one archive and verifies it, while the server runs. "
        "Log-in sessions are left out, and so is the secret key unless you ask for it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The archive, for example zone-2026-11-22.zip.")
        parser.add_argument("--replace", action="store_true", help="Write over a file of this name.")
        parser.add_argument(
            "--with-key",
            action="store_true",
            help="Put the secret key in too. Who has the archive can then sign for this workbench.",
        )
        parser.add_argument(
            "--verify", action="store_true", help="Write nothing: read the archive and compare every sum."
        )

    def operate(self, **options: Any) -> None:
        if options["verify"]:
            manifest = verify(options["file"])
            self.stdout.write(_("%(path)s is whole.") % {"path": options["file"]})
            self._describe(manifest)
            return
        made = back_up(options["file"], with_key=options["with_key"], replace=options["replace"])
        said = _("Written and verified: %(path)s (%(size)s).")
        self.stdout.write(said % {"path": made.path, "size": megabytes(made.size)})
        self._describe(made.manifest)

    def _describe(self, manifest: Manifest) -> None:
        counted = ngettext("%(count)d file", "%(count)d files", len(manifest.files))
        self.stdout.write(
            _("  made %(at)s by version %(version)s: %(rows)d rows in %(tables)d tables, %(files)s")
            % {
                "at": manifest.made_at,
                "version": manifest.version,
                "rows": sum(manifest.tables.values()),
                "tables": len(manifest.tables),
                "files": counted % {"count": len(manifest.files)},
            }
        )
        if manifest.with_key:
            self.stdout.write("  " + _("The secret key is in it: keep the archive as you keep the key."))
        else:
            self.stdout.write(
                "  " + _("The secret key is not in it. Keep it apart, or write it too with --with-key.")
            )
        self._warn(_("A row refers to it, but it was not there: %(name)s"), manifest.missing)
        self._warn(_("It is not what its row says (another sum): %(name)s"), manifest.damaged)

    def _warn(self, said: str, names: tuple[str, ...]) -> None:
        for name in names[:NAMED]:
            self.stderr.write(said % {"name": name})
        if len(names) > NAMED:
            self.stderr.write(_("… and %(count)d more.") % {"count": len(names) - NAMED})
