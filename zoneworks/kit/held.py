"""A shelf of what was made before, of this process: as it is, not copied, and the longest unused goes first.

For what nobody changes once it is made. What is put away in bytes and taken out again whole each time, such as the
markup of rows, lies in a cache (`CACHES`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Held(Generic[T]):
    """Holds things by keys, which together weigh up to `most`; a thing weighs 1 where nothing else is said."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._weight = 0
        self._things: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return what lies under `key`, or nothing."""
        with self._lock:
            found = self._things.get(key)
            if found is None:
                return None
            self._things.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, thing: T, weight: int = 1) -> None:
        """Let `thing` lie under `key`, in the place of what lay there; what weighs more than all may is not kept."""
        with self._lock:
            if (before := self._things.pop(key, None)) is not None:
                self._weight -= before[1]
            self._things[key] = (thing, weight)
            self._weight += weight
            while self._weight > self.most:
                _key, (_thing, taken) = self._things.popitem(last=False)
                self._weight -= taken

    def clear(self) -> None:
        """Take everything away."""
        with self._lock:
            self._things.clear()
            self._weight = 0
