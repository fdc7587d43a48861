"""Known devices: a browser in which somebody logged in before has tries of its own.

Without it, a stranger who keeps typing wrong passwords for a name would keep its owner out as well.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from zoneworks.doors.models import TryKind
from zoneworks.doors.tries import Key, key, name_key

COOKIE = "known"
_SALT = "zoneworks.doors.known"
_KEPT = timedelta(days=180)


def key_for(request: HttpRequest, name: str) -> Key:
    """Return under what tries for `name` from this browser count: under the name, or under the known device."""
    of_name = name_key(name)
    try:
        mark, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_KEPT)
    except (signing.BadSignature, ValueError, TypeError):
        return of_name
    return key(TryKind.DEVICE, mark, device) if mark == of_name.mark else of_name


def remember(response: HttpResponseBase, name: str) -> None:
    """Mark the browser as one in which `name` logged in. The cookie opens nothing."""
    value = signing.dumps([name_key(name).mark, secrets.token_urlsafe(12)], salt=_SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=_KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
