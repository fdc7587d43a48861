"""By which definition in force a step of some stages is recorded, and what that definition asks for as evidence.

What a measure counts are the recorded steps (decision 0022); the definition says when one may be recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.measures.explaining import explains
from zoneworks.measures.scope import Scope
from zoneworks.rulebook import rules
from zoneworks.rulebook.shipped import shipped
from zoneworks.rulebook.stages import EvidenceRule, StageRule
from zoneworks.rulebook.types import Rules
from zoneworks.rulebook.wording import shown

DEFINED_BY = {
    "funded": ("stages.funded_proof",),
    "started": ("stages.start_definition", "stages.start_equipment_only"),
    "in_production": ("stages.production_definition",),
}
"""The stages that a zone may define, each with its rules; the first is the one that holds without exception."""


class Definition(NamedTuple):
    """One definition in force: its rule's name, its clause in a sentence, and where the rule opens."""

    label: str
    text: str
    url: str


def definitions(kind: str, zone: Any, model: Rules) -> list[Definition]:
    """Return the definitions in force for a stage; none for a stage that has no definition beside its evidence."""
    entries = [model.get(key) for key in DEFINED_BY.get(kind, ())]
    return [
        Definition(
            str(one.label),
            rule_text(one),
            reverse("rulebook:detail", kwargs={"zone": zone.code, "key": one.key}),
        )
        for one in entries
        if one is not None
    ]


def rule_text(rule: Any) -> str:
    """Return the clause of a rule; of a decision of the zone that quotes none, what it decides."""
    if rule.text:
        return str(rule.text)
    return _("%(rule)s: %(value)s (decided by this zone)") % {
        "rule": rule.label,
        "value": shown(rule.value, rule.unit).line(),
    }


def stage_asked(kind: str, model: Rules) -> StageRule:
    """Return the stage or side exit `kind` with the evidence that its definition in force asks for.

    A definition names its proofs (`all_of`, or `proved_by` for the event of a start); one that names none leaves
    those of the stage model. `accepted_if_unverified` stands in for a single proof.
    """
    stage = model.stages.stage(kind)
    entry = model.get(DEFINED_BY[kind][0]) if kind in DEFINED_BY else None
    if entry is None:
        return stage
    wanted = entry.value.get("all_of") or entry.value.get("proved_by") or ()
    if not wanted:
        return stage
    instead = entry.value.get("accepted_if_unverified", ())
    group = kind if instead and len(wanted) == 1 else None
    known = {one.key: one for one in stage.evidence}
    pieces = [known.get(key) if group is None else None for key in wanted]
    asked = [piece or _piece(key, model, group) for key, piece in zip(wanted, pieces, strict=True)]
    asked += [_piece(key, model, group, required=group is not None) for key in instead]
    return stage.model_copy(update={"evidence": tuple(asked)})


def _piece(key: str, model: Rules, group: str | None, *, required: bool = True) -> EvidenceRule:
    """Return a piece of evidence named by a definition, in the words of the stage model or of the rulebook."""
    told = (one for stage in model.stages.model for one in stage.evidence if one.key == key)
    same = next(told, None)
    word = shipped().words.get(key)
    names = (same.label_zh, same.label_en) if same else (word.zh, word.en) if word else (key, key)
    return EvidenceRule.model_construct(
        key=key, label_zh=names[0], label_en=names[1], required=required, any_of=group
    )


@explains
def by_which_definition(key: str, scope: Scope) -> Iterable[Definition]:
    """Return the definitions in force on the as-of day of the stages that the measure `key` counts."""
    kinds = [kind for kind in key.split(".") if kind in DEFINED_BY] if key.startswith("projects.") else []
    if not kinds:
        return []
    model = rules(scope.zone, scope.as_of, known_at=scope.known)
    return [one for kind in kinds for one in definitions(kind, scope.zone, model)]
