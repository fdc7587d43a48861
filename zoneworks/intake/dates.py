"""When an article tells of: the day in its lead, or the month that the page gives to 近日, 日前 and 连日来.

A page seldom prints its year beside a day. It comes from the day of issue (given, or printed in the head or foot), else
from the years that the page names as its own; what a date rests on is always told beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Dated, Place
from zoneworks.intake.lines import Kind, lines
from zoneworks.intake.words import any_of, vocabulary

_OPENING = 220
"""So far into an article its day is looked for."""
_FULL = re.compile(r"((?:19|20)\d\d)(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})(?:日|(?!\d))")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年?度?(?=年|第|\d月|上半年|以来)|(?<!\d)(20\d\d)年度?")
_AHEAD = re.compile(
    r"(?:到|至|向|预计|计划|力争|将于|拟|确保|瞄准|面向|展望|规划|自|于|早在|始建|成立|创建|设立)[^，。；]{0,4}$"
)
_UNTIL = re.compile(r"(?:截至|截止)[^，。；]{0,4}$")
_DAY = re.compile(r"(?:((?:19|20)\d\d)年|(今年|去年|明年))?(\d{1,2})月(\d{1,2})日")
_MONTH = re.compile(
    r"(?:((?:19|20)\d\d)年|(今年|去年))?(?<!\d)(\d{1,2})月(?:份|初|底|末|中旬|上旬|下旬|以来|间)"
)
_BARE_DAY = re.compile(r"(?<![\d月至—\-])(\d{1,2})日(?=上午|下午|晚|清晨|凌晨|傍晚|中午|，|、)")
_NOT_OF_IT = re.compile(
    r"(?:截至|截止|自|从|早在|到|确保|力争|将于|前往|计划|预计|定于|拟于|已于|曾于|早于|原定于)$"
)
_AFTER_NO = re.compile(r"(?:前(?!往|来|夕)|之前|以前|起至|底前|以来)")
_YESTERDAY = {"昨天": 1, "昨日": 1, "昨晚": 1, "前天": 2, "前日": 2, "今天": 0, "今日": 0, "今晨": 0}
_RELATIVE = re.compile(any_of(_YESTERDAY))
_FESTIVALS = vocabulary("festivals")
_NAMED = any_of([*_FESTIVALS["fixed"], *_FESTIVALS["lunar"]])
_FESTIVAL = re.compile(
    rf"[“‘]?({_NAMED})[”’]?(节)?"
    r"(?:来临之?际|到来之?际|前夕|前后|期间|当天|假期|节后|后|前|之际)"
)
_EVE = re.compile(r"前夕|前$")
_EARLY = 7
"""So many days before a festival its eve is taken to be."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a page says of its own time: the day of issue, or its year and the month of its latest day."""

    issue: date | None = None
    year: int | None = None
    month: int | None = None
    basis: str = ""


def printed_issue(bare: Bare) -> date | None:
    """Return the day of issue that the furniture of a page prints, as 2024年4月26日 in its head; None without one.

    >>> printed_issue(Bare("某开发报\\n2024年4月26日 星期五 第2版\\n\\n4月18日，项目开工。"))
    datetime.date(2024, 4, 26)
    """
    for line in lines(bare.source):
        if line.kind in (Kind.FURNITURE, Kind.HEAD):
            match = _FULL.search(Bare(line.text).text)
            if match and (found := _date(*map(int, match.groups()))):
                return found
    return None


def calendar(bare: Bare, cuts: Sequence[Cut], issue: date | None = None) -> Calendar:
    """Return what dates the articles of a page: the day of issue as given or printed, or what the page itself tells."""
    if issue is not None:
        return Calendar(issue, issue.year, issue.month, "given")
    printed = printed_issue(bare)
    if printed is not None:
        return Calendar(printed, printed.year, printed.month, "printed")
    year = _year(bare.text)
    days = [match for cut in cuts if (match := _lead_day(bare.text, cut.body))]
    months = Counter(int(match[3]) for match in days)
    month = max(months, default=None)
    if month == 12 and 1 in months:
        month = 1
    return Calendar(None, year, month if month is not None else _any_month(bare.text), "page")


def _year(text: str) -> int | None:
    """Return the latest year that the page names and does not look forward or back to."""
    found = []
    for match in _YEAR.finditer(text):
        before = text[max(0, match.start() - 8) : match.start()]
        behind = text[match.end() : match.end() + 4]
        if (_AHEAD.search(before) and not _UNTIL.search(before)) or behind.startswith(("底", "前", "末")):
            continue
        found.append(int(match[1] or match[2]))
    return max(found, default=None)


def _any_month(text: str) -> int | None:
    months = [int(match[3]) for match in _DAY.finditer(text) if 1 <= int(match[3]) <= 12]
    return Counter(months).most_common(1)[0][0] if months else None


