"""The text layer of a PDF: signs with their boxes become pieces of lines, page after page.

This runs as a program of its own (`apart.py` starts it), with an end to its time and memory: a few hundred bytes of a
PDF can ask for years of drawing, and what trips pdfium, which is no Python, would take its caller along. It knows
nothing of Django. pdfium draws and runs nothing here; its build has no engine for scripts.

python -m zoneworks.intake.readers.text_layer text           a line of JSON for each page of the PDF on stdin
python -m zoneworks.intake.readers.text_layer draw 3 2.5     page 3 as pixels, 2.5 for each point
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium

from zoneworks.intake.readers import apart
from zoneworks.intake.readers.columns import Piece
from zoneworks.intake.readers.readable import Box

MOST_SECONDS = 60
MOST_MEMORY = 3 << 30
MOST_PAGES = 1000
MOST_SIGNS = 2_000_000
_MOST_ON_PAGE = 200_000
_GAP = 0.8
_UNREAD = 0.3
"""From this share on of signs without a meaning a text layer is none: its fonts do not say which sign is which."""
REFUSED = {"password": 3, "damaged": 4}
"""How the program ends when it cannot read the file."""


def main(arguments: Sequence[str]) -> int:
    """Answer with the PDF on stdin, within limits; return 0, or a number of `REFUSED`."""
    apart.limit(MOST_SECONDS, MOST_MEMORY)
    return answer(arguments, sys.stdin.buffer.read(), sys.stdout.buffer)


def answer(arguments: Sequence[str], data: bytes, out: BinaryIO) -> int:
    """Write to `out` what the arguments ask of a PDF; return 0, or a number of `REFUSED`."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            if arguments[0] == "draw":
                _draw(document[int(arguments[1]) - 1], float(arguments[2]), out)
            else:
                _tell(document, out)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        return REFUSED["password" if is_locked else "damaged"]
    return 0


def _tell(document: pypdfium2.PdfDocument, out: BinaryIO) -> None:
    out.write(json.dumps({"pages": len(document)}).encode() + b"\n")
    signs = 0
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        pieces, damaged = _page(page)
        told = [(piece.box, piece.text, piece.size) for piece in pieces]
        shows = pdfium.FPDFPage_CountObjects(page) > 0
        line = {"pieces": told, "damaged": damaged, "shows": shows, "size": page.get_size()}
        out.write(json.dumps(line).encode() + b"\n")
        signs += sum(len(piece.text) for piece in pieces)
        if signs > MOST_SIGNS:
            break


def _draw(page: pypdfium2.PdfPage, scale: float, out: BinaryIO) -> None:
    """Write width and height on a line, then the pixels, three bytes each, red first."""
    bitmap = page.render(
        scale=scale, may_draw_forms=False, rev_byteorder=True, force_bitmap_format=pdfium.FPDFBitmap_BGR
    )
    out.write(f"{bitmap.width} {bitmap.height}\n".encode())
    pixels = memoryview(bitmap.buffer).cast("B")
    out.writelines(
        pixels[row * bitmap.stride : row * bitmap.stride + 3 * bitmap.width] for row in range(bitmap.height)
    )


def _page(page: pypdfium2.PdfPage) -> tuple[list[Piece], int]:
    """Return the pieces of a page and how many signs have no meaning; no piece where most have none."""
    signs = list(_signs(page.get_textpage(), _turned(page)))
    odd = sum(sign[0] == "�" for sign in signs)
    if odd > _UNREAD * len(signs):
        return [], 0
    return _upright(_runs(signs)), odd


Sign = tuple[str, Box]
_NOWHERE: Box = (0, 0, 0, 0)


def _turned(page: pypdfium2.PdfPage) -> Callable[[float, float, float, float], Box]:
    """Return what gives a box, as the file has it, as people see it: turned, from the upper left corner."""
    left, bottom, right, top = page.get_cropbox()
    match page.get_rotation():
        case 90:
            return lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left)
        case 180:
            return lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom)
        case 270:
            return lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0)
    return lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0)


def _signs(
    layer: pypdfium2.PdfTextPage, turned: Callable[[float, float, float, float], Box]
) -> Iterator[Sign]:
    """Give the signs of a page in the order of the file; spaces come without a box."""
    count = min(pdfium.FPDFText_CountChars(layer), _MOST_ON_PAGE)
    rect = pdfium.FS_RECTF()
    place = ctypes.byref(rect)
    high = ""
    for at in range(count):
        code = pdfium.FPDFText_GetUnicode(layer, at)
        sign = chr(code) if code < 0x110000 else "�"
        if 0xD800 <= code < 0xDC00:
            high = sign
            continue
        if high:
            sign = (high + sign).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            high = ""
        if pdfium.FPDFText_IsGenerated(layer, at) == 1:
            continue
        if sign.isspace():
            yield " ", _NOWHERE
            continue
        if sign < " " or sign == "\x7f" or 0xD800 <= code < 0xF900 or code in (0xFFFE, 0xFFFF):
            sign = "�"  # no sign, or one that only this font knows
        if pdfium.FPDFText_GetLooseCharBox(layer, at, place):
            box = turned(rect.left, rect.bottom, rect.right, rect.top)
            if box[2] > box[0] and box[3] > box[1]:
                yield sign, box


def _runs(signs: Sequence[Sign]) -> list[Piece]:
    """Return signs that follow each other in the file and stand beside each other as pieces."""
    found: list[Piece] = []
    text: list[str] = []
    whole, size, spaced = _NOWHERE, 0.0, False

    def close() -> None:
        if text:
            found.append(Piece(whole, "".join(text), size))
            text.clear()

    for sign, box in signs:
        if box is _NOWHERE:
            spaced = True
            continue
        own = _size(sign, box)
        near = min(own, size) or own
        gap = box[0] - whole[2]
        beside = abs(box[3] - whole[3]) < 0.35 * near and -0.5 * near < gap < _GAP * near
        if not text or not beside or max(own, size) > 1.6 * near:
            close()
            whole, size = box, own
        elif spaced or (gap > 0.2 * near and text[-1] < "\u2000" and sign < "\u2000"):
            text.append(" ")
        spaced = False
        text.append(sign)
        whole = min(whole[0], box[0]), min(whole[1], box[1]), max(whole[2], box[2]), max(whole[3], box[3])
        size = max(size, own)
    close()
    return found


def _size(sign: str, box: Box) -> float:
    """Return how large a sign is: the width of a Chinese one, for others what their height says."""
    return box[2] - box[0] if "\u2e80" <= sign < "\uff5f" else 0.9 * (box[3] - box[1])


def _upright(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with single signs below each other joined: Chinese headlines may run downwards."""
    found: list[Piece] = []
    stack: list[Piece] = []

    def close() -> None:
        if len(stack) > 2:
            boxes = [piece.box for piece in stack]
            whole = (
                min(box[0] for box in boxes), boxes[0][1], max(box[2] for box in boxes), boxes[-1][3]
            )  # fmt: skip
            found.append(Piece(whole, "".join(piece.text for piece in stack), stack[0].size))
        else:
            found.extend(stack)
        stack.clear()

    for piece in pieces:
        if stack and not _is_under(stack[-1], piece):
            close()
        if len(piece.text) == 1:
            stack.append(piece)
        else:
            found.append(piece)
    close()
    return found


def _is_under(above: Piece, below: Piece) -> bool:
    step = below.middle - above.middle
    centers = abs(below.box[0] + below.box[2] - above.box[0] - above.box[2]) / 2
    return len(below.text) == 1 and centers < 0.3 * above.size and 0.8 * above.size < step < 1.7 * above.size


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
