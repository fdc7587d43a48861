"""When something happened, as two days: 2023-05-23, 2023年5月, 5月上旬, 2023年一季度, 5月1日至10日.

A month falls into thirds: 上旬 or 初 is days 1 to 10, 中旬 11 to 20, and 下旬, 底 or 末 day 21 to its last.
Nothing here knows what day it is today: a text without a year needs a `reference` day, whose year (for a bare
day also whose month) it takes over as it is.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from zoneworks.kit.wording import WordingError, excerpt, fold, fold_digits
from zoneworks.kit.wording import gettext_noop as _

FIRST_YEAR, LAST_YEAR = 1900, 2100
MAX_LENGTH = 100
_MESSAGES = {
    "empty": _("There is no date; write for example 2023-05-23, 2023年5月 or 2023年一季度."),
    "unknown": _(
        "Character %(position)d: “%(found)s” is not read as a day or a period; "
        "write for example 2023-05-23, 2023年5月, 2023年5月上旬 or 2023年5月1日至10日."
    ),
    "month": _(
        "Character %(position)d: there is no month %(found)s; months run from 1 to 12, as in 2023-05-23."
    ),
    "day": _("Character %(position)d: %(month)s has no day %(found)s; its last day is %(last)s."),
    "quarter": _(
        "Character %(position)d: there is no quarter %(found)s; quarters run from 1 to 4, as in 2023年一季度."
    ),
    "year": _(
        "Character %(position)d: the year %(found)s is outside %(first_year)d to %(last_year)d; "
        "write four digits, as in 2023-05-23."
    ),
    "reference": _("“%(found)s” names no year; write it out, for example 2023年5月24日."),
    "reversed": _(
        "The last day, %(latest)s, lies before the first, %(earliest)s; write the earlier one first."
    ),
    "two_ends": _(
        "Character %(position)d: a span has two ends, as in 2023-05-01..2023-05-10; here is a third."
    ),
    "too_long": _("The text is longer than %(longest)d characters; write the day or the span alone."),
    "not_a_day": _("A span runs from day to day; %(found)s is not a day."),
}


class SpanError(WordingError):
    """A text that is no span, or two days out of order; `kind` is a key of the messages above."""


def _span_error(kind: str, position: int, found: str = "", **params: object) -> SpanError:
    known = {
        "found": excerpt(found),
        "first_year": FIRST_YEAR,
        "last_year": LAST_YEAR,
        "longest": MAX_LENGTH,
    }
    return SpanError(_MESSAGES[kind], position, kind, known | params)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Two days, equal when the day is known. SpanError when reversed or outside the years 1900 to 2100.

    >>> Span.month(2023, 2).latest, Span.day(date(2023, 5, 23)).is_day
    (datetime.date(2023, 2, 28), True)
    """

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        for end in (self.earliest, self.latest):
            if not isinstance(end, date) or isinstance(end, datetime):
                raise _span_error("not_a_day", 0, repr(end))
            if not FIRST_YEAR <= end.year <= LAST_YEAR:
                raise _span_error("year", 0, str(end.year))
        if self.latest < self.earliest:
            raise _span_error("reversed", 0, earliest=self.earliest, latest=self.latest)

    @classmethod
    def day(cls, day: date) -> "Span":
        """Return the span of one known day."""
        return cls(day, day)

    @classmethod
    def month(cls, year: int, month: int) -> "Span":
        """Return a whole month."""
        return cls.months(year, month, month)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Span":
        """Return a quarter, 1 to 4."""
        _check_quarter(quarter, 0)
        return cls.months(year, quarter * 3 - 2, quarter * 3)

    @classmethod
    def half(cls, year: int, half: int) -> "Span":
        """Return half a year, 1 or 2."""
        return cls.months(year, half * 6 - 5, half * 6)

    @classmethod
    def year(cls, year: int) -> "Span":
        """Return a whole year."""
        return cls.months(year, 1, 12)

    @classmethod
    def third(cls, year: int, month: int, third: int) -> "Span":
        """Return a third of a month: 1 is 上旬, 2 is 中旬, 3 is 下旬."""
        whole = cls.month(year, month)
        last = whole.latest.day if third == 3 else third * 10
        return cls(whole.earliest.replace(day=third * 10 - 9), whole.latest.replace(day=last))

    @classmethod
    def months(cls, year: int, first: int, last: int) -> "Span":
        """Return the months `first` to `last` of one year."""
        _check_year(year, 0)
        for month in (first, last):
            _check_month(month, 0)
        return cls(date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    @property
    def is_day(self) -> bool:
        """Tell whether the day is known."""
        return self.earliest == self.latest

    @property
    def days(self) -> int:
        """Return how many days the span holds, both ends counted."""
        return (self.latest - self.earliest).days + 1

    def straddles(self, on: date) -> bool:
        """Tell whether nobody can say if it had happened by the end of day `on`."""
        return self.earliest <= on < self.latest

    def within(self, start: date, end: date) -> bool:
        """Tell whether every day of the span lies in the period, both ends counted."""
        return start <= self.earliest and self.latest <= end

    def overlaps(self, start: date, end: date) -> bool:
        """Tell whether any day of the span lies in the period, both ends counted."""
        return self.earliest <= end and start <= self.latest

    def __str__(self) -> str:
        return self.earliest.isoformat() if self.is_day else f"{self.earliest}..{self.latest}"


_N = r"(?:[0-9]{1,2}|[0-9]?十[0-9]?)"
_Y = r"(?P<year>[0-9]{4})"
_M = rf"(?P<month>{_N})"
_D = rf"(?P<day>{_N})"
_THIRDS = {"上旬": 1, "初": 1, "中旬": 2, "中": 2, "下旬": 3, "底": 3, "末": 3}
_THIRD = "|".join(_THIRDS)
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_Y}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})",
        rf"{_Y}([-/.])(?P<month>[0-9]{{1,2}})\2(?P<day>[0-9]{{1,2}})",
        rf"{_Y}[-/.](?P<month>[0-9]{{1,2}})",
        rf"{_Y}年?",
        rf"(?:{_Y}年)?{_M}月(?:份|(?P<third>{_THIRD}))?",
        rf"(?:(?:{_Y}年)?{_M}月)?{_D}[日号]",
        rf"(?:{_Y}年)?第?(?P<quarter>[0-9]{{1,2}})季度?",
        rf"(?:{_Y}[-年]?)?q(?P<quarter>[0-9])",
        rf"(?:{_Y}年)?(?P<half>[上下])半年",
    )
)
_BETWEEN = re.compile(
    r"\.\.+|[至到~–—―]+|--+"
    r"|(?<=[年月日号季度初旬底末份])-"  # 5月1日-10日
    r"|(?<=[0-9十])(?<!^[0-9]{4})-(?=[0-9十]{1,3}(?:月|日|号|季))"  # 1-5月
    r"|(?<=^[0-9]{4})-(?=[0-9]{4}$)|(?<=^[0-9]{8})-(?=[0-9]{8}$)"  # 2023-2024
    r"|-(?=[0-9]{4}(?:[-./][0-9]{1,2}){2}$)"  # 2023.5.1-2023.5.10
)
_SHARED_ENDING = re.compile(r"[0-9十](月份?|日|号|季度?)$")


