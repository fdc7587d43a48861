"""The page of tokens: a person makes and revokes their own; an administrator sees and revokes those of the zone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zoneworks.doors import tokens
from zoneworks.doors.models import Token
from zoneworks.doors.proof import ProofForm
from zoneworks.kit.entity import asked_pk

SHOWN = 500


class TokenForm(ProofForm):
    """What a token is for, how wide it opens, how long; and the password, for a token outlasts the session."""

    field_order = ("name", "scope", "days", "password")

    name = forms.CharField(
        label=gettext_lazy("what it is for"),
        max_length=60,
        help_text=gettext_lazy("The program that will show it, for example: nightly statistics."),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("what it may do"),
        choices=[
            ("read", gettext_lazy("read what you may read")),
            ("write", gettext_lazy("read and write what you may read and write")),
        ],
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("how long"),
        coerce=int,
        initial=90,
        choices=[
            (days, ngettext_lazy("%(days)d day", "%(days)d days", "days") % {"days": days})
            for days in tokens.LASTS
        ],
    )


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_tokens(request: Any) -> HttpResponseBase:
    """List the tokens of the person in this zone; a POST makes one and shows it this once."""
    form = TokenForm(request.POST if request.method == "POST" else None, user=request.user)
    text = ""
    if form.is_valid():
        said = form.cleaned_data
        try:
            _token, text = tokens.make(
                request.user,
                request.zone,
                name=said["name"],
                may_write=said["scope"] == "write",
                days=said["days"],
            )
            form = TokenForm(user=request.user)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
    context = {"form": form, "text": text, **listed(request)}
    return render(request, "doors/tokens.html", context, status=422 if form.errors else 200)


def listed(request: Any) -> dict[str, Any]:
    """Return the living tokens that the person may see here: the own ones, and as administrator those of others."""
    rows = Token.objects.allowed(request.user, "view").filter(zone=request.zone).living(now())
    found = list(rows.select_related("user")[:SHOWN])
    own = [token for token in found if token.user_id == request.user.pk]
    return {"own": own, "others": [token for token in found if token.user_id != request.user.pk]}


@require_POST
def revoke(request: Any) -> HttpResponseBase:
    """End a token at once; 404 for one that the person does not see."""
    pk = asked_pk(request.POST.get("token"))
    rows = Token.objects.allowed(request.user, "change").filter(zone=request.zone)
    token = rows.filter(pk=pk).first() if pk is not None else None
    if token is None:
        raise Http404(_("There is no such token here."))
    if tokens.revoke(token, actor=request.user):
        messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token})
    return redirect("tokens", zone=request.zone.code)
