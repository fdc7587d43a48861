"""Pages of the comparison. What the rules read shows at once; the endpoint is asked beside the page."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from zoneworks.intake.comparing import alone, comparison_json
from zoneworks.intake.comparison import drawing
from zoneworks.intake.comparison.running import COMPARE, MOST_SIGNS, Reading, ask, reading_of
from zoneworks.intake.extractors.choosing import needed
from zoneworks.intake.extractors.configuration import ConfigurationError
from zoneworks.intake.extractors.rules import RulesExtractor
from zoneworks.jobs.models import Job, State
from zoneworks.jobs.pages import shown
from zoneworks.kit.access import is_staff, staff_page
from zoneworks.kit.menu import add_page
from zoneworks.sources.models import Document

OFFERED = 100
"""So many documents are offered, the newest first; another one is named in the address."""

add_page("sources", gettext_lazy("Compare extractors"), "compare:page", "git-compare", 35, is_staff)


class ReadingForm(forms.Form):
    """A kept document, or a text that is pasted, with the day on which it was printed."""

    document = forms.ModelChoiceField(
        Document.objects.none(),
        required=False,
        label=gettext_lazy("Kept document"),
        empty_label=gettext_lazy("none: the text below"),
    )
    issued_on = forms.DateField(
        required=False,
        label=gettext_lazy("Printed on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Left empty, the text itself is asked."),
    )
    text = forms.CharField(
        required=False, label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 9}), strip=False
    )

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Document.objects.allowed(request.user, "view").filter(zone=request.zone).exclude(text="")
        named = [str(value) for value in (self["document"].value(),) if str(value or "").isdigit()]
        newest = list(rows.values_list("pk", flat=True)[:OFFERED])
        field: Any = self.fields["document"]
        field.queryset = rows.filter(pk__in=[*newest, *named]).defer("text")

    def clean(self) -> dict[str, Any]:
        """Return one text of a length that is read here."""
        said: dict[str, Any] = super().clean() or {}
        document, text = said.get("document"), (said.get("text") or "").replace("\r\n", "\n")
        if self.errors:
            return said
        if document is not None:
            text = document.text
        if not text.strip():
            raise ValidationError({"text": _("Choose a document, or paste a text.")})
        if len(text) > MOST_SIGNS:
            told = _("The text has %(count)d signs; up to %(most)d are compared at once.")
            raise ValidationError({"text": told % {"count": len(text), "most": MOST_SIGNS}})
        issue = said.get("issued_on")
        if issue is None and document is not None and document.issued_earliest == document.issued_latest:
            issue = document.issued_latest
        said["reading"] = Reading(text, issue, document)
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def asking(request: Any) -> HttpResponseBase:
    """Take a text and show what the rules read in it; lead to the result where the endpoint is asked, too."""
    is_posted = request.method == "POST"
    named = request.GET.get("document", "")
    said = request.POST if is_posted else {"document": named} if named else None
    form = ReadingForm(said, request=request)
    endpoint, trouble = _endpoint()
    context: dict[str, Any] = {"form": form, "endpoint": endpoint, "trouble": trouble}
    if said is not None and form.is_valid():
        reading = form.cleaned_data["reading"]
        if is_posted and request.POST.get("do") == "both":
            if endpoint is None:
                form.add_error(None, trouble)
            else:
                job = ask(request.zone, request.user, reading)
                return redirect("compare:result", zone=request.zone.code, pk=job.pk)
        context |= {"articles": _by_rules(reading), "name": reading.name}
    elif named and not is_posted:
        raise Http404(_("There is no such document here, or it holds no text."))
    return render(request, "intake/comparison/page.html", context, status=422 if form.errors else 200)


@require_GET
@staff_page
def result(request: Any, pk: int) -> HttpResponse:
    """Show one's comparison: both sides, or that of the rules while the endpoint is asked."""
    jobs = Job.objects.allowed(request.user, "view").filter(zone=request.zone, kind=COMPARE)
    job = jobs.select_related("owner", "zone").filter(pk=pk, owner=request.user).first()
    if job is None:
        raise Http404(_("There is no such comparison here."))
    # A document that may no longer be seen closes what was made of it, too.
    reading = _reading(job)
    status = {**shown(job, request.user), "url": request.path}
    if request.htmx and not request.htmx.boosted:
        response = render(request, "intake/comparison/result.html#status", status)
        if not job.is_open:
            response["HX-Refresh"] = "true"
        return response
    context = {**status, "back_url": _back(request, job)}
    kept = _kept(job)
    if kept is not None:
        context |= _compared(kept)
    elif reading is not None:
        context["articles"] = _by_rules(reading)
    return render(request, "intake/comparison/result.html", context)


def _endpoint() -> tuple[Any, str]:
    """Return the endpoint, or why there is none."""
    try:
        return needed(settings.EXTRACTOR), ""
    except ConfigurationError as error:
        return None, str(error)


def _reading(job: Job) -> Reading | None:
    try:
        return reading_of(job)
    except PermissionDenied as error:
        raise Http404(str(error)) from None


def _back(request: Any, job: Job) -> str:
    url = reverse("compare:page", kwargs={"zone": request.zone.code})
    return f"{url}?document={job.arguments['document']}" if "document" in job.arguments else url


def _by_rules(reading: Reading) -> list[dict[str, Any]]:
    return drawing.drawn(comparison_json(alone(RulesExtractor().extract(reading.text, reading.issue))))


def _kept(job: Job) -> dict[str, Any] | None:
    """Return what a job found; None while it has not ended well, or where its file is gone."""
    if job.state != State.DONE or not job.file:
        return None
    try:
        with job.file.open("rb") as file:
            kept: dict[str, Any] = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return kept


def _compared(kept: dict[str, Any]) -> dict[str, Any]:
    two = kept["two"]
    return {
        "is_compared": True,
        "articles": drawing.drawn(kept["comparison"]),
        "counts": drawing.counted(kept["comparison"]),
        "host": kept["host"],
        "two": two,
        "rules_seconds": kept["one"]["usage"]["seconds"],
        "left_out": drawing.left_out(two),
        "left_out_count": len(two["dropped"]),
        "failed": [{"article": each["article"] + 1, "words": each["words"]} for each in two["failed"]],
    }
