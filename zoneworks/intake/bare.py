"""A text without its line breaks and stray spaces, and the way back to the text as it stands.

The text layer of a newspaper page breaks lines inside words, names and numbers, and strews spaces (5 月初, 3.5 小时).
All reading happens on the text without whitespace, in which digits and Latin letters have one width; every place in it
leads back to the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

_WIDE = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_FOLDED: dict[int, int | str] = {code: chr(code - 0xFEE0) for code in _WIDE} | str.maketrans(
    "％．()", "%.（）"
)
"""Digits and Latin letters of full width, and parentheses of half width: each becomes one other sign."""
_LATIN_GAP = re.compile(r"(?<=[A-Za-z&.,])\s+(?=[A-Za-z&])")
_SPACE = re.compile(r"\s+")


class Bare:
    """A text and the same without whitespace; `text` is as long as there are signs that are no whitespace.

    `order` says from where to where its lines stand in the file, in the order in which they are read (all of them, each
    once); `source` is the text in that order.

    >>> bare = Bare("总投资１\\n2 亿元")
    >>> bare.text, bare.raw(3, 5)
    ('总投资12亿元', (3, 6))
    """

    __slots__ = ("_moved", "_places", "source", "text")

    def __init__(self, source: str, order: Sequence[tuple[int, int]] | None = None) -> None:
        self._moved: list[int] | None = None
        self.source = source
        if order:
            self._move(order)
        self._places = [at for at, sign in enumerate(self.source) if not sign.isspace()]
        self.text = "".join(self.source[at] for at in self._places).translate(_FOLDED)

    def _move(self, order: Sequence[tuple[int, int]]) -> None:
        """Take the lines in the order in which they are read; the last one of the file may lack its line end."""
        pieces: list[str] = []
        moved: list[int] = []
        for start, end in order:
            piece = self.source[start:end]
            moved += range(start, end)
            if piece and piece[-1] not in "\n\r":
                piece += "\n"
                moved.append(end - 1)
            pieces.append(piece)
        self.source, self._moved = "".join(pieces), moved

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Return where the signs from `start` to `end` of `text` stand in the file; an empty span is an empty one.

        Of signs that lines of another column part, it is from where the first to where the last one stands.

        >>> Bare("甲\\n乙\\n丙", [(0, 2), (4, 5), (2, 4)]).raw(0, 2)
        (0, 5)
        """
        if start >= end:
            at = self._places[start] if start < len(self._places) else len(self.source)
            at = self._moved[at] if self._moved and at < len(self._moved) else at
            return at, at
        if self._moved:
            places = [self._moved[at] for at in self._places[start:end]]
            return min(places), max(places) + 1
        return self._places[start], self._places[end - 1] + 1

    def bare(self, at: int) -> int:
        """Return how many signs of `text` stand before the place `at` of the source."""
        return bisect_left(self._places, at)

    def quote(self, start: int, end: int) -> str:
        """Return a span of `text` as people write it: without line breaks, with the spaces between Latin words.

        >>> bare = Bare("由BIZN\\nHK LIMITED（必振\\n香港）投资")
        >>> bare.quote(1, bare.text.index("投资"))
        'BIZN HK LIMITED（必振香港）'
        """
        if start >= end:
            return ""
        first, last = self._places[start], self._places[end - 1] + 1
        kept = _LATIN_GAP.sub("\0", self.source[first:last])
        return _SPACE.sub("", kept).replace("\0", " ").translate(_FOLDED)
