"""The doors: log-in, and the way to the zone's first page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.roles import Role
from zoneworks.doors import logging_in


class LogIn(logging_in.LogIn):
    """The log-in page; on a demo it lists the demo log-ins."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DEMO_LOGINS:
            from zoneworks.site.demo.logins import demo_logins

            context["demo_logins"] = demo_logins()
        return context


def start(request: Any) -> HttpResponse:
    """Lead to the first zone of the person, at the moment that the address names."""
    zone = Zone.objects.allowed(request.user, "view").first()
    if zone is None:
        context = {
            "status": 403,
            "title": _("No zone yet"),
            "message": _("You are no member of a zone. Ask its administrator."),
        }
        return render(request, "kit/error.html", context, status=403)
    return redirect(request.moment.on_url(reverse("home", kwargs={"zone": zone.code})))


def home(request: Any) -> HttpResponse:
    """Lead to the page that fits the person's role: the own work, what waits, the year, the own organization."""
    roles, name = request.user.roles_in(request.zone), "leader-board"
    if roles & {Role.OFFICER, Role.UNIT_HEAD}:
        name = "officer-board"
    elif Role.VERIFIER in roles and Role.LEADER not in roles:
        name = "waiting"
    elif roles == {Role.ENTERPRISE}:
        name = "organizations:list"
    return redirect(request.moment.on_url(reverse(name, kwargs={"zone": request.zone.code})))
