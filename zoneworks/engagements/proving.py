"""What was logged proves what the rulebook says of its kind: a visit that there was one, a signing where it began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from zoneworks.accounts.models import User
from zoneworks.engagements.deriving import standing_steps
from zoneworks.engagements.models import Engagement, EngagementProject, StepKind
from zoneworks.kit.attributes import own_as_known
from zoneworks.kit.moment import Moment
from zoneworks.projects.proving import Proof, proves_evidence
from zoneworks.rulebook.types import Rules


@proves_evidence
def held(
    projects: Sequence[int], moment: Moment, rules: Rules, viewer: User, asked: Collection[str]
) -> Iterable[Proof]:
    """Return what was surely held by the day of the moment and is of a kind that proves one of `asked`; three queries,
    and none where no kind does.

    The kind is the one that was known then. What only the first one of a project proves, that one alone proves.
    """
    kinds = {
        kind.key: kind
        for kind in rules.engagement_kinds
        if not {*kind.proves, *kind.proves_first}.isdisjoint(asked)
    }
    if not kinds:
        return
    owners: dict[int, list[int]] = defaultdict(list)
    ties = EngagementProject.objects.standing(moment.known).filter(project__in=projects).order_by("pk")
    for engagement, project in ties.values_list("engagement", "project"):
        owners[engagement].append(project)
    steps = standing_steps(owners, moment.on, moment.known)
    sure = {pk: step for pk, step in steps.items() if step.kind == StepKind.HELD and step.latest <= moment.on}
    rows = Engagement.objects.allowed(viewer, "view").filter(pk__in=sure).select_related("zone")
    known = rows.annotate(kind_then=own_as_known(Engagement, "kind", moment.known)).filter(
        kind_then__in=kinds
    )
    proved: set[tuple[int, str]] = set()
    for row in sorted(known, key=lambda row: (sure[row.pk].latest, row.pk)):
        kind = kinds[row.kind_then]
        for project in owners[row.pk]:
            yield from (Proof(project, key, row) for key in kind.proves)
            firsts = [key for key in kind.proves_first if (project, key) not in proved]
            proved.update((project, key) for key in firsts)
            yield from (Proof(project, key, row) for key in firsts)
