"""The text of a document as it is read: its passages marked, each character countable."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from zoneworks.sources.marking import Segment, segments


def drawn(text: str, passages: Iterable[tuple[int, int, int]], target: int = -1) -> SafeString:
    """Return `text` as HTML in pieces; each carries in `data-offset` the place of its first character.

    Passages are (key, start, end). Nothing but the text itself stands in the pieces, so that characters can
    be counted in the page. A carriage return is written as a reference: a browser would take a bare one for
    a line feed.

    >>> drawn("a\\r<", [(7, 1, 2)])[:87]
    '<span data-offset="0">a</span><mark class="passage" id="p7" data-passages="7" data-offs'
    """
    return format_html_join("", "{}", ((_piece(segment, target),) for segment in segments(text, passages)))


def _piece(segment: Segment, target: int) -> SafeString:
    said = mark_safe(escape(segment.text).replace("\r", "&#13;"))  # noqa: S308  (escaped in this line)
    if not segment.passages:
        return format_html('<span data-offset="{}">{}</span>', segment.start, said)
    first, *others = segment.begins or (None,)
    return format_html(
        '{}<mark class="passage{}"{} data-passages="{}" data-offset="{}">{}</mark>',
        format_html_join("", '<a id="p{}"></a>', ((key,) for key in others)),
        " is-target" if target in segment.passages else "",
        format_html(' id="p{}"', first) if first is not None else "",
        " ".join(map(str, segment.passages)),
        segment.start,
        said,
    )
