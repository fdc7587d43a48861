"""What a higher floor tells of the definitions by which the facts behind a measure are recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from zoneworks.measures.scope import Scope


class Explained(Protocol):
    """A definition: what it is called, its sentence, and where it opens."""

    @property
    def label(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def url(self) -> str: ...


Explain = Callable[[str, Scope], Iterable[Explained]]
_explaining: list[Explain] = []


def explains(find: Explain) -> Explain:
    """Let `find` tell the definitions in force for the measure of a key in a scope; its page names them."""
    _explaining.append(find)
    return find


def explanations(key: str, scope: Scope) -> list[Explained]:
    """Return every definition that is told of the measure `key` in `scope`."""
    return [one for find in _explaining for one in find(key, scope)]
