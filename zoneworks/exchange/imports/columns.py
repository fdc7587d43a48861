"""What an import takes of a workbook: the fields of a ledger's own form, and its facts by the kinds of the rulebook.

The forms stay the judges of what may be kept. A column only knows by which heads it is recognized and how a cell
becomes what a browser would have posted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.exchange import heads
from zoneworks.exchange.exporting import number_label
from zoneworks.kit.faces import FactFace
from zoneworks.kit.forms import AmountField, SpanField
from zoneworks.kit.ledger import Ledger
from zoneworks.kit.moment import Moment
from zoneworks.kit.picking import PickedMixin
from zoneworks.kit.pickmany import PickField
from zoneworks.kit.registry import faces

NUMBER = "record_no"
DAY_OF_FACTS = "day_of_facts"
NOTE_OF_FACTS = "note_of_facts"
_ASKED_APART = ("kind", "when", "asserted_by", "note")


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    CHOICE = "choice"
    DAY = "day"
    SPAN = "span"
    AMOUNT = "amount"
    WHOLE = "whole"
    DECIMAL = "decimal"
    FLAG = "flag"
    ROW = "row"
    NAMED = "named"
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class FactPart:
    """The place of a column among facts: the face, the kind, the field of the face's form that a cell fills in.

    The columns of days (`is_day`) say when that is so which the column of the same kind says.
    """

    face: type[FactFace]
    kind: str
    value: str
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column that an import takes. `names` are the keys of every head by which it is known."""

    key: str
    label: str
    kind: Kind
    names: frozenset[str]
    required: bool = False
    unit: str = ""
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The label in the language of the page by the key; `known` has the labels of every language."""
    known: Mapping[str, str] = field(default_factory=dict)
    fact: FactPart | None = None

    @property
    def takes_period(self) -> bool:
        """Say whether the head may name the period that the values are about."""
        return self.fact is not None and bool(self.fact.value) and not self.fact.is_day


class Columns:
    """The columns of a ledger, found by key or by a head."""

    def __init__(self, columns: list[Column]) -> None:
        self._by_key = {column.key: column for column in columns}
        self._by_name: dict[str, Column] = {}
        for column in columns:
            for name in column.names:
                self._by_name.setdefault(name, column)

    def __iter__(self) -> Iterator[Column]:
        return iter(self._by_key.values())

    def __getitem__(self, key: str) -> Column:
        return self._by_key[key]

    def called(self, head: str) -> Column | None:
        """Return the column of a head as it stands in a file, without its unit."""
        return self._by_name.get(heads.key(head))


def request_of(zone: Zone, user: User) -> Any:
    """Return a request of `user` in `zone`, as the forms want one outside of a page."""
    request: Any = HttpRequest()
    request.method = "GET"
    request.GET = request.POST = QueryDict()
    request.zone, request.user, request.htmx = zone, user, False
    request.moment = Moment.present()
    return request


def columns_of(ledger: type[Ledger], request: Any) -> Columns:
    """Return the columns that `ledger` takes from the person of the request."""
    number = Column(
        NUMBER,
        number_label(),
        Kind.WHOLE,
        _in_every_language(number_label) | {NUMBER, "id"},
        help=_("Leave it empty for new records."),
    )
    fields = list(_of_fields(ledger, request))
    facts = list(_of_facts(ledger, request, {column.key for column in fields}))
    when = []
    if any(column.takes_period for column in facts):
        said = _in_every_language(_day_label) | {DAY_OF_FACTS}
        hint = _("The day or period that the figures of the row are about.")
        when = [Column(DAY_OF_FACTS, _day_label(), Kind.SPAN, said, help=hint)]
    if facts:
        said = _in_every_language(note_label) | {NOTE_OF_FACTS}
        hint = _("Kept with each fact of the row: why a stage was skipped, or what else there is to say.")
        when.append(Column(NOTE_OF_FACTS, note_label(), Kind.TEXT, said, help=hint))
    return Columns([number, *fields, *when, *facts])


def _day_label() -> str:
    return _("day of the figures")


def note_label() -> str:
    """Return the head of the column that is kept with each fact of its row."""
    return _("note on the facts")


def _in_every_language(label: Any) -> frozenset[str]:
    """Return the heads that `label` gives, language by language."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(heads.key(str(label())))
    return frozenset(found)


# -- the fields of the ledger's form -----------------------------------------------------------------------------------


