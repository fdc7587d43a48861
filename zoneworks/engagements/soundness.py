"""The columns of engagements that follow from their steps, for whoever looks whether they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from zoneworks.engagements.deriving import derive, state_of
from zoneworks.engagements.models import Engagement, EngagementStep
from zoneworks.kit.soundness import DerivedColumns, keep_sound


@keep_sound
class EngagementColumns(DerivedColumns):
    """How an engagement stands, when it was held and for how many are what its steps say."""

    key = "engagement-columns"
    label = gettext_lazy("states and days of engagements")
    model = Engagement

    def fresh(self, rows: Sequence[Any]) -> Mapping[int, Mapping[str, Any]]:
        steps: dict[int, list[EngagementStep]] = {row.pk: [] for row in rows}
        for step in EngagementStep.objects.filter(engagement__in=list(steps)).live():
            steps[step.engagement_id].append(step)
        return {pk: state_of(found) for pk, found in steps.items()}

    def write(self, row: Any) -> None:
        derive(row)
