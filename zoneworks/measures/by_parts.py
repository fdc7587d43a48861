"""A reading added up from the parts of the records in which its subjects stand (`kit/revision.py`).

What is asked of a part is put into words once (`kit/statements.py`), for everybody's projects alike: the rows that a
filter names, such as the officer, are put into the words when they are asked.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from heapq import nsmallest
from itertools import chain
from typing import Any, NamedTuple

from zoneworks.accounts.models import Zone
from zoneworks.accounts.once import once
from zoneworks.kit import revision
from zoneworks.kit.entity import asked_pk
from zoneworks.kit.statements import NAMED, Statement, Words
from zoneworks.measures.kept_under import Kind, said_of
from zoneworks.measures.narrowing import narrowed
from zoneworks.measures.registry import Measure
from zoneworks.measures.rows import Rows
from zoneworks.measures.scope import Scope
from zoneworks.measures.tallying import (
    Line,
    Question,
    Shape,
    added_up,
    firsts_of,
    lines_by_part,
    question,
    tallied,
)

MOST = revision.PART * revision.FEW
"""So many subjects are asked one by one; of more, everything is read."""


class _Asked:
    """How a measure is asked in scopes that differ in no more than the rows that their filters name."""

    def __init__(self, name: str, one: Measure, scope: Scope, kind: Kind) -> None:
        self.one, self.zone, self.kind = one, scope.zone, kind
        asked = {name: asked_pk(scope.filters[name]) for name in sorted(kind.keys & scope.filters.keys())}
        self.named = {name: key for name, key in asked.items() if key is not None}
        stand_ins = dict(zip(self.named, NAMED, strict=False))
        self.values = {stand_in: self.named[name] for name, stand_in in stand_ins.items()}
        self.scope = scope.only(**{name: str(stand_in) for name, stand_in in stand_ins.items()})
        self.said = said_of(name, self.scope, kind.model)

    def rows(self) -> Rows:
        return narrowed(self.one.rows(self.scope), self.one, self.scope)

    def worded(self, what: str, make: Callable[[], Any]) -> Any:
        return revision.worded(self.zone, (what, self.said), make)

    def among(self, subjects: Collection[int] | None) -> Collection[int] | None:
        """Return those of `subjects`, or of all, that the filters leave; nothing when all are to be asked."""
        own = self.subjects()
        if own is None or subjects is None:
            return subjects if own is None else own
        mine = set(own)
        return [pk for pk in subjects if pk in mine]

    def subjects(self) -> list[int] | None:
        """Return the keys of the subjects that a filter names by a row, where they are few enough to be asked singly.

        They are looked for by that row alone: a database that does not know how the rows lie would go by their zone
        and read all of it for the twenty projects of an officer.
        """
        paths = {self.kind.own_path(name): key for name, key in self.named.items()}
        path = next(filter(None, paths), "")
        if not path:
            return None
        key = paths[path]

        def found() -> list[int] | None:
            rows = self.kind.subject._default_manager.filter(**{path: key}).order_by()
            keys = list(rows.values_list("pk", "zone")[: MOST + 1])
            return [pk for pk, zone in keys if zone == self.zone.pk] if len(keys) <= MOST else None

        return once(("subjects of", self.zone.pk, self.kind.subject, path, key), found)


class _Worded(NamedTuple):
    """A question in words, of single subjects or of all, and the shape of its lines."""

    words: Any
    shape: Shape


class Lines:
    """The reading of a measure, added up from lines (`revision.Adding`)."""

    def __init__(self, one: Measure, scope: Scope, kind: Kind) -> None:
        self._asked = _Asked(one.key, one, scope, kind)

    def read(self, subjects: Collection[int] | None) -> dict[int, list[Line]]:
        """Return the lines of these subjects, or of all, by part."""
        values = self._asked.values
        found: Iterator[tuple[Any, ...]]
        subjects = self._asked.among(subjects)
        if subjects is None:
            worded = self._asked.worded("all", self._of_all)
            found = worded.words.rows(values)
        else:
            worded = self._asked.worded("some", self._of_some)
            found = worded.words.rows(subjects, values)
        self._shape: Shape = worded.shape
        return lines_by_part(worded.shape, found)

    def add(self, pieces: Iterable[list[Line]]) -> list[Line]:
        """Return the lines of all pieces, those added up that nothing tells apart."""
        return added_up(self._shape, pieces)

    def tell(self, whole: list[Line]) -> dict[str, Any]:
        """Return the sums, by the names of the fields of a reading."""
        return tallied(self._shape, whole)

    def _question(self) -> Question:
        return question(self._asked.rows(), self._asked.scope, by_part=True)

    def _of_all(self) -> _Worded:
        asked = self._question()
        return _Worded(Words(asked.of(asked.rows.whole().queryset), self._asked.values), asked.shape)

    def _of_some(self) -> _Worded:
        asked = self._question()
        some = Statement(lambda keys: asked.of(asked.rows.of(keys).queryset), self._asked.values)
        return _Worded(some, asked.shape)


class Firsts:
    """The keys of the `most` rows of a measure that surely came first, found in those of each part."""

    def __init__(self, one: Measure, scope: Scope, kind: Kind, most: int) -> None:
        self.most, self.name = most, f"first {most} of {one.key}"
        self._asked = _Asked(self.name, one, scope, kind)

    def read(self, subjects: Collection[int] | None) -> dict[int, list[tuple[date, int]]]:
        """Return the last days and keys of the first rows of these subjects, or of all, by part."""
        values = self._asked.values
        subjects = self._asked.among(subjects)
        if subjects is None:
            found = self._asked.worded("all", self._of_all).rows(values)
        else:
            found = self._asked.worded("some", self._of_some).rows(subjects, values)
        firsts: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for part, day, pk in found:
            firsts[part].append((day, pk))
        return {part: self.add([every]) for part, every in firsts.items()}

    def add(self, pieces: Iterable[list[tuple[date, int]]]) -> list[tuple[date, int]]:
        """Return the first of all: they are among the first of each part."""
        return nsmallest(self.most, chain.from_iterable(pieces))

    def tell(self, whole: list[tuple[date, int]]) -> list[int]:
        """Return the keys in their order."""
        return [pk for _day, pk in whole]

    def _of_all(self) -> Words:
        rows = self._asked.rows()
        return Words(firsts_of(rows, rows.whole()), self._asked.values)

    def _of_some(self) -> Statement:
        rows = self._asked.rows()
        return Statement(lambda keys: firsts_of(rows, rows.of(keys)), self._asked.values)


Asks = Callable[[Collection[int] | None], Any]
"""Gives the facts of some subjects that a page lists, or those of all."""
_KEY = 40
"""A day and a key lie in one number, in whose order the rows come: so many bits hold the key."""


class Keys:
    """The keys of all that a page lists of a number, the latest in front, found in those of each part."""

    def __init__(self, zone: Zone, said: tuple[Any, ...], asks: Asks) -> None:
        self.zone, self.said, self.asks = zone, said, asks

    def read(self, subjects: Collection[int] | None) -> dict[int, array[int]]:
        """Return the last days and keys of the facts of these subjects, or of all, by part, the latest first."""
        if subjects is None:
            found = iter(self._selected(None))
        else:
            words = revision.worded(self.zone, self.said, lambda: Statement(self._selected))
            found = words.rows(subjects)
        parts: dict[int, list[int]] = defaultdict(list)
        for part, day, key in found:
            parts[part].append(day.toordinal() << _KEY | key)
        return {part: self.add([numbers]) for part, numbers in parts.items()}

    def _selected(self, subjects: Collection[int] | None) -> Any:
        facts = self.asks(subjects)
        return facts.order_by().values_list(revision.part_column(facts.model), "latest", "pk")

    def add(self, pieces: Iterable[Iterable[int]]) -> array[int]:
        """Return all of them, the latest first."""
        return array("q", sorted(chain.from_iterable(pieces), reverse=True))

    def tell(self, whole: array[int]) -> array[int]:
        """Return the keys in this order."""
        return array("q", [number & ((1 << _KEY) - 1) for number in whole])
