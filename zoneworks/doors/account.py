"""The page of one's own log-in: where one is logged in, and how to end it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from zoneworks.doors import second, services
from zoneworks.doors.devices import described, is_phone
from zoneworks.doors.models import Session


@require_GET
@never_cache
def account(request: Any) -> HttpResponse:
    """Show one's own log-in: name, password, devices."""
    has_second = second.has(request.user)
    context = {
        "sessions": sessions_of(request),
        "has_second": has_second,
        "codes_left": second.codes_left(request.user) if has_second else 0,
        "needs_second": bool(second.required_roles(request.zone) & request.user.roles_in(request.zone)),
    }
    return render(request, "doors/account.html", context)


def sessions_of(request: Any) -> list[dict[str, Any]]:
    """Return the living sessions of the person, this one first, then the last used."""
    here = services.current(request)
    found = [
        {
            "key": session.session_key,
            "device": described(session.device),
            "is_phone": is_phone(session.device),
            "begun_at": session.begun_at,
            "used_at": session.used_at,
            "is_this": session.session_key == here,
        }
        for session in Session.objects.of(request.user).living(now())
    ]
    return sorted(found, key=lambda session: not session["is_this"])


@require_POST
def end_session(request: Any) -> HttpResponseRedirect:
    """End one of one's own sessions; the one of this page ends by logging out."""
    key = request.POST.get("session", "")
    if key != services.current(request) and services.end(request.user, key):
        messages.success(request, _("That device is logged out."))
    else:
        messages.info(request, _("That session had ended already."))
    return redirect("account", zone=request.zone.code)


@require_POST
def end_other_sessions(request: Any) -> HttpResponseRedirect:
    """End every session but the one of this page."""
    count = services.end_others(request)
    said = ngettext("%(count)d other device is logged out.", "%(count)d other devices are logged out.", count)
    messages.success(request, said % {"count": count})
    return redirect("account", zone=request.zone.code)
