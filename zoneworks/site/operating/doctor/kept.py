"""Documents and attachments: those that are missing, changed, or that no row refers to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.site.operating import files
from zoneworks.site.operating.doctor.findings import Finding, check, fault, ok, warning
from zoneworks.site.operating.places import sum_of

BEING_WRITTEN = 3600
"""Seconds for which a file may wait for its row: it is written first."""
ASIDE = "unreferenced"
SHOWN = 10


@check("files", needs_database=True)
def look_at_files() -> Iterator[Finding]:
    """Every file that a row refers to is there, and every file has a row."""
    there, wanted = set(files.lying_there()), files.referred_to()
    missing = sorted(name for name in wanted if name not in there)
    lonely = [name for name in sorted(there - wanted.keys()) if not _is_young(name)]
    if missing:
        yield fault(
            ngettext(
                "%(count)d file is missing that a row refers to.",
                "%(count)d files are missing that rows refer to.",
                len(missing),
            )
            % {"count": len(missing)},
            _("Restore the last backup that has them; zoneworks backup names those that it lacked."),
            examples=tuple(missing[:SHOWN]),
        )
    if lonely:
        yield warning(
            ngettext(
                "%(count)d file has no row: an upload was broken off, or somebody put it there.",
                "%(count)d files have no row: an upload was broken off, or somebody put them there.",
                len(lonely),
            )
            % {"count": len(lonely)},
            _("zoneworks doctor --mend moves them into the folder %(folder)s of the data.")
            % {"folder": ASIDE},
            examples=tuple(lonely[:SHOWN]),
            mend=lambda: _put_aside(lonely),
        )
    if not missing and not lonely:
        yield ok(
            ngettext("%(count)d file, each with its row.", "%(count)d files, each with its row.", len(wanted))
            % {"count": len(wanted)}
        )


@check("sums", is_slow=True, needs_database=True)
def look_at_sums() -> Iterator[Finding]:
    """Every file is, byte for byte, what was once brought."""
    changed = [
        name for name, known in sorted(files.referred_to().items()) if known and _is_other(name, known)
    ]
    if changed:
        yield fault(
            ngettext(
                "%(count)d file is not what its row says: it has another sum.",
                "%(count)d files are not what their rows say: they have other sums.",
                len(changed),
            )
            % {"count": len(changed)},
            _(
                "The disk may be failing. Restore the last backup: zoneworks restore FILE puts such files right."
            ),
            examples=tuple(changed[:SHOWN]),
        )
    else:
        yield ok(_("Every file has the sum that its row says."))


def _is_other(name: str, known: str) -> bool:
    with suppress(FileNotFoundError):
        return sum_of(files.root() / name) != known
    return False


def _is_young(name: str) -> bool:
    with suppress(FileNotFoundError):
        return time.time() - (files.root() / name).stat().st_mtime < BEING_WRITTEN
    return True


def _put_aside(names: list[str]) -> int:
    for name in names:
        target = Path(settings.DATA) / ASIDE / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (files.root() / name).rename(target)
    return len(names)
