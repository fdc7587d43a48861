"""Compound files, in which the older Office formats keep their streams."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from zoneworks.exchange.reading.traits import DamagedError

SIGN = bytes.fromhex("d0cf11e0a1b11ae1")
_LAST = 0xFFFFFFFA
"""Numbers of sectors are below this; from here on they say what a sector is for."""
_ENTRY = 128
_STREAM, _ROOT = 2, 5


class Compound:
    """A compound file: finds its streams by name. `DamagedError` when the chains of its sectors lead nowhere."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(SIGN) or len(data) < 512:
            raise DamagedError
        self.data = data
        self.size = 1 << self._short(30)
        self.small_size = 1 << self._short(32)
        if self.size not in (512, 4096) or self.small_size != 64:
            raise DamagedError
        self.cutoff = self._long(56)
        self.next = self._table()
        self.entries = list(self._directory())
        small = self._chain(self._long(60), self.next) if self._long(60) < _LAST else b""
        self.small_next = struct.unpack(f"<{len(small) // 4}I", small)
        self.small = next(
            (self._chain(start, self.next) for _n, kind, start, _s in self.entries if kind == _ROOT), b""
        )

    def stream(self, *names: str) -> bytes:
        """Return the first of the named streams that is there."""
        for wanted in names:
            for name, kind, start, size in self.entries:
                if kind == _STREAM and name.lower() == wanted.lower():
                    is_small = size < self.cutoff
                    whole = (
                        self._chain(start, self.small_next, self.small, self.small_size)
                        if is_small
                        else self._chain(start, self.next)
                    )
                    return whole[:size]
        raise DamagedError

    def _table(self) -> tuple[int, ...]:
        """Return for each sector which one follows."""
        sectors = list(struct.unpack_from("<109I", self.data, 76))
        more = self._long(68)
        for _step in range(self._long(72)):
            if more >= _LAST:
                break
            block = struct.unpack(f"<{self.size // 4}I", self._sector(more))
            sectors.extend(block[:-1])
            more = block[-1]
        whole = b"".join(self._sector(number) for number in sectors if number < _LAST)
        return struct.unpack(f"<{len(whole) // 4}I", whole)

    def _directory(self) -> Iterator[tuple[str, int, int, int]]:
        whole = self._chain(self._long(48), self.next)
        for at in range(0, len(whole) - _ENTRY + 1, _ENTRY):
            entry = whole[at : at + _ENTRY]
            length = min(struct.unpack_from("<H", entry, 64)[0], 64)
            name = entry[: max(0, length - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entry, 116)
            yield name, entry[66], start, size

    def _chain(
        self, start: int, follows: tuple[int, ...], among: bytes | None = None, size: int = 0
    ) -> bytes:
        """Return the sectors that follow each other from `start`; a ring of them ends as damage."""
        parts: list[bytes] = []
        number = start
        while number < _LAST:
            if number >= len(follows) or len(parts) > len(follows):
                raise DamagedError
            part = self._sector(number) if among is None else among[number * size : (number + 1) * size]
            parts.append(part)
            number = follows[number]
        return b"".join(parts)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        return self.data[start : start + self.size].ljust(self.size, b"\0")

    def _short(self, at: int) -> int:
        return int(struct.unpack_from("<H", self.data, at)[0])

    def _long(self, at: int) -> int:
        return int(struct.unpack_from("<I", self.data, at)[0])
