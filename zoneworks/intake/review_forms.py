"""The forms by which a person reads a proposal over before it is accepted: every field can be put right."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.engagements.kinds import figure_label
from zoneworks.intake.accepting import Said
from zoneworks.intake.beside import amount_in_words
from zoneworks.intake.checking.matching import is_own
from zoneworks.intake.ledger_words import ENGAGEMENT_KINDS
from zoneworks.intake.matching import Match
from zoneworks.intake.models import Proposal, ProposalKind
from zoneworks.kit.amounts import AmountError, parse_amount
from zoneworks.kit.levels import OPEN_LEVELS, Level
from zoneworks.kit.spans import SpanError, parse_span
from zoneworks.measures.models import ClaimSubject
from zoneworks.measures.registry import measures
from zoneworks.organizations.models import OrganizationKind
from zoneworks.rulebook import rules
from zoneworks.sources.models import DocumentKind

NEW = "new"


class ReviewForm(forms.Form):
    """What every proposal asks: which row it is about, when it was, and who asserts it."""

    has_level = True
    when = forms.CharField(
        label=gettext_lazy("When"),
        max_length=60,
        help_text=gettext_lazy("A day, a month (2024年9月) or two days."),
    )

    def __init__(self, proposal: Proposal, found: list[Match], data: Any = None) -> None:
        self.proposal, self.found, self.told = proposal, found, proposal.says
        super().__init__(data, initial=self.first_said(), auto_id="say_%s")
        if self.has_level:
            open_levels = [level for level in Level if level in OPEN_LEVELS]
            press = proposal.document.kind == DocumentKind.NEWSPAPER
            self.fields["asserted_by"] = forms.ChoiceField(
                label=_("Asserted by"),
                choices=[(level.value, level.label) for level in open_levels],
                initial=Level.PRESS if press else Level.SELF_REPORTED,
            )
        rows = [(str(one.row.pk), str(one.row)) for one in found]
        sure = next((str(one.row.pk) for one in found if one.sure), NEW)
        self.fields["target"] = forms.ChoiceField(
            label=_("Which one in the ledger"), choices=[*rows, (NEW, _("a new one"))], initial=sure
        )

    def first_said(self) -> dict[str, Any]:
        """Return what the fields say at first: what was read."""
        known = {name: self.told.get(name, "") for name in type(self).base_fields}
        return known | {"when": self.told.get("when") or _issued(self.proposal)}

    def clean_when(self) -> str:
        return _readable_span(self.cleaned_data["when"])

    def said(self) -> Said:
        """Return what the valid form says."""
        chosen = self.cleaned_data["target"]
        target = next((one.row for one in self.found if str(one.row.pk) == chosen), None)
        level = Level(self.cleaned_data.get("asserted_by") or Level.PRESS)
        return Said(self.told_again(), target, level)

    def told_again(self) -> dict[str, Any]:
        """Return what the fields say in the form in which it was read."""
        names = set(type(self).base_fields)
        return dict(self.told) | {
            name: self.cleaned_data[name] for name in names if name in self.cleaned_data
        }


class ProjectReviewForm(ReviewForm):
    """A project: names, investor, steps and figures, each of which can be left out."""

    name = forms.CharField(label=gettext_lazy("Project"), max_length=150)
    aliases = forms.CharField(
        label=gettext_lazy("Other names, with ; between"), max_length=400, required=False
    )
    investor = forms.CharField(label=gettext_lazy("Investor"), max_length=150, required=False)
    site = forms.CharField(label=gettext_lazy("Site"), max_length=200, required=False)
    keep_names = forms.BooleanField(
        label=gettext_lazy("Keep a name that the ledger does not know among the other names"), required=False
    )
    steps = forms.MultipleChoiceField(
        label=gettext_lazy("Steps"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = (
        "target",
        "name",
        "aliases",
        "investor",
        "when",
        "steps",
        "site",
        "keep_names",
        "asserted_by",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model = rules(self.proposal.zone, localdate())
        self.kinds = model.figures
        steps: Any = self.fields["steps"]
        steps.choices = [(one.key, one.label) for one in model.stages.model]
        steps.choices += [(one.key, one.label) for one in model.stages.unmapped]
        self.amounts = []
        for number, one in enumerate(self.told.get("figures", ())):
            label = model.figures.label(one["kind"])
            self.fields[f"figure_{number}"] = forms.CharField(
                label=f"{label} · {one['product']}" if one.get("product") else label,
                required=False,
                initial=amount_in_words(one),
            )
            self.amounts.append(f"figure_{number}")
        self.order_fields(self.field_order)

    def first_said(self) -> dict[str, Any]:
        return super().first_said() | {
            "aliases": ";".join(self.told.get("aliases", ())),
            "steps": self.told["steps"],
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number, one in enumerate(self.told.get("figures", ())):
            text = cleaned.get(f"figure_{number}") or ""
            if text.strip():
                try:
                    read = cleaned[f"read_{number}"] = parse_amount(text, default_unit=one["unit"])
                except AmountError as error:
                    self.add_error(f"figure_{number}", str(error))
                    continue
                kind = self.kinds.get(one["kind"])
                if kind is not None and str(read.unit) not in kind.units:
                    said = _("“%(kind)s” is not stated in %(unit)s.")
                    words = {"kind": kind.label, "unit": read.unit.label}
                    self.add_error(f"figure_{number}", said % words)
        return cleaned

    def told_again(self) -> dict[str, Any]:
        told = super().told_again()
        told["aliases"] = [one.strip() for one in told["aliases"].split(";") if one.strip()]
        told["figures"] = [
            self._figure(number, one)
            for number, one in enumerate(self.told.get("figures", ()))
            if f"read_{number}" in self.cleaned_data
        ]
        return told

    def _figure(self, number: int, one: Mapping[str, Any]) -> dict[str, Any]:
        """Return the figure as it was read where the field says the same, else as it was typed."""
        read = self.cleaned_data[f"read_{number}"]
        if self.cleaned_data[f"figure_{number}"].strip() == amount_in_words(one):
            return dict(one)
        return dict(one) | {
            "value": str(read.value),
            "unit": str(read.unit),
            "qualifier": str(read.qualifier),
            "wording": self.cleaned_data[f"figure_{number}"].strip()[:120],
        }


class EngagementReviewForm(ReviewForm):
    """What was held: when, where, who led and took part."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=150, required=False)
    lead = forms.CharField(label=gettext_lazy("Led by"), max_length=60, required=False)
    participants = forms.CharField(
        label=gettext_lazy("Who took part"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One person a line, the post behind the name."),
    )
    organizations = forms.CharField(
        label=gettext_lazy("Organizations"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line."),
    )
    field_order = (
        "target",
        "kind",
        "title",
        "when",
        "place",
        "lead",
        "participants",
        "organizations",
        "asserted_by",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = rules(self.proposal.zone, localdate()).engagement_kinds
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (key, kinds.label(key)) for key in dict.fromkeys(ENGAGEMENT_KINDS.values())
        ]
        for kind, value in sorted(self.told.get("counts", {}).items()):
            self.fields[f"count_{kind}"] = forms.IntegerField(
                label=figure_label(kind), required=False, min_value=0, initial=int(Decimal(value))
            )
        self.order_fields(self.field_order)

    def first_said(self) -> dict[str, Any]:
        people = [f"{one['name']} {one.get('post', '')}".strip() for one in self.told.get("participants", ())]
        return super().first_said() | {
            "participants": "\n".join(people),
            "organizations": "\n".join(self.told.get("organizations", ())),
        }

    def told_again(self) -> dict[str, Any]:
        told = super().told_again()
        people = (line.split(None, 1) for line in told["participants"].splitlines() if line.strip())
        told["participants"] = [
            {"name": words[0], "post": words[1] if len(words) > 1 else ""} for words in people
        ]
        told["organizations"] = [line.strip() for line in told["organizations"].splitlines() if line.strip()]
        told["counts"] = {
            name.removeprefix("count_"): str(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("count_") and value is not None
        }
        return told


class ClaimReviewForm(ReviewForm):
    """A printed number: what it counts, how it is written, of whom, and which measure it stands beside."""

    has_level = False
    what = forms.CharField(label=gettext_lazy("What it counts"), max_length=200)
    wording = forms.CharField(label=gettext_lazy("As written"), max_length=200)
    amount = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    measure = forms.ChoiceField(label=gettext_lazy("Measure"), required=False)
    whose = forms.ChoiceField(label=gettext_lazy("Whose number"), choices=ClaimSubject.choices)
    period_span = forms.CharField(
        label=gettext_lazy("Period"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Two days, a quarter or a year; empty for a number at one day."),
    )
    field_order = ("target", "what", "wording", "amount", "measure", "whose", "period_span", "when")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [  # type: ignore[attr-defined]
            ("", _("none of them")),
            *sorted(((one.key, str(one.label)) for one in measures), key=lambda pair: pair[1]),
        ]
        self.fields["when"].label = _("As of")
        self.order_fields(self.field_order)

    def first_said(self) -> dict[str, Any]:
        return super().first_said() | {
            "amount": amount_in_words(self.told),
            "whose": self.told.get("whose") or self._whose(),
        }

    def _whose(self) -> str:
        subject = self.told.get("subject", "")
        if is_own(subject, self.proposal.zone.name):
            return ClaimSubject.ZONE
        return ClaimSubject.CITY if "市" in subject or "县" in subject else ClaimSubject.OTHER

    def clean_amount(self) -> Any:
        try:
            return parse_amount(self.cleaned_data["amount"], default_unit=self.told["unit"])
        except AmountError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_period_span(self) -> str:
        return _readable_span(self.cleaned_data["period_span"])

    def told_again(self) -> dict[str, Any]:
        told = super().told_again()
        read = told.pop("amount")
        return told | {"value": str(read.value), "unit": str(read.unit), "qualifier": str(read.qualifier)}


class OrganizationReviewForm(ReviewForm):
    """An organization: its name and kind."""

    has_level = False
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=OrganizationKind.choices)
    field_order = ("target", "name", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["when"]


class PersonReviewForm(ReviewForm):
    """A person with the post that was held when the paper says so."""

    name = forms.CharField(label=gettext_lazy("Full name"), max_length=60)
    post = forms.CharField(label=gettext_lazy("Post"), max_length=120, required=False)
    field_order = ("target", "name", "post", "when", "asserted_by")


_FORMS: Mapping[str, type[ReviewForm]] = {
    ProposalKind.PROJECT: ProjectReviewForm,
    ProposalKind.ENGAGEMENT: EngagementReviewForm,
    ProposalKind.CLAIM: ClaimReviewForm,
    ProposalKind.ORGANIZATION: OrganizationReviewForm,
    ProposalKind.PERSON: PersonReviewForm,
}


def review_form(proposal: Proposal, found: list[Match], data: Any = None) -> ReviewForm:
    """Return the form of a proposal, filled with what was read or bound to `data`."""
    return _FORMS[proposal.kind](proposal, found, data)


def _readable_span(text: str) -> str:
    """Return a text that is a span of days, or empty; `ValidationError` says what would be one."""
    said = text.strip()
    if said:
        try:
            parse_span(said)
        except SpanError as error:
            raise forms.ValidationError(str(error)) from error
    return said


def _issued(proposal: Proposal) -> str:
    issued = proposal.document.issued
    return str(issued) if issued is not None else ""
