"""What state of a project a wording tells: signed, started, in production; hopes and plans are no states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zoneworks.intake.found import Place
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("projects")
ORDER = (
    "planned",
    "in_talks",
    "intended",
    "framework_agreed",
    "landed",
    "signed",
    "registered",
    "site_secured",
    "not_started",
    "started",
    "topped_out",
    "completed",
    "in_production",
    "full_capacity",
)
"""The states from the least to the most advanced."""
REACHED = frozenset(ORDER[4:])
_STATE = re.compile(
    "|".join(
        f"(?P<{name}>{any_of(_WORDS['events'][name])})"
        for name in ("not_started", "framework_agreed", "intended")
    )
    + "|"
    + "|".join(
        f"(?P<{name}>{any_of(_WORDS['events'][name])})"
        for name in ORDER
        if name not in ("not_started", "framework_agreed", "intended")
    )
)
"""Any state; what is longer and denies another (尚未开工, 框架协议) comes before it."""
_SOFT = frozenset(("planned", "in_talks", "intended", "framework_agreed", "not_started"))
_AHEAD = re.compile(
    any_of([word for word in _WORDS["events"]["ahead"] if word != "不"])
    + r"|(?<![少低])不(?!久|断|少|低)|[早快]$|可(?:全部|全面|正式|陆续|望)?$"
)
_DONE = re.compile(r"已(?:经|于|在)?|刚刚|了$")
_PARTLY = re.compile(r"了?(?:近|约|超过|超)?(?:\d{1,3}(?:\.\d{1,2})?%|[一二三四五六七八九]成)")
_LOOSE = re.compile(r"[^，。；]{0,8}(?:框架|意向|备忘录|战略合作)")
"""What makes a signing less than one of the project itself: 签订框架协议."""
_DATED = re.compile(r"(?:(?:20\d\d|明|后|今)年)?(?:\d{1,2}月|年底|年中|[上下]半年|[一二三四]季度|春节|年内)")
_CONDITION = re.compile(any_of(_WORDS["events"]["conditional"]) + r"(?!来)")
_FROM_TO = re.compile(r"从[^，。]{0,8}到[^，。]{0,8}(?:仅|只|用|不到|历时)")
_HOLDS_AFTER = frozenset(("signed", "landed", "registered", "site_secured"))
_PLAN = re.compile(r"计划|拟|将|预计|规划|力争|启动|概算")
_OCCASIONS = {name: re.compile(any_of(words)) for name, words in _WORDS["occasions"].items()}


@dataclass(frozen=True, slots=True)
class State:
    """A state told at a place of the text."""

    event: str
    at: int


def states(
    text: str, start: int, end: int, names: Sequence[Place] = (), *, ahead: bool = False
) -> list[State]:
    """Return the states told as facts in one clause; words within `names` say nothing of a state.

    `ahead` tells that the clause before spoke of what is to come, which a date alone carries on: 计划6月开工，9月投产.

    >>> [one.event for one in states("项目已签约，力争年底前开工", 0, 5)]
    ['signed']
    >>> states("力争年底前开工", 0, 7)
    []
    """
    found: list[State] = []
    free = start
    ahead = ahead and bool(_DATED.match(text, start))
    passed = bool(_FROM_TO.search(text, start, end))
    for match in _STATE.finditer(text, start, end):
        event = str(match.lastgroup)
        if event == "signed" and _LOOSE.match(text, match.end()):
            continue
        if any(name.start <= match.start() < name.end for name in names):
            continue
        low = max([free, *(name.end for name in names if name.end <= match.start())])
        before = text[low : match.start()]
        if (
            event not in _SOFT
            and not passed
            and (ahead or _is_ahead(before) or _is_condition(event, text, match.end()))
        ):
            continue
        found.append(State(event, match.start()))
        free = match.end() if event not in _SOFT else free
    return found


def occasions(text: str, start: int, end: int) -> list[State]:
    """Return where many projects come into one state at once: a signing ceremony, a common start."""
    found = [
        State(name, match.start())
        for name, pattern in _OCCASIONS.items()
        for match in pattern.finditer(text, start, end)
    ]
    return sorted(found, key=lambda state: state.at)


def looks_ahead(text: str, start: int, end: int) -> bool:
    """Tell whether a clause speaks of what is hoped for, so that a bare date and verb behind it do as well."""
    return _is_ahead(text[start:end])


def tells_a_plan(text: str, start: int, end: int) -> bool:
    """Tell whether a wording announces something."""
    return bool(_PLAN.search(text, start, end))


def _is_ahead(before: str) -> bool:
    hopes = [match.end() for match in _AHEAD.finditer(before)]
    if not hopes:
        return False
    return not _DONE.search(before, hopes[-1])


def _is_condition(event: str, text: str, end: int) -> bool:
    """Tell whether a state is but a condition (投产后), a name (开工率) or reached in part (主体完成80%)."""
    if _PARTLY.match(text, end):
        return True
    return event not in _HOLDS_AFTER and bool(_CONDITION.match(text, end))
