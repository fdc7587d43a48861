"""A browser in which somebody of the cast is logged in."""

from __future__ import annotations

import pytest


@pytest.fixture
def login(client, cast):
    def enter(who: str):
        client.force_login(getattr(cast, who))
        return client

    return enter
