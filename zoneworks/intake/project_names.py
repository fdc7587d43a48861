"""Where an article names a project, speaks of it again (该项目), or of many at once (12个项目)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from zoneworks.intake.firms import is_short_firm
from zoneworks.intake.found import Place
from zoneworks.intake.numerals import read_numeral
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("projects")["names"]
_PHASE = r"(?:[一二三四五六]期|首期)"
_HEAD = re.compile(
    rf"(?P<head>{any_of(_WORDS['heads'])})(?P<phase>（?{_PHASE}(?:工程|项目)?）?)?(?!{any_of(_WORDS['followers'])}|用(?![地于电工]))"
)
_SITE = re.compile(
    rf"{any_of(_WORDS['sites'])}{_PHASE}?(?!间|项目|工程|建设项目|有限|公司|集团|的?负责人|主任|副|招商|管委)"
)
_BREAK = re.compile(
    r"[，。；：！？、“”‘’《》◆●■▲★\s]|(?<!\d)\d{1,2}\.(?!\d)|（[^）]*$|（[一二三四五六七八九十\d]{1,3}）|(?<=\d)[年月日](?=[^产])|公司|集团|株式会社"
)
"""What no name reaches over: punctuation, numbers of a list, dates, the end of a company's name."""
_BOUNDARY = re.compile(any_of(_WORDS["boundaries"]))
_GENERIC = re.compile(
    rf"(?:{any_of(_WORDS['generic'])}|\d{{1,6}}(?:\.\d{{1,4}})?(?:亿|万)?元?|[一二三四五六七八九十两]{{1,4}}个?)+"
)
_ZONE = re.compile(
    r"^[一-鿿]{0,8}?(?:经济技术开发区|经济开发区|高新技术产业开发区|经开区|开发区|高新区|新区)(?=.{4})"
)
_OF_ZONE = re.compile(
    r"^[一-鿿]{0,8}?(?:经济技术开发区|经济开发区|高新技术产业开发区|经开区|开发区|高新区|新区|园区|全区|全市)"
)
_JOINED = re.compile(r"^.*[和及与、]$")
"""A wording that 和 joins to what follows: 业主代表和|项目."""
_COUNTED = re.compile(
    r"(?:(?<!\d)\d{1,9}|(?<![二三四五六七八九十百两])[二三四五六七八九十百两]{1,9})(?:余|多)?个(?:[^，。；：！？、]{0,14}?)(?:项目|工程)|(?:项目|工程)(?:共|共有|达|超|超过|不少于|近|约){0,4}\d{1,9}(?:余|多)?个"
    r"|(?:全区|全市|全县|基金|园区)(?=[^，。；]{0,12}(?:累计|完成|实现|共|规模|已|新))|(?:累计|共)(?:签约|引进|招引|落户)"
)
"""Many projects in one number, or the zone as a whole: what follows is said of no single project."""
_AGAIN = re.compile(
    r"(?:(?:该|此|这一|这个|上述|本)(?:项目|工程))|(?:(?<=[，。；：！？“])|^)(?:据悉[，]|据了解[，]|据介绍[，]|目前[，]?|其中[，]?)?项目(?!公司|方|负责人|经理|化|库|建设|为王)"
    r"|这(?:个|所|座|条|家|处|项|一)[^，。；]{0,44}?(?:项目|工程|学校|医院|公寓|园区|基地|工厂|大桥|道路|中心)"
)
_ABOUT_IT = r"(?=由|总|计划|占|规划|于|全|预计|投资|位于|起于|设|达产|建成|共|目前|主体|已|正)"
_BARE_SITE = re.compile(
    rf"(?<=[，。；：！？“”])(?:工程|公寓|医院|学校|基地|园区|中心|大桥|道路|码头|产业园|工厂|厂区|综合体){_ABOUT_IT}"
)
_ANY_KIND = re.compile(any_of(_WORDS["any_kind"]))
_PRICE = re.compile(r"投资[^，。；个]{0,10}\d[\d.,]*[万亿]*[美欧]?元[^，。；、个]{0,8}的$")
_IS_ONE = re.compile(r"(?:^|[，。；]|项目|这|也|就)(?:也|正|就)?(?:是|系)[^，。；]*$")
"""What makes a general wording another word for the project named before: 该项目是全区首个百亿级项目."""
_LIST_END = re.compile(
    r"(?:(?P<more>等)(?:多|数十)?|(?<=[一-鿿）]))(?P<count>\d{1,4}|[一二三四五六七八九十两]{1,3})?(?:余|多)?(?:个|批|一批|一系列)?"
    r"(?:重大|重点|优质|产业|工业|龙头|好|大|新|制造业|签约|亿元以上|10亿元以上|百亿级|代表性|标志性)*(?:项目|工程)(?!经理|负责)"
)
"""What closes a list of projects: 等12个重大项目, or, where the list is whole, 两个项目."""
_LIST_START = re.compile(r"[。；：！？]|，(?!\d{3})")
_TRADES = re.compile(r"(?:领域|产业|行业|方面|环节)$")
_PARTS = frozenset(_WORDS["parts"])
_INSIDE = frozenset(_WORDS["inside"])
_LONGEST = 40
_LONGEST_LIST = 160
_ITEM = re.compile(r"[^、]+")


