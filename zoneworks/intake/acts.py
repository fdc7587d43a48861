"""What somebody does that is an engagement without a name: goes out, receives, signs, talks, looks, teaches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from zoneworks.intake.words import any_of, vocabulary

_ACTS = vocabulary("engagements")["acts"]


def _either(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


_OUT = re.compile(r"外出(?:招商|考察|引才)")
_JOURNEY = re.compile(any_of(_ACTS["journey"]))
_GOING = re.compile(any_of(_ACTS["going"]))
_COURTING = re.compile(_either(_ACTS["courting"]))
_ROVING = re.compile(_either(_ACTS["roving"]))
_HOME = any_of(_ACTS["home"])
_AT_HOME = re.compile(f"{_HOME}|.*{_HOME}(?:等(?:地|处)?)?$|.*公司")
_STARTS_HOME = re.compile(_HOME)
_PLACES = any_of(vocabulary("investors")["places"])
# 在上海拜访, 在合肥、南京等地开展招商推介: what is done at a place elsewhere.
_ELSEWHERE = re.compile(
    rf"[在于]{_PLACES}[市省]?(?:(?:、|和){_PLACES}[市省]?)*(?:等地)?[^，。；：]{{0,12}}?{_either(_ACTS['elsewhere'])}"
)
_OUTSIDE = re.compile(rf"{_PLACES}(?![^，。；]{{0,6}}{any_of(_ACTS['zones'])})")
_ZONE = re.compile(any_of(_ACTS["zones"]))
_TEAM = re.compile(
    rf"{any_of(_ACTS['missions'])}[^，。；：]{{0,6}}?(?:小组|专班|小分队|分队|代表团|团队|专员|人员|队伍|[组团队])"
)
_OF_A_FIRM = re.compile(r"公司(?:的?[^，。；]{0,4}(?:团队|员工|人员)|今年|每年)")
"""Whose trips are those of a company: 公司技术团队先后赴德国."""
_CALLS_ON = re.compile(any_of(_ACTS["calls_on"]) + "了?")

_GUEST = re.compile(any_of(_ACTS["guests"]))
_OFFICIAL = re.compile(
    r"书记|主任|[市区县镇省]长|[厅局处科部站]长|(?<!董事局)(?<!协会)(?<!商会)(?<!董事会)(?<!董事局副)(?<!协会副)(?<!商会副)主席|秘书长|常委|委员|[市区]领导|[督检调巡][查导研察]组"
)
_COMES = re.compile(_ACTS["coming"] + r"[^，。；：]{0,24}?" + any_of(_ACTS["calling"]))
_COMES_LEARNING = re.compile(_ACTS["coming"] + r"[^，。；：]{0,24}?" + any_of(_ACTS["learning"]))
_CALLED = any_of(
    ["客商", "客人", "企业家", "来宾", "投资商", "外商", "考察团", "代表团", "专家", "商会", "校友"]
)
_INVITED = re.compile(
    rf"邀请?[^，。；：]{{0,24}}{_CALLED}[^，。；：]{{0,20}}[来到赴走]|接待了?[^，。；：]{{0,28}}(?:{_CALLED}|来访|一行|考察组)"
    rf"|{any_of(_ACTS['delegations'])}[^，。；]{{0,12}}(?:走进|抵达|来到|莅临)[^，。；]{{0,10}}(?:{any_of(_ACTS['zones'])}|我[区市县])"
)
_LED_ROUND = re.compile(
    r"(?:客人|客商|考察团|来宾|嘉宾)们?(?:一行)?(?:\d+人)?(?:还|先后|随后|分别|实地|，)*(?:参观|考察|走访|察看|查看)了?"
)

# Who comes, without what for: 甲集团副总裁一行到访; 到访的客商 takes up what was told.
_DROPS_IN = re.compile(any_of(_ACTS["dropping_in"]) + r"(?!的|量|者|[^，。；]{0,12}(?:批次?|人次))")
_ARRIVES = re.compile(any_of(_ACTS["arriving"]))
_CALLING = re.compile(any_of(_ACTS["calling"]))

_PUTS_NAME = re.compile(r"(?:协议|合同|合约|意向)书?上[^，。；]{0,6}(?:签字|签下|签上|落笔)")
_SIGNS = re.compile(
    r"(?:成功|现场|正式|顺利|集中)签约(?!率|金额|总|项目)|在[^，。；：]{2,24}?(?<!正)签约(?=[，。；！]|$)|项目签约(?=[，。；！]|落户|$)"
    rf"|与[^，。；：]{{2,40}}?(?<![已待拟])签约(?=[，。；！]|$)|签下了?[^，。；：]{{0,14}}项目|(?:签订|签署|签下)了?[^，。；：]{{0,40}}{any_of(_ACTS['papers'])}(?![后的])"
)
_STATE = re.compile(r"已|目前|正在|正[与就同]|尚|从签约|待签")
_TALKED = re.compile(any_of(_ACTS["talking"]) + f"(?!{'|'.join(_ACTS['talking_not'])})")
_WITH_PERSON = re.compile(
    r"[与同和][^，。；：]{2,40}(?:董事长|总裁|总经理|会长|社长|负责人|主席|董事|代表理事|高管|企业家|客商|[台外港侨]商|代表)[^，。；：]{0,14}?"
    r"(?:洽谈|会谈|商谈|座谈)(?!项目|会)"
)
_LOOKING = re.compile(_either(_ACTS["looking"]) + f"(?!{'|'.join(_ACTS['looking_not'])})")
_LOOKING_AFTER = re.compile(any_of(_ACTS["looking_after"]))
_LOOKER = re.compile(any_of(_ACTS["lookers"]))
_LEADS = re.compile(r"带队|率队|带领|率领?[^，。]{0,16}[组队部员人]|一行")
_UPON = re.compile(r"对|到|来|赴|深入|走进|前往|来到|开展|组织")
# 深入甲公司，了解生产情况: who comes to a place and then looks or asks there.
_ENTERS = re.compile(any_of(_ACTS["entering"]) + r"(?=[^，。；：]{2,})")
_ASKS = re.compile(rf"(?:{any_of(_ACTS['asking_how'])}|[^，。；]{{0,4}}逐[一项个])*{any_of(_ACTS['asking'])}")
_ASKS_THERE = re.compile(any_of(_ACTS["asking_there"]))
_REVIEWS = re.compile(
    rf"(?:{any_of(_ACTS['reviewers'])})们?(?:一行)?(?:视察|督察|调研|督查)(?!组|团|结果|报告)"
)
_GROUP_COMES = re.compile(
    rf"{any_of(_ACTS['looking_groups'])}(?:一行)?(?:\d+人)?[^，。；：]{{0,20}}(?:来到|来|到|赴|走进|抵达|进驻|深入)(?=[^，。；：]{{2,}})"
)
_TEACHES = re.compile(_either(_ACTS["teaching"]))
_OPENS = re.compile(_either(_ACTS["opening"]))
_GOES_TOGETHER = re.compile(
    rf"组织[^，。；：]{{0,20}}{any_of(_ACTS['members'])}[^，。；：]{{0,10}}(?:到|赴|走进|前往|来到|参观)"
)
_HELPS = re.compile(_either(_ACTS["helping"]))
_VOLUNTEERS = re.compile(rf"组织[^，。；：]{{0,25}}{any_of(_ACTS['volunteers'])}[^，。；：]{{2,}}")


class Occasion(NamedTuple):
    """What a clause tells: a kind, whether as a talk between two sides, as a mere count of times, or bare of detail."""

    kind: str
    talk: bool = False
    counted: bool = False
    act: bool = False


def act_of(clause: str, before: str, after: str, names: frozenset[str]) -> Occasion | None:
    """Return what somebody does in a clause; `before` and `after` are what stands around it in its sentence."""
    if not clause:
        return None
    travel = _travel(clause, before, after)
    if travel:
        return Occasion(travel, act=True)
    state = _STATE.search(clause)
    if not state and (_SIGNS.search(clause) or _PUTS_NAME.search(clause)):
        return Occasion("signing", act=True)
    if not state and _talks(clause):
        return Occasion("meeting", talk=True, act=True)
    if _looks(clause, before, names) or _asks(clause, before, after):
        return Occasion("inspection", act=True)
    if _TEACHES.search(clause):
        return Occasion("training", act=True)
    if _celebrates(clause, before):
        return Occasion("other", act=True)
    return None


def _celebrates(clause: str, before: str) -> bool:
    """Tell whether somebody helps others, opens something, or goes somewhere together with many."""
    if _VOLUNTEERS.search(clause) or _OPENS.search(clause) or _GOES_TOGETHER.search(clause):
        return True
    return bool(_HELPS.search(clause) and (before or not clause.startswith("发放")))


def _travel(clause: str, before: str, after: str) -> str:
    """Return whether the zone goes out or receives; what a firm's own people do is neither."""
    if _OF_A_FIRM.search(before + clause) and not _OFFICIAL.search(before + clause):
        return ""
    if _goes_out(clause, before, after):
        return "visit_out"
    return "reception" if _is_called_on(clause, before, after) else ""


