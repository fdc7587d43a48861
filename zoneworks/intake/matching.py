"""Which rows of the ledger what a document tells may be, with the reasons; nothing is merged here.

The rows are asked for by the indexes of names, parties, amounts and days, for a whole document at once: how many
queries that takes does not depend on how much is told, nor what they cost on how large the ledger is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zoneworks.accounts.models import User, Zone
from zoneworks.intake import likeness
from zoneworks.intake.candidates import Candidates, body, meeting, official, venture
from zoneworks.intake.gathering import Proposed
from zoneworks.intake.likeness import Likeness
from zoneworks.intake.reasons import in_words

AT_ONCE = 200
"""So many proposals are matched by one set of queries; a page of a newspaper tells thirty."""
LEAST = 32
"""What is less like than this is not shown."""
MOST = 5


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the ledger that a proposal may be about.

    `score` is 0 to 100, `reasons` says what speaks for it and `against` what against it, in the language of the page.
    `sure` says that the very name is the same, nothing speaks against it and no other row is as sure.
    """

    row: Any
    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    sure: bool


def matches(zone: Zone, user: User, proposed: Sequence[Proposed]) -> list[list[Match]]:
    """Return for each proposal, in their order, the rows of `zone` that it may be about and `user` may view.

    The likeliest comes first, at most five; claims and duties have none.
    """
    parts = [proposed[at : at + AT_ONCE] for at in range(0, len(proposed), AT_ONCE)]
    return [found for part in parts for found in _matched(zone, user, part)]


def _matched(zone: Zone, user: User, proposed: Sequence[Proposed]) -> Iterable[list[Match]]:
    known = Candidates(zone, user, proposed)
    for each in proposed:
        yield _sorted(_likenesses(each, known))


def _likenesses(proposed: Proposed, known: Candidates) -> list[tuple[Any, Likeness]]:
    match proposed.kind:
        case "project":
            told = venture(proposed)
            return [(row, likeness.projects(told, face)) for row, face in known.projects(told)]
        case "organization":
            named = body(proposed)
            return [(row, likeness.organizations(named, face)) for row, face in known.organizations(named)]
        case "person":
            person = official(proposed)
            return [(row, likeness.people(person, face)) for row, face in known.people(person.name)]
        case "engagement":
            held = meeting(proposed)
            return [(row, likeness.engagements(held, face)) for row, face in known.engagements(held)]
    return []


def _sorted(found: Iterable[tuple[Any, Likeness]]) -> list[Match]:
    near = sorted(
        ((like, row) for row, like in found if like.score >= LEAST),
        key=lambda each: (-each[0].score, each[1].pk),
    )[:MOST]
    made = [
        Match(row, like.score, in_words(like.reasons), in_words(like.against), like.sure)
        for like, row in near
    ]
    if sum(match.sure for match in made) > 1:
        return [replace(match, sure=False) for match in made]
    return made
