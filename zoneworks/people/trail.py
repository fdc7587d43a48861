"""The audit trail of a zone: who did what to which row, when, and from what to what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.forms.widgets import DateInput
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zoneworks.accounts.models import User
from zoneworks.accounts.roles import Role
from zoneworks.kit.audit import page_told
from zoneworks.kit.history import shown_change, with_units
from zoneworks.kit.menu import add_page
from zoneworks.kit.models import VERBS, Change
from zoneworks.kit.moment import end_of_day
from zoneworks.kit.paging import page_links
from zoneworks.kit.registry import faces, ledgers
from zoneworks.kit.rendering import NO_CHOICE

PAGE_SIZE = 50
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
READERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})


def _day_field(label: Any) -> forms.DateField:
    within = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    return forms.DateField(
        required=False, label=label, widget=DateInput(attrs={"type": "date"}), validators=within
    )


class TrailForm(forms.Form):
    """What to look for in the trail."""

    actor = forms.ModelChoiceField(queryset=User.objects.none(), required=False, label=gettext_lazy("who"))
    since = _day_field(gettext_lazy("from day"))
    until = _day_field(gettext_lazy("to day"))
    verb = forms.ChoiceField(required=False, label=gettext_lazy("did"))
    q = forms.CharField(required=False, max_length=100, label=gettext_lazy("what"))

    def __init__(self, *args: Any, zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = User.objects.filter(memberships__zone=zone).distinct().order_by("full_name", "username")
        self.fields["actor"].queryset = here  # type: ignore[attr-defined]
        self.fields["verb"].choices = [("", NO_CHOICE), *VERBS.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return cleaned

    def chosen(self) -> Q:
        """Return the condition that the filled-in fields make."""
        found = Q()
        asked = self.cleaned_data
        if asked.get("actor"):
            found &= Q(actor=asked["actor"])
        if asked.get("since"):
            found &= Q(at__gt=end_of_day(asked["since"] - timedelta(days=1)))
        if asked.get("until"):
            found &= Q(at__lte=end_of_day(asked["until"]))
        if asked.get("verb"):
            found &= Q(verb=asked["verb"])
        if asked.get("q"):
            found &= Q(label__icontains=asked["q"].strip())
        return found


def reads_trail(request: Any) -> bool:
    """Say whether the person may read the trail of the zone of the request."""
    return bool(request.user.roles_in(request.zone) & READERS)


@require_safe
def changes(request: Any) -> HttpResponse:
    """Show the changes of the zone, the newest first, 50 a page; 403 for who may not read them."""
    if not reads_trail(request):
        raise PermissionDenied(_("The audit trail is for auditors and administrators."))
    form = TrailForm(request.GET, zone=request.zone)
    rows = Change.objects.allowed(request.user, "view").filter(zone=request.zone)
    rows = rows.filter(form.chosen()) if form.is_valid() else rows.none()
    if request.moment.names_known_at:
        rows = rows.filter(at__lte=request.moment.known_at)
    rows = rows.select_related("actor", "content_type").order_by("-at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "changes": [_line(change, request) for change in with_units(page.object_list)],
        "page_links": page_links(page, request.GET),
        "is_filtered": form.is_bound and any(form.data.get(name) for name in form.fields),
        "url": reverse("trail:list", kwargs={"zone": request.zone.code}),
    }
    return render(request, "people/trail.html", context, status=200 if form.is_valid() else 422)


def _line(change: Change, request: Any) -> dict[str, Any]:
    model = change.content_type.model_class()
    shown = shown_change(change, model, request.zone) if model is not None else {}
    return {
        **shown,
        "kind": str(model._meta.verbose_name) if model is not None else "",
        "url": _target_url(model, change, request),
    }


def _target_url(model: type[models.Model] | None, change: Change, request: Any) -> str:
    """Return the page of what was changed, without asking for the row."""
    if model is None:
        return ""
    if page := page_told(model, request.zone, change.label):
        return str(request.moment.on_url(page))
    ledger = ledgers.for_model(model)
    face = faces.for_fact(model)
    space = ledger.slug if ledger is not None else f"fact-{face.slug}" if face is not None else ""
    at = {"zone": request.zone.code, "pk": change.object_id}
    return reverse(f"{space}:detail", kwargs=at) if space else ""


def _in_menu(request: Any) -> bool:
    try:
        reverse("trail:list", kwargs={"zone": request.zone.code})
    except NoReverseMatch:
        return False
    return reads_trail(request)


add_page("people", gettext_lazy("Audit trail"), "trail:list", "list-search", 60, _in_menu)
