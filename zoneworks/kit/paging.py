"""Links from one page of many rows to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class PageLink:
    """One page to turn to, or the gap between two of them."""

    label: str
    url: str
    current: bool = False
    gap: bool = False


def page_links(
    page: Page[Any], query: QueryDict, parameter: str = "page", address: str = ""
) -> list[PageLink]:
    """Return the links to the pages around this one, the first and the last; none when there is only one.

    Each is `address` with `query`, whose `parameter` names the page.
    """
    if page.paginator.num_pages < 2:
        return []
    asked = query.copy()
    links = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
        if isinstance(number, int):
            asked[parameter] = str(number)
            links.append(PageLink(str(number), f"{address}?{asked.urlencode()}", number == page.number))
        else:
            links.append(PageLink("…", "", gap=True))
    return links
