"""Writing a zone's rules: decide one differently, or withdraw that; one transaction with its audit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.audit import record, snapshot
from zoneworks.rulebook.assembling import Override, assemble
from zoneworks.rulebook.entries import PackError
from zoneworks.rulebook.models import RuleOverride
from zoneworks.rulebook.policy import may_decide
from zoneworks.rulebook.shapes import plain
from zoneworks.rulebook.shipped import shipped
from zoneworks.rulebook.telling import MisfitError, rule_name


class AlreadyDecidedError(ValidationError):
    """Another person decided about this rule first. `current` is what they recorded."""

    def __init__(self, current: RuleOverride) -> None:
        self.current = current
        message = _(
            "%(who)s already decided about %(key)s at %(when)s. Nothing of yours was written; look at that "
            "decision and decide again if it is still wrong."
        )
        detail = {
            "who": current.recorded_by or "–",
            "key": rule_name(current.key),
            "when": f"{current.recorded_at:%Y-%m-%d %H:%M}",
        }
        super().__init__(message % detail, code="already_decided")


def override(
    zone: Zone,
    key: str,
    *,
    actor: User | None,
    in_force_from: date,
    value: Any = None,
    alternative: str = "",
    in_force_to: date | None = None,
    issuer: str = "",
    document: str = "",
    clause: str = "",
    note: str = "",
    reverses: RuleOverride | None = None,
    seen: int | None = None,
) -> RuleOverride:
    """Record that `zone` wants `value` or the shipped `alternative` for a rule; return the row.

    A decision for a day that already has one corrects it; `reverses` corrects a named one. `seen` is the
    number of the last decision that the person saw: a newer one raises `AlreadyDecidedError`, and nothing is
    written. Raise `ValidationError` that names the rule and what would be right,
    `PermissionDenied` for who may not decide. `actor=None` is the operator's command line.
    """
    _refuse_strangers(zone, actor)
    new = RuleOverride(
        zone=zone,
        key=key.strip(),
        value=None if alternative else _as_json(key, value),
        alternative=alternative,
        in_force_from=in_force_from,
        in_force_to=in_force_to,
        issuer=issuer.strip(),
        document=document.strip(),
        clause=clause.strip(),
        note=note.strip(),
        reverses=reverses,
        recorded_by=actor,
    )
    return _write(new, "override", seen)


def withdraw(old: RuleOverride, *, reason: str, actor: User | None) -> RuleOverride:
    """Record that `old` does not hold and nothing replaces it; return the row that says so.

    The rule then has what an earlier decision or the pack says. Raise `ValidationError` without a reason.
    """
    _refuse_strangers(old.zone, actor)
    if not reason.strip():
        raise ValidationError({"note": _("Say why this decision is withdrawn.")})
    copied = (
        "zone",
        "key",
        "value",
        "alternative",
        "in_force_from",
        "in_force_to",
        "issuer",
        "document",
        "clause",
    )
    gone = RuleOverride(**{name: getattr(old, name) for name in copied})
    gone.reverses, gone.withdrawn, gone.note, gone.recorded_by = old, True, reason.strip(), actor
    return _write(gone, "withdraw", None)


def _refuse_strangers(zone: Zone, actor: User | None) -> None:
    if actor is not None and not may_decide(actor, zone):
        raise PermissionDenied(_("Only an administrator of the zone decides about its rules."))


def _as_json(key: str, value: Any) -> Any:
    """Return `value` as plain JSON; raise `ValidationError` for what it cannot hold."""
    try:
        made = plain(value)
        json.dumps(made, allow_nan=False)
    except (TypeError, ValueError, ArithmeticError):
        message = _("%(key)s: the value must be made of numbers, texts, yes or no, lists and named parts.")
        raise ValidationError({"value": message % {"key": rule_name(key)}})
    return made


def _write(new: RuleOverride, verb: str, seen: int | None) -> RuleOverride:
    """Save `new` with the next number of its rule, having checked it against everything that is live."""
    try:
        with transaction.atomic():
            before = _place(new, seen)
            new.full_clean(exclude=["recorded_by", "reverses", "number"])
            _check_fit(new)
            new.save()
            record(new.recorded_by, verb, new, before=snapshot(before) if before else {}, after=_after(new))
    except IntegrityError:
        newest = _newest(new)
        if newest is None:
            raise
        raise AlreadyDecidedError(newest) from None
    return new


def _after(new: RuleOverride) -> dict[str, str]:
    return {"withdrawn": "True", "note": new.note} if new.withdrawn else snapshot(new)


def _newest(new: RuleOverride) -> RuleOverride | None:
    of_rule = RuleOverride.objects.filter(zone=new.zone, key=new.key).select_related("recorded_by")
    return of_rule.order_by("-number").first()


def _place(new: RuleOverride, seen: int | None) -> RuleOverride | None:
    """Give `new` its number and what it corrects; return that. Raise when somebody was faster."""
    newest = _newest(new)
    number = newest.number if newest else 0
    if newest is not None and seen is not None and seen != number:
        raise AlreadyDecidedError(newest)
    new.number = number + 1
    # A row never lies before what it corrects, whatever the clocks say.
    new.recorded_at = max(now(), newest.recorded_at) if newest else now()
    live = [row for row in RuleOverride.objects.live(new.zone) if row.key == new.key]
    if new.reverses is not None and new.reverses not in live:
        raise AlreadyDecidedError(newest or new.reverses)
    if new.reverses is None:
        new.reverses = next((row for row in live if row.in_force_from == new.in_force_from), None)
    return new.reverses


def _check_fit(new: RuleOverride) -> None:
    """Refuse what does not fit its rule, or clashes with another rule on a day on which both hold.

    What was wrong before is not blamed on `new`: a decision that no longer fits can still be withdrawn.
    """
    live = RuleOverride.objects.live(new.zone)
    before = [row.as_value() for row in live]
    after = [row.as_value() for row in live if row.pk != new.reverses_id]
    if not new.withdrawn:
        after.append(new.as_value())
    for day in _turning_days(new.as_value(), after):
        known = {str(error) for error in _problems(before, day)}
        for error in _problems(after, day):
            if str(error) not in known:
                raise MisfitError(error, new.key)


def _problems(overrides: Iterable[Override], day: date) -> tuple[PackError, ...]:
    return assemble(shipped(), [each for each in overrides if each.holds_on(day)], day).problems


def _turning_days(new: Override, every: Iterable[Override]) -> list[date]:
    """Return the days on which `new` begins or something beside it changes."""
    days = {new.in_force_from}
    for each in every:
        days.add(each.in_force_from)
        if each.in_force_to is not None and each.in_force_to < date.max:
            days.add(each.in_force_to + timedelta(days=1))
    return sorted(day for day in days if day >= new.in_force_from)
