"""A document is read: cut into articles, each with its date and with what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from zoneworks.intake.articles import articles
from zoneworks.intake.bare import Bare
from zoneworks.intake.claims import claims
from zoneworks.intake.columns import ordered
from zoneworks.intake.dates import Calendar, calendar, dated, dated_in
from zoneworks.intake.duties import duties
from zoneworks.intake.engagements import engagements
from zoneworks.intake.found import Claim, Cut, Dated, Duty, Engagement, Organization, Person, Place, Project
from zoneworks.intake.organizations import organizations
from zoneworks.intake.people import mentions, people
from zoneworks.intake.projects import projects
from zoneworks.intake.sentences import sentences

_LONGEST_PIECE = 6000
"""So many signs of an article are read at once; a page of a newspaper has four thousand."""
_ATTENDED = ("参加", "出席", "陪同", "主持", "参与", "随同", "到场", "观摩")


@dataclass(frozen=True, slots=True)
class Article:
    """One article and what was found in it."""

    cut: Cut
    date: Dated | None
    projects: tuple[Project, ...]
    engagements: tuple[Engagement, ...]
    claims: tuple[Claim, ...]
    people: tuple[Person, ...]
    organizations: tuple[Organization, ...]
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A text, what its pages say of their own time, and its articles in order."""

    bare: Bare
    calendar: Calendar
    articles: tuple[Article, ...]


def read_document(text: str, issue: date | None = None) -> Document:
    """Return what is found in a text; `issue` is the day on which it was printed, when that is known."""
    bare = Bare(text, ordered(text))
    cuts = articles(bare)
    page = calendar(bare, cuts, issue)
    return Document(bare, page, tuple(_article(bare, cut, page) for cut in cuts))


def _article(bare: Bare, cut: Cut, page: Calendar) -> Article:
    on = dated(bare, cut, page)
    parts = [_part(bare, each, on, page) for each in pieces(bare, cut)]
    return parts[0] if len(parts) == 1 else _joined(cut, on, parts)


def _part(bare: Bare, cut: Cut, on: Dated | None, page: Calendar) -> Article:
    told_of = projects(bare, cut)
    named = mentions(bare, cut)
    acting = people(named)
    return Article(
        cut,
        on,
        tuple(told_of),
        tuple(_engagements(bare, cut, acting, on, page)),
        tuple(claims(bare, cut, told_of)),
        tuple(acting),
        tuple(organizations(bare, cut, named, told_of)),
        tuple(duties(bare, cut)),
    )


def pieces(bare: Bare, cut: Cut) -> list[Cut]:
    """Return an article in pieces of whole sentences, so that the time to read it grows with its length alone."""
    if cut.body.end - cut.body.start <= _LONGEST_PIECE:
        return [cut]
    found, start = [], cut.body.start
    while start < cut.body.end:
        end = min(start + _LONGEST_PIECE, cut.body.end)
        stop = bare.text.rfind("。", start + _LONGEST_PIECE // 2, end) + 1
        end = stop if stop and end < cut.body.end else end
        found.append(replace(cut, body=Place(start, end)))
        start = end
    return found


def _joined(cut: Cut, on: Dated | None, parts: list[Article]) -> Article:
    """Return the pieces of an article as one; people and organizations come once."""
    acting = {person.name: person for part in reversed(parts) for person in part.people}
    bodies = {body.name: body for part in reversed(parts) for body in part.organizations}
    return Article(
        cut,
        on,
        tuple(project for part in parts for project in part.projects),
        tuple(held for part in parts for held in part.engagements),
        tuple(claim for part in parts for claim in part.claims),
        tuple(sorted(acting.values(), key=lambda person: person.place)),
        tuple(sorted(bodies.values(), key=lambda body: body.place)),
        tuple(duty for part in parts for duty in part.duties),
    )


def _engagements(
    bare: Bare, cut: Cut, acting: list[Person], on: Dated | None, page: Calendar
) -> Iterator[Engagement]:
    """Give what was held, each with its day: its own, that of the one told before it, or that of the article."""
    day = on
    for held in engagements(bare, cut, acting):
        day = dated_in(bare, held.place, page) or day
        yield _attended(bare, cut, held, acting, day)


def _attended(bare: Bare, cut: Cut, held: Engagement, acting: list[Person], day: Dated | None) -> Engagement:
    """Return an engagement with its day and with those who are named where it is told, or as taking part in it."""
    told = [held.place]
    told += [
        sentence
        for sentence in sentences(bare.text, cut.body)
        if any(word in bare.text[sentence.start : sentence.end] for word in _ATTENDED)
        and not sentence.overlaps(held.place)
    ]
    present = [person for person in acting if any(place.holds(person.place) for place in told)]
    return replace(held, participants=tuple(present), date=day)
