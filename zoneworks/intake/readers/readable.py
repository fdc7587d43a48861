"""A file as text, with the way from each sign back to its place in the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, counted from the upper left corner of the page: in points of a PDF, in pixels of a scan."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a page, counted from 1, with a box on it, or what a file without pages calls it."""

    page: int | None = None
    box: Box | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The signs from `start` to `end` of a text stand at `place`."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Readable:
    """The text of a file with line ends as \\n; `notes` say in words what was left out.

    `encoding` is empty where the file stores no plain text; `damaged` counts the signs that could not be read. `spans`
    stand in the order of the text, and none overlaps the next.
    """

    text: str
    encoding: str = ""
    damaged: int = 0
    notes: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    def places(self, start: int, end: int) -> list[Place]:
        """Return where the signs from `start` to `end` stand, in the order of the text.

        >>> read = Readable("a\\nb", spans=(Span(0, 1, Place(at="line 1")), Span(2, 3, Place(at="line 2"))))
        >>> [place.at for place in read.places(1, 3)], [place.at for place in read.places(0, 2)]
        (['line 2'], ['line 1'])
        """
        first = bisect_right(self.spans, start, key=lambda span: span.end)
        found: list[Place] = []
        for span in self.spans[first:]:
            if span.start >= end:
                break
            found.append(span.place)
        return found


NOTHING = Readable("")


class UnreadableError(Exception):
    """A file that is not read; what it says names the file and what would be right, in the language of the reader."""


@dataclass(slots=True)
class Writing:
    """A text that grows piece by piece, each with its place."""

    parts: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, place: Place | None = None) -> None:
        """Add signs; those without a place (line ends, tabs) belong to the form of the text."""
        if not text:
            return
        if place is not None:
            self.spans.append(Span(self.length, self.length + len(text), place))
        self.parts.append(text)
        self.length += len(text)

    def line(self, text: str, place: Place | None = None) -> None:
        """Add signs and end the line."""
        self.add(text, place)
        self.add("\n")

    def done(self, *notes: str, encoding: str = "", damaged: int = 0) -> Readable:
        """Return what was written."""
        return Readable("".join(self.parts), encoding, damaged, tuple(notes), tuple(self.spans))


CONTROLS = dict.fromkeys((*range(9), 0x0B, *range(0x0E, 0x20), 0x7F), None)
"""Signs that no text is made of; `str.translate` drops them."""


def tidy(text: str) -> str:
    """Return one line: without control signs, and with each line end in it as a space.

    >>> tidy("总投资\\x0012亿元\\r\\n（约）")
    '总投资12亿元 （约）'
    """
    return " ".join(text.translate(CONTROLS).splitlines())


def joined(places: list[Place]) -> Iterator[Place]:
    """Give the places of an item as few: lines below each other in one column of a page become one box.

    >>> list(joined([Place(1, (10, 10, 90, 20)), Place(1, (10, 24, 90, 34)), Place(1, (100, 10, 190, 20))]))
    [Place(page=1, box=(10, 10, 90, 34), at=''), Place(page=1, box=(100, 10, 190, 20), at='')]
    """
    last: Place | None = None
    for place in places:
        if last is not None and (both := _both(last, place)):
            last = both
            continue
        if last is not None:
            yield last
        last = place
    if last is not None:
        yield last


def _both(one: Place, other: Place) -> Place | None:
    """Return two places as one, nothing when other things stand between them."""
    if one.page != other.page or one.box is None or other.box is None:
        return None
    left, top, right, bottom = other.box
    high = bottom - top
    beside = min(one.box[2], right) - max(one.box[0], left)
    follows = -high <= top - one.box[3] <= 2 * high and beside > 0
    same_line = abs(top - one.box[1]) < high and one.box[3] - one.box[1] < 2 * high and beside > -2 * high
    if not (follows or same_line):
        return None
    whole = min(one.box[0], left), min(one.box[1], top), max(one.box[2], right), max(one.box[3], bottom)
    return Place(one.page, whole)
