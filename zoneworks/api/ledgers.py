"""Addresses of ledgers: the list, one row with its facts, and the row's own changes."""

from __future__ import annotations

import copy
from hashlib import sha256
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from zoneworks.accounts.locks import hold
from zoneworks.api import kinds
from zoneworks.api.asking import AS_OF, COUNT, CURSOR, KNOWN_AT, LIMIT, ROWS, SEARCH, Parameter, filters_of
from zoneworks.api.inputs import filled_in
from zoneworks.api.once import once
from zoneworks.api.paging import Order, orders_of, page_of
from zoneworks.api.plain import Json, named, plain
from zoneworks.api.problems import Problem, already_said, form_errors
from zoneworks.api.reading import in_force, seen_facts
from zoneworks.api.rows import RowWriter, every_column, href, ties, written_facts
from zoneworks.api.versions import check_version
from zoneworks.api.views import ApiView
from zoneworks.kit.audit import snapshot
from zoneworks.kit.history import changes_of, fact_of, shown_change
from zoneworks.kit.ledger import Ledger
from zoneworks.kit.models import Change
from zoneworks.kit.recording import AlreadySaidError
from zoneworks.kit.registry import faces

MOST_FACTS = 200
"""How many facts of each face the address of a row tells; all are found at the address of the face."""


class LedgerView(ApiView):
    """An address of one ledger; what is written goes through its form and its `save_form`, as on the pages."""

    ledger_class: ClassVar[type[Ledger]]

    def ledger(self, page: str, query: QueryDict | None = None) -> Ledger:
        """Return the ledger as its page `page` would see the request."""
        request = copy.copy(self.plain)
        request.GET = QueryDict(mutable=True) if query is None else query
        found = self.ledger_class(page=page)
        found.setup(request, **self.kwargs)
        return found

    def saved(self, ledger: Any, verb: str, row: Any = None) -> Any:
        """Save what was sent as a new row, or as a change of `row`. Raise the problem that stands in the way."""
        before = snapshot(row) if row is not None else {}

        def make(posted: QueryDict | None) -> Any:
            held = {} if row is None else {"instance": row}
            if posted is None:
                return ledger.form_class(request=ledger.request, **held)
            return ledger.form_class(posted, MultiValueDict(), request=ledger.request, **held)

        form = filled_in(make, self.sent())
        try:
            with transaction.atomic():
                return ledger.save_new(form) if row is None else ledger.save_form(form, verb, before)
        except AlreadySaidError as error:
            raise already_said(href(self.zone, ledger.slug, error.current.pk)) from error
        except IntegrityError as error:
            raise Problem(
                409, "taken", _("Somebody else kept the same at this moment. Read it and try again.")
            ) from error

    def told(self, pk: int, status: int = 200) -> Response:
        """Return the answer that tells a row as it is now, with the mark of its version."""
        self.kwargs["pk"] = pk
        ledger = self.ledger("detail")
        row: Any = ledger.get_row()
        self.mark = version_mark(ledger, row)
        return Response(detail(ledger, row, self.plain), status)


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

    def post(self, request: Any, **kwargs: Any) -> Response:
        """Enter a row. Sent again with the same `Idempotency-Key`, it is answered and not entered again."""
        ledger = self.ledger("new")
        if not ledger.may("add"):
            raise PermissionDenied(_("Your role does not allow this here."))
        pk, is_again = once(request, lambda: self.saved(ledger, "add").pk)
        self.look_again()
        response = self.told(pk, 201)
        response["Location"] = href(self.zone, ledger.slug, pk)
        if is_again:
            response["Idempotent-Replayed"] = "true"
        return response


def next_url(request: Any, cursor: str) -> str | None:
    """Return the address of the next page, or nothing behind the last."""
    if not cursor:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"


class RowDetail(LedgerView):
    """Tells one row with the facts about it, and changes what people fill in."""

    def get(self, request: Any, **kwargs: Any) -> Response:
        self.asked()
        return self.told(kwargs["pk"])

    def patch(self, request: Any, **kwargs: Any) -> Response:
        """Change the fields that are sent; the others stay as they are."""
        with transaction.atomic():
            hold(self.ledger_class.model, kwargs["pk"])
            ledger = self.ledger("edit")
            row: Any = ledger.get_row("change")
            check_version(request, version_mark(ledger, row))
            self.saved(ledger, "change", row)
        self.look_again()
        return self.told(row.pk)


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
    """Tells who changed the row and the facts about it, when, from what to what."""

    def parameters(self) -> tuple[Parameter, ...]:
        return (AS_OF, KNOWN_AT, LIMIT, CURSOR)

    def get(self, request: Any, **kwargs: Any) -> Response:
        query = self.asked()
        ledger = self.ledger("history")
        row: Any = ledger.get_row()
        if not ledger.is_staff():
            raise PermissionDenied(_("The history of a row is for the staff of the zone."))
        changes = changes_of(row, self.plain.user, self.moment)
        limit = int(query.get("limit", ROWS))
        newest_first = Order(descending=True)
        part = page_of(changes, newest_first, limit, query.get("cursor", ""), f"{ledger.slug}.{row.pk}")
        return Response(
            {
                "results": [_change(change, row, ledger) for change in part.rows],
                "next": next_url(self.plain, part.cursor),
            }
        )


def _change(change: Change, row: Any, ledger: Any) -> dict[str, Json]:
    fact = fact_of(change, row)
    model, hidden = (type(row), ledger.hidden_facts(row)) if fact is None else (fact.face.model, frozenset())
    shown = shown_change(change, model, ledger.zone, hidden, in_words=False)
    names = [name for name in change.fields if name not in hidden]
    return {
        "at": plain(change.at),
        "by": named(change.actor),
        "did": change.verb,
        "says": shown["verb_label"],
        "fact": None
        if fact is None
        else {
            "kind": fact.face.slug,
            "id": fact.pk,
            "label": fact.label,
            "href": ledger.moment.on_url(href(ledger.zone, "facts", fact.face.slug, fact.pk)),
        },
        "fields": [
            {"field": name, "label": line["label"], "before": line["before"], "after": line["after"]}
            for name, line in zip(names, shown["fields"], strict=True)
        ],
    }
