"""What a file may prove about a row: floors above say it for their own entities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models

Choices = Sequence[tuple[str, str]]
_asked: dict[type[models.Model], Callable[[Any], Choices]] = {}


def evidence_for(model: type[models.Model]) -> Callable[[Callable[[Any], Choices]], Callable[[Any], Choices]]:
    """Register the function that returns key and words of each piece of evidence asked of a row."""

    def keep(found: Callable[[Any], Choices]) -> Callable[[Any], Choices]:
        _asked[model] = found
        return found

    return keep


def choices(row: models.Model) -> list[tuple[str, str]]:
    """Return key and words of what a file may prove about `row`; nothing where nothing is asked."""
    asked = _asked.get(type(row))
    return [] if asked is None else [(key, str(words)) for key, words in asked(row)]
