"""What kind of engagement a clause tells: by the name of what is held, or by what somebody does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("engagements")
_ACTS = _WORDS["acts"]
_KIND_OF = {noun: kind for kind, nouns in _WORDS["nouns"].items() for noun in nouns}
_TALKS = ("会谈", "商谈", "座谈")


def _either(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


# The last name of something held in a stretch of text: read from its end, where the longest match is the whole name.
_NOUN_BACKWARDS = re.compile(any_of(noun[::-1] for noun in _KIND_OF))
_NAME_REACH = 60
_HOLD = re.compile(any_of([*_WORDS["verbs"]["hold"], *_WORDS["verbs"]["attend"]]) + "了?")
_ATTEND = tuple(_WORDS["verbs"]["attend"])
# What may follow the name of something held; anything else (培训需求, 活动方案) makes another thing of it.
_NAME_ENDS = re.compile(
    r"[”’」）》]*(?:$|[，。；：、！？（“]|并|[后时前上中]|工作[，。；]|暨|\d+余?(?:场|次|期|批)|[十两三四五六七八九]+(?:场|次|期)|在|于|给|为|向|以|现场)"
)
_COUNTED = re.compile(r"[”’」）》]*(?:\d+余?|[十两三四五六七八九]+)(?:多)?(?:场|次|期|批)")
_COUNTED_BEFORE = re.compile(r"(?<![第\d])\d+余?(?:场|次|期|批)")
# 招聘会在文化广场举行: the name, where, and the verb behind it.
_HELD = re.compile(
    any_of(_KIND_OF)
    + r"[”’」）》]*(?:(?:[今昨]天|\d{1,2}月\d{1,2}日)?(?:在|于)[^，。；：]{2,40}?)?"
    + r"(?:随即|正式|顺利|成功|如期|隆重|火热|热闹|圆满|同步|\d{1,2}日|分别|也)*"
    + any_of(_WORDS["verbs"]["held"])
    + "(?!情况|以来|的|得|工作|了|仪式|式|典礼)"
)
# 在产业推介会上，: a gathering that is told by what was said there.
_AT = re.compile(r"(?:随后)?(?:，)?在([^，。；]{2,50}?)(?:上|现场)，$")
_BARE = frozenset(_WORDS["bare"]["nouns"])
_SUPPORT = re.compile(r"(?:并|了|现场|指导|此次|本次|当天的?|全程|整个|相关|“)*")

_OUT = re.compile(r"外出(?:招商|考察|引才)")
_JOURNEY = re.compile(any_of(_ACTS["journey"]))
_GOING = re.compile(any_of(_ACTS["going"]))
_COURTING = re.compile(_either(_ACTS["courting"]))
_ROVING = re.compile(_either(_ACTS["roving"]))
_HOME = any_of(_ACTS["home"])
_AT_HOME = re.compile(f"{_HOME}|.*{_HOME}(?:等(?:地|处)?)?$|.*公司")
_STARTS_HOME = re.compile(_HOME)

_GUEST = re.compile(any_of(_ACTS["guests"]))
_OFFICIAL = re.compile(
    r"书记|主任|[市区县镇省]长|[厅局处科部站]长|(?<!董事局)(?<!协会)(?<!商会)主席|秘书长|常委|委员|[市区]领导|[督检调巡][查导研察]组"
)
_COMES = re.compile(_ACTS["coming"] + r"[^，。；：]{0,24}?" + any_of(_ACTS["calling"]))
_COMES_LEARNING = re.compile(_ACTS["coming"] + r"[^，。；：]{0,24}?" + any_of(_ACTS["learning"]))
_CALLED = any_of(
    ["客商", "客人", "企业家", "来宾", "投资商", "外商", "考察团", "代表团", "专家", "商会", "校友"]
)
_INVITED = re.compile(
    rf"邀请?[^，。；：]{{0,24}}{_CALLED}[^，。；：]{{0,20}}[来到赴走]|接待了?[^，。；：]{{0,10}}(?:{_CALLED}|来访)"
)
_LED_ROUND = re.compile(
    r"(?:客人|客商|考察团|来宾|嘉宾)们?(?:一行)?(?:\d+人)?(?:还|先后|随后|分别|实地|，)*(?:参观|考察|走访|察看|查看)了?"
)

_SIGNS = re.compile(
    r"(?:成功|现场|正式|顺利|集中)签约(?!率|金额|总|项目)|在[^，。；：]{2,24}?(?<!正)签约(?=[，。；！]|$)|项目签约(?=[，。；！]|落户|$)"
    rf"|与[^，。；：]{{2,40}}?(?<![已待拟])签约(?=[，。；！]|$)|(?:签订|签署|签下)了?[^，。；：]{{0,40}}{any_of(_ACTS['papers'])}(?![后的])"
)
_STATE = re.compile(r"已|目前|正在|正[与就同]|尚|从签约|待签")
_TALKED = re.compile(any_of(_ACTS["talking"]) + f"(?!{'|'.join(_ACTS['talking_not'])})")
_WITH_PERSON = re.compile(
    r"[与同和][^，。；：]{2,40}(?:董事长|总裁|总经理|会长|社长|负责人|主席|董事|代表理事|高管)[^，。；：]{0,14}?(?:洽谈|会谈|商谈|座谈)(?!项目)"
)
_LOOKING = re.compile(_either(_ACTS["looking"]) + f"(?!{'|'.join(_ACTS['looking_not'])})")
_LOOKING_AFTER = re.compile(any_of(_ACTS["looking_after"]))
_LOOKER = re.compile(any_of(_ACTS["lookers"]))
_LEADS = re.compile(r"带队|率队|带领|率领?[^，。]{0,16}[组队部员人]|一行")
_UPON = re.compile(r"对|到|赴|深入|走进|前往|来到|开展|组织")
_HELPS = re.compile(_either(_ACTS["helping"]))
_VOLUNTEERS = re.compile(rf"组织[^，。；：]{{0,25}}{any_of(_ACTS['volunteers'])}[^，。；：]{{2,}}")


class Occasion(NamedTuple):
    """What a clause tells: a kind, whether as a talk between two sides, as a mere count of times, or bare of detail."""

    kind: str
    talk: bool = False
    counted: bool = False
    act: bool = False


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
    act = _act(clause[:reach], before, after if reach == len(clause) else "", names)
    if act:
        found.append(act)
    if named and (not act or named.kind != act.kind):
        found.append(named)
    return found


def _named(clause: str) -> tuple[Occasion | None, int]:
    """Return what is held by its name, and up to where in the clause acts may still be read."""
    held = _HELD.search(clause)
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


def _act(clause: str, before: str, after: str, names: frozenset[str]) -> Occasion | None:
    if not clause:
        return None
    if _goes_out(clause, after):
        return Occasion("visit_out", act=True)
    if _is_called_on(clause, before):
        return Occasion("reception", act=True)
    state = _STATE.search(clause)
    if not state and _SIGNS.search(clause):
        return Occasion("signing", act=True)
    if not state and _talks(clause):
        return Occasion("meeting", talk=True, act=True)
    if _looks(clause, before, names):
        return Occasion("inspection", act=True)
    if _VOLUNTEERS.search(clause) or (_HELPS.search(clause) and (before or not clause.startswith("发放"))):
        return Occasion("other", act=True)
    return None


def _goes_out(clause: str, after: str) -> bool:
    if _OUT.search(clause):
        return True
    for word in _GOING.finditer(clause):
        rest = clause[word.end() :]
        courting = _COURTING.search(rest)
        journey = _JOURNEY.match(word.group())
        follow = _COURTING.search(after) if journey and not courting else None
        if (courting and courting.start() >= 2 and not _STARTS_HOME.match(rest)) or (
            follow and not _AT_HOME.match(rest)
        ):
            return True
        if not journey:
            continue
        roving = _ROVING.search(rest)
        place = rest[: roving.start()] if roving else rest.rstrip("，。；")
        if len(place) >= 2 and not _AT_HOME.match(place) and (roving or _ROVING.search(after)):
            return True
    return False


def _is_called_on(clause: str, before: str) -> bool:
    if _INVITED.search(clause) or _LED_ROUND.search(clause):
        return True
    learning = _COMES_LEARNING.search(clause)
    if learning:
        return True
    for comes in _COMES.finditer(clause):
        subject = before + clause[: comes.start()]
        guest = max((match.end() for match in _GUEST.finditer(subject)), default=-1)
        official = max((match.end() for match in _OFFICIAL.finditer(subject)), default=-1)
        if guest > official:
            return True
    return False


def _talks(clause: str) -> bool:
    for talked in _TALKED.finditer(clause):
        if not _LOOKING_AFTER.search(clause, 0, talked.start()):
            return True
    return bool(_WITH_PERSON.search(clause))


def _looks(clause: str, before: str, names: frozenset[str]) -> bool:
    for looking in _LOOKING.finditer(clause):
        ahead = clause[: looking.start()]
        if _LOOKING_AFTER.search(ahead):
            continue
        subject = before + ahead
        if _LEADS.search(subject) or any(name in subject for name in names):
            return True
        if _LOOKER.search(subject) and _UPON.search(subject):
            return True
    return False
