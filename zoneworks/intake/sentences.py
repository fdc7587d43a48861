"""Sentences and clauses of a text without whitespace."""

from __future__ import annotations

import re

from zoneworks.intake.found import Place

_SENTENCE = re.compile(r"[^。！？]*(?:[。！？]+[”’）」』]*|$)")
_CLAUSE = re.compile(r"[^，；：。！？]*(?:[，；：。！？]+[”’）」』]*|$)")


def sentences(text: str, within: Place) -> list[Place]:
    """Return the sentences within a place, each with the signs that close it.

    >>> sentences("一是好。“二是更好。”三", Place(0, 12))
    [Place(start=0, end=4), Place(start=4, end=11), Place(start=11, end=12)]
    """
    return _cut(_SENTENCE, text, within)


def clauses(text: str, within: Place) -> list[Place]:
    """Return the clauses within a place: what stands between commas, semicolons, colons and ends of sentences."""
    return _cut(_CLAUSE, text, within)


def _cut(pattern: re.Pattern[str], text: str, within: Place) -> list[Place]:
    found = pattern.finditer(text, within.start, within.end)
    return [Place(match.start(), match.end()) for match in found if match.end() > match.start()]
