"""The menu: what the apps registered, as far as the person may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.registry import ledgers

GROUPS = {
    "boards": _("Overview"),
    "work": _("Investment promotion"),
    "sources": _("Sources and rules"),
    "people": _("Zone and people"),
}

SHORTCUTS = 4
"""So many entries, and the menu itself, fit side by side on a phone."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: str
    url: str
    icon: str
    active: bool
    at_hand: bool = False


@dataclass(slots=True)
class MenuGroup:
    label: str
    items: list[MenuItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Page:
    group: str
    label: Any
    url_name: str
    icon: str
    position: int
    may_see: Callable[[HttpRequest], bool]
    at_hand: bool


_pages: list[_Page] = []


def add_page(
    group: str,
    label: Any,
    url_name: str,
    icon: str,
    position: int = 50,
    may_see: Callable[[HttpRequest], bool] = lambda request: True,
    *,
    at_hand: bool = False,
) -> None:
    """Give a page that is no ledger its place in the menu; one `at_hand` stands in the bar of a phone, too."""
    _pages.append(_Page(group, label, url_name, icon, position, may_see, at_hand))


def menu_for(request: Any) -> list[MenuGroup]:
    """Return the groups of the menu with the entries that the person may open."""
    zone = request.zone.code
    entries: dict[str, list[tuple[int, MenuItem]]] = {key: [] for key in GROUPS}
    for page in _pages:
        if page.may_see(request):
            url = reverse(page.url_name, kwargs={"zone": zone})
            active = request.path == url if page.url_name == "home" else request.path.startswith(url)
            entries[page.group].append((page.position, _item(request, page, url, active)))
    for ledger in ledgers:
        if ledger.menu and ledger.is_granted(request, "view"):
            url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone})
            active = request.path.startswith(url)
            entries[ledger.menu].append(
                (
                    ledger.position,
                    MenuItem(str(ledger.label_plural()), request.moment.on_url(url), ledger.icon, active),
                )
            )
    return [
        MenuGroup(str(GROUPS[key]), [item for _position, item in sorted(found, key=lambda pair: pair[0])])
        for key, found in entries.items()
        if found
    ]


def shortcuts(menu: list[MenuGroup]) -> list[MenuItem]:
    """Return the few entries for the bar of a phone: those at hand, filled up with the first of the menu."""
    entries = [item for group in menu for item in group.items]
    at_hand = [item for item in entries if item.at_hand]
    first = menu[0].items if menu else []
    chosen = [*at_hand, *[item for item in first if not item.at_hand]][:SHORTCUTS]
    return [item for item in entries if item in chosen]


def _item(request: Any, page: _Page, url: str, active: bool) -> MenuItem:
    return MenuItem(str(page.label), request.moment.on_url(url), page.icon, active, page.at_hand)
