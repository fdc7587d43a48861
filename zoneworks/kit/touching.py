"""About which subjects a change says something: those whose share in the numbers it may change, and no others.

A number adds up what the facts of single subjects say (a project, an engagement). Whoever keeps such sums must know
which subjects a change is about; a model that says nothing here may be about all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import models
from django.dispatch import receiver

from zoneworks.accounts.models import User, Zone, renamed
from zoneworks.kit.facts import Fact
from zoneworks.kit.revision import Subject, renew

Touches = Callable[[Any], Iterable[Subject]]
T = TypeVar("T", bound=Touches)
_touches: dict[type[models.Model], Touches] = {}
_standing_in_parts: set[type[models.Model]] = set()


def touches(model: type[models.Model]) -> Callable[[T], T]:
    """Register what says which subjects a change of a row of `model`, or of a fact about it, is about."""

    def add(subjects: T) -> T:
        _touches[model] = subjects
        _standing_in_parts.add(model)
        return subjects

    return add


def stands_in_parts(model: type[models.Model]) -> bool:
    """Say whether a change of what is recorded of a row of `model` renews the mark of its part."""
    return model in _standing_in_parts


def touches_no_number(*rows: type[models.Model]) -> None:
    """Say that no share of a subject in a number follows from these rows, nor from facts about them."""
    for model in rows:
        _touches[model] = lambda row: ()


@receiver(renamed)
def touch_everything(sender: type[User], user: User, **said: Any) -> None:
    """Renew the marks of every zone: what is kept of any subject may tell the person's name."""
    for zone in Zone.objects.values_list("pk", flat=True):
        renew(zone)


def touched_by(row: models.Model) -> set[Subject] | None:
    """Return the subjects that a change of `row` is about; nothing when it may be all of them."""
    about = row.subject_row if isinstance(row, Fact) else row
    says = _touches.get(type(about))
    return None if says is None else set(says(about))
