"""What papers print about a project: ties between printed statements and projects, on the pages of both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import User
from zoneworks.kit.audit import record
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import Extension, LedgerPage
from zoneworks.kit.forms import ZoneForm
from zoneworks.kit.ledger import Ledger, Route
from zoneworks.kit.panels import Panel
from zoneworks.kit.past import rewind
from zoneworks.kit.picking import RowField
from zoneworks.kit.registry import extend
from zoneworks.measures.claims import shown_claims
from zoneworks.measures.models import Claim
from zoneworks.projects.models import Project, ProjectClaim

SHOWN = 50


@transaction.atomic
def tie(
    claim: Claim, project: Project | None, *, actor: User | None = None, at: datetime | None = None
) -> None:
    """Say that `claim` is about `project`, or about none any more; known from `at` on, or from now."""
    if project is not None and project.zone_id != claim.zone_id:
        raise ValidationError(_("“%(name)s” belongs to another zone.") % {"name": project})
    at = at or now()
    standing = ProjectClaim.objects.standing().filter(claim=claim).select_related("project").first()
    before = standing.project if standing else None
    if before == project:
        return
    if standing is not None:
        standing.untied_at = at
        standing.save(update_fields=["untied_at"])
    if project is not None:
        ProjectClaim.objects.create(claim=claim, project=project, tied_at=at)
    texts = [{"project_ties": str(one or "")} for one in (before, project)]
    record(actor, "change", claim, before=texts[0], after=texts[1])


class AboutForm(ZoneForm):
    """The project that a printed statement is about."""

    project = RowField(
        queryset=Project.objects.all(),
        required=False,
        label=gettext_lazy("project"),
        help_text=gettext_lazy("Leave it empty when the statement is about no single project."),
    )


def answer_about(ledger: Any) -> HttpResponseBase:
    """Ask which project the printed statement is about, and keep the answer."""
    claim = ledger.get_row()
    standing = ProjectClaim.objects.standing().filter(claim=claim).first()
    initial = {"project": standing.project_id if standing else None}
    form = AboutForm(ledger.request.POST or None, request=ledger.request, initial=initial)
    if ledger.request.method == "POST" and form.is_valid():
        tie(claim, form.cleaned_data["project"], actor=ledger.user)
        messages.success(ledger.request, _("It is written down what the statement is about."))
        return redirect(ledger.row_url(claim))
    context = {
        "ledger": ledger,
        "form": form,
        "object": claim,
        "title": _("About which project: %(claim)s") % {"claim": claim},
        "urls": {"cancel": ledger.row_url(claim), "list": ledger.url("list")},
    }
    status = 422 if form.errors else 200
    return render(ledger.request, "kit/form.html", context, status=status)


@extend
class PrintedAboutProjects(Extension):
    """Adds the statements to the page of their project, and the project to theirs."""

    def pages(self, ledger: type[Ledger]) -> list[LedgerPage]:
        if ledger.model is not Claim:
            return []
        route = Route("about", "<int:pk>/about/", needs="change", has_row=True, methods=("get", "post"))
        return [LedgerPage(route, answer_about)]

    def panels(self, ledger: Any, row: Any) -> list[Panel]:
        if isinstance(row, Claim):
            return [_about(ledger, row)]
        return _printed(ledger, row) if isinstance(row, Project) else []


def _about(ledger: Any, claim: Claim) -> Panel:
    moment = ledger.moment
    ties = ProjectClaim.objects.standing(moment.known).filter(claim=claim).select_related("project__zone")
    projects = [one.project for one in ties]
    rewind(projects, moment)
    may_tie = not moment.is_past and claim.allows(ledger.user, "change")
    return Panel(
        "about",
        _("Project that it is about"),
        "projects/panels/about.html",
        [{"name": str(one), "url": moment.on_url(row_url(one))} for one in projects],
        "side",
        action_url=ledger.url("about", pk=claim.pk) if may_tie else "",
        action_label=_("Choose a project"),
        position=40,
    )


def _printed(ledger: Any, project: Project) -> list[Panel]:
    """Return what is printed about `project` beside its facts, as known at the moment; no panel without any."""
    moment = ledger.moment
    ties = ProjectClaim.objects.standing(moment.known).filter(project=project).values("claim")
    claims = Claim.objects.allowed(ledger.user, "view").filter(pk__in=ties)
    if moment.known is not None:
        claims = claims.filter(created_at__lte=moment.known)
    rows = list(claims.select_related("zone").order_by("pk")[:SHOWN])
    items = shown_claims(rows, ledger.user, moment)
    if not items:
        return []
    template = "projects/panels/printed.html"
    return [Panel("printed", _("Printed about it"), template, items, count=len(items), position=35)]
