"""Rows that are found by any of their names. It lies below the kit because units and members are searched too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from django.db import models
from django.db.models import Q

from zoneworks.accounts.searching import normalize_query, search_text
from zoneworks.accounts.walls import Walled, WalledQuerySet

SAVED_AT_ONCE = 500


class SearchedQuerySet(WalledQuerySet):
    """What the search field of a list asks of its rows."""

    searched_paths: tuple[str, ...] = ("search_text",)

    def matching(self, text: str) -> Self:
        """Keep the rows whose names, former names or pinyin initials hold each word of `text`."""
        rows = self
        for word in normalize_query(text).split():
            found = Q()
            for path in self.searched_paths:
                found |= Q(**{f"{path}__contains": word})
            rows = rows.filter(found)
        return rows


class Searched(Walled):
    """A row that keeps the text by which it is found, written whenever the row is saved."""

    search_text = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    def names_to_search(self) -> tuple[str, ...]:
        """Return every name under which this row should be found."""
        return (str(self),)

    def refresh_search_text(self) -> None:
        """Write the search text anew, without touching the row otherwise: a fact gave it another name."""
        text = search_text(*self.names_to_search())
        type(self)._base_manager.filter(pk=self.pk).update(search_text=text)

    @classmethod
    def save_new(cls, rows: Sequence[Self]) -> None:
        """Save new rows as `save` does one, hundreds in a statement."""
        for row in rows:
            row.search_text = search_text(*row.names_to_search())
        cls._base_manager.bulk_create(rows, batch_size=SAVED_AT_ONCE)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = search_text(*self.names_to_search())
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)