class Kind(Enum):
    """In what way a project is spoken of."""

    NAMED = "named"
    LISTED = "listed"
    SITE = "site"
    AGAIN = "again"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Mention:
    """A project where the text speaks of it; `name` is empty when it is spoken of again or with others.

    `priced` marks a member of a list in which every member has its own sum before it.
    """

    kind: Kind
    place: Place
    name: str = ""
    priced: bool = False


def mentions(text: str, within: Place) -> list[Mention]:
    """Return where projects are spoken of, in the order of the text; overlapping wordings count once.

    >>> found = mentions("总投资3亿元的高效电机项目签约。该项目占地50亩。", Place(0, 24))
    >>> [(one.kind.value, one.name) for one in found]
    [('named', '高效电机项目'), ('again', '')]
    """
    kept: list[Mention] = []
    used = bytearray(within.end - within.start)
    for found in (_counted, _again, _listed, _named, _sites):
        for mention in found(text, within):
            low, high = mention.place.start - within.start, mention.place.end - within.start
            if not any(used[low:high]):
                used[low:high] = b"1" * (high - low)
                kept.append(mention)
    return sorted(kept, key=lambda mention: mention.place)


def phase_of(name: str) -> str:
    """Return the phase in a name (二期), an empty text if it has none."""
    found = re.search(_PHASE, name)
    return found[0] if found else ""


@lru_cache(maxsize=1024)
def is_generic(name: str) -> bool:
    """Tell whether a wording is what any project can be called by: 重点产业项目.

    >>> is_generic("重点产业项目"), is_generic("高效电机项目")
    (True, False)
    """
    stem = _JOINED.sub("", _OF_ZONE.sub("", re.sub(r"(?:项目|工程)$", "", name)))
    return len(_GENERIC.sub("", stem)) < 2


def _counted(text: str, within: Place) -> Iterator[Mention]:
    for match in _COUNTED.finditer(text, within.start, within.end):
        yield Mention(Kind.MANY, Place(*match.span()))


def _again(text: str, within: Place) -> Iterator[Mention]:
    for pattern in (_AGAIN, _BARE_SITE):
        for match in pattern.finditer(text, within.start, within.end):
            yield Mention(Kind.AGAIN, Place(*match.span()))


def _named(text: str, within: Place) -> Iterator[Mention]:
    for match in _HEAD.finditer(text, within.start, within.end):
        start = _beginning(text, within.start, match.start())
        name = text[start : match.end()]
        if is_generic(name) and not _is_somebodys(text, start, match.start()):
            if match["head"] == "工程":
                continue
            told = _IS_ONE.search(text, max(within.start, start - _LONGEST), start)
            yield Mention(Kind.AGAIN if told else Kind.MANY, Place(start, match.end()))
        else:
            yield Mention(Kind.NAMED, Place(start, match.end()), _without_zone(name))


