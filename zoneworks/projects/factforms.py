"""The forms that record facts about projects. What cannot be read stays in its field, with the place of the error."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zoneworks.kit.amounts import Amount
from zoneworks.kit.forms import FactForm
from zoneworks.kit.picking import RowField
from zoneworks.kit.rendering import NO_CHOICE
from zoneworks.kit.spans import Span, SpanError, parse_span
from zoneworks.organizations.models import Organization
from zoneworks.projects.definitions import DEFINED_BY, definitions
from zoneworks.projects.models import ProjectFigure, ProjectParty, ProjectStep
from zoneworks.projects.stages import Step, skips
from zoneworks.rulebook import rules
from zoneworks.rulebook.figureforms import RuledFigureForm
from zoneworks.rulebook.types import StageRules

DEFINITIONS = "definitions-of-the-stage"
"""Where the form of a step says by which definition it counts."""

NOTE = {"note": forms.Textarea(attrs={"rows": 3})}


class StepForm(FactForm):
    """Records that a project passed a stage, or left."""

    field_order = ("kind", "when", "asserted_by", "note")

    class Meta:
        model = ProjectStep
        fields = ["kind", "asserted_by", "note"]
        widgets = NOTE

    def __init__(self, *args: Any, request: HttpRequest, subject: Any, **kwargs: Any) -> None:
        super().__init__(*args, request=request, subject=subject, **kwargs)
        stages = rules(subject.zone, localdate()).stages
        choices: list[tuple[Any, Any]] = [
            ("", NO_CHOICE),
            (_("stages"), [(one.key, one.label) for one in stages.model]),
            (_("leaving"), [(one.key, one.label) for one in stages.side_exits]),
            (_("printed words, to be mapped later"), [(one.key, one.label) for one in stages.unmapped]),
        ]
        held = self.instance.kind
        if held and held not in stages.step_kinds:
            choices.append((held, held))
        self.fields["kind"] = forms.ChoiceField(label=pgettext_lazy("project", "step"), choices=choices)
        self.fields["kind"].help_text = lazy(self._definitions_in_place, SafeString)()
        self.fields["note"].help_text = _("Why a stage was skipped, or why the days are out of order.")
        self.order_fields(self.field_order)

    def refresh_from(self, url: str) -> None:
        """Let the definitions be asked for anew at `url` when another stage is chosen or another day is written."""
        for name, other in (("kind", "when"), ("when", "kind")):
            self.fields[name].widget.attrs |= {
                "hx-get": url,
                "hx-trigger": "change",
                "hx-include": f"#{self[other].id_for_label}",
                "hx-target": f"#{DEFINITIONS}",
                "hx-sync": f"#{DEFINITIONS}:replace",
            }

    def _definitions_in_place(self) -> SafeString:
        return format_html('<span id="{}" aria-live="polite">{}</span>', DEFINITIONS, self.definitions())

    def definitions(self) -> SafeString:
        """Return by which definition in force on the step's day the chosen stage counts; of no choice, each one's."""
        day, zone = self._day(), self.subject_row.zone
        model = rules(zone, day)
        chosen = str(self._said("kind") or "")
        lines = [
            (
                _("%(stage)s, by the definition in force on %(day)s: %(text)s")
                % {"stage": model.stages.label(kind), "day": day.isoformat(), "text": one.text},
                f"{one.url}?on={day.isoformat()}",
                one.label,
            )
            for kind in ([chosen] if chosen else DEFINED_BY)
            for one in definitions(kind, zone, model)
        ]
        return format_html_join(mark_safe("<br>"), '{} <a href="{}">{}</a>', lines)

    def _said(self, name: str) -> Any:
        """Return what the form holds in a field; a bound field would ask for the help text that is being made."""
        field = self.fields[name]
        if not self.is_bound:
            return self.get_initial_for_field(field, name)
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def _day(self) -> date:
        """Return the day by whose rules the step counts, today while none can be read."""
        told = self._said("when")
        try:
            span = told if isinstance(told, Span) else parse_span(str(told or ""))
        except SpanError:
            return localdate()
        return span.latest

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind and not (cleaned.get("note") or "").strip():
            stages = rules(self.subject_row.zone, localdate()).stages
            left_out = self._left_out(kind, stages) if "reason" in stages.skipping.needs else []
            if left_out:
                said = _("%(step)s skips: %(stages)s. Say why here, or record them first.")
                names = _(", ").join(stages.label(one) for one in left_out)
                self.add_error("note", said % {"step": stages.label(kind), "stages": names})
        return cleaned

    def _left_out(self, kind: str, stages: StageRules) -> list[str]:
        """Return the stages that the step would skip. Where a project enters the ledger, it skips nothing."""
        return skips(self.steps_beside(), kind, stages.kinds, stages.exits)

    def steps_beside(self) -> list[Step]:
        """Return the steps beside which this one is told: of what it corrects nothing remains."""
        told = [
            Step(step.kind, step.earliest, 0, step.latest)
            for step in self.beside
            if isinstance(step, ProjectStep)
        ]
        if self.told_before is None and self.subject_row.pk is not None:
            self.told_before = list(ProjectStep.objects.filter(project=self.subject_row).live())
        corrected = None if self.corrects is None else self.corrects.pk
        before = (step for step in self.told_before or () if step.pk != corrected)
        return told + [Step(step.kind, step.earliest, step.pk, step.latest) for step in before]  # type: ignore[attr-defined]


class ProjectFigureForm(RuledFigureForm):
    """Records a figure of a project; kinds and units are the rulebook's."""

    stated_of = "project"

    kind = forms.ChoiceField(label=gettext_lazy("kind of figure"))
    field_order = ("kind", "amount", "nature", "when", "asserted_by", "product", "is_increment", "note")

    class Meta:
        model = ProjectFigure
        fields = ["kind", "nature", "asserted_by", "product", "is_increment", "note"]
        widgets = NOTE
        labels = {"nature": gettext_lazy("promised or actual")}

    def offered_kinds(self) -> list[tuple[str, Any]]:
        return [("", NO_CHOICE), *super().offered_kinds()]

    def take(self, kind: str, amount: Amount) -> None:
        super().take(kind, amount)
        known = self.kinds.get(kind)
        self.instance.per_year = amount.per_year or (known is not None and known.per == "year")


class PartyForm(FactForm):
    """Records that an organization takes part."""

    organization = RowField(
        queryset=Organization.objects.all(),
        label=gettext_lazy("organization"),
        help_text=gettext_lazy("Type a part of the name, a former name or pinyin initials."),
    )
    field_order = ("organization", "kind", "as_printed", "when", "asserted_by", "note")

    class Meta:
        model = ProjectParty
        fields = ["organization", "kind", "as_printed", "asserted_by", "note"]
        widgets = NOTE

    def __init__(self, *args: Any, request: HttpRequest, subject: Any, **kwargs: Any) -> None:
        super().__init__(*args, request=request, subject=subject, **kwargs)
        self.order_fields(self.field_order)
