"""Pictures of pages: scans and photographs, read by the extra `ocr` (rapidocr on onnxruntime, offline).

The extra is asked for when the first picture comes, so that all else works without it.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.intake.readers.columns import Piece, write_page
from zoneworks.intake.readers.readable import Readable, UnreadableError, Writing, tidy

MOST_PIXELS = 40_000_000
"""A picture is made smaller until it has no more: a page of A3 at 300 dots an inch has 17 million."""
MOST_FRAMES = 100
_SHARPNESS = 200 / 72
"""Pixels for each point of a page that is drawn to be read."""
_SURE = 0.5


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
    Image.MAX_IMAGE_PIXELS = None  # refused by its head already when it has more than 200 million
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as picture:
            for frame in ImageSequence.Iterator(picture):
                frames += 1
                if frames > MOST_FRAMES:
                    break
                pieces, unsure = recognized(ImageOps.exif_transpose(frame.convert("RGB")), using)
                left_out += unsure
                writing.add("\f" if writing.length and pieces else "")
                write_page(writing, pieces, frames)
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


def page_reader(using: Engine | None = None) -> Callable[[Any], list[Piece]] | None:
    """Return what reads a page of a PDF from its picture, with places in points of that page.

    Nothing where the extra is not installed; it is loaded when the first such page comes.
    """
    if using is None and find_spec("rapidocr") is None:
        return None

    def scan(page: Any) -> list[Piece]:
        reader = using or engine()
        if reader is None:
            return []
        wide, high = page.get_size()
        scale = min(_SHARPNESS, (MOST_PIXELS / max(wide * high, 1)) ** 0.5)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        pieces, _unsure = recognized(picture, reader)
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
    for corners, text, sure in using(picture):
        text = tidy(text).strip()
        if sure < _SURE or not text:
            unsure += sure < _SURE
            continue
        across, down = [corner[0] * shrunk for corner in corners], [corner[1] * shrunk for corner in corners]
        box = (min(across), min(down), max(across), max(down))
        found.append(Piece(box, text, _size(box, text)))
    return found, unsure


def _size(box: tuple[float, float, float, float], text: str) -> float:
    """Return how large the signs of a line are: a box is higher than its signs by chance, but not wider."""
    signs = sum(0.5 if sign < "\u2000" else 1.0 for sign in text)
    return min(box[3] - box[1], 1.2 * (box[2] - box[0]) / max(signs, 0.5))
