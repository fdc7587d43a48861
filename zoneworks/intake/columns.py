"""Columns whose lines interleave, line by line or by blocks, are put one behind the other before a page is read.

Two threads of lines are followed. Each line goes on with the one before it, or with the last one of the other thread,
by what the end of a line and the beginning of the next tell: a word or a number that is broken, an open sentence, the
width of the column. Columns are parted only where that explains a stretch of the page much better than its own order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zoneworks.intake.marks import BRIEF, CLOSED, LEAD_DAY, REPORTED, is_byline, is_furniture, width
from zoneworks.intake.words import vocabulary

_WINDOW = 14
"""So many lines a thread may be left alone."""
_OPENING, _SWITCH, _UNENDED = 7.0, 3.5, 4.0
"""What it costs to begin a second thread, to change between blocks, and to leave a thread without its full stop."""
_LEAVING = {"blocks": 2.0, "lines": 4.0}
"""What it costs to end a thread."""
_GAIN = 0.0
"""So much better two threads must explain a stretch than one."""
_NARROWEST = 5.0
"""Columns are wider on average."""
_FEWEST = 50
"""At least one line of so many ends with a full stop."""
_BEAM = 8.0
"""Ways that are worse by as much are given up."""
_NEAR = 1.5
COMMON_PAIRS = frozenset(
    row[at : at + 2] for row in vocabulary("pairs")["pairs"] for at in range(0, len(row), 2)
)
_UNITS = "年月日个家万亿元人次项公里平方吨条名户%％.．时点分岁届期号版"
_STOPS = "，。、；：）”》"
_WEIGHTS: Mapping[str, float] = vocabulary("columns")["weights"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line that is no blank and no furniture: where it stands among all, and what its ends show."""

    at: int
    text: str
    width: float
    closed: bool
    starts: bool


def ordered(source: str) -> list[tuple[int, int]] | None:
    """Return from where to where the lines of a text stand, in the order in which they are read; None: in their own.

    >>> ordered("5月6日，开发区举行演练。\\n36人参加。\\n") is None
    True
    """
    spans, at = [], 0
    for text in source.splitlines(keepends=True):
        spans.append((at, at + len(text)))
        at += len(text)
    rows = _rows([source[start:end] for start, end in spans])
    if len(rows) < 4 or not _is_prose(rows):
        return None
    threads = _Threads(rows, Counter(map(str.__add__, source, source[1:]))).parted()
    if not threads:
        return None
    return [spans[at] for at in _moved(rows, threads, len(spans))]


def _is_prose(rows: Sequence[Row]) -> bool:
    """Tell whether lines may be columns of running text: not too narrow, and sentences end at the end of some."""
    wide = sum(row.width for row in rows) >= _NARROWEST * len(rows)
    return wide and sum(row.closed for row in rows) * _FEWEST >= len(rows)


def _rows(texts: Sequence[str]) -> list[Row]:
    found = []
    for at, text in enumerate(texts):
        bare = text.strip()
        if not bare or is_furniture(text):
            continue
        starts = bool(
            LEAD_DAY.match(text) or REPORTED.match(text) or BRIEF.match(text) or text.startswith(("　", " "))
        )
        closed = bool(CLOSED.search(bare)) or is_byline(text)
        found.append(Row(at, bare, width(bare), closed, starts))
    return found


class _State(NamedTuple):
    """The last row of the other thread (-1: none), the thread of the row itself, and how columns interleave."""

    other: int
    thread: int
    mode: str


_ALONE = _State(-1, 0, "")


