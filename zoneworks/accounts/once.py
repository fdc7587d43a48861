"""What a page asks for many times and gets the same answer to: looked up once while a page is read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers of this page", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Keep the answers of `once` within; for requests that only read."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(key: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` gives; within `one_page` it is called once for each key."""
    answers = _answers.get()
    if answers is None:
        return make()
    if key not in answers:
        answers[key] = make()
    return answers[key]
