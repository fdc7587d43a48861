"""Refuses to start with settings that would be misread in silence."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from zoneworks.accounts.roles import Role
from zoneworks.doors.addresses import networks


@register()
def settings_of_the_doors(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for a role or a network that does not exist."""
    found: list[CheckMessage] = [
        Error(
            f"ZONEWORKS_SECOND_STEP_ROLES: there is no role “{name}”. Roles are: {', '.join(Role.values)}.",
            id="doors.E001",
        )
        for name in settings.SECOND_STEP_ROLES
        if name not in Role.values
    ]
    try:
        networks(tuple(settings.TRUSTED_PROXIES))
    except ImproperlyConfigured as error:
        found.append(Error(str(error), id="doors.E002"))
    return found
