"""Many rows in pages: the keys of a page are found in an index, only its rows are read whole; links to the others."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import QueryDict
from django.utils.functional import cached_property

from zoneworks.accounts.models import Zone
from zoneworks.kit.revision import kept
from zoneworks.kit.statements import Words


class KeyPaginator(Paginator):
    """Cuts ordered rows of a zone into pages.

    Skipping fifty thousand rows costs fifty thousand entries of an index and not as many joined rows. How many there
    are is counted once for as long as nothing is recorded in the zone. The rows of the keys `front` come before all
    others.
    """

    def __init__(
        self, rows: Any, size: int, zone: Zone, front: Sequence[int] = (), *, at_once: bool = False
    ) -> None:
        super().__init__(rows, size)
        self.zone, self.front, self.at_once = zone, front, at_once

    @cached_property
    def keys(self) -> array[int]:
        """Return the keys of all rows in their order.

        No index knows how rows stood on an earlier day, nor which rows a number counts: to find one page is to read
        them all, so that they are read once for the count and every page, and again when something is recorded.
        """
        rows: Any = self.object_list
        asked = Words(rows.values_list("pk", flat=True))
        return kept(
            self.zone,
            ("keys", *asked.said),
            lambda: array("q", (row[0] for row in asked.rows({}))),
            among="pasts",
        )

    @cached_property
    def count(self) -> int:
        if self.at_once:
            return len(self.keys)
        rows: Any = self.object_list
        try:
            said = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return 0
        return kept(self.zone, ("count", *said), rows.count)

    def _rest(self) -> Any:
        """Return the keys of the rows behind the front, to be cut."""
        if self.at_once:
            front = set(self.front)
            return [key for key in self.keys if key not in front] if front else self.keys
        rows: Any = self.object_list
        return (rows.exclude(pk__in=self.front) if self.front else rows).values_list("pk", flat=True)

    def page(self, number: Any) -> Page[Any]:
        """Return the page of this number, from 1, with its rows read whole."""
        page = self.keys_page(number)
        return Page(self.whole(list(page.object_list)), page.number, self)

    def keys_page(self, number: Any) -> Page[int]:
        """Return the page with the keys of its rows instead of the rows."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = list(self.front[start : start + self.per_page])
        if len(keys) < self.per_page:
            skipped = max(0, start - len(self.front))
            keys += self._rest()[skipped : skipped + self.per_page - len(keys)]
        return Page(keys, number, self)

    def get_keys_page(self, number: Any) -> Page[int]:
        """Return the keys of the rows of this page; of the first where no number is asked for, else of the last."""
        try:
            return self.keys_page(number)
        except PageNotAnInteger:
            return self.keys_page(1)
        except EmptyPage:
            return self.keys_page(self.num_pages)

    def whole(self, keys: Sequence[int]) -> list[Any]:
        """Return the rows of these keys in their order, with what is joined to them; one query."""
        rows: Any = self.object_list
        found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
        return [found[key] for key in keys if key in found]


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
