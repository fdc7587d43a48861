"""Pages set anew in many layouts are cut as they were set; the seeds here were not used for fitting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.articles import articles
from zoneworks.intake.bare import Bare
from zoneworks.intake.columns import ordered
from zoneworks.intake.document import read_document
from zoneworks.intake.tests.layouts import page

HELD_OUT = range(5000, 5060)
SAME = 0.8
"""An article is found when what both spans share is so much of what they cover together."""


def agreement(interleave):
    """Return the F1 of articles by their limits, and of the titles of those that are found."""
    hit = due = said = titled = titles_due = titles_said = 0
    for seed in HELD_OUT:
        source, gold = page(seed, interleave)
        bare = Bare(source, ordered(source))
        plain = Bare(source)
        left = [(cut.title, *map(plain.bare, bare.raw(*cut.body))) for cut in articles(bare)]
        due += len(gold)
        said += len(left)
        for wanted in gold:
            span = plain.bare(wanted["start"]), plain.bare(wanted["end"])
            found = next((each for each in left if shared(each[1:], span) >= SAME), None)
            if found is None:
                continue
            left.remove(found)
            hit += 1
            if wanted["title"]:
                titles_due += 1
                titles_said += bool(found[0])
                titled += "".join(found[0].split()) == "".join(wanted["title"].split())
    return 2 * hit / (due + said), 2 * titled / (titles_due + titles_said)


def shared(one, other):
    return (min(one[1], other[1]) - max(one[0], other[0])) / (max(one[1], other[1]) - min(one[0], other[0]))


@pytest.mark.parametrize(("interleave", "limits", "titles"), [("", 0.96, 0.9), ("lines", 0.82, 0.63)])
def test_pages_are_cut_as_they_were_set(interleave, limits, titles):
    reached = agreement(interleave)
    assert reached >= (limits, 0)
    assert reached[1] >= titles


def test_columns_that_interleave_line_by_line_are_parted():
    kept = [seed for seed in HELD_OUT if ordered(page(seed, "lines")[0]) is None]
    assert len(kept) <= 2


def test_columns_one_behind_the_other_stay_as_they_are():
    moved = [seed for seed in HELD_OUT if ordered(page(seed)[0]) is not None]
    assert len(moved) <= 1


@given(st.integers(0, 10_000), st.sampled_from(["", "lines", "blocks"]))
def test_every_line_is_read_once_and_every_sign_leads_back_to_its_place(seed, interleave):
    source = page(seed, interleave)[0].rstrip("\n")
    order = ordered(source)
    bare = Bare(source, order)
    assert sorted("".join(source.split())) == sorted("".join(bare.source.split()))
    if order is not None:
        assert sorted(order) == sorted(set(order))
        assert sum(end - start for start, end in order) == len(source)
    plain = Bare(source)
    for at in range(0, len(bare.text), 7):
        start, end = bare.raw(at, at + 1)
        assert end == start + 1
        assert plain.text[plain.bare(start)] == bare.text[at]


def test_what_is_found_where_columns_interleave_stands_in_the_file():
    source, _gold = page(5000, "lines")
    document = read_document(source)
    assert document.bare.source != source
    for article in document.articles:
        body = article.cut.body
        start, end = document.bare.raw(*body)
        assert 0 <= start < end <= len(source)
        first, _behind = document.bare.raw(body.start, body.start + 1)
        assert start <= first < end
        assert Bare(source[first]).text == document.bare.text[body.start]
        assert Bare(document.bare.quote(*body)).text == document.bare.text[body.start : body.end]
