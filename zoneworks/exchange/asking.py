"""A list as somebody asked for it: it can be read again later, outside of the request that asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from zoneworks.accounts.models import User, Zone
from zoneworks.kit.ledger import Ledger
from zoneworks.kit.moment import Moment
from zoneworks.kit.registry import ledgers

_LEFT_OUT = ("page", "csrfmiddlewaretoken")


@dataclass(frozen=True, slots=True)
class Asked:
    """The list of a ledger with its filters, order, columns and moment, as `user` sees it."""

    zone: Zone
    user: User
    slug: str
    query: str = ""

    @classmethod
    def of(cls, ledger: Any) -> Asked:
        """Return the list that the page of `ledger` shows."""
        query = ledger.request.GET.copy()
        for name in _LEFT_OUT:
            query.pop(name, None)
        return cls(ledger.zone, ledger.user, ledger.slug, query.urlencode())

    @property
    def address(self) -> str:
        """Return the address of the list, as a cover names it."""
        base = f"/{self.zone.code}/{self.slug}/"
        return f"{base}?{self.query}" if self.query else base

    def ledger(self) -> Ledger:
        """Return the ledger as its list is drawn now; raise `MomentError` for a moment that cannot be read."""
        request: Any = HttpRequest()
        request.method = "GET"
        request.GET = QueryDict(self.query)
        request.zone, request.user, request.htmx = self.zone, self.user, False
        request.moment = Moment.read(request.GET)
        ledger = ledgers[self.slug]()
        ledger.setup(request)
        ledger.page = "export"
        return ledger
