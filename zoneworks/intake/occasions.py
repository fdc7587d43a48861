"""What kind of engagement a clause tells: by the name of what is held, or by what somebody does (`acts`)."""

from __future__ import annotations

import re

from zoneworks.intake.acts import Occasion, act_of
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("engagements")
_KIND_OF = {noun: kind for kind, nouns in _WORDS["nouns"].items() for noun in nouns}
_TALKS = ("会谈", "商谈", "座谈")


# The last name of something held in a stretch of text: read from its end, where the longest match is the whole name.
_NOUN_BACKWARDS = re.compile(any_of(noun[::-1] for noun in _KIND_OF))
_NAME_REACH = 60
_HOLD = re.compile(any_of([*_WORDS["verbs"]["hold"], *_WORDS["verbs"]["attend"]]) + "了?")
_ATTEND = tuple(_WORDS["verbs"]["attend"])
# What may follow the name of something held; anything else (培训需求, 活动方案) makes another thing of it.
_NAME_ENDS = re.compile(
    r"[”’」）》]*(?:$|[，。；：、！？（“]|并|[后时前上中]|工作[，。；]|暨|\d+余?(?:场|次|期|批)|[十两三四五六七八九]+(?:场|次|期)|在|于|给|为|向|以|现场|研究|审议|部署|听取|学习|传达|讨论|就|围绕|调度|分析|安排|推进|专题|贯彻)"
)
_COUNTED = re.compile(r"[”’」）》]*(?:\d+余?|[十两三四五六七八九]+)(?:多)?(?:场|次|期|批)")
_COUNTED_BEFORE = re.compile(r"(?<![第\d])\d+余?(?:场|次|期|批)")
# 招聘会在文化广场举行: the name, where, and the verb behind it.
_HELD = re.compile(
    any_of(_KIND_OF)
    + r"[”’」）》]*(?:就|便|也)?(?:(?:[今昨]天|\d{1,2}月\d{1,2}日)?(?:在|于)[^，。；：]{2,40}?)?"
    + r"(?:随即|正式|顺利|成功|如期|隆重|火热|热闹|圆满|同步|\d{1,2}日|分别|也)*"
    + any_of(_WORDS["verbs"]["held"])
    + "(?!情况|以来|的|得|工作|了|仪式|式|典礼)"
)
# 投产仪式由管委会主任主持: who presided tells that it was held.
_PRESIDED = re.compile(any_of(_KIND_OF) + r"[”’」）》]*由[^，。；：]{2,30}?主持")
# 在产业推介会上，: a gathering that is told by what was said there.
_AT = re.compile(r"(?:随后)?(?:，)?在([^，。；]{2,50}?)(?:上|现场)，$")
_BARE = frozenset(_WORDS["bare"]["nouns"])
_SUPPORT = re.compile(r"(?:并|了|现场|指导|此次|本次|当天的?|全程|整个|相关|“)*")


def occasions(
    clause: str, before: str = "", after: str = "", names: frozenset[str] = frozenset()
) -> list[Occasion]:
    """Return what a clause tells; `before` and `after` are what stands around it in its sentence.

    >>> [each.kind for each in occasions("5月6日，开发区召开动员会，"[5:])]
    ['conference']
    >>> [each.kind for each in occasions("到开发区调研并召开座谈会。", "市委书记甲一行")]
    ['inspection', 'meeting']
    """
    found: list[Occasion] = []
    named, reach = _named(clause)
    act = act_of(clause[:reach], before, after if reach == len(clause) else "", names)
    if act:
        found.append(act)
    if named and (not act or named.kind != act.kind):
        found.append(named)
    return found


def _named(clause: str) -> tuple[Occasion | None, int]:
    """Return what is held by its name, and up to where in the clause acts may still be read."""
    held = _HELD.search(clause) or _PRESIDED.search(clause)
    if held:
        return _of_name(clause, held.start(), held.group()), held.start()
    there = _AT.match(clause)
    if there:
        name = there.group(1)
        noun = _last_noun(name.split("暨")[0])
        if noun and name.endswith(noun) and name not in _BARE:
            return Occasion(_KIND_OF[noun], noun in _TALKS), len(clause)
    for verb in _HOLD.finditer(clause):
        occasion = _after_verb(clause, verb)
        if occasion:
            return occasion, verb.start()
    return None, len(clause)


def _of_name(clause: str, start: int, words: str) -> Occasion | None:
    """Return what a name before a verb of holding stands for; 开班仪式暨分享会 is what stands first."""
    noun = _first_noun(words)
    first = clause[max(0, start - _NAME_REACH) : start]
    if "暨" in first:
        ahead = _last_noun(first.split("暨")[0])
        noun = ahead if ahead and first.split("暨")[0].rstrip("”’").endswith(ahead) else noun
    whole = clause[:start] + noun
    longest = _last_noun(whole) or noun
    return Occasion(_KIND_OF[longest if whole.endswith(longest) else noun], longest in _TALKS)


def _first_noun(words: str) -> str:
    return next(words[:size] for size in range(len(words), 0, -1) if words[:size] in _KIND_OF)


def _last_noun(words: str) -> str:
    match = _NOUN_BACKWARDS.search(words[::-1])
    return match.group()[::-1] if match else ""


def _after_verb(clause: str, verb: re.Match[str]) -> Occasion | None:
    name = clause[verb.end() : verb.end() + _NAME_REACH + 20].split("暨")[0]
    noun = _last_noun(name)
    attends = verb.group().rstrip("了") in _ATTEND
    if not noun:
        closed = name.rstrip("，。；”’！")
        return Occasion("conference") if closed.endswith("会") and "召开" in verb.group() else None
    start = name.rindex(noun)
    end = start + len(noun)
    if not _NAME_ENDS.match(name, end):
        return None
    if attends and noun in _BARE and _SUPPORT.fullmatch(name, 0, start):
        return None
    counted = bool(_COUNTED.match(name, end) or _COUNTED_BEFORE.search(name, 0, start))
    return Occasion(_KIND_OF[noun], noun in _TALKS, counted)