def _of_fields(ledger: type[Ledger], request: Any) -> Iterator[Column]:
    form = ledger.form_class(request=request)  # type: ignore[call-arg]
    others = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            others.append(_said_by(ledger, ledger.form_class(request=request)))  # type: ignore[call-arg]
    for name, each in form.fields.items():
        if not is_taken(each) or name in ledger.not_imported:
            continue
        names = {name.casefold()}.union(*(labels[name] for labels, _choices in others))
        known: dict[str, str] = {}
        for _labels, choices in others:
            known |= {heads.key(label): key for key, label in choices.get(name, ())}
        kind = kind_of(each)
        yield Column(
            name,
            str(capfirst(str(form[name].label))),
            kind,
            frozenset(names),
            required=each.required,
            help=str(each.help_text or ""),
            choices=dict(flat(each.choices)) if kind == Kind.CHOICE else {},  # type: ignore[attr-defined]
            known=known,
        )


def _said_by(ledger: type[Ledger], form: Any) -> tuple[dict[str, set[str]], dict[str, list[tuple[str, str]]]]:
    """Return the heads of each field in the language of the moment, and the labels of what it offers."""
    columns = {column.key: str(column.label) for column in ledger.bound_columns()}
    fields = {each.name: each for each in ledger.model._meta.concrete_fields}
    labels: dict[str, set[str]] = {}
    choices = {}
    for name, each in form.fields.items():
        said = {str(form[name].label), columns.get(name, ""), str(ledger.also_called.get(name, ""))}
        if name in fields:
            said.add(str(fields[name].verbose_name))
        labels[name] = {heads.key(label) for label in said if label}
        if kind_of(each) == Kind.CHOICE:
            choices[name] = list(flat(each.choices))
    return labels, choices


def is_taken(each: forms.Field) -> bool:
    """Say whether a field can be filled in from a cell."""
    hidden = isinstance(each.widget, forms.HiddenInput | forms.PasswordInput)
    return not (hidden or isinstance(each, forms.FileField | forms.ModelMultipleChoiceField))


def kind_of(each: Any) -> Kind:
    """Return what the cells of a field hold."""
    return next((kind for fields, kind in _KINDS if isinstance(each, fields)), Kind.TEXT)


_KINDS: tuple[tuple[tuple[type, ...], Kind], ...] = (
    ((PickField,), Kind.NAMES),
    ((PickedMixin,), Kind.NAMED),
    ((forms.ModelChoiceField,), Kind.ROW),
    ((forms.NullBooleanField, forms.BooleanField), Kind.FLAG),
    ((forms.ChoiceField,), Kind.CHOICE),
    ((SpanField,), Kind.SPAN),
    ((AmountField,), Kind.AMOUNT),
    ((forms.DateField,), Kind.DAY),
    ((forms.DecimalField, forms.FloatField), Kind.DECIMAL),
    ((forms.IntegerField,), Kind.WHOLE),
)
"""The kinds by the class of the field; the first that fits holds."""


def flat(choices: Any) -> Iterator[tuple[str, str]]:
    """Yield key and label of what a field offers, those of its groups too."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from flat(label)
        elif value not in (None, ""):
            yield str(value), str(label)


# -- facts -------------------------------------------------------------------------------------------------------------


def _of_facts(ledger: type[Ledger], request: Any, taken: set[str]) -> Iterator[Column]:
    for face in faces.about(ledger.model):
        if not face.is_imported:
            continue
        subject = ledger.model(zone=request.zone)
        form: Any = face.form_class(request=request, subject=subject)
        value = value_field(form)
        if value is None or "kind" not in form.fields:
            continue
        labels: dict[str, set[str]] = {}
        days: dict[str, set[str]] = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                other: Any = face.form_class(request=request, subject=subject)
                for key, label in flat(other.fields["kind"].choices):
                    labels.setdefault(key, set()).add(heads.key(label))
                    days.setdefault(key, set()).add(heads.key(day_label(label)))
        kind = Kind.SPAN if not value else kind_of(form.fields[value])
        for key, label in flat(form.fields["kind"].choices):
            if key in taken:
                continue
            unit = form.unit_of(key)
            names = frozenset({*labels[key], key, f"{face.slug}.{key}"})
            part = FactPart(face, key, value)
            shown = Kind.AMOUNT if unit else kind
            yield Column(f"{face.slug}.{key}", str(capfirst(label)), shown, names, unit=unit, fact=part)
            if value:
                when = FactPart(face, key, value, is_day=True)
                called = frozenset(days[key])
                yield Column(
                    f"{face.slug}.{key}.when", capfirst(day_label(label)), Kind.SPAN, called, fact=when
                )


def day_label(label: str) -> str:
    """Return the head of the column that holds the days of what `label` names."""
    return _("%(what)s day") % {"what": label}


def value_field(form: Any) -> str | None:
    """Return the one field that a fact of this form needs beside kind and day; "" for none, None for several."""
    wanted = [
        name
        for name, each in form.fields.items()
        if name not in _ASKED_APART and each.required and form.get_initial_for_field(each, name) in (None, "")
    ]
    if len(wanted) > 1:
        return None
    return wanted[0] if wanted else ""
