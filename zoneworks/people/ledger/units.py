"""The ledger of units, and the tree that they form as of a day."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Membership, Unit, UnitQuerySet
from zoneworks.kit.columns import Cell, Column
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.ledger import Ledger, Route
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Link, Panel
from zoneworks.kit.past import rewind
from zoneworks.kit.picking import RowFilter
from zoneworks.kit.registry import ledgers, register
from zoneworks.people.forms import UnitForm
from zoneworks.people.tree import stands, tree

SHOWN = 100


class UnitFilter(ZoneFilterSet):
    """By kind, by the body above, and whether the unit stands at the moment."""

    standing = django_filters.BooleanFilter(label=gettext_lazy("stands on this day"), method="keep_standing")
    parent = RowFilter(queryset=Unit.objects.all(), label=gettext_lazy("belongs to"))

    class Meta:
        model = Unit
        fields = ("kind",)

    def keep_standing(self, rows: UnitQuerySet, name: str, wanted: bool) -> UnitQuerySet:
        standing: Any = Unit.objects.standing(self.moment.on).values("pk")
        if self.moment.names_known_at:
            every = as_known(list(Unit.objects.filter(zone=self.request.zone)), self.moment)
            standing = [unit.pk for unit in every if stands(unit, self.moment.on)]
        return rows.filter(pk__in=standing) if wanted else rows.exclude(pk__in=standing)


def as_known(units: list[Any], moment: Moment) -> list[Any]:
    """Return `units`, all of a zone, with names, parents and days as they were known at the moment; a query at most."""
    left = rewind(units, moment)
    numbers = {unit.name: unit.pk for unit in units}
    for unit in units:
        if "parent" in left.get(unit.pk, {}):
            unit.parent_id = numbers.get(left[unit.pk]["parent"])
    return units


@register
class UnitLedger(Ledger):
    """Departments, teams, villages and communities. Nothing is deleted: a unit ends on its last day."""

    slug = "units"
    model = Unit
    icon = "hierarchy"
    menu = "people"
    position = 10
    description = gettext_lazy(
        "Departments, teams, villages and communities, with the days on which they stood."
    )
    columns = (
        Column("name", link=True),
        Column("kind"),
        Column("field"),
        Column("parent", sort="parent__name"),
        Column("valid_from"),
        Column("valid_to"),
        Column("aliases", hidden=True),
        Column("name_en", hidden=True),
    )
    filterset_class = UnitFilter
    form_class = UnitForm
    facts = ("name", "kind", "parent", "field", "aliases", "name_en", "valid_from", "valid_to", "note")
    bulk_fields = ("kind", "parent", "valid_to")
    detail_template = "people/unit.html"
    list_template = "people/units.html"

    @classmethod
    def routes(cls) -> tuple[Route, ...]:
        return (*super().routes(), Route("tree", "tree/"))

    def tone(self, row: Any) -> str:
        return "" if stands(row, self.moment.on) else "muted"

    def badges(self, row: Any) -> list[Cell]:
        found = [Cell(row.get_kind_display())]
        if not stands(row, self.moment.on):
            found.append(Cell(_("does not stand on this day"), tone="yellow"))
        return found

    def detail_context(self, row: Any) -> dict[str, Any]:
        line = [Link(unit.name, self.moment.on_url(self.row_url(unit))) for unit in row.line()]
        return {**super().detail_context(row), "line": line, "tree_url": self.url("tree")}

    def list_urls(self) -> dict[str, str]:
        return {**super().list_urls(), "tree": self.url("tree")}

    def panels(self, row: Any) -> list[Panel]:
        below = [unit for unit in self.children(row) if stands(unit, self.moment.on)]
        seats = Membership.objects.allowed(self.user, "view").filter(zone=self.zone, unit=row)
        if self.moment.names_known_at:
            seats = seats.filter(created_at__lte=self.moment.known_at)
        held = seats.in_force(self.moment.on).select_related("user")[:SHOWN]
        children = [Link(unit.name, self.row_url(unit)) for unit in below]
        members = [
            Link(
                f"{seat.user} · {seat.get_role_display()}",
                reverse("members:detail", kwargs={"zone": self.zone.code, "pk": seat.pk}),
            )
            for seat in held
        ]
        may_add = not self.moment.is_past and ledgers["members"].is_granted(self.request, "add")
        new_seat = reverse("members:new", kwargs={"zone": self.zone.code}) + f"?unit={row.pk}"
        return [
            self.links("children", capfirst(_("units below")), children, 20),
            self.links("members", capfirst(_("members")), members, 30, new_seat if may_add else ""),
        ]

    def children(self, row: Any) -> list[Any]:
        """Return the units that belonged to `row` at the moment."""
        if not self.moment.names_known_at:
            return list(self.rows().filter(parent=row)[:SHOWN])
        every = as_known(list(self.rows()), self.moment)
        return [unit for unit in every if unit.parent_id == row.pk][:SHOWN]

    def links(self, key: str, title: str, links: list[Link], position: int, url: str = "") -> Panel:
        data = {"links": links}
        return Panel(
            key, title, "people/panels/links.html", data, "main", len(links), url, _("Add"), position
        )

    def get_tree(self) -> HttpResponse:
        """Show every unit that stands on the day, each below the body that it belongs to."""
        units = as_known(list(self.rows().order_by("name", "pk")), self.moment)
        seats = Membership.objects.in_force(self.moment.on).filter(zone=self.zone, unit__isnull=False)
        if self.moment.names_known_at:
            seats = seats.filter(created_at__lte=self.moment.known_at)
        members = dict(seats.values_list("unit").annotate(count=Count("pk")).order_by())
        context = {
            "ledger": self,
            "branches": tree(units, self.moment.on, members),
            "total": sum(stands(unit, self.moment.on) for unit in units),
            "urls": {"list": self.url("list"), "new": self.url("new")},
            "can_add": not self.moment.is_past and self.may("add"),
        }
        return render(self.request, "people/tree.html", context)
