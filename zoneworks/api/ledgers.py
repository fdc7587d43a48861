"""Addresses of ledgers: the list, one row with its facts, and the row's own changes."""

from __future__ import annotations

import copy
from hashlib import sha256
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from zoneworks.api import kinds
from zoneworks.api.asking import AS_OF, COUNT, CURSOR, KNOWN_AT, LIMIT, ROWS, SEARCH, Parameter, filters_of
from zoneworks.api.paging import Order, orders_of, page_of
from zoneworks.api.plain import Json, named, plain
from zoneworks.api.problems import Problem, form_errors
from zoneworks.api.reading import in_force, seen_facts
from zoneworks.api.rows import RowWriter, every_column, href, ties, written_facts
from zoneworks.api.views import ApiView
from zoneworks.kit.ledger import Ledger
from zoneworks.kit.models import Change
from zoneworks.kit.registry import faces
from zoneworks.kit.rowpages import shown_change

MOST_FACTS = 200
"""How many facts of each face the address of a row tells; all are found at the address of the face."""


class LedgerView(ApiView):
    """An address of one ledger."""

    ledger_class: ClassVar[type[Ledger]]

    def ledger(self, page: str, query: QueryDict | None = None, posted: QueryDict | None = None) -> Ledger:
        """Return the ledger as its page `page` would see the request."""
        request = copy.copy(self.plain)
        request.GET = QueryDict(mutable=True) if query is None else query
        if posted is not None:
            request.POST = posted
            request._files = MultiValueDict()
        found = self.ledger_class(page=page)
        found.setup(request, **self.kwargs)
        return found


class RowList(LedgerView):
    """Lists the rows of a ledger."""

    def parameters(self) -> tuple[Parameter, ...]:
        ledger = self.ledger("list")
        search = (SEARCH,) if ledger.has_search else ()
        orders = orders_of(ledger, every_column(ledger))
        order = Parameter(
            "order",
            kinds.one_of(orders),
            gettext_lazy("By what the rows are ordered; with “-” backwards. Rows without a value come last."),
            "id",
        )
        filters = filters_of(ledger.filterset().form)
        return (AS_OF, KNOWN_AT, *search, order, LIMIT, CURSOR, COUNT, *filters)

    def get(self, request: Any, **kwargs: Any) -> Response:
        query = self.asked()
        ledger = self.ledger("list", query)
        filterset = ledger.filterset()
        if not filterset.form.is_valid():
            errors = form_errors(filterset.form)
            raise Problem(400, "unreadable_parameter", errors[0]["message"], errors=errors)
        rows = ledger.chosen(filterset).order_by()
        orders = orders_of(ledger, every_column(ledger))
        order = orders[query.get("order", "id")]
        limit = int(query.get("limit", ROWS))
        part = page_of(rows, order, limit, query.get("cursor", ""), ledger.slug)
        return Response(
            {
                "results": RowWriter(ledger, part.rows).written(),
                "next": next_url(self.plain, part.cursor),
                "count": rows.count() if query.get("count") == "true" else None,
            }
        )


def next_url(request: Any, cursor: str) -> str | None:
    """Return the address of the next page, or nothing behind the last."""
    if not cursor:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"


class RowDetail(LedgerView):
    """Tells one row with the facts about it."""

    def get(self, request: Any, **kwargs: Any) -> Response:
        self.asked()
        ledger = self.ledger("detail")
        return self.told(ledger, ledger.get_row())

    def told(self, ledger: Any, row: Any, status: int = 200) -> Response:
        """Return the answer that tells `row`, with the mark of its version."""
        self.mark = version_mark(ledger, row)
        return Response(detail(ledger, row, self.plain), status)


def version_mark(ledger: Any, row: Any) -> str:
    """Return the mark of the stored row: another one after each change of what people fill in."""
    said = f"{ledger.slug} {row.pk} {ledger.version(row)}"
    return sha256(said.encode()).hexdigest()[:16]


def detail(ledger: Any, row: Any, request: Any) -> dict[str, Json]:
    """Return one row as JSON, with its facts in the order of time."""
    found = RowWriter(ledger, [row], whole=True).written()[0]
    staff = ledger.is_staff()
    if staff:
        found["fields"] |= ties(ledger, row)
    facts: list[dict[str, Json]] = []
    links = {}
    for face in faces.about(ledger.model):
        rows = in_force(seen_facts(face, request), request.moment).filter(**{face.model.subject: row})
        told = list(rows.order_by("-latest", "-earliest", "-pk")[:MOST_FACTS])
        face.prepare(told)
        facts += written_facts(face, told, request, staff)
        address = f"{href(request.zone, 'facts', face.slug)}?about={row.pk}"
        links[face.slug] = request.moment.on_url(address)
    facts.sort(key=lambda fact: (fact["latest"], fact["earliest"], fact["recorded_at"]))
    found["facts"] = facts
    found["facts_of"] = links
    found["history"] = href(request.zone, ledger.slug, row.pk, "history") if staff else None
    return found


class RowHistory(LedgerView):
    """Tells who changed the row itself, when, from what to what."""

    def parameters(self) -> tuple[Parameter, ...]:
        return (AS_OF, KNOWN_AT, LIMIT, CURSOR)

    def get(self, request: Any, **kwargs: Any) -> Response:
        query = self.asked()
        ledger = self.ledger("history")
        row: Any = ledger.get_row()
        if not ledger.is_staff():
            raise PermissionDenied(_("The history of a row is for the staff of the zone."))
        changes = Change.objects.of_row(row).filter(zone=self.zone).select_related("actor")
        if self.moment.names_known_at:
            changes = changes.filter(at__lte=self.moment.known_at)
        limit = int(query.get("limit", ROWS))
        newest_first = Order(descending=True)
        part = page_of(changes, newest_first, limit, query.get("cursor", ""), f"{ledger.slug}.{row.pk}")
        return Response(
            {
                "results": [_change(change, type(row), self.zone) for change in part.rows],
                "next": next_url(self.plain, part.cursor),
            }
        )


def _change(change: Change, model: Any, zone: Any) -> dict[str, Json]:
    shown = shown_change(change, model, zone)
    return {
        "at": plain(change.at),
        "by": named(change.actor),
        "did": change.verb,
        "says": shown["verb_label"],
        "fields": [
            {"field": name, "label": line["label"], "before": line["before"], "after": line["after"]}
            for name, line in zip(change.fields, shown["fields"], strict=True)
        ],
    }
