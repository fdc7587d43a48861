"""The ledger of members: who holds which role in the zone, for which unit, from when until when."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zoneworks.accounts.models import Membership, MembershipQuerySet, Unit
from zoneworks.doors import second, services, tries
from zoneworks.doors.models import Session
from zoneworks.kit.columns import Cell, Column
from zoneworks.kit.entity import row_url
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.ledger import Ledger, Route, action
from zoneworks.kit.panels import Link, Panel
from zoneworks.kit.picking import RowFilter
from zoneworks.kit.registry import register
from zoneworks.people.forms import MemberForm

SHOWN_SEATS = 50


class MemberFilter(ZoneFilterSet):
    """By role, by unit, and whether the role is held at the moment."""

    in_force = django_filters.BooleanFilter(label=gettext_lazy("held on this day"), method="keep_in_force")
    unit = RowFilter(queryset=Unit.objects.all(), label=gettext_lazy("unit"))

    class Meta:
        model = Membership
        fields = ("role",)

    def keep_in_force(self, rows: MembershipQuerySet, name: str, wanted: bool) -> MembershipQuerySet:
        held = Membership.objects.in_force(self.moment.on)
        return rows.filter(pk__in=held.values("pk")) if wanted else rows.exclude(pk__in=held.values("pk"))


@register
class MemberLedger(Ledger):
    """Roles of people in this zone. Nothing is deleted: a role ends on its last day."""

    slug = "members"
    model = Membership
    icon = "users"
    menu = "people"
    position = 20
    description = gettext_lazy("Who holds which role here, for which unit, from when until when.")
    columns = (
        Column("user", link=True, sort="user__full_name"),
        Column("role"),
        Column("unit", sort="unit__name"),
        Column("valid_from"),
        Column("valid_to"),
        Column("log_in", label=gettext_lazy("log-in name"), value=lambda row: row.user.username, hidden=True),
    )
    filterset_class = MemberFilter
    form_class = MemberForm
    identified_by = (("user", "role", "unit"),)
    not_imported = ("username", "full_name", "password")
    facts = ("user", "role", "unit", "valid_from", "valid_to")
    bulk_fields = ("unit", "valid_to")

    def is_in_force(self, row: Any) -> bool:
        on = self.moment.on
        return (row.valid_from is None or row.valid_from <= on) and (
            row.valid_to is None or row.valid_to >= on
        )

    def tone(self, row: Any) -> str:
        return "" if self.is_in_force(row) else "muted"

    def badges(self, row: Any) -> list[Cell]:
        if self.is_in_force(row):
            return [Cell(row.get_role_display(), tone="blue")]
        return [Cell(_("not held on this day"))]

    def fact_cells(self, row: Any) -> Any:
        for name, (label, cell) in zip(self.facts, super().fact_cells(row), strict=True):
            if name == "unit" and row.unit_id is not None:
                yield label, Cell(cell.text, url=self.moment.on_url(row_url(row.unit)))
            else:
                yield label, cell

    def panels(self, row: Any) -> list[Panel]:
        panels = self.seats_panel(row)
        if not self.moment.is_past and row.allows(self.user, "change"):
            panels.append(self.log_in_panel(row))
        return panels

    def log_in_panel(self, row: Any) -> Panel:
        """Return the state of the person's log-in, and what an administrator may do to it."""
        data = {
            "user": row.user,
            "sessions": Session.objects.of(row.user).living(now()).count(),
            "end_sessions": self.url("end_sessions", pk=row.pk),
            "waits_until": tries.waiting(tries.name_key(row.user.username), now()),
            "may_reset": services.may_reset(self.user, row.user),
            "is_self": row.user_id == self.user.pk,
            "reset_password": self.url("reset_password", pk=row.pk),
            "has_second": second.has(row.user),
            "drop_second_step": self.url("drop_second_step", pk=row.pk),
        }
        return Panel("log-in", _("Log-in"), "people/panels/log_in.html", data, "side", position=30)

    @action("end_sessions")
    def post_end_sessions(self) -> HttpResponseBase:
        row = self.get_row()
        count = services.end_all(row.user, actor=self.user)
        said = ngettext(
            "%(who)s is logged out on %(count)d device.", "%(who)s is logged out on %(count)d devices.", count
        )
        messages.success(self.request, said % {"who": row.user, "count": count})
        return redirect(f"{self.row_url(row)}#log-in")

    @classmethod
    def routes(cls) -> tuple[Route, ...]:
        both = ("get", "post")
        return (
            *super().routes(),
            Route("reset_password", "<int:pk>/reset_password/", "change", has_row=True, methods=both),
            Route("drop_second_step", "<int:pk>/drop_second_step/", "change", has_row=True, methods=both),
        )

    def get_reset_password(self) -> HttpResponseBase:
        """Ask before a password is taken away."""
        row = self.get_row()
        context = {
            "title": _("New one-time password for %(who)s") % {"who": row.user},
            "text": _(
                "The password that the person has opens nothing any more, and every device is logged out."
            ),
            "urls": {"cancel": self.row_url(row)},
            "submit_label": _("Give a one-time password"),
            "is_danger": True,
        }
        return render(self.request, "kit/confirm.html", context)

    def post_reset_password(self) -> HttpResponseBase:
        """Give a one-time password and show it this once; 403 for who could look over another zone's wall."""
        row = self.get_row()
        password = services.give_one_time_password(row.user, actor=self.user)
        context = {
            "title": _("One-time password for %(who)s") % {"who": row.user},
            "member": row.user,
            "password": password,
            "urls": {"cancel": self.row_url(row)},
        }
        response = render(self.request, "people/one_time.html", context)
        add_never_cache_headers(response)
        return response

    def get_drop_second_step(self) -> HttpResponseBase:
        """Ask before a second step is taken off."""
        row = self.get_row()
        context = {
            "title": _("Take the second step of %(who)s off") % {"who": row.user},
            "text": _(
                "For who lost phone and recovery codes; make sure that it is really them who ask. "
                "Every device is logged out."
            ),
            "urls": {"cancel": self.row_url(row)},
            "submit_label": _("Take it off"),
            "is_danger": True,
        }
        return render(self.request, "kit/confirm.html", context)

    def post_drop_second_step(self) -> HttpResponseBase:
        row = self.get_row()
        services.refuse_reset(self.user, row.user)
        second.drop(row.user, actor=self.user)
        messages.success(self.request, _("%(who)s logs in with the password alone now.") % {"who": row.user})
        return redirect(f"{self.row_url(row)}#log-in")

    def seats_panel(self, row: Any) -> list[Panel]:
        """Return the other roles of the same person in this zone."""
        seats = self.rows().filter(user=row.user_id).exclude(pk=row.pk).select_related("user", "unit")
        links = [
            Link(
                " · ".join(filter(None, [seat.get_role_display(), str(seat.unit or "")])), self.row_url(seat)
            )
            for seat in seats[:SHOWN_SEATS]
        ]
        if not links:
            return []
        data = {"links": links}
        return [
            Panel(
                "seats",
                _("Other roles here"),
                "people/panels/links.html",
                data,
                "side",
                len(links),
                position=20,
            )
        ]
