"""An entity: a row of a ledger, behind its zone's wall."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zoneworks.accounts.models import Zone
from zoneworks.accounts.walls import Walled, WalledQuerySet
from zoneworks.kit.searching import normalize_query, search_text


class EntityQuerySet(WalledQuerySet):
    """What every ledger asks of its rows."""

    def in_zone(self, zone: Zone) -> Self:
        return self.filter(zone=zone)

    def existing(self, known_at: datetime) -> Self:
        """Keep the rows that stood in the ledger at `known_at`."""
        return self.filter(created_at__lte=known_at)

    def matching(self, text: str) -> Self:
        """Keep the rows whose names, former names or pinyin initials hold each word of `text`."""
        rows = self
        for word in normalize_query(text).split():
            rows = rows.filter(search_text__contains=word)
        return rows

    def for_table(self) -> Self:
        """Bring what the list's columns need; each ledger says what that is."""
        return self


class Entity(Walled):
    """A thing that a zone keeps a ledger of. What is counted about it stands in its facts, not in its columns."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))
    created_at = models.DateTimeField(_("entered on"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)
    search_text = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    def names_to_search(self) -> tuple[str, ...]:
        """Return every name under which this row should be found."""
        return (str(self),)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = search_text(*self.names_to_search())
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_text", "updated_at"}
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
