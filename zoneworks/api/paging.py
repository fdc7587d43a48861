"""Pages that cost the same at any depth: each begins behind the last row of the one before, by its sort key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from zoneworks.api.problems import Problem

_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Order:
    """By what rows are ordered. `path` is empty for their number; rows without a value come last."""

    name: str = "id"
    path: str = ""
    descending: bool = False
    may_lack: bool = False

    @property
    def key(self) -> str:
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which row a page begins: its key as text (None in the part without values), and its number."""

    value: str | None
    pk: int


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and the cursor of the next, empty on the last."""

    rows: list[Any]
    cursor: str = ""


def orders_of(ledger: Any, columns: Any) -> dict[str, Order]:
    """Return by what the rows of a ledger can be ordered, by name."""
    found = {"id": Order()}
    for column in columns:
        if column.sort:
            path = str(column.sort)
            found[column.key] = Order(column.key, path, may_lack=_may_lack(ledger.model, path))
    return found | {
        f"-{order.name}": Order(order.name, order.path, True, order.may_lack) for order in found.values()
    }


def _may_lack(model: Any, path: str) -> bool:
    """Say whether a row may have no value at `path`; what is no stored field (a computed alias) may."""
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part.removesuffix("_id") if part.endswith("_id") else part)
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        model = field.related_model or model
    return False


def page_of(rows: Any, order: Order, limit: int, cursor: str, salt: str) -> Slice:
    """Return `limit` of `rows` from where `cursor` says; at most two queries, neither of which skips rows."""
    place = _read(cursor, order, salt) if cursor else None
    if not order.path:
        return _cut(_by_number(rows, order.descending, place, limit + 1), limit, order, salt, valued=0)
    keyed = rows.annotate(**{_KEY: F(order.path)})
    found: list[Any] = []
    if place is None or place.value is not None:
        found = _valued(keyed, order, place, limit + 1)
    valued = len(found)
    if order.may_lack and valued <= limit:
        behind = place if place is not None and place.value is None else None
        lacking = keyed.filter(**{f"{_KEY}__isnull": True})
        found += _by_number(lacking, order.descending, behind, limit + 1 - valued)
    return _cut(found, limit, order, salt, valued)


def _by_number(rows: Any, descending: bool, place: Place | None, most: int) -> list[Any]:
    if place is not None:
        rows = rows.filter(pk__lt=place.pk) if descending else rows.filter(pk__gt=place.pk)
    return list(rows.order_by("-pk" if descending else "pk")[:most])


def _valued(keyed: Any, order: Order, place: Place | None, most: int) -> list[Any]:
    """Return rows that have a key. The outer condition is a range that an index can begin at."""
    if order.may_lack:
        keyed = keyed.filter(**{f"{_KEY}__isnull": False})
    beyond, way = ("lt", "-") if order.descending else ("gt", "")
    if place is not None:
        value = _field(keyed).to_python(place.value)
        farther = Q(**{f"{_KEY}__{beyond}": value}) | Q(**{f"pk__{beyond}": place.pk})
        keyed = keyed.filter(**{f"{_KEY}__{beyond}e": value}).filter(farther)
    return list(keyed.order_by(f"{way}{_KEY}", f"{way}pk")[:most])


def _field(rows: Any) -> models.Field[Any, Any]:
    return rows.query.annotations[_KEY].output_field


def _cut(found: list[Any], limit: int, order: Order, salt: str, valued: int) -> Slice:
    if len(found) <= limit:
        return Slice(found)
    last = found[limit - 1]
    value = str(getattr(last, _KEY)) if order.path and limit - 1 < valued else None
    return Slice(found[:limit], signing.dumps([order.key, value, last.pk], salt=f"zoneworks.api.{salt}"))


def _read(cursor: str, order: Order, salt: str) -> Place:
    try:
        key, value, pk = signing.loads(cursor, salt=f"zoneworks.api.{salt}")
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _unreadable() from error
    if key != order.key:
        raise _unreadable()
    return Place(value, pk)


def _unreadable() -> Problem:
    detail = _("cursor: it is of another list or order. Begin again without it, or follow `next`.")
    return Problem(400, "unreadable_cursor", detail)
