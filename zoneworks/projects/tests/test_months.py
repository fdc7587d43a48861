"""Whole months between two days are counted as the calendar does."""

from datetime import date

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.projects.health import months_between

_DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@given(_DAYS, _DAYS)
def test_whole_months_are_those_that_fit_between_two_days(one, other):
    first, on = sorted((one, other))
    gone = months_between(first, on)
    assert first + relativedelta(months=gone) <= on < first + relativedelta(months=gone + 1)
