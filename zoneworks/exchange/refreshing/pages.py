"""The page that takes a saved workbook and leads to the refreshed one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from zoneworks.exchange.refreshing.bringing import KIND, Asking, ask_for_refresh
from zoneworks.exchange.refreshing.finding import ElsewhereError
from zoneworks.jobs.pages import job_url
from zoneworks.kit.registry import ledgers


class RefreshForm(forms.Form):
    """The saved workbook, and whether the refreshed one may lack what cannot be kept."""

    file = forms.FileField(
        label=gettext_lazy("Saved workbook"),
        help_text=gettext_lazy(
            "An .xlsx that was exported here. Its name, its sheets and your columns may be others."
        ),
        widget=forms.FileInput(attrs={"accept": f".{KIND}"}),
    )
    lacking = forms.BooleanField(
        required=False,
        label=gettext_lazy("The refreshed file may lack charts, pictures and pivot tables"),
        help_text=gettext_lazy(
            "Without this a file that holds such things is not refreshed, and you are told which."
        ),
    )


def answer(ledger: Any) -> HttpResponseBase:
    """Show the form that takes a file, or refresh it and lead to the result."""
    request = ledger.request
    if request.method != "POST":
        return _show(ledger, RefreshForm())
    form = RefreshForm(request.POST, request.FILES)
    elsewhere = ""
    if form.is_valid():
        upload, root = form.cleaned_data["file"], request.build_absolute_uri("/").rstrip("/")
        try:
            return redirect(
                job_url(
                    ask_for_refresh(Asking(ledger, upload.name, form.cleaned_data["lacking"], root), upload)
                )
            )
        except ElsewhereError as error:
            elsewhere = error.ledger
            form.add_error("file", ValidationError(error.messages))
        except ValidationError as error:
            form.add_error("file", ValidationError(error.messages))
    return _show(ledger, form, elsewhere)


def _show(ledger: Any, form: RefreshForm, elsewhere: str = "") -> HttpResponse:
    other: Any = None
    if elsewhere and ledgers[elsewhere].is_granted(ledger.request, "export"):
        other = ledgers[elsewhere](page="refresh")
        other.setup(ledger.request)
    context = {
        "ledger": ledger,
        "form": form,
        "list_url": ledger.url("list"),
        "export_url": ledger.url("export_xlsx"),
        "other": other,
        "other_url": other.url("refresh") if other is not None else "",
    }
    return render(ledger.request, "exchange/refresh.html", context, status=422 if form.errors else 200)
