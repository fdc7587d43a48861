"""The companies of a text, with where their names begin, and the whole name behind a short one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoneworks.intake.found import Place
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("investors")
_NO_SIGN = re.compile(r"[^一-鿿A-Za-z0-9·&.（）-]")
"""What no name of a company holds."""
_OPEN = re.compile(r"（[^）]*$")
_SUFFIX = re.compile(
    r"(?:(?:集团|控股)?(?:（[^（）]{1,12}）)?(?:集团)?(?:股份)?有限(?:责任)?公司|集团股份公司|控股集团|集团(?!公司|有限|旗下|化|军)"
    r"|集团公司|(?<=[一-鿿]{2})株式会社(?=[一-鿿，。、；])|(?:股份|私人|责任|投资|实业|置业|科技|控股)公司|研究院(?!有限)|合伙企业|事务所|合作社)"
    r"(?:（[^（）]{2,16}）)?"
)
"""What the name of a company ends with; where it begins is settled afterwards."""
_REACH = 30
_FOREIGN = re.compile(r"[A-Z][A-Za-z&.,-]{3,40}(?:（[^（）]{2,20}）)?")
_LEADING = re.compile(
    r"株式会社(?!社长|会长|代表|总|董|在|的|拟|一行|投)[一-鿿]{2,8}?(?=拟|将|总|董|社|代表|投|增|在|累|，|。|、|；)"
)
_FORM = re.compile(r"(?:管理|咨询|股份|控股|科技)*(?:集团|有限|公司|责任)")
_BOUNDARY = re.compile(any_of(_WORDS["boundaries"]))
_PLACE = re.compile(rf"(?<!（){any_of(_WORDS['places'])}(?!有限|公司|集团|）)")
_WEAK = re.compile(r"^[和是有为同请让等至于如]{1,4}(?=[一-鿿]{4})")
_CORE = re.compile(
    r"(?:（[^（）]*）|有限|股份|责任|公司|集团|控股|科技|技术|实业|株式会社|私人|发展|投资|企业|中国|省|市|县|区)+"
)
_VAGUE = frozenset(_WORDS["vague"])


@dataclass(frozen=True, slots=True)
class Company:
    """A company as it is named at a place; `core` is the name without its region, form and line of business."""

    name: str
    place: Place
    core: str

    @property
    def brand(self) -> str:
        """Return the two signs by which people call it."""
        return self.core[:2]


def companies(text: str, within: Place) -> list[Company]:
    """Return the companies named within a place, in the order of the text.

    >>> [one.name for one in companies("走访了江苏晨禾电子有限公司、到海蓝集团", Place(0, 19))]
    ['江苏晨禾电子有限公司', '海蓝集团']
    """
    found: dict[int, Company] = {}
    for low, end in _spans(text, within):
        start = _beginning(text, low, end)
        name = text[start:end]
        core = core_of(name)
        if len(name) >= 4 and len(core) >= 2:
            found[start] = Company(name, Place(start, end), core)
    for match in _FOREIGN.finditer(text, within.start, within.end):
        if "LIMITED" in match[0].upper() or "LTD" in match[0].upper() or "GMBH" in match[0].upper():
            found[match.start()] = Company(match[0], Place(*match.span()), match[0].upper())
    return [found[at] for at in sorted(found)]


def _spans(text: str, within: Place) -> Iterator[tuple[int, int]]:
    """Return from where at most to where a company is named, with words of the sentence before it."""
    last = within.start
    for match in _SUFFIX.finditer(text, within.start, within.end):
        low = max(last, match.start() - _REACH)
        for sign in _NO_SIGN.finditer(text, low, match.start()):
            low = sign.end()
        opened = _OPEN.search(text[low : match.start()])
        yield low + (opened.start() + 1 if opened else 0), match.end()
        last = match.end()
    for match in _LEADING.finditer(text, within.start, within.end):
        yield match.span()


def _beginning(text: str, start: int, end: int) -> int:
    """Return where the name begins in a span that may hold words of the sentence before it."""
    last = start
    for boundary in _BOUNDARY.finditer(text, start, end):
        # 云起数据服务有限公司: what only the form of a company follows is part of its name.
        if len(boundary[0]) == 1 or not _FORM.match(text, boundary.end(), end):
            last = boundary.end()
    place = _PLACE.search(text, last, end)
    if place and end - place.start() >= 6:
        return place.start()
    joined = text.find("和", last + 3, end - 6)
    if joined > 0:
        return joined + 1
    weak = _WEAK.match(text[last:end])
    return last + weak.end() if weak and end - last - weak.end() >= 4 else last


def core_of(name: str) -> str:
    """Return a name without region and form of company.

    >>> core_of("江苏晨禾电子有限公司")
    '晨禾电子'
    """
    bare = _PLACE.sub("", name, count=1) if _PLACE.match(name) else name
    return _CORE.sub("", bare)


def whole_name(short: str, known: Sequence[Company]) -> str:
    """Return the name of the company among `known` that `short` stands for, an empty text if none does.

    >>> whole_name("晨禾", companies("江苏晨禾电子有限公司", Place(0, 10)))
    '江苏晨禾电子有限公司'
    """
    core = core_of(short)
    for company in known:
        if short in company.name or (
            len(core) >= 2 and core[:2] == company.brand and _abbreviates(core, company.core)
        ):
            return company.name
    return ""


def is_named(name: str) -> bool:
    """Tell whether a wording names somebody, and is not 上市公司 or 客商."""
    return (
        len(name) >= 3
        and name not in _VAGUE
        and not any(name.endswith(word) for word in _VAGUE if len(word) > 2)
    )


def _abbreviates(short: str, long: str) -> bool:
    """Tell whether the signs of `short` all occur in `long`, in their order."""
    signs = iter(long)
    return all(sign in signs for sign in short[:4])
