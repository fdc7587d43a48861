"""Pictures of pages: scans and photographs, read by the extra `ocr` (rapidocr on onnxruntime, offline).

The extra is asked for when the first picture comes, so that all else works without it.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.intake.readers import apart, text_layer
from zoneworks.intake.readers.columns import Piece, write_page
from zoneworks.intake.readers.readable import Box, Readable, UnreadableError, Writing, tidy
from zoneworks.sources import pictures

MOST_PIXELS = 40_000_000
"""A picture is made smaller until it has no more: a page of A3 at 300 dots an inch has 17 million."""
MOST_FRAMES = 100
_SHARPNESS = 200 / 72
"""Pixels for each point of a page that is drawn to be read."""
_SURE = 0.5
_DARKER, _MARGIN = 60, 40


class Engine(Protocol):
    """What finds lines in a picture of Pillow."""

    def __call__(self, picture: Any) -> Iterable[tuple[Sequence[Sequence[float]], str, float]]:
        """Give the four corners of each line, what it says, and how sure that is, from 0 to 1."""


@cache
def engine() -> Engine | None:
    """Return what reads pictures, nothing where the extra is not installed."""
    try:
        from rapidocr import RapidOCR
    except ImportError:
        return None
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    reader = RapidOCR()
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)

    def lines(picture: Any) -> Iterable[tuple[Sequence[Sequence[float]], str, float]]:
        found = reader(picture)
        if found.boxes is None:
            return ()
        return zip(found.boxes.tolist(), found.txts, found.scores, strict=True)

    return lines


def read(data: bytes, name: str, using: Engine | None = None) -> Readable:
    """Return the text of a picture, its lines in reading order; each frame of a tif is a page."""
    using = using or engine()
    if using is None:
        said = _(
            "“%(name)s” is a picture. Install the extra that reads pictures: pip install 'zoneworks[ocr]'. Or take the "
            "file that was printed."
        )
        raise UnreadableError(said % {"name": name})
    from PIL import Image, ImageOps, ImageSequence

    writing, left_out, frames = Writing(), 0, 0
    # The head of the first frame was looked at before; Pillow refuses any frame of twice as many pixels as this.
    Image.MAX_IMAGE_PIXELS = pictures.MOST_PIXELS // 2
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as picture:
            for frame in ImageSequence.Iterator(picture):
                frames += 1
                if frames > MOST_FRAMES:
                    break
                pieces, unsure = recognized(ImageOps.exif_transpose(frame.convert("RGB")), using)
                left_out += unsure
                writing.add("\f" if writing.length and pieces else "")
                write_page(writing, pieces, frames, are_lines=True)
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        KeyError,
        TypeError,
        IndexError,
        Image.DecompressionBombError,
    ):
        said = _("“%(name)s” is a damaged picture. Scan it again.")
        raise UnreadableError(said % {"name": name}) from None
    said = ngettext(
        "%(count)d line was too unclear to be read.", "%(count)d lines were too unclear to be read.", left_out
    )
    notes = [said % {"count": left_out}] if left_out else []
    if frames > MOST_FRAMES:
        notes.append(_("The first %(most)d pages were read.") % {"most": MOST_FRAMES})
    return writing.done(*notes)


def page_reader(using: Engine | None = None) -> Callable[..., list[Piece]] | None:
    """Return what reads a page of a PDF from its picture, with places in points of that page.

    Nothing where the extra is not installed; it is loaded when the first such page comes.
    """
    if using is None and find_spec("rapidocr") is None:
        return None

    def scan(data: bytes, number: int, size: tuple[float, float]) -> list[Piece]:
        reader = using or engine()
        scale = min(_SHARPNESS, (MOST_PIXELS / max(size[0] * size[1], 1)) ** 0.5)
        try:
            drawn = apart.run(text_layer, ["draw", str(number), str(scale)], data)
        except apart.EndedError:
            return []
        if reader is None:
            return []
        from PIL import Image

        head, _end, pixels = drawn.partition(b"\n")
        wide, high = map(int, head.split())
        pieces, _unsure = recognized(Image.frombytes("RGB", (wide, high), pixels), reader)
        return [
            Piece(
                (each.box[0] / scale, each.box[1] / scale, each.box[2] / scale, each.box[3] / scale),
                each.text,
                each.size / scale,
            )
            for each in pieces
        ]

    return scan


def recognized(picture: Any, using: Engine) -> tuple[list[Piece], int]:
    """Return the lines of a picture, and how many were too unclear; boxes are in pixels of the picture as it came."""
    shrunk = max(1.0, (picture.width * picture.height / MOST_PIXELS) ** 0.5)
    if shrunk > 1:
        picture = picture.resize((int(picture.width / shrunk), int(picture.height / shrunk)))
    found: list[Piece] = []
    unsure = 0
    for box, text, sure in _lines(picture, using):
        text = tidy(text).strip()
        if sure < _SURE or not text:
            unsure += sure < _SURE
            continue
        left, top, right, bottom = (edge * shrunk for edge in box)
        found.append(_piece((left, top, right, bottom), text))
    return found, unsure


def _lines(picture: Any, using: Engine) -> list[tuple[Box, str, float]]:
    """Return what an engine finds where there is ink: on a page that is almost empty it finds nothing otherwise."""
    ink = _ink(picture)
    if ink is None:
        return []
    left, top, right, bottom = ink
    middle = (top + bottom) // 2
    for areas in ([ink], [(left, top, right, middle), (left, middle, right, bottom)]):
        found = [line for area in areas if area[1] < area[3] for line in _lines_in(picture, area, using)]
        if found:
            return found
    return []


def _lines_in(
    picture: Any, area: tuple[int, int, int, int], using: Engine
) -> Iterator[tuple[Box, str, float]]:
    for corners, text, sure in using(picture.crop(area)):
        across = [corner[0] + area[0] for corner in corners]
        down = [corner[1] + area[1] for corner in corners]
        yield (min(across), min(down), max(across), max(down)), text, sure


def _ink(picture: Any) -> tuple[int, int, int, int] | None:
    """Return where a picture is darker than its paper, with a margin; nothing for a blank page."""
    gray = picture.convert("L")
    paper = max(range(256), key=gray.histogram().__getitem__)
    box = gray.point(lambda shade: 255 if abs(shade - paper) > _DARKER else 0).getbbox()
    if box is None:
        return None
    return (
        max(0, box[0] - _MARGIN),
        max(0, box[1] - _MARGIN),
        min(picture.width, box[2] + _MARGIN),
        min(picture.height, box[3] + _MARGIN),
    )


def _piece(box: Box, text: str) -> Piece:
    """Return a line with the box of its signs: the one that is found stands off from them on all sides.

    >>> _piece((0, 0, 48, 18), "总投资12亿")
    Piece(box=(4.5, 4.5, 43.5, 13.5), text='总投资12亿', size=9.0)
    """
    signs = sum(0.5 if sign < "\u2000" else 1.0 for sign in text)
    wide, high = box[2] - box[0], box[3] - box[1]
    size = min(high, max(high / 2, (wide - high) / (signs - 1))) if signs > 2 else 0.8 * high
    off = (high - size) / 2
    return Piece((box[0] + off, box[1] + off, box[2] - off, box[3] - off), text, size)
