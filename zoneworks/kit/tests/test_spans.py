"""Spans: two days for every way of saying when."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.kit.spans import Span, SpanError, format_span, parse_span

MAY_30 = date(2023, 5, 30)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
spans = st.tuples(days, days).map(lambda ends: Span(min(ends), max(ends))) | st.one_of(
    st.builds(Span.day, days),
    st.builds(Span.year, st.integers(1900, 2100)),
    st.builds(Span.half, st.integers(1900, 2100), st.integers(1, 2)),
    st.builds(Span.quarter, st.integers(1900, 2100), st.integers(1, 4)),
    st.builds(Span.month, st.integers(1900, 2100), st.integers(1, 12)),
    st.builds(Span.third, st.integers(1900, 2100), st.integers(1, 12), st.integers(1, 3)),
    st.builds(lambda year, first, more: Span.months(year, first, min(12, first + more)),
              st.integers(1900, 2100), st.integers(1, 12), st.integers(0, 11)),
    st.builds(lambda year, more: Span(date(year, 1, 1), date(min(2100, year + more), 12, 31)),
              st.integers(1900, 2100), st.integers(0, 9)),
)  # fmt: skip

READ = [
    ("2023-05-23", "2023-05-23", "2023-05-23"),
    ("2023/5/23", "2023-05-23", "2023-05-23"),
    ("2023.5.23", "2023-05-23", "2023-05-23"),
    ("2023年5月23日", "2023-05-23", "2023-05-23"),
    ("2023年5月23号", "2023-05-23", "2023-05-23"),
    ("二〇二三年五月二十三日", "2023-05-23", "2023-05-23"),
    ("２０２３年５月２３日", "2023-05-23", "2023-05-23"),
    ("2023 年 5 月 2\n3 日", "2023-05-23", "2023-05-23"),
    ("20230523", "2023-05-23", "2023-05-23"),
    ("2023-05", "2023-05-01", "2023-05-31"),
    ("2023年5月", "2023-05-01", "2023-05-31"),
    ("2023年5月份", "2023-05-01", "2023-05-31"),
    ("2024年2月", "2024-02-01", "2024-02-29"),
    ("2023", "2023-01-01", "2023-12-31"),
    ("2023年", "2023-01-01", "2023-12-31"),
    ("2023年5月初", "2023-05-01", "2023-05-10"),
    ("2023年5月上旬", "2023-05-01", "2023-05-10"),
    ("2023年5月中旬", "2023-05-11", "2023-05-20"),
    ("2023年2月下旬", "2023-02-21", "2023-02-28"),
    ("2023年5月底", "2023-05-21", "2023-05-31"),
    ("2023年5月末", "2023-05-21", "2023-05-31"),
    ("2023年一季度", "2023-01-01", "2023-03-31"),
    ("2023年第一季度", "2023-01-01", "2023-03-31"),
    ("2023年第4季度", "2023-10-01", "2023-12-31"),
    ("2023Q1", "2023-01-01", "2023-03-31"),
    ("2023-q2", "2023-04-01", "2023-06-30"),
    ("2023年上半年", "2023-01-01", "2023-06-30"),
    ("2023年下半年", "2023-07-01", "2023-12-31"),
    ("2023-05-01 ~ 2023-05-10", "2023-05-01", "2023-05-10"),
    ("2023-05-01..2023-05-10", "2023-05-01", "2023-05-10"),
    ("2023-05-01 - 2023-05-10", "2023-05-01", "2023-05-10"),
    ("2023-05-01-2023-05-10", "2023-05-01", "2023-05-10"),
    ("2023.5.1-2023.5.10", "2023-05-01", "2023-05-10"),
    ("20230501-20230510", "2023-05-01", "2023-05-10"),
    ("2023年5月1日至10日", "2023-05-01", "2023-05-10"),
    ("2023年5月1日—6月2日", "2023-05-01", "2023-06-02"),
    ("2023年5月1日-10日", "2023-05-01", "2023-05-10"),
    ("2023年5月1-10日", "2023-05-01", "2023-05-10"),
    ("2023年1-5月", "2023-01-01", "2023-05-31"),
    ("2023年1至3季度", "2023-01-01", "2023-09-30"),
    ("2023年11月至2024年2月", "2023-11-01", "2024-02-29"),
    ("2023-2024", "2023-01-01", "2024-12-31"),
    ("24日", "2023-05-24", "2023-05-24"),
    ("6月24日", "2023-06-24", "2023-06-24"),
    ("5月初", "2023-05-01", "2023-05-10"),
    ("十二月", "2023-12-01", "2023-12-31"),
    ("三季度", "2023-07-01", "2023-09-30"),
    ("上半年", "2023-01-01", "2023-06-30"),
    ("5月1日至10日", "2023-05-01", "2023-05-10"),
]


@pytest.mark.parametrize(("text", "earliest", "latest"), READ)
def test_what_people_write_is_read(text, earliest, latest):
    expected = Span(date.fromisoformat(earliest), date.fromisoformat(latest))
    assert parse_span(text, reference=MAY_30) == expected


REFUSED = [
    ("", "empty", 0),
    ("　", "empty", 0),
    ("2023-13-01", "month", 5),
    ("2023年13月", "month", 5),
    ("2023年2月30日", "day", 7),
    ("2023-02-29", "day", 8),
    ("2023-05-00", "day", 8),
    ("2023Q5", "quarter", 5),
    ("2023年五季度", "quarter", 5),
    ("1899-12-31", "year", 0),
    ("2101年", "year", 0),
    ("0000-01-01", "year", 0),
    ("近日", "unknown", 0),
    ("2023年国庆", "unknown", 0),
    ("2023-05-23 9:00", "unknown", 0),
    ("2023-05-10..2023-05-01", "reversed", 12),
    ("2023年5月10日至1日", "reversed", 11),
    ("2023-05-01..2023-05-02..2023-05-03", "two_ends", 22),
    ("2023-05-01..", "unknown", 12),
    ("..2023-05-01", "unknown", 0),
    ("2023-5月", "unknown", 0),
    ("1" * 101, "too_long", 100),
]


@pytest.mark.parametrize(("text", "kind", "position"), REFUSED)
def test_what_is_no_span_is_refused_at_its_place(text, kind, position):
    with pytest.raises(SpanError) as caught:
        parse_span(text)
    assert (caught.value.kind, caught.value.position) == (kind, position)


@pytest.mark.parametrize("text", ["24日", "5月24日", "5月初", "一季度", "上半年", "5月1日至10日"])
def test_a_text_without_a_year_needs_a_reference(text):
    with pytest.raises(SpanError) as caught:
        parse_span(text)
    assert caught.value.kind == "reference"
    assert "2023年5月24日" in caught.value.english


def test_a_refusal_says_what_would_be_right():
    with pytest.raises(SpanError) as caught:
        parse_span("2023年2月30日")
    assert caught.value.english == "Character 8: 2023-02 has no day 30; its last day is 28."
    with pytest.raises(SpanError) as caught:
        parse_span("2023-13-01")
    assert caught.value.english == (
        "Character 6: there is no month 13; months run from 1 to 12, as in 2023-05-23."
    )


@pytest.mark.parametrize(
    ("earliest", "latest", "kind"),
    [
        (date(2023, 5, 2), date(2023, 5, 1), "reversed"),
        (date(1899, 12, 31), date(2023, 5, 1), "year"),
        (datetime(2023, 5, 1), date(2023, 5, 1), "not_a_day"),
        (None, date(2023, 5, 1), "not_a_day"),
    ],
)
def test_two_days_that_make_no_span_are_refused(earliest, latest, kind):
    with pytest.raises(SpanError) as caught:
        Span(earliest, latest)
    assert caught.value.kind == kind


PRINTED = [
    ("2023-05-23", "2023年5月23日", "May 23, 2023"),
    ("2023-05", "2023年5月", "May 2023"),
    ("2023年5月初", "2023年5月上旬", "May 1–10, 2023"),
    ("2023年2月底", "2023年2月下旬", "February 21–28, 2023"),
    ("2023Q1", "2023年一季度", "Q1 2023"),
    ("2023年下半年", "2023年下半年", "second half of 2023"),
    ("2023", "2023年", "2023"),
    ("2023-2024", "2023年–2024年", "2023–2024"),
    ("2023-05-01..2023-05-15", "2023年5月1日–15日", "May 1–15, 2023"),
    ("2023-05-01..2023-06-02", "2023年5月1日–6月2日", "May 1 – June 2, 2023"),
    ("2023-12-30..2024-01-02", "2023年12月30日–2024年1月2日", "December 30, 2023 – January 2, 2024"),
    ("2023年1-5月", "2023年1月–5月", "January – May 2023"),
    ("2023年11月至2024年2月", "2023年11月–2024年2月", "November 2023 – February 2024"),
]


@pytest.mark.parametrize(("text", "chinese", "english"), PRINTED)
def test_spans_are_printed_in_their_shortest_exact_form(text, chinese, english):
    assert format_span(parse_span(text), "zh-hans") == chinese
    assert format_span(parse_span(text), "en") == english


@given(spans)
def test_what_is_printed_in_chinese_reads_back(span):
    assert parse_span(format_span(span, "zh-hans")) == span
    assert format_span(span, "en")


@given(spans)
def test_the_plain_form_reads_back(span):
    assert parse_span(str(span)) == span


@given(spans, spans)
def test_two_spans_have_one_wording_only_if_they_are_one(one, other):
    for language in ("zh-hans", "en"):
        assert (format_span(one, language) == format_span(other, language)) is (one == other)


PIECES = """2023 2024 1899 5 12 13 05 年 月 日 号 初 上旬 中旬 下旬 底 第 一 二 十 季度 Q1 上半年
- / . .. ~ 至 — 24 31 30 国庆"""
words = st.sampled_from([*PIECES.split(), " ", "　"])


@given(st.text(max_size=40) | st.lists(words, max_size=9).map("".join), st.none() | days)
def test_nothing_but_its_own_error_escapes(text, reference):
    try:
        span = parse_span(text, reference=reference)
    except SpanError as error:
        assert 0 <= error.position <= len(text)
        assert error.english
        assert str(error)
    else:
        assert 1900 <= span.earliest.year <= span.latest.year <= 2100


@given(days, st.integers(1900, 2100))
def test_a_reference_lends_its_year_and_nothing_of_today(day, year):
    text = f"{day.month}月{day.day}日"
    try:
        expected = day.replace(year=year)
    except ValueError:
        return
    assert parse_span(text, reference=date(year, 7, 1)) == Span.day(expected)


@given(spans, days, days)
def test_a_span_lies_in_a_period_wholly_partly_or_not(span, one, other):
    start, end = min(one, other), max(one, other)
    held = [span.earliest, span.latest]
    assert span.within(start, end) is all(start <= day <= end for day in held)
    if span.within(start, end):
        assert span.overlaps(start, end)
    assert span.overlaps(start, end) is not (span.latest < start or end < span.earliest)


@given(spans, days)
def test_a_day_splits_a_span_or_does_not(span, on):
    surely_by_then = span.latest <= on
    surely_later = span.earliest > on
    assert [surely_by_then, surely_later, span.straddles(on)].count(True) == 1


@given(spans)
def test_a_span_counts_its_days(span):
    assert span.is_day is (span.days == 1)
    assert span.earliest + timedelta(days=span.days - 1) == span.latest


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_thirds_fill_a_month(year, month):
    parts = [Span.third(year, month, third) for third in (1, 2, 3)]
    assert sum(part.days for part in parts) == Span.month(year, month).days
    assert [part.days for part in parts[:2]] == [10, 10]
