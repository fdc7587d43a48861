"""The writing of an import: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zoneworks.accounts.locks import hold
from zoneworks.exchange.imports.planning import BATCH, Plan, batched
from zoneworks.exchange.imports.rows import RowPlan
from zoneworks.exchange.uncollected import uncollected
from zoneworks.kit import audit, recording
from zoneworks.kit.audit import snapshot
from zoneworks.kit.entity import Entity
from zoneworks.kit.keeping import begin_anew
from zoneworks.sources.models import Attachment
from zoneworks.sources.services import cite_places

Heard = Callable[[int, int], None]


class MovedOnError(ValidationError):
    """The ledger changed since the preview: what would be written is no longer what the person looked at."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The ledger has changed since the preview. Nothing was written; look at the differences again."
            ),
            code="moved_on",
        )


def prepare(plan: Plan) -> None:
    """Make beforehand what the writing of new rows needs and no database is asked for: their search texts.

    On SQLite nobody else writes while the plan is written.
    """
    if plan.ledger.writes_many:
        for row in plan.rows:
            if row.pk is None and row.row is not None:
                row.row.search_text = row.row.text_to_search()


@transaction.atomic
def write(plan: Plan, digest: str, cited: Attachment, heard: Heard = lambda _d, _t: None) -> None:
    """Write what the plan says, when it still says what was looked at; each row then cites its place in the workbook.

    Rows that are to change are held first: `MovedOnError` where somebody else changed one since it was planned.
    """
    if plan.digest() != digest:
        raise MovedOnError
    if any(row.faults for row in plan.rows):
        raise ValidationError(
            _("The file has faults. Nothing was written; put them right and bring it again.")
        )
    _hold_unmoved(plan)
    with uncollected():
        done = 0
        for is_new, alike in groupby(plan.rows, lambda row: row.pk is None):
            for batch in batched(alike, BATCH if is_new or plan.ledger.writes_many else BATCH // 10):
                _write_batch(plan.ledger, [row for row in batch if row.differences], cited, is_new=is_new)
                done += len(batch)
                heard(done, len(plan.rows))


def _hold_unmoved(plan: Plan) -> None:
    """Keep the rows that are to change from others before the first is written, and refuse what they changed meanwhile.

    PostgreSQL lets others commit between any two statements. Later on a row may have moved by this import itself.
    """
    model = plan.ledger.model
    planned = {row.pk: row for row in plan.rows if row.pk is not None and row.form is not None}
    for keys in batched(sorted(planned), BATCH):
        hold(model, *keys)
        stored = model._base_manager.filter(pk__in=keys)
        if issubclass(model, Entity):
            now: dict[Any, Any] = dict(stored.values_list("pk", "updated_at"))
            then: dict[Any, Any] = {key: planned[key].row.updated_at for key in keys}
        else:
            ties = [field.name for field in model._meta.concrete_fields if field.is_relation]
            now = {row.pk: snapshot(row) for row in stored.select_related(*ties)}
            then = {key: planned[key].before for key in keys}
        if now != then:
            raise MovedOnError


def _write_batch(ledger: Any, rows: list[RowPlan], cited: Attachment, *, is_new: bool) -> None:
    """Write some rows with their facts; each row and each fact cites its place."""
    plain = [row for row in rows if row.form is not None]
    places = [f"{row.cells[0].sheet}!{row.number}" for row in plain]
    told = [f"{cited.name} · {place}" for place in places]
    _write_new(ledger, plain, told) if is_new else _write_changed(ledger, plain, told)
    cite_places(
        cited, [(row.row, place) for row, place in zip(plain, places, strict=True)], actor=ledger.user
    )
    _write_facts(ledger, [row for row in rows if row.facts], cited)


def _write_facts(ledger: Any, rows: list[RowPlan], cited: Attachment) -> None:
    """Record the facts of rows together; where one of them cannot be, row by row, so that a message names it."""
    told = [(fact, place) for row in rows for fact, place in _facts_of(row)]
    if not told:
        return
    try:
        with transaction.atomic():
            _record(ledger, told, cited)
    except (ValidationError, IntegrityError, PermissionDenied):
        for row in rows:
            with _refusals(row):
                _record(ledger, _facts_of(row), cited)
    cite_places(cited, told, actor=ledger.user)


def _facts_of(row: RowPlan) -> list[tuple[Any, str]]:
    """Return the facts of a row about what it was written as, in the order of their days, each with its cell."""
    facts = []
    for stated in sorted(row.facts, key=lambda each: (each.fact.latest, each.fact.earliest)):
        fact = stated.fact
        setattr(fact, fact.subject, row.row)
        facts.append((fact, stated.cell.place))
    return facts


def _record(ledger: Any, told: list[tuple[Any, str]], cited: Attachment) -> None:
    for fact, _place in told:
        begin_anew(fact)
    recording.add_all([(fact, f"{cited.name} · {place}") for fact, place in told], actor=ledger.user)


def _write_new(ledger: Any, rows: list[RowPlan], places: list[str]) -> None:
    """Write new rows together; where one of them cannot be, one after the other, so that a message names it."""
    try:
        with transaction.atomic():
            for row, saved in zip(
                rows, ledger.save_new_forms([row.form for row in rows], places), strict=True
            ):
                row.row = saved
    except (ValidationError, IntegrityError, PermissionDenied):
        for row, place in zip(rows, places, strict=True):
            begin_anew(row.form.instance)
            _write_row(ledger, row, place)


def _write_changed(ledger: Any, rows: list[RowPlan], places: list[str]) -> None:
    """Write changed rows together; where one of them cannot be, one after the other, so that a message names it."""
    try:
        with transaction.atomic():
            ledger.save_changed_forms([row.form for row in rows], [row.before for row in rows], places)
        for row in rows:
            row.row = row.form.instance
    except (ValidationError, IntegrityError, PermissionDenied):
        for row, place in zip(rows, places, strict=True):
            _write_row(ledger, row, place)


def _write_row(ledger: Any, row: RowPlan, place: str) -> None:
    with _refusals(row), audit.told_by(place):
        row.row = ledger.save_form(row.form, "add" if row.pk is None else "change", row.before)


@contextmanager
def _refusals(row: RowPlan) -> Iterator[None]:
    """Let what the block refuses name the row of the file."""
    try:
        with transaction.atomic():
            yield
    except (ValidationError, IntegrityError, PermissionDenied) as error:
        match error:
            case ValidationError():
                said = " ".join(error.messages)
            case PermissionDenied():
                said = str(error)
            case _:
                said = _collision(row)
        raise ValidationError(
            _("Row %(row)d: %(why)s Nothing was written.") % {"row": row.number, "why": said}
        ) from error


def _collision(row: RowPlan) -> str:
    """Return why the database refused a row: what its constraints say by now, else that it has the same already."""
    written = [] if row.form is None else [row.form.instance]
    for each in (*written, *(stated.fact for stated in row.facts)):
        each.asked_apart = frozenset()
        try:
            each.validate_constraints()
        except ValidationError as error:
            return " ".join(error.messages)
    return _("It is in the ledger already.")
