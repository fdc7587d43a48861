"""The panels of an organization's page."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from zoneworks.accounts.roles import STAFF
from zoneworks.kit.columns import span_text
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.moment import Moment
from zoneworks.kit.panels import Link, Panel
from zoneworks.organizations.faces import OrganizationFigureFace, kind_label
from zoneworks.organizations.forms import ContactForm, LogInForm
from zoneworks.organizations.models import Organization

SHOWN_SUBSIDIARIES = 50


def facts_at(face: Any, row: Organization, moment: Moment, viewer: Any) -> list[Any]:
    """Return the facts of `face` about `row` in force at the moment, with page and sources, latest first."""
    rows = face.model.objects.filter(organization=row).possible(moment.on, moment.known)
    facts = list(face.for_reading(rows).select_related("zone").order_by("-latest", "-earliest", "-pk"))
    face.prepare(facts)
    cited, staffed = citations_of(facts, viewer, moment.known), viewer.zone_ids(STAFF)
    for fact in facts:
        fact.when_text = span_text(fact.span)
        fact.page_url = face.url_of(fact)
        fact.sources = cited.get(fact.pk, [])
        fact.uncertain_now = fact.is_uncertain(moment.on)
        fact.shown_note = fact.note if row.zone_id in staffed else ""
    return facts


def facts_panel(
    key: str,
    title: str,
    face: Any,
    row: Organization,
    moment: Moment,
    may_add: bool,
    *,
    viewer: Any,
    position: int,
) -> Panel:
    """Return the steps or the names of `row`, one a line."""
    facts = facts_at(face, row, moment, viewer)
    lines = [{"fact": fact, "text": face.describe(fact)} for fact in facts]
    return Panel(
        key,
        title,
        "organizations/panels/facts.html",
        {"lines": lines},
        "side",
        len(lines),
        face.new_url(row) if may_add else "",
        _("Record"),
        position,
    )


def figures_panel(row: Organization, moment: Moment, new_url: str, viewer: Any) -> Panel:
    """Return the figures of `row` by kind, the latest period first."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    facts = facts_at(OrganizationFigureFace, row, moment, viewer)
    for fact in facts:
        kinds.setdefault(kind_label(fact), []).append({"fact": fact, "amount": fact.in_words()})
    groups = [{"label": label, "lines": lines} for label, lines in sorted(kinds.items())]
    return Panel(
        "figures",
        _("Figures"),
        "organizations/panels/figures.html",
        {"groups": groups},
        "main",
        len(facts),
        new_url,
        _("Record"),
        20,
    )


def contacts_panel(ledger: Any, row: Organization, may_change: bool) -> Panel:
    """Return whom to call, without those whose retention date has passed; changed in place."""
    contacts = row.contacts.kept(localdate())
    if ledger.moment.names_known_at:
        contacts = contacts.filter(created_at__lte=ledger.moment.known_at)
    asked = ledger.request.GET.get("contact", "")
    lines = [{"contact": contact, "form": None} for contact in contacts]
    new_form: ContactForm | None = None
    if may_change:
        new_form = ContactForm(prefix="contact")
        if ledger.contact_form is not None and ledger.contact_form.instance.pk is None:
            new_form = ledger.contact_form
        for line in lines:
            line["form"] = _form_of(line["contact"], asked, ledger.contact_form)
    data = {
        "lines": lines,
        "new_form": new_form,
        "can_change": may_change,
        "page": ledger.row_url(row),
        "keep": ledger.url("contact", pk=row.pk),
        "drop": ledger.url("drop_contact", pk=row.pk),
    }
    return Panel(
        "contacts",
        capfirst(_("contacts")),
        "organizations/panels/contacts.html",
        data,
        "main",
        len(lines),
        position=40,
    )


def _form_of(contact: Any, asked: str, shown_again: ContactForm | None) -> ContactForm | None:
    if shown_again is not None and shown_again.instance.pk == contact.pk:
        return shown_again
    return ContactForm(instance=contact, prefix="contact") if asked == str(contact.pk) else None


def subsidiaries_panel(ledger: Any, row: Organization) -> Panel | None:
    """Return the organizations whose parent is `row`, as far as the person may see them."""
    below = ledger.rows().filter(parent=row).order_by("name", "pk")[:SHOWN_SUBSIDIARIES]
    links = [Link(each.name, ledger.row_url(each)) for each in below]
    if not links:
        return None
    return Panel(
        "subsidiaries",
        capfirst(_("subsidiaries")),
        "organizations/panels/links.html",
        {"links": links},
        "side",
        len(links),
        position=45,
    )


def log_ins_panel(ledger: Any, row: Organization) -> Panel:
    """Return the log-ins that see `row` as its own; for administrators."""
    users = list(row.representatives.order_by("full_name", "username"))
    data = {
        "users": users,
        "form": LogInForm(request=ledger.request, organization=row),
        "admit": ledger.url("admit", pk=row.pk),
        "dismiss": ledger.url("dismiss", pk=row.pk),
    }
    return Panel(
        "log-ins",
        capfirst(_("log-ins of the organization")),
        "organizations/panels/log_ins.html",
        data,
        "side",
        len(users),
        position=80,
    )
