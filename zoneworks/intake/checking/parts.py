"""Wholes and their parts: what stands behind 其中 beside the number before it, and what 合计 adds up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zoneworks.intake.checking.stated import COUNT, Stated
from zoneworks.intake.found import Place
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("measures")["parts"]
_OF_WHICH = re.compile(any_of(_WORDS["of_which"]))
_PARTITION = re.compile(any_of(_WORDS["partition"]))
_SUMS = re.compile(any_of(_WORDS["sums"]))


class Sum(StrEnum):
    """How parts stand to their whole."""

    EQUAL = "equal"
    OVERLAP = "overlap"
    NOT_EXHAUSTIVE = "not_exhaustive"


@dataclass(frozen=True, slots=True)
class Whole:
    """A number and its parts, by their places in the list of numbers.

    `declared` says that the text calls the parts all that there is: then they must add up.
    """

    whole: int
    parts: tuple[int, ...]
    declared: bool
    total: Decimal
    sum: Sum
    missing: Decimal

    @property
    def is_too_large(self) -> bool:
        """Tell whether the parts are more than the whole."""
        return self.sum is Sum.OVERLAP


def wholes(text: str, numbers: Sequence[Stated], sentences: Sequence[Place]) -> list[Whole]:
    """Return the wholes of a text with their parts; `sentences` holds the sentence of each number.

    >>> from zoneworks.intake.checking.stated import stated
    >>> from zoneworks.intake.bare import Bare
    >>> from zoneworks.intake.quantities import quantities
    >>> text = "在手项目14个，其中一类1个、二类10个、三类1个。"
    >>> numbers = [stated(Bare(text), one) for one in quantities(text, Place(0, len(text))) if one.unit == "个"]
    >>> [(one.total, one.sum.value) for one in wholes(text, numbers, [Place(0, len(text))] * 4)]
    [(Decimal('12'), 'not_exhaustive')]
    """
    found = []
    for start, end in _runs(sentences):
        found += _of_which(text, numbers, sentences[start], start, end)
        found += _added(text, numbers, start, end)
    return found


def last_of_which(text: str, start: int, end: int) -> int:
    """Return where the last 其中 of a span stands; its start without one.

    >>> last_of_which("签约7个，其中外资2个", 0, 8)
    5
    """
    found = [match.start() for match in _OF_WHICH.finditer(text, start, end)]
    return found[-1] if found else start


def _runs(sentences: Sequence[Place]) -> list[tuple[int, int]]:
    """Return from where to where the numbers stand in one sentence."""
    runs: list[tuple[int, int]] = []
    for at, sentence in enumerate(sentences):
        if runs and sentences[runs[-1][0]] == sentence:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def _of_which(text: str, numbers: Sequence[Stated], sentence: Place, start: int, end: int) -> list[Whole]:
    found = []
    words = list(_OF_WHICH.finditer(text, sentence.start, sentence.end))
    limits = [*(word.start() for word in words[1:]), sentence.end]
    for word, limit in zip(words, limits, strict=False):
        behind = [at for at in range(start, end) if word.end() <= numbers[at].place.start < limit]
        before = [at for at in range(start, end) if numbers[at].place.end <= word.start()]
        if not behind:
            continue
        unit = _unit(numbers[behind[0]])
        whole = next((at for at in reversed(before) if _unit(numbers[at]) == unit), None)
        if whole is None:
            continue
        parts = _same(numbers, behind, unit)
        declared = bool(_PARTITION.search(text, word.end(), numbers[parts[-1]].place.end))
        found.append(_whole(numbers, whole, parts, declared=declared))
    return found


def _same(numbers: Sequence[Stated], behind: Sequence[int], unit: str) -> list[int]:
    """Return the numbers of one unit up to the first of another."""
    parts = []
    for at in behind:
        if _unit(numbers[at]) != unit:
            break
        parts.append(at)
    return parts


def _added(text: str, numbers: Sequence[Stated], start: int, end: int) -> list[Whole]:
    """Return the totals that 合计 introduces, over the numbers of the same unit right before."""
    found = []
    for at in range(start + 1, end):
        if not _SUMS.search(text, numbers[at - 1].place.end, numbers[at].place.end):
            continue
        unit, parts = _unit(numbers[at]), []
        for before in range(at - 1, start - 1, -1):
            if _unit(numbers[before]) != unit:
                break
            parts.append(before)
        if len(parts) > 1:
            found.append(_whole(numbers, at, parts[::-1], declared=True))
    return found


def _unit(number: Stated) -> str:
    return number.unit if number.kind == COUNT else number.kind


def _whole(numbers: Sequence[Stated], whole: int, parts: Sequence[int], *, declared: bool) -> Whole:
    total = sum((numbers[at].value for at in parts), Decimal(0))
    missing = numbers[whole].value - total
    # A rounded whole is as far off as its last digit allows.
    slack = (numbers[whole].step or Decimal(0)) / 2 if numbers[whole].kind != COUNT else Decimal(0)
    apart = Sum.OVERLAP if missing < 0 else Sum.NOT_EXHAUSTIVE
    how = Sum.EQUAL if abs(missing) <= slack else apart
    return Whole(whole, tuple(parts), declared, total, how, missing)
