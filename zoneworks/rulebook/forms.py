"""The forms with which an administrator decides a rule differently, or withdraws that."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.kit.wording import labeled
from zoneworks.rulebook.entering import collected, value_fields
from zoneworks.rulebook.entries import RuleDefinition
from zoneworks.rulebook.wording import shown

OWN = "own"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OverrideForm(forms.Form):
    """Choose a shipped alternative or enter a value, and say since when and on whose word."""

    in_force_from = forms.DateField(label=gettext_lazy("in force from"), widget=DayInput)
    in_force_to = forms.DateField(
        label=gettext_lazy("in force until"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Empty: until a later decision."),
    )
    issuer = forms.CharField(label=gettext_lazy("issuer"), max_length=120, required=False)
    document = forms.CharField(label=gettext_lazy("document"), max_length=200, required=False)
    clause = forms.CharField(
        label=gettext_lazy("clause"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What the rule says, in one sentence."),
    )
    note = forms.CharField(
        label=gettext_lazy("note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, definition: RuleDefinition, value: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.value = value
        self.fields["in_force_from"].initial = localdate()
        own = value_fields(definition, value)
        self.value_names = list(own)
        self.fields = {**self._choice(), **own, **self.fields}

    @property
    def open_names(self) -> list[str]:
        """Return the fields that count: those of an own value do not once an alternative is chosen."""
        unasked = self.value_names if self._chose_alternative() else ()
        return [name for name in self.fields if name not in unasked]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self._chose_alternative():
            # What was typed for an own value stays in its fields, so it need not be right.
            for name in self.value_names:
                self.errors.pop(name, None)
        begins, ends = cleaned.get("in_force_from"), cleaned.get("in_force_to")
        if begins and ends and ends < begins:
            self.add_error("in_force_to", _("A rule cannot end before it begins."))
        return cleaned

    def _choice(self) -> dict[str, forms.Field]:
        alternatives = self.definition.alternatives
        if not alternatives:
            return {}
        offered = [(OWN, _("a value of our own"))]
        for entry in alternatives:
            place = entry.place or entry.issuer or entry.name
            offered.append((str(entry.name), labeled(place, shown(entry.value, entry.unit).line())))
        return {
            "choice": forms.ChoiceField(
                label=_("what shall hold"), choices=offered, initial=OWN, widget=forms.RadioSelect
            )
        }

    def _chose_alternative(self) -> bool:
        chosen = self.data.get(self.add_prefix("choice")) if self.is_bound else None
        return chosen not in (None, "", OWN)

    def decision(self) -> dict[str, Any]:
        """Return what `services.override` takes, but for zone, key and actor."""
        cleaned = dict(self.cleaned_data)
        alternative = cleaned.pop("choice", OWN)
        kept = {
            name: cleaned[name] for name in ("in_force_from", "in_force_to", "issuer", "document", "clause")
        }
        kept |= {"note": cleaned["note"], "seen": cleaned["seen"] or 0}
        if alternative != OWN:
            return {**kept, "alternative": alternative}
        own = {name: cleaned[name] for name in self.value_names}
        return {**kept, "value": collected(self.definition, self.value, own)}


class WithdrawForm(forms.Form):
    """Say why a decision is withdrawn."""

    open_names = ("reason",)

    reason = forms.CharField(
        label=gettext_lazy("reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class KindForm(forms.Form):
    """Name a new kind of an open section."""

    name = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,39}$",
        label=gettext_lazy("key of the new kind"),
        error_messages={
            "invalid": gettext_lazy("Write small letters, digits and underscores, such as new_energy.")
        },
    )
