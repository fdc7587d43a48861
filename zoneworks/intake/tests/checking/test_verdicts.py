"""A printed number beside a reading: what bears it out, what does not, and which word would."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.checking.stated import Stated, stated
from zoneworks.intake.checking.verdicts import Known, Verdict, judged
from zoneworks.intake.found import Place
from zoneworks.intake.quantities import quantities
from zoneworks.kit.quantities import Qualifier

SHARES = {"near": Decimal("0.10"), "about": Decimal("0.05")}
YI = 10**8


def read(text: str) -> Stated:
    """Return the first number of a text as the checker takes it."""
    bare = Bare(text)
    return stated(bare, quantities(bare.text, Place(0, len(bare.text)))[0])


def printed(value: Decimal, qualifier: Qualifier, step: Decimal | None = Decimal(1)) -> Stated:
    return Stated(value, "个", "count", qualifier, step, Place(0, 1), str(value))


@pytest.mark.parametrize(
    ("wording", "value", "verdict", "right"),
    [
        ("240亿元", 240 * YI, "supported", None),
        ("240亿元", 24_030_000_000, "supported", None),  # rounds to what is printed
        ("240亿元", 24_060_000_000, "differs", "over"),
        ("近240亿元", 233 * YI, "supported", None),
        ("近240亿元", 243 * YI, "qualifier_wrong", "over"),
        ("近240亿元", 240 * YI, "qualifier_wrong", "exact"),
        ("近240亿元", 100 * YI, "differs", None),
        ("超240亿元", 241 * YI, "supported", None),
        ("超240亿元", 238 * YI, "qualifier_wrong", "near"),
        ("约240亿元", 250 * YI, "supported", None),
        ("约240亿元", 300 * YI, "differs", None),
        ("不低于240亿元", 240 * YI, "supported", None),
        ("240亿元以上", 239 * YI, "qualifier_wrong", "near"),
        ("不到240亿元", 239 * YI, "supported", None),
        ("不到240亿元", 240 * YI, "qualifier_wrong", "exact"),
        ("30余个项目", 34, "supported", None),
        ("12个项目", 11, "differs", "near"),
        ("12个项目", 12, "supported", None),
    ],
)
def test_the_word_beside_a_number_decides(wording, value, verdict, right):
    told = judged(read(wording), Known(Decimal(value)), SHARES)
    assert (told.verdict.value, told.right and told.right.value) == (verdict, right)


@pytest.mark.parametrize(
    ("wording", "ledger", "verdict"),
    [
        ("近20亿元", "near", "supported"),
        ("20亿元", "near", "qualifier_wrong"),
        ("超20亿元", "near", "qualifier_wrong"),
        ("约20亿元", "near", "supported"),
        ("不低于20亿元", "over", "supported"),
        ("20亿元", "at_least", "qualifier_wrong"),
    ],
)
def test_a_word_in_the_ledger_belongs_to_its_number(wording, ledger, verdict):
    known = Known(Decimal(20 * YI), Qualifier(ledger))
    assert judged(read(wording), known, SHARES).verdict.value == verdict


def test_nothing_counted_is_not_in_the_ledger_but_a_printed_zero_is_right():
    assert judged(read("7个项目"), Known(None), SHARES).verdict is Verdict.NOT_IN_LEDGER
    assert judged(read("7个项目"), Known(Decimal(0)), SHARES).verdict is Verdict.NOT_IN_LEDGER
    assert (
        judged(printed(Decimal(0), Qualifier.EXACT), Known(Decimal(0)), SHARES).verdict is Verdict.SUPPORTED
    )


def test_what_is_uncertain_may_bear_a_number_out_and_never_does_so_silently():
    told = judged(read("7个项目"), Known(Decimal(5), uncertain=Decimal(2)), SHARES)
    assert (told.verdict, told.difference, told.perhaps) == (Verdict.DIFFERS, 2, True)
    assert not judged(read("8个项目"), Known(Decimal(5), uncertain=Decimal(2)), SHARES).perhaps


readings = st.decimals(min_value=1, max_value=10**13, places=2, allow_nan=False, allow_infinity=False)
steps = st.sampled_from([Decimal(1), Decimal(10) ** 4, Decimal(10) ** 6, Decimal(10) ** 8])


@given(readings, steps)
def test_a_reading_rounded_to_its_printed_digit_is_supported(value, step):
    rounded = (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    known = Known(value)
    if rounded:
        assert judged(printed(rounded, Qualifier.EXACT, step), known, SHARES).verdict is Verdict.SUPPORTED
    assert (
        judged(printed(rounded + step, Qualifier.EXACT, step), known, SHARES).verdict is not Verdict.SUPPORTED
    )


@given(readings, st.decimals(min_value="0.001", max_value="0.999", places=3))
def test_with_its_proper_word_a_number_is_always_supported_and_beyond_it_never(value, part):
    near, about = SHARES["near"], SHARES["about"]
    cases = {
        Qualifier.NEAR: (value / (1 - near * part), value / (1 - near - part)),
        Qualifier.ABOUT: (value / (1 - about * part), value / (1 - about - part / 2)),
        Qualifier.OVER: (value * (1 - part), value * (1 + part)),
        Qualifier.AT_LEAST: (value, value * (1 + part)),
        Qualifier.AT_MOST: (value, value * (1 - part)),
        Qualifier.LESS_THAN: (value * (1 + part), value * (1 - part)),
    }
    for word, (right, wrong) in cases.items():
        told = judged(printed(right, word), Known(value), SHARES)
        assert told.verdict is Verdict.SUPPORTED, (word, right)
        if wrong > 0:
            assert judged(printed(wrong, word), Known(value), SHARES).verdict is not Verdict.SUPPORTED, word


@given(readings, readings, st.sampled_from(Qualifier))
def test_the_difference_is_printed_less_known(value, known, word):
    told = judged(printed(value, word), Known(known), SHARES)
    assert told.difference == value - known


@pytest.mark.parametrize(
    ("wording", "step"),
    [
        ("240亿元", 10**8),
        ("12.5亿元", 10**7),
        ("5000万元", 10**4),
        ("1,250万元", 10**4),
        ("163家次", 1),
        ("七个", 1),
    ],
)
def test_the_last_printed_digit_is_known(wording, step):
    assert read(wording).step == step


def test_of_a_number_in_two_magnitudes_the_last_digit_is_left_open():
    assert read("3亿5000万元").step is None
