"""A visit that was logged is the record of a visit: it proves what the rulebook says of its kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from zoneworks.accounts.models import User
from zoneworks.engagements.deriving import standing_steps
from zoneworks.engagements.models import Engagement, EngagementProject, StepKind
from zoneworks.kit.moment import Moment
from zoneworks.projects.proving import Proof, proves_evidence
from zoneworks.rulebook.types import Rules


@proves_evidence
def held(projects: Sequence[int], moment: Moment, rules: Rules, viewer: User) -> Iterable[Proof]:
    """Return what was surely held by the day of the moment and is of a kind that proves something; three queries."""
    kinds = {kind.key: kind.proves for kind in rules.engagement_kinds if kind.proves}
    ties = EngagementProject.objects.filter(project__in=projects, engagement__kind__in=kinds)
    owners: dict[int, list[int]] = defaultdict(list)
    for engagement, project in ties.order_by("pk").values_list("engagement", "project"):
        owners[engagement].append(project)
    known_at = moment.known_at if moment.names_known_at else None
    steps = standing_steps(owners, moment.on, known_at)
    sure = [pk for pk, step in steps.items() if step.kind == StepKind.HELD and step.latest <= moment.on]
    seen = Engagement.objects.allowed(viewer, "view").filter(pk__in=sure).select_related("zone")
    for row in seen.order_by("held_latest", "pk"):
        for project in owners[row.pk]:
            yield from (Proof(project, key, row) for key in kinds[row.kind])
