"""Passages in a text, as plain values: cut the text at them, find a quote, move them when it changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_PLACES = 50


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text that the same passages cover. `begins` are those whose first piece it is."""

    start: int
    text: str
    passages: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()


def segments(text: str, passages: Iterable[tuple[int, int, int]]) -> list[Segment]:
    """Return `text` cut where passages (key, start, end) begin and end; joined again it is `text`.

    >>> [(s.text, s.passages) for s in segments("abcdef", [(1, 1, 4), (2, 3, 5)])]
    [('a', ()), ('bc', (1,)), ('d', (1, 2)), ('e', (2,)), ('f', ())]
    """
    size = len(text)
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for key, start, end in passages:
        if start < min(end, size):
            begins.setdefault(start, []).append(key)
            ends.setdefault(min(end, size), []).append(key)
    cuts = sorted({0, size, *begins, *ends})
    open_: dict[int, None] = {}
    found = []
    for start, end in pairwise(cuts):
        for key in ends.get(start, ()):
            open_.pop(key)
        new = begins.get(start, [])
        open_ |= dict.fromkeys(new)
        found.append(Segment(start, text[start:end], tuple(open_), tuple(new)))
    return found


def places(text: str, quote: str) -> list[tuple[int, int]]:
    """Return where `quote` stands in `text`, at most 50 places; the kind and number of blanks do not matter.

    >>> places("一期开工，二期 开工", "开工"), places("二期\\n开工", "二期 开工"), places("aaa", "aa")
    ([(2, 4), (8, 10)], [(0, 5)], [(0, 2), (1, 3)])
    """
    words = quote.split()
    if not words:
        return []
    wanted = r"\s*".join(map(re.escape, words))
    found: list[tuple[int, int]] = []
    for match in re.finditer(f"(?=({wanted}))", text):
        found.append(match.span(1))
        if len(found) == MAX_PLACES:
            break
    return found


def moved(old: str, new: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """Return where each span of `old` stands in `new`, or nothing where what it says is gone or stands twice.

    >>> moved("一二三四", "一二〇三四", [(0, 2), (2, 4), (1, 3)])
    [(0, 2), (3, 5), None]
    """
    before, after = unchanged(old, new)
    shift = len(new) - len(old)
    found: list[tuple[int, int] | None] = []
    for start, end in spans:
        if end <= before:
            found.append((start, end))
        elif start >= len(old) - after:
            found.append((start + shift, end + shift))
        else:
            quote = old[start:end]
            at = new.find(quote)
            once = at >= 0 and new.find(quote, at + 1) < 0
            found.append((at, at + len(quote)) if once else None)
    return found


def unchanged(old: str, new: str) -> tuple[int, int]:
    """Return how many characters the texts share at the beginning and at the end, counting none twice.

    >>> unchanged("abXcd", "abYYcd"), unchanged("aa", "aaa")
    ((2, 2), (2, 0))
    """
    before = _shared(old, new)
    rest = min(len(old), len(new)) - before
    after = _shared(old[len(old) - rest :][::-1], new[len(new) - rest :][::-1])
    return before, after


def _shared(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))
