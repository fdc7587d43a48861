"""The page between the password and the workbench: asks for the code of who has set up the second step."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zoneworks.accounts.models import User
from zoneworks.doors import known, second, tries
from zoneworks.doors.addresses import client_address
from zoneworks.doors.models import TryKind
from zoneworks.doors.notes import note_wait

PENDING = "pending_second_step"
PATIENCE = timedelta(minutes=10)
"""How long a right password waits for its code."""


class CodeForm(forms.Form):
    """Asks for a code; wrong ones wait like wrong passwords."""

    code = forms.CharField(
        label=gettext_lazy("one-time code"),
        max_length=40,
        help_text=gettext_lazy("Six digits from the app on your phone, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )
    waits_until = None

    def __init__(self, *args: Any, user: User, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.request = user, request

    def clean_code(self) -> str:
        at = now()
        keys = [
            tries.key(TryKind.CODE, "second", self.user.pk),
            tries.key(TryKind.ADDRESS, client_address(self.request)),
        ]
        entered = tries.enter(keys, at)
        self.waits_until = entered.waits_until
        if entered.waits_until is not None:
            raise ValidationError(tries.wait_message(entered.waits_until, at), code="wait")
        if not second.take(self.user, self.cleaned_data["code"], at):
            note_wait(self.user.get_username(), entered)
            raise ValidationError(
                _("This code is not right, or it was used already. Wait for the next one in the app."),
                code="code",
            )
        tries.passed(entered, at)
        return self.cleaned_data["code"]


def ask(request: Any, user: User, then: str) -> HttpResponse:
    """Remember that the password was right, in a session of its own, and ask for the code. Nobody is logged in yet."""
    request.session.flush()
    request.session[PENDING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "backend": getattr(user, "backend", ""),
        "until": (now() + PATIENCE).timestamp(),
        "then": then,
    }
    return redirect("second-step-login")


@sensitive_post_parameters("code")
@csrf_protect
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def second_step(request: Any) -> HttpResponse:
    """Ask for the code and log in; back to the log-in page when it took too long or the password changed since."""
    pending = request.session.get(PENDING)
    user = _who(pending)
    if user is None:
        messages.info(request, _("Log in again: the code was not given in time."))
        return redirect("login")
    form = CodeForm(request.POST or None, user=user, request=request)
    if request.method == "POST" and form.is_valid():
        del request.session[PENDING]
        login(request, user, backend=pending["backend"])
        request.session[second.DONE] = True
        welcome = redirect(pending["then"])
        known.remember(welcome, user.get_username())
        return welcome
    response = render(request, "doors/second_step.html", {"form": form}, status=422 if form.errors else 200)
    if form.waits_until is not None:
        response.status_code = 429
        response["Retry-After"] = str(math.ceil((form.waits_until - now()).total_seconds()))
    return response


def _who(pending: dict[str, Any] | None) -> User | None:
    """Return whose password was right a moment ago and still is."""
    if pending is None or pending["until"] <= now().timestamp():
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), pending["password"]):
        return None
    return user
