"""Where running text begins behind a full stop: how many of the lines that no sentence needs are headlines.

A stretch runs from such a line to the first one that running text alone has (with a full stop, or a comma at its end).
Each line in between may be the last one of the headlines; the lines before it are judged as headlines, those behind it
as the beginning of the text, and the likeliest parting is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zoneworks.intake.marks import (
    ASKS,
    BRIEF,
    INNER,
    LEAD_DAY,
    NUMBERED,
    REPORTED,
    STARTS,
    is_byline,
    is_furniture,
)
from zoneworks.intake.words import vocabulary

_MOST = 9
"""A stretch of so many lines without a full stop is looked at."""
_REACH = 40
"""With gaps and bylines a stretch has so many lines at most."""
_AHEAD = 4
"""So many lines of running text tell how wide its column is."""
_WIDEST = 45
_JITTER = 1.5
"""The lines of a column differ by as much."""
_DENT = 4.0
"""The first line of a paragraph is narrower by as much where its indent is lost."""
_TAIL = 6
"""A line of at most so many signs with a full stop is the rest of a sentence."""
_COUPLET = re.compile(r"\S[\s　]+\S")
_WEIGHTS: Mapping[str, float] = vocabulary("stretches")["weights"]
_ENDS = tuple("，、；,")


def headed(page: Page, at: int) -> int:
    """Return the place of the first line from `at` on that is no headline."""
    stretch = Stretch(page, at)
    return stretch.begins[stretch.likeliest(_WEIGHTS)]


@dataclass(slots=True)
class Page:
    """The lines of a page, how wide they are, how often two signs stand side by side, and what was read before."""

    texts: Sequence[str]
    widths: Sequence[float]
    pairs: Counter[str]
    column: float = 0.0


class Stretch:
    """The lines between a full stop and the first line that running text alone has.

    `begins` are the lines at which running text may begin; those before are headlines then.
    """

    def __init__(self, page: Page, at: int) -> None:
        self.page, self.at = page, at
        self.rows: list[int] = []
        self.sure: int | None = None
        self._gather()
        self.column = self._column()
        last = self.rows[-1] + 1 if self.rows else at
        self.begins = [*self.rows, last if self.sure is None else self.sure]

    def _gather(self) -> None:
        page = self.page
        for row in range(self.at, min(self.at + _REACH, len(page.texts))):
            text = page.texts[row]
            if not text.strip():
                continue
            if self.rows and (is_furniture(text) or is_byline(text)):
                continue
            if self.rows and BRIEF.match(text):
                return
            if len(self.rows) >= _MOST or _runs(text, page.widths[row]):
                self.sure = row
                return
            self.rows.append(row)

    def _column(self) -> float:
        """Return how wide the column is whose text begins here."""
        if self.sure is None:
            return 0.0
        wide, seen = 0.0, 0
        for row in range(self.sure, min(self.sure + 2 * _AHEAD, len(self.page.texts))):
            text = self.page.texts[row]
            if not text.strip():
                continue
            if seen and (BRIEF.match(text) or is_byline(text) or LEAD_DAY.match(text)):
                break
            wide = max(wide, self.page.widths[row])
            seen += 1
            if seen == _AHEAD:
                break
        return wide

    def likeliest(self, weights: Mapping[str, float]) -> int:
        """Return how many of the lines are headlines, by what speaks for each number of them."""
        if len(self.begins) == 1:
            return 0
        if self.sure is None:
            return len(self.rows)
        scores = [
            sum(weights.get(name, 0.0) * value for name, value in each.items()) for each in self.signs()
        ]
        return max(range(len(scores)), key=scores.__getitem__)

    def signs(self) -> list[Counter[str]]:
        """Return, for each number of headlines, what is seen: how often each sign of a head, a text and a beginning."""
        heads = [Counter[str]()]
        for row in self.rows:
            heads.append(heads[-1] + Counter(self._of_head(row)))
        texts = [Counter[str](), Counter[str]()]
        for row in reversed(self.begins[1:]):
            texts.append(texts[-1] + Counter(self._of_text(row)))
        texts.reverse()
        return [
            heads[number] + texts[number] + Counter(self._of_first(number, row))
            for number, row in enumerate(self.begins)
        ]

    def _of_head(self, row: int) -> Iterator[str]:
        text, mine = self.page.texts[row].strip(), self.page.widths[row]
        yield "head"
        yield f"head {self._fit(mine, self.column)}"
        if self.page.column:
            yield f"head above {self._fit(mine, self.page.column)}"
        yield from (f"head {name}" for name in _seen(self.page.texts[row]))
        if text.startswith("——") or text.endswith("——"):
            yield "head dash"
        if not self._above(row):
            yield "head parted"

    def _of_text(self, row: int) -> Iterator[str]:
        """Tell what a line shows of going on with running text."""
        if row != self.sure:
            yield "text"
            yield f"text {self._fit(self.page.widths[row], self.column)}"
        yield from (
            f"text {name}" for name in _seen(self.page.texts[row]) if name in ("indented", "leads", "tail")
        )
        yield "text joined" if self._joins(row) else "text not joined"
        if not self._above(row):
            yield "text parted"

    def _of_first(self, number: int, row: int) -> Iterator[str]:
        """Tell what a line shows of being the first of running text, behind `number` headlines."""
        text = self.page.texts[row]
        kind = "first" if number else "next"
        yield kind
        yield from (f"{kind} {name}" for name in _seen(text))
        if row != self.sure:
            indent = 2.0 * text.startswith(("　　", "    "))
            yield f"{kind} {self._fit(self.page.widths[row] + indent, self.column)}"
        if self.page.column:
            yield f"{kind} above {self._fit(self.page.widths[row], self.page.column)}"
            if abs(self.column - self.page.column) <= _JITTER:
                yield f"{kind} same column"
        above = self._above(row)
        if not above:
            yield f"{kind} parted"
        if number and is_byline(above):
            yield "first signed"
        if number and self._joins(row):
            yield "first joined"

    @staticmethod
    def _fit(mine: float, column: float) -> str:
        if abs(mine - column) <= _JITTER:
            return "fits"
        if mine > column:
            return "wider"
        if mine >= column - _DENT:
            return "dented"
        return "narrow" if mine > column / 2 else "short"

    def _above(self, row: int) -> str:
        return self.page.texts[row - 1].strip() if row else ""

    def _joins(self, row: int) -> bool:
        """Tell whether a line goes on within a word that the page has elsewhere, too."""
        texts = self.page.texts
        above = next(
            (texts[each].strip() for each in range(row - 1, self.at - 1, -1) if texts[each].strip()), ""
        )
        return bool(above) and self.page.pairs[above[-1] + texts[row].strip()[0]] > 1


def _seen(text: str) -> Iterator[str]:
    """Tell what a line shows by itself."""
    bare = text.strip()
    if LEAD_DAY.match(text) or REPORTED.match(text):
        yield "leads"
    if STARTS.match(text):
        yield "starts"
    if "，" in bare:
        yield "comma"
    if bare[-1] in "！？":
        yield "calls"
    if _COUPLET.search(bare):
        yield "spaced"
    if text.startswith((" ", "　")):
        yield "indented"
    if bare.endswith("。") and len(bare) <= _TAIL:
        yield "tail"
    if bare[0] in "“”，。、；：）":
        yield "quoted" if bare[0] == "“" else "rest"


def _runs(text: str, wide: float) -> bool:
    """Tell whether running text alone has such a line."""
    bare = text.strip()
    return bool(
        INNER.search(bare)
        or bare.endswith(_ENDS)
        or NUMBERED.match(text)
        or ASKS.match(bare)
        or wide > _WIDEST
        or (LEAD_DAY.match(text) and "，" in bare)
        or REPORTED.match(text)
    )
