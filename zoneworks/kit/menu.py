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


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: str
    url: str
    icon: str
    active: bool


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


_pages: list[_Page] = []


def add_page(
    group: str,
    label: Any,
    url_name: str,
    icon: str,
    position: int = 50,
    may_see: Callable[[HttpRequest], bool] = lambda request: True,
) -> None:
    """Give a page that is no ledger its place in the menu."""
    _pages.append(_Page(group, label, url_name, icon, position, may_see))


def menu_for(request: Any) -> list[MenuGroup]:
    """Return the groups of the menu with the entries that the person may open."""
    zone = request.zone.code
    entries: dict[str, list[tuple[int, MenuItem]]] = {key: [] for key in GROUPS}
    for page in _pages:
        if page.may_see(request):
            url = reverse(page.url_name, kwargs={"zone": zone})
            active = request.path == url if page.url_name == "home" else request.path.startswith(url)
            entries[page.group].append((page.position, _item(request, page.label, url, page.icon, active)))
    for ledger in ledgers:
        if ledger.menu and ledger.is_granted(request, "view"):
            url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone})
            active = request.path.startswith(url)
            entries[ledger.menu].append(
                (ledger.position, _item(request, ledger.label_plural(), url, ledger.icon, active))
            )
    return [
        MenuGroup(str(GROUPS[key]), [item for _position, item in sorted(found, key=lambda pair: pair[0])])
        for key, found in entries.items()
        if found
    ]


def _item(request: Any, label: Any, url: str, icon: str, active: bool) -> MenuItem:
    return MenuItem(str(label), request.moment.on_url(url), icon, active)
