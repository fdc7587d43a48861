"""The forms of engagements: the whole one, and its facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zoneworks.accounts.roles import Role
from zoneworks.engagements import services
from zoneworks.engagements.kinds import FIGURE_KINDS, FORM_COUNTS, figure_label
from zoneworks.engagements.models import (
    WRITERS,
    Engagement,
    EngagementFigure,
    EngagementStep,
    StepKind,
    standing,
)
from zoneworks.kit.amounts import Amount, AmountError, parse_amount
from zoneworks.kit.figureforms import FigureForm
from zoneworks.kit.forms import FactForm, SpanField, ZoneModelForm, again_field
from zoneworks.kit.picking import RowField
from zoneworks.kit.pickmany import PickField
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.rendering import NO_CHOICE
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.models import Project
from zoneworks.rulebook import rules


def kind_choices(request: HttpRequest, current: str = "") -> list[tuple[str, str]]:
    """Return the kinds that the zone's rulebook offers today, and `current` even when it is retired."""
    kinds = rules(request.zone, localdate()).engagement_kinds  # type: ignore[attr-defined]
    offered = kinds.choices()
    if current and current not in dict(offered):
        offered.append((current, kinds.label(current)))
    return offered


class EngagementForm(ZoneModelForm):
    """One engagement with its day, who took part and the counts that measures read."""

    kind = forms.ChoiceField(label=gettext_lazy("kind"))
    when = SpanField(label=gettext_lazy("held, or planned for"))
    state = forms.ChoiceField(label=gettext_lazy("state"), choices=StepKind.choices, initial=StepKind.HELD)
    organizations = PickField(Organization.objects.all(), label=gettext_lazy("organizations"))
    projects = PickField(Project.objects.all(), label=gettext_lazy("projects"))
    lead = RowField(queryset=Person.objects.all(), required=False, label=gettext_lazy("led by"))
    participants = PickField(
        Person.objects.all(),
        label=gettext_lazy("participants"),
        help_text=gettext_lazy("Each is shown with the post held on that day."),
    )
    part_of = RowField(
        queryset=Engagement.objects.all(),
        required=False,
        label=gettext_lazy("part of"),
        help_text=gettext_lazy(
            "The trip that a visit belongs to, or the printed total that already counts it."
        ),
    )
    organizations_visited = forms.IntegerField(
        label=pgettext_lazy("engagement", "organizations visited"),
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy("Left empty for a new visit, it is as many as are named above."),
    )
    visitors = forms.IntegerField(
        label=gettext_lazy("visitors"), min_value=0, max_value=1_000_000, required=False
    )
    projects_discussed = forms.IntegerField(
        label=gettext_lazy("projects discussed"), min_value=0, max_value=100_000, required=False
    )

    count = forms.IntegerField(
        label=gettext_lazy("stands for"),
        min_value=1,
        max_value=1_000_000,
        initial=1,
        help_text=gettext_lazy("1, or the number that a paper prints for several held together."),
    )
    count_qualifier = forms.ChoiceField(
        label=gettext_lazy("how exact"),
        choices=Qualifier.choices,
        initial=Qualifier.EXACT,
        help_text=gettext_lazy("“At least” when a paper says that it happened, but not how often."),
    )

    class Meta:
        model = Engagement
        fields = (
            "kind",
            "title",
            "place",
            "unit",
            "host",
            "lead",
            "part_of",
            "outcome",
            "follow_up",
            "follow_up_due",
        )
        widgets = {
            "outcome": forms.Textarea(attrs={"rows": 3}),
            "follow_up": forms.Textarea(attrs={"rows": 3}),
            "follow_up_due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    field_order = (
        "kind",
        "title",
        "when",
        "state",
        "place",
        "organizations",
        "projects",
        "lead",
        "participants",
        "unit",
        "host",
        *FORM_COUNTS,
        "outcome",
        "follow_up",
        "follow_up_due",
        "part_of",
        "count",
        "count_qualifier",
    )

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["kind"].choices = [("", NO_CHOICE), *kind_choices(request, self.instance.kind)]  # type: ignore[attr-defined]
        if self.instance._state.adding:
            self.fields["again"] = again_field()
            self.initial.setdefault("host", request.user.pk)
            self.initial.setdefault("unit", services.usual_unit(request.user, request.zone))
            self.initial.setdefault("when", localdate().isoformat())
        else:
            self.initial.update(self._said())

    def _said(self) -> dict[str, Any]:
        """Return what the facts and ties of the engagement say now."""
        step = standing(self.instance.steps.live())
        counts = services.counts_of(self.instance)
        return {
            "when": step.span if step else None,
            "state": step.kind if step else StepKind.HELD,
            "count": step.count if step else 1,
            "count_qualifier": step.count_qualifier if step else Qualifier.EXACT,
            "organizations": list(
                self.instance.organization_parts.standing().values_list("organization_id", flat=True)
            ),
            "projects": list(self.instance.project_parts.standing().values_list("project_id", flat=True)),
            "participants": list(self.instance.participants.standing().values_list("person_id", flat=True)),
            **{key: int(counts[key].value) for key in FORM_COUNTS if key in counts},
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        when, state = cleaned.get("when"), cleaned.get("state")
        if when is not None and state:
            try:
                services.check_when(when, state)
            except ValidationError as error:
                self.add_error(None, error)
        if self.instance._state.adding and cleaned.get("organizations_visited") is None:
            cleaned |= services.usual_counts(cleaned.get("kind", ""), cleaned.get("organizations") or [])
        self._check_place_of_writing(cleaned)
        return cleaned

    def _check_place_of_writing(self, cleaned: dict[str, Any]) -> None:
        """Say at the field that the row would lie outside of what the person may change."""
        user: Any = self.request.user
        zone = self.request.zone  # type: ignore[attr-defined]
        if user.roles_in(zone) & {Role.ADMINISTRATOR, Role.VERIFIER}:
            return
        unit, host = cleaned.get("unit"), cleaned.get("host")
        is_nobodys = unit is None and host is None
        if host == user or is_nobodys or (unit is not None and unit.pk in user.unit_ids(WRITERS)):
            return
        self.add_error("host", _("Log it for yourself, or name your own unit: else you could not change it."))

    def save(self, commit: bool = True) -> Engagement:
        """Write the row with its ties, its day and its counts; runs in the transaction of the page."""
        engagement: Engagement = super().save()
        actor, said = self.request.user, self.cleaned_data
        when: Span = said["when"]
        who = services.WhoTookPart(said["organizations"], said["projects"], said["participants"])
        services.connect(engagement, who)
        how_many = services.HowMany(said["count"], Qualifier(said["count_qualifier"]))
        services.set_when(engagement, when, StepKind(said["state"]), actor=actor, how_many=how_many)  # type: ignore[arg-type]
        services.set_counts(engagement, {key: said[key] for key in FORM_COUNTS}, when, actor=actor)  # type: ignore[arg-type]
        return engagement


class StepForm(FactForm):
    """Says that an engagement was planned, held or canceled. A plan lies ahead."""

    may_lie_ahead = True

    class Meta:
        model = EngagementStep
        fields = ("kind", "count", "count_qualifier", "asserted_by", "note")

    field_order = ("kind", "when", "count", "count_qualifier", "asserted_by", "note")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("when") is not None and cleaned.get("kind"):
            try:
                services.check_when(cleaned["when"], cleaned["kind"])
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned


class EngagementFigureForm(FigureForm):
    """Tells a count, typed as it is written, a bare number too; that of a plan lies ahead."""

    may_lie_ahead = True

    amount = forms.CharField(
        label=gettext_lazy("how many"),
        max_length=80,
        help_text=gettext_lazy("As it is written: 12, 约30人, 8个, 13亿元, 3000万美元."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = EngagementFigure
        fields = ("kind", "asserted_by", "note")

    field_order = ("kind", "amount", "when", "asserted_by", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.corrects is None and self.subject_row.pk
        if is_new and (step := standing(self.subject_row.steps.live())):
            self.initial.setdefault("when", step.span)

    def offered_kinds(self) -> list[tuple[str, Any]]:
        return [(kind.key, kind.label) for kind in FIGURE_KINDS.values()]

    def kind_label(self, kind: str) -> str:
        return figure_label(kind)

    def units_of(self, kind: str) -> Sequence[str]:
        if kind in FIGURE_KINDS:
            return (FIGURE_KINDS[kind].unit,)
        return () if self.corrects is None else (self.corrects.unit,)

    def typed_before(self) -> str:
        return self.corrects.as_typed(self.corrects.unit) if self.corrects is not None else ""

    def clean_amount(self) -> Amount | None:
        """Read the text; a bare number counts in the unit of its kind."""
        text = self.cleaned_data["amount"]
        try:
            return parse_amount(text, default_unit=self.unit_of(self.cleaned_data.get("kind", "")) or None)
        except AmountError as error:
            raise ValidationError(str(error), code="amount")
