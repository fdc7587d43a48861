"""What a text tells as having happened: without speech, plans, demands, habits, totals and things long past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.sentences import clauses, sentences
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("narrated")
_OPENING = 300
"""So far into a body the formula of a notice is looked for, and at its very end."""

# Direct speech, as against a name in quotation marks, has a comma or a full stop within.
_QUOTED = re.compile(r"“[^“”]*”?")
_SPOKEN = re.compile(r"[，。！？；]")
# A clause that ends in a verb of speech: what follows is what was said.
_SPEAKS = re.compile(any_of(_WORDS["speech"]) + r"(?:道|说)?[，：:]$")
_SPEAKS_FROM = re.compile(any_of(_WORDS["speech_opening"]))
_FRAME = re.compile(any_of(_WORDS["frames"]))
_PLAN = re.compile("|".join(_WORDS["plans"]))
_HABIT = re.compile("|".join(_WORDS["habits"]))
_TOTAL = re.compile("|".join(_WORDS["totals"]))
_PURPOSE = re.compile(any_of(_WORDS["purposes"]))
# A day of its own ends what an opening such as 入春以来 frames.
_DAY = re.compile(r"\d{1,2}月\d{1,2}日")
_NOTICE = re.compile(any_of(_WORDS["orders"]))
_NOTICE_TITLE = re.compile(any_of(_WORDS["order_titles"]) + r"(?:（[^（）]*）)?$")
# What stands before the first word of a report: bullets, the agency line with its writers, a heading's number.
_LEAD_IN = re.compile(
    r"(?:[◆●■▲★◇□○△☆▶►·•※*]+|本报讯|本刊讯|讯(?=（)|（[^（）]{0,40}(?:记者|通讯员)[^（）]{0,60}）|(?<=讯)（[^（）]{0,40}）)+"
)


class Told(NamedTuple):
    """A sentence: its place, and its clauses that tell what happened."""

    sentence: Place
    clauses: tuple[Place, ...]


def is_order(bare: Bare, cut: Cut) -> bool:
    """Tell whether an article is a notice or a rule, so that all it speaks of is still to be done.

    >>> is_order(Bare("现将有关事项通知如下。"), Cut(Place(0, 11)))
    True
    """
    start, end = cut.body
    heads = (bare.text[start : min(end, start + _OPENING)], bare.text[max(start, end - 60) : end])
    return any(_NOTICE.search(head) for head in heads) or bool(
        cut.title.startswith("关于") and _NOTICE_TITLE.search(cut.title)
    )


def narrated(text: str, within: Place) -> list[Told]:
    """Return the sentences within a place, each with the clauses that tell what happened.

    >>> said = "5月6日，开发区召开大会，要求各部门要开展检查。"
    >>> [said[clause.start : clause.end] for clause in narrated(said, Place(0, len(said)))[0].clauses]
    ['5月6日，', '开发区召开大会，']
    """
    spoken = _speech(text, within)
    told = []
    for sentence in sentences(text, within):
        place = Place(_begin(text, sentence), sentence.end)
        told.append(Told(place, tuple(_happened(text, place, spoken))))
    return told


def _begin(text: str, sentence: Place) -> int:
    match = _LEAD_IN.match(text, sentence.start, sentence.end)
    return match.end() if match else sentence.start


def _speech(text: str, within: Place) -> set[int]:
    """Return where direct speech stands, sign by sign."""
    signs: set[int] = set()
    for quoted in _QUOTED.finditer(text, within.start, within.end):
        if _SPOKEN.search(quoted.group()):
            signs.update(range(quoted.start(), quoted.end()))
    return signs


def _happened(text: str, sentence: Place, spoken: set[int]) -> Iterator[Place]:
    framed = False
    for clause in clauses(text, sentence):
        if clause.start in spoken:
            continue
        words = text[clause.start : clause.end]
        if framed and not _DAY.match(words):
            continue
        framed = bool(_FRAME.match(words) or _TOTAL.search(words))
        if framed:
            continue
        if _SPEAKS_FROM.match(words):
            return
        if (_PLAN.search(words) or _HABIT.search(words)) and not _PURPOSE.match(words):
            speech = _SPEAKS.search(words)
            if not speech:
                return
        yield clause
        if _SPEAKS.search(words):
            return
