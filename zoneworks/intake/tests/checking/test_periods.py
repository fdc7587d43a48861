"""For when a number holds, seen from the day of issue."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.checking.periods import Periods
from zoneworks.intake.found import Place
from zoneworks.measures.scope import Period

ISSUE = date(2024, 10, 25)


def when(text: str, issue: date = ISSUE, drives=None):
    """Return what holds for a number at the end of a text of one sentence."""
    return Periods(text, Place(0, len(text)), issue, drives or {}).before(len(text), 0)


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "first", "last", "as_of"),
    [
        ("今年以来，", "2024-01-01", "2024-10-25", "2024-10-25"),
        ("年初以来", "2024-01-01", "2024-10-25", "2024-10-25"),
        ("1-9月，", "2024-01-01", "2024-09-30", "2024-09-30"),
        ("1至9月份", "2024-01-01", "2024-09-30", "2024-09-30"),
        ("前三季度", "2024-01-01", "2024-09-30", "2024-09-30"),
        ("前8个月", "2024-01-01", "2024-08-31", "2024-08-31"),
        ("三季度", "2024-07-01", "2024-09-30", "2024-09-30"),
        ("上半年", "2024-01-01", "2024-06-30", "2024-06-30"),
        ("去年上半年", "2023-01-01", "2023-06-30", "2023-06-30"),
        ("2023年1-5月", "2023-01-01", "2023-05-31", "2023-05-31"),
        ("去年", "2023-01-01", "2023-12-31", "2023-12-31"),
        ("2023年", "2023-01-01", "2023-12-31", "2023-12-31"),
        ("2024年", "2024-01-01", "2024-12-31", "2024-10-25"),
        ("截至9月底", "2024-01-01", "2024-09-30", "2024-09-30"),
        ("截至10月24日", "2024-01-01", "2024-10-24", "2024-10-24"),
        ("截至目前", "2024-01-01", "2024-10-25", "2024-10-25"),
        ("截至去年底", "2023-01-01", "2023-12-31", "2023-12-31"),
        ("截至2023年12月底", "2023-01-01", "2023-12-31", "2023-12-31"),
        ("9月11日以来", "2024-09-11", "2024-10-25", "2024-10-25"),
        ("9月11日至10月24日", "2024-09-11", "2024-10-24", "2024-10-24"),
        ("10月1日至24日", "2024-10-01", "2024-10-24", "2024-10-24"),
        ("10月18日", "2024-10-18", "2024-10-18", "2024-10-18"),
        ("12月18日", "2023-12-18", "2023-12-18", "2023-12-18"),  # it has not come yet this year
        ("9月份", "2024-09-01", "2024-09-30", "2024-09-30"),
        ("本月", "2024-10-01", "2024-10-25", "2024-10-25"),
        ("上月", "2024-09-01", "2024-09-30", "2024-09-30"),
        ("本季度", "2024-10-01", "2024-10-25", "2024-10-25"),
        ("1-9月，签约9个，比去年同期", "2023-01-01", "2023-09-30", "2023-09-30"),
    ],
)
def test_words_become_days(text, first, last, as_of):
    found = when(text)
    assert (found.period, found.as_of) == (days(first, last), date.fromisoformat(as_of))
    assert found.wording


def test_without_a_word_the_year_to_the_issue_is_taken_and_said_to_be_assumed():
    found = when("签约项目")
    assert (found.period, found.as_of, found.wording) == (days("2024-01-01", "2024-10-25"), ISSUE, "")


def test_a_single_day_holds_for_its_sentence_alone():
    text = "今年以来，签约7个。10月18日，开工1个。竣工3个。"
    periods = Periods(text, Place(0, len(text)), ISSUE, {})
    third = text.index("竣工")
    assert periods.before(text.index("1个"), text.index("10月")).period == days("2024-10-18", "2024-10-18")
    assert periods.before(third + 2, third).wording == "今年以来"


def test_a_drive_has_days_only_where_somebody_kept_them():
    assert when("百日冲刺以来").period is None
    assert when("百日冲刺以来").drive == "百日冲刺"
    known = when("百日冲刺以来", drives={"百日冲刺": days("2024-09-11", "2024-10-24")})
    assert known.period == days("2024-09-11", "2024-10-25")


@given(
    st.text(alphabet="今去年以来上半截至月日底-至0123456789百冲刺同期，。一二三季度前个", max_size=40),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
)
def test_any_text_gives_a_period_in_order_or_none(text, issue):
    found = when(text, issue)
    assert found.period is None or found.period.start <= found.period.end
