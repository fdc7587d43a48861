"""Rows that are found by any of their names. It lies below the kit because units and members are searched too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from zoneworks.accounts.search_keys import MOST_KEYS, keys_holding
from zoneworks.accounts.searching import normalize_query, search_text
from zoneworks.accounts.walls import Walled, WalledQuerySet

SAVED_AT_ONCE = 500


@dataclass(frozen=True)
class NamedAfter:
    """Rows are found by the names of other rows too, looked up where these stand: `rows` ties the one to the other.

    `own` leads from a tie to the row that is found, `other` to the row of `model` whose names find it; without
    `other` it is the tie itself, such as a piece of the row's own text.
    """

    model: type[Searched]
    rows: Any
    own: str
    other: str = ""

    @property
    def path(self) -> str:
        """Return what stands before a field of the row whose names find the other one."""
        return f"{self.other}__" if self.other else ""


@dataclass(frozen=True)
class NamedByFacts:
    """Facts that name rows: `facts` of which `subject` leads to the row and `name` to the name that they say.

    Where the name is that of another row, `other` leads to it; `model` is its model.
    """

    facts: Any
    subject: str
    name: str
    other: str = ""
    model: type[Searched] | None = None


class NamesThen(Protocol):
    """The names of a zone's rows as they were known at an earlier instant."""

    known: datetime

    def texts(self, model: type[Searched]) -> Mapping[int, str]:
        """Return what the search text of a row said then, by its key, where it may say something else now."""
        ...

    def call(self, rows: Sequence[Any]) -> None:
        """Let `rows`, all of one model, be called in memory as they were then."""
        ...


class SearchedQuerySet(WalledQuerySet):
    """What the search field of a list asks of its rows; `then` asks for the names of an earlier instant."""

    def named_after(self, known: datetime | None = None) -> tuple[NamedAfter, ...]:
        """Return whose names find the rows besides their own, by the ties that stood at `known` or stand now."""
        return ()

    def matching(self, text: str, then: NamesThen | None = None) -> Self:
        """Keep the rows whose names, former names or pinyin hold each word of `text`.

        Few rows are named by their keys, from the index; where a word is in very many, the list is walked in its order
        until a page is full. Asks the database at once, for the keys.
        """
        return self.matching_among(self.few_matching(text, then), text, then)

    def matching_among(self, few: set[int] | None, text: str, then: NamesThen | None = None) -> Self:
        """Keep the same rows where the answer of `few_matching` is known already."""
        words = words_of(text)
        rows = self if few is None else self.filter(pk__in=few)
        for word in words if few is None else words[1:]:
            rows = rows.filter(self._holding(word, then))
        return rows

    def few_matching(self, text: str, then: NamesThen | None = None) -> set[int] | None:
        """Return the keys of the rows, of all zones, that the longest word of `text` finds; nothing when not few."""
        words = words_of(text)
        own = _keys(self.model, words[0], then, self.db) if words else None
        if own is None:
            return None
        found = set(own)
        for tie in self.named_after(then.known if then else None):
            others = _keys(tie.model, words[0], then, self.db)
            if others is None:
                return None
            if others:
                tied = tie.rows.filter(**{f"{tie.other or 'pk'}__in": others}).order_by()
                found.update(tied.values_list(tie.own, flat=True)[: MOST_KEYS + 1])
        return found if len(found) <= MOST_KEYS else None

    def _holding(self, word: str, then: NamesThen | None) -> Q:
        """Return the condition that `word` finds a row, to be asked of one row after the other."""
        found = holding(self.model, word, then)
        for tie in self.named_after(then.known if then else None):
            holds = tie.rows.filter(holding(tie.model, word, then, tie.path), **{tie.own: OuterRef("pk")})
            found |= Q(Exists(holds.order_by()))
        return found


def holding(model: type[Searched], word: str, then: NamesThen | None = None, path: str = "") -> Q:
    """Return the condition that the names of the row of `model` to which `path` leads hold `word`."""
    now = Q(**{f"{path}search_text__contains": word})
    texts = then.texts(model) if then else {}
    if not texts:
        return now
    held = [pk for pk, text in texts.items() if word in text]
    return now & ~Q(**{f"{path}pk__in": list(texts)}) | Q(**{f"{path}pk__in": held})


def _keys(model: Any, word: str, then: NamesThen | None, using: str) -> list[int] | None:
    keys = keys_holding(model, word, using)
    texts = then.texts(model) if then else {}
    if keys is None or not texts:
        return keys
    return [*(key for key in keys if key not in texts), *(pk for pk, text in texts.items() if word in text)]


def words_of(text: str) -> list[str]:
    """Return the words of what was typed, the longest first: it is in the fewest rows."""
    return sorted(normalize_query(text).split(), key=len, reverse=True)


class Searched(Walled):
    """A row that keeps the text by which it is found, written whenever the row is saved."""

    named_by: ClassVar[tuple[str, ...]] = ("name",)
    """The fields from which `own_names` come; what they said before a change stands in the trail."""

    search_text = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    def own_names(self) -> tuple[str, ...]:
        """Return the names that stand in the row itself."""
        return (str(self),)

    @classmethod
    def named_by_facts(cls) -> tuple[NamedByFacts, ...]:
        """Return the facts that give rows further names."""
        return ()

    @classmethod
    def further_names(cls, rows: Sequence[Self]) -> Mapping[int, Sequence[str]]:
        """Return the names that stored rows have by facts, by their keys, those of all in one query."""
        return {}

    def text_to_search(self, further: Sequence[str] | None = None) -> str:
        """Return what the search text should say: `further` are the names by facts where they have been read."""
        if further is None:
            further = self.further_names([self]).get(self.pk, ()) if self.pk else ()
        return search_text(*self.own_names(), *further)

    @classmethod
    def texts_to_search(cls, rows: Sequence[Self]) -> dict[int, str]:
        """Return what the search texts of stored rows should say, by their keys."""
        further = cls.further_names(rows)
        return {row.pk: row.text_to_search(further.get(row.pk, ())) for row in rows}

    def refresh_search_text(self) -> None:
        """Write the search text anew, without touching the row otherwise: a fact gave it another name."""
        type(self)._base_manager.filter(pk=self.pk).update(search_text=self.text_to_search())

    @classmethod
    def refresh_search_texts(cls, rows: Sequence[Self]) -> None:
        """Write the search texts of rows as they were just read anew where they should say something else."""
        due = cls.texts_to_search(rows)
        stale = [row for row in rows if row.search_text != due[row.pk]]
        for row in stale:
            row.search_text = due[row.pk]
        cls._base_manager.bulk_update(stale, ["search_text"], batch_size=SAVED_AT_ONCE)

    @classmethod
    def save_new(cls, rows: Sequence[Self]) -> None:
        """Save new rows as `save` does one, hundreds in a statement; one that has its search text already keeps it."""
        for row in rows:
            row.search_text = row.search_text or row.text_to_search()
        cls._base_manager.bulk_create(rows, batch_size=SAVED_AT_ONCE)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = self.text_to_search()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)
