"""The pages of the quick form."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zoneworks.engagements.kinds import figure_label
from zoneworks.engagements.models import Engagement
from zoneworks.engagements.panels import told
from zoneworks.engagements.quick import QuickForm, may_add, save, settled
from zoneworks.kit.entity import asked_pk, row_url
from zoneworks.kit.keeping import ask_again
from zoneworks.kit.recording import AlreadySaidError
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import Project
from zoneworks.sources.citing import attachments_of

SHOWN_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What every browser draws; other files are named."""


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any) -> HttpResponseBase:
    """Show the quick form, or log what it says and lead to the page that says so."""
    if not may_add(request, Engagement):
        raise PermissionDenied(_("Your role does not allow this here."))
    if request.method != "POST":
        return shown(request, QuickForm(request=request, initial=preset(request)))
    form = QuickForm(request.POST, request.FILES, request=request)
    if not form.is_valid():
        return shown(request, form, 422)
    before = settled(form, request)
    if before is not None:
        return redirect("log:done", zone=request.zone.code, pk=before.pk)
    try:
        engagement = save(form, request)
    except (ValidationError, IntegrityError) as error:
        # The same form came twice at once, and the other one was faster; or something cannot be.
        other = settled(form, request)
        if other is not None:
            return redirect("log:done", zone=request.zone.code, pk=other.pk)
        if isinstance(error, AlreadySaidError):
            ask_again(form, error)
            return shown(request, form, 422)
        if not isinstance(error, ValidationError):
            raise
        form.add_error(None, ValidationError(error.messages))
        return shown(request, form, 422)
    return redirect("log:done", zone=request.zone.code, pk=engagement.pk)


def preset(request: Any) -> dict[str, Any]:
    """Return what `?project=`, `?organization=` and `?kind=` fill in; what cannot be read is left empty."""
    found: dict[str, Any] = {}
    for name, model in (("project", Project), ("organization", Organization)):
        key = asked_pk(request.GET.get(name, ""))
        if key is not None:
            found[name] = (
                model.objects.allowed(request.user, "view").filter(zone=request.zone, pk=key).first()
            )
    if request.GET.get("kind"):
        found["kind"] = request.GET["kind"]
    return found


def shown(request: HttpRequest, form: QuickForm, status: int = 200) -> HttpResponse:
    """Draw the form. The draft on the device is kept under the zone and the person: phones are lent."""
    if status != HTTPStatus.OK and request.FILES and "photos" not in form.errors:
        form.add_error(
            "photos", _("Choose the files once more: a page that is shown again cannot keep them.")
        )
    zone, user = request.zone, request.user  # type: ignore[attr-defined]
    standing = getattr(form, "standing", None)
    context = {
        "form": form,
        "standing": {"url": row_url(standing), "label": str(standing)} if standing else None,
        "asks_again": standing is not None or "again" in form.data,
        "title": _("Quick log"),
        "draft": f"log-{zone.code}-{user.pk}",
        "urls": {"cancel": reverse("engagements:list", kwargs={"zone": zone.code})},
    }
    return render(request, "engagements/log.html", context, status=status)


@require_safe
def done(request: Any, pk: int) -> HttpResponse:
    """Say what was logged, and offer the next one."""
    rows = Engagement.objects.allowed(request.user, "view").filter(zone=request.zone).for_table()
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404(_("There is no such row here."))
    zone = request.zone.code
    projects = list(row.project_parts.standing().select_related("project__zone"))
    context = {
        "title": _("Logged"),
        "item": told(request, [row])[0],
        "figures": [
            {"label": figure_label(one.kind), "text": one.in_words()} for one in row.figures.live().in_force()
        ],
        "projects": projects,
        "next_steps": _next_steps(row, [part.project for part in projects]),
        "files": _files(request, row),
        "bodies": _bodies(request, row),
        "draft": f"log-{zone}-{request.user.pk}",
        "urls": {
            "row": reverse("engagements:detail", kwargs={"zone": zone, "pk": row.pk}),
            "edit": reverse("engagements:edit", kwargs={"zone": zone, "pk": row.pk}),
            "again": reverse("log:new", kwargs={"zone": zone}),
        },
    }
    return render(request, "engagements/logged.html", context)


def _next_steps(row: Engagement, projects: list[Project]) -> list[dict[str, Any]]:
    """Return what comes next: the follow-up of the engagement itself, or what its projects say."""
    said = [(row.follow_up, row.follow_up_due), *((one.next_action, one.next_due) for one in projects)]
    return [{"what": what, "due": due} for what, due in said if what or due]


def _files(request: Any, row: Engagement) -> list[dict[str, Any]]:
    """Return the photos and files that were attached, as far as the person may see them."""
    return [
        {
            "name": file.name,
            "url": reverse("sources:attachment", kwargs={"zone": request.zone.code, "pk": file.pk}),
            "is_picture": file.media_type in SHOWN_PICTURES,
        }
        for file in attachments_of(row, request)
    ]


def _bodies(request: Any, row: Engagement) -> list[dict[str, Any]]:
    """Return the organizations that took part and whose contacts the person may add to."""
    bodies = Organization.objects.allowed(request.user, "change").filter(
        engagement_parts__in=row.organization_parts.standing()
    )
    return [
        {"name": body.short_name or body.name, "contacts_url": f"{row_url(body)}#contacts"}
        for body in bodies.select_related("zone").order_by("engagement_parts__pk")
    ]
