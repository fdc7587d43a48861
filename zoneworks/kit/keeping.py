"""Keeping what a form says while others write too: nobody's change is lost, nobody's entries are lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from zoneworks.accounts.locks import held
from zoneworks.kit.audit import readable, snapshot
from zoneworks.kit.models import Change
from zoneworks.kit.recording import AlreadySaidError

_LINE = re.compile(r"change-(?P<pk>[0-9]{1,18})(?: |$)")


def mark_of(row: models.Model, names: Iterable[str]) -> str:
    """Return a mark of what `row` says in the columns `names`: another one when it says something else."""
    said = snapshot(row, names)
    return sha256(repr(sorted(said.items())).encode()).hexdigest()[:16]


def keep_new(form: Any, save: Callable[[], Any]) -> bool:
    """Save a valid form of a new row; say whether it is kept. What stands in the way becomes errors of the form."""
    try:
        with transaction.atomic():
            save()
    except AlreadySaidError as error:
        begin_anew(form.instance)
        ask_again(form, error)
    except ValidationError as error:
        begin_anew(form.instance)
        tell(form, error)
    except IntegrityError as error:
        begin_anew(form.instance)
        _tell_twin(form, error)
    return not form.errors


def keep_change(
    form: Any,
    mark: Callable[[Any], str],
    save: Callable[[Mapping[str, str]], Any],
    opened_at: str,
) -> str | None:
    """Save a valid form of a row that stands and return None; else the mark with which the form is to be shown again.

    The row is held and read first: where `mark` of it differs from `opened_at`, the form tells what it says by now.
    `save` gets what the row said before.
    """
    row = form.instance
    try:
        with transaction.atomic():
            stored = held(row)
            if stored is None:
                tell_gone(form)
                return ""
            if (now := mark(stored)) != opened_at:
                _tell_difference(form, stored, opened_at)
                return now
            save(snapshot(stored))
    except ValidationError as error:
        tell(form, error)
    except IntegrityError as error:
        _tell_twin(form, error)
    return opened_at if form.errors else None


@contextmanager
def telling_twins(row: models.Model) -> Iterator[None]:
    """Let the words of the constraint say what the database refuses in the block: another one was faster."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        row.validate_constraints()
        raise


def ask_again(form: Any, error: AlreadySaidError) -> None:
    """Let the form ask whether what stands already is to be kept once more; its `standing` is the row that says it."""
    form.standing = error.current
    form.add_error("again", _("The ledger has this already. Tick this if it is another one."))


def tell(form: Any, error: ValidationError) -> None:
    """Make `error` errors of the form, at its fields where it names them."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, ValidationError(error.messages))
        return
    for name, messages in error.message_dict.items():
        form.add_error(name if name in form.fields else None, ValidationError(messages))


def tell_gone(form: Any) -> None:
    """Say that there is nothing any more that the form could change."""
    said = _(
        "Somebody else deleted this since you opened it. Your entries are still here: save them as a new one."
    )
    form.add_error(None, said)


def begin_anew(row: models.Model) -> None:
    """Let a row whose saving was undone be new again."""
    row.pk, row._state.adding = None, True


def _tell_twin(form: Any, error: IntegrityError) -> None:
    """Judge the form once more, now that what it collided with can be seen; its own rules say what it is."""
    form.full_clean()
    if form.is_valid():
        raise error


def _changed_since(stored: models.Model, opened_at: str) -> set[str] | None:
    """Return the fields that the trail says were changed since the form was opened; None where it cannot tell."""
    line = _LINE.match(opened_at)
    if line is None:
        return None
    later = Change.objects.of_row(stored).filter(verb__in=("change", "bulk"), pk__gt=int(line["pk"]))
    return {name for fields in later.values_list("fields", flat=True) for name in fields} or None


def _tell_difference(form: Any, stored: Any, opened_at: str) -> None:
    """Say that the row was changed meanwhile, and at each field that others changed what it says by now.

    Where the trail does not tell what they changed, at each field that says something else than the form.
    """
    form.add_error(
        None,
        _(
            "Somebody else changed this row since you opened it. Your entries are still here: "
            "compare them with what it says now and save again."
        ),
    )
    typed, zone = snapshot(form.instance, form.fields), getattr(stored, "zone", None)
    changed = _changed_since(stored, opened_at)
    for name, text in snapshot(stored, form.fields).items():
        if text != typed[name] and (changed is None or name in changed):
            said = readable(type(stored), name, text, zone)
            form.add_error(
                name, _("It says “%(held)s” now.") % {"held": said} if said else _("It is empty now.")
            )
