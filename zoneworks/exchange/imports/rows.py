"""What one row of a file would do to the ledger: a new record, a change of fields, nothing, or faults by cell."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.datastructures import MultiValueDict
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from zoneworks.exchange import cell_values
from zoneworks.exchange.imports.columns import NUMBER, Column, Kind
from zoneworks.exchange.imports.facts import FactReader, Stated
from zoneworks.exchange.imports.heads_found import Found, Recognized
from zoneworks.exchange.imports.matching import Matcher, same
from zoneworks.exchange.imports.reading import Read, Reader, empty, judged, look_up, remember
from zoneworks.exchange.imports.uniqueness import Uniqueness
from zoneworks.exchange.tables import TableRow
from zoneworks.exchange.workbooks import Cell
from zoneworks.kit.amounts import AmountError, parse_amount
from zoneworks.kit.audit import readable, shown, snapshot
from zoneworks.kit.forms import span_input
from zoneworks.kit.pickmany import keys_of
from zoneworks.kit.posting import as_posted, keep_chosen
from zoneworks.kit.wording import labeled

NEW, CHANGED, UNCHANGED, FAULTY = "new", "changed", "unchanged", "faulty"
MANY = 50
"""From so many rows on it is worth looking up at once what each would ask for."""
_UNSTORED = object()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, or with a row when it names none; the message says what would be right."""

    place: str
    message: str
    column: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a row changes: of what, from what, to what, and the cell that says so."""

    label: str
    before: str
    after: str
    place: str = ""


@dataclass(slots=True)
class RowPlan:
    """What becomes of one row of the file."""

    number: int
    cells: tuple[Cell, ...]
    state: str = UNCHANGED
    pk: int | None = None
    label: str = ""
    row: Any = None
    form: Any = None
    before: dict[str, str] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    facts: list[Stated] = field(default_factory=list)

    def settle(self) -> None:
        """Say how the row stands, once everything about it is known."""
        if self.faults:
            self.state = FAULTY
        elif self.pk is None:
            self.state = NEW
        else:
            self.state = CHANGED if self.differences else UNCHANGED


class RowPlanner:
    """Plans the plain fields of rows. One blank form judges all new rows; a row that differs has its own."""

    def __init__(self, ledger: Any, recognized: Recognized, *, clears: bool) -> None:
        self.ledger, self.recognized, self.clears = ledger, recognized, clears
        self.blank = ledger.form_class(request=ledger.request)
        remember(self.blank)
        self.blank_posted = as_posted(self.blank)
        self.blank_lists = dict(self.blank_posted.lists())
        self.unique = Uniqueness(ledger.model)
        if len(recognized.table.rows) >= MANY:
            self.blank.expect(len(recognized.table.rows))
        self.number = recognized.at(NUMBER)
        self.found = [
            one for one in recognized.found if one.column.fact is None and one.column.key in self.blank.fields
        ]
        self.readers = {
            one.column.key: Reader(one.column, one.column.key, self.blank.fields[one.column.key], one.unit)
            for one in self.found
        }
        self.columns: dict[str, Column] = {one.column.key: one.column for one in self.found}
        self.facts = FactReader(ledger, recognized)
        self.matcher = Matcher(ledger, set(self.columns))
        self.sheet = recognized.table.sheet
        self._seen: dict[Any, int] = {}
        self._concrete = {each.name: each for each in ledger.model._meta.concrete_fields}

    # -- a batch ---------------------------------------------------------------------------------------------------

    def plan(self, rows: Iterable[TableRow]) -> list[RowPlan]:
        """Return the plans of some rows; the queries do not grow with those that are new or stay as they are."""
        batch = list(rows)
        for one in self.found:
            if one.column.kind == Kind.NAMED:
                filled = (row.cells[one.at] for row in batch)
                look_up(
                    self.blank, one.column.key, {str(cell.value).strip() for cell in filled if cell.value}
                )
        plans = [RowPlan(row.number, row.cells) for row in batch]
        read = [self._read(plan) for plan in plans]
        for plan, values in zip(plans, read, strict=True):
            self._find(plan, values)
        standing, changeable = self._standing(plans)
        told = self.facts.standing(list(standing))
        for plan, values in zip(plans, read, strict=True):
            if plan.pk is not None:
                plan.row = standing.get(plan.pk)
                self._compare(plan, values, may_change=plan.pk in changeable)
            else:
                self._new(plan, values)
        for plan in plans:
            self._state_facts(plan, told, may_change=plan.pk is None or plan.pk in changeable)
        self._ask_for_twins([plan for plan in plans if plan.form is not None and not plan.faults])
        for plan in plans:
            plan.label = self._called(plan)
        return plans

    def _read(self, plan: RowPlan) -> dict[str, Read]:
        """Return what the cells say, field by field; an empty cell says nothing unless it is to clear the field."""
        read = {}
        for one in self.found:
            cell, key = plan.cells[one.at], one.column.key
            try:
                if not cell_values.is_empty(cell):
                    read[key] = self.readers[key].read(cell)
                elif self.clears:
                    read[key] = empty(key, self.blank.fields[key], one.column.kind)
            except ValidationError as error:
                plan.faults.append(Fault(cell.place, " ".join(error.messages), cell.column))
        return read

    def _find(self, plan: RowPlan, read: dict[str, Read]) -> None:
        keys = self.matcher.keys({key: one.value for key, one in read.items()})
        try:
            plan.pk = self._numbered(plan)
            if plan.pk is None:
                plan.pk = self.matcher.match(keys)
        except ValidationError as error:
            plan.faults.append(Fault(self._place(plan), " ".join(error.messages)))
            return
        about = [plan.pk] if plan.pk is not None else [key for key in enumerate(keys) if key[1] is not None]
        for key in about:
            other = self._seen.setdefault(key, plan.number)
            if other != plan.number:
                said = _("This is the same record as in row %(row)d. Leave one of the two.")
                plan.faults.append(Fault(self._place(plan), said % {"row": other}))
                break

    def _numbered(self, plan: RowPlan) -> int | None:
        if self.number is None or cell_values.is_empty(plan.cells[self.number.at]):
            return None
        return cell_values.as_whole(plan.cells[self.number.at])

    def _standing(self, plans: list[RowPlan]) -> tuple[dict[int, Any], set[int]]:
        """Return the rows that the plans are about, and which of them the person may change."""
        pks = {plan.pk for plan in plans if plan.pk is not None and 0 < plan.pk < 2**63}
        if not pks:
            return {}, set()
        rows = self.matcher.rows
        rows = rows.for_table() if hasattr(rows, "for_table") else rows
        open_rows = self.ledger.model.objects.allowed(self.ledger.user, "change").filter(pk__in=pks)
        return rows.in_bulk(list(pks)), set(open_rows.values_list("pk", flat=True))

    def _place(self, plan: RowPlan) -> str:
        at = self.number or (self.found[0] if self.found else None)
        return plan.cells[at.at].place if at is not None else f"{self.sheet}!{plan.number}"

    def _called(self, plan: RowPlan) -> str:
        # A new row at fault may lack what its name is made of.
        if plan.row is not None and (plan.pk is not None or not plan.faults):
            return str(plan.row)
        names = [name for names in self.matcher.sets for name in names[:1]]
        at = next((one for one in self.found if one.column.key in names), None)
        value = plan.cells[at.at].value if at is not None else None
        return "" if value is None else str(value)[:200]

    # -- rows that stand -------------------------------------------------------------------------------------------

    def _compare(self, plan: RowPlan, read: dict[str, Read], *, may_change: bool) -> None:
        if plan.row is None:
            said = _("There is no record %(number)s here. Leave the cell empty for a new one.")
            plan.faults.append(Fault(self._place(plan), said % {"number": plan.pk}))
            return
        self._allow_namesakes(plan)
        blank: Any = None
        changed = {}
        for key, said_by in read.items():
            held = self._held(plan.row, key)
            if held is _UNSTORED:
                if blank is None:
                    blank = self._form(plan.row)
                if key not in blank.fields:
                    continue
                held = self._held_by_form(blank, key)
            if not _is_same(held, said_by.value, self.columns[key].kind):
                changed[key] = said_by
        if not changed:
            return
        if not may_change:
            said = _("You can see this record, but your role does not allow this change.")
            plan.faults.append(Fault(self._place(plan), said))
            return
        self._change(plan, changed, blank or self._form(plan.row))

    def _allow_namesakes(self, plan: RowPlan) -> None:
        """Take a name that several rows bear for the one that the record has already, when it is one of them."""
        for one in self.found:
            if one.column.kind in (Kind.ROW, Kind.NAMED) and one.column.key in self._concrete:
                cell, held = plan.cells[one.at], getattr(plan.row, one.column.key)
                if held is not None and same(str(held)) == same(str(cell.value)):
                    plan.faults = [fault for fault in plan.faults if fault.place != cell.place]

    def _held(self, row: Any, key: str) -> Any:
        """Return what a row holds in a field, as a cell of it is read; `_UNSTORED` for what only its form knows."""
        if key in self.ledger.stored_as:
            first, last = (getattr(row, name) for name in self.ledger.stored_as[key])
            return None if first is None else (first, last)
        each = self._concrete.get(key)
        if each is None or self.columns[key].kind in (Kind.AMOUNT, Kind.SPAN, Kind.NAMES):
            return _UNSTORED
        return getattr(row, each.attname)

    def _held_by_form(self, form: Any, key: str) -> Any:
        value = form[key].value()
        each = form.fields[key]
        match self.columns[key].kind:
            case Kind.NAMES:
                rows = each.queryset.in_bulk(
                    [int(pk) for pk in keys_of(form.get_initial_for_field(each, key))]
                )
                return frozenset(same(str(row)) for row in rows.values())
            case Kind.SPAN:
                span = form.get_initial_for_field(each, key)
                return (span.earliest, span.latest) if span is not None and span != "" else None
        return value

    def _change(self, plan: RowPlan, changed: dict[str, Read], blank: Any) -> None:
        row, posted = plan.row, as_posted(blank)
        before = {key: self._shown(row, blank, key) for key in changed}
        plan.before = snapshot(row)
        closed = [key for key in changed if key not in blank.fields]
        for key in closed:
            cell = self._cell(plan, key)
            said = _("This cannot be changed here any more; it is “%(held)s”.") % {"held": before[key]}
            plan.faults.append(Fault(cell.place, said, cell.column))
        for read in changed.values():
            for name, texts in read.posted.items():
                posted.setlist(name, texts)
        plan.form = judged(blank, posted, self.unique.names)
        plan.form.know_what(self.blank)
        plan.row = plan.form.instance
        keep_chosen(plan.form, blank, changed)
        if not plan.form.is_valid():
            self._take_errors(plan, plan.form)
            return
        for key, read in changed.items():
            after = self._shown(plan.form.instance, None, key) if key in self._concrete else read.text
            if after != before[key] and key not in closed:
                place = self._cell(plan, key).place
                plan.differences.append(Difference(self.columns[key].label, before[key], after, place))

    def _shown(self, row: Any, form: Any, key: str) -> str:
        """Return what stands in a field, as people read it."""
        if key in self._concrete:
            model, zone = self.ledger.model, self.ledger.zone
            return readable(model, key, shown(row, self._concrete[key]), zone)
        each, value = form.fields[key], form.get_initial_for_field(form.fields[key], key)
        match self.columns[key].kind:
            case Kind.NAMES:
                rows = each.queryset.in_bulk([int(pk) for pk in keys_of(value)])
                return "；".join(str(found) for found in rows.values())
            case Kind.SPAN:
                return span_input(value) if value else ""
            case Kind.CHOICE:
                return self.columns[key].choices.get(str(value), str(value))
        return "" if value is None else str(value)

    def _cell(self, plan: RowPlan, key: str) -> Cell:
        return plan.cells[next(one.at for one in self.found if one.column.key == key)]

    def _form(self, row: Any) -> Any:
        """Return the form of a row as it stands; it is filled in later if something is to change."""
        return self.ledger.form_class(request=self.ledger.request, instance=copy.copy(row))

    # -- new rows --------------------------------------------------------------------------------------------------

    def _new(self, plan: RowPlan, read: dict[str, Read]) -> None:
        lists: dict[str, Any] = dict(self.blank_lists)
        for one in self.found:
            lists |= (read.get(one.column.key) or self._unsaid(one)).posted
        plan.form = judged(self.blank, MultiValueDict(lists), self.unique.names)
        plan.row = plan.form.instance
        at_fault = {fault.place for fault in plan.faults}
        if not plan.form.is_valid():
            self._take_errors(plan, plan.form, at_fault)
        if plan.faults:
            return
        # What draws the fields is made anew for who asks; kept by thousands of forms it takes a fifth of the memory.
        plan.form._bound_fields_cache.clear()
        for one in self.found:
            if one.column.key in read and read[one.column.key].text:
                cell = plan.cells[one.at]
                plan.differences.append(
                    Difference(one.column.label, "", read[one.column.key].text, cell.place)
                )

    def _state_facts(self, plan: RowPlan, told: Any, *, may_change: bool) -> None:
        """Add the facts that the row states anew, and what is wrong with their cells."""
        if plan.row is None or not self.facts.asked:
            return
        found = self.facts.read(plan.cells, plan.row, lambda face: told.get((face, plan.pk), []))
        plan.faults.extend(Fault(cell.place, said, cell.column) for cell, said in found.faults)
        if found.facts and not may_change:
            said = _("You can see this record, but your role does not allow this change.")
            plan.faults.append(Fault(found.facts[0].cell.place, said, found.facts[0].cell.column))
        plan.facts = found.facts
        plan.differences.extend(
            Difference(each.label, each.before, each.after, each.cell.place) for each in found.facts
        )

    def _ask_for_twins(self, plans: list[RowPlan]) -> None:
        """Ask those rows themselves that share what must be unique with another stored row; the others have no twin."""
        for at in self.unique.colliding([plan.form.instance for plan in plans]):
            plan = plans[at]
            plan.form.ask_constraints()
            if plan.form.errors:
                plan.differences = []
                self._take_errors(plan, plan.form)

    def _unsaid(self, one: Found) -> Read:
        """Return what an empty cell of a new row posts: nothing, or what the form proposes where it wants something."""
        key = one.column.key
        if one.column.required and self.blank_posted.getlist(key):
            return Read({key: self.blank_posted.getlist(key)}, None, "")
        return empty(key, self.blank.fields[key], one.column.kind)

    def _take_errors(self, plan: RowPlan, form: Any, at_fault: Collection[str] = ()) -> None:
        """Take what the form finds wrong, but for cells that are `at_fault` already: it did not get what they say."""
        for name, errors in form.errors.items():
            at = next((one for one in self.found if one.column.key == name), None)
            cell = plan.cells[at.at] if at is not None else None
            place = cell.place if cell is not None else self._place(plan)
            if place in at_fault or (at_fault and cell is None):
                continue
            for message in errors:
                said = strip_tags(str(message))
                if at is None and name != NON_FIELD_ERRORS:
                    said = labeled(form[name].label, said)
                plan.faults.append(Fault(place, said, cell.column if cell is not None else 0))


def _is_same(held: Any, said: Any, kind: Kind) -> bool:
    if isinstance(held, str) and isinstance(said, str):
        if held != said and kind == Kind.AMOUNT:
            try:
                return parse_amount(held) == parse_amount(said)
            except AmountError:
                return False
        return held.replace("\r\n", "\n").strip() == said
    if held in (None, "") and said in (None, ""):
        return True
    if isinstance(held, models.Model):
        held = held.pk
    if isinstance(held, bool) or isinstance(said, bool):
        return held is said
    return bool(held == said) or (isinstance(held, int) and str(held) == str(said)) or str(held) == str(said)
