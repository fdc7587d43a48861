"""How often one token, or one session, may ask."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle


class PerCaller(SimpleRateThrottle):
    """So many requests in a minute for each token; a person at the pages counts as one caller."""

    scope = "api"

    def get_rate(self) -> Any:
        return settings.API_RATE or None

    def get_cache_key(self, request: Any, view: Any) -> str:
        token = request.auth
        return f"api-rate-{'token' if token else 'person'}-{token.pk if token else request.user.pk}"
