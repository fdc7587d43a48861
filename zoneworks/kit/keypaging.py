"""Pages of a long list: the keys of a page are found in an index, and only its rows are read whole."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from zoneworks.accounts.models import Zone
from zoneworks.kit.revision import kept


class KeyPaginator(Paginator):
    """Cuts ordered rows of a zone into pages.

    Skipping fifty thousand rows costs fifty thousand entries of an index and not as many joined rows. How many there
    are is counted once for as long as nothing is recorded in the zone.
    """

    def __init__(self, rows: Any, size: int, zone: Zone) -> None:
        super().__init__(rows, size)
        self.zone = zone

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        try:
            said = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return 0
        return kept(self.zone, ("count", *said), rows.count)

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows: Any = self.object_list
        keys = list(rows.values_list("pk", flat=True)[start : start + self.per_page])
        found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
        return Page([found[key] for key in keys if key in found], number, self)
