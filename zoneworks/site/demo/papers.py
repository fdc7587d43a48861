"""The three newspaper pages: their passages in own words, joined into the text of a document."""

from __future__ import annotations

from zoneworks.site.demo.desk import Desk, Entry, entered, span_of, told
from zoneworks.sources.models import Document, DocumentKind, Passage

OWN_WORDS = "正文是用自己的话写成的摘要，一段一事，不是版面原文。"


def enter_papers(desk: Desk) -> None:
    """Enter every document with its passages."""
    for entry in told("documents")["documents"]:
        issued = span_of(entry["issued"])
        text, places = joined(entry["passages"])
        document = Document(
            zone=desk.zone,
            title=entry["title"],
            kind=DocumentKind(entry["kind"]),
            issuer=entry["issuer"] or "",
            issued_earliest=issued.earliest,
            issued_latest=issued.latest,
            issued_basis=entry["issued_basis"],
            text=text,
            note="\n".join(filter(None, [OWN_WORDS, entry["note"]])),
        )
        desk.enter(document, entry["key"], at=entered(document))
        for passage in entry["passages"]:
            _mark(desk, document, passage, places[passage["key"]])


def joined(passages: list[Entry]) -> tuple[str, dict[str, int]]:
    """Return the passages as one text, one a line and an empty line between articles; and where each begins.

    >>> joined([{"key": "1a", "article": "1", "text": "甲。"}, {"key": "2a", "article": "2", "text": "乙。"}])
    ('甲。\\n\\n乙。', {'1a': 0, '2a': 4})
    """
    text, article = "", None
    places: dict[str, int] = {}
    for passage in passages:
        if article is not None:
            text += "\n" if passage["article"] == article else "\n\n"
        article = passage["article"]
        places[passage["key"]] = len(text)
        text += passage["text"]
    return text, places


def _mark(desk: Desk, document: Document, entry: Entry, start: int) -> None:
    passage = Passage(
        zone=desk.zone,
        document=document,
        key=entry["key"],
        start=start,
        end=start + len(entry["text"]),
        quote=entry["text"],
        marked_by=desk.clerk,
    )
    desk.enter(passage, entry["key"])
    Passage.objects.filter(pk=passage.pk).update(marked_at=entered(document))
    desk.passages[entry["key"]] = passage