def parse_span(text: str, *, reference: date | None = None) -> Span:
    """Return the span that `text` states; `reference` lends the year and month that it leaves out.

    SpanError names the character that stops the reading and what would be right there.

    >>> str(parse_span("2023年5月初")), str(parse_span("2023年5月1日至10日")), str(parse_span("2023Q1"))
    ('2023-05-01..2023-05-10', '2023-05-01..2023-05-10', '2023-01-01..2023-03-31')
    >>> str(parse_span("24日", reference=date(2023, 5, 30)))
    '2023-05-24'
    """
    if len(text) > MAX_LENGTH:
        raise _span_error("too_long", MAX_LENGTH)
    signs, places = _signs(text)
    if not signs:
        raise _span_error("empty", 0)
    ends = list(_BETWEEN.finditer(signs))
    if len(ends) > 1:
        raise _span_error("two_ends", places[ends[1].start()])
    if not ends:
        return _one(signs, places, text, reference)
    left, right = signs[: ends[0].start()], signs[ends[0].end() :]
    shared = _SHARED_ENDING.search(right)
    places_left = places[: len(left)]
    if shared and _lacks_ending(left):
        left, places_left = left + shared[1], places_left + [places_left[-1]] * len(shared[1])
    at_end = [*places[ends[0].end() :], len(text)]
    first = _one(left, places_left or [0], text, reference)
    last = _one(right, at_end, text, first.latest)
    if last.latest < first.earliest:
        raise _span_error("reversed", at_end[0], earliest=first.earliest, latest=last.latest)
    return Span(first.earliest, last.latest)


