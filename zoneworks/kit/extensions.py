"""What a higher floor adds to every ledger and every fact, without the kit knowing of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponseBase

from zoneworks.accounts.models import User
from zoneworks.kit.facts import Fact
from zoneworks.kit.panels import Link, Panel

if TYPE_CHECKING:
    from zoneworks.kit.ledger import Ledger, Route


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """An address that an extension gives to a ledger. `answer` serves it once the wall has let the person through."""

    route: Route
    answer: Callable[[Any], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class ListAction:
    """What can be done with a list as a whole. `keeps_query`: with the rows that its filters leave."""

    label: str
    url: str
    icon: str
    keeps_query: bool = False


class Extension:
    """Override what is needed; each answer is added to those of the other extensions."""

    def pages(self, ledger: type[Ledger]) -> Sequence[LedgerPage]:
        """Return the addresses that `ledger` has besides its own."""
        return ()

    def list_actions(self, ledger: Ledger) -> list[ListAction]:
        """Return what the person may do with the list of `ledger`, as its head offers it."""
        return []

    def panels(self, ledger: Ledger, row: Any) -> list[Panel]:
        """Return panels for the page of `row`."""
        return []

    def citations(
        self, facts: Sequence[Fact], viewer: User | None, known: datetime | None
    ) -> dict[int, list[Link]]:
        """Return, for each fact (all of one model), links to what it rested on at `known` (nothing: now), as far as
        `viewer` may see it."""
        return {}

    def read_citations(
        self, rows: Sequence[models.Model], viewer: User | None, known: datetime | None
    ) -> None:
        """Read at once what `citations` will be asked for these rows of several models, a model at a time."""

    def repeated_sources(self, facts: Sequence[Fact]) -> dict[int, list[tuple[str, str]]]:
        """Return, for each fact (all of one model), what an address asks of the form for it to cite the same."""
        return {}

    def chosen_sources(self, form: forms.ModelForm[Any]) -> list[tuple[str, str]]:
        """Return what the valid `form` of a fact lets it rest on, named as by `repeated_sources`."""
        return []

    def extend_fact_form(
        self, form: forms.ModelForm[Any], request: HttpRequest, corrects: Fact | None
    ) -> None:
        """Add fields to the form that records or corrects a fact."""

    def after_fact(self, fact: Fact, form: forms.ModelForm[Any], request: HttpRequest) -> None:
        """Use those fields; runs in the transaction that recorded `fact`."""


def citations_of(facts: Sequence[Any], viewer: User | None, known: datetime | None) -> dict[int, list[Link]]:
    """Return what every extension says the facts rested on at `known`, or rest on now without; all are of one model.

    Without a viewer every source is named: for pages that only those see who see the sources too.
    """
    from zoneworks.kit.registry import extensions

    found: dict[int, list[Link]] = {}
    if facts:
        for extension in extensions:
            for pk, links in extension.citations(facts, viewer, known).items():
                found.setdefault(pk, []).extend(links)
    return found


def repeated_sources(facts: Sequence[Any]) -> dict[int, list[tuple[str, str]]]:
    """Return what an address asks of the form of a new fact for it to cite what each of `facts`, of one model, does."""
    from zoneworks.kit.registry import extensions

    found: dict[int, list[tuple[str, str]]] = {}
    if facts:
        for extension in extensions:
            for pk, pairs in extension.repeated_sources(facts).items():
                found.setdefault(pk, []).extend(pairs)
    return found
