"""Headlines: which lines belong to which body, and which of their parts is the title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zoneworks.intake.columns import COMMON_PAIRS
from zoneworks.intake.lines import Kind, Line, width
from zoneworks.intake.words import any_of, vocabulary

_OPENING = 500
"""So far into a body the words of its headline are looked for."""
_MOST_LINES = 7
_COUPLET = re.compile(r"\S[\s　]+\S")
_GENRE = re.compile(r"(?:见闻|走笔|侧记|纪实|掠影|综述|纪事|扫描|观察|述评|巡礼|回眸|素描|札记|手记)$")
"""What kind of piece it is stands in a line beside the title."""
_BESIDE = re.compile(r"同日|同时|同步|当天")
_RESULTS = re.compile(r"\d.*，.*\d")
"""Results in two halves, as a subtitle gives them: 首日接待企业17家，办结9件."""
_AMOUNTS = re.compile(r"\d")
"""A couplet with a number tells results, too: 总投资31.2亿元 外资项目2个."""
_BEHIND_BONUS = 0.12
_TORN = 0.25
_SECOND = 0.3
_BARE = 0.3
"""What it costs that a body stays without a headline, and that it gets a second one."""
_OWN = re.compile(r"\S{1,6}(?:开发区|高新区|经开区|园区|新区|区)")
"""A line that begins with the name of a zone is mostly a part of its own."""
_BONDS: Mapping[str, float] = vocabulary("stretches")["bonds"]
_STOPS = "，。、；”（"
_GAP = 4.0
"""A blank line and an end like 强调—— part two lines of a headline, whatever else joins them."""
_MOST_PARTS = 3
_FORCED = -1.5
"""A headline has three parts at most; lines beyond them are joined unless as much speaks against it."""
_OPEN = re.compile(any_of(vocabulary("pages")["open"]) + "$")
"""What leaves a line of a headline open: 某区举行 / 应急演练."""
_PAIRS = (("“", "”"), ("《", "》"), ("（", "）"), ("‘", "’"))
_NARROW = 14
"""A headline is broken in a column of at most so many signs."""
_WIDE = 99.0
_REST = 5
"""A line of at most so many signs is the rest of the one above it."""
_KICKED = ("强调", "时强调", "指出", "要求——")
_KICKS = ("——", "强调", "强调：", "指出", "要求", "时说")


@dataclass(frozen=True, slots=True)
class Headline:
    """The parts of a headline; empty where there is none."""

    title: str = ""
    kicker: str = ""
    subtitle: str = ""


def composed(parts: Sequence[Line], body: str = "", widest: float = 0.0) -> Headline:
    """Return which of the lines of a headline is kicker, title and subtitle; `widest` is the widest line of the page's.

    >>> def said(*texts):
    ...     return composed([Line(0, 0, text, Kind.HEAD, width(text)) for text in texts])
    >>> said("甲在开发区调研时强调——", "推动科技创新 助力发展").title
    '推动科技创新 助力发展'
    >>> said("以练备战 以演筑防", "开发区组织应急演练").kicker
    '以练备战 以演筑防'
    """
    texts = [" ".join(text.split()) for text in _joined(parts, body, widest)]
    if not texts:
        return Headline()
    if len(texts) == 1:
        return Headline(texts[0])
    if texts[-1].startswith("——"):
        rest = composed([_line(text) for text in texts[:-1]], body, _WIDE)
        return Headline(rest.title, rest.kicker, texts[-1])
    if len(texts) == 2:
        return _of_two(texts)
    return Headline(texts[1], texts[0], " ".join(texts[2:]))


def _line(text: str) -> Line:
    return Line(0, 0, text, Kind.HEAD, width(text))


def _of_two(texts: Sequence[str]) -> Headline:
    first, second = texts
    if first.endswith(_KICKS):
        return Headline(second, first)
    if _GENRE.search(first) or _GENRE.search(second):
        return Headline(first, "", second) if _GENRE.search(second) else Headline(second, first)
    if _BESIDE.search(second) or (_RESULTS.search(second) and not _RESULTS.search(first)):
        return Headline(first, "", second)
    if first.endswith("？") and not second.endswith("？"):
        return Headline(first, "", second)
    one, other = bool(_COUPLET.search(first)), bool(_COUPLET.search(second))
    if other and not one and _AMOUNTS.search(second):
        return Headline(first, "", second)
    return Headline(second, first)


def _joined(parts: Sequence[Line], body: str, page: float) -> list[str]:
    """Return the parts of a headline: its lines, those joined that a narrow column has broken."""
    texts: list[str] = []
    bonds: list[float] = []
    heads = [line for line in parts if line.kind is not Kind.BLANK]
    widest = max(page, *(line.width for line in heads), 0.0)
    gap = False
    before: Line | None = None
    for line in parts:
        if line.kind is Kind.BLANK:
            gap = True
            continue
        if before is not None:
            signs = bond_signs(before, line, body, widest)
            bond = sum(_BONDS.get(sign, 0.0) for sign in signs) - _GAP * gap
            if before.width <= _REST and bonds and bonds[-1] > 0:
                bond += _BONDS["behind a rest"]
            bonds.append(bond)
        texts.append(line.text.strip())
        before, gap = line, False
    least = sorted(bonds)[_MOST_PARTS - 2] if len(bonds) >= _MOST_PARTS else float("inf")
    found = texts[:1]
    for text, bond in zip(texts[1:], bonds, strict=True):
        if bond > 0 or (bond > least and bond > _FORCED):
            found[-1] += text
        else:
            found.append(text)
    return found


def bond_signs(before: Line, line: Line, body: str, widest: float) -> Iterator[str]:
    """Tell what speaks for or against two lines of a headline being one part that was broken."""
    first, second = before.text.strip(), line.text.strip()
    yield "any"
    if second.startswith("——") or first.endswith(_KICKS):
        yield "parts"
    yield from _ends(first, second)
    yield from _words(first, second, body)
    yield from _widths(before.width, line.width, widest)
    yield from _couplets(first, second)


def _ends(first: str, second: str) -> Iterator[str]:
    """Tell what the marks and last words of a line show."""
    if any(first.count(one) > first.count(other) for one, other in _PAIRS):
        yield "open quotes"
    if first[-1] in "？！”":
        yield "first quotes" if first[-1] == "”" else "first calls"
    if first[-1] == second[-1] == "？":
        yield "both ask"
    if _OPEN.search(first) or second.startswith(_KICKED):
        yield "open"


def _words(first: str, second: str, body: str) -> Iterator[str]:
    """Tell whether a word of the body or of the genre stands across the break, or phrases end and begin there."""
    pair = first[-1] + second[0]
    if pair in COMMON_PAIRS:
        yield "common pair"
    if pair in body:
        yield "pair"
        if first[-2:] + second[0] in body or first[-1] + second[:2] in body:
            yield "three signs"
        return
    if _OWN.match(second):
        yield "second begins"
    if any(first[-2:] + stop in body for stop in _STOPS):
        yield "first ends a phrase"
    if any(stop + second[:2] in body for stop in _STOPS):
        yield "second begins a phrase"


def _widths(first: float, second: float, widest: float) -> Iterator[str]:
    """Tell how wide two lines are beside each other and beside the widest headline of the page."""
    if second <= _REST:
        yield "second short"
    if first <= _REST:
        yield "first short"
    if first > _NARROW:
        yield "first wide" if first <= 1.5 * _NARROW else "first very wide"
    if widest <= _NARROW:
        yield "narrow page"
    if first >= widest - 1.5:
        yield "first full"
    if second > first + 1.5:
        yield "second wider"
    if abs(first - second) <= 1.5:
        yield "even"


def _couplets(first: str, second: str) -> Iterator[str]:
    yield from (
        f"{name} couplet" for name, text in (("first", first), ("second", second)) if _is_couplet(text)
    )
    if not _is_couplet(first) and _is_couplet(first + second):
        yield "couplet together"


def _is_couplet(text: str) -> bool:
    """Tell whether a text is two halves of one length: 以练备战 以演筑防."""
    halves = text.split()
    return len(halves) == 2 and abs(len(halves[0]) - len(halves[1])) <= 1 and len(halves[0]) > 1


def assign(gaps: Sequence[Sequence[Line]], bodies: Sequence[str], briefs: Sequence[bool]) -> list[list[Line]]:
    """Return the lines of the headline of each body; `gaps` stand before each body and behind the last."""
    heads: list[list[Line]] = [[] for _ in bodies]
    habit = _habit(gaps, bodies)
    headed = [
        bool(at) and briefs[at - 1] and briefs[at] and any(line.kind is Kind.HEAD for line in gap)
        for at, gap in enumerate(gaps[:-1])
    ]
    for at, gap in enumerate(gaps):
        trimmed = _trimmed(gap)
        if not trimmed:
            continue
        last = at + 1 < len(gaps) and not _trimmed(gaps[at + 1])
        cut = _best_cut(trimmed, at, bodies, briefs, headed, heads, habit, last)
        if cut and at:
            heads[at - 1].extend(trimmed[:cut])
        if cut < len(trimmed) and at < len(bodies):
            heads[at].extend(_trimmed(trimmed[cut:])[-_MOST_LINES:])
    return heads


def _trimmed(gap: Sequence[Line]) -> list[Line]:
    """Return what stands between the first and the last headline line of a gap; blank lines within it stay."""
    marked = [at for at, line in enumerate(gap) if line.kind is Kind.HEAD]
    return list(gap[marked[0] : marked[-1] + 1]) if marked else []


def _habit(gaps: Sequence[Sequence[Line]], bodies: Sequence[str]) -> float:
    """Return how the page sets its headlines: above zero behind their bodies, below zero before them."""
    votes = 0.0
    for at, gap in enumerate(gaps):
        heads = [line for line in gap if line.kind is Kind.HEAD]
        if not heads:
            continue
        behind = max(likeness(line.text, bodies[at - 1]) for line in heads) if at else 0.0
        before = max(likeness(line.text, bodies[at]) for line in heads) if at < len(bodies) else 0.0
        if at == 0:
            votes -= 1
        elif at == len(bodies):
            votes += 1
        else:
            votes += behind - before
    return max(-1.0, min(1.0, votes))


def _best_cut(
    gap: Sequence[Line],
    at: int,
    bodies: Sequence[str],
    briefs: Sequence[bool],
    headed: Sequence[bool],
    heads: Sequence[Sequence[Line]],
    habit: float,
    last: bool,
) -> int:
    """Return how many of the lines of a gap belong to the body before it; `last`: no other gap heads the next one."""
    if at == 0 or (briefs[at - 1] and at < len(bodies)):
        return 0
    if at == len(bodies) or (briefs[at] and not any(headed[at:])):
        return len(gap)
    best, most = 0, float("-inf")
    for cut in range(len(gap) + 1):
        if 0 < cut < len(gap) and gap[cut].kind is Kind.BLANK:
            continue
        score = _score(gap, cut, bodies[at - 1], bodies[at], habit)
        if cut and heads[at - 1]:
            score -= _SECOND
        if not cut and not heads[at - 1]:
            score -= _BARE
        if cut == len(gap) and last:
            score -= _BARE
        if score > most:
            best, most = cut, score
    return best


def _score(gap: Sequence[Line], cut: int, before: str, after: str, habit: float) -> float:
    score = 0.0
    for number, line in enumerate(gap):
        if line.kind is Kind.HEAD:
            score += likeness(line.text, before if number < cut else after)
            score += _BEHIND_BONUS * habit * (1 if number < cut else -1)
    if 0 < cut < len(gap):
        last = next(line for line in reversed(gap[:cut]) if line.kind is Kind.HEAD)
        parted = any(line.kind is Kind.BLANK for line in gap[max(0, cut - 1) : cut + 1])
        score -= 0.0 if parted else _TORN
        if last.text.rstrip().endswith(_KICKS):
            score -= 2
    return score


def likeness(headline: str, body: str) -> float:
    """Return which share of the pairs of signs of a headline its body's opening has.

    >>> likeness("开发区举行演练", "5月6日，开发区举行应急演练。"), likeness("秋播", "5月6日")
    (0.8333333333333334, 0.0)
    """
    pairs = _pairs(headline)
    if not pairs:
        return 0.0
    return len(pairs & _pairs(body[:_OPENING])) / len(pairs)


def _pairs(text: str) -> set[str]:
    bare = re.sub(r"[\s　，。、：；“”‘’！？—（）《》]", "", text)
    return {bare[at : at + 2] for at in range(len(bare) - 1)}
