"""One box for the whole zone: rows of every ledger by any of their names, and figures by the amount that they state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from zoneworks.accounts.searched import words_of
from zoneworks.kit.amounts import parse_amount
from zoneworks.kit.columns import Cell
from zoneworks.kit.figures import Figure
from zoneworks.kit.finding import found_by
from zoneworks.kit.finding import search as find
from zoneworks.kit.ledger import Ledger
from zoneworks.kit.past import rewind_subjects
from zoneworks.kit.quantities import Unit
from zoneworks.kit.registry import faces, ledgers

SHOWN = 5
SHOWN_FIGURES = 20
LONGEST, SHORTEST = 100, 2
COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found: its first cells, and the name that found it where the row goes by another."""

    url: str
    cells: list[Cell]
    found_by: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a ledger found. `more_url` is its list with the same words, where there is more than is shown."""

    ledger: type[Ledger]
    hits: list[Hit]
    more_url: str

    @property
    def has_other_names(self) -> bool:
        """Say whether some row goes by another name than the one that found it."""
        return any(hit.found_by for hit in self.hits)


@dataclass(frozen=True, slots=True)
class FigureHit:
    """A figure that states the amount, and what it is about."""

    url: str
    says: str
    about: str
    about_url: str


@require_safe
def search(request: Any) -> HttpResponse:
    """Show what the words of `?q=` find among the rows that the person may see."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    is_short = bool(text) and max(map(len, words_of(text)), default=0) < SHORTEST
    asked = text if not is_short else ""
    found = [
        one
        for ledger in ledgers
        if ledger.has_search and asked and (one := _in_ledger(ledger, request, asked))
    ]
    figures = list(_figures(request, asked)) if asked else []
    context = {
        "query": text,
        "is_short": is_short,
        "found": found,
        "figures": figures,
        "is_nothing": bool(asked) and not found and not figures,
    }
    return render(request, "site/search.html", context)


# -- rows --------------------------------------------------------------------------------------------------------------


def _in_ledger(ledger_class: type[Ledger], request: Any, text: str) -> Found | None:
    ledger: Any = ledger_class()
    ledger.setup(request, zone=request.zone.code)
    rows = _first(ledger, text)
    if not rows:
        return None
    shown = rows[:SHOWN]
    ledger.make_ready(shown)
    columns = [column for column in ledger.bound_columns() if not column.hidden][:COLUMNS]
    named = [ledger.named(row) for row in shown]
    by = found_by(ledger.user, ledger.model, named, text, ledger.names_then())
    hits = [Hit(line.url, line.cells, by.get(line.pk, "")) for line in ledger.table_rows(shown, columns)]
    more = f"{ledger.url('list')}?{urlencode({'q': text})}" if len(rows) > SHOWN else ""
    return Found(ledger_class, hits, request.moment.on_url(more))


def _first(ledger: Any, text: str) -> list[Any]:
    """Return a few rows, the nearest first; only they are read whole, with what is joined to them."""
    keys = find(ledger.listed(), text, ledger.order(), ledger.names_then(), zone=ledger.zone).keys(SHOWN + 1)
    whole = ledger.rows().filter(pk__in=keys)
    found = {row.pk: row for row in (whole.for_table() if hasattr(whole, "for_table") else whole)}
    return [found[key] for key in keys if key in found]


# -- figures -----------------------------------------------------------------------------------------------------------


def _figures(request: Any, text: str) -> Iterator[FigureHit]:
    """Yield figures that state the amount in `text`, however it is written: 240亿元 is 24,000,000,000."""
    asked = amount_asked(text)
    if asked is None:
        return
    value, unit = asked
    left = SHOWN_FIGURES
    for face in faces:
        model: Any = face.model
        if not left or not issubclass(model, Figure):
            continue
        rows = model._default_manager.filter(zone=request.zone, value=value)
        rows = rows.allowed(request.user, "view").possible(request.moment.on, request.moment.known)
        rows = rows.filter(unit=unit) if unit else rows
        subject = model.subject
        keys = list(rows.order_by("-latest", "-pk").values_list("pk", flat=True)[:left])
        whole = face.for_reading(model._default_manager.filter(pk__in=keys))
        told = whole.select_related("zone", "recorded_by", subject, f"{subject}__zone")
        facts = list(told.order_by("-latest", "-pk"))
        rewind_subjects(facts, request.moment)
        face.prepare(facts)
        left -= len(facts)
        for fact in facts:
            yield FigureHit(
                request.moment.on_url(face.url_of(fact)),
                face.describe(fact),
                str(fact.subject_row),
                request.moment.on_url(fact.subject_row.get_absolute_url()),
            )


def amount_asked(text: str) -> tuple[Decimal, str] | None:
    """Return value and unit of the amount that `text` states; the unit is empty for a plain number.

    >>> amount_asked("240亿元"), amount_asked("5,000"), amount_asked("高邮")
    ((Decimal('24000000000'), 'CNY'), (Decimal('5000'), ''), None)
    """
    for default in (None, Unit.ITEMS):
        try:
            found = parse_amount(text, default_unit=default)
        except ValueError:
            continue
        return found.value, "" if default else str(found.unit)
    return None
