"""Where in its file stands what was found: pages with boxes, or paragraphs, cells and elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zoneworks.intake.readers.readable import Place, Readable, joined

_ITEMS = ("projects", "engagements", "claims", "people", "organizations")


def add_places(document: dict[str, Any], read: Readable) -> None:
    """Add to each article and item of a printed document the `pages` (of files that have them) and the `place`.

    A text file is its own place: what is printed of it stays as it is.
    """
    if read.encoding and all(span.place.at.startswith("line ") for span in read.spans[:1]):
        return
    for article in document["articles"]:
        for item in (article, *(each for kind in _ITEMS for each in article[kind])):
            places = read.places(item["start"], item["end"])
            if pages := sorted({place.page for place in places if place.page is not None}):
                item["pages"] = pages
            item["place"] = list(_printed(places))


def _printed(places: Sequence[Place]) -> Iterator[dict[str, Any]]:
    """Give boxes on pages, those of a column as one; of places without a page the first and the last."""
    if places and places[0].page is None:
        first, last = places[0].at, places[-1].at
        yield {"at": first} if first == last else {"at": first, "to": last}
        return
    for place in joined(list(places)):
        yield {"page": place.page, "box": [round(edge, 1) for edge in place.box or ()]}
