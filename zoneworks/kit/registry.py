"""What the apps register with the kit: their ledgers, the faces of their facts, and what they add to every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from django.db import models

if TYPE_CHECKING:
    from zoneworks.kit.extensions import Extension
    from zoneworks.kit.faces import FactFace
    from zoneworks.kit.ledger import Ledger

L = TypeVar("L", bound="type[Ledger]")
A = TypeVar("A", bound="type[FactFace]")
E = TypeVar("E", bound="type[Extension]")


class Ledgers:
    """Every registered ledger, found by slug or by model."""

    def __init__(self) -> None:
        self._by_slug: dict[str, type[Ledger]] = {}

    def add(self, ledger: type[Ledger]) -> None:
        if ledger.slug in self._by_slug:
            raise ValueError(f"two ledgers are called {ledger.slug!r}")
        self._by_slug[ledger.slug] = ledger

    def __iter__(self) -> Iterator[type[Ledger]]:
        return iter(sorted(self._by_slug.values(), key=lambda ledger: ledger.position))

    def for_model(self, model: type[models.Model]) -> type[Ledger] | None:
        return next((ledger for ledger in self._by_slug.values() if ledger.model is model), None)

    def __getitem__(self, slug: str) -> type[Ledger]:
        return self._by_slug[slug]


class Faces:
    """Every registered face of a fact, found by slug, by fact or by the entity that the fact is about."""

    def __init__(self) -> None:
        self._by_slug: dict[str, type[FactFace]] = {}

    def add(self, face: type[FactFace]) -> None:
        if face.slug in self._by_slug:
            raise ValueError(f"two faces of facts are called {face.slug!r}")
        self._by_slug[face.slug] = face

    def __iter__(self) -> Iterator[type[FactFace]]:
        return iter(self._by_slug.values())

    def __getitem__(self, slug: str) -> type[FactFace]:
        return self._by_slug[slug]

    def for_fact(self, model: type[models.Model]) -> type[FactFace] | None:
        return next((face for face in self if face.model is model), None)

    def about(self, model: type[models.Model]) -> list[type[FactFace]]:
        """Return the faces of the facts that are about rows of `model`."""
        return [face for face in self if face.subject_model() is model]


ledgers = Ledgers()
faces = Faces()
extensions: list[Extension] = []


def register(ledger: L) -> L:
    """Give the entity of `ledger` its web face: addresses, menu entry, pages, export, search, contract tests."""
    ledgers.add(ledger)
    return ledger


def register_face(face: A) -> A:
    """Give a fact its page and its forms to record, correct and withdraw it."""
    faces.add(face)
    return face


def extend(extension: E) -> E:
    """Add something to every ledger and every fact: an instance of `extension` is asked on each page."""
    extensions.append(extension())
    return extension


Hook = Callable[..., object]
