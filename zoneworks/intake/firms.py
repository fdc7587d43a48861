"""Companies called by their short names alone: a brand and a trade (恒泽化纤, 罗德液压), where the text shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zoneworks.intake.found import Place
from zoneworks.intake.investors import Company, whole_name
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("firms")
_TRADE = any_of(_WORDS["trades"])
_NAME = rf"(?:[A-Z]{{1,6}})?[一-鿿]{{2,4}}?{_TRADE}(?![一-鿿]{{0,2}}(?:有限|集团|公司))"
_OPENS = r"(?:\A|(?<=[，。；：、“”！？）—与和同由及了对到在访进等括]))"
_LED = re.compile(rf"{_OPENS}({_NAME})(?:公司)?{any_of(_WORDS['heads'])}")
"""Before the post of who leads it: 恒泽化纤董事长."""
_ACTS = re.compile(rf"{_OPENS}(?:另一家)?(?:企业)?({_NAME})(?:{any_of(_WORDS['acts'])}|投资(?=约?\d))")
"""Before what only a company does: 大林精密拟投."""
_LIST = re.compile(rf"((?:[^，。；：、]{{2,30}}、){{0,8}}[^，。；：、]{{2,10}}?)等?{_WORDS['counted']}")
"""A list that a number of firms closes: 罗德液压、三友精工等26家企业."""
_MEMBER = re.compile(rf"(?:.*(?:{any_of(_WORDS['leading'])}))?({_NAME})")
_BESIDE = re.compile(rf"(?:公司|集团)(?:、|和|与|及)({_NAME})(?=[，。；、和]|等)")
"""Beside a company: 甲有限公司和太行轴承."""
_MOST = 6
"""So many signs a short name has that stands for a project."""
_GENERAL = re.compile(rf"(?:{_TRADE}|{any_of(_WORDS['general'])})+")
"""What names a line of business and no firm: 生物医药, 高端装备."""


def short_firms(text: str, within: Place, known: Sequence[Company]) -> list[Company]:
    """Return where firms are named that are told by their short names, without those whose whole name is among `known`.

    >>> said = "罗德液压、三友精工等26家企业参加，恒泽化纤董事长致辞。"
    >>> [one.name for one in short_firms(said, Place(0, len(said)), [])]
    ['罗德液压', '三友精工', '恒泽化纤']
    """
    told = {text[place.start : place.end] for place in _places(text, within)}
    names = [name for name in told if not _GENERAL.fullmatch(name) and not whole_name(name, known)]
    if not names:
        return []
    named = re.compile(any_of(names)).finditer(text, within.start, within.end)
    return [Company(match[0], Place(*match.span()), match[0]) for match in named]


def is_short_firm(said: str) -> bool:
    """Tell whether a wording ends like the short name of a firm, and is no line of business.

    >>> is_short_firm("新引进恒越科技"), is_short_firm("生物医药"), is_short_firm("高效电机")
    (True, False, False)
    """
    member = _MEMBER.fullmatch(said)
    return bool(member and len(member[1]) <= _MOST and not _GENERAL.fullmatch(member[1]))


def _places(text: str, within: Place) -> Iterator[Place]:
    body = text[within.start : within.end]
    for pattern in (_LED, _ACTS, _BESIDE):
        for match in pattern.finditer(body):
            yield Place(within.start + match.start(1), within.start + match.end(1))
    for match in _LIST.finditer(body):
        at = within.start + match.start(1)
        for item in match[1].split("、"):
            member = _MEMBER.fullmatch(item)
            if member:
                yield Place(at + member.start(1), at + member.end(1))
            at += len(item) + 1
