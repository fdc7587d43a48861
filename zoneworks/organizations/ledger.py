"""The ledger of organizations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import User
from zoneworks.kit.columns import Cell, Column
from zoneworks.kit.entity import asked_pk
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.keeping import keep_change, keep_new, tell_gone
from zoneworks.kit.ledger import Ledger, action
from zoneworks.kit.panels import Panel
from zoneworks.kit.past import as_told
from zoneworks.kit.picking import RowFilter
from zoneworks.kit.registry import register
from zoneworks.organizations import services
from zoneworks.organizations.faces import (
    OrganizationFigureFace,
    OrganizationNameFace,
    OrganizationStepFace,
)
from zoneworks.organizations.forms import ContactForm, OrganizationForm, contact_mark
from zoneworks.organizations.models import Contact, Organization, OrganizationQuerySet
from zoneworks.organizations.pages import (
    contacts_panel,
    facts_panel,
    figures_panel,
    log_ins_panel,
    subsidiaries_panel,
)
from zoneworks.organizations.reading import name_at, names_at

LOCATIONS = {"yes": True, "no": False, "unstated": None}


class OrganizationFilter(ZoneFilterSet):
    """By kind, by where they sit, listed ones, and those of one parent."""

    is_local = django_filters.ChoiceFilter(
        label=gettext_lazy("located in the zone"),
        choices=[
            ("yes", gettext_lazy("yes")),
            ("no", gettext_lazy("no")),
            ("unstated", gettext_lazy("not stated")),
        ],
        method="keep_location",
    )
    is_listed = django_filters.BooleanFilter(label=gettext_lazy("has a listed code"), method="keep_listed")
    parent = RowFilter(queryset=Organization.objects.all(), label=gettext_lazy("parent"))

    class Meta:
        model = Organization
        fields = ("kind",)

    def keep_location(self, rows: OrganizationQuerySet, name: str, wanted: str) -> OrganizationQuerySet:
        where = LOCATIONS[wanted]
        told = Q(told_is_local="" if where is None else str(where))
        return as_told(rows, "is_local", self.moment.known, now=Q(is_local=where), then=told)

    def keep_listed(self, rows: OrganizationQuerySet, name: str, wanted: bool) -> OrganizationQuerySet:
        now, then = Q(listed_code=""), Q(told_listed_code="")
        if wanted:
            now, then = ~now, ~then
        return as_told(rows, "listed_code", self.moment.known, now=now, then=then)


def name_then(row: Any) -> str:
    """Return what the organization was called at the moment of the page."""
    then = getattr(row, "name_then", None)
    return then.name if then else row.name


@register
class OrganizationLedger(Ledger):
    """Enterprises, investors, institutions and whoever else the zone deals with."""

    slug = "organizations"
    model = Organization
    icon = "building-skyscraper"
    menu = "work"
    position = 30
    description = gettext_lazy("Enterprises, investors and institutions that the zone deals with.")
    columns = (
        Column("name", link=True, value=name_then),
        Column("kind"),
        Column("short_name"),
        Column("credit_code"),
        Column("listed_code"),
        Column("parent", sort="parent__name"),
        Column("is_local"),
        Column("created_at", value=lambda row: row.created_at.date()),
        Column("address", hidden=True),
    )
    filterset_class = OrganizationFilter
    form_class = OrganizationForm
    facts = (
        "name",
        "short_name",
        "kind",
        "credit_code",
        "listed_code",
        "parent",
        "is_local",
        "address",
        "created_at",
        "note",
    )
    bulk_fields = ("kind", "is_local")
    writes_many = True

    contact_form: ContactForm | None = None

    def prepare(self, rows: list[Any]) -> None:
        found = names_at(rows, self.moment)
        for row in rows:
            row.name_then = found[row.pk]

    def sorted_then(self, path: str) -> Any:
        """Return what the organization was called on the day; everything else was filled in."""
        return name_at(self.moment) if path == "name" else super().sorted_then(path)

    def title(self, row: Any) -> str:
        return name_then(row)

    def subtitle(self, row: Any) -> str:
        then = row.name_then
        if then.maybe:
            return _("Perhaps already called “%(name)s”: the day of the change is not known.") % {
                "name": then.maybe
            }
        if then.name != row.name:
            return _("In the ledger as “%(name)s”.") % {"name": row.name}
        return ""

    def badges(self, row: Any) -> list[Cell]:
        found = [Cell(row.get_kind_display())]
        if row.is_local:
            found.append(Cell(_("in the zone"), tone="green"))
        if row.listed_code:
            found.append(Cell(_("listed %(code)s") % {"code": row.listed_code}, tone="blue"))
        return found

    def fact_cells(self, row: Any) -> Any:
        for name, (label, cell) in zip(self.facts, super().fact_cells(row), strict=True):
            if name == "parent" and row.parent and row.parent.allows(self.user, "view"):
                yield label, Cell(cell.text, url=self.moment.on_url(self.url("detail", pk=row.parent_id)))
            else:
                yield label, cell

    def hidden_facts(self, row: Any) -> frozenset[str]:
        """Hide from an enterprise what the staff notes about it, and a parent that it does not see itself."""
        if self.is_staff():
            return frozenset()
        sees_parent = row.parent is not None and row.parent.allows(self.user, "view")
        return frozenset({"note"} if sees_parent else {"note", "parent"})

    def shown_columns(self) -> list[Column]:
        return [column for column in super().shown_columns() if self.is_staff() or column.key != "parent"]

    def panels(self, row: Any) -> list[Panel]:
        may_change = not self.moment.is_past and row.allows(self.user, "change")
        found = [
            figures_panel(
                row, self.moment, OrganizationFigureFace.new_url(row) if may_change else "", self.user
            ),
            facts_panel(
                "steps",
                _("Milestones"),
                OrganizationStepFace,
                row,
                self.moment,
                may_change,
                viewer=self.user,
                position=30,
            ),
            facts_panel(
                "names",
                _("Names over time"),
                OrganizationNameFace,
                row,
                self.moment,
                may_change,
                viewer=self.user,
                position=35,
            ),
            contacts_panel(self, row, may_change),
            subsidiaries_panel(self, row),
        ]
        if not self.moment.is_past and row.allows(self.user, "grant"):
            found.append(log_ins_panel(self, row))
        return [panel for panel in found if panel is not None]

    @transaction.atomic
    def save_form(self, form: Any, verb: str, before: dict[str, str]) -> Any:
        row = super().save_form(form, verb, before)
        renamed = form.cleaned_data.get("renamed")
        if renamed is not None:
            services.keep_former_name(row, form.former_name, renamed, actor=self.user)
        return row

    # -- contacts and log-ins ------------------------------------------------------------------------------

    @action("contact")
    def post_contact(self) -> HttpResponseBase:
        """Add a contact, or change the one that is named."""
        row = self.get_row()
        contact = self.asked_contact(row)
        form = ContactForm(self.request.POST, instance=contact or Contact(organization=row), prefix="contact")
        form.full_clean()
        if contact is None and self.request.POST.get("contact"):
            tell_gone(form)
        if not (form.is_valid() and self.keep_contact(form)):
            self.contact_form = form
            self.make_ready([row])
            context = self.detail_context(row)
            return render(self.request, self.detail_template, context, status=422)
        messages.success(self.request, _("The contact is kept."))
        return redirect(f"{self.row_url(row)}#contacts")

    def keep_contact(self, form: ContactForm) -> bool:
        """Say whether the contact is kept; one that somebody deleted meanwhile is offered as a new one."""

        def save(_before: Any = None) -> None:
            services.keep_contact(form.save(commit=False), actor=self.user)

        if form.instance.pk is None:
            return keep_new(form, save)
        again = keep_change(form, contact_mark, save, form.opened_at)
        if again == "":
            form.instance.pk, form.instance._state.adding = None, True
        form.opened_at = again or ""
        return again is None

    @action("drop_contact")
    def post_drop_contact(self) -> HttpResponseBase:
        contact = self.asked_contact(self.get_row())
        if contact is None:
            raise Http404(_("There is no such contact here."))
        row = contact.organization
        services.drop_contact(contact, actor=self.user)
        messages.success(self.request, _("The contact is deleted."))
        return redirect(f"{self.row_url(row)}#contacts")

    def asked_contact(self, row: Any) -> Contact | None:
        """Return the contact of the organization that the request names."""
        pk = asked_pk(self.request.POST.get("contact"))
        return row.contacts.filter(pk=pk).first() if pk is not None else None

    @action("admit", needs="grant")
    def post_admit(self) -> HttpResponseBase:
        users = services.representable(self.get_row())
        return self.change_log_in(services.admit, users, _("%(who)s sees this organization now."))

    @action("dismiss", needs="grant")
    def post_dismiss(self) -> HttpResponseBase:
        users = self.get_row().representatives.all()
        return self.change_log_in(services.dismiss, users, _("%(who)s no longer sees this organization."))

    def change_log_in(self, change: Any, users: QuerySet[User], said: str) -> HttpResponse:
        """Admit or dismiss one of `users`; nobody else is looked up, so that no stranger is named."""
        row = self.get_row()
        pk = asked_pk(self.request.POST.get("user"))
        user = users.filter(pk=pk).first() if pk is not None else None
        try:
            if user is None:
                raise ValidationError(_("Choose a log-in first."))
            change(row, user, actor=self.user)
            messages.success(self.request, said % {"who": user})
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
        return redirect(f"{self.row_url(row)}#log-ins")
