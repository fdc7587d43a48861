"""The rows that a stored proposal may be about: it is told again as it was found, and matched like a document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from zoneworks.accounts.models import User
from zoneworks.intake.found import Dated, Engagement, Organization, Person, Place, Project
from zoneworks.intake.gathering import Proposed
from zoneworks.intake.ledger_words import figure_of
from zoneworks.intake.matching import MOST, Match, matches
from zoneworks.intake.models import Proposal, ProposalKind
from zoneworks.intake.printing import FIELDS
from zoneworks.measures.models import Claim

_FIELD_OF = {(word.kind, str(word.unit)): name for name in FIELDS if (word := figure_of(name)) is not None}


def matches_of(proposal: Proposal, viewer: User) -> list[Match]:
    """Return the rows of the ledgers that `proposal` may be about, the likeliest first, if `viewer` sees them."""
    told = proposal.says
    if proposal.kind == ProposalKind.CLAIM:
        return _claims(proposal, told, viewer)
    place = Place(proposal.start, proposal.end)
    again = Proposed(
        str(proposal.kind), _AGAIN[proposal.kind](told, place), ((proposal.start, proposal.end),), (0,)
    )
    return matches(proposal.zone, viewer, [again])[0]


def _project(told: Mapping[str, Any], place: Place) -> Project:
    amounts = {
        _FIELD_OF[one["kind"], one["unit"]]: Decimal(one["value"])
        for one in told.get("figures", ())
        if (one["kind"], one["unit"]) in _FIELD_OF
    }
    return Project(
        name=told["name"],
        place=place,
        investor=told.get("investor", ""),
        amounts=amounts,
        location=told.get("site", ""),
        aliases=tuple(told.get("aliases", ())),
    )


def _engagement(told: Mapping[str, Any], place: Place) -> Engagement:
    people = tuple(Person(one["name"], one.get("post", ""), place) for one in told.get("participants", ()))
    when = told.get("when", "")
    return Engagement(
        kind=told.get("found_kind", "other"),
        place=place,
        date=Dated(when) if when else None,
        lead=told.get("lead", ""),
        host=told.get("host", ""),
        participants=people,
        places=tuple(one for one in told.get("place", "").split("、") if one),
    )


def _organization(told: Mapping[str, Any], place: Place) -> Organization:
    return Organization(told["name"], told.get("found_kind", ""), place)


def _person(told: Mapping[str, Any], place: Place) -> Person:
    return Person(told["name"], told.get("post", ""), place)


_AGAIN: Mapping[str, Any] = {
    ProposalKind.PROJECT: _project,
    ProposalKind.ENGAGEMENT: _engagement,
    ProposalKind.ORGANIZATION: _organization,
    ProposalKind.PERSON: _person,
}


def _claims(proposal: Proposal, told: Mapping[str, Any], viewer: User) -> list[Match]:
    rows = Claim.objects.allowed(viewer, "view").filter(
        zone=proposal.zone_id, what=told["what"], unit=told["unit"]
    )
    value = told.get("value")
    same = rows.filter(value=Decimal(value) if value else None)
    return [Match(row, 100, (_("the same number of the same"),), (), True) for row in same[:MOST]]