def _signs(text: str) -> tuple[str, list[int]]:
    """Return `text` folded and without white space, and the place of each sign. A spaced dash is 至."""
    folded = re.sub(r"(?<=\s)-(?=\s)", "至", fold_digits(fold(text)))
    kept = [(sign, place) for place, sign in enumerate(folded) if not sign.isspace()]
    return "".join(sign for sign, _place in kept), [place for _sign, place in kept]


def _lacks_ending(left: str) -> bool:
    """Tell whether the first end borrows its last word from the second: 1-5月, 2023年1至3季度."""
    return bool(re.fullmatch(rf"(?:[0-9]{{4}}年)?(?:{_N}月)?第?{_N}", left))


def _one(signs: str, places: list[int], text: str, reference: date | None) -> Span:
    """Return the span of one end, `signs`, whose characters stand at `places` of `text`."""
    match = next(filter(None, (form.fullmatch(signs) for form in _FORMS)), None)
    if match is None:
        raise _span_error("unknown", places[0], text[places[0] : places[-1] + 1])
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    at = {name: places[match.start(name)] for name in said}
    if reference is None and "year" not in said:
        raise _span_error("reference", places[0], signs)
    year = int(said["year"]) if "year" in said or reference is None else reference.year
    _check_year(year, at.get("year", places[0]))
    if "quarter" in said:
        _check_quarter(int(said["quarter"]), at["quarter"])
        return Span.quarter(year, int(said["quarter"]))
    if "half" in said:
        return Span.half(year, 1 if said["half"] == "上" else 2)
    if "month" not in said and "day" not in said:
        return Span.year(year)
    month = _number(said["month"]) if "month" in said or reference is None else reference.month
    _check_month(month, at.get("month", places[0]))
    if "third" in said:
        return Span.third(year, month, _THIRDS[said["third"]])
    if "day" not in said:
        return Span.month(year, month)
    return Span.day(_day(year, month, _number(said["day"]), at["day"]))


def _number(digits: str) -> int:
    """Return the number below 100 that `digits` spell: 23, 十, 二十三 (folded: 2十3)."""
    tens, ten, ones = digits.partition("十")
    return int(tens or 1) * 10 + int(ones or 0) if ten else int(digits)


