"""The counts that are told of what was held: their keys, names and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.kit.quantities import Unit


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One kind of count. `label` is its name in the language of the page, `unit` what it is counted in."""

    key: str
    label: Any
    unit: Unit


FIGURE_KINDS: dict[str, FigureKind] = {
    kind.key: kind
    for kind in (
        FigureKind("organizations_visited", pgettext_lazy("engagement", "organizations visited"), Unit.ITEMS),
        FigureKind("visitors", _("visitors"), Unit.PERSONS),
        FigureKind("projects_discussed", _("projects discussed"), Unit.ITEMS),
        FigureKind("projects_signed", _("projects signed"), Unit.ITEMS),
        FigureKind("planned_total", _("planned total of the projects signed"), Unit.CNY),
        FigureKind("agreed_foreign", _("agreed foreign capital of the projects signed"), Unit.USD),
        FigureKind("participants", _("participants"), Unit.PERSONS),
        FigureKind("commitment_speakers", _("units that stated their commitment"), Unit.ITEMS),
        FigureKind("work_groups", _("work groups"), Unit.ITEMS),
        FigureKind("sampling_lanes", _("sampling groups"), Unit.ITEMS),
        FigureKind("participants_tested", _("persons tested"), Unit.PERSONS),
    )
}
"""Every kind that a form offers. A duration has no base unit and stays in the note of the step."""

FORM_COUNTS = ("organizations_visited", "visitors", "projects_discussed")
"""The counts that the form of an engagement asks for by themselves; the measures read them."""


def figure_label(key: str) -> str:
    """Return the name of a kind of count, or the key itself when it is none of the above."""
    kind = FIGURE_KINDS.get(key)
    return str(kind.label) if kind else key
