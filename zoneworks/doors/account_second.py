"""Setting up one's own second step, replacing its recovery codes, taking it off again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zoneworks.doors import second, services
from zoneworks.doors.proof import ProofForm

NEW_KEY = "new_second_key"


class SetUpForm(ProofForm):
    """The first code from the app, and the own password: a borrowed session must not lock its owner out."""

    code = forms.CharField(
        label=gettext_lazy("code from the app"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    field_order = ("code", "password")
    step = 0

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key

    def clean_code(self) -> str:
        step = second.fits(self.key, self.cleaned_data["code"])
        if step is None:
            raise ValidationError(
                _(
                    "This code does not fit. Enter the six digits that the app shows now; check the clock of the phone."
                )
            )
        self.step = step
        return self.cleaned_data["code"]


@sensitive_post_parameters("code", "password")
@never_cache
@require_http_methods(["GET", "POST"])
def set_up(request: Any) -> HttpResponse:
    """Show the picture for the app; with a right code, switch the second step on and show the recovery codes once."""
    if second.has(request.user):
        return redirect("account", zone=request.zone.code)
    key = request.session.setdefault(NEW_KEY, second.new_key())
    form = SetUpForm(request.POST or None, user=request.user, key=key)
    if request.method == "POST" and form.is_valid():
        codes = second.set_up(request.user, key, form.step)
        del request.session[NEW_KEY]
        request.session[second.DONE] = True
        services.end_others(request)
        return _codes_page(request, codes)
    is_owed = second.is_owed(request)
    context = {
        "form": form,
        "picture": second.picture(request.user, key),
        "letters": second.in_letters(key),
        "is_owed": is_owed,
        "urls": {} if is_owed else {"cancel": _account_url(request)},
    }
    return render(request, "doors/set_up.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def renew_codes(request: Any) -> HttpResponse:
    """Replace the recovery codes and show the new ones once."""
    if not second.has(request.user):
        return redirect("account", zone=request.zone.code)
    form = ProofForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _codes_page(request, second.renew_codes(request.user))
    return _confirm(
        request,
        form,
        _("New recovery codes"),
        _("The codes that you have open nothing any more."),
        _("Make new codes"),
    )


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def take_off(request: Any) -> HttpResponse:
    """Switch the second step off again."""
    if not second.has(request.user):
        return redirect("account", zone=request.zone.code)
    form = ProofForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        second.drop(request.user, actor=request.user)
        request.session.pop(second.DONE, None)
        messages.success(request, _("You log in with your password alone now."))
        return redirect("account", zone=request.zone.code)
    return _confirm(
        request,
        form,
        _("Take the second step off"),
        _(
            "Your password alone opens your log-in then. With a new phone, take it off here and set it up again."
        ),
        _("Take it off"),
        is_danger=True,
    )


def _codes_page(request: Any, codes: list[str]) -> HttpResponse:
    context = {"codes": codes, "urls": {"cancel": _account_url(request)}}
    return render(request, "doors/recovery_codes.html", context)


def _confirm(
    request: Any, form: forms.Form, title: str, text: str, submit: str, *, is_danger: bool = False
) -> HttpResponse:
    context = {
        "title": title,
        "text": text,
        "form": form,
        "submit_label": submit,
        "is_danger": is_danger,
        "urls": {"cancel": _account_url(request)},
    }
    return render(request, "kit/confirm.html", context, status=422 if form.errors else 200)


def _account_url(request: Any) -> str:
    return reverse("account", kwargs={"zone": request.zone.code})