def _check_year(year: int, position: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _span_error("year", position, str(year))


def _check_month(month: int, position: int) -> None:
    if not 1 <= month <= 12:
        raise _span_error("month", position, str(month))


def _check_quarter(quarter: int, position: int) -> None:
    if not 1 <= quarter <= 4:
        raise _span_error("quarter", position, str(quarter))


def _day(year: int, month: int, day: int, position: int) -> date:
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise _span_error("day", position, str(day), month=f"{year}-{month:02}", last=last)
    return date(year, month, day)


_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def format_span(span: Span, language: str = "zh-hans") -> str:
    """Return the shortest exact wording; the Chinese one (for a language in "zh…") reads back as `span`.

    >>> format_span(Span.third(2023, 5, 1)), format_span(Span(date(2023, 5, 1), date(2023, 5, 15)))
    ('2023年5月上旬', '2023年5月1日–15日')
    >>> format_span(Span.quarter(2023, 1)), format_span(Span.day(date(2023, 5, 23)), "en")
    ('2023年一季度', 'May 23, 2023')
    """
    chinese = language.lower().startswith("zh")
    named = _named_zh(span) if chinese else _named_en(span)
    return named or (_from_to_zh(span) if chinese else _from_to_en(span))


def _shape(span: Span) -> tuple[str, int]:
    """Return what the span is called, and which of its kind: ("quarter", 1); ("", 0) when it has no name."""
    year, month = span.earliest.year, span.earliest.month
    if span.is_day:
        return "day", span.earliest.day
    named = (
        ("year", 0, Span.year(year)),
        ("half", 1, Span.half(year, 1)),
        ("half", 2, Span.half(year, 2)),
        *(("quarter", number, Span.quarter(year, number)) for number in range(1, 5)),
        ("month", month, Span.month(year, month)),
        *(("third", number, Span.third(year, month, number)) for number in range(1, 4)),
    )
    return next(((kind, number) for kind, number, whole in named if whole == span), ("", 0))


def _named_zh(span: Span) -> str:
    year, month = f"{span.earliest.year}年", f"{span.earliest.month}月"
    kind, number = _shape(span)
    match kind:
        case "day":
            return f"{year}{month}{number}日"
        case "year":
            return year
        case "half":
            return f"{year}{'上下'[number - 1]}半年"
        case "quarter":
            return f"{year}{'一二三四'[number - 1]}季度"
        case "month":
            return f"{year}{month}"
        case "third":
            return f"{year}{month}{'上中下'[number - 1]}旬"
    return ""


def _named_en(span: Span) -> str:
    year, month = span.earliest.year, _MONTHS_EN[span.earliest.month - 1]
    kind, number = _shape(span)
    match kind:
        case "day":
            return f"{month} {number}, {year}"
        case "year":
            return f"{year}"
        case "half":
            return f"{'first' if number == 1 else 'second'} half of {year}"
        case "quarter":
            return f"Q{number} {year}"
        case "month":
            return f"{month} {year}"
    return ""


def _whole_months(span: Span) -> bool:
    return span.earliest.day == 1 and (span.latest + timedelta(days=1)).day == 1


def _from_to_zh(span: Span) -> str:
    first, last = span.earliest, span.latest
    years, months = (f"{first.year}年", f"{last.year}年"), (f"{first.month}月", f"{last.month}月")
    days = ("", "") if _whole_months(span) else (f"{first.day}日", f"{last.day}日")
    if _whole_months(span) and first.month == 1 and last.month == 12:
        return f"{years[0]}–{years[1]}"
    later = "" if first.year == last.year else years[1]
    if later or first.month != last.month:
        later += months[1]
    return f"{years[0]}{months[0]}{days[0]}–{later}{days[1]}"


def _from_to_en(span: Span) -> str:
    first, last = span.earliest, span.latest
    months = (_MONTHS_EN[first.month - 1], _MONTHS_EN[last.month - 1])
    one_year = first.year == last.year
    if _whole_months(span):
        if first.month == 1 and last.month == 12:
            return f"{first.year}–{last.year}"
        return f"{months[0]}{'' if one_year else f' {first.year}'} – {months[1]} {last.year}"
    if one_year and first.month == last.month:
        return f"{months[0]} {first.day}–{last.day}, {last.year}"
    start = f"{months[0]} {first.day}" + ("" if one_year else f", {first.year}")
    return f"{start} – {months[1]} {last.day}, {last.year}"