class _Threads:
    """Follows two threads of lines; a state is the last line, and the last one of the other thread or none."""

    def __init__(self, rows: Sequence[Row], pairs: Counter[str]) -> None:
        self.rows, self.pairs = rows, pairs
        self.known: dict[tuple[int, int], float] = {}

    def bond(self, one: int, other: int) -> float:
        """Return how well a line goes on with another one."""
        key = (one, other)
        if key not in self.known:
            self.known[key] = self._bond(self.rows[one], self.rows[other])
        return self.known[key]

    def _bond(self, one: Row, other: Row) -> float:
        return sum(_WEIGHTS.get(sign, 0.0) for sign in self.signs(one, other))

    def signs(self, one: Row, other: Row) -> Iterator[str]:
        """Tell what speaks for and against a line going on with another one."""
        yield "any"
        wider = other.width - one.width
        if one.closed:
            yield "closed, starts" if other.starts else "closed"
            return
        last, first = one.text[-1], other.text[0]
        pair = last + first
        if other.starts:
            yield "starts"
        if pair in COMMON_PAIRS or self.pairs[pair] > 0:
            yield "pair"
        if last.isdigit():
            yield "number" if first.isdigit() or first in _UNITS else "number breaks off"
        elif last in _STOPS:
            yield "stop"
        elif first in _STOPS:
            yield "rest"
        if one.text.count("“") > one.text.count("”") and other.text.count("”") > other.text.count("“"):
            yield "quotes"
        if abs(wider) <= _NEAR:
            yield "one column"
        elif wider > _NEAR:
            yield "wider"
        else:
            yield "end" if other.closed else "narrower"

    def parted(self) -> list[list[tuple[int, int]]]:
        """Return the stretches in which columns interleave: of each row there, which thread it belongs to."""
        best = self._best()
        found: list[list[tuple[int, int]]] = []
        stretch: list[tuple[int, int]] = []
        for row, thread in enumerate(best):
            if thread is None:
                if stretch:
                    found.append(stretch)
                stretch = []
            else:
                stretch.append((row, thread))
        if stretch:
            found.append(stretch)
        return [each for each in found if self._gain(each) >= _GAIN]

    def _gain(self, stretch: Sequence[tuple[int, int]]) -> float:
        first, last = stretch[0][0], stretch[-1][0]
        straight = sum(self.bond(row, row + 1) for row in range(max(first - 1, 0), last))
        gain, ends = -straight, {0: first - 1 if first else None, 1: None}
        for row, thread in stretch:
            before = ends[thread]
            gain += self.bond(before, row) if before is not None else 0.0
            ends[thread] = row
        return gain

    def _best(self) -> list[int | None]:
        """Return of each row its thread, by the best way through the page; None where there is one thread only."""
        scores: dict[_State, float] = {_ALONE: 0.0}
        ways: list[dict[_State, _State]] = []
        for row in range(1, len(self.rows)):
            after: dict[_State, float] = {}
            way: dict[_State, _State] = {}
            for origin, score in scores.items():
                for state, gain in self._steps(origin, row):
                    if score + gain > after.get(state, float("-inf")):
                        after[state], way[state] = score + gain, origin
            least = max(after.values()) - _BEAM
            scores = {
                state: score
                for state, score in after.items()
                if score > least and (state.other < 0 or row - state.other <= _WINDOW)
            }
            ways.append(way)
        state = max(scores, key=lambda each: scores[each] - _UNENDED * self._is_open(each.other))
        found: list[int | None] = []
        for way in reversed(ways):
            found.append(state.thread if state.other >= 0 else None)
            state = way[state]
        found.append(None)
        found.reverse()
        return found

    def _is_open(self, row: int) -> bool:
        return row >= 0 and not self.rows[row].closed

    def _steps(self, origin: _State, row: int) -> Iterator[tuple[_State, float]]:
        """Return to which states the next row may lead, and what speaks for each."""
        last, other, thread = row - 1, origin.other, origin.thread
        on = self.bond(last, row)
        if other < 0:
            yield origin, on
            begins = self.begins(row) - _OPENING
            yield _State(last, 1, "blocks"), begins
            yield _State(last, 1, "lines"), begins
            return
        blocks = origin.mode == "blocks"
        back = self.bond(other, row) - (_SWITCH if blocks else 0.0)
        stay = on - (0.0 if blocks else _SWITCH)
        yield origin, stay
        yield _State(last, 1 - thread, origin.mode), back
        if self.rows[other].closed:
            yield _ALONE, on - _LEAVING[origin.mode]
        if self.rows[last].closed:
            yield _ALONE, back - _LEAVING[origin.mode]

    def begins(self, row: int) -> float:
        """Return how much a row looks like the first one of a thread."""
        return 1.0 if self.rows[row].starts else -1.0


def _moved(rows: Sequence[Row], stretches: Sequence[Sequence[tuple[int, int]]], count: int) -> list[int]:
    """Return the numbers of all lines as they are read: in a stretch one thread after the other."""
    order: list[int] = []
    at = 0
    for stretch in stretches:
        first, last = rows[stretch[0][0]].at, stretch[-1][0]
        end = rows[last + 1].at if last + 1 < len(rows) else count
        order += range(at, first)
        for thread in (0, 1):
            for row, owner in stretch:
                if owner == thread:
                    below = rows[row + 1].at if row + 1 < len(rows) else count
                    order += range(rows[row].at, min(below, end))
        at = end
    order += range(at, count)
    return order
