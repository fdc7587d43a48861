"""The faces of an organization's facts: names, steps and figures."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.kit.audit import names_values
from zoneworks.kit.faces import FactFace
from zoneworks.kit.registry import register_face
from zoneworks.organizations.forms import (
    OrganizationFigureForm,
    OrganizationNameForm,
    OrganizationStepForm,
)
from zoneworks.organizations.models import OrganizationFigure, OrganizationName, OrganizationStep
from zoneworks.rulebook import rules


@register_face
class OrganizationNameFace(FactFace):
    """Another name, and since or until when."""

    slug = "organization-names"
    model = OrganizationName
    form_class = OrganizationNameForm
    label = gettext_lazy("name of an organization")

    @classmethod
    def describe(cls, fact: OrganizationName) -> str:
        return _("%(kind)s: %(name)s") % {"kind": fact.get_kind_display(), "name": fact.name}

    @classmethod
    def values(cls, fact: OrganizationName) -> list[tuple[str, str]]:
        return [(_("kind"), fact.get_kind_display()), (_("name"), fact.name)]


@register_face
class OrganizationStepFace(FactFace):
    """Something that happened to an organization."""

    slug = "organization-steps"
    model = OrganizationStep
    form_class = OrganizationStepForm
    label = gettext_lazy("step of an organization")
    repeated = ("kind",)
    same = ("kind",)
    dated = True

    @classmethod
    def describe(cls, fact: OrganizationStep) -> str:
        return str(fact.get_kind_display())

    @classmethod
    def values(cls, fact: OrganizationStep) -> list[tuple[str, str]]:
        return [(_("step"), str(fact.get_kind_display()))]


@register_face
class OrganizationFigureFace(FactFace):
    """A figure of an organization for a period."""

    slug = "organization-figures"
    model = OrganizationFigure
    form_class = OrganizationFigureForm
    label = gettext_lazy("figure of an organization")
    repeated = ("kind", "amount", "nature")
    same = ("kind", "earliest", "latest", "unit", "value", "qualifier", "nature")

    @classmethod
    def typed(cls, fact: Any, name: str) -> str:
        return fact.as_typed() if name == "amount" else super().typed(fact, name)

    @classmethod
    def prepare(cls, facts: list[Any]) -> None:
        """Name the kinds as the zone's rulebook does; one query."""
        if facts:
            kinds = rules(facts[0].zone, localdate()).figures
            for fact in facts:
                fact.kind_label = kinds.label(fact.kind)

    @classmethod
    def describe(cls, fact: OrganizationFigure) -> str:
        return _("%(kind)s %(amount)s") % {"kind": kind_label(fact), "amount": fact.in_words()}

    @classmethod
    def values(cls, fact: OrganizationFigure) -> list[tuple[str, str]]:
        return [
            (_("kind"), kind_label(fact)),
            (_("amount"), fact.in_words()),
            (_("nature"), str(fact.get_nature_display())),
            (_("as written"), fact.wording),
        ]


@names_values(OrganizationFigure, "kind")
def figure_label(zone: Any, key: str) -> str:
    return rules(zone, localdate()).figures.label(key)


def kind_label(fact: Any) -> str:
    """Return the kind of a figure in words; where no list prepared it, as the shipped rules call it."""
    return getattr(fact, "kind_label", "") or rules(None, localdate()).figures.label(fact.kind)
