"""What was found in a document as JSON, with places in the text of the file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from zoneworks.intake.bare import Bare
from zoneworks.intake.document import Article, Document
from zoneworks.intake.found import Claim, Duty, Engagement, Organization, Person, Place, Project

FIELDS = (
    "total_investment_cny",
    "equipment_investment_cny",
    "equipment_investment_usd",
    "registered_foreign_capital_usd",
    "agreed_foreign_capital_usd",
    "floor_area_m2",
    "land_area_m2",
    "annual_sales_cny",
    "annual_tax_cny",
)
"""The amounts of a project, by the names under which they are printed; null where none is stated."""


def as_json(document: Document, file: str) -> dict[str, Any]:
    """Return a document as plain values: texts, numbers, lists and null."""
    return {
        "file": file,
        "issue_date": document.calendar.issue.isoformat() if document.calendar.issue else None,
        "issue_date_basis": document.calendar.basis or None,
        "articles": [_article(document.bare, article) for article in document.articles],
    }


def _article(bare: Bare, article: Article) -> dict[str, Any]:
    cut = article.cut
    start, end = bare.raw(cut.body.start, cut.body.end)
    return {
        "title": cut.title or None,
        "kicker": cut.kicker or None,
        "subtitle": cut.subtitle or None,
        "byline": cut.byline or None,
        "date": article.date.said if article.date else None,
        "date_text": (article.date.wording or None) if article.date else None,
        "date_basis": article.date.basis if article.date else None,
        "start": start,
        "end": end,
        "projects": [_project(bare, each) for each in article.projects],
        "engagements": [_engagement(bare, each) for each in article.engagements],
        "claims": [_claim(bare, each) for each in article.claims],
        "people": [_person(bare, each) for each in article.people],
        "organizations": [_organization(bare, each) for each in article.organizations],
        "duties": [_duty(bare, each) for each in article.duties],
    }


def _placed(bare: Bare, place: Place) -> dict[str, Any]:
    start, end = bare.raw(place.start, place.end)
    return {"start": start, "end": end, "evidence": bare.quote(place.start, place.end)}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _project(bare: Bare, project: Project) -> dict[str, Any]:
    return {
        "name": project.name,
        "aliases": list(project.aliases),
        "investor": project.investor or None,
        "event": project.event or None,
        "events": list(project.events),
        **{
            name: _number(project.amounts[name]) if name in project.amounts else None
            for name in (*FIELDS, *(extra for extra in project.amounts if extra not in FIELDS))
        },
        "qualifiers": dict(project.qualifiers),
        "capacity": [
            {
                "product": each.product,
                "value": _number(each.value),
                "unit": each.unit,
                "qualifier": each.qualifier or None,
            }
            for each in project.capacity
        ],
        "location": project.location or None,
        **_placed(bare, project.place),
    }


def _engagement(bare: Bare, held: Engagement) -> dict[str, Any]:
    return {
        "kind": held.kind,
        "date": held.date.said if held.date else None,
        "lead_person": held.lead or None,
        "host": held.host or None,
        "participants": [
            {"name": person.name, "title": person.title or None} for person in held.participants
        ],
        "places": list(held.places),
        "counts": {name: _number(value) for name, value in held.counts.items()},
        **_placed(bare, held.place),
    }


def _claim(bare: Bare, claim: Claim) -> dict[str, Any]:
    return {
        "indicator": claim.indicator,
        "value": _number(claim.value),
        "unit": claim.unit or None,
        "qualifier": claim.qualifier or None,
        "period_or_as_of": claim.period or None,
        "subject": claim.subject or None,
        **_placed(bare, claim.place),
    }


def _person(bare: Bare, person: Person) -> dict[str, Any]:
    return {"name": person.name, "title": person.title or None, **_placed(bare, person.place)}


def _organization(bare: Bare, body: Organization) -> dict[str, Any]:
    return {"name": body.name, "kind": body.kind, **_placed(bare, body.place)}


def _duty(bare: Bare, duty: Duty) -> dict[str, Any]:
    return {
        "what": duty.what,
        "who": duty.who or None,
        "addressee": duty.addressee or None,
        "cadence": duty.cadence or None,
        "due": duty.due or None,
        **_placed(bare, duty.place),
    }
