"""What each line of a page is: running text, headline, brief, byline, or furniture of the page.

The text layer of a page knows lines only. Running text breaks wherever a column ends, so that a line is judged by the
one before it (is a sentence open?), by how wide it is beside its neighbors, and by how such lines begin in the press.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("pages")
_MARKS = "◆●■▲★◇○▶►◼◾"
_BRIEF = re.compile(rf"\s*(?:[{_MARKS}]|□(?!\s*(?:本报)?(?:见习)?(?:记者|通讯员)))")
_BYLINE_WORDS = any_of(_WORDS["byline"])
_WRITER = re.compile(
    rf"\s*(?:[（(]\s*)?(?:[□◎■●/／]\s*)?(?:{_BYLINE_WORDS}[\s/：:]*)(?:[\w·/：:\s、（）()]*)$"
)
"""A line that names writers and photographers alone: □ 记者 甲, 文/甲 图/乙, （通讯员 甲）."""
_NAMES = re.compile(
    r"\s*[（(](?!图|表|一|二|三|四|五|六|七|八|九|十|\d)[一-鿿·]{2,4}(?:[\s、/]+[\w/]{1,6}){0,5}[）)]\s*$"
)
"""Names in parentheses that close an article: （张 三）, （张三 李四 文/图）."""
_PHOTO = re.compile(
    r"(?:[◎□]\s*[一-鿿](?:[\s　]?[一-鿿]){1,8}|[一-鿿](?:[\s　]?[一-鿿]){1,8}[\s　]+(?:摄|文/图|图/文))$"
)
_SPACED_NAME = re.compile(r"\s*[（(][一-鿿]\s+[一-鿿]{1,2}(?:\s+[\w/、\s]{1,20})?[）)]\s*$")
_SIGNED_BEHIND = re.compile(
    r"(?<=[。！？”])[\s　]{2,}(?P<who>(?:[◎□]\s*)?[一-鿿](?:[\s　]?[一-鿿]){1,8}(?:[\s　]+(?:摄|文/图|图/文|报道))?)$"
)
"""Who wrote or photographed, right behind the last full stop: …参加。   ◎ 谷 雨, …观看。  沈 阔 摄."""
_DATELINE = re.compile(r"(?:19|20|１９|２０)\d{2}\s*[年.\-/]\s*\d{1,2}")
_DATED = re.compile(r"(?:(?:^|[\s　])(?:19|20)\d\d\s*年|^)\s*\d{1,2}\s*月\s*\d{1,2}\s*日$")
_FURNITURE = re.compile(any_of(_WORDS["furniture"]))
_PAGE = re.compile(
    r"第\s*\d+\s*版|第\s*\d+\s*期|星\s*期\s*[一二三四五六日天]|^\s*-?\s*\d{1,3}\s*-?\s*$|〔\s*20\d\d\s*〕"
)
_MASTHEAD = re.compile(r"^[一-鿿\s]{2,10}(?:报|周刊|导报|快讯|简报|通讯|日报|时讯)$")
_NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|\d{1,2}[.．、](?!\d))"
)
_LEAD_DAY = re.compile(
    r"\s*(?:本[报刊]讯|\d{1,2}\s*月\s*(?:\d{1,2}\s*日|初|底|中旬|上旬|下旬)|近日|日前|连日来|昨[天日])"
)
_REPORTED = re.compile(r"\s*本[报刊](?:讯|记者)")
_CLOSED = re.compile(r"[。！？…][”’）)」』]*\s*$|[”]\s*$|[）)]\s*$")
_INNER = re.compile(r"[。；]")


_WIDE = 0.7
"""A line with a comma that is at least so wide beside the next one begins a sentence."""
_INDENT, _JITTER = -4.0, 3.0
"""The first line of a paragraph is narrower where its indent is lost; the lines of a column differ by as much."""
_RUNNING = 1.0
_STARTS = re.compile(
    r"\s*(?:\S{0,6}会上|会后|会议|据|他|她|随后|当天|同时|此外|目前|当前|截至|为了?|在|就|通过|近年来|下一步|接下来|活动)"
)
_REST = re.compile(r"\s*[^，。“”]{1,3}[，。]")
"""The end of a clause that began above."""
_ASKS = re.compile(r"[问答][:：]")
_COUPLET = re.compile(r"\S[\s　]+\S")


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
        return bool(_LEAD_DAY.match(self.text))


def width(text: str) -> float:
    """Return how many full-width signs a line takes; Latin letters, digits and spaces are half as wide.

    >>> width("总投资12亿元"), width("  初")
    (6.0, 2.0)
    """
    return sum(0.5 if sign < "\u2000" else 1.0 for sign in text.rstrip())


def lines(source: str) -> list[Line]:
    """Return the lines of a page, each with what it is."""
    found: list[Line] = []
    at = 0
    texts: list[tuple[int, str]] = []
    for text in source.splitlines(keepends=True):
        kept = text.rstrip("\r\n\f\v")
        signed = _SIGNED_BEHIND.search(kept)
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

    def kinds(self) -> list[Kind]:
        found = self.found
        for at, text in enumerate(self.texts):
            kind = self._kind(at, text)
            if kind in (Kind.BODY, Kind.BRIEF):
                self.open = not _CLOSED.search(text)
                if not self._is_last_of_paragraph(at):
                    self.column = self.widths[at]
            elif kind is Kind.HEAD:
                self.open = False
            found.append(kind)
        return _labels(self.texts, found)

    def _kind(self, at: int, text: str) -> Kind:
        if not text.strip():
            return Kind.BLANK
        if _is_furniture(text):
            return Kind.FURNITURE
        if _BRIEF.match(text):
            return Kind.BRIEF
        if (not self.open or self._stands_alone(at)) and is_byline(text):
            return Kind.BYLINE
        if self.open:
            return Kind.HEAD if self._breaks_off(at) else Kind.BODY
        return Kind.HEAD if self._heads(at) else Kind.BODY

    def _next(self, at: int) -> str:
        return self.texts[at + 1] if at + 1 < len(self.texts) else ""

    def _stands_alone(self, at: int) -> bool:
        return not self._next(at).strip() or at + 1 == len(self.texts)

    def _is_last_of_paragraph(self, at: int) -> bool:
        return bool(_CLOSED.search(self.texts[at])) and self.widths[at] < self.column - 1

    def _breaks_off(self, at: int) -> bool:
        """Tell whether a headline stands where a sentence is still open: behind a line that lacks its full stop."""
        before = self.texts[at - 1] if at else ""
        if before.strip() or not self._stands_alone(at):
            return False
        text = self.texts[at].strip()
        return text.endswith("——") and not _INNER.search(text)

    def _heads(self, at: int) -> bool:
        """Tell whether a line that no sentence needs is a headline."""
        text = self.texts[at]
        bare = text.strip()
        if _ASKS.match(bare):
            return False
        if _INNER.search(bare) or _NUMBERED.match(text) or bare[-1] in "，、；：,:" or self.widths[at] > 45:
            return False
        if bare.endswith("——") or bare.startswith("——"):
            return True
        if (_LEAD_DAY.match(text) and "，" in bare) or _REPORTED.match(text):
            return False
        if self._stands_alone(at):
            return not self._goes_on_below(at)
        return self._running(at) < _RUNNING

    def _goes_on_below(self, at: int) -> bool:
        """Tell whether the sentence of a line goes on below a gap: columns and pages part sentences, too."""
        text, after = self.texts[at].strip(), self._following(at)
        if not after or _LEAD_DAY.match(after) or _BRIEF.match(after):
            return False
        if self._is_tail(after):
            return True
        if "，" in text and abs(self.widths[at] - width(after.strip())) <= -_INDENT:
            joined = self.pairs[text[-1] + after.strip()[0]] > 1
            if joined or _REST.match(after) or _STARTS.match(text) or _LEAD_DAY.match(text):
                return True
        above = bool(at) and self.found[at - 1] in (Kind.BODY, Kind.BRIEF)
        return above and abs(self.widths[at] - self.column) <= 1 and not _COUPLET.search(text)

    def _is_tail(self, text: str) -> bool:
        """Tell whether a line is the rest of a sentence: short, with its full stop at the end."""
        bare = text.strip()
        return bare.endswith("。") and width(bare) <= max(6.0, self.column / 2)

    def _running(self, at: int) -> float:
        """Return how much a line looks like the beginning of running text that the next line goes on with."""
        text, after = self.texts[at], self._next(at)
        mine, beside = self.widths[at], self.widths[at + 1]
        pair = text.strip()[-1] + after.strip()[0]
        score = 2.0 if "，" in text and mine >= _WIDE * beside else 0.0
        score += 1.5 if self.pairs[pair] > 1 else 0.0
        score += 1.0 if _INDENT <= mine + _indent(text) - beside <= _JITTER else 0.0
        above = bool(at and self.texts[at - 1].strip() and self.column)
        score += 1.0 if above and abs(mine - self.column) <= _JITTER else 0.0
        score += 1.0 if _STARTS.match(text) else 0.0
        parted = after.startswith(("　　", "    ", "  ")) and not text.startswith(("　", " "))
        if (
            parted
            or _LEAD_DAY.match(after)
            or _BRIEF.match(after)
            or is_byline(after)
            or _is_furniture(after)
        ):
            score -= 3.0
        if after.strip().startswith("——"):
            score -= 3.0
        if _COUPLET.search(text.strip()) or text.strip()[-1] in "！？”":
            score -= 1.0
        return score if self._closes_soon(at) else score - 2.0

    def _following(self, at: int) -> str:
        return next((text for text in self.texts[at + 1 :] if text.strip()), "")

    def _closes_soon(self, at: int) -> bool:
        """Tell whether the line begins running text: before the next gap, within some lines, a comma or a full stop
        stands; or right below the gap a sentence ends."""
        indented = self.texts[at].startswith((" ", "　"))
        for number, text in enumerate(self.texts[at : at + 6]):
            if not text.strip():
                return self._is_tail(self._following(at + number - 1))
            begins = _LEAD_DAY.match(text) or _REPORTED.match(text) or is_byline(text)
            if number and (begins or (text.startswith((" ", "　")) and not indented)):
                return False
            if "，" in text or "。" in text or "；" in text:
                return True
        return False


def _indent(text: str) -> float:
    return 2.0 if text.startswith(("　　", "    ")) else 0.0


def is_byline(text: str) -> bool:
    """Tell whether a line names writers alone.

    >>> is_byline("□ 本报记者 甘 蕾"), is_byline("（邹　珂）"), is_byline("文/包丹　图/包丹")
    (True, True, True)
    >>> is_byline("文化惠民进园区")
    False
    """
    bare = text.strip()
    if len(bare) > 40 or "。" in bare or "，" in bare:
        return False
    if _PHOTO.match(bare):
        return True
    return bool(_WRITER.match(bare) or _NAMES.match(bare) or _SPACED_NAME.match(bare))


def _is_furniture(text: str) -> bool:
    bare = text.strip()
    if len(bare) > 70 or "。" in bare or "，" in bare:
        return False
    if _PAGE.search(bare) and (_DATELINE.search(bare) or width(bare) < 20 or _FURNITURE.search(bare)):
        return True
    if _FURNITURE.search(bare) and len(bare) < 60:
        return True
    return bool(_MASTHEAD.match(bare)) or bool(_DATED.search(bare))


def _labels(texts: Sequence[str], kinds: list[Kind]) -> list[Kind]:
    """Return the kinds with the heads of columns of briefs (园区短波, 高 新 快 讯) told from headlines."""
    for at, kind in enumerate(kinds):
        if kind is not Kind.HEAD:
            continue
        bare = "".join(texts[at].split())
        spaced = re.fullmatch(r"\s*(?:[一-鿿]\s+)+[一-鿿]\s*", texts[at])
        following = next((each for each in kinds[at + 1 :] if each is not Kind.BLANK), None)
        if spaced or (len(bare) <= 8 and following is Kind.BRIEF):
            kinds[at] = Kind.FURNITURE
    return kinds
