"""A read document in leaves: so many articles at once that a page stays quick, however long the document is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from zoneworks.sources.marking import segments

LONGEST_LEAF = 20_000
"""So many characters a leaf has at most, unless one article alone is longer."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of the text with whole articles: from where to where, and which articles."""

    start: int
    end: int
    first: int
    last: int


def leaves(size: int, articles: Sequence[Any]) -> list[Leaf]:
    """Return a text of `size` characters in leaves; every character belongs to one.

    >>> [(leaf.start, leaf.end) for leaf in leaves(50_000, [{"start": 10}, {"start": 15_000}, {"start": 30_000}])]
    [(0, 15000), (15000, 30000), (30000, 50000)]
    """
    found: list[Leaf] = []
    start = first = 0
    for number, _article in enumerate(articles):
        ends = articles[number + 1]["start"] if number + 1 < len(articles) else size
        next_ends = articles[number + 2]["start"] if number + 2 < len(articles) else size
        if number + 1 == len(articles) or next_ends - start > LONGEST_LEAF:
            found.append(Leaf(start, max(start, ends), first, number))
            start, first = max(start, ends), number + 1
    return found or [Leaf(0, size, 0, 0)]


def leaf_of(found: Sequence[Leaf], place: int) -> int:
    """Return the number of the leaf that holds the character at `place`."""
    return next((number for number, leaf in enumerate(found) if place < leaf.end), len(found) - 1)


def drawn(
    text: str, leaf: Leaf, marks: Iterable[tuple[Any, int, int]], active: Any, address: str
) -> SafeString:
    """Return the text of a leaf as HTML in which every proposal leads to itself; `marks` are (proposal, start, end).

    Where several lie over each other, the narrowest one is drawn.
    """
    told = [(one, max(start, leaf.start), min(end, leaf.end)) for one, start, end in marks]
    told = [each for each in told if each[1] < each[2]]
    spans = [(number, start - leaf.start, end - leaf.start) for number, (_one, start, end) in enumerate(told)]
    pieces = []
    seen: set[int] = set()
    for piece in segments(text[leaf.start : leaf.end], spans):
        if not piece.passages:
            pieces.append(mark_safe(escape(piece.text)))  # noqa: S308  (escaped in this line)
            continue
        narrowest = min(piece.passages, key=lambda number: told[number][2] - told[number][1])
        one = told[narrowest][0]
        is_active = active is not None and any(told[number][0].pk == active.pk for number in piece.passages)
        pieces.append(
            format_html(
                '<mark class="passage told told-{}{}"{}><a href="{}?proposal={}">{}</a></mark>',
                one.state,
                " is-target" if is_active else "",
                format_html(' id="t{}"', one.pk) if one.pk not in seen else "",
                address,
                one.pk,
                piece.text,
            )
        )
        seen.add(one.pk)
    return format_html_join("", "{}", ((piece,) for piece in pieces))
