"""The register of measures: named numbers, each with a unit and a definition in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.measures.rows import Rows
from zoneworks.measures.scope import Scope

Read = Callable[[Scope], Rows]


class MeasureUnit(models.TextChoices):
    """In what a measure is counted. Currencies are never converted into each other."""

    ITEMS = "items", _("items")
    BATCHES = "batches", _("batches")
    ORGANIZATIONS = "organizations", pgettext_lazy("unit of a measure", "organizations visited")
    PERSONS = "persons", _("persons")
    CNY = "CNY", _("CNY")
    USD = "USD", _("USD")
    SHARE = "share", _("%")
    DAYS = "days", _("days")


@dataclass(frozen=True, slots=True)
class Measure:
    """A named number. `definition` is one sentence; `has_period` is false for a state read at one day.

    `stated_of` is the key of the measure that counts those of whom this sum is stated, or is missing; `otherwise`
    returns the facts that state the same of them in other units, which are not added up here.
    """

    key: str
    unit: MeasureUnit
    label: Any
    definition: Any
    rows: Read
    group: Any = ""
    has_period: bool = True
    dimensions: tuple[str, ...] = ()
    fewer_is_better: bool = False
    stated_of: str = ""
    otherwise: Callable[[Scope], Any] | None = None


class UnknownMeasureError(LookupError):
    """No app registered a measure of this key."""


class Measures:
    """Every registered measure by its key."""

    def __init__(self) -> None:
        self._by_key: dict[str, Measure] = {}

    def add(self, one: Measure) -> Measure:
        if one.key in self._by_key:
            raise ValueError(f"two measures are called {one.key!r}")
        self._by_key[one.key] = one
        return one

    def __iter__(self) -> Iterator[Measure]:
        return iter(self._by_key.values())

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def __getitem__(self, key: str) -> Measure:
        try:
            return self._by_key[key]
        except KeyError:
            raise UnknownMeasureError(key) from None


measures = Measures()


def measure(
    key: str,
    *,
    unit: MeasureUnit,
    label: Any,
    definition: Any,
    group: Any = "",
    has_period: bool = True,
    dimensions: tuple[str, ...] = (),
    fewer_is_better: bool = False,
    stated_of: str = "",
    otherwise: Callable[[Scope], Any] | None = None,
) -> Callable[[Read], Measure]:
    """Register the decorated function, which returns the rows for a scope, as the measure `key`."""

    def add(rows: Read) -> Measure:
        return measures.add(
            Measure(
                key,
                unit,
                label,
                definition,
                rows,
                group,
                has_period,
                dimensions,
                fewer_is_better,
                stated_of,
                otherwise,
            )
        )

    return add
