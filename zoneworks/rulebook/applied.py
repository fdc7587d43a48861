"""Which rules something in the workbench reads, and what that is: the page of rules tells it of each.

`tests/test_applied.py` reads the code and holds this list to it: a rule that code reads must stand here, and one that
stands here must be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Applied(NamedTuple):
    """What reads a rule. `read_as` are the names by which code reads it, when not its own."""

    by: Any
    read_as: tuple[str, ...] = ()


_STAGES = _("the line of stages and the form of a step")
_LIGHTS = _("the health lights of projects")
_FORMS = _("the choices of forms, lists and numbers")
_EVIDENCE = _("the form of a step, the evidence asked for, and the pages of the numbers")

APPLIED: Mapping[str, Applied] = {
    "stages.levels": Applied(_STAGES),
    "stages.model": Applied(_STAGES, ("model", "kinds")),
    "stages.side_exits": Applied(_STAGES, ("side_exits", "exits")),
    "stages.skipping": Applied(_("the form of a step and the health findings")),
    "stages.sets": Applied(
        _("projects in hand, and the lights of projects in talks"), ("in_hand", "intended", "talks")
    ),
    "stages.unmapped": Applied(_STAGES),
    "stages.funded_proof": Applied(_EVIDENCE),
    "stages.start_definition": Applied(_EVIDENCE),
    "stages.start_equipment_only": Applied(
        _("the form of a step and the pages of the numbers, as a sentence")
    ),
    "stages.production_definition": Applied(_EVIDENCE),
    "counting.first_event_only": Applied(_("signed projects and the counts of the later stages")),
    "counting.parts_must_be_declared": Applied(_("the checker of drafts, where a whole has parts")),
    "counting.size_classes": Applied(_("size classes of numbers, lists and boards")),
    "health.signed_not_started_months": Applied(_LIGHTS),
    "health.started_no_money_months": Applied(_LIGHTS),
    "health.started_low_funding": Applied(_LIGHTS),
    "health.money_progress_mismatch": Applied(_LIGHTS),
    "health.talk_yellow_months": Applied(_LIGHTS),
    "health.talk_red_months": Applied(_LIGHTS),
    "health.talk_removed_months": Applied(_LIGHTS),
}
SECTIONS: Mapping[str, Any] = {"figures": _FORMS, "engagement_kinds": _FORMS, "industries": _FORMS}
"""Sections of kinds, which code reads as a whole."""


def applied_by(key: str) -> str:
    """Return what reads the rule "section.key"; empty for one that is kept as a reference."""
    section = key.partition(".")[0]
    if section in SECTIONS:
        return str(SECTIONS[section])
    return str(APPLIED[key].by) if key in APPLIED else ""
