"""The reading order of a page, from where its pieces stand: columns, headlines over them, tables.

Nothing here knows of a kind of file: a text layer and a scan both give pieces with boxes. A page is cut where a blank
band runs across it and a headline begins below, then where a gutter runs down it; what no straight cut parts is put in
order pair by pair (above comes before below, left before right unless something spans both in between).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from zoneworks.intake.readers.readable import Box, Place, Writing

_GUTTER = 0.8
"""In widths of a sign: from here on a gap parts columns, and below it only words."""
_SAME_SIZE = 1.18
_SHARED = 0.5
_BAND = 0.6
_DEEPEST = 30
_MOST = 1500
"""So many blocks of one region are put in order pair by pair; the scattered rest goes from top to bottom."""
_TOUCH = 0.5
"""In widths of a sign: boxes of a scan reach into the next column by as much."""
_CELL = 8.0
_HEADLINE = 1.25
_CLOSES = ("。", "！", "？", "”", "）")


@dataclass(frozen=True, slots=True)
class Piece:
    """Signs of one line beside each other, with their box; `size` is how large a sign is."""

    box: Box
    text: str
    size: float

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


@dataclass(slots=True)
class Block:
    """Pieces below each other that one reads without looking up: part of a column, or a headline."""

    pieces: list[Piece]

    @property
    def box(self) -> Box:
        return _around(self.pieces)


def reading_order(pieces: Sequence[Piece], *, are_lines: bool = False) -> list[list[Block]]:
    """Return the regions of a page in reading order, each with its blocks in reading order.

    `are_lines` says that the pieces are whole lines already; else those that touch are joined.

    >>> right, left, head = (
    ...     Piece((60, 30, 100, 40), "右", 10), Piece((10, 30, 50, 40), "左", 10), Piece((10, 5, 100, 25), "题", 20)
    ... )
    >>> [block.pieces[0].text for region in reading_order([right, left, head]) for block in region]
    ['题', '左', '右']
    """
    if not pieces:
        return []
    body = body_size(pieces)
    whole = _rows_of_tables(_spread_headlines(pieces if are_lines else _along_lines(pieces), body))
    return [_ordered(_blocks(region)) for region in _regions(whole, body, 0)]


def body_size(pieces: Sequence[Piece]) -> float:
    """Return how large most signs are."""
    counts: dict[float, int] = {}
    for piece in pieces:
        size = round(piece.size * 2) / 2
        counts[size] = counts.get(size, 0) + len(piece.text)
    return max(counts, key=lambda size: counts[size])


def write_page(writing: Writing, pieces: Sequence[Piece], page: int, *, are_lines: bool = False) -> None:
    """Write a page line by line; a blank line parts regions, headlines, and paragraphs that stand apart."""
    last: tuple[Block, Piece] | None = None
    for region in reading_order(pieces, are_lines=are_lines):
        blank = last is not None
        for block in region:
            left = block.box[0]
            for piece in block.pieces:
                if last is not None and not blank and _on_one_line(last[1], piece):
                    writing.add("  " if piece.box[0] - last[1].box[2] > 1.5 * piece.size else " ")
                else:
                    if last is not None:
                        writing.add("\n\n" if blank or _stands_apart(last[1], piece) else "\n")
                    writing.add("　　" if _is_indented(block, piece, left) else "")
                place = Place(page, tuple(round(each, 1) for each in piece.box))  # type: ignore[arg-type]
                writing.add(piece.text, place)
                last, blank = (block, piece), False
    if last is not None:
        writing.add("\n")


def _on_one_line(one: Piece, other: Piece) -> bool:
    return _share_line(one, other) and other.box[0] - one.box[2] + one.size >= 0 and _like(one, other)


def _stands_apart(above: Piece, below: Piece) -> bool:
    """Tell whether a blank line parts two pieces that follow each other: other size, or a gap in one column."""
    if not _like(above, below):
        return True
    gap = below.box[1] - above.box[3]
    if gap < 0 and above.text.endswith(_CLOSES):
        return True  # a new column, and no sentence that runs over into it
    return _overlap(above.box, below.box, 0) > 0 and gap > 1.1 * below.size


def _is_indented(block: Block, piece: Piece, left: float) -> bool:
    return len(block.pieces) > 1 and 1.5 <= (piece.box[0] - left) / piece.size <= 2.6


# -- lines -----------------------------------------------------------------------------------------------------------


def _along_lines(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with those joined that stand in one line without a gutter between them."""
    rest = sorted(dict.fromkeys(pieces), key=lambda piece: piece.box[1])
    group = list(range(len(rest)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = at = group[group[at]]
        return at

    for at, piece in enumerate(rest):
        for other in range(at + 1, min(len(rest), at + 200)):
            if rest[other].box[1] >= piece.box[3]:
                break
            if _touch(piece, rest[other]):
                group[root(other)] = root(at)
    lines: dict[int, list[Piece]] = {}
    for at, piece in enumerate(rest):
        lines.setdefault(root(at), []).append(piece)
    return [_as_one(line) for line in lines.values()]


def _touch(one: Piece, other: Piece) -> bool:
    if not _share_line(one, other) or max(one.size, other.size) > 1.6 * min(one.size, other.size):
        return False
    gap = max(one.box[0], other.box[0]) - min(one.box[2], other.box[2])
    return gap < _GUTTER * min(one.size, other.size)


def _share_line(one: Piece, other: Piece) -> bool:
    return _overlap(one.box, other.box, 1) > _SHARED * min(one.height, other.height)


def _as_one(line: Sequence[Piece], between: str = "") -> Piece:
    """Return pieces of a line as one; those that were printed twice over each other, as bold type is, count once."""
    ordered = sorted(line, key=lambda piece: piece.box[0])
    if len(ordered) == 1:
        return ordered[0]
    text, last = ordered[0].text, ordered[0]
    for piece in ordered[1:]:
        if piece.text == last.text and piece.box[0] - last.box[0] < 0.3 * piece.size:
            continue
        parted = piece.box[0] - last.box[2] > 0.25 * piece.size and _is_latin(text[-1:], piece.text[:1])
        text += between or (" " if parted else "")
        text, last = text + piece.text, piece
    return Piece(_around(ordered), text, max(piece.size for piece in ordered))


def _is_latin(one: str, other: str) -> bool:
    return one < "\u2000" and other < "\u2000"


def _spread_headlines(pieces: Sequence[Piece], body: float) -> list[Piece]:
    """Return the pieces with headlines joined whose signs are spread over the columns below: 奋 进 新 征 程."""
    found: list[Piece] = []
    row: list[Piece] = []

    def close() -> None:
        found.extend([_as_one(row, " ")] if len(row) > 2 else row)
        row.clear()

    short = [piece for piece in pieces if len(piece.text) <= 2 and piece.size > _HEADLINE * body]
    found += [piece for piece in pieces if piece not in short]
    for piece in sorted(short, key=lambda each: (round(each.middle / each.size), each.box[0])):
        beside = row and _share_line(row[-1], piece) and 0 < piece.box[0] - row[-1].box[2] < 2.5 * piece.size
        if row and not beside:
            close()
        row.append(piece)
    close()
    return found


def _rows_of_tables(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with rows of a table joined by tabs: at least two rows of at least three short cells."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.middle):
        if rows and abs(rows[-1][0].middle - piece.middle) < 0.4 * piece.size and _like(rows[-1][0], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    are_cells = [_are_cells(row) for row in rows]
    found: list[Piece] = []
    for at, row in enumerate(rows):
        near = (at > 0 and are_cells[at - 1] and _aligned(rows[at - 1], row)) or (
            at + 1 < len(rows) and are_cells[at + 1] and _aligned(row, rows[at + 1])
        )
        found += [_as_one(row, "\t")] if are_cells[at] and near else row
    return found


def _are_cells(row: Sequence[Piece]) -> bool:
    widths = [(piece.box[2] - piece.box[0]) / piece.size for piece in row]
    return len(row) >= 3 and sum(widths) / len(widths) < _CELL


def _aligned(one: Sequence[Piece], other: Sequence[Piece]) -> bool:
    close = abs(one[0].middle - other[0].middle) < 3 * one[0].size
    return close and len(one) == len(other)


# -- regions ---------------------------------------------------------------------------------------------------------


def _regions(pieces: Sequence[Piece], body: float, depth: int) -> Iterator[list[Piece]]:
    """Give what straight cuts part, in reading order."""
    if depth < _DEEPEST and len(pieces) > 1:
        for cut in (_across(pieces, body), _down(pieces, body)):
            if len(cut) > 1:
                for part in cut:
                    yield from _regions(part, body, depth + 1)
                return
    yield list(pieces)


def _across(pieces: Sequence[Piece], body: float) -> list[list[Piece]]:
    """Return what blank bands part below which a headline begins: articles above each other."""
    slices = _parted(pieces, 1, 0.0)
    gaps = [_around(below)[1] - _around(above)[3] for above, below in pairwise(slices)]
    usual = median(gaps) if gaps else 0.0
    found: list[list[Piece]] = []
    for at, part in enumerate(slices):
        is_band = at and gaps[at - 1] >= max(_BAND * body, 1.3 * usual)
        heads = [piece for piece in part if piece.size > _SAME_SIZE * body]
        was_head = at and all(piece.size > _SAME_SIZE * body for piece in slices[at - 1])
        if not found or (is_band and heads and not was_head):
            found.append([])
        found[-1] += part
    return found


def _down(pieces: Sequence[Piece], body: float) -> list[list[Piece]]:
    return _parted(pieces, 0, _GUTTER * body)


def _parted(pieces: Sequence[Piece], axis: int, gap: float) -> list[list[Piece]]:
    """Return the pieces in groups between which nothing stands on one axis for more than `gap`."""
    found: list[list[Piece]] = []
    reach = float("-inf")
    for piece in sorted(pieces, key=lambda each: each.box[axis]):
        if piece.box[axis] - reach > gap:
            found.append([])
        found[-1].append(piece)
        reach = max(reach, piece.box[axis + 2])
    return found


# -- blocks ----------------------------------------------------------------------------------------------------------


def _blocks(pieces: Sequence[Piece]) -> list[Block]:
    """Return pieces that follow each other alone as blocks: each is the only one above the next, and below it."""
    ordered = sorted(pieces, key=lambda piece: (piece.box[1], piece.box[0]))
    above: list[list[int]] = [[] for _piece in ordered]
    below: list[list[int]] = [[] for _piece in ordered]
    for at, piece in enumerate(ordered):
        for number in range(at + 1, len(ordered)):
            other = ordered[number]
            if other.box[1] > piece.box[3] + 1.5 * piece.size:
                break
            is_below = other.middle - piece.middle > 0.5 * min(piece.height, other.height)
            if is_below and _overlap(piece.box, other.box, 0) > _TOUCH * min(piece.size, other.size):
                above[number].append(at)
                below[at].append(number)
    nearest = [_nearest(ordered, at, upward) for at, upward in enumerate(above)]
    following = [_nearest(ordered, at, downward) for at, downward in enumerate(below)]
    blocks: dict[int, Block] = {}
    for at, piece in enumerate(ordered):
        before = nearest[at]
        if len(before) == 1 and following[before[0]] == [at] and _like(ordered[before[0]], piece):
            blocks[at] = blocks[before[0]]
            blocks[at].pieces.append(piece)
        else:
            blocks[at] = Block([piece])
    return list({id(block): block for block in blocks.values()}.values())


def _nearest(ordered: Sequence[Piece], at: int, others: Sequence[int]) -> list[int]:
    """Return those of `others` that no other of them hides from a piece: they stand in the line next to it."""
    if not others:
        return []
    close = min(others, key=lambda other: abs(ordered[other].middle - ordered[at].middle))
    return [
        other
        for other in others
        if other == close
        or _share_line(ordered[other], ordered[close])
        or _overlap(ordered[other].box, ordered[close].box, 0) <= 0
    ]


def _ordered(blocks: list[Block]) -> list[Block]:
    """Return blocks in the order in which they are read."""
    blocks.sort(key=lambda block: (block.box[1], block.box[0]))
    boxes = [block.box for block in blocks]
    if len(blocks) < 2 or len(blocks) > _MOST:
        return blocks
    waits = _predecessors(boxes, _TOUCH * min(block.pieces[0].size for block in blocks))
    left = (1 << len(blocks)) - 1
    found: list[Block] = []
    while left:
        free = next((at for at in range(len(blocks)) if left >> at & 1 and not waits[at] & left), None)
        if free is None:  # a ring: pages of no order that people would agree on
            free = next(at for at in range(len(blocks)) if left >> at & 1)
        left &= ~(1 << free)
        found.append(blocks[free])
    return found


def _predecessors(boxes: Sequence[Box], slack: float) -> list[int]:
    """Return for each box the set of those that are read before it, a bit for each."""
    everyone = range(len(boxes))
    over = [_bits(everyone, lambda at, box=box: _overlap(boxes[at], box, 0) > slack) for box in boxes]  # type: ignore[misc]
    above = [_bits(everyone, lambda at, box=box: boxes[at][3] <= box[1] + 2) for box in boxes]  # type: ignore[misc]
    below = [_bits(everyone, lambda at, box=box: boxes[at][1] >= box[3] - 2) for box in boxes]  # type: ignore[misc]
    found: list[int] = []
    for at, box in enumerate(boxes):
        waits = 0
        for other in everyone:
            if other == at:
                continue
            if over[at] >> other & 1:
                first = boxes[other][1] < box[1] or (boxes[other][1] == box[1] and other < at)
            else:
                spanning = over[at] & over[other] & (below[other] & above[at] | above[other] & below[at])
                first = boxes[other][0] < box[0] and not spanning
            waits |= first << other
        found.append(waits)
    return found


def _bits(numbers: Sequence[int], holds: Callable[[int], bool]) -> int:
    return sum(1 << at for at in numbers if holds(at))


def _like(one: Piece, other: Piece) -> bool:
    return max(one.size, other.size) <= _SAME_SIZE * min(one.size, other.size)


def _overlap(one: Box, other: Box, axis: int) -> float:
    return min(one[axis + 2], other[axis + 2]) - max(one[axis], other[axis])


def _around(pieces: Sequence[Piece]) -> Box:
    return (
        min(piece.box[0] for piece in pieces),
        min(piece.box[1] for piece in pieces),
        max(piece.box[2] for piece in pieces),
        max(piece.box[3] for piece in pieces),
    )
