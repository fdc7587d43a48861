"""Bringing a database to the state that this version knows, with a copy of what was there before.

`zoneworks serve` does it before it answers anybody, `zoneworks upgrade` without serving. A database that is of this
version already costs one look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from zoneworks.site.operating import schema
from zoneworks.site.operating.backing_up import back_up
from zoneworks.site.operating.places import free_name
from zoneworks.site.operating.troubles import OperatingError, reason, told

KEPT = "before-upgrade"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did: the migrations that ran, the archive of what was there before; whether nothing was."""

    migrations: list[schema.Node] = field(default_factory=list)
    copy: Path | None = None
    was_empty: bool = False


def upgrade(*, with_copy: bool = True) -> Upgraded:
    """Bring the workbench's database to this version; an empty one is filled with empty tables.

    Raises `OperatingError` when a newer version wrote the database, when the copy cannot be made (nothing has
    changed then), or when a migration fails; the message then names the copy.
    """
    with told(_("The database was not brought to this version")):
        before = schema.applied()
        _refuse_newer(before)
        if not schema.pending():
            schema.bring_up_to_date()
            return Upgraded()
        copy = _keep() if with_copy and before else None
    try:
        return Upgraded(schema.bring_up_to_date(), copy, was_empty=not before)
    except Exception as error:  # a migration of data fails in its own ways
        raise OperatingError(_failed(error, copy)) from error


def refuse_other_version() -> None:
    """Raise `OperatingError`, with the way out, unless the database is of this version."""
    with told(_("The database cannot be asked")):
        before = schema.applied()
    _refuse_newer(before)
    if not before:
        raise OperatingError(
            _("The database is empty. Start the workbench once (zoneworks serve), or restore a backup.")
        )
    if schema.known() - before:
        raise OperatingError(
            _("The database is of an earlier version. Restart the service, or run: zoneworks upgrade")
        )


def _refuse_newer(nodes: frozenset[schema.Node]) -> None:
    if newer := schema.unknown(nodes):
        raise OperatingError(
            _(
                "A newer version wrote this database (%(name)s). Install that version again, or restore the "
                "backup from before the upgrade. Nothing was changed."
            )
            % {"name": ".".join(newer[0])}
        )


def _keep() -> Path:
    data = Path(settings.DATA)
    name = free_name(data, f"{KEPT}-{localtime(now()):%Y%m%d-%H%M%S}")
    return back_up(data / f"{name}.zip", is_noted=False).path


def _failed(error: BaseException, copy: Path | None) -> str:
    said = _("The database could not be brought to this version: %(reason)s") % {"reason": reason(error)}
    if copy is None:
        return said
    way = _("What was there before: install the earlier version again and run zoneworks restore %(path)s")
    return f"{said} {way % {'path': copy}}"
