"""The line above the rows of an exported list: what was asked for, of which day, by whom, and where it came from."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.exchange.asking import Asked
from zoneworks.kit.moment import instant_text

_ADDRESS = re.compile(r"/(?P<zone>[a-z0-9_-]+)/(?P<slug>[a-z0-9_-]+)/(?:\?(?P<query>\S*))?$", re.IGNORECASE)
_BETWEEN = " · "


def cover_of(asked: Asked, ledger: Any, rows: int, at: datetime, *, again: bool = False) -> str:
    """Return the cover line of a list with so many rows, exported at an instant; it ends with the list's address.

    `again`: the workbook was exported before and is refreshed now.
    """
    done = _("refreshed by %(who)s at %(when)s") if again else _("exported by %(who)s at %(when)s")
    parts = [
        f"{asked.zone.name} {ledger.label_plural()}",
        ngettext("%(count)d record", "%(count)d records", rows) % {"count": rows},
        *_narrowed(ledger),
        as_of(ledger.moment),
        done % {"who": asked.user, "when": f"{localtime(at):%Y-%m-%d %H:%M}"},
        asked.address,
    ]
    if asked.zone.is_synthetic:
        parts.insert(1, _("synthetic: describes nobody"))
    return _BETWEEN.join(parts)


def _narrowed(ledger: Any) -> list[str]:
    """Return what the list is narrowed to, or that it is the whole list."""
    filterset = ledger.filterset()
    active = ledger.active_filters(filterset) if filterset.form.is_valid() else []
    said = [_("%(filter)s: %(value)s") % {"filter": each["label"], "value": each["value"]} for each in active]
    if text := ledger.request.GET.get("q", "").strip():
        said.append(_("search: %(text)s") % {"text": text})
    return said or [_("no filter")]


def as_of(moment: Any) -> str:
    """Return from which moment a list is read, in words."""
    if moment.names_known_at:
        return _("as of %(day)s, as known at %(instant)s") % {
            "day": moment.on,
            "instant": instant_text(moment.known_at),
        }
    return _("as of %(day)s") % {"day": moment.on}


def address_in(cover: str) -> tuple[str, str, str] | None:
    """Return zone code, ledger and query of the address at the end of a cover line, or nothing.

    >>> address_in("高邮 · 项目 · /gaoyou/projects/?stage=signed&q=%E7%A1%85"), address_in("no address")
    (('gaoyou', 'projects', 'stage=signed&q=%E7%A1%85'), None)
    """
    found = _ADDRESS.search(cover.strip().rsplit(_BETWEEN, 1)[-1])
    return None if found is None else (found["zone"], found["slug"], found["query"] or "")
