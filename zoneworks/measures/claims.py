"""Printed numbers as pages show them beside a measure or a row: what, in which words, when, and where it is printed."""

from __future__ import annotations

from typing import Any

from zoneworks.accounts.models import User
from zoneworks.kit.columns import span_text
from zoneworks.kit.entity import row_url
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.moment import Moment
from zoneworks.kit.past import rewind
from zoneworks.kit.spans import Span
from zoneworks.measures.models import Claim


def shown_claims(claims: list[Claim], viewer: User, moment: Moment) -> list[dict[str, Any]]:
    """Return `claims`, which came with their zone, as they read at the moment, each with its citations."""
    rewind(claims, moment)
    cited = citations_of(claims, viewer, moment.known)
    return [
        {
            "what": claim.what,
            "wording": claim.printed,
            "url": moment.on_url(row_url(claim)),
            "when": _when(claim),
            "has_number": claim.has_number,
            "note": claim.note,
            "citations": cited.get(claim.pk, []),
        }
        for claim in claims
    ]


def _when(claim: Claim) -> str:
    if claim.period_from and claim.period_to:
        return span_text(Span(claim.period_from, claim.period_to))
    return span_text(Span(claim.as_of, claim.as_of)) if claim.as_of else ""
