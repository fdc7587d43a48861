"""What lies on the shelf is the thing itself; when it is full, what was longest not asked for goes."""

from __future__ import annotations

from zoneworks.kit.held import Held


def test_what_was_longest_not_asked_for_goes_first():
    shelf = Held(2)
    first, second = ["a"], ["b"]
    shelf.put(1, first)
    shelf.put(2, second)
    assert shelf.get(1) is first
    shelf.put(3, ["c"])
    assert shelf.get(2) is None
    assert shelf.get(1) is first

    shelf.put(1, second)
    assert shelf.get(1) is second
    shelf.clear()
    assert shelf.get(1) is None


def test_what_is_heavy_takes_the_place_of_many():
    shelf = Held(10)
    for number in range(4):
        shelf.put(number, [number], 2)
    shelf.put(9, ["heavy"], 7)
    assert [number for number in range(4) if shelf.get(number)] == [3]
    assert shelf.get(9) == ["heavy"]

    shelf.put(9, ["light"], 1)
    shelf.put(5, ["more"], 7)
    assert shelf.get(3)
    shelf.put(6, ["too heavy"], 11)
    assert shelf.get(6) is None
