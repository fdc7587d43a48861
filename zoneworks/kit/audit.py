"""Every change is written down, in the same transaction: who, when, what, from what to what (design §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.revision import renew
from zoneworks.kit.touching import touched_by

_NEVER_SHOWN = frozenset(
    {"id", "search_text", "created_at", "updated_at", "password", "recorded_at", "zone", "zone_id"}
)

_AT_ONCE = 500


def snapshot(row: models.Model, fields: Iterable[str] | None = None) -> dict[str, str]:
    """Return what `row` says now, field by field, as the text that a person reads."""
    wanted = set(fields) if fields is not None else None
    found: dict[str, str] = {}
    for field in row._meta.concrete_fields:
        if field.name in _NEVER_SHOWN or (wanted is not None and field.name not in wanted):
            continue
        found[field.name] = shown(row, field)
    return found


def shown(row: models.Model, field: models.Field[Any, Any]) -> str:
    """Return one field of `row` as text."""
    if field.is_relation:
        try:
            value = getattr(row, field.name)
        except ObjectDoesNotExist:
            value = None
        return "" if value is None else str(value)
    value = getattr(row, field.attname)
    if value is None:
        return ""
    return str(value)


Named = Callable[[Zone | None, str], str]
_named: dict[tuple[type[models.Model], str], Named] = {}
LABEL = "label"
"""The word under which `names_values` names the rows of a model themselves."""
Leads = Callable[[Zone, str], str]
_pages: dict[type[models.Model], Leads] = {}


def names_values(model: type[models.Model], field: str) -> Callable[[Named], Named]:
    """Let a higher floor name what the trail keeps under the name of a field, or of a word that is no field.

    The rulebook or a register names it, not the choices of the field; `model` may be what several models come from.
    """

    def add(name: Named) -> Named:
        _named[model, field] = name
        return name

    return add


def leads_to(model: type[models.Model]) -> Callable[[Leads], Leads]:
    """Let a higher floor say, by zone and name, which page tells of a row of `model`, for rows that have none."""

    def add(page: Leads) -> Leads:
        _pages[model] = page
        return page

    return add


def page_told(model: type[models.Model], zone: Zone, label: str) -> str:
    """Return the page to which a line of the trail about a row of `model` leads; nothing where nobody names one."""
    return _pages[model](zone, label) if model in _pages else ""


def readable(model: type[models.Model], name: str, text: str, zone: Zone | None = None) -> str:
    """Return what the trail keeps of a field as people read it: choices by label, yes and no as words."""
    if not text:
        return text
    for kind in model.__mro__:
        if (kind, name) in _named:
            return _named[kind, name](zone, text)
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return text
    if isinstance(field, models.BooleanField):
        return {"True": _("yes"), "False": _("no")}.get(text, text)
    if field.is_relation:
        return readable_label(field.related_model, text, zone)
    labels = {str(value): str(label) for value, label in getattr(field, "flatchoices", None) or ()}
    return labels.get(text, text)


def readable_label(model: type[models.Model], label: str, zone: Zone | None = None) -> str:
    """Return what the trail keeps of a row's name in the language of the page.

    A fact is kept as “subject · kind”, a membership as “person · role”: by the key, or by the label in the language of
    whoever wrote it down. What else a name holds, such as the key of a rule, a higher floor names (`LABEL`).
    """
    if (model, LABEL) in _named:
        return _named[model, LABEL](zone, label)
    subject, dot, last = label.rpartition(" · ")
    for field in model._meta.concrete_fields if dot else ():
        if field.name in ("kind", "role"):
            said = readable(model, field.name, _keys(field).get(last, last), zone)
            return f"{subject}{dot}{said}"
    return label


@cache
def _keys(field: models.Field[Any, Any]) -> dict[str, str]:
    """Return the keys of a field's choices by their labels, in every language."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {str(label): str(value) for value, label in getattr(field, "flatchoices", None) or ()}
    return found


_workbook: ContextVar[str] = ContextVar("the workbook that says so", default="")


@contextmanager
def told_by(workbook: str) -> Iterator[None]:
    """Let every line that is written within the block say which workbook it comes from."""
    token = _workbook.set(workbook)
    try:
        yield
    finally:
        _workbook.reset(token)


_program: ContextVar[str] = ContextVar("the token of the program that does it", default="")


@contextmanager
def a_program_may_show_itself() -> Iterator[Callable[[str], object]]:
    """Give a function that takes the name of a program's token: every line written within the block says it then."""
    before = _program.set("")
    try:
        yield _program.set
    finally:
        _program.reset(before)


def record(
    actor: User | None,
    verb: str,
    row: models.Model,
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> None:
    """Write down that `actor` did `verb` to `row`. Call it inside the transaction of the change itself."""
    record_many(actor, verb, [Line(row, before or {}, after or {}, _workbook.get())])


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes a line of the trail: the row, what it said and says, and the place in a workbook that says so."""

    row: models.Model
    before: Mapping[str, str]
    after: Mapping[str, str]
    workbook: str = ""


def record_many(actor: User | None, verb: str, lines: Sequence[Line]) -> None:
    """Write down that `actor` did `verb` to many rows, each with a line of its own, as `record` does for one."""
    from zoneworks.kit.models import Change

    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record() must run in the transaction of the change")
    # Many rows may touch anything; what a single one touches is worth finding out.
    touched = touched_by(lines[0].row) if len(lines) == 1 else None
    for zone in {zone.pk: zone for zone in (zone_of(line.row) for line in lines)}.values():
        renew(zone, touched)
    Change.objects.bulk_create(
        (
            Change(
                zone=zone_of(line.row),
                actor=actor,
                verb=verb,
                content_type=ContentType.objects.get_for_model(line.row),
                object_id=line.row.pk,
                label=str(line.row)[:200],
                fields=_different(line),
            )
            for line in lines
        ),
        batch_size=_AT_ONCE,
    )


def _different(line: Line) -> dict[str, list[str]]:
    before, after = line.before, dict(line.after)
    if line.workbook:
        after[gettext_noop("workbook")] = line.workbook
    if program := _program.get():
        after[gettext_noop("by the token")] = program
    return {
        name: [before.get(name, ""), after.get(name, "")]
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name, "") != after.get(name, "")
    }


def zone_of(row: models.Model) -> Zone:
    """Return the zone that `row` belongs to."""
    return row if isinstance(row, Zone) else row.zone  # type: ignore[attr-defined]
