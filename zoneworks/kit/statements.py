"""A question put into SQL once and asked again and again, each time about other rows.

Most of the time of a short question goes into writing it: an ORM makes its text anew each time, from the same parts.
Where the same is asked over and over, only about other rows, the text is made once, with places for their keys: the
question is asked for numbers that no row has, and where these come to stand, the keys are put.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

PLACES = 128
"""About so many rows a statement asks at once."""
_KEYS = range(-(2**40), -(2**40) + PLACES)
NAMED = range(2**40, 2**40 + 8)
"""Stand-ins for single rows that a question names beside those that it is about."""
_NOBODY = -1


class NotWordedError(RuntimeError):
    """A question does not name the rows that it is about by parameters: a fault of whoever asks it."""


class Words:
    """What a values list selects, as SQL with places for the numbers `stand_ins`.

    The question must hang on the stand-ins in no other way than as parameters. Raise `NotWordedError` for one that is
    not found among these.
    """

    def __init__(self, question: Any, stand_ins: Collection[int] = ()) -> None:
        compiler = question.query.get_compiler(DEFAULT_DB_ALIAS)
        # To convert what comes back a compiler needs what was selected, and no question: this one holds nothing.
        self._nothing = Query(question.query.model)
        try:
            self._sql, params = compiler.as_sql()
        except EmptyResultSet:
            self._sql, params = "", ()
        # Only what is converted: the others hold all that the question was made of.
        self._converters = compiler.get_converters([each for each, _sql, _alias in compiler.select or ()])
        self._params = list(params)
        awaited = set(stand_ins)
        self._places = {
            at: param for at, param in enumerate(params) if type(param) is int and param in awaited
        }
        if self._sql and awaited != set(self._places.values()):
            raise NotWordedError("the question does not ask by the keys of its rows")

    @property
    def said(self) -> tuple[str, tuple[Any, ...]]:
        """Return what tells this question from others: its SQL, empty where nothing can be found, and what it names."""
        return self._sql, tuple(self._params)

    def rows(self, values: Mapping[int, int]) -> Iterator[tuple[Any, ...]]:
        """Give what is selected, with these values in the places of the stand-ins; one query, or none where nothing
        can be found."""
        if not self._sql:
            return
        params = list(self._params)
        for at, stand_in in self._places.items():
            params[at] = values[stand_in]
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            found: Iterable[Any] = cursor.fetchall()
        if self._converters:
            compiler = SQLCompiler(self._nothing, connection, DEFAULT_DB_ALIAS)
            found = compiler.apply_converters(found, self._converters)
        yield from map(tuple, found)


class Statement:
    """What `asked` selects of the rows with given keys; `asked` takes the keys and returns a values list.

    `named` are the `NAMED` stand-ins that it also holds. What each key selects must not hang on the other keys.
    """

    def __init__(self, asked: Callable[[Sequence[int]], Any], named: Collection[int] = ()) -> None:
        self._words = Words(asked(_KEYS), [*_KEYS, *named])

    def rows(
        self, keys: Collection[int], values: Mapping[int, int] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Give what is selected of the rows of `keys`; one query for each `PLACES` of them.

        What adds up over several keys comes apart for each query.
        """
        left = iter(keys)
        while some := list(islice(left, len(_KEYS))):
            some += [_NOBODY] * (len(_KEYS) - len(some))
            yield from self._words.rows({**(values or {}), **dict(zip(_KEYS, some, strict=True))})
