"""Forms of organizations, their contacts, log-ins and facts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import DateInput
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.searching import normalize_query
from zoneworks.kit.forms import AmountField, FactForm, SpanField, ZoneForm, ZoneModelForm
from zoneworks.kit.keeping import mark_of
from zoneworks.kit.picking import RowField
from zoneworks.organizations.models import (
    Contact,
    Organization,
    OrganizationFigure,
    OrganizationName,
    OrganizationStep,
)
from zoneworks.organizations.reading import names_borne, namesakes
from zoneworks.organizations.services import representable
from zoneworks.rulebook.figureforms import RuledFigureForm

CONTACT_KEPT_FOR = relativedelta(years=1)


class CreditCodeField(forms.CharField):
    """A credit code; width, case and spaces are put right before it is checked."""

    def to_python(self, value: Any) -> str:
        return "".join(unicodedata.normalize("NFKC", str(value or "")).upper().split())


class OrganizationForm(ZoneModelForm):
    """One organization. A name that another one bears is refused; one that another one bore asks twice."""

    credit_code = CreditCodeField(
        label=gettext_lazy("credit code"),
        required=False,
        max_length=18,
        validators=Organization._meta.get_field("credit_code").validators,
    )
    parent = RowField(queryset=Organization.objects.all(), required=False, label=gettext_lazy("parent"))
    renamed = SpanField(
        required=False,
        label=gettext_lazy("renamed"),
        help_text=gettext_lazy(
            "If the organization took a new name: the day or period. Its former name is then kept. "
            "Leave it empty to correct a slip of the pen."
        ),
    )
    is_another = forms.BooleanField(
        required=False, label=gettext_lazy("It is another organization; keep it beside those named above.")
    )

    class Meta:
        model = Organization
        fields = (
            "name",
            "short_name",
            "kind",
            "credit_code",
            "listed_code",
            "parent",
            "is_local",
            "address",
            "note",
        )
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    borne: Mapping[str, int] | None = None
    field_order = (
        "name",
        "renamed",
        "is_another",
        "short_name",
        "kind",
        "credit_code",
        "listed_code",
        "parent",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former_name = self.instance.name
        if self.instance._state.adding:
            del self.fields["renamed"]
        if self.data.get("is_another") != "on":
            self.fields["is_another"].widget = forms.HiddenInput()

    def expect(self, rows: int) -> None:
        """Read every name of the zone once, so that only a name that somebody bears is asked for."""
        self.borne = names_borne(self.request.zone)  # type: ignore[attr-defined]

    def know_what(self, other: Any) -> None:
        self.borne = other.borne

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        same: list[Organization] = []
        bore_it: list[Organization] = []
        if self._may_have_twins(name):
            same, bore_it = namesakes(self.request.zone, name, besides=self.instance.pk)  # type: ignore[attr-defined]
        if same:
            raise ValidationError(
                format_html(
                    "{} {}", _("An organization of this name is already in the ledger:"), _links(same)
                ),
                code="duplicate",
            )
        self.bore_it = [] if name == self.former_name else bore_it
        return name

    def _may_have_twins(self, name: str) -> bool:
        """Say whether namesakes have to be asked for: nobody but this organization is known to bear the name."""
        if self.borne is None:
            return True
        wanted = normalize_query(name)
        return self.borne.get(wanted, 0) > (normalize_query(self.former_name) == wanted)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        bore_it = getattr(self, "bore_it", [])
        if bore_it and not cleaned.get("is_another"):
            self.fields["is_another"].widget = forms.CheckboxInput()
            words = _("This is another name of an organization in the ledger:")
            self.add_error("name", ValidationError(format_html("{} {}", words, _links(bore_it))))
        if cleaned.get("renamed") and cleaned.get("name") == self.former_name:
            self.add_error(
                "renamed", _("The name is the same as before. Change it, or leave this field empty.")
            )
        return cleaned


def _links(found: list[Organization]) -> SafeString:
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((row.get_absolute_url(), row.name) for row in found[:3])
    )


class ContactForm(forms.ModelForm):
    """Whom to call, and until when that may be kept."""

    class Meta:
        model = Contact
        fields = ("name", "title", "phone", "email", "keep_until")
        widgets = {"keep_until": DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        help_texts = {"keep_until": gettext_lazy("After this day the contact is deleted.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The form of a new contact stands on the same page as that of one that is changed.
        which = getattr(kwargs.get("instance"), "pk", None) or "new"
        super().__init__(*args, **{"auto_id": f"id_{which}_%s"} | kwargs)
        self.opened_at = self.data.get("opened_at") or contact_mark(self.instance)
        self.fields["keep_until"].initial = localdate() + CONTACT_KEPT_FOR

    def clean_keep_until(self) -> Any:
        day = self.cleaned_data["keep_until"]
        if day < localdate():
            raise ValidationError(_("This day has passed; the contact would be deleted at once."))
        return day


def contact_mark(contact: Contact) -> str:
    """Return a mark of what is kept of a contact."""
    return mark_of(contact, ContactForm.Meta.fields)


class LogInForm(ZoneForm):
    """Chooses a log-in of an enterprise."""

    user: forms.ModelChoiceField = forms.ModelChoiceField(queryset=None, label=gettext_lazy("log-in"))

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = representable(organization)  # type: ignore[attr-defined]


class OrganizationNameForm(FactForm):
    """Another name of the organization."""

    when = SpanField(
        help_text=gettext_lazy(
            "A former name: when it was given up; a later name: when it was taken; "
            "another name: when it was seen in use. A day, a month (2024年9月) or two days."
        )
    )
    field_order = ("kind", "name", "when", "asserted_by", "note")

    class Meta:
        model = OrganizationName
        fields = ("kind", "name", "asserted_by", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if name == self.subject_row.name:
            raise ValidationError(_("This is the name under which the ledger has it already."))
        return name


class OrganizationStepForm(FactForm):
    """A step of the organization."""

    field_order = ("kind", "when", "asserted_by", "note")

    class Meta:
        model = OrganizationStep
        fields = ("kind", "asserted_by", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}


class OrganizationFigureForm(RuledFigureForm):
    """A figure of the organization, its amount as people write it; kinds and units are the rulebook's."""

    stated_of = "organization"

    amount = AmountField(
        help_text=gettext_lazy("As it is written: 3.2亿元, 约5000万元, 500人, 120亩, 2000kVA.")
    )
    when = SpanField(
        label=gettext_lazy("period or day"),
        help_text=gettext_lazy(
            "What the figure is for: a year (2023年), a quarter (2023年一季度), a month, "
            "or the day of a count."
        ),
    )
    field_order = ("kind", "amount", "when", "nature", "asserted_by", "note")

    class Meta:
        model = OrganizationFigure
        fields = ("kind", "nature", "asserted_by", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}
