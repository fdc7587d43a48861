"""What the tests of the API share: a caller that shows a token, as a program would."""

from __future__ import annotations

import pytest

from zoneworks.api.tests.caller import caller_for


@pytest.fixture
def call(zone):
    """Return a caller for a person: `call(cast.alice).get("projects")`."""

    def made(user, where=None, **said):
        return caller_for(user, where or zone, **said)

    return made
