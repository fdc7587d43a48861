"""What a document tells as proposals for the ledgers: in their words, each statement once, with all its places.

Plain values in, plain values out: what is proposed can be stored, shown and edited as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from zoneworks.intake.document import Article, Document
from zoneworks.intake.found import Claim, Engagement, Organization, Person, Place, Project
from zoneworks.intake.ledger_words import (
    CAPACITY_UNITS,
    ENGAGEMENT_KINDS,
    FIGURES,
    STEPS,
    organization_kind,
    qualifier_of,
)
from zoneworks.kit.quantities import Unit

LONGEST_NAME = 150
KINDS = ("project", "engagement", "claim", "organization", "person")
"""In this order the proposals of an article are judged: what the others are named in comes first."""
_COUNTED_IN = {
    "人": Unit.PERSONS,
    "名": Unit.PERSONS,
    "位": Unit.PERSONS,
    "share": Unit.SHARE,
    "吨": Unit.TONNES,
}
_COUNTS = {
    "companies_visited": "organizations_visited",
    "visitors": "visitors",
    "participants": "participants",
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """One statement. `spans` are its places in the text of the document, the first one first."""

    kind: str
    told: dict[str, Any]
    spans: tuple[tuple[int, int], ...]
    article: int
    others: tuple[str, ...] = field(default=())
    """Where another article tells it otherwise: “planned_total: 520000000 CNY”."""

    @property
    def key(self) -> str:
        """Return what is the same whenever the same is said, wherever it stands."""
        said = json.dumps(self.told, ensure_ascii=False, sort_keys=True)
        return sha256(f"{self.kind} {said}".encode()).hexdigest()


def proposals(document: Document) -> list[Proposed]:
    """Return what the document tells, article by article; what two articles tell alike is one."""
    found: dict[Any, Proposed] = {}
    for number, article in enumerate(document.articles):
        for proposed in _of_article(document, article, number):
            one = _identity(proposed)
            found[one] = _joined(found[one], proposed) if one in found else proposed
    return sorted(found.values(), key=lambda each: (each.article, KINDS.index(each.kind), each.spans[0]))


def _of_article(document: Document, article: Article, number: int) -> Iterator[Proposed]:
    def placed(kind: str, told: dict[str, Any], place: Place) -> Proposed:
        return Proposed(kind, told, (document.bare.raw(place.start, place.end),), number)

    when = article.date.said if article.date else ""
    for project in article.projects:
        yield placed("project", _project(project, when), project.place)
    for held in article.engagements:
        yield placed("engagement", _engagement(document, article, held), held.place)
    for claim in article.claims:
        yield placed("claim", _claim(document, claim, when), claim.place)
    for body in article.organizations:
        yield placed("organization", _organization(body), body.place)
    for person in article.people:
        yield placed("person", {"name": person.name, "post": _first_post(person), "when": when}, person.place)


def _project(project: Project, when: str) -> dict[str, Any]:
    figures = [
        {
            "kind": FIGURES[name].kind,
            "value": str(value),
            "unit": str(FIGURES[name].unit),
            "qualifier": str(qualifier_of(project.qualifiers.get(name, ""))),
            "per_year": FIGURES[name].per_year,
            "product": "",
        }
        for name, value in project.amounts.items()
        if name in FIGURES
    ]
    for held in project.capacity:
        unit, _slash, year = held.unit.partition("/")
        stated_in = CAPACITY_UNITS.get(unit, Unit.ITEMS)
        figures.append(
            {
                "kind": "production_lines" if stated_in == Unit.LINES else "capacity",
                "value": str(held.value),
                "unit": str(stated_in),
                "qualifier": str(qualifier_of(held.qualifier)),
                "per_year": bool(year),
                "product": held.product[:80],
            }
        )
    return {
        "name": project.name[:LONGEST_NAME],
        "aliases": [alias for alias in project.aliases if alias != project.name],
        "investor": project.investor,
        "when": when,
        "steps": [STEPS[event] for event in project.events if event in STEPS],
        "figures": figures,
        "site": project.location,
    }


def _engagement(document: Document, article: Article, held: Engagement) -> dict[str, Any]:
    alone = len(article.engagements) == 1 and article.cut.title
    title = article.cut.title if alone else document.bare.quote(held.place.start, held.place.end)
    here = {held.place}
    bodies = [body.name for body in article.organizations if any(place.holds(body.place) for place in here)]
    return {
        "kind": ENGAGEMENT_KINDS.get(held.kind, "other"),
        "title": " ".join(str(title).split())[:80],
        "when": held.date.said if held.date else "",
        "place": "、".join(held.places)[:LONGEST_NAME],
        "lead": held.lead,
        "host": held.host,
        "participants": [{"name": person.name, "post": _first_post(person)} for person in held.participants],
        "organizations": bodies,
        "counts": {_COUNTS[name]: str(value) for name, value in held.counts.items() if name in _COUNTS},
    }


def _claim(document: Document, claim: Claim, when: str) -> dict[str, Any]:
    unit = claim.unit if claim.unit in Unit.values else _COUNTED_IN.get(claim.unit, Unit.ITEMS)
    return {
        "what": claim.indicator[:200],
        "wording": "".join(document.bare.quote(claim.place.start, claim.place.end).split())[:200],
        "value": str(claim.value),
        "unit": str(unit),
        "qualifier": str(qualifier_of(claim.qualifier)),
        "period": claim.period,
        "subject": claim.subject,
        "when": when,
    }


def _organization(body: Organization) -> dict[str, Any]:
    return {"name": body.name[:LONGEST_NAME], "kind": str(organization_kind(body.kind))}


def _first_post(person: Person) -> str:
    return person.title[:120]


def _identity(proposed: Proposed) -> Any:
    """Return what two tellings of the same share: the name of a project, the day and lead of a meeting, a number."""
    told = proposed.told
    match proposed.kind:
        case "project" | "organization":
            return proposed.kind, told["name"]
        case "person":
            return proposed.kind, told["name"], told["post"]
        case "engagement":
            known = told["lead"] or told["place"]
            told_alone = proposed.spans if not known else ()
            return proposed.kind, told["kind"], told["when"], known, told_alone
        case _:
            return proposed.kind, proposed.key


def _joined(first: Proposed, again: Proposed) -> Proposed:
    """Return two tellings as one: the first one's words, what it leaves out, and what is told otherwise apart."""
    told = dict(first.told)
    others = list(first.others)
    for name, value in again.told.items():
        if not told.get(name):
            told[name] = value
    if first.kind == "project":
        told["steps"] = list(dict.fromkeys([*told["steps"], *again.told["steps"]]))
        told["aliases"] = list(dict.fromkeys([*told["aliases"], *again.told["aliases"]]))
        told["figures"], otherwise = _figures(first.told["figures"], again.told["figures"])
        others += otherwise
    return replace(first, told=told, spans=(*first.spans, *again.spans), others=tuple(dict.fromkeys(others)))


def _figures(first: list[Any], again: list[Any]) -> tuple[list[Any], list[str]]:
    """Return the figures of both; of two that differ that which is told first, the other as words."""
    known = {(one["kind"], one["unit"], one["per_year"], one["product"]): one for one in first}
    told, otherwise = list(first), []
    for one in again:
        same = known.get((one["kind"], one["unit"], one["per_year"], one["product"]))
        if same is None:
            told.append(one)
        elif Decimal(same["value"]) != Decimal(one["value"]):
            otherwise.append(f"{one['kind']}: {one['value']} {one['unit']}")
    return told, otherwise
