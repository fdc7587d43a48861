"""Who led something held, who was the host, where it was and what was counted of it: what is said plainly."""

from __future__ import annotations

import re
from decimal import Decimal

from zoneworks.intake.found import Person
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("attendance")
_PLACES = _WORDS["places"]
_MOST_PLACES = 8

# The host: 由甲主持, 乙主持会议, 丙出席会议并主持.
_PRESIDES = r"(?:出席会议并|出席并)?主持(?!下)"
_STOP = r"[^，。；：、“”]"
_WHERE = re.compile(
    rf"{any_of(_PLACES['before_place'])}((?:{_STOP}{{2,24}}?、){{0,5}}{_STOP}{{2,30}}?)(?:等地|等区域|[两三四]地)?{any_of(_PLACES['behind_place'])}"
)
_SEEN = re.compile(rf"(?:先后|分别|实地|依次|还|并){{1,2}}{any_of(_PLACES['seen'])}了?([^，。；：]{{2,160}})")
_SEEN_END = re.compile(any_of(_PLACES["seen_end"]))
_AND = re.compile(r"、|和(?=[^，。；]{2,})|以及|及(?=[^，。；]{2,})")
_COUNTS = [
    (name, re.compile(pattern.replace("N", r"(\d+(?:,\d{3})*(?:\.\d+)?万?)")))
    for name, patterns in _WORDS["counts"].items()
    for pattern in patterns
]
_LEADING = [re.compile(f"(?:[^，。；：]{{0,4}})?(?:{pattern})") for pattern in _WORDS["leading"]]
_LEADING_OF = {
    kind: [re.compile(pattern) for pattern in patterns] for kind, patterns in _WORDS["leading_of"].items()
}
_OFFICE = re.compile(any_of(_WORDS["leaders"]["offices"]))
_FIRM = re.compile(any_of(_WORDS["leaders"]["firms"]))


def may_lead(person: Person) -> bool:
    """Tell whether somebody leads for the zone or an authority above it; a guest of a firm or a villager does not.

    >>> from zoneworks.intake.found import Place
    >>> [may_lead(Person("甲", title, Place(0, 1))) for title in ("管委会主任", "绿源公司党委书记", "村民", "")]
    [True, False, False, True]
    """
    return not person.title or bool(_OFFICE.search(person.title) and not _FIRM.search(person.title))


def leader(text: str, names: frozenset[str], kind: str = "") -> str:
    """Return who led what a text tells: who speaks or leads the way before who is merely there.

    A reception is led by who receives, a drill by who commands.

    >>> leader("甲司长到访，李明会见", frozenset(["甲", "李明"]), "reception")
    '李明'
    """
    ends = sorted((at + len(name), name) for name in names for at in _places(text, name))
    for pattern in (*_LEADING_OF.get(kind, []), *_LEADING):
        for end, name in ends:
            if pattern.match(text, end):
                return name
    return ends[0][1] if ends else ""


def _places(text: str, name: str) -> list[int]:
    found, at = [], text.find(name)
    while at >= 0:
        found.append(at)
        at = text.find(name, at + 1)
    return found


def host(text: str, names: frozenset[str]) -> str:
    """Return who presided.

    >>> host("会议由党工委副书记李明主持。", frozenset(["李明"]))
    '李明'
    """
    if not names:
        return ""
    presides = re.search(f"({any_of(names)}){_PRESIDES}", text)
    return presides[1] if presides else ""


def venues(told: str, more: str) -> tuple[str, ...]:
    """Return where it was: from the clause that tells it, and from what was seen one after another.

    >>> venues("管委会主任李明赴上海、苏州等地招商", "李明先后来到甲公司、乙公司，察看生产。")
    ('上海', '苏州', '甲公司', '乙公司')
    """
    lists = [match.group(1) for match in _WHERE.finditer(told)]
    lists += [_SEEN_END.split(match.group(1), maxsplit=1)[0] for match in _SEEN.finditer(more)]
    found = [place for each in lists for place in _AND.split(each) if 2 <= len(place) <= 24]
    return tuple(dict.fromkeys(found))[:_MOST_PLACES]


def counts(text: str) -> dict[str, Decimal]:
    """Return what was counted, by the name of what it counts.

    >>> counts("16个项目现场签约，180余名客商参加")
    {'projects': Decimal('16'), 'guests': Decimal('180')}
    """
    found: dict[str, Decimal] = {}
    for name, pattern in _COUNTS:
        match = pattern.search(text)
        if match and name not in found:
            digits = match.group(1).replace(",", "")
            found[name] = Decimal(digits[:-1]) * 10000 if digits.endswith("万") else Decimal(digits)
    return found
