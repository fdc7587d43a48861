"""The faces of a project's facts: how a step, a figure and a party are recorded, corrected and recognized."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from zoneworks.kit.audit import names_values
from zoneworks.kit.columns import as_cell
from zoneworks.kit.faces import FactFace
from zoneworks.kit.levels import OPEN_LEVELS
from zoneworks.kit.registry import register_face
from zoneworks.projects.doubts import about, doubts, raised_by
from zoneworks.projects.factforms import PartyForm, ProjectFigureForm, StepForm
from zoneworks.projects.health import Limits
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.projects.showing import own_reasons_of, question, reasons_of, sentence, step_of, step_span
from zoneworks.projects.stages import first_step, standing_steps
from zoneworks.rulebook import rules
from zoneworks.rulebook.types import Rules


def rules_for(fact: Any) -> Rules:
    """Return the rules that name the kinds of `fact`; read once for all facts that were prepared together."""
    if not hasattr(fact, "rules_now"):
        fact.rules_now = rules(fact.zone, localdate())
    return fact.rules_now


@names_values(ProjectStep, "kind")
def step_label(zone: Any, key: str) -> str:
    return rules(zone, localdate()).stages.label(key)


@names_values(ProjectFigure, "kind")
def figure_label(zone: Any, key: str) -> str:
    return rules(zone, localdate()).figures.label(key)


@names_values(Project, "industry")
def industry_label(zone: Any, key: str) -> str:
    return rules(zone, localdate()).industries.label(key)


class ProjectFactFace(FactFace):
    """What the facts of projects have in common."""

    @classmethod
    def prepare(cls, facts: list[Any]) -> None:
        if facts:
            shared = rules(facts[0].zone, localdate())
            for fact in facts:
                fact.rules_now = shared


@register_face
class ProjectStepFace(ProjectFactFace):
    """A step of a project."""

    slug = "project-steps"
    model = ProjectStep
    form_class = StepForm
    label = pgettext_lazy("project", "step")
    shown = ("kind",)
    repeated = ("kind",)
    same = ("kind",)
    dated = True

    @classmethod
    def describe(cls, fact: Any) -> str:
        return rules_for(fact).stages.label(fact.kind)

    @classmethod
    def values(cls, fact: Any) -> list[tuple[str, str]]:
        return [(pgettext("project", "step"), cls.describe(fact))]

    def make_form(self, subject: Any, corrects: Any = None) -> Any:
        form = super().make_form(subject, corrects)
        form.refresh_from(self.new_url(subject))
        return form

    def get_new(self) -> HttpResponse:
        """Show the form; as a fragment, what the stage and the day that are asked for are defined by."""
        if not self.request.htmx or self.request.htmx.boosted:
            response = super().get_new()
        else:
            response = HttpResponse(self.make_form(self.get_subject()).definitions())
        response["Vary"] = "HX-Request"
        return response

    def warnings(self, fact: Any) -> list[str]:
        model = rules_for(fact)
        stages = model.stages
        found = super().warnings(fact)
        if fact.kind in (*stages.kinds, *stages.exits):
            asked = stages.stage(fact.kind).levels
            if fact.asserted_by not in asked and fact.asserted_by not in OPEN_LEVELS:
                found.append(self._level_warning(fact, model, asked))
        return [*found, *self._doubts(fact, model)]

    def _doubts(self, fact: Any, model: Rules) -> list[str]:
        """Return what the day of this very step contradicts; a reason that is told is not asked for again."""
        rows = ProjectStep.objects.filter(project=fact.project).live().select_related("recorded_by")
        facts, limits = list(rows.in_order()), Limits.of(model)
        steps = [step_of(one) for one in facts]
        found = []
        for finding in about(doubts(steps, reasons_of(facts), own_reasons_of(facts), limits), step_of(fact)):
            text, reason = sentence(finding, model), finding.figures["reason"]
            if reason is not None and reason.text == fact.note:
                found.append(text)
            elif reason is None:
                found.append(
                    _("Kept, and worth a second look: %(finding)s If it is so, say why in the note.")
                    % {"finding": text}
                )
        first = first_step(standing_steps(steps, limits.exits), fact.kind)
        if fact.kind in limits.order and first is not None and first.last.year < fact.earliest.year:
            said = _("“%(stage)s” counts once, at its first step (%(day)s): this one does not count again.")
            found.append(said % {"stage": self.describe(fact), "day": step_span(first)})
        return found

    def asks_more(self, form: Any) -> bool:
        """Ask why the days are so, where they leave something in doubt; what moves a count is said in any case."""
        model = rules(form.subject_row.zone, localdate())
        step, note = step_of(form.instance)._replace(pk=sys.maxsize), form.cleaned_data.get("note") or ""
        raised = raised_by(step, form.steps_beside(), Limits.of(model))
        moves = any(finding.key == "first_moved" for finding in raised)
        if not raised or (note.strip() and (not moves or "asked" in form.data)):
            return False
        said = " ".join(question(finding, model) for finding in raised)
        form.add_error("note", _("%(finding)s If it is so, say why here and save again.") % {"finding": said})
        form.fields["asked"] = forms.CharField(widget=forms.HiddenInput)
        form.data = form.data.copy()
        form.data["asked"] = "1"
        return True

    def _level_warning(self, fact: Any, model: Rules, asked: Iterable[str]) -> str:
        names = {level.key: level.label for level in model.levels}
        return _(
            "The stage model does not ask for “%(stage)s” at the level “%(level)s”; it names: %(asked)s."
        ) % {
            "stage": model.stages.label(fact.kind),
            "level": fact.level_label,
            "asked": ", ".join(names.get(level, level) for level in asked),
        }


@register_face
class ProjectFigureFace(ProjectFactFace):
    """A figure of a project."""

    slug = "project-figures"
    model = ProjectFigure
    form_class = ProjectFigureForm
    label = pgettext_lazy("project", "figure")
    shown = ("kind", "value")
    repeated = ("kind", "amount", "nature", "product", "is_increment")
    same = ("kind", "product", "nature", "unit", "value", "qualifier", "is_increment")

    @classmethod
    def typed(cls, fact: Any, name: str) -> str:
        if name == "amount":
            return fact.wording or fact.in_words()
        return super().typed(fact, name)

    @classmethod
    def describe(cls, fact: Any) -> str:
        kind = rules_for(fact).figures.label(fact.kind)
        of_what = f" ({fact.product})" if fact.product else ""
        sign = "+" if fact.is_increment else ""
        return f"{kind}{of_what} · {sign}{fact.in_words()} · {fact.get_nature_display()}"

    @classmethod
    def values(cls, fact: Any) -> list[tuple[str, str]]:
        return [
            (_("kind of figure"), rules_for(fact).figures.label(fact.kind)),
            (_("amount"), fact.in_words()),
            (_("as written"), fact.wording),
            (_("promised or actual"), fact.get_nature_display()),
            (_("of what"), fact.product),
            (_("increment"), as_cell(fact.is_increment).text),
        ]


@register_face
class ProjectPartyFace(ProjectFactFace):
    """An organization's part in a project."""

    slug = "project-parties"
    model = ProjectParty
    form_class = PartyForm
    label = gettext_lazy("party")
    shown = ("organization", "kind")
    repeated = ("organization", "kind", "as_printed")
    same = ("organization", "kind")

    @classmethod
    def for_reading(cls, facts: Any) -> Any:
        return facts.select_related("recorded_by", "organization", "organization__zone")

    @classmethod
    def describe(cls, fact: Any) -> str:
        return f"{fact.get_kind_display()} · {fact.organization}"

    @classmethod
    def values(cls, fact: Any) -> list[tuple[str, str]]:
        return [
            (_("organization"), str(fact.organization)),
            (_("part"), fact.get_kind_display()),
            (_("as written"), fact.as_printed),
        ]
