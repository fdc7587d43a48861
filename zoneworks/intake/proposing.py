"""What a document tells as proposals for the ledgers: in their words, each statement once, with all its places.

Plain values in, plain values out: what is proposed can be stored, shown and edited as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zoneworks.intake.checking.periods import Periods
from zoneworks.intake.document import Article, Document
from zoneworks.intake.found import Claim, Engagement, Organization, Person, Place, Project
from zoneworks.intake.gathering import digest, gather
from zoneworks.intake.ledger_words import (
    ENGAGEMENT_KINDS,
    ORGANIZATION_KINDS,
    STEP_KINDS,
    FigureWord,
    capacity_figure,
    count_kind,
    figure_of,
    qualifier_of,
)
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.spans import SpanError, parse_span

LONGEST_NAME = 150
KINDS = ("project", "engagement", "claim", "organization", "person")
"""In this order the proposals of an article are judged: what the others are named in comes first."""
_PARTNERS = frozenset(("company", "university", "institute", "association", "fund", "bank", "hospital"))
"""Bodies with which an engagement is held; the zone and its own departments hold it."""
_COUNTED_IN: Mapping[str, Unit] = {
    **dict.fromkeys(("人", "名", "位", "人次"), Unit.PERSONS),
    **dict.fromkeys(
        ("", "个", "项", "家", "批", "次", "批次", "件", "户", "宗", "份", "场", "只"), Unit.ITEMS
    ),
    "吨": Unit.TONNES,
    "%": Unit.SHARE,
}
"""By the word behind a printed number, the unit in which the ledger keeps it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One statement in the words of the ledgers. `spans` are its places in the text, the first one first.

    `key` is the same whenever the same is said, wherever it stands; `others` what another telling says otherwise.
    """

    kind: str
    key: str
    told: dict[str, Any]
    spans: tuple[tuple[int, int], ...]
    article: int
    others: tuple[str, ...] = ()


def proposals(document: Document) -> list[Told]:
    """Return what the document tells, article by article; what two articles tell alike is one."""
    found: list[Told] = []
    seen: Counter[str] = Counter()
    for one in gather(document):
        said = _SAID.get(one.kind)
        if said is None:
            continue
        key = digest(one)
        seen[key] += 1
        # Two signings of one day, each without a name, say the same: the second one keeps a place of its own.
        key = key if seen[key] == 1 else f"{key[:54]}-{seen[key]}"
        told = said(one.told, document, document.articles[one.articles[0]])
        if told is None:
            continue
        found.append(Told(one.kind, key, told, one.spans, one.articles[0], one.differs))
    return sorted(found, key=lambda each: (each.article, KINDS.index(each.kind), each.spans[0]))


def _project(project: Project, _document: Document, article: Article) -> dict[str, Any]:
    figures = [
        _figure(word, value, qualifier_of(project.qualifiers.get(name, "")))
        for name, value in project.amounts.items()
        if (word := figure_of(name)) is not None
    ]
    figures += [
        _figure(word, held.value * word.times, qualifier_of(held.qualifier), held.product)
        for held in project.capacity
        if (word := capacity_figure(held)) is not None
    ]
    return {
        "name": project.name[:LONGEST_NAME],
        "aliases": [alias for alias in project.aliases if alias != project.name],
        "investor": project.investor[:LONGEST_NAME],
        "when": _when(article),
        "steps": list(dict.fromkeys(STEP_KINDS[event] for event in project.events if event in STEP_KINDS)),
        "figures": figures,
        "site": project.location,
    }


def _figure(word: FigureWord, value: Decimal, qualifier: Qualifier, product: str = "") -> dict[str, Any]:
    return {
        "kind": word.kind,
        "value": format(value.normalize(), "f"),
        "unit": str(word.unit),
        "qualifier": str(qualifier),
        "per_year": word.per_year,
        "product": product[:80],
    }


def _engagement(held: Engagement, document: Document, article: Article) -> dict[str, Any]:
    alone = len(article.engagements) == 1 and article.cut.title
    title = article.cut.title if alone else document.bare.quote(held.place.start, held.place.end)
    bodies = [
        body.name for body in article.organizations if held.place.holds(body.place) and body.kind in _PARTNERS
    ]
    counts = {count_kind(name, held.kind): str(value) for name, value in held.counts.items()}
    return {
        "kind": ENGAGEMENT_KINDS.get(held.kind, "other"),
        "found_kind": held.kind,
        "title": " ".join(str(title).split())[:80],
        "when": held.date.said if held.date else "",
        "place": "、".join(held.places)[:LONGEST_NAME],
        "lead": held.lead,
        "host": held.host,
        "participants": [{"name": person.name, "post": person.title[:120]} for person in held.participants],
        "organizations": bodies,
        "counts": {kind: value for kind, value in counts.items() if kind},
    }


def _claim(claim: Claim, document: Document, article: Article) -> dict[str, Any] | None:
    """Return a printed number, nothing for one in a unit that the ledger does not keep (公里, 小时)."""
    unit = claim.unit if claim.unit in Unit.values else _COUNTED_IN.get(claim.unit)
    if unit is None:
        return None
    value = claim.value / 100 if claim.unit == "%" else claim.value
    period, as_of = _period(claim, document, article)
    return {
        "what": claim.indicator[:200],
        "wording": "".join(document.bare.quote(claim.place.start, claim.place.end).split())[:200],
        "value": format(value.normalize(), "f"),
        "unit": str(unit),
        "qualifier": str(qualifier_of(claim.qualifier)),
        "period": claim.period,
        "period_span": period,
        "subject": claim.subject,
        "when": as_of,
    }


def _period(claim: Claim, document: Document, article: Article) -> tuple[str, str]:
    """Return the period of a printed number as two days, and the day as of which it holds, seen from the article's day.

    Without words for a period there is none, and the number holds on the day of the article.
    """
    when = _when(article)
    try:
        seen_from = parse_span(when).latest
    except SpanError:
        return "", when
    issued = document.calendar.issue
    periods = Periods(claim.period, Place(0, len(claim.period)), min(seen_from, issued or seen_from), {})
    if not periods.told or (told := periods.told[-1]).period is None:
        return "", when
    return f"{told.period.start}..{told.period.end}", told.as_of.isoformat()


def _organization(body: Organization, _document: Document, _article: Article) -> dict[str, Any]:
    kind = ORGANIZATION_KINDS.get(body.kind, "other")
    return {"name": body.name[:LONGEST_NAME], "kind": kind, "found_kind": body.kind}


def _person(person: Person, _document: Document, article: Article) -> dict[str, Any]:
    return {"name": person.name, "post": person.title[:120], "when": _when(article)}


def _when(article: Article) -> str:
    return article.date.said if article.date else ""


_SAID: Mapping[str, Callable[[Any, Document, Article], dict[str, Any] | None]] = {
    "project": _project,
    "engagement": _engagement,
    "claim": _claim,
    "organization": _organization,
    "person": _person,
}
