"""Ties between rows that are taken back and never deleted: at any instant it can be told which stood."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.timezone import now


def tied(known: datetime | None, path: str = "") -> Q:
    """Return the condition that a tie stood at `known`, or stands now without; `path` leads to the tie, `a__b__`."""
    stands = Q(**{f"{path}untied_at": None})
    if known is None:
        return stands
    return Q(**{f"{path}tied_at__lte": known}) & (stands | Q(**{f"{path}untied_at__gt": known}))


class Standing:
    """What querysets of ties are asked."""

    def standing(self: Any, known: datetime | None = None) -> Any:
        """Keep the ties that stood at `known`; without it those that stand now."""
        return self.filter(tied(known))


class Tie(models.Model):
    """Two rows belong together, from an instant on and until another: it was known so."""

    tied_at = models.DateTimeField(default=now, editable=False)
    untied_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
