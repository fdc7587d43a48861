"""How large a picture is, read from its head alone: nothing is decoded, so that none can cost memory here."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import IO

MOST_PIXELS = 200_000_000
"""More than any telephone takes. A browser that draws one needs four bytes for each."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that begin a frame and say how large it is."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_NO_FRAME_AFTER = frozenset({0xD9, 0xDA})
"""Markers of the end of a JPEG, and of its points: without a frame before them it cannot be drawn."""
_MARKER = re.compile(rb"\xff([^\x00\xff])")
_MOST_SEGMENTS = 2_000
"""Segments of a JPEG before its first frame; one with colors, a preview and notes in full has some hundreds."""
_PIECE = 4 << 10
_HEAD_OF_HEIC = 1 << 20


class EndlessHeadError(ValueError):
    """A picture does not come to its size within more parts than any program writes before it."""


def size_of(file: IO[bytes], extension: str) -> tuple[int, int] | None:
    """Return width and height in pixels; nothing for what is no picture, or says neither.

    Raises `EndlessHeadError` when there is too much before the place that would say it.

    >>> import io
    >>> size_of(io.BytesIO(b"GIF89a" + bytes([0x40, 1, 0xF0, 0])), "gif")
    (320, 240)
    """
    read = _SIZES.get(extension)
    if read is None:
        return None
    file.seek(0)
    with suppress(struct.error, LookupError):  # cut off, or of an order of bytes that is none
        return read(file)
    return None


def _png(file: IO[bytes]) -> tuple[int, int]:
    width, height = struct.unpack(">16x2I", file.read(24))
    return width, height


def _gif(file: IO[bytes]) -> tuple[int, int]:
    width, height = struct.unpack("<6x2H", file.read(10))
    return width, height


def _webp(file: IO[bytes]) -> tuple[int, int] | None:
    head = file.read(30)
    match head[12:16]:
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = struct.unpack("<26x2H", head)
            return width & 0x3FFF, height & 0x3FFF
    return None


def _jpg(file: IO[bytes]) -> tuple[int, int] | None:
    """Walk from segment to segment up to the first frame."""
    file.seek(2)
    for _segment in range(_MOST_SEGMENTS):
        mark = _next_mark(file)
        if mark is None or mark in _NO_FRAME_AFTER:
            return None
        if mark in _ALONE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if mark in _FRAMES:
            height, width = struct.unpack(">x2H", file.read(5))
            return width, height
        file.seek(max(length - 2, 0), 1)
    raise EndlessHeadError


def _next_mark(file: IO[bytes]) -> int | None:
    """Go behind the next marker and return it; what fills, or belongs to nothing, is passed as readers pass it."""
    while len(piece := file.read(_PIECE)) > 1:
        if found := _MARKER.search(piece):
            file.seek(found.end() - len(piece), 1)
            return found[1][0]
        file.seek(-1, 1)
    return None


def _tif(file: IO[bytes]) -> tuple[int, int] | None:
    order = {b"II": "<", b"MM": ">"}[file.read(2)]
    (first,) = struct.unpack(f"{order}2xI", file.read(6))
    file.seek(first)
    (count,) = struct.unpack(f"{order}H", file.read(2))
    found = {}
    for _entry in range(count):
        tag, kind = struct.unpack(f"{order}2H", file.read(4))
        value = file.read(8)[4:]
        if tag in (256, 257):
            (found[tag],) = struct.unpack(f"{order}H2x" if kind == 3 else f"{order}I", value)
    return (found[256], found[257]) if len(found) == 2 else None


def _heic(file: IO[bytes]) -> tuple[int, int] | None:
    """Return the largest of the sizes that the head names: that of the whole, and those of its tiles."""
    head = file.read(_HEAD_OF_HEIC)
    found, at = [], head.find(b"ispe")
    while at >= 0 and at + 16 <= len(head):
        found.append(struct.unpack(">2I", head[at + 8 : at + 16]))
        at = head.find(b"ispe", at + 4)
    return max(found, key=lambda size: size[0] * size[1], default=None)


_SIZES: dict[str, Callable[[IO[bytes]], tuple[int, int] | None]] = {
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "jpg": _jpg,
    "tif": _tif,
    "heic": _heic,
}
