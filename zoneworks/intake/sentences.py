"""Sentences and clauses of a text without whitespace."""

from __future__ import annotations

import re
from bisect import bisect_right

from zoneworks.intake.found import Place

_SENTENCE = re.compile(r"[^。！？]*(?:[。！？]+[”’）」』]*|$)")
_CLAUSE = re.compile(r"[^，；：。！？]*(?:[，；：。！？]+[”’）」』]*|$)")
_STOP = re.compile(r"[，,](?!\d{3}(?!\d))|[；：。！？◆●■▲★]")
"""Where a clause ends that holds numbers; the comma of 37，000 is none."""


class Clauses:
    """The clauses and sentences of an article, by the places that they hold."""

    def __init__(self, text: str, within: Place) -> None:
        self.sentences = sentences(text, within)
        self.stops = [within.start]
        self.stops += [match.end() for match in _STOP.finditer(text, within.start, within.end)]
        self.stops.append(within.end)

    def clause(self, at: int) -> Place:
        """Return the clause that holds a place.

        >>> text = "占地37，000平方米，总投资5亿元。"
        >>> Clauses(text, Place(0, len(text))).clause(14)
        Place(start=12, end=19)
        """
        index = bisect_right(self.stops, at)
        return Place(self.stops[index - 1], self.stops[min(index, len(self.stops) - 1)])

    def sentence(self, at: int) -> Place:
        """Return the sentence that holds a place."""
        index = bisect_right(self.sentences, at, key=lambda place: place.start)
        return self.sentences[max(0, index - 1)]


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