def _goes_out(clause: str, before: str, after: str) -> bool:
    if _OUT.search(clause) or _ELSEWHERE.search(clause):
        return True
    calls = _CALLS_ON.search(clause)
    if calls and _OFFICIAL.search(before + clause[: calls.start()]):
        return True
    return _travels(clause, before, after)


def _travels(clause: str, before: str, after: str) -> bool:
    """Tell whether a clause leads to a place elsewhere: by a journey, a team that goes out, or what is done there."""
    team = _TEAM.search(before + clause)
    for word in _GOING.finditer(clause):
        rest = clause[word.end() :]
        journey = _JOURNEY.match(word.group())
        if team and not _STARTS_HOME.match(rest) and (journey or len(rest.rstrip("，。；")) >= 2):
            return True
        courting = _COURTING.search(rest)
        if courting and _ZONE.search(rest, 0, courting.start()) and not _OUTSIDE.match(rest):
            continue
        follow = _COURTING.search(after) if journey and not courting else None
        if (courting and courting.start() >= 2 and not _STARTS_HOME.match(rest)) or (
            follow and not _AT_HOME.match(rest)
        ):
            return True
        if not journey:
            continue
        roving = _ROVING.search(rest)
        if roving and _OUTSIDE.match(rest):
            return True
        place = rest[: roving.start()] if roving else rest.rstrip("，。；")
        if len(place) >= 2 and not _AT_HOME.match(place) and (roving or _ROVING.search(after)):
            return True
    return False


