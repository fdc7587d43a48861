"""The log-in page: name and password, with a limit on wrong tries."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.doors import known, second, second_step, tries
from zoneworks.doors.addresses import client_address
from zoneworks.doors.models import TryKind
from zoneworks.doors.notes import note_wait
from zoneworks.doors.proof import LONGEST_PASSWORD


class LogInForm(AuthenticationForm):
    """Name and password. Wrong ones get one answer, whatever was wrong; too many have to wait."""

    waits_until: datetime | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].max_length = LONGEST_PASSWORD  # type: ignore[attr-defined]
        self.fields["password"].validators.append(_not_longer)

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password"):
            return self.cleaned_data
        at = now()
        address = tries.key(TryKind.ADDRESS, client_address(self.request))  # type: ignore[arg-type]
        entered = tries.enter([known.key_for(self.request, name), address], at)  # type: ignore[arg-type]
        self.waits_until = entered.waits_until
        if entered.waits_until is not None:
            raise ValidationError(tries.wait_message(entered.waits_until, at), code="wait")
        try:
            cleaned = super().clean()
        except ValidationError:
            note_wait(name, entered)
            raise
        tries.passed(entered, at)
        return cleaned

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if user.one_time_until is not None and user.one_time_until <= now():
            raise ValidationError(
                _("This one-time password has run out. Ask an administrator for a new one."), code="run_out"
            )


def _not_longer(value: str) -> None:
    # Nobody has such a password, and the answer is the one to any wrong password.
    if len(value) > LONGEST_PASSWORD:
        raise AuthenticationForm().get_invalid_login_error()


class LogIn(LoginView):
    """The log-in page."""

    template_name = "accounts/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if second.has(user):
            return second_step.ask(self.request, user, self.get_success_url())
        response = super().form_valid(form)
        known.remember(response, user.get_username())
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.waits_until is not None:
            response.status_code = 429
            response["Retry-After"] = str(math.ceil((form.waits_until - now()).total_seconds()))
        return response
