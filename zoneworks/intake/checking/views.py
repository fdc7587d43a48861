"""The page on which a draft is checked before it is printed. Nothing of the draft is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zoneworks.intake.checking.checker import LONGEST, Checked, DraftError, check
from zoneworks.intake.checking.ledger import TooMuchError
from zoneworks.intake.checking.printing import shown
from zoneworks.kit.access import is_staff, staff_page
from zoneworks.kit.entity import asked_pk
from zoneworks.kit.menu import add_page
from zoneworks.kit.moment import MomentError, read_day
from zoneworks.measures.keeping import kept_readings
from zoneworks.sources.models import Document

LATEST = 50
"""So many kept documents are offered; others are opened and their text copied."""
INVALID = 422

add_page("sources", gettext_lazy("Check a draft"), "check:draft", "checklist", 20, is_staff)


class DraftForm(forms.Form):
    """A draft and the day on which it will be printed."""

    text = forms.CharField(
        label=gettext_lazy("Draft"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "form-control check-draft"}),
        error_messages={
            "required": gettext_lazy("The draft is empty. Paste the text that is to be printed.")
        },
    )
    issue_date = forms.CharField(
        label=gettext_lazy("Day of issue"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        help_text=gettext_lazy(
            "今年以来 and 9月底 are read from this day. Without it: the day that the draft prints, else today."
        ),
    )

    def clean_text(self) -> str:
        """Return the text; refuse one that has nothing to read, or too much."""
        text = str(self.cleaned_data["text"])
        if not text.strip():
            raise ValidationError(_("The draft is empty. Paste the text that is to be printed."))
        if len(text) > LONGEST:
            raise ValidationError(
                _(
                    "The draft has %(signs)d characters; at most %(most)d are checked at once. Check it in parts."
                )
                % {"signs": len(text), "most": LONGEST}
            )
        return text

    def clean_issue_date(self) -> Any:
        """Return the day, or nothing."""
        text = str(self.cleaned_data["issue_date"]).strip()
        try:
            return read_day("issue_date", text) if text else None
        except MomentError as error:
            raise ValidationError(str(error)) from error


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def draft(request: Any) -> HttpResponse:
    """Show the form, or beside it a draft with the verdict of each of its numbers.

    `?document=` puts the text of a kept document into the form and checks it.
    """
    if request.method == "POST":
        return _checked(request, DraftForm(request.POST))
    asked = request.GET.get("document", "")
    if not asked:
        return _page(request, DraftForm())
    kept = _documents(request).filter(pk=asked_pk(asked)).first()
    if kept is None:
        raise Http404(_("There is no such document here."))
    day = kept.issued_latest.isoformat() if kept.issued_latest else ""
    return _checked(request, DraftForm({"text": kept.text, "issue_date": day}))


def _checked(request: Any, form: DraftForm) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    try:
        with kept_readings(request.zone):
            checked = check(
                form.cleaned_data["text"],
                request.zone,
                request.moment,
                viewer=request.user,
                issue=form.cleaned_data["issue_date"],
            )
            return _page(request, form, checked)
    except (DraftError, TooMuchError) as error:
        form.add_error("text", str(error))
        return _page(request, form, status=INVALID)


def _page(
    request: Any, form: DraftForm, checked: Checked | None = None, *, status: int = 200
) -> HttpResponse:
    documents = _documents(request).defer("text").exclude(text="").order_by("-issued_latest", "-pk")
    context: dict[str, Any] = {
        "form": form,
        "checked": checked,
        "documents": list(documents[:LATEST]),
        "document": request.GET.get("document", ""),
        "action": request.moment.on_url(request.path),
    }
    if checked is not None:
        context |= shown(checked)
    return render(request, "intake/check.html", context, status=status)


def _documents(request: Any) -> Any:
    return Document.objects.allowed(request.user, "view").filter(zone=request.zone)
