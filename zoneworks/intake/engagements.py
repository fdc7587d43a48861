"""What an article tells to have been held: visits, receptions, signings, inspections, meetings and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from zoneworks.intake.attendance import counts, host, leader, may_lead, venues
from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Engagement, Person, Place
from zoneworks.intake.narrated import Told, is_order, narrated
from zoneworks.intake.occasions import Occasion, occasions
from zoneworks.intake.words import vocabulary

_WHEN = re.compile("|".join(vocabulary("engagements")["time"]["words"]))
# A day or month that a sentence names: with another one, a kind may be told again.
_DAY = re.compile(
    r"\d{1,2}月(?:份|\d{1,2}日)|近日|日前|昨[日天]|前天|今日|(?<![\d月至到])\d{1,2}日(?=[，上下晚])"
)
_AND_TO = re.compile(r"(?:并|又|还|随后又)(?:先后)?(?:赴|前往)")
_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、[^，。；0-9]{2,12}?(?=\d)")
_BULLETS = tuple("◆●■▲★◇□○△☆▶►•※")
"""What opens a brief, which tells of something new."""
_CLOSING = "，。；：！？、"
_LED_ELSEWHERE = frozenset({"reception", "drill"})
"""Kinds whose leader is told behind what tells of them: who received, who commanded."""
_REACH = 6
"""So many sentences on, what is said of the same event is looked for."""

# What is part of a trip, a guest's round or a drill, and no event of its own.
_PART_OF = {
    "visit_out": frozenset(["inspection", "reception"]),
    "reception": frozenset(["inspection"]),
    "drill": frozenset(["inspection", "training"]),
}


@dataclass(slots=True)
class _Told:
    """What has been told so far: the day of the last event of each kind."""

    days: dict[tuple[str, bool], str] = field(default_factory=dict)

    def is_new(self, occasion: Occasion, day: str) -> bool:
        """Tell whether this is not yet told: a kind is told again only with another day."""
        known = self.days.get((occasion.kind, occasion.talk))
        if known is None:
            wholes = [kind for kind, parts in _PART_OF.items() if occasion.kind in parts]
            return all(self._apart(kind, day) for kind in wholes) or not occasion.act
        return bool(day) and day != known

    def _apart(self, kind: str, day: str) -> bool:
        known = self.days.get((kind, False))
        return known is None or (bool(day) and day != known)

    def note(self, occasion: Occasion, day: str) -> None:
        """Remember that this was told."""
        self.days[occasion.kind, occasion.talk] = day


def engagements(bare: Bare, cut: Cut, acting: Sequence[Person]) -> list[Engagement]:
    """Return what an article tells to have been held, in its order; notices, plans, demands and speech tell none.

    `acting` are the people whom the article names.

    >>> said = "5月6日，市长王安国到开发区调研，并召开座谈会。王安国要求，要举办培训班。"
    >>> leader = Person("王安国", "市长", Place(7, 10))
    >>> [each.kind for each in engagements(Bare(said), Cut(Place(0, len(said))), [leader])]
    ['inspection', 'meeting']
    """
    if is_order(bare, cut):
        return []
    text = bare.text
    told = narrated(text, cut.body)
    names = frozenset(person.name for person in acting)
    found = list(_held(text, told, names))
    chiefs = frozenset(person.name for person in acting if may_lead(person))
    return [_furnished(text, told, each, found[at + 1 :], chiefs) for at, each in enumerate(found)]


def _held(text: str, told: Sequence[Told], names: frozenset[str]) -> Iterator[Engagement]:
    memory = _Told()
    for number, (sentence, parts) in enumerate(told):
        start = _opening(text, sentence)
        if text[start - 1 : start] in _BULLETS:
            memory = _Told()
        first, day = True, ""
        for at, clause in enumerate(parts):
            words = text[clause.start : clause.end]
            before = text[start : clause.start]
            after = text[parts[at + 1].start : parts[at + 1].end] if at + 1 < len(parts) else ""
            days = _DAY.findall(words)
            day = days[0] if days else day
            # 在推介会上，王大明致辞: what follows tells who.
            said = before + words + (after if words.endswith(("上，", "现场，")) else "")
            if not _is_grounded(said, number, names):
                continue
            for occasion in occasions(words, before, after, names):
                again = occasion.kind == "visit_out" and _AND_TO.match(words) and not first
                if not (again or memory.is_new(occasion, day)) or (
                    occasion.counted and not (first and at == len(parts) - 1)
                ):
                    continue
                memory.note(occasion, day)
                opens = start if first else clause.start
                yield Engagement(occasion.kind, Place(opens, _end(text, sentence)))
                first = False


def _opening(text: str, sentence: Place) -> int:
    heading = _HEADING.match(text, sentence.start, sentence.end)
    return heading.end() if heading else sentence.start


def _end(text: str, clause: Place) -> int:
    end = clause.end
    while end > clause.start + 1 and text[end - 1] in _CLOSING:
        end -= 1
    return end


def _is_grounded(words: str, number: int, names: frozenset[str]) -> bool:
    """Tell whether a sentence says when or who, so that it tells of one event and not of what is usual."""
    return number == 0 or bool(_WHEN.search(words)) or any(name in words for name in names)


def _furnished(
    text: str, told: Sequence[Told], each: Engagement, later: Sequence[Engagement], names: frozenset[str]
) -> Engagement:
    """Return an engagement with who led it, where it was and what was counted, from its own sentences."""
    stop = next((other.place.start for other in later if other.place.start >= each.place.end), len(text))
    around = [sentence for sentence, _ in told if sentence.end > each.place.start and sentence.start < stop][
        :_REACH
    ]
    scope = text[each.place.start : min(stop, around[-1].end)] if around else ""
    clause = text[each.place.start : each.place.end]
    own = leader(clause, names, each.kind) if each.kind not in _LED_ELSEWHERE else ""
    return replace(
        each,
        lead=own or leader(scope, names, each.kind),
        host=host(scope, names),
        places=venues(clause, scope),
        counts=counts(scope),
    )
