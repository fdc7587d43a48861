"""What was found in a document as JSON, with places in the text of the file."""

from __future__ import annotations

from typing import Any

from zoneworks.intake.bare import Bare
from zoneworks.intake.document import Article, Document


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
    }
