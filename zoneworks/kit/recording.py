"""Writing facts: the only way in. Each call is one transaction with its line in the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from zoneworks.accounts.locks import hold
from zoneworks.accounts.models import User
from zoneworks.kit.audit import record, snapshot, told_by
from zoneworks.kit.extensions import repeated_sources
from zoneworks.kit.facts import Fact
from zoneworks.kit.levels import OPEN_LEVELS

F = TypeVar("F", bound=Fact)


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
    """Record facts about one subject, each with its place in a workbook; derive what hangs on them once."""
    for fact, place in told:
        with told_by(place):
            _add(fact, actor)
    # Facts of several kinds bring the same columns of their subject up to date.
    for last in {type(fact).after_recorded: fact for fact, _place in told}.values():
        last.after_recorded()


def _add(fact: Fact, actor: User | None) -> None:
    fact.recorded_by = actor
    _check_level(fact, actor)
    fact.full_clean(exclude=["recorded_by"])
    fact.save()
    _check_scope(fact, actor)
    verb = "record" if fact.asserted_by in OPEN_LEVELS else "recognize"
    record(actor, verb, fact, after=snapshot(fact))


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
