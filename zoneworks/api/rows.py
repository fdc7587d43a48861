"""Rows of ledgers as JSON: what people fill in, typed, and what the columns show, as text; both of the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models
from django.urls import reverse

from zoneworks.api.plain import Json, Names, named, plain, rewound_value
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.facts import Fact
from zoneworks.kit.forms import span_input
from zoneworks.kit.past import rewind_subjects
from zoneworks.kit.pickmany import PickField, keys_of

TYPED = frozenset({"number", "date", "amount"})
"""The kinds of columns that say more than a text."""
_BASE = frozenset(field.name for field in Fact._meta.get_fields())


# -- addresses ---------------------------------------------------------------------------------------------------------


def href(zone: Any, *parts: Any) -> str:
    """Return an address of the API below the zone: `href(zone, "projects", 12)`."""
    return reverse("api:root", kwargs={"zone": zone.code}) + "/".join(map(str, parts))


# -- rows of ledgers ---------------------------------------------------------------------------------------------------


def filled_fields(model: type[models.Model]) -> list[Any]:
    """Return the columns that people fill in, the ones that a form writes; derived ones belong to their services."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable
        and not field.primary_key
        and not isinstance(field, models.FileField)
        and field.name not in {"zone", "created_at", "updated_at"}
    ]


def shown_fields(ledger: Any, columns: Iterable[Any]) -> list[Any]:
    """Return those of them that the person may read: the staff all, an enterprise what its pages show."""
    fields = filled_fields(ledger.model)
    if ledger.is_staff():
        return fields
    shown = {column.key for column in columns} | set(ledger.facts)
    return [field for field in fields if field.name in shown]


def every_column(ledger: Any) -> list[Any]:
    """Return the columns that the person may see, those too that a list hides at first."""
    query = ledger.request.GET.copy()
    query["columns"] = ",".join(column.key for column in ledger.bound_columns())
    ledger.request.GET = query
    return list(ledger.shown_columns())


def typed_reader(column: Any, model: type[models.Model]) -> Callable[[Any], Json] | None:
    """Return the way to what a computed column says as a key, amount, span or number; nothing of a text."""
    if column.code is not None:
        return lambda row: column.code(row)
    if column.key in {field.name for field in model._meta.concrete_fields if field.editable}:
        return None
    if column.kind not in TYPED or (column.plain is None and column.value is not None):
        return None
    read = column.reader(model)
    return lambda row: plain(read(row))


class RowWriter:
    """Writes rows of one ledger, all of one page, in a number of queries that does not grow."""

    def __init__(self, ledger: Any, rows: Sequence[Any], *, whole: bool = False) -> None:
        self.ledger = ledger
        self.rows = list(rows)
        for row in self.rows if whole else ():
            # A list leaves long texts where they are.
            if late := row.get_deferred_fields():
                row.refresh_from_db(fields=late)
        self.columns = every_column(ledger)
        self.fields = shown_fields(ledger, self.columns)
        ledger.make_ready(self.rows)
        deferred = self.rows[0].get_deferred_fields() if self.rows else set()
        self.present = [field for field in self.fields if field.attname not in deferred]
        self.readers = [
            (column, reader) for column in self.columns if (reader := typed_reader(column, ledger.model))
        ]
        self.names = Names(ledger.user, self.present, self.rows)
        self.then = ledger.told_then

    def written(self) -> list[dict[str, Json]]:
        """Return every row as a list tells it."""
        drawn = self.ledger.table_rows(self.rows, self.columns)
        return [self._row(row, cells.cells) for row, cells in zip(self.rows, drawn, strict=True)]

    def _row(self, row: Any, cells: Iterable[Any]) -> dict[str, Json]:
        ledger = self.ledger
        then = self.then.get(row.pk, {})
        hidden = ledger.hidden_facts(row)
        return {
            "id": row.pk,
            "title": ledger.title(row),
            "href": ledger.moment.on_url(href(ledger.zone, ledger.slug, row.pk)),
            "page": ledger.moment.on_url(ledger.row_url(row)),
            "created_at": plain(row.created_at),
            "fields": {
                field.name: rewound_value(field, then[field.name])
                if field.name in then
                else self.names.value(row, field)
                for field in self.present
                if field.name not in hidden
            },
            "values": {column.key: read(row) for column, read in self.readers},
            "shown": {column.key: cell.text for column, cell in zip(self.columns, cells, strict=True)},
        }


def ties(ledger: Any, row: Any) -> dict[str, Json]:
    """Return the rows that the form of `row` ties to it, by field, as far as the person sees them."""
    form = ledger.form_class(instance=row, request=ledger.request)
    found = {}
    for name, field in form.fields.items():
        if isinstance(field, PickField) and field.many:
            keys = [int(key) for key in keys_of(form.get_initial_for_field(field, name))]
            rows = field.queryset.in_bulk(keys)
            found[name] = [named(rows[key]) for key in keys if key in rows]
    return found


# -- facts -------------------------------------------------------------------------------------------------------------


def own_fields(model: type[Fact]) -> list[Any]:
    """Return what a fact says beside span, level and note: its kind, value, unit and whatever else it has."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in _BASE and not field.primary_key and field.name != model.subject
    ]


def written_facts(face: Any, facts: Sequence[Any], request: Any, is_staff: bool) -> list[dict[str, Json]]:
    """Return `facts`, all of one face and prepared by it, with what they rest on as far as the person may see it."""
    fields = own_fields(face.model)
    rewind_subjects(facts, request.moment)
    names = Names(request.user, fields, facts)
    cited = citations_of(facts, request.user, request.moment.known)
    return [
        {
            "id": fact.pk,
            "face": face.slug,
            "says": str(face.describe(fact)),
            "about": {
                **named(fact.subject_row),
                "href": subject_href(fact, request),
            },
            "when": span_input(fact.span),
            "earliest": fact.earliest.isoformat(),
            "latest": fact.latest.isoformat(),
            "is_uncertain": fact.is_uncertain(request.moment.on),
            "asserted_by": fact.asserted_by,
            "values": {field.name: names.value(fact, field) for field in fields},
            "note": fact.note if is_staff else "",
            "recorded_at": plain(fact.recorded_at),
            "recorded_by": named(fact.recorded_by) if is_staff else None,
            "corrects": fact.reverses_id,
            "withdrawn": fact.withdrawn,
            "citations": [
                {"label": link.label, "page": link.url, "quote": link.title}
                for link in cited.get(fact.pk, [])
            ],
            "href": request.moment.on_url(href(request.zone, "facts", face.slug, fact.pk)),
            "page": request.moment.on_url(face.url_of(fact)),
        }
        for fact in facts
    ]


def subject_href(fact: Any, request: Any) -> str:
    """Return the address of what `fact` is about, where a ledger shows it."""
    from zoneworks.kit.registry import ledgers

    subject = fact.subject_row
    ledger = ledgers.for_model(type(subject))
    return request.moment.on_url(href(request.zone, ledger.slug, subject.pk)) if ledger else ""
