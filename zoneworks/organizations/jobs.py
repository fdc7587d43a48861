"""What organizations have done beside the pages: contacts are forgotten when their retention date has passed."""

from __future__ import annotations

from django.utils.timezone import localdate

from zoneworks.jobs.working import tidies
from zoneworks.organizations.services import forget_expired


@tidies
def forget() -> None:
    """Forget the contacts that should have been forgotten by today."""
    forget_expired(localdate())
