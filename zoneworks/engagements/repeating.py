"""What seems to be logged already: the same officer, day, kind and organization, a short time ago."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from zoneworks.accounts.locks import hold
from zoneworks.engagements.models import Engagement, EngagementOrganization
from zoneworks.kit.recording import AlreadySaidError
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization

SHORT_TIME = timedelta(hours=12)
"""So long after an engagement was logged, the same is taken for a slip: once from the phone, once more at the desk."""


def refuse_repetition(
    engagement: Engagement, when: Span, state: str, bodies: Collection[Organization], reader: Any
) -> None:
    """Raise `AlreadySaidError` when `reader` sees the like of the unsaved `engagement`, logged a short time ago.

    Of two who log it at once the second is told: call it in the transaction that writes. One without an organization
    is like no other; one without an officer is like another without.
    """
    keys = [body.pk for body in bodies]
    if not keys:
        return
    hold(Organization, *keys)
    ties = EngagementOrganization.objects.standing().filter(organization__in=keys)
    alike = Engagement.objects.allowed(reader, "view").filter(
        zone=engagement.zone_id,
        kind=engagement.kind,
        host=engagement.host_id,
        state=state,
        held_earliest=when.earliest,
        held_latest=when.latest,
        created_at__gte=now() - SHORT_TIME,
        pk__in=ties.values("engagement"),
    )
    newest = alike.order_by("-pk").first()
    if newest is not None:
        raise AlreadySaidError(newest)
