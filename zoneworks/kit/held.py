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
    """Holds up to `most` things by keys."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._things: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return what lies under `key`, or nothing."""
        with self._lock:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
            return found

    def put(self, key: Hashable, thing: T) -> None:
        """Let `thing` lie under `key`, in the place of what lay there."""
        with self._lock:
            self._things[key] = thing
            self._things.move_to_end(key)
            if len(self._things) > self.most:
                self._things.popitem(last=False)

    def clear(self) -> None:
        """Take everything away."""
        with self._lock:
            self._things.clear()
