"""What the exchange adds to every ledger: the list as a workbook, the template of one to bring, and the import."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zoneworks.exchange.asking import Asked
from zoneworks.exchange.exporting import AT_ONCE, export, file_name, select
from zoneworks.exchange.imports import pages
from zoneworks.exchange.imports.template import template_name, write_template
from zoneworks.exchange.jobs import ask_for_export
from zoneworks.exchange.refreshing import pages as refreshing
from zoneworks.jobs import channel
from zoneworks.jobs.pages import job_url
from zoneworks.kit.extensions import Extension, LedgerPage, ListAction
from zoneworks.kit.ledger import Ledger, Route
from zoneworks.kit.registry import extend

_BOTH = ("get", "post")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@extend
class ExchangeExtension(Extension):
    """Every list goes out as a workbook, and comes in as one where the person may add records."""

    def pages(self, ledger: type[Ledger]) -> list[LedgerPage]:
        return [
            LedgerPage(Route("export_xlsx", "export.xlsx", needs="export", methods=_BOTH), export_list),
            LedgerPage(Route("refresh", "refresh/", needs="export", methods=_BOTH), refreshing.answer),
            LedgerPage(Route("template_xlsx", "template.xlsx", needs="add"), hand_out_template),
            LedgerPage(Route("import", "import/", needs="add", methods=_BOTH), pages.answer_new),
            LedgerPage(
                Route("import_item", "import/<int:item>/", needs="add", methods=_BOTH), pages.answer_one
            ),
            LedgerPage(
                Route("import_marked", "import/<int:item>/marked.xlsx", needs="add"), pages.hand_out_marked
            ),
        ]

    def list_actions(self, ledger: Any) -> list[ListAction]:
        found = []
        if not ledger.moment.is_past and ledger.may("add"):
            found = [
                ListAction(_("Import a workbook"), ledger.url("import"), "table-import"),
                ListAction(_("Template for an import (xlsx)"), ledger.url("template_xlsx"), "download"),
            ]
        if ledger.may("export"):
            url = ledger.with_query("export_xlsx", page=None)
            label = _("Export as a workbook (xlsx)")
            found.append(ListAction(label, url, "file-spreadsheet", keeps_query=True))
            found.append(ListAction(_("Refresh a workbook"), ledger.url("refresh"), "refresh"))
        return found


def export_list(ledger: Any) -> HttpResponseBase:
    """Hand out the list as a workbook; of a long one, show how many rows it has, and start a job when told to."""
    asked = Asked.of(ledger)
    try:
        selection = select(asked)
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
    if ledger.request.method == "POST":
        return redirect(job_url(ask_for_export(asked)))
    if len(selection.keys) > AT_ONCE:
        context = {"ledger": ledger, "count": len(selection.keys), "list_url": ledger.with_query("list")}
        return render(ledger.request, "exchange/long_export.html", context)
    path = channel.new_file(".xlsx")
    export(selection, path)
    opened = path.open("rb")
    path.unlink()  # the open file stays readable, and nothing is left when it has been sent
    return workbook_response(opened, file_name(ledger))


def hand_out_template(ledger: Any) -> HttpResponseBase:
    """Hand out an empty workbook with the columns that an import into the ledger takes."""
    path = channel.new_file(".xlsx")
    write_template(ledger, path)
    opened = path.open("rb")
    path.unlink()
    return workbook_response(opened, template_name(ledger))


def workbook_response(opened: Any, name: str) -> FileResponse:
    """Return an open workbook as a download."""
    response = FileResponse(opened, as_attachment=True, filename=name)
    response["Content-Type"] = XLSX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