def _is_somebodys(text: str, start: int, end: int) -> bool:
    """Tell whether a general wording is a name behind a company or its sum: 甲公司扩建项目, 投资8亿元的光伏项目."""
    stem = text[start:end]
    if len(stem) < 2 or not _ANY_KIND.sub("", stem):
        return False
    if text.endswith(("公司", "集团"), 0, start) or text.endswith("公司的", 0, start):
        return True
    return bool(_PRICE.search(text, max(0, start - 40), start))


def _sites(text: str, within: Place) -> Iterator[Mention]:
    for match in _SITE.finditer(text, within.start, within.end):
        start = _beginning(text, within.start, match.start())
        name = _without_zone(text[start : match.end()])
        stem = match.start() - start
        if stem >= 4 or (stem >= 2 and not is_generic(name)):
            yield Mention(Kind.SITE, Place(start, match.end()), name)


def _beginning(text: str, low: int, head: int) -> int:
    """Return where the name that ends at `head` begins."""
    start = max(low, head - _LONGEST)
    window = text[start:head]
    last = 0
    for pattern in (_BREAK, _BOUNDARY):
        for match in pattern.finditer(window):
            if pattern is _BOUNDARY and not _ends_a_phrase(window, match):
                continue
            last = max(last, match.end())
    return start + last


def _ends_a_phrase(window: str, match: re.Match[str]) -> bool:
    """Tell whether a boundary word is one here: there is none in 正极, 改扩建 and 可控."""
    word = match[0]
    before, behind = window[max(0, match.start() - 1) : match.start()], window[match.end() : match.end() + 1]
    if word == "建设" and not behind:
        return False
    return word not in _PARTS or not (word + behind in _INSIDE or before + word in _INSIDE)


def _listed(text: str, within: Place) -> Iterator[Mention]:
    """Find the members of 甲、乙、丙等12个重大项目 and of 甲和乙两个项目."""
    for end in _LIST_END.finditer(text, within.start, within.end):
        if not end["more"] and not end["count"]:
            continue
        at = max(within.start, end.start() - _LONGEST_LIST)
        for stop in _LIST_START.finditer(text, at, end.start()):
            at = stop.end()
        items = [Place(at + item.start(), at + item.end()) for item in _ITEM.finditer(text[at : end.start()])]
        if not end["more"]:
            items = _whole(text, items, read_numeral(end["count"] or ""))
        if _are_firms([text[low:high] for low, high in items]):
            continue
        priced = len(items) > 1 and all("元的" in text[low:high] for low, high in items)
        for low, high in items:
            begin = _beginning(text, low, high)
            name = text[begin:high]
            if 4 <= len(name) <= _LONGEST and not is_generic(name) and not _TRADES.search(name):
                yield Mention(Kind.LISTED, Place(begin, high), name, priced)


def _whole(text: str, items: list[Place], count: Decimal | None) -> list[Place]:
    """Return the members of a list that tells them all, none where their number is not the one told."""
    if not items or count is None:
        return []
    last = items[-1]
    joined = [Place(last.start, at) for at in (text.find("和", last.start + 4, last.end - 4),) if at > 0]
    parts = [*items[:-1], *joined, Place(joined[0].end + 1, last.end) if joined else last]
    return next((found for found in (items, parts) if len(found) == count > 1), [])


def _are_firms(items: Sequence[str]) -> bool:
    """Tell whether what is listed is who builds the projects: 甲科技、乙电子等33个产业项目."""
    return 2 * sum(map(is_short_firm, items)) >= max(2, len(items))


def _without_zone(name: str) -> str:
    return _ZONE.sub("", name)
