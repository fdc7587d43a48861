"""The page of a zone's log-ins: which roles need a second step, and how each member's log-in stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zoneworks.accounts.models import Membership, User, Zone
from zoneworks.accounts.roles import Role
from zoneworks.doors import second
from zoneworks.doors.models import Session
from zoneworks.kit.audit import record
from zoneworks.kit.menu import add_page
from zoneworks.kit.paging import page_links
from zoneworks.people.trail import READERS

PAGE_SIZE = 50


class SecondStepForm(forms.Form):
    """Which roles need a second step here. Those that the installation names need it in any case."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("roles that need a second step"),
        required=False,
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Who holds such a role sets it up on the next page they open. Demonstrations do well without."
        ),
    )


@require_http_methods(["GET", "POST"])
def log_ins(request: Any) -> HttpResponse:
    """Show the log-ins of the zone to administrators and auditors; administrators say who needs a second step."""
    if not request.user.roles_in(request.zone) & READERS:
        raise PermissionDenied(_("The log-ins are for auditors and administrators."))
    may_change = request.zone.allows(request.user, "change")
    form = SecondStepForm(request.POST or None, initial={"roles": request.zone.second_step_roles})
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied(_("Only administrators say who needs a second step."))
        if form.is_valid():
            save_roles(request.zone, form.cleaned_data["roles"], actor=request.user)
            messages.success(request, _("The roles that need a second step are changed."))
            return redirect("log-ins", zone=request.zone.code)
    seats = Membership.objects.allowed(request.user, "view").filter(zone=request.zone).in_force(localdate())
    people = User.objects.filter(pk__in=seats.values("user")).order_by("full_name", "username")
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form if may_change else None,
        "in_every_zone": in_words(settings.SECOND_STEP_ROLES),
        "here": in_words(request.zone.second_step_roles),
        "members": members(list(page.object_list), request),
        "count": page.paginator.count,
        "page_links": page_links(page, request.GET),
    }
    return render(request, "people/log_ins.html", context, status=422 if form.errors else 200)


@transaction.atomic
def save_roles(zone: Zone, roles: list[str], *, actor: User) -> None:
    """Say which roles need a second step in `zone`, and write it down."""
    before = {"second_step_roles": in_words(zone.second_step_roles)}
    zone.second_step_roles = sorted(roles)
    zone.save(update_fields=["second_step_roles"])
    record(actor, "change", zone, before=before, after={"second_step_roles": in_words(roles)})


def in_words(roles: list[str]) -> str:
    """Return roles as people read them."""
    return ", ".join(str(role.label) for role in Role if role.value in roles)


def members(people: list[User], request: Any) -> list[dict[str, Any]]:
    """Return each of `people` with the state of their log-in; three queries, however many there are."""
    keys = [person.pk for person in people]
    seats = Membership.objects.in_force(localdate()).filter(zone=request.zone, user__in=keys).order_by("pk")
    devices = Session.objects.living(now()).filter(user__in=keys).values_list("user").annotate(Count("pk"))
    counts, with_second = dict(devices.order_by()), second.those_with(keys)
    needed = second.required_roles(request.zone)
    held: dict[int, list[Membership]] = {}
    for seat in seats:
        held.setdefault(seat.user_id, []).append(seat)
    return [
        {
            "user": person,
            "url": reverse("members:detail", kwargs={"zone": request.zone.code, "pk": held[person.pk][0].pk}),
            "roles": in_words([seat.role for seat in held[person.pk]]),
            "devices": counts.get(person.pk, 0),
            "has_second": person.pk in with_second,
            "needs_second": any(seat.role in needed for seat in held[person.pk]),
        }
        for person in people
    ]


def _in_menu(request: Any) -> bool:
    return bool(request.user.roles_in(request.zone) & READERS)


add_page("people", gettext_lazy("Log-ins"), "log-ins", "shield-lock", 55, _in_menu)
