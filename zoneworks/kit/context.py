"""What every page needs: the menu, the zones to switch to, the moment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from zoneworks.kit.menu import menu_for, shortcuts


def workbench(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame around each page."""
    context: dict[str, Any] = {"today": localdate(), "moment": getattr(request, "moment", None)}
    zone = getattr(request, "zone", None)
    if zone is None or not request.user.is_authenticated:
        return context
    query = request.GET.copy()
    query.pop("as_of", None)
    query.pop("known_at", None)
    context["leave_past_url"] = request.path + (f"?{query.urlencode()}" if query else "")
    context["menu"] = menu_for(request)
    context["shortcuts"] = shortcuts(context["menu"])
    moment = context["moment"]
    context["search_url"] = reverse("search", kwargs={"zone": zone.code})
    context["search_moment"] = moment.query if moment else {}
    context["zones"] = [
        {"code": other.code, "name": other.name, "url": reverse("home", kwargs={"zone": other.code})}
        for other in request.zones  # type: ignore[attr-defined]
    ]
    context["role_labels"] = [str(label) for value, label in _roles() if value in request.user.roles_in(zone)]
    return context


def _roles() -> list[tuple[str, Any]]:
    from zoneworks.accounts.roles import Role

    return [(role.value, role.label) for role in Role]
