"""A PDF by its text layer: signs with their boxes become lines, and lines are put in reading order.

pdfium draws and runs nothing here; its build has no engine for scripts.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence

import pypdfium2
import pypdfium2.raw as pdfium
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.intake.readers.columns import Piece, write_page
from zoneworks.intake.readers.readable import Box, Readable, UnreadableError, Writing

MOST_PAGES = 1000
MOST_SIGNS = 2_000_000
_MOST_ON_PAGE = 200_000
_GAP = 0.8
_UNREAD = 0.3
"""From this share on of signs without a meaning a text layer is none: its fonts do not say which sign is which."""
Scan = Callable[[pypdfium2.PdfPage], Sequence[Piece]]
"""What reads a page without a text layer."""


def read(data: bytes, name: str, scan: Scan | None = None) -> Readable:
    """Return the text of a PDF page after page; `UnreadableError` when it cannot be opened or holds no text.

    Pages without a text layer are given to `scan`; without one they are left out and noted.
    """
    document = _opened(data, name)
    writing, bare, scanned, damaged = Writing(), [], 0, 0
    try:
        count = len(document)
        for number in range(1, min(count, MOST_PAGES) + 1):
            pieces, odd = _page(document, number)
            damaged += odd
            page = document[number - 1]
            is_scan = not pieces and scan is not None and _shows_something(page)
            if is_scan and scan is not None:
                pieces = list(scan(page))
                scanned += 1
            if not pieces:
                bare.append(number)
                continue
            writing.add("\f" if writing.length else "")
            write_page(writing, pieces, number, are_lines=is_scan)
            if writing.length > MOST_SIGNS:
                break
    except pypdfium2.PdfiumError as error:
        raise _damaged(name) from error
    finally:
        document.close()
    if not writing.length:
        raise _without_text(name, scan is not None)
    return writing.done(*_notes(bare, scanned, count, scan is not None), damaged=damaged)


def _opened(data: bytes, name: str) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
        if not len(document):
            raise _damaged(name)
        return document
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            said = _("“%(name)s” opens with a password only. Save it without one and choose it again.")
            raise UnreadableError(said % {"name": name}) from error
        raise _damaged(name) from error


def _damaged(name: str) -> UnreadableError:
    said = _("“%(name)s” is damaged. Open it, print it into a new PDF and choose that.")
    return UnreadableError(said % {"name": name})


def _without_text(name: str, was_scanned: bool) -> UnreadableError:
    if was_scanned:
        return UnreadableError(_("“%(name)s” holds no text.") % {"name": name})
    said = _(
        "“%(name)s” holds pictures of pages only, no text. Take the file that the pages were printed from, or install "
        "the extra that reads pictures: pip install 'zoneworks[ocr]'."
    )
    return UnreadableError(said % {"name": name})


def _notes(bare: Sequence[int], scanned: int, count: int, can_scan: bool) -> Iterator[str]:
    if bare:
        shown = ", ".join(map(str, bare[:20])) + (" …" if len(bare) > 20 else "")
        said = ngettext(
            "Page %(pages)s holds no text and was left out.",
            "Pages %(pages)s hold no text and were left out.",
            len(bare),
        )
        yield said % {"pages": shown}
        if not can_scan:
            yield _("Pages that are pictures are read with an extra: pip install 'zoneworks[ocr]'.")
    if scanned:
        said = ngettext(
            "%(count)d page was read from its picture.",
            "%(count)d pages were read from their pictures.",
            scanned,
        )
        yield said % {"count": scanned}
    if count > MOST_PAGES:
        yield _("Of %(count)d pages the first %(most)d were read.") % {"count": count, "most": MOST_PAGES}


def _shows_something(page: pypdfium2.PdfPage) -> bool:
    return pdfium.FPDFPage_CountObjects(page) > 0


def _page(document: pypdfium2.PdfDocument, number: int) -> tuple[list[Piece], int]:
    """Return the pieces of a page and how many signs have no meaning; no piece where most have none."""
    page = document[number - 1]
    layer = page.get_textpage()
    signs = list(_signs(layer, _turned(page)))
    odd = sum(sign[0] == "�" for sign in signs)
    if odd > _UNREAD * len(signs):
        return [], 0
    return _upright(_runs(signs)), odd


Sign = tuple[str, Box]
_NOWHERE: Box = (0, 0, 0, 0)


def _turned(page: pypdfium2.PdfPage) -> Callable[[float, float, float, float], Box]:
    """Return what gives a box, as the file has it, as people see it: turned, from the upper left corner."""
    left, bottom, right, top = page.get_mediabox()
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
