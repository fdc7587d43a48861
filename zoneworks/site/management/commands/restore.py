"""`zoneworks restore FILE`: an archive in the place of what is there, all of it or nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.site.management.terminal import OperatorCommand
from zoneworks.site.operating.restoring import Restored, restore


class Command(OperatorCommand):
    help = (
        "Puts a backup in the place of what is there, while the server runs: first every sum is compared and the "
        "present state kept as an archive beside the data, then all of it is replaced, or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The archive.")
        parser.add_argument(
            "--with-key", action="store_true", help="Take the secret key from the archive as well."
        )
        parser.add_argument(
            "--without-safety-copy",
            action="store_true",
            help="Do not keep the present state. This cannot be undone.",
        )

    def operate(self, **options: Any) -> None:
        done = restore(
            options["file"],
            with_safety_copy=not options["without_safety_copy"],
            with_key=options["with_key"],
        )
        for line in _said(done, options["file"]):
            self.stdout.write(line)


def _said(done: Restored, path: Path) -> list[str]:
    manifest = done.manifest
    said = [
        _("Restored: %(path)s, made %(at)s by version %(version)s.")
        % {"path": path, "at": manifest.made_at, "version": manifest.version},
        "  "
        + _("%(rows)d rows in %(tables)d tables")
        % {"rows": sum(manifest.tables.values()), "tables": len(manifest.tables)},
        "  "
        + ngettext("%(count)d file put in its place, ", "%(count)d files put in their places, ", done.placed)
        % {"count": done.placed}
        + ngettext(
            "%(count)d that nothing refers to any more taken away",
            "%(count)d that nothing refers to any more taken away",
            done.taken_away,
        )
        % {"count": done.taken_away},
    ]
    if done.migrations:
        names = ", ".join(".".join(node) for node in done.migrations)
        said.append("  " + _("brought up to this version: %(names)s") % {"names": names})
    if done.key:
        said.append("  " + _("the secret key lies in %(place)s; restart the server") % {"place": done.key})
        if os.environ.get("ZONEWORKS_SECRET_KEY"):
            said.append("  " + _("ZONEWORKS_SECRET_KEY is set and is used instead of it."))
    if manifest.missing or manifest.damaged:
        said.append("  " + _("The archive was made with files missing or damaged: see zoneworks doctor."))
    if done.damaged:
        said.append(_("What was there could not be read and lies in %(folder)s.") % {"folder": done.damaged})
    if done.safety_copy:
        said.append(_("What was there before: zoneworks restore %(path)s") % {"path": done.safety_copy})
    said.append(_("Everybody logs in anew. Then run: zoneworks doctor"))
    return said
