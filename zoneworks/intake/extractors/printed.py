"""An extraction as JSON: the document as always, and beside it who made it, what it took, what was not believed."""

from __future__ import annotations

from typing import Any

from zoneworks.intake.extractors.extraction import Dropped, Extraction, Failed, Usage
from zoneworks.intake.extractors.words import in_words
from zoneworks.intake.printing import as_json


def extraction_json(one: Extraction, file: str) -> dict[str, Any]:
    """Return an extraction as plain values; a document of the rules looks as it does without extractors, and more."""
    return {**as_json(one.document, file), **made_json(one)}


def made_json(one: Extraction) -> dict[str, Any]:
    """Return who made an extraction and how, without the document."""
    return {
        "extractor": one.extractor,
        "model": one.model or None,
        "usage": usage_json(one.usage),
        "dropped": [_dropped(each) for each in one.dropped],
        "failed": [_failed(each) for each in one.failed],
    }


def usage_json(usage: Usage) -> dict[str, Any]:
    """Return what reading took; the cost as text, so that no digit of it is lost."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost": None if usage.cost is None else format(usage.cost.normalize(), "f"),
        "currency": usage.currency or None,
        "seconds": round(usage.seconds, 3),
        "calls": usage.calls,
        "tries": usage.tries,
    }


def _dropped(each: Dropped) -> dict[str, Any]:
    return {
        "article": each.article,
        "kind": each.kind,
        "name": each.name or None,
        "field": each.field or None,
        "value": each.value or None,
        "quote": each.quote or None,
        "why": each.why,
        "words": in_words(each.why),
    }


def _failed(each: Failed) -> dict[str, Any]:
    return {"article": each.article, "why": each.why, "words": each.words}
