"""The faces of the facts about engagements: what happened to them, and how many."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zoneworks.engagements.forms import EngagementFigureForm, StepForm
from zoneworks.engagements.kinds import figure_label
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep, StepKind
from zoneworks.kit.audit import names_values
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.faces import FactFace
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import TimelineItem
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.registry import register_face
from zoneworks.rulebook import rules


@names_values(Engagement, "kind")
def kind_label(zone: Any, key: str) -> str:
    return rules(zone, localdate()).engagement_kinds.label(key)


@names_values(EngagementFigure, "kind")
def count_label(zone: Any, key: str) -> str:
    return figure_label(key)


def how_many_text(step: EngagementStep) -> str:
    """Return for how many a step says that its engagement stands, as people write it."""
    exact = step.count_qualifier == Qualifier.EXACT
    return str(step.count) if exact else f"{step.get_count_qualifier_display()} {step.count}"


@register_face
class EngagementStepFace(FactFace):
    """An engagement was planned, held or canceled."""

    slug = "engagement-step"
    model = EngagementStep
    form_class = StepForm
    label = gettext_lazy("step of an engagement")
    is_imported = False  # day, state and number stand in the form of the engagement
    repeated = ("kind", "count", "count_qualifier")
    same = ("kind",)

    @classmethod
    def unrecognized(cls, facts: Any, known_at: datetime | None = None) -> Any:
        """Keep what was held: a plan, or that nothing came of it, is nothing to recognize."""
        return super().unrecognized(facts.filter(kind=StepKind.HELD), known_at)

    @classmethod
    def describe(cls, fact: EngagementStep) -> str:
        said, how_many = str(fact.get_kind_display()), how_many_text(fact)
        return (
            said if how_many == "1" else _("%(said)s, stands for %(many)s") % {"said": said, "many": how_many}
        )

    @classmethod
    def values(cls, fact: EngagementStep) -> list[tuple[str, str]]:
        return [
            (pgettext("engagement", "step"), str(fact.get_kind_display())),
            (_("stands for"), how_many_text(fact)),
        ]

    @classmethod
    def timeline(cls, subject: Any, moment: Moment, viewer: Any = None) -> list[TimelineItem]:
        """Return the steps in force at the moment; a plan names a day to come and is shown all the same."""
        live = EngagementStep.objects.filter(engagement=subject).live(moment.known)
        steps = [
            step
            for step in cls.for_reading(live).select_related("zone")
            if step.kind != StepKind.HELD or step.earliest <= moment.on
        ]
        cited = citations_of(steps, viewer, moment.known)
        return [cls.item(step, moment, cited.get(step.pk, [])) for step in steps]


@register_face
class EngagementFigureFace(FactFace):
    """A count of an engagement."""

    slug = "engagement-figure"
    model = EngagementFigure
    form_class = EngagementFigureForm
    label = gettext_lazy("figure of an engagement")
    repeated = ("kind", "amount")
    same = ("kind", "unit", "value", "qualifier")

    @classmethod
    def typed(cls, fact: Any, name: str) -> str:
        return fact.as_typed(fact.unit) if name == "amount" else super().typed(fact, name)

    @classmethod
    def describe(cls, fact: EngagementFigure) -> str:
        return _("%(kind)s: %(amount)s") % {"kind": figure_label(fact.kind), "amount": fact.in_words()}

    @classmethod
    def values(cls, fact: EngagementFigure) -> list[tuple[str, str]]:
        return [
            (_("kind"), figure_label(fact.kind)),
            (_("how many"), fact.in_words()),
            (_("as written"), fact.wording),
        ]
