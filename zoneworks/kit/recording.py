"""Writing facts: the only way in. Each call is one transaction with its line in the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from zoneworks.accounts.locks import hold
from zoneworks.accounts.models import User
from zoneworks.kit.audit import Line, record, record_many, snapshot
from zoneworks.kit.extensions import repeated_sources
from zoneworks.kit.facts import Fact
from zoneworks.kit.levels import OPEN_LEVELS

F = TypeVar("F", bound=Fact)

WRITTEN_AT_ONCE = 500


class AlreadyCorrectedError(ValidationError):
    """Another person corrected or withdrew the fact first. `current` is what they recorded."""

    def __init__(self, current: Fact) -> None:
        self.current = current
        super().__init__(
            _(
                "%(who)s already changed this record at %(when)s. Nothing of yours was written; "
                "look at the newer version and correct that one if it is still wrong."
            )
            % {"who": current.recorded_by or "–", "when": f"{localtime(current.recorded_at):%Y-%m-%d %H:%M}"},
            code="already_corrected",
        )


class AlreadySaidError(ValidationError):
    """The same stands in the ledger already, with the same sources. `current` is the record or row that says it."""

    def __init__(self, current: Any) -> None:
        self.current = current
        super().__init__(_("The same statement already stands in the ledger."), code="already_said")


@transaction.atomic
def add(fact: F, *, actor: User | None) -> F:
    """Record `fact`, derive what hangs on it, and return it. Raise `ValidationError` for what cannot be."""
    _add(fact, actor)
    fact.after_recorded()
    return fact


@transaction.atomic
def add_all(told: Sequence[tuple[Fact, str]], *, actor: User | None) -> None:
    """Record facts of several kinds and subjects, each with its place in a workbook, all or none; derive what hangs on
    them once. One that `reverses` another corrects it: raise `AlreadyCorrectedError` when somebody was faster.

    They are judged already, as by their forms; what only the database can tell, it tells here.
    """
    for alike in _by(told, lambda fact: type(fact)):
        _refuse_second_reversals([fact for fact, _place in alike if fact.reverses])
        at = max([now(), *(fact.reverses.recorded_at for fact, _place in alike if fact.reverses)])
        for fact, _place in alike:
            fact.recorded_by, fact.recorded_at = actor, at
            for version in filter(None, (fact.reverses, fact)):
                _check_level(version, actor)
            fact.full_clean(exclude=_relations(type(fact)), validate_unique=False, validate_constraints=False)
        _write_all([fact for fact, _place in alike], actor)
        for same in _by(alike, _verb):
            lines = [
                Line(fact, snapshot(fact.reverses) if fact.reverses else {}, snapshot(fact), place)
                for fact, place in same
            ]
            record_many(actor, _verb(same[0][0]), lines)
    # Facts of several kinds bring the same columns of their subject up to date.
    for alike in _by(told, lambda fact: type(fact).after_recorded):
        type(alike[0][0]).after_all_recorded([fact for fact, _place in alike])


def _by(told: Sequence[tuple[F, str]], key: Callable[[F], Hashable]) -> list[list[tuple[F, str]]]:
    """Return the facts with their places apart by what `key` gives of each, in their order."""
    found: dict[Hashable, list[tuple[F, str]]] = {}
    for fact, place in told:
        found.setdefault(key(fact), []).append((fact, place))
    return list(found.values())


@cache
def _relations(model: type[Fact]) -> frozenset[str]:
    """Return the fields that name other rows: whether these are there, the database sees to."""
    return frozenset(field.name for field in model._meta.concrete_fields if field.is_relation)


def _write_all(facts: Sequence[Fact], actor: User | None) -> None:
    model: Any = type(facts[0])
    model._base_manager.bulk_create(facts, batch_size=WRITTEN_AT_ONCE)
    if actor is None:
        return
    keys = [fact.pk for fact in facts]
    for start in range(0, len(keys), WRITTEN_AT_ONCE):
        part = keys[start : start + WRITTEN_AT_ONCE]
        if model._base_manager.allowed(actor, "add").filter(pk__in=part).count() < len(part):
            raise PermissionDenied(_("You may not record this here."))


def _add(fact: Fact, actor: User | None) -> None:
    fact.recorded_by = actor
    _check_level(fact, actor)
    fact.full_clean(exclude=["recorded_by"])
    fact.save()
    _check_scope(fact, actor)
    record(actor, _verb(fact), fact, after=snapshot(fact))


def _verb(fact: Fact) -> str:
    if fact.reverses:
        return "correct"
    return "record" if fact.asserted_by in OPEN_LEVELS else "recognize"


def correct(old: F, new: F, *, actor: User | None) -> F:
    """Record `new` in the place of `old`; both stay. Raise `AlreadyCorrectedError` when somebody was faster."""
    new.reverses = old
    new.zone_id = old.zone_id
    setattr(new, f"{old.subject}_id", getattr(old, f"{old.subject}_id"))
    return _reverse(old, new, "correct", actor)


def withdraw(old: F, *, reason: str, actor: User | None) -> F:
    """Record that `old` does not hold and that nothing replaces it; return the row that says so."""
    if not reason.strip():
        raise ValidationError({"note": _("Say why this record is withdrawn.")})
    copied = {
        field.attname: getattr(old, field.attname)
        for field in old._meta.concrete_fields
        if field.name not in {"id", "recorded_at", "recorded_by", "reverses", "withdrawn", "note"}
    }
    model: Any = type(old)
    gone = model(**copied, reverses=old, withdrawn=True, note=reason.strip())
    return _reverse(old, gone, "withdraw", actor)


def _reverse(old: F, new: F, verb: str, actor: User | None) -> F:
    new.recorded_by = actor
    new.recorded_at = max(now(), old.recorded_at)
    try:
        with transaction.atomic():
            # Taking back a recognition needs the same right as giving it.
            _check_level(old, actor)
            _check_level(new, actor)
            _refuse_second_reversal(old)
            new.full_clean(exclude=["recorded_by", "reverses"])
            new.save()
            _check_scope(new, actor)
            record(actor, verb, new, before=snapshot(old), after={} if new.withdrawn else snapshot(new))
            new.after_recorded()
    except IntegrityError:
        _refuse_second_reversal(old)
        raise
    return new


def refuse_repetition(fact: Fact, sources: Iterable[tuple[str, str]], corrects: Fact | None = None) -> None:
    """Raise `AlreadySaidError` when what stands says the same at the same level and rests on all of `sources`.

    Another source for the same is no repetition but a confirmation; a correction that leaves the statement as it was
    repeats no more than before. Of two who record it at once the second is told: call it in the transaction that
    records `fact`.
    """
    said = _statement(fact)
    if corrects is not None and _statement(corrects) == said:
        return
    hold(type(fact.subject_row), fact.subject_row.pk)
    if corrects is not None:
        # Who was slower is told of the newer version, not asked about it.
        _refuse_second_reversal(corrects)
    facts: Any = type(fact)._default_manager
    alike = list(facts.live().filter(**said).order_by("pk"))
    rested_on = {source for each in repeated_sources(alike).values() for source in each}
    if alike and rested_on.issuperset(sources):
        raise AlreadySaidError(alike[0])


def _statement(fact: Fact) -> dict[str, Any]:
    """Return what `fact` states, by column: of what, what, when and at which level."""
    beside = {"id", "recorded_at", "recorded_by", "reverses", "withdrawn", *fact.manner}
    return {
        field.attname: getattr(fact, field.attname)
        for field in fact._meta.concrete_fields
        if field.name not in beside
    }


def _rows(fact: Fact) -> Any:
    """Return the table of `fact`, every row of it: the past is looked for in all of them."""
    return type(fact)._base_manager


def _refuse_second_reversal(old: Fact) -> None:
    if old.withdrawn:
        raise ValidationError(_("This record is withdrawn. Record a new one instead."))
    newer = _rows(old).select_related("recorded_by").filter(reverses=old).first()
    if newer is not None:
        raise AlreadyCorrectedError(newer)


def _refuse_second_reversals(corrections: Sequence[Fact]) -> None:
    """Refuse corrections of what was corrected or withdrawn already; one query."""
    if not corrections:
        return
    if any(fact.reverses.withdrawn for fact in corrections if fact.reverses):
        raise ValidationError(_("This record is withdrawn. Record a new one instead."))
    newer = _rows(corrections[0]).select_related("recorded_by")
    for first in newer.filter(reverses__in=[fact.reverses for fact in corrections])[:1]:
        raise AlreadyCorrectedError(first)


def _check_level(fact: Fact, actor: User | None) -> None:
    """Refuse a recognition by somebody who may not recognize. `actor=None` is the operator's command line."""
    if actor is None or fact.asserted_by in OPEN_LEVELS:
        return
    if not fact.subject_row.allows(actor, "recognize"):
        raise PermissionDenied(
            _("Only a verifier may record a fact as recognized. Record it as self-reported or press.")
        )


def _check_scope(row: models.Model, actor: User | None) -> None:
    if actor is not None and not row.allows(actor, "add"):  # type: ignore[attr-defined]
        raise PermissionDenied(_("You may not record this here."))


def newest(fact: F) -> F:
    """Return the version that stands at the end of the corrections of `fact`."""
    current: Any = fact
    while True:
        newer = _rows(fact).filter(reverses=current).first()
        if newer is None:
            return current
        current = newer


def versions(fact: F) -> list[F]:
    """Return every version of `fact`, the newest first."""
    current: Any = newest(fact)
    found = [current]
    while current.reverses_id is not None:
        current = _rows(fact).get(pk=current.reverses_id)
        found.append(current)
    return found
