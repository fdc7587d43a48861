"""What narrows a list, in words: the filters that hold, and those that could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from zoneworks.kit.amounts import Amount
from zoneworks.kit.columns import as_cell
from zoneworks.kit.language import language

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """A filter that could not be read: which field, what was written there, and why it means nothing."""

    field: str
    label: str
    typed: str
    why: str
    anchor: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        said = {"label": self.label, "typed": self.typed, "why": self.why}
        return _("%(label)s: “%(typed)s” cannot be read. %(why)s") % said


def names_in_query(name: str, field: Any) -> tuple[str, ...]:
    """Return the names by which an address carries the filter `name`: two for a span of days."""
    suffixes = getattr(field.widget, "suffixes", None)
    return tuple(f"{name}_{suffix}" if suffix else name for suffix in suffixes) if suffixes else (name,)


def holding(form: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, field and value of each filter that was filled in and could be read."""
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value in (None, "", [], ()) or (hasattr(value, "exists") and not value):
            continue
        yield name, field, value


def faults(form: Any) -> list[Fault]:
    """Return the filters that could not be read, in the order of the form."""
    found = []
    for name, reasons in form.errors.items():
        if name not in form.fields:
            continue
        bound = form[name]
        typed = bound.data if isinstance(bound.data, list | tuple) else [bound.data]
        found.append(
            Fault(
                field=name,
                label=str(bound.label),
                typed=", ".join(str(one)[:LONGEST] for one in typed if one),
                why=" ".join(map(str, reasons)),
                anchor=bound.id_for_label,
                names=names_in_query(name, bound.field),
            )
        )
    return found


def unknown_columns(name: str, label: str, strange: list[str], offered: list[str]) -> Fault:
    """Return what is wrong with the parameter `name`, which names columns that the list does not have."""
    why = _("The list has no such column; it has: %(columns)s.") % {"columns": ", ".join(offered)}
    return Fault(name, label, ", ".join(strange)[:LONGEST], why, "", (name,))


def value_words(field: Any, value: Any) -> str:
    """Return what a filter asks for as people write it: labels of choices, days, sums with their unit."""
    if isinstance(value, slice):
        return f"{_plain_words(value.start) or '…'} – {_plain_words(value.stop) or '…'}"
    choices = dict(_flat(getattr(field, "choices", ()) or ())) if not hasattr(field, "queryset") else {}
    many = value if isinstance(value, list | tuple) else [value]
    return ", ".join(str(choices.get(one, choices.get(str(one), _plain_words(one)))) for one in many)


def _plain_words(value: Any) -> str:
    if isinstance(value, Amount):
        return value.printed(language=language())
    # A span of days is asked for in instants, from the first of its first day to the last of its last.
    return as_cell(localdate(value) if isinstance(value, datetime) else value).text


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label
