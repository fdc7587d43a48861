"""For when a number of a draft holds: the words before it, as a period and an as-of day, seen from the day of issue."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from zoneworks.intake.found import Place
from zoneworks.intake.words import any_of, vocabulary
from zoneworks.kit.spans import Span, SpanError, parse_span
from zoneworks.measures.scope import Period, a_year_before

_WORDS = vocabulary("measures")["periods"]
_YEAR = r"(?:(?P<{0}>20\d\d)年|(?P<{0}_word>今年|去年|上年))?"
_TO = r"(?:至|到|-|—{1,2}|－|–|~|～)"
_MONTHS = rf"\d{{1,2}}月?{_TO}\d{{1,2}}月份?"
_DAY = r"\d{1,2}月\d{1,2}日"
_NAMED = {
    name: any_of(_WORDS[name])
    for name in (
        "year_before",
        "year_to_day",
        "last_year",
        "month_to_day",
        "last_month",
        "quarter_to_day",
        "whole_year",
    )
}
_WHEN = re.compile(
    "|".join(
        [
            rf"(?P<until>(?:截至|截止)(?:到)?{_YEAR.format('until_year')}"
            rf"(?P<until_day>\d{{1,2}}月(?:\d{{1,2}}日|底|末|初|份)?|年底|本月底|上月底|{any_of(_WORDS['now'])}))",
            rf"(?P<drive>{any_of(_WORDS['drives'])})",
            rf"自?{_YEAR.format('since_year')}(?P<since>{_DAY}|\d{{1,2}}月份?)(?:以来|起(?!至))",
            rf"{_YEAR.format('run_year')}(?P<run>{_DAY}{_TO}(?:\d{{1,2}}月)?\d{{1,2}}日)",
            _NAMED["year_before"].join(("(?P<year_before>", ")")),
            rf"{_YEAR.format('span_year')}(?P<span>{_MONTHS}|前\d{{1,2}}个?月|前[一二两三]季度|前[一二两三]个季度"
            r"|第?[一二三四]季度|上半年|下半年|\d{1,2}月份)",
            rf"{_YEAR.format('day_year')}(?P<day>{_DAY})",
            *(f"(?P<{name}>{_NAMED[name]})" for name in _NAMED if name != "year_before"),
            r"(?P<year>20\d\d)年(?!以|前)",
        ]
    )
)
_LAST_DAY = re.compile(r"前(\d{1,2}|[一二两三])个?(月|季度)")
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3}


@dataclass(frozen=True, slots=True)
class When:
    """When a number holds. `wording` is what says so; nothing where it is assumed.

    `drive` names a drive whose days are not known. `lasts` says that it holds for the sentences after it, too.
    """

    period: Period | None
    as_of: date
    wording: str = ""
    drive: str = ""
    lasts: bool = True


class Periods:
    """The words of a text that say when, in the order of their places."""

    def __init__(self, text: str, body: Place, issue: date, drives: Mapping[str, Period]) -> None:
        self.issue, self.drives = issue, drives
        self.places: list[int] = []
        self.told: list[When] = []
        self.lasting: list[When | None] = []
        for match in _WHEN.finditer(text, body.start, body.end):
            when = self._of(match)
            if when is not None:
                self.places.append(match.start())
                self.told.append(when)
                last = self.lasting[-1] if self.lasting else None
                self.lasting.append(when if when.lasts else last)

    def before(self, at: int, sentence: int) -> When:
        """Return what was said last before a place in its sentence, else before that, else the year to the issue.

        >>> text = "今年以来，签约7个。5月2日，开工1个。竣工3个。"
        >>> told = Periods(text, Place(0, len(text)), date(2024, 5, 24), {})
        >>> [told.before(at, sentence).wording for at, sentence in ((7, 0), (17, 10), (22, 20))]
        ['今年以来', '5月2日', '今年以来']
        """
        last = bisect_left(self.places, at) - 1
        if last >= 0 and self.places[last] >= sentence:
            return self.told[last]
        lasting = self.lasting[last] if last >= 0 else None
        return lasting or When(Period.year_to(self.issue), self.issue)

    def _of(self, match: re.Match[str]) -> When | None:
        kind = next(name for name in _READERS if match[name])
        try:
            when = _READERS[kind](self, match)
        except (SpanError, ValueError):
            return None
        return replace(when, wording=match[0]) if when else None

    def _year(self, match: re.Match[str], name: str) -> int | None:
        """Return the year that stands beside; None without one."""
        if match[name]:
            return int(match[name])
        word = match[f"{name}_word"]
        return None if not word else self.issue.year - (word != "今年")

    def _span(self, text: str, year: int | None) -> Span:
        """Return the span of a text; one without year that lies ahead of the issue was in the year before."""
        span = parse_span(text, reference=date(year or self.issue.year, 1, 1))
        if year is None and span.earliest > self.issue:
            span = parse_span(text, reference=date(self.issue.year - 1, 1, 1))
        return span

    def _over(self, first: date, last: date, *, lasts: bool = True) -> When:
        return When(Period(first, last), min(last, self.issue) if last >= first else last, lasts=lasts)

    def _until(self, match: re.Match[str]) -> When:
        said = match["until_day"]
        if said in _WORDS["now"]:
            on = self.issue
        elif said == "年底":
            on = date((self._year(match, "until_year") or self.issue.year - 1), 12, 31)
        elif said in ("本月底", "上月底"):
            on = _month_end(self.issue) if said == "本月底" else self.issue.replace(day=1) - timedelta(days=1)
        else:
            whole = re.sub("[底末]$", "", said)
            on = self._span(whole, self._year(match, "until_year")).latest
        return When(Period.year_to(on), on)

    def _drive(self, match: re.Match[str]) -> When:
        known = self.drives.get(match["drive"])
        if known is None:
            return When(None, self.issue, drive=match["drive"])
        return When(Period(known.start, max(known.start, self.issue)), max(known.start, self.issue))

    def _since(self, match: re.Match[str]) -> When:
        first = self._span(match["since"], self._year(match, "since_year")).earliest
        return self._over(first, self.issue)

    def _run(self, match: re.Match[str]) -> When:
        span = self._span(match["run"], self._year(match, "run_year"))
        return self._over(span.earliest, span.latest)

    def _year_before(self, match: re.Match[str]) -> When:
        last = next((one for one in reversed(self.told) if one.period), None)
        period = last.period if last and last.period else Period.year_to(self.issue)
        before = period.a_year_before()
        return When(before, min(before.end, a_year_before(self.issue)), lasts=False)

    def _months(self, match: re.Match[str]) -> When:
        year = self._year(match, "span_year")
        first = _LAST_DAY.fullmatch(match["span"])
        if first is None:
            span = self._span(match["span"], year)
            return self._over(span.earliest, span.latest)
        many = int(_DIGITS.get(first[1]) or first[1]) * (3 if first[2] == "季度" else 1)
        span = Span.months(year or self.issue.year, 1, many)
        return self._over(span.earliest, span.latest)

    def _day(self, match: re.Match[str]) -> When:
        span = self._span(match["day"], self._year(match, "day_year"))
        return self._over(span.earliest, span.latest, lasts=False)

    def _to_day(self, _match: re.Match[str]) -> When:
        return When(Period.year_to(self.issue), self.issue)

    def _last_year(self, _match: re.Match[str]) -> When:
        return self._whole(self.issue.year - 1)

    def _month_to_day(self, _match: re.Match[str]) -> When:
        return self._over(self.issue.replace(day=1), self.issue)

    def _last_month(self, _match: re.Match[str]) -> When:
        last = self.issue.replace(day=1) - timedelta(days=1)
        return self._over(last.replace(day=1), last)

    def _quarter_to_day(self, _match: re.Match[str]) -> When:
        first = date(self.issue.year, (self.issue.month - 1) // 3 * 3 + 1, 1)
        return self._over(first, self.issue)

    def _whole_year(self, _match: re.Match[str]) -> When:
        return replace(self._whole(self.issue.year), lasts=False)

    def _of_year(self, match: re.Match[str]) -> When:
        return self._whole(int(match["year"]))

    def _whole(self, year: int) -> When:
        return self._over(date(year, 1, 1), date(year, 12, 31))


_READERS: dict[str, Callable[[Periods, re.Match[str]], When | None]] = {
    "until": Periods._until,
    "drive": Periods._drive,
    "since": Periods._since,
    "run": Periods._run,
    "year_before": Periods._year_before,
    "span": Periods._months,
    "day": Periods._day,
    "year_to_day": Periods._to_day,
    "last_year": Periods._last_year,
    "month_to_day": Periods._month_to_day,
    "last_month": Periods._last_month,
    "quarter_to_day": Periods._quarter_to_day,
    "whole_year": Periods._whole_year,
    "year": Periods._of_year,
}


def _month_end(day: date) -> date:
    return Span.month(day.year, day.month).latest
