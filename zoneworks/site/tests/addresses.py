"""Every address of the workbench with something behind it: what the resolver knows, filled in with made rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

from zoneworks.kit.registry import faces, ledgers


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the resolver. `name` with its namespaces; `names` are the values that it wants."""

    name: str
    names: tuple[str, ...]
    callback: Any

    @property
    def space(self) -> str:
        return self.name.rpartition(":")[0]


def every_address() -> list[Address]:
    """Return each address of the site, as it is resolved when a request comes."""
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: Any, space: str, outer: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        names = (*outer, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        names = tuple(dict.fromkeys(names))
        if isinstance(pattern, URLPattern):
            yield Address(f"{space}{pattern.name}", names, pattern.callback)
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern, inner, names)


class Filling:
    """Rows behind the addresses: `values` by the name of the address and of the value, or of the value alone."""

    def __init__(self, zone: Any, rows: dict[str, Any], facts: dict[str, Any], more: dict[str, Any]) -> None:
        self.zone = zone
        self.rows = rows
        self.facts = facts
        self.more = more

    def url(self, address: Address) -> str:
        """Return the address of something that is there; fails for one that nobody said how to fill."""
        url = reverse(address.name, kwargs={name: self.value(address, name) for name in address.names})
        space, _colon, page = address.name.rpartition(":")
        fact = self.facts.get(space.removeprefix("fact-"))
        return f"{url}?subject={fact.subject_row.pk}" if page == "new" and fact is not None else url

    def value(self, address: Address, name: str) -> Any:
        if name == "zone":
            return self.zone.code
        for key in (f"{address.name} {name}", f"{address.space} {name}"):
            if key in self.more:
                return self.more[key]
        if name == "pk" and address.space in self.rows:
            return self.rows[address.space].pk
        if name == "pk" and address.space.removeprefix("fact-") in self.facts:
            return self.facts[address.space.removeprefix("fact-")].pk
        if name == "pk" and address.space == "api":
            slug = address.name.partition(":")[2].rpartition("-")[0]
            return (self.rows.get(slug) or self.facts[slug]).pk
        raise AssertionError(
            f"{address.name} wants “{name}”: say in the fixture `filling` what to put there, so that it is walked too"
        )


def slugs() -> tuple[list[str], list[str]]:
    """Return the slugs of the ledgers and of the faces."""
    return [ledger.slug for ledger in ledgers], [face.slug for face in faces]
