"""A page is cut into its articles: bodies of running text, each with the headline that belongs to it.

A headline may stand before its body or behind it, in up to three parts, and be missing. Which body it belongs to is
told by the words that both share; where they share none, by how the other headlines of the page stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.headlines import Headline, assign, composed
from zoneworks.intake.lines import Kind, Line, lines
from zoneworks.intake.marks import is_label
from zoneworks.intake.papers import paper
from zoneworks.intake.parting import is_subhead, place_of_second

_LEAST_BODY = 8
"""A body with fewer signs is none."""
_LEAST_LINES = 3
"""Fewer lines are the first paragraph of an article, whatever the next one begins with."""
_NEAR_LINES = 30
"""So many lines before a byline may be its headline."""
_OTHER_COLUMN = 3.0
"""So many signs wider or narrower is another column."""


@dataclass(slots=True)
class Run:
    """The lines of one body in their order, and the writers who stand beside them."""

    lines: list[Line] = field(default_factory=list)
    bylines: list[Line] = field(default_factory=list)
    is_brief: bool = False
    is_closed: bool = False
    column: float = 0.0
    is_whole: bool = True
    """No gap parts its paragraphs."""

    def add(self, line: Line, blanks: int = 0) -> None:
        """Take a line in; `column` is how wide the widest is."""
        if blanks and self.lines and self.lines[-1].text.rstrip().endswith(("。", "”")):
            self.is_whole = False
        self.lines.append(line)
        self.column = max(self.column, line.width)


def articles(bare: Bare) -> list[Cut]:
    """Return the articles of a page in their order; minutes and notices are one.

    >>> page = Bare("开发区举行应急演练\\n\\n5月6日，开发区举行应急演练。\\n36人参加。\\n◆近日，一项目开工。")
    >>> [(cut.title, page.text[cut.body.start : cut.body.end]) for cut in articles(page)]
    [('开发区举行应急演练', '5月6日，开发区举行应急演练。36人参加。'), ('', '◆近日，一项目开工。')]
    """
    found = lines(bare.source)
    whole = paper(bare, found)
    if whole is not None:
        return [whole]
    runs, gaps = _parted(*_put_together(*_runs(found)))
    if not runs:
        return []
    bodies = [_body(bare, run) for run in runs]
    texts = [bare.text[place.start : place.end] for place in bodies]
    fixed = [run.is_brief for run in runs]
    headlines = assign(gaps, texts, fixed)
    widest = max((line.width for line in found if line.kind is Kind.HEAD), default=0.0)
    return [
        _cut(body, composed(headlines[at], texts[at], widest), runs[at])
        for at, body in enumerate(bodies)
        if body.end - body.start >= _LEAST_BODY
    ]


def _cut(body: Place, headline: Headline, run: Run) -> Cut:
    byline = " ".join(" ".join(line.text.split()).strip("（）()□◎ ") for line in run.bylines)
    return Cut(body, headline.title, headline.kicker, headline.subtitle, byline)


def _body(bare: Bare, run: Run) -> Place:
    return Place(bare.bare(run.lines[0].start), bare.bare(run.lines[-1].end))


def _runs(found: Sequence[Line]) -> tuple[list[Run], list[list[Line]]]:
    """Return the bodies, and what stands before each and behind the last: one gap more than bodies."""
    runs: list[Run] = []
    gaps: list[list[Line]] = [[]]
    run: Run | None = None
    blanks = 0
    for line, nearest, below in zip(found, _next_kinds(found), [*found[1:], None], strict=False):
        if line.kind is Kind.BLANK:
            blanks += 1
            gaps[-1].append(line)
            continue
        if line.kind in (Kind.BODY, Kind.BRIEF):
            if run is None or _begins(line, run, blanks, gaps[-1], below):
                run = Run(is_brief=line.kind is Kind.BRIEF)
                runs.append(run)
                gaps.append([])
            else:
                gaps[-1] = []
            run.add(line, blanks)
            run.is_closed = line.signed
        elif line.kind is Kind.BYLINE:
            _sign(line, run, gaps[-1], nearest)
        elif line.kind is Kind.HEAD or is_label(line.text):
            gaps[-1].append(line)
        blanks = 0
    _give_bylines(runs, gaps)
    return runs, gaps


def _put_together(runs: list[Run], gaps: list[list[Line]]) -> tuple[list[Run], list[list[Line]]]:
    """Return the bodies and gaps without the subheads that part one article."""
    under = [
        0 < at < len(runs)
        and not (runs[at].is_brief or runs[at - 1].is_brief or runs[at - 1].is_closed)
        and is_subhead(gap, runs[at - 1].lines, runs[at].lines)
        for at, gap in enumerate(gaps)
    ]
    kept, left = runs[:1], gaps[:1]
    for at, run in enumerate(runs[1:], start=1):
        if under[at] and (under[at - 1] or under[at + 1]):
            for line in run.lines:
                kept[-1].add(line)
            kept[-1].bylines += run.bylines
            kept[-1].is_closed = run.is_closed
        else:
            kept.append(run)
            left.append(gaps[at])
    return kept, [*left, *gaps[len(runs) :]] if runs else gaps


def _parted(runs: Sequence[Run], gaps: list[list[Line]]) -> tuple[list[Run], list[list[Line]]]:
    """Return the bodies and gaps with the bodies parted that two headlines claim."""
    found: list[Run] = []
    between: list[list[Line]] = gaps[:1]
    for at, run in enumerate(runs):
        beside = runs[at - 1].lines if at else (), runs[at + 1].lines if at + 1 < len(runs) else ()
        second = None if run.is_brief else place_of_second(run.lines, gaps[at], gaps[at + 1], beside)
        if second is None:
            found.append(run)
        else:
            later = Run(run.lines[second:], run.bylines, is_closed=run.is_closed, column=run.column)
            found += [Run(run.lines[:second], column=run.column), later]
            between.append([])
        between.append(gaps[at + 1])
    return found, between


def _next_kinds(found: Sequence[Line]) -> list[Kind | None]:
    """Return of each line what the next one is that is not blank."""
    kinds: list[Kind | None] = []
    nearest: Kind | None = None
    for line in reversed(found):
        kinds.append(nearest)
        nearest = line.kind if line.kind is not Kind.BLANK else nearest
    return kinds[::-1]


def _begins(line: Line, run: Run, blanks: int, gap: Sequence[Line], below: Line | None) -> bool:
    """Tell whether a line of running text begins another body."""
    if line.kind is Kind.BRIEF or run.is_closed:
        return True
    if any(each.kind in (Kind.HEAD, Kind.BYLINE) for each in gap):
        return True
    if not run.lines[-1].text.rstrip().endswith(("。", "”", "！", "？", "）", "…")):
        return False
    if line.text.strip().startswith(("本报讯", "本刊讯")):
        return True
    if any(is_label(each.text) for each in gap):
        return True
    if len(run.lines) < _LEAST_LINES and not run.is_brief:
        return False
    wide = max(line.width, below.width if below is not None and below.kind is Kind.BODY else 0.0)
    moved = abs(wide - run.column) >= _OTHER_COLUMN
    if run.is_brief:
        return blanks > 0 and moved
    if not line.leads:
        return False
    otherwise = _is_indented(line) != _is_indented(run.lines[0])
    return moved or (otherwise and (blanks > 0 or _is_indented(line))) or (blanks > 0 and run.is_whole)


def _is_indented(line: Line) -> bool:
    return line.text.startswith((" ", "　"))


def _sign(line: Line, run: Run | None, gap: list[Line], nearest: Kind | None) -> None:
    """Note writers: behind a body they close it, between a headline and the next body they belong to that."""
    headed = any(each.kind is Kind.HEAD for each in gap[-_NEAR_LINES:])
    if run is None or headed or (run.is_closed and nearest in (Kind.BODY, None)):
        gap.append(line)
        return
    run.bylines.append(line)
    run.is_closed = True


def _give_bylines(runs: Sequence[Run], gaps: list[list[Line]]) -> None:
    for at, gap in enumerate(gaps):
        signed = [line for line in gap if line.kind is Kind.BYLINE]
        if not signed:
            continue
        run = runs[at] if at < len(runs) else runs[-1] if runs else None
        last = next((line for line in reversed(gap) if line.kind is not Kind.BLANK), None)
        if at and last is signed[-1] and runs[at - 1].is_closed is False and _behind(gap):
            run = runs[at - 1]
        if run is not None:
            run.bylines.extend(signed)
        gaps[at] = [line for line in gap if line.kind is not Kind.BYLINE]


def _behind(gap: Sequence[Line]) -> bool:
    """Tell whether what stands in a gap closes the body before it: a blank line follows, none precedes."""
    return bool(gap) and gap[0].kind is not Kind.BLANK and gap[-1].kind is Kind.BLANK
