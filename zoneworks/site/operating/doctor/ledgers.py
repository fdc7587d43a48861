"""What the rooms say must hold between their rows. The doctor knows no column of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.accounts.models import Zone
from zoneworks.kit.revision import renew
from zoneworks.kit.soundness import Soundness, Unsound, kept_sound
from zoneworks.site.operating.doctor.findings import Finding, check, fault, ok

SHOWN = 10
MOST = 100_000


@check("rows", is_slow=True, needs_database=True)
def look_at_rows() -> Iterator[Finding]:
    """Derived columns are what the facts say, citations hold, every fact has its line in the trail."""
    for one in kept_sound:
        yield from _looked_at(one)


def _looked_at(one: Soundness) -> Iterator[Finding]:
    unsound: list[Unsound] = []
    for zone in Zone.objects.order_by("code"):
        unsound += islice(one.find(zone), MOST)
    if not unsound:
        yield ok(_("In order: %(what)s.") % {"what": one.label})
        return
    yield fault(
        ngettext(
            "%(what)s: %(count)d row is not in order.",
            "%(what)s: %(count)d rows are not in order.",
            len(unsound),
        )
        % {"what": one.label, "count": len(unsound)},
        _("They follow from other rows: zoneworks doctor --mend writes them anew.")
        if one.can_mend
        else str(one.advice),
        examples=tuple(map(str, unsound[:SHOWN])),
        mend=(lambda: _mended(one, unsound)) if one.can_mend else None,
    )


def _mended(one: Soundness, unsound: list[Unsound]) -> int:
    """Write anew what follows from other rows; what running servers keep of any zone is no longer taken for right."""
    count = one.mend(unsound)
    for zone in Zone.objects.all():
        renew(zone)
    return count
