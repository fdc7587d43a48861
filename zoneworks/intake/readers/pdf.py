"""A PDF by its text layer, its lines in reading order; pages that are pictures go to what reads scans."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zoneworks.intake.readers import apart, text_layer
from zoneworks.intake.readers.columns import Piece, write_page
from zoneworks.intake.readers.readable import Readable, UnreadableError, Writing

Scan = Callable[[bytes, int, tuple[float, float]], Sequence[Piece]]
"""What reads a page without a text layer: given the PDF, the number of the page, and its size in points."""


@dataclass(slots=True)
class _Pages:
    """What is known of the pages while they are written."""

    writing: Writing = field(default_factory=Writing)
    bare: list[int] = field(default_factory=list)
    scanned: int = 0
    damaged: int = 0


def read(data: bytes, name: str, scan: Scan | None = None) -> Readable:
    """Return the text of a PDF page after page; `UnreadableError` when it cannot be opened or holds no text.

    Pages without a text layer are given to `scan`; without one they are left out and noted.
    """
    first, *layers = told(data, name)
    pages = _Pages()
    for number, layer in enumerate(layers, 1):
        pieces = [Piece(tuple(box), text, size) for box, text, size in layer["pieces"]]
        pages.damaged += layer["damaged"]
        is_scan = not pieces and layer["shows"] and scan is not None
        if is_scan and scan is not None:
            pieces = list(scan(data, number, tuple(layer["size"])))
            pages.scanned += 1
        if pieces:
            pages.writing.add("\f" if pages.writing.length else "")
            write_page(pages.writing, pieces, number, are_lines=is_scan)
        else:
            pages.bare.append(number)
    if not pages.writing.length:
        raise _without_text(name, scan is not None, any(layer["shows"] for layer in layers))
    notes = _notes(pages.bare, pages.scanned, first["pages"], scan is not None)
    return pages.writing.done(*notes, damaged=pages.damaged)


def told(data: bytes, name: str) -> list[dict[str, Any]]:
    """Return what the text layer says: how many pages there are, then for each what stands on it."""
    try:
        return [json.loads(line) for line in apart.run(text_layer, ["text"], data).splitlines()]
    except apart.EndedError as error:
        raise refusal(name, error) from error


def refusal(name: str, error: apart.EndedError) -> UnreadableError:
    """Return why the text layer could not be read."""
    if error.code == text_layer.REFUSED["password"]:
        said = _("“%(name)s” opens with a password only. Save it without one and choose it again.")
    elif error.is_out_of_time:
        said = _(
            "“%(name)s” takes longer to read than any document should. Print it into a new PDF, page by page."
        )
    else:
        said = _("“%(name)s” is damaged. Open it, print it into a new PDF and choose that.")
    return UnreadableError(said % {"name": name})


def _without_text(name: str, was_scanned: bool, shows: bool) -> UnreadableError:
    if was_scanned or not shows:
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
    if count > text_layer.MOST_PAGES:
        yield _("Of %(count)d pages the first %(most)d were read.") % {
            "count": count,
            "most": text_layer.MOST_PAGES,
        }
