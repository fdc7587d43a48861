"""Columns and cells: what a list shows, declared as data and drawn by one plain template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zoneworks.kit.language import language
from zoneworks.kit.spans import Span, format_span


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table or a page: plain text with a kind, a tone and perhaps a link."""

    text: str = ""
    kind: str = "text"
    url: str = ""
    tone: str = ""
    title: str = ""
    warn: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger.

    `key` is a path of attributes from the row (`investor`, `unit__name`); `value` computes what the path cannot say.
    `sort` is the path to order by (the key itself for a stored field, nothing for a computed one). `plain` says for
    a file what `value` draws for a page: a number, a day, a `Span`, an `Amount`; `unit` is the base unit of amounts,
    which a file names in the head of the column. `code` is the steady word by which programs know what people read as
    a label.
    """

    key: str
    label: Any = ""
    kind: str = ""
    link: bool = False
    sort: str | None = None
    value: Callable[[Any], Any] | None = None
    warn: Callable[[Any], bool] | None = None
    hidden: bool = False
    plain: Callable[[Any], Any] | None = None
    unit: str = ""
    code: Callable[[Any], str] | None = None

    def bound(self, model: type[models.Model]) -> Column:
        """Return this column with its label, kind and sorting filled in from the field of `model`."""
        try:
            field: Any = model._meta.get_field(self.key)
        except FieldDoesNotExist:
            return replace(self, kind=self.kind or "text", sort=self.sort or "", label=self.label or self.key)
        kind = self.kind or _kind_of(field)
        return replace(
            self,
            label=self.label or field.verbose_name,
            kind=kind,
            sort=self.sort
            if self.sort is not None
            else (self.key if not field.is_relation else f"{self.key}_id"),
        )

    def cell(self, row: Any, url: str = "") -> Cell:
        """Return what this column says of `row`."""
        value = self.value(row) if self.value else _follow(row, self.key)
        cell = value if isinstance(value, Cell) else as_cell(value, self.kind)
        if self.link and not cell.url:
            cell = replace(cell, url=url, text=cell.text or "–")
        if self.warn is not None and self.warn(row):
            cell = replace(cell, warn=True)
        return cell

    def reader(self, model: type[models.Model]) -> Callable[[Any], Any]:
        """Return the way from a row to what this column says of it as a plain value, for a file of many rows."""
        if self.plain is not None:
            return self.plain
        if self.value is not None:
            return partial(_undrawn, self.value)
        if "__" not in self.key and any(
            field.name == self.key and not field.choices for field in model._meta.concrete_fields
        ):
            return attrgetter(self.key)
        return partial(_follow, path=self.key)


def _undrawn(value: Callable[[Any], Any], row: Any) -> Any:
    said = value(row)
    return said.text if isinstance(said, Cell) else said


def as_cell(value: Any, kind: str = "") -> Cell:
    """Return a plain value as a cell: days as 2024-09-30, yes and no as words, nothing as nothing."""
    match value:
        case None | "":
            return Cell(kind=kind or "text")
        case Cell():
            return value
        case bool():
            return Cell(_("yes") if value else _("no"), kind or "text")
        case datetime():
            return Cell(f"{localtime(value):%Y-%m-%d %H:%M}", kind or "date")
        case date():
            return Cell(value.isoformat(), kind or "date")
        case Span():
            return Cell(span_text(value), kind or "date")
        case int() | Decimal():
            return Cell(f"{value:,}", kind or "number")
        case _:
            return Cell(str(value), kind or "text")


def span_text(span: Span) -> str:
    """Return a span as people write it, in the language of the page."""
    return format_span(span, language())


def _follow(row: Any, path: str) -> Any:
    value = row
    for name in path.split("__"):
        if value is None:
            return None
        shown = getattr(value, f"get_{name}_display", None)
        value = shown() if shown is not None else getattr(value, name)
        if callable(value):
            value = value()
    return value


def _kind_of(field: Any) -> str:
    if isinstance(field, models.DateField | models.DateTimeField):
        return "date"
    if isinstance(field, models.IntegerField | models.DecimalField) and not field.is_relation:
        return "number"
    return "text"
