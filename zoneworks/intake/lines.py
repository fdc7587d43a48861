"""What each line of a page is: running text, headline, brief, byline, or furniture of the page.

The text layer of a page knows lines only. Running text breaks wherever a column ends, so that a line is judged by the
one before it (is a sentence open?), and what no sentence needs by the lines that follow (`stretches`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from zoneworks.intake.marks import (
    BRIEF,
    CLOSED,
    INNER,
    LEAD_DAY,
    SIGNED,
    SIGNED_BEHIND,
    is_byline,
    is_furniture,
    width,
)
from zoneworks.intake.stretches import Page, headed

_LABEL = 6
"""A line of at most so many signs that stands alone before briefs is the head of their column."""


class Kind(Enum):
    """What a line is."""

    BLANK = "blank"
    BODY = "body"
    BRIEF = "brief"
    HEAD = "head"
    BYLINE = "byline"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Line:
    """A line from `start` to `end` of the source, with what it is and how many full-width signs wide it is."""

    start: int
    end: int
    text: str
    kind: Kind
    width: float

    @property
    def leads(self) -> bool:
        """Tell whether it begins as the first line of an article does: with a day or with 本报讯."""
        return bool(LEAD_DAY.match(self.text))

    @property
    def signed(self) -> bool:
        """Tell whether it ends as the last line of an article does: with who wrote it."""
        return bool(SIGNED.search(self.text))


def lines(source: str) -> list[Line]:
    """Return the lines of a page, each with what it is."""
    found: list[Line] = []
    at = 0
    texts: list[tuple[int, str]] = []
    for text in source.splitlines(keepends=True):
        kept = text.rstrip("\r\n\f\v")
        signed = SIGNED_BEHIND.search(kept)
        cut = signed.start("who") if signed else len(kept)
        texts.append((at, kept[:cut]))
        if signed:
            texts.append((at + cut, kept[cut:]))
        at += len(text)
    kinds = _Reading([text for _at, text in texts]).kinds()
    for (start, text), kind in zip(texts, kinds, strict=True):
        found.append(Line(start, start + len(text), text, kind, width(text.strip())))
    return found


class _Reading:
    """Reads lines from the first to the last; what is open decides what the next one may be."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        page = "".join("".join(texts).split())
        self.pairs = Counter(map(str.__add__, page, page[1:]))
        self.widths = [width(text.strip()) for text in texts]
        self.found: list[Kind] = []
        self.open = False
        self.column = 0.0
        self.judged = self.headed = 0

    def kinds(self) -> list[Kind]:
        found = self.found
        for at, text in enumerate(self.texts):
            kind = self._kind(at, text)
            if kind in (Kind.BODY, Kind.BRIEF):
                self.open = not CLOSED.search(text)
                if not self._is_last_of_paragraph(at):
                    self.column = self.widths[at]
            elif kind is Kind.HEAD or (kind is Kind.BYLINE and text.strip()[0] in "（("):
                self.open = False
            found.append(kind)
        return _labels(self.texts, found)

    def _kind(self, at: int, text: str) -> Kind:
        if not text.strip():
            return Kind.BLANK
        if is_furniture(text):
            return Kind.FURNITURE
        if BRIEF.match(text) and not is_byline(text):
            return Kind.BRIEF
        if (not self.open or self._stands_alone(at)) and is_byline(text):
            return Kind.BYLINE
        if self.open:
            return Kind.HEAD if self._breaks_off(at) else Kind.BODY
        if at >= self.judged:
            self._judge(at)
        return Kind.HEAD if at < self.headed else Kind.BODY

    def _judge(self, at: int) -> None:
        """Judge the lines from one that no sentence needs: which of them are headlines, until running text begins."""
        self.headed = headed(Page(self.texts, self.widths, self.pairs, self.column), at)
        self.judged = max(self.headed, at + 1)

    def _next(self, at: int) -> str:
        return self.texts[at + 1] if at + 1 < len(self.texts) else ""

    def _stands_alone(self, at: int) -> bool:
        return not self._next(at).strip() or at + 1 == len(self.texts)

    def _is_last_of_paragraph(self, at: int) -> bool:
        return bool(CLOSED.search(self.texts[at])) and self.widths[at] < self.column - 1

    def _breaks_off(self, at: int) -> bool:
        """Tell whether a headline stands where a sentence is still open: behind a line that lacks its full stop."""
        before = self.texts[at - 1] if at else ""
        if before.strip() or not self._stands_alone(at):
            return False
        text = self.texts[at].strip()
        return text.endswith("——") and not INNER.search(text)


def _labels(texts: Sequence[str], kinds: list[Kind]) -> list[Kind]:
    """Return the kinds with the heads of columns of briefs (园区短波, 高 新 快 讯) told from headlines."""
    following: Kind | None = None
    for at in range(len(kinds) - 1, -1, -1):
        kind, below = kinds[at], following
        following = kind if kind is not Kind.BLANK else following
        if kind is not Kind.HEAD:
            continue
        alone = not at or kinds[at - 1] is Kind.BLANK or kinds[at + 1 : at + 2] == [Kind.BLANK]
        short = alone and below is Kind.BRIEF and len("".join(texts[at].split())) <= _LABEL
        if short or re.fullmatch(r"\s*(?:[一-鿿]\s+)+[一-鿿]\s*", texts[at]):
            kinds[at] = Kind.FURNITURE
    return kinds
