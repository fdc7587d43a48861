"""Wholes and their parts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zoneworks.intake.bare import Bare
from zoneworks.intake.checking.parts import wholes
from zoneworks.intake.checking.stated import stated
from zoneworks.intake.found import Place
from zoneworks.intake.quantities import quantities


def read(text: str):
    numbers = [stated(Bare(text), one) for one in quantities(text, Place(0, len(text)))]
    return wholes(text, numbers, [Place(0, len(text))] * len(numbers))


@pytest.mark.parametrize(
    ("text", "how", "declared", "missing"),
    [
        ("签约7个，其中一类2个、二类5个。", "equal", False, 0),
        ("签约14个，其中一类1个、二类10个、三类1个。", "not_exhaustive", False, 2),
        ("签约14个，其中一类6个、二类10个。", "overlap", False, -2),
        ("签约7个，其中分为一类2个、二类4个。", "not_exhaustive", True, 1),
        ("总投资20亿元，其中设备投资25亿元。", "overlap", False, -5 * 10**8),
        ("一类3个、二类4个，合计7个。", "equal", True, 0),
        ("一类3个、二类4个，合计8个。", "not_exhaustive", True, 1),
    ],
)
def test_parts_are_added_up_beside_their_whole(text, how, declared, missing):
    (found,) = read(text)
    assert (found.sum.value, found.declared, found.missing) == (how, declared, Decimal(missing))


def test_numbers_of_another_unit_are_no_parts():
    assert read("签约7个，其中总投资20亿元。") == []
    (found,) = read("签约7个，其中外地企业3个、总投资20亿元、本地企业9个。")
    assert found.total == 3


def test_a_rounded_whole_is_as_far_off_as_its_last_digit():
    (found,) = read("总投资20亿元，其中设备12.3亿元、土建7.4亿元。")
    assert found.sum.value == "equal"
