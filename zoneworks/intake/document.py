"""A document is read: cut into articles, each with its date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zoneworks.intake.articles import articles
from zoneworks.intake.bare import Bare
from zoneworks.intake.dates import Calendar, calendar, dated
from zoneworks.intake.found import Cut, Dated


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its limits and headline, and when it tells of."""

    cut: Cut
    date: Dated | None


@dataclass(frozen=True, slots=True)
class Document:
    """A text, what its pages say of their own time, and its articles in order."""

    bare: Bare
    calendar: Calendar
    articles: tuple[Article, ...]


def read_document(text: str, issue: date | None = None) -> Document:
    """Return what is found in a text; `issue` is the day on which it was printed, when that is known."""
    bare = Bare(text)
    cuts = articles(bare)
    page = calendar(bare, cuts, issue)
    return Document(bare, page, tuple(Article(cut, dated(bare, cut, page)) for cut in cuts))
