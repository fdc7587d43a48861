"""Every other number that an article asserts: counts, totals, shares, growth, times, ranks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from zoneworks.intake.bare import Bare
from zoneworks.intake.claim_rules import Setting, asserts
from zoneworks.intake.found import Claim, Cut, Place, Project, Quantity
from zoneworks.intake.investors import companies
from zoneworks.intake.numerals import read_numeral
from zoneworks.intake.quantities import quantities
from zoneworks.intake.sentences import Clauses
from zoneworks.intake.words import any_of, vocabulary

_WORDS = vocabulary("claims")
_RANK = re.compile(
    rf"{any_of(_WORDS['ranks'])}[^，。；]{{0,8}}?第(?P<rank>\d{{1,3}}|[一二三四五六七八九十]{{1,3}})"
    rf"|{any_of(_WORDS['ranks'])}[^，。；]{{0,8}}?(?P<first>{any_of(_WORDS['firsts'])})"
)
_NTH = re.compile(
    r"第(?P<nth>\d{1,3}|[一二三四五六七八九十]{1,3})(?P<unit>个|家|座)(?=[^，。；]{0,12}(?:项目|企业|平台|园区|基地|公司))"
)
_NTH_YEAR = re.compile(
    r"连续第?(?P<nth>\d{1,2}|[二两三四五六七八九十]{1,3})(?P<unit>年|届|个月|个季度)(?!排名|未|被)"
)
_WHEN = re.compile(
    rf"截至[^，。；]{{1,10}}|(?:20\d\d年)?\d{{1,2}}(?:月)?(?:至|-|—)\d{{1,2}}月份?|{any_of(_WORDS['when'])}|20\d\d年|前\d{{1,2}}个?月"
)
_SUBJECT = re.compile(
    r"全区|全市|全县|园区|[一-鿿]{0,6}(?:经济技术开发区|经济开发区|经开区|开发区|高新区)|(?<![有任限投限份])该?(?:公司|企业)(?=[^，。]{0,4}(?:今年|现有|实现|开票|拥有|累计|已|目前|员工|产品))|我[区市县]|两区|该[区园市县]"
)
_LEAD = re.compile(
    r"^(?:其中|目前|当前|共|累计|已|并|还|又|与|和|及|、|，|现(?!有)|先后|同时|此外|另外|据了解|据介绍|据统计|其)+"
)
_NOUN = re.compile(r"[一-鿿“”]{1,10}?(?=[，。；：、！？]|$|[一-鿿]{11})|[一-鿿“”]{1,6}")
_WITHIN = re.compile(r"[^，。；]{0,8}(?:项目|企业|单位)?中[，有已]")
_HEAD = 18
_FAR = 160


def claims(bare: Bare, cut: Cut, found: Sequence[Project]) -> list[Claim]:
    """Return the numbers asserted in the body of an article, without those that its projects took.

    >>> text = "截至9月底，全区累计走访企业163家次，办结率达96.4%。各村每周巡查不少于两次。"
    >>> [(str(one.value), one.unit) for one in claims(Bare(text), Cut(Place(0, len(text))), [])]
    [('163', '家次'), ('96.4', '%')]
    """
    return _Reading(bare.text, cut.body, found).claims()


class _Reading:
    """Reads the numbers of one article in their order."""

    def __init__(self, text: str, body: Place, found: Sequence[Project]) -> None:
        self.text, self.body = text, body
        self.taken = {place for project in found for place in project.quantities}
        self.numbers = quantities(text, body)
        self.clauses = Clauses(text, body)
        self.subjects = sorted(
            [(match.start(), match[0]) for match in _SUBJECT.finditer(text, body.start, body.end)]
            + [(company.place.start, company.name) for company in companies(text, body)]
        )
        self.seen: set[tuple[Decimal, str]] = set()

    def claims(self) -> list[Claim]:
        """Return the claims in the order of the text."""
        told: list[Claim] = []
        last = self.body.start
        for number in self.numbers:
            setting = self._setting(number)
            if number.place not in self.taken and asserts(setting) and not self._is_told(setting):
                told.append(self._claim(setting, last))
                self.seen.add((number.value, number.unit))
            last = number.place.end
        told = self._one_aim(told)
        ranks = [
            rank for rank in self._ranks() if not any(rank.place.overlaps(claim.place) for claim in told)
        ]
        return sorted([*told, *ranks], key=lambda claim: claim.place)

    def _setting(self, number: Quantity) -> Setting:
        at = number.number.start
        return Setting(self.text, number, self.clauses.clause(at), self.clauses.sentence(at))

    def _is_told(self, setting: Setting) -> bool:
        """Tell whether a number only takes up one that was asserted: 这12个项目中."""
        number = setting.number
        return (number.value, number.unit) in self.seen and bool(_WITHIN.match(setting.behind))

    def _claim(self, setting: Setting, last: int) -> Claim:
        number = setting.number
        start = max(setting.clause.start, last, number.place.start - _HEAD)
        lead = _LEAD.match(self.text[start : number.place.start])
        start += lead.end() if lead and start + lead.end() < number.place.start else 0
        noun = (
            _NOUN.match(self.text, number.place.end, setting.clause.end)
            if number.unit not in ("%", "CNY")
            else None
        )
        end = noun.end() if noun else number.place.end
        worded, subject = self._subject(setting)
        if worded and self.text.startswith(worded, start) and start + len(worded) < number.place.start:
            start += len(worded)
            again = _LEAD.match(self.text[start : number.place.start])
            start += again.end() if again and start + again.end() < number.place.start else 0
        words = self.text[start : number.place.start] + (noun[0] if noun else "")
        return Claim(
            indicator=words or self.text[number.place.start : end],
            value=number.value,
            unit=number.unit,
            place=Place(start, end),
            qualifier=self._qualifier(setting),
            subject=subject,
            period=self._period(setting),
        )

    def _qualifier(self, setting: Setting) -> str:
        if setting.number.qualifier:
            return setting.number.qualifier
        return next((word for word in ("累计", "共") if word in setting.before), "")

    def _subject(self, setting: Setting) -> tuple[str, str]:
        """Return of whom a number is told, as the sentence words it, and by name: 该公司 is the company named last.

        A sentence without a subject goes on with that of the one before.
        """
        at = setting.number.place.start
        index = bisect_left(self.subjects, at, key=lambda told: told[0]) - 1
        if index < 0:
            return "", ""
        place, worded = self.subjects[index]
        if place < setting.sentence.start:
            near = self.clauses.sentence(place).end == setting.sentence.start and at - place <= _FAR
            return ("", self._named(index)) if near else ("", "")
        return worded, self._named(index)

    def _named(self, index: int) -> str:
        worded = self.subjects[index][1]
        if worded not in ("公司", "该公司", "企业", "该企业"):
            return worded
        firms = [
            name for _, name in self.subjects[:index] if name.endswith(("公司", "集团")) and len(name) > 3
        ]
        return firms[-1] if firms else worded

    def _period(self, setting: Setting) -> str:
        """Return for when a number is told: by its sentence before it, else by the opening of the sentence before."""
        said = self._last(_WHEN, setting)
        if said or setting.sentence.start <= self.body.start:
            return said
        before = self.clauses.sentence(setting.sentence.start - 1)
        opened = _WHEN.match(self.text, before.start, before.end)
        return opened[0] if opened else ""

    def _last(self, pattern: re.Pattern[str], setting: Setting) -> str:
        at = setting.number.place.start
        found = [
            match[0] for match in pattern.finditer(self.text, max(setting.sentence.start, at - _FAR), at)
        ]
        return found[-1] if found else ""

    def _one_aim(self, told: list[Claim]) -> list[Claim]:
        """Keep one telling of an aim (千亿园区) that an article repeats, the one that says what it is before others."""
        aims = [claim for claim in told if claim.qualifier == "级"]
        said = [
            claim
            for claim in aims
            if "是" in self.text[max(self.body.start, claim.place.start - 2) : claim.place.end]
        ]
        kept = {claim.value: claim for claim in [*reversed(aims), *reversed(said)]}
        return [claim for claim in told if claim.qualifier != "级" or kept[claim.value] is claim]

    def _ranks(self) -> list[Claim]:
        """Return what is told by its place in a row: 位列全市第三, 第4个外资项目, 连续第四年."""
        found: list[Claim] = []
        for pattern in (_RANK, _NTH, _NTH_YEAR):
            for match in pattern.finditer(self.text, self.body.start, self.body.end):
                said = match.groupdict()
                value = (
                    Decimal(1)
                    if said.get("first")
                    else read_numeral(said.get("rank") or said.get("nth") or "")
                )
                place = Place(*match.span())
                if value is not None and not any(one.place.overlaps(place) for one in found):
                    found.append(Claim(match[0], value, said.get("unit") or "位", place, "第"))
        return found
