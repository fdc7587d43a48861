"""An entity: a row of a ledger, behind its zone's wall."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.searched import Searched, SearchedQuerySet
from zoneworks.kit.attributes import keep_former

_PK = re.compile(r"[0-9]{1,18}", re.ASCII)


class EntityQuerySet(SearchedQuerySet):
    """What every ledger asks of its rows."""

    def in_zone(self, zone: Zone) -> Self:
        return self.filter(zone=zone)

    def existing(self, known_at: datetime) -> Self:
        """Keep the rows that stood in the ledger at `known_at`."""
        return self.filter(created_at__lte=known_at)

    def for_table(self) -> Self:
        """Bring what the list's columns need; each ledger says what that is."""
        return self


class Entity(Searched):
    """A thing that a zone keeps a ledger of. What is counted about it stands in its facts, not in its columns.

    `attributes` names the columns by which those facts are grouped; what they said before a change is kept. Those of
    them that hold from the instant at which they were entered are its `assignments`.
    """

    attributes: ClassVar[tuple[str, ...]] = ()
    assignments: ClassVar[tuple[str, ...]] = ()

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))
    created_at = models.DateTimeField(_("entered on"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "updated_at"}
        if (
            self._state.adding
            or not self.attributes
            or (fields is not None and not {*fields} & {*self.attributes})
        ):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            keep_former([self], fields)
            super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return row_url(self)


def row_url(row: models.Model) -> str:
    """Return the address of the page of `row`, or nothing when no ledger shows it."""
    from zoneworks.kit.registry import ledgers

    ledger = ledgers.for_model(type(row))
    if ledger is None:
        return ""
    return reverse(f"{ledger.slug}:detail", kwargs={"zone": row.zone.code, "pk": row.pk})  # type: ignore[attr-defined]


def asked_pk(text: Any) -> int | None:
    """Return the number of a row that a request names, or nothing for what no column could hold.

    >>> asked_pk("12"), asked_pk("²"), asked_pk("9" * 19), asked_pk(None)
    (12, None, None, None)
    """
    found = _PK.fullmatch(str(text))
    return int(found[0]) if found else None


def asked_pks(texts: Iterable[Any]) -> list[int]:
    """Return the numbers of rows among `texts`, each once, in their order.

    >>> asked_pks(["12", "x", 3, "12"])
    [12, 3]
    """
    found = (asked_pk(text) for text in texts)
    return list(dict.fromkeys(pk for pk in found if pk is not None))
