"""Which posts a person holds on a day, against a plain model that walks through the days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zoneworks.people.holding import LEFT, PostEvent, posts_on, terms

START = date(2022, 1, 1)
days = st.integers(0, 30).map(lambda number: START + timedelta(days=number))
kinds = st.sampled_from(["held", "appointed", "left"])
posts = st.sampled_from([("局长", "招商局"), ("副局长", "招商局"), ("局长", "财政局")])


@st.composite
def events(draw, exact=True):
    found = []
    for number in range(draw(st.integers(0, 8))):
        title, place = draw(posts)
        first, last = sorted([draw(days), draw(days)])
        found.append(PostEvent(draw(kinds), title, place, first, first if exact else last, number))
    return found


def held_by_walking(found, asked):
    """Walk from the first day to the one asked for; who is seen on the day of leaving still holds it."""
    held: set[tuple[str, str]] = set()
    day = START
    while day <= asked:
        today = [event for event in found if event.earliest == day]
        left = {(event.title, event.place) for event in today if event.kind == LEFT}
        shown = {(event.title, event.place) for event in today if event.kind != LEFT}
        on_the_day = (held - left) | shown
        held = on_the_day - left
        day += timedelta(days=1)
    return on_the_day


@given(events(), days)
def test_with_days_known_exactly_it_is_what_a_walk_says(found, asked):
    held = posts_on(found, asked)

    assert {(post.title, post.place) for post in held} == held_by_walking(found, asked)
    assert not any(post.is_uncertain for post in held)
    assert all(post.seen.latest <= asked and post.seen.kind != LEFT for post in held)


@given(events(exact=False), days)
def test_what_happens_later_and_the_order_of_entry_do_not_matter(found, asked):
    held = set(posts_on(found, asked))

    assert held == set(posts_on([event for event in found if event.earliest <= asked], asked))
    assert {(post.title, post.place) for post in held} == {
        (post.title, post.place) for post in posts_on(found[::-1], asked)
    }


@given(events(exact=False), days)
def test_nothing_is_uncertain_outside_of_every_span(found, asked):
    straddling = {(event.title, event.place) for event in found if event.earliest <= asked < event.latest}

    for post in posts_on(found, asked):
        assert not post.is_uncertain or (post.title, post.place) in straddling


@given(events(exact=False))
def test_every_post_has_a_term_and_terms_of_a_post_do_not_overlap(found):
    stretches = terms(found)

    assert {(event.title, event.place) for event in found} == {(term.title, term.place) for term in stretches}
    for title, place in {(term.title, term.place) for term in stretches}:
        own = [term for term in stretches if (term.title, term.place) == (title, place)]
        assert sum(term.ended is None for term in own) <= 1
