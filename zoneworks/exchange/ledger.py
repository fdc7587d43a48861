"""What the exchange adds to every ledger: the list as a workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from zoneworks.exchange.asking import Asked
from zoneworks.exchange.exporting import export, select
from zoneworks.kit.extensions import Extension, LedgerPage, ListAction
from zoneworks.kit.ledger import Ledger, Route
from zoneworks.kit.registry import extend

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@extend
class ExchangeExtension(Extension):
    """Every list goes out as a workbook."""

    def pages(self, ledger: type[Ledger]) -> list[LedgerPage]:
        return [LedgerPage(Route("export_xlsx", "export.xlsx", needs="export"), export_list)]

    def list_actions(self, ledger: Any) -> list[ListAction]:
        if not ledger.may("export"):
            return []
        url = ledger.with_query("export_xlsx", page=None)
        return [ListAction(_("Export as a workbook (xlsx)"), url, "file-spreadsheet", keeps_query=True)]


def export_list(ledger: Any) -> HttpResponseBase:
    """Hand out the list as a workbook."""
    asked = Asked.of(ledger)
    try:
        selection = select(asked)
    except ValidationError as error:
        return HttpResponse(" ".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
    with tempfile.NamedTemporaryFile(prefix="zoneworks-", suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    export(selection, path)
    opened = path.open("rb")
    path.unlink()  # the open file stays readable, and nothing is left when it has been sent
    return workbook_response(opened, file_name(ledger))


def workbook_response(opened: Any, name: str) -> FileResponse:
    """Return an open workbook as a download."""
    response = FileResponse(opened, as_attachment=True, filename=name)
    response["Content-Type"] = XLSX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def file_name(ledger: Any) -> str:
    """Return what the file of a list is called: what it holds, and of which day."""
    return f"{ledger.label_plural()}-{ledger.moment.on:%Y-%m-%d}.xlsx"
