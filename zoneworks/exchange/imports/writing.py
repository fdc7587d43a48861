"""The writing of an import: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zoneworks.exchange.imports.planning import Plan
from zoneworks.exchange.imports.rows import RowPlan
from zoneworks.kit import audit

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


@transaction.atomic
def write(plan: Plan, digest: str, name: str, heard: Heard = lambda _d, _t: None) -> None:
    """Write what the plan says, when it still says what was looked at. Call it for a plan made in this transaction."""
    if plan.digest() != digest:
        raise MovedOnError
    if any(row.faults for row in plan.rows):
        raise ValidationError(
            _("The file has faults. Nothing was written; put them right and bring it again.")
        )
    with audit.told_by(name):
        for done, row in enumerate(plan.rows, 1):
            _write_row(plan.ledger, row)
            heard(done, len(plan.rows))


def _write_row(ledger: Any, row: RowPlan) -> None:
    if row.form is None or not row.differences:
        return
    try:
        with transaction.atomic():
            row.row = ledger.save_form(row.form, "add" if row.pk is None else "change", row.before)
    except (ValidationError, IntegrityError, PermissionDenied) as error:
        match error:
            case ValidationError():
                said = " ".join(error.messages)
            case PermissionDenied():
                said = str(error)
            case _:
                said = _("It is in the ledger already.")
        raise ValidationError(
            _("Row %(row)d: %(why)s Nothing was written.") % {"row": row.number, "why": said}
        ) from error