def _is_called_on(clause: str, before: str, after: str) -> bool:
    if _INVITED.search(clause) or _LED_ROUND.search(clause) or _COMES_LEARNING.search(clause):
        return True
    comes = [match.start() for match in (*_COMES.finditer(clause), *_DROPS_IN.finditer(clause))]
    if _CALLING.match(after):
        comes += [match.start() for match in _ARRIVES.finditer(clause)]
    return any(_is_guest(before + clause[:at]) for at in comes)


def _is_guest(subject: str) -> bool:
    """Tell whether who is named last is a guest rather than an official."""
    guest = max((match.end() for match in _GUEST.finditer(subject)), default=-1)
    return guest > max((match.end() for match in _OFFICIAL.finditer(subject)), default=-1)


def _talks(clause: str) -> bool:
    for talked in _TALKED.finditer(clause):
        if not _LOOKING_AFTER.search(clause, 0, talked.start()):
            return True
    return bool(_WITH_PERSON.search(clause))


def _asks(clause: str, before: str, after: str) -> bool:
    """Tell whether an official comes to a place and looks or asks there: 深入甲公司，了解生产情况."""
    for enters in _ENTERS.finditer(clause):
        subject = before + clause[: enters.start()]
        if _LOOKING_AFTER.search(subject) or not (_OFFICIAL.search(subject) or _LEADS.search(subject)):
            continue
        if not _is_guest(subject) and (_ASKS.match(after) or _ASKS_THERE.search(clause, enters.end())):
            return True
    return False


def _looks(clause: str, before: str, names: frozenset[str]) -> bool:
    for looking in _LOOKING.finditer(clause):
        ahead = clause[: looking.start()]
        if _LOOKING_AFTER.search(ahead):
            continue
        subject = before + ahead
        if _LEADS.search(subject) or any(name in subject for name in names):
            return True
        if _LOOKER.search(subject) and (_UPON.search(subject) or clause.startswith("了", looking.end())):
            return True
    return bool(_REVIEWS.search(clause) or _GROUP_COMES.search(before[-40:] + clause))