def _lead_day(text: str, body: Place) -> re.Match[str] | None:
    """Return the first day in the opening of an article that is the day of what it tells."""
    for match in _DAY.finditer(text, body.start, min(body.end, body.start + _OPENING)):
        before = text[max(body.start, match.start() - 4) : match.start()]
        if match[2] == "明年" or _NOT_OF_IT.search(before) or _AFTER_NO.match(text, match.end()):
            continue
        if 1 <= int(match[3]) <= 12:
            return match
    return None


def dated(bare: Bare, cut: Cut, page: Calendar) -> Dated | None:
    """Return when an article tells of; None where neither it nor its page says so.

    >>> page = Calendar(date(2024, 4, 26), 2024, 4, "printed")
    >>> def said(text):
    ...     return dated(Bare(text), Cut(Place(0, len(text))), page).said
    >>> said("4月18日上午，项目开工。"), said("昨天，区领导巡河。"), said("近日，企业致谢。"), said("3月初，项目落户。")
    ('2024-04-18', '2024-04-25', '2024-04', '2024-03')
    """
    text = bare.text
    if cut.form == "paper" and page.issue:
        return Dated(page.issue.isoformat(), "", f"{page.basis} issue date")
    day = _lead_day(text, cut.body)
    relative = _RELATIVE.search(text, cut.body.start, min(cut.body.end, cut.body.start + 60))
    if relative and page.issue and (day is None or relative.start() < day.start()):
        said = page.issue - timedelta(days=_YESTERDAY[relative[0]])
        return Dated(said.isoformat(), relative[0], f"{page.basis} issue date")
    if day is not None:
        return _of_day(day, page)
    for vague in (_of_festival, _of_month, _of_bare_day):
        if found := vague(text, cut.body, page):
            return found
    return _of_page(page)


def _of_day(match: re.Match[str], page: Calendar) -> Dated | None:
    month, day = int(match[3]), int(match[4])
    if match[1]:
        return _whole(int(match[1]), month, day, match[0], "printed in the article")
    if page.year is None:
        return None
    year = page.year - (match[2] == "去年")
    if page.issue is not None and not match[2] and (month, day) > (page.issue.month, page.issue.day):
        # A day that lies ahead of the issue in its own year was in the year before.
        year -= 1 if month - page.issue.month > 1 else 0
    return _whole(year, month, day, match[0], f"day in the article, year: {page.basis}")


def _whole(year: int, month: int, day: int, wording: str, basis: str) -> Dated | None:
    found = _date(year, month, day)
    return Dated(found.isoformat(), wording, basis) if found else None


def _of_month(text: str, body: Place, page: Calendar) -> Dated | None:
    match = _MONTH.search(text, body.start, min(body.end, body.start + 40))
    if match is None or _NOT_OF_IT.search(text[max(body.start, match.start() - 4) : match.start()]):
        return None
    month = int(match[3])
    year = int(match[1]) if match[1] else page.year and page.year - (match[2] == "去年")
    if not year or not 1 <= month <= 12:
        return None
    return Dated(f"{year}-{month:02}", match[0], f"month in the article, year: {page.basis}")


def _of_bare_day(text: str, body: Place, page: Calendar) -> Dated | None:
    match = _BARE_DAY.search(text, body.start, min(body.end, body.start + 40))
    if match is None or page.year is None or page.month is None:
        return None
    return _whole(page.year, page.month, int(match[1]), match[0], f"day in the article, month: {page.basis}")


def _of_festival(text: str, body: Place, page: Calendar) -> Dated | None:
    match = _FESTIVAL.search(text, body.start, min(body.end, body.start + 30))
    if match is None or page.year is None:
        return None
    on = _festival(match[1], page.year)
    if on is None:
        return None
    if _EVE.search(match[0]):
        on -= timedelta(days=_EARLY)
    return Dated(f"{on:%Y-%m}", match[0], f"festival, year: {page.basis}")


def _festival(name: str, year: int) -> date | None:
    fixed = _FESTIVALS["fixed"].get(name)
    if fixed:
        return date.fromisoformat(f"{year}-{fixed}")
    days = (date.fromisoformat(day) for day in _FESTIVALS["lunar"][name])
    return next((day for day in days if day.year == year), None)


def _of_page(page: Calendar) -> Dated | None:
    if page.year is None:
        return None
    said = f"{page.year}-{page.month:02}" if page.month else str(page.year)
    return Dated(said, "", f"page: {page.basis}")


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def dated_in(bare: Bare, place: Place, page: Calendar) -> Dated | None:
    """Return the day that stands within a place itself; None where none does."""
    match = _lead_day(bare.text, place)
    return _of_day(match, page) if match else None
