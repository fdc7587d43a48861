"""Asks again for the password of who is logged in, before what would outlast their session."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.doors import tries
from zoneworks.doors.models import TryKind

LONGEST_PASSWORD = 256


def prove(user: Any, password: str) -> None:
    """Return when `password` is that of `user`; otherwise say what is wrong. Wrong tries wait, as at the door."""
    at = now()
    entered = tries.enter([tries.key(TryKind.CODE, "password", user.pk)], at)
    if entered.waits_until is not None:
        raise ValidationError(tries.wait_message(entered.waits_until, at), code="wait")
    if not user.check_password(password):
        raise ValidationError(_("This is not your password."), code="password")
    tries.passed(entered, at)


class ProofForm(forms.Form):
    """Asks for the own password."""

    password = forms.CharField(
        label=gettext_lazy("your password"),
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        prove(self.user, self.cleaned_data["password"])
        return self.cleaned_data["password"]
