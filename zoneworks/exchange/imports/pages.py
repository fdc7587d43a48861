"""The pages of an import: bring a file, look at what it would change, write it or drop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.exchange.imports import bringing
from zoneworks.exchange.imports.rows import CHANGED, FAULTY, NEW, UNCHANGED
from zoneworks.exchange.marking import marked_name
from zoneworks.exchange.models import Standing, WorkbookImport
from zoneworks.exchange.workbooks import KINDS
from zoneworks.jobs import running
from zoneworks.jobs.pages import shown as shown_job
from zoneworks.kit.paging import page_links
from zoneworks.sources.files import download
from zoneworks.sources.models import Attachment

PAGE_SIZE = 50
SHOWN_IMPORTS = 10
TABS = {
    FAULTY: gettext_lazy("With faults"),
    CHANGED: gettext_lazy("Changed"),
    NEW: gettext_lazy("New"),
    UNCHANGED: gettext_lazy("Unchanged"),
}
"""The rows of a preview by what becomes of them, those first that want a look."""
STANDINGS = {
    Standing.COMPARING: (gettext_lazy("being compared"), "blue"),
    Standing.STOPPED: (gettext_lazy("stopped"), "yellow"),
    Standing.FAULTY: (gettext_lazy("with faults"), "red"),
    Standing.SAME: (gettext_lazy("nothing to write"), "grey"),
    Standing.READY: (gettext_lazy("to be looked at"), "accent"),
    Standing.WRITING: (gettext_lazy("being written"), "blue"),
    Standing.WRITTEN: (gettext_lazy("written"), "green"),
}


class BringForm(forms.Form):
    """The file, and what its empty cells mean."""

    file = forms.FileField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy(
            "xlsx, xls, ods or csv. Titles, notes and totals around the table are passed over."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in KINDS)}),
    )
    clears = forms.BooleanField(
        required=False,
        label=gettext_lazy("An empty cell empties the field"),
        help_text=gettext_lazy("Otherwise an empty cell leaves the field as it is."),
    )


@dataclass(frozen=True, slots=True)
class Tab:
    """The rows of a preview that have one state."""

    label: str
    count: int
    url: str
    is_shown: bool


def answer_new(ledger: Any) -> HttpResponseBase:
    """Show the form that takes a file, or take it and lead to its preview."""
    if ledger.request.method != "POST":
        return _show_form(ledger, BringForm())
    form = BringForm(ledger.request.POST, ledger.request.FILES)
    if form.is_valid():
        try:
            one = bringing.bring(ledger, form.cleaned_data["file"], clears=form.cleaned_data["clears"])
            return redirect(ledger.url("import_item", item=one.pk))
        except ValidationError as error:
            form.add_error("file", ValidationError(error.messages))
    return _show_form(ledger, form)


def _show_form(ledger: Any, form: BringForm) -> HttpResponse:
    mine = _visible(ledger).filter(owner=ledger.user).select_related("job")[:SHOWN_IMPORTS]
    context = {
        "ledger": ledger,
        "form": form,
        "imports": [
            {
                "one": one,
                "url": ledger.url("import_item", item=one.pk),
                "said": STANDINGS[one.standing][0],
                "tone": STANDINGS[one.standing][1],
            }
            for one in mine
        ],
        "list_url": ledger.url("list"),
        "template_url": ledger.url("template_xlsx"),
    }
    status = 422 if form.errors else 200
    return render(ledger.request, "exchange/import_new.html", context, status=status)


def _visible(ledger: Any) -> Any:
    found = WorkbookImport.objects.allowed(ledger.user, "view")
    return found.filter(zone=ledger.zone, ledger=ledger.slug)


def _asked(ledger: Any) -> WorkbookImport:
    """Return the import of this address; 404 for one that the person does not see."""
    found = _visible(ledger).select_related("job", "owner", "zone").filter(pk=ledger.kwargs["item"]).first()
    if found is None:
        raise Http404(_("There is no such import here."))
    return found


def answer_one(ledger: Any) -> HttpResponseBase:
    """Show how an import stands, or do with it what its page offers."""
    one = _asked(ledger)
    if ledger.request.method == "POST":
        return _do(ledger, one)
    request = ledger.request
    context = _context(ledger, one)
    if not request.htmx or request.htmx.boosted:
        return render(request, "exchange/import.html", context)
    response = render(request, "exchange/import.html#progress", context)
    if not context["is_open"]:
        response["HX-Redirect"] = ledger.url("import_item", item=one.pk)
    return response


def _context(ledger: Any, one: WorkbookImport) -> dict[str, Any]:
    standing = one.standing
    said, tone = STANDINGS[standing]
    is_open = standing in (Standing.COMPARING, Standing.WRITING)
    context: dict[str, Any] = {
        "ledger": ledger,
        "one": one,
        "standing": standing.value,
        "said": said,
        "tone": tone,
        "is_open": is_open,
        "job": shown_job(one.job, ledger.user) if one.job is not None and is_open else None,
        "url": ledger.url("import_item", item=one.pk),
        "list_url": ledger.url("list"),
        "new_url": ledger.url("import"),
        "marked_url": ledger.url("import_marked", item=one.pk),
        "trouble": one.trouble if standing != Standing.WRITTEN else "",
        "file_url": _file_url(one) if standing == Standing.WRITTEN else "",
    }
    return context | (_preview(ledger, one) if one.digest else {})


def _file_url(one: WorkbookImport) -> str:
    """Return the address of the file that the written records cite."""
    kept = Attachment.objects.of([one]).kept().first()
    return (
        "" if kept is None else reverse("sources:attachment", kwargs={"zone": one.zone.code, "pk": kept.pk})
    )


def _preview(ledger: Any, one: WorkbookImport) -> dict[str, Any]:
    """Return the rows of one state, a page of them, and how many there are of each."""
    url = ledger.url("import_item", item=one.pk)
    filled = [state for state in TABS if one.counts.get(state)]
    asked = ledger.request.GET.get("rows", "")
    chosen = asked if asked in TABS else next(iter(filled), NEW)
    page = Paginator(one.rows.filter(state=chosen), PAGE_SIZE).get_page(ledger.request.GET.get("page"))
    rows = [
        {"row": row, "url": ledger.url("detail", pk=row.record) if row.record and row.state != FAULTY else ""}
        for row in page.object_list
    ]
    tabs = [
        Tab(str(label), one.counts.get(state, 0), f"{url}?rows={state}", state == chosen)
        for state, label in TABS.items()
        if one.counts.get(state) or state == chosen
    ]
    return {
        "rows": rows,
        "state": chosen,
        "tabs": tabs,
        "page_links": page_links(page, ledger.request.GET, address=url),
    }


def _do(ledger: Any, one: WorkbookImport) -> HttpResponseBase:
    """Write, compare anew, stop or drop an import, as the button says."""
    if not one.allows(ledger.user, "change"):
        raise PermissionDenied(_("What is written stays. Correct it in the ledger."))
    back = redirect(ledger.url("import_item", item=one.pk))
    try:
        match ledger.request.POST.get("do"):
            case "write":
                bringing.ask_to_write(one, ledger.request.POST.get("digest", ""))
            case "compare":
                bringing.compare_again(one)
            case "stop":
                if one.job is not None:
                    running.cancel(one.job)
            case "drop":
                bringing.drop(one)
                said = _("The import of “%(name)s” is dropped; nothing of it was written.")
                messages.success(ledger.request, said % {"name": one.name})
                return redirect(ledger.url("import"))
            case _:
                messages.error(ledger.request, _("Choose what is to become of the import."))
    except ValidationError as error:
        messages.error(ledger.request, " ".join(error.messages))
    return back


def hand_out_marked(ledger: Any) -> HttpResponseBase:
    """Hand out the copy of the file with its faults marked."""
    one = _asked(ledger)
    return download(one.marked, marked_name(one.name))
