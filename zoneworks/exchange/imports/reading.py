"""A cell as what a form is posted, and as a plain value that can be compared with what a row holds."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from zoneworks.exchange import cell_values, heads
from zoneworks.exchange.imports.columns import Column, Kind
from zoneworks.exchange.workbooks import Cell
from zoneworks.kit.amounts import Amount, AmountError, parse_amount
from zoneworks.kit.columns import span_text
from zoneworks.kit.forms import span_input
from zoneworks.kit.picking import PickedMixin

_BETWEEN = re.compile(r"[;；\n]")
_MOST_CHOICES = 3000
_MOST_KNOWN = 50_000


class Read(NamedTuple):
    """What a cell says: the texts that the form is posted, a value to compare, and the words that a person reads."""

    posted: dict[str, list[Any]]
    value: Any
    text: str


class Reader:
    """Reads the cells of one column for one field of a form. Equal cells are read once."""

    def __init__(self, column: Column, name: str, field: Any, unit: str = "") -> None:
        self.column, self.name, self.field, self.unit = column, name, field, unit
        self._known: dict[Any, Read] = {}
        self._rows: dict[str, list[Any]] | None = None
        self._as: dict[Kind, Callable[[Cell], Read]] = {
            Kind.CHOICE: self._choice,
            Kind.DAY: self._day,
            Kind.SPAN: self._span,
            Kind.AMOUNT: self._amount,
            Kind.WHOLE: self._whole,
            Kind.DECIMAL: self._decimal,
            Kind.FLAG: self._flag,
            Kind.ROW: self._row,
            Kind.NAMED: self._named,
            Kind.NAMES: self._names,
        }

    def read(self, cell: Cell) -> Read:
        """Return what a filled cell says; `ValidationError` says what would be right."""
        if cell.fault:
            raise ValidationError(cell.fault)
        known = (type(cell.value), cell.value, cell.number_format)
        found = self._known.get(known)
        if found is None:
            found = self._as.get(self.column.kind, self._text)(cell)
            if len(self._known) < _MOST_KNOWN:
                self._known[known] = found
        return found

    def _said(self, posted: Any, value: Any, text: str) -> Read:
        return Read({self.name: [posted]}, value, text)

    def _text(self, cell: Cell) -> Read:
        text = cell_values.as_text(cell)
        return self._said(text, text, text)

    def _choice(self, cell: Cell) -> Read:
        text = cell_values.as_text(cell)
        value = self.column.known.get(heads.key(text))
        if value is None or value not in self.column.choices:
            value = str(cell_values.as_choice(cell, self.column.choices))
        return self._said(value, value, self.column.choices.get(value, text))

    def _day(self, cell: Cell) -> Read:
        span = cell_values.as_span(cell, date.today())  # noqa: DTZ011  (lends the year alone)
        if not span.is_day:
            said = _("A single day is wanted here, such as 2024-09-30; “%(text)s” is several.")
            raise ValidationError(said % {"text": cell_values.as_text(cell)})
        text = span.earliest.isoformat()
        return self._said(text, span.earliest, text)

    def _span(self, cell: Cell) -> Read:
        span = cell_values.as_span(cell, date.today())  # noqa: DTZ011
        return self._said(span_input(span), (span.earliest, span.latest), span_text(span))

    def _amount(self, cell: Cell) -> Read:
        if not self.column.unit:
            text = cell_values.as_text(cell)
            if isinstance(cell.value, int | Decimal) and self.unit:
                text = f"{text}{self.unit}"
            return self._said(text, text, text)
        amount = with_wording(cell_values.as_amount(cell, self.column.unit, self.unit), self.unit)
        return self._said(amount.wording, (amount.value, amount.unit, amount.qualifier), amount.wording)

    def _whole(self, cell: Cell) -> Read:
        number = cell_values.as_whole(cell)
        return self._said(str(number), number, str(number))

    def _decimal(self, cell: Cell) -> Read:
        number = cell_values.as_number(cell)
        return self._said(f"{number:f}", number, f"{number:f}")

    def _flag(self, cell: Cell) -> Read:
        flag = cell_values.as_flag(cell)
        text = _("yes") if flag else _("no")
        if isinstance(self.field.widget, forms.CheckboxInput):
            return Read({self.name: ["on"] if flag else []}, flag, text)
        return self._said("true" if flag else "false", flag, text)

    def _row(self, cell: Cell) -> Read:
        """Return the one of the offered rows that bears the name in the cell."""
        text = cell_values.as_text(cell)
        if self._rows is None:
            self._rows = defaultdict(list)
            for row in self.field.queryset[:_MOST_CHOICES]:
                self._rows[heads.key(str(row))].append(row)
        fitting = self._rows.get(heads.key(text), [])
        if len(fitting) == 1:
            return self._said(str(fitting[0].pk), fitting[0].pk, str(fitting[0]))
        if fitting:
            raise ValidationError(
                _("“%(text)s” fits more than one: %(rows)s.")
                % {"text": text, "rows": ", ".join(f"{row} #{row.pk}" for row in fitting[:5])}
            )
        raise ValidationError(_("Nothing here is called “%(text)s”.") % {"text": text[:60]})

    def _named(self, cell: Cell) -> Read:
        text = cell_values.as_text(cell)
        row = self.field.to_python(text)
        return self._said(f"#{row.pk}", row.pk, str(row))

    def _names(self, cell: Cell) -> Read:
        text = cell_values.as_text(cell)
        names = frozenset(heads.key(name) for name in _BETWEEN.split(text) if name.strip())
        return Read({self.name: [], f"{self.name}_typed": [text]}, names, text)


def empty(name: str, field: Any, kind: Kind) -> Read:
    """Return what is posted for a field that is to hold nothing."""
    posted: dict[str, list[Any]] = {name: [""]}
    if kind == Kind.NAMES:
        return Read({name: [], f"{name}_typed": [""]}, frozenset(), "")
    if kind == Kind.FLAG and isinstance(field, forms.NullBooleanField):
        posted = {name: ["unknown"]}
    elif kind == Kind.FLAG:
        posted = {name: []}
    return Read(posted, "" if kind in (Kind.TEXT, Kind.CHOICE) else None, "")


def with_wording(amount: Amount, head_unit: str) -> Amount:
    """Return the amount with words that say it by themselves: a bare number takes the unit of its head along.

    >>> from zoneworks.kit.quantities import Unit
    >>> with_wording(Amount(Decimal(52_000_000), Unit.CNY, wording="5200"), "万元").wording
    '5200万元'
    """
    for text in (amount.wording, f"{amount.wording}{head_unit}"):
        try:
            read = parse_amount(text)
        except AmountError:
            continue
        if (read.value, read.unit, read.qualifier) == (amount.value, amount.unit, amount.qualifier):
            return replace(amount, wording=text)
    return replace(amount, wording=amount.printed(language="zh-hans"))


def remember(form: Any) -> None:
    """Let the fields of `form` that look rows up do so once for each row: one form judges many rows of a file.

    Nobody sees the form: what helps to fill it in, which may be made anew each time, is left out.
    """
    field: Any
    for field in form.fields.values():
        field.help_text = ""
        if isinstance(field, forms.ModelChoiceField) and not isinstance(
            field, forms.ModelMultipleChoiceField
        ):
            setattr(field, "to_python", _Remembered(field, field.to_python))  # noqa: B010  (mypy takes it for a method)


class _Remembered:
    """What a field found for a text, and that it found nothing."""

    def __init__(self, field: Any, ask: Callable[[Any], Any]) -> None:
        self.field, self.ask = field, ask
        self.found: dict[str, Any] = {}

    def __call__(self, value: Any) -> Any:
        text = str(value or "")
        if text not in self.found:
            try:
                self.found[text] = self.ask(value)
            except ValidationError as error:
                self.found[text] = error
            row = self.found[text]
            if hasattr(row, "pk"):
                self.found.setdefault(f"#{row.pk}", row)
        answer = self.found[text]
        if isinstance(answer, ValidationError):
            raise answer
        return answer


def look_up(form: Any, name: str, texts: Iterable[str]) -> None:
    """Look up the rows that bear one of the names, all at once; the field remembers them."""
    field: Any = form.fields[name]
    is_picked, remembered = isinstance(field, PickedMixin), field.to_python
    if not is_picked or not isinstance(remembered, _Remembered):
        return
    wanted = {text for text in texts if text not in remembered.found}
    named = [each.name for each in field.queryset.model._meta.concrete_fields]
    if not wanted or "name" not in named:
        return
    fitting: dict[str, list[Any]] = defaultdict(list)
    for row in field.queryset.filter(name__in=wanted):
        fitting[row.name].append(row)
    for text, rows in fitting.items():
        if len(rows) == 1:
            remembered.found[text] = remembered.found[f"#{rows[0].pk}"] = rows[0]


def judged(blank: Any, posted: Any, asked_apart: frozenset[str] = frozenset()) -> Any:
    """Return the form `blank` filled in with `posted`, for a new row: its fields are made and its rules asked once.

    The constraints `asked_apart` are not asked for.
    """
    form = copy.copy(blank)
    form.data, form.files, form.is_bound = posted, MultiValueDict(), True
    form.instance = copy.copy(blank.instance)
    form.instance._state = copy.copy(blank.instance._state)
    form.instance._state.fields_cache = dict(blank.instance._state.fields_cache)
    form.instance.asked_apart = asked_apart
    form._errors, form._bound_fields_cache = None, {}
    return form
