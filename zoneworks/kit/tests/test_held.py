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
