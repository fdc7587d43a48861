"""Forms of people, units and members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.widgets import DateInput
from django.utils.html import format_html, format_html_join
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Membership, Unit, User
from zoneworks.accounts.searching import normalize_query
from zoneworks.kit.forms import ZoneModelForm
from zoneworks.kit.picking import RowField
from zoneworks.people.models import Person


def _day() -> DateInput:
    return DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PersonForm(ZoneModelForm):
    """One person in office. A namesake may be kept, once somebody says that it is another person."""

    is_another = forms.BooleanField(
        required=False, label=gettext_lazy("It is another person of the same name; keep both.")
    )
    field_order = ("name", "is_another", "note")

    class Meta:
        model = Person
        fields = ("name", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former_name = self.instance.name
        if self.data.get("is_another") != "on":
            self.fields["is_another"].widget = forms.HiddenInput()

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name = cleaned.get("name", "")
        if name and name != self.former_name and not cleaned.get("is_another"):
            same = Person.objects.filter(zone=self.instance.zone, name=name).exclude(pk=self.instance.pk)[:3]
            if same:
                self.fields["is_another"].widget = forms.CheckboxInput()
                links = format_html_join(
                    ", ", '<a href="{}">{}</a>', ((row.get_absolute_url(), row.name) for row in same)
                )
                words = _("A person of this name is in the ledger:")
                self.add_error("name", ValidationError(format_html("{} {}", words, links)))
        return cleaned


class UnitForm(ZoneModelForm):
    """One unit. The model refuses a tree that bites its own tail, and says along which line."""

    parent = RowField(queryset=Unit.objects.all(), required=False, label=gettext_lazy("belongs to"))

    class Meta:
        model = Unit
        fields = (
            "name",
            "kind",
            "parent",
            "field",
            "aliases",
            "name_en",
            "valid_from",
            "valid_to",
            "note",
        )
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "valid_from": _day(),
            "valid_to": _day(),
        }
        help_texts = {
            "aliases": gettext_lazy("Separated by commas; the search finds them."),
            "valid_to": gettext_lazy("The last day on which it stood. Empty: it still stands."),
        }

    field_order = ("name", "kind", "parent")

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Unit.objects.filter(zone=self.instance.zone, search_text__contains=normalize_query(name))
        same = next(
            (
                unit
                for unit in others.exclude(pk=self.instance.pk)
                if normalize_query(unit.name) == normalize_query(name)
            ),
            None,
        )
        if same is not None:
            raise ValidationError(_("There is a unit of this name: %(name)s.") % {"name": same.name})
        return name


class MemberForm(ZoneModelForm):
    """A role of a person in this zone: of one who has a log-in here, or of somebody new."""

    user = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label=gettext_lazy("person with a log-in")
    )
    username = forms.CharField(
        required=False,
        max_length=150,
        label=gettext_lazy("new log-in name"),
        help_text=gettext_lazy("For somebody who has no log-in yet."),
        validators=User._meta.get_field("username").validators,
    )
    full_name = forms.CharField(required=False, max_length=60, label=gettext_lazy("full name"))
    password = forms.CharField(
        required=False,
        label=gettext_lazy("first password"),
        help_text=gettext_lazy("It lets in once, to choose an own one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    unit = RowField(queryset=Unit.objects.all(), required=False, label=gettext_lazy("unit"))

    class Meta:
        model = Membership
        fields = ("user", "role", "unit", "valid_from", "valid_to")
        widgets = {"valid_from": _day(), "valid_to": _day()}
        help_texts = {
            "valid_to": gettext_lazy("The last day on which the role is held. Empty: it is still held.")
        }

    new_user: User | None = None
    field_order = ("user", "username", "full_name", "password", "role", "unit", "valid_from", "valid_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            zone = self.request.zone  # type: ignore[attr-defined]
            here = User.objects.filter(memberships__zone=zone).distinct()
            self.fields["user"].queryset = here.order_by("full_name", "username")  # type: ignore[attr-defined]
        else:
            for name in ("user", "username", "full_name", "password"):
                del self.fields[name]

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if username and User.objects.filter(username__iexact=username).exists():
            raise ValidationError(
                _(
                    "This log-in name is taken. If the person works here already, "
                    "choose them in the field above."
                )
            )
        return username

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "user" not in self.fields or self.errors:
            return cleaned
        user, username = cleaned.get("user"), cleaned.get("username")
        if bool(user) == bool(username):
            raise ValidationError(
                _("Choose a person with a log-in, or enter a new log-in name: one of the two.")
            )
        if username:
            self.new_user = self._new_user(cleaned)
        return cleaned

    def _new_user(self, cleaned: dict[str, Any]) -> User:
        """Return the person to be created with the membership."""
        user = User(username=cleaned["username"], full_name=cleaned.get("full_name", ""))
        if not user.full_name:
            self.add_error("full_name", _("Say who this is."))
        try:
            validate_password(cleaned.get("password", ""), user)
        except ValidationError as error:
            self.add_error("password", error)
        user.set_password(cleaned.get("password", ""))
        user.one_time_until = now() + settings.ONE_TIME_PASSWORD_LASTS
        return user

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        """Save the membership, and the person first when it is a new one."""
        if self.new_user is not None:
            self.new_user.save()
            self.instance.user = self.new_user
        return super().save(commit)
