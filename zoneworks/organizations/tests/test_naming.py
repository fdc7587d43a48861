"""What an organization was called on a day, against a plain model that walks through the days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zoneworks.organizations.naming import NameOnDay, Renaming, name_on

START = date(2022, 1, 1)
days = st.integers(0, 40).map(lambda number: START + timedelta(days=number))


@st.composite
def changes(draw, kind):
    """Changes of name on days known exactly, one after the other."""
    found = sorted(draw(st.sets(days, max_size=3)))
    return [Renaming(kind, f"{kind}-{number}", day, day) for number, day in enumerate(found)]


@given(changes("former"), changes("later"), days)
def test_the_name_on_a_day_is_what_a_walk_through_the_days_says(former, later, asked):
    later = [each for each in later if not former or each.earliest > former[-1].latest]
    borne = [*(each.name for each in former), "entered", *(each.name for each in later)]
    name, day = borne.pop(0), START - timedelta(days=1)
    changed_on = {each.earliest for each in [*former, *later]}
    while day < asked:
        day += timedelta(days=1)
        if day in changed_on:
            name = borne.pop(0)

    assert name_on("entered", [*later, *former], asked) == NameOnDay(name)


@given(days, days, days)
def test_within_the_span_of_a_change_the_old_name_stays_and_the_new_one_is_named(one, other, asked):
    first, last = sorted([one, other])
    found = name_on("old", [Renaming("later", "new", first, last)], asked)

    assert found.name == ("new" if asked >= last else "old")
    assert bool(found.maybe) is (first <= asked < last)
