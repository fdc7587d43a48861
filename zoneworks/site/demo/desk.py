"""The desk at which the pages of the demo are entered: rows and facts, with day of entry and passages.

The moment at which a fact was recorded is the demo's own choice: the evening of the last day on which the
page that first prints it can have appeared. So "as known at" shows what a reader of those pages knew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import yaml
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.timezone import localdate, make_aware

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.audit import record, snapshot
from zoneworks.kit.facts import Fact
from zoneworks.kit.recording import add
from zoneworks.kit.spans import Span, parse_span
from zoneworks.sources.models import Citation, Document, Passage

Row = TypeVar("Row", bound=models.Model)
F = TypeVar("F", bound=Fact)
Entry = dict[str, Any]

EVENING = time(18)


@cache
def told(name: str) -> Any:
    """Return what the file `name` of the demo zone says."""
    return yaml.safe_load((files(__package__) / "gaoyou" / f"{name}.yaml").read_text(encoding="utf-8"))


def span_of(text: str) -> Span:
    """Return the two days that a data file states: 2023-05-01..2023-05-10, or one day."""
    return parse_span(text)


class Desk:
    """Enters what the data files say into one zone, as one clerk; remembers rows by their key there."""

    def __init__(self, zone: Zone, clerk: User) -> None:
        self.zone = zone
        self.clerk = clerk
        self.passages: dict[str, Passage] = {}
        self.rows: dict[tuple[type[models.Model], str], Any] = {}

    def enter(self, row: Row, key: str, cites: Sequence[str] = (), *, at: datetime | None = None) -> Row:
        """Write `row` with its line in the audit trail, dated to the first page that names it; return it."""
        row.full_clean()
        row.save()
        record(self.clerk, "load", row, after=snapshot(row))
        self.rows[type(row), key] = row
        moment = at or self.first_told(cites)
        if moment is not None and any(field.name == "created_at" for field in row._meta.fields):
            type(row)._base_manager.filter(pk=row.pk).update(created_at=moment)
        self.cite(row, cites)
        return row

    def tell(self, fact: F, cites: Sequence[str]) -> F:
        """Record `fact` as told by the passages `cites`; return it."""
        fact.zone = self.zone
        fact.recorded_at = self.known_since(cites, fact.latest)
        add(fact, actor=self.clerk)
        self.cite(fact, cites)
        return fact

    def cite(self, row: models.Model, cites: Sequence[str]) -> None:
        """Tie `row` to the passages `cites`."""
        kind = ContentType.objects.get_for_model(row)
        for key in dict.fromkeys(cites):
            passage = self.passages[key]
            tie = Citation(
                zone=self.zone, passage=passage, content_type=kind, object_id=row.pk, cited_by=self.clerk
            )
            tie.save()
            Citation.objects.filter(pk=tie.pk).update(cited_at=entered(passage.document))

    def find(self, model: type[Row], key: str | None) -> Row | None:
        """Return the row that the files call `key`, or nothing for no key; KeyError names an unknown one."""
        return None if key is None else self.rows[model, key]

    def get(self, model: type[Row], key: str) -> Row:
        """Return the row that the files call `key`; KeyError names an unknown one."""
        return self.rows[model, key]

    def first_told(self, cites: Sequence[str]) -> datetime | None:
        """Return when the first page among those of `cites` was entered."""
        return min((entered(self.passages[key].document) for key in cites), default=None)

    def known_since(self, cites: Sequence[str], latest: date) -> datetime:
        """Return when the first page that can tell of `latest` was entered.

        A fact inferred from two pages, such as a change between them, is known when the later one appeared.
        """
        told_in = [entered(self.passages[key].document) for key in cites]
        every = sorted(told_in) + sorted({entered(passage.document) for passage in self.passages.values()})
        return next(moment for moment in every if localdate(moment) >= latest)


def entered(document: Document) -> datetime:
    """Return when the demo says that `document` was entered: the evening of its last possible day."""
    if document.issued_latest is None:
        raise ValueError(f"{document}: a page of the demo needs a span of issue")
    return make_aware(datetime.combine(document.issued_latest, EVENING))
