"""Bodies are parted that hold two articles, and put together that subheads have parted.

A body between two headlines, one before it and one behind, is two articles when the headline behind shares its words
with a later part alone. Short lines between bodies of one column, two or more in a row, which share few words with what
follows, are the subheads of one article.
"""

from __future__ import annotations

from collections.abc import Sequence

from zoneworks.intake.headlines import likeness
from zoneworks.intake.lines import Kind, Line
from zoneworks.intake.marks import CLOSED

_OWN, _APART = 0.3, 0.25
"""A headline shares at least so much with its own article, and so much more than with the other."""
_LEAST = 40
"""An article has at least so many signs."""
_SPAN = 40
"""So many lines of each are compared with a headline."""
_SUBHEAD = 8.0
"""A subhead is at most so wide."""
_JITTER = 2.0


def place_of_second(
    lines: Sequence[Line],
    before: Sequence[Line],
    behind: Sequence[Line],
    beside: tuple[Sequence[Line], Sequence[Line]],
) -> int | None:
    """Return which line of a body begins a second article, told by the headlines beside it; None for one article.

    `beside` are the bodies before and behind: a headline that shares more words with one of these claims nothing here.
    """
    above, below = _nearest(before[::-1]), _nearest(behind)
    if not above or not below:
        return None
    other_above, other_below = (
        likeness(text, _text(each[:_SPAN])) for text, each in zip((above, below), beside, strict=True)
    )
    best, most = None, _APART
    for at in range(1, len(lines)):
        if not _is_start(lines[at - 1], lines[at]):
            continue
        first, second = _text(lines[: min(at, _SPAN)]), _text(lines[at : at + _SPAN])
        if min(len(first), len(second)) < _LEAST:
            continue
        mine, own = likeness(above, first), likeness(below, second)
        apart = own - likeness(below, first)
        kept = mine >= max(_OWN, likeness(above, second)) and mine > other_above
        if kept and own >= _OWN and own > other_below and apart >= most:
            best, most = at, apart
    return best


def _is_start(before: Line, line: Line) -> bool:
    """Tell whether a paragraph begins with a line."""
    return bool(CLOSED.search(before.text)) and (
        line.leads or line.text.startswith(("　", " ")) or line.start > before.end + 1
    )


def _nearest(gap: Sequence[Line]) -> str:
    """Return the headline that stands nearest: up to the first gap behind it."""
    found = ""
    for line in gap:
        if line.kind is Kind.HEAD:
            found += line.text
        elif found:
            break
    return found


def _text(lines: Sequence[Line]) -> str:
    return "".join("".join(line.text.split()) for line in lines)


def is_subhead(gap: Sequence[Line], before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Tell whether what stands between two bodies looks like a subhead of one article."""
    heads = [line for line in gap if line.kind is Kind.HEAD]
    if len(heads) != 1 or heads[0].width > _SUBHEAD or after[0].leads or before[-1].signed:
        return False
    columns = [max(line.width for line in body[:_SPAN]) for body in (before, after)]
    one_column = abs(columns[0] - columns[1]) <= _JITTER
    return one_column and likeness(heads[0].text, _text(after[:_SPAN])) < _OWN
