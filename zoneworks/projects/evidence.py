"""What the next stage of many projects still needs, in a number of queries that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from zoneworks.accounts.models import User
from zoneworks.kit.moment import Moment
from zoneworks.projects.definitions import stage_asked
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.projects.pages import next_kind
from zoneworks.projects.proving import proofs, with_officer
from zoneworks.rulebook.types import Rules
from zoneworks.sources.models import Attachment


def missing_for(
    projects: Sequence[Project], stages: Mapping[int, str], moment: Moment, rules: Rules, viewer: User
) -> dict[int, list[str]]:
    """Return, for each project, the words of the evidence that its next stage asks for and nothing proves.

    `stages` says where each project stands. Of pieces of which one is enough, one word stands for all.
    """
    present = _proved(projects, moment)
    coming = {project.pk: next_kind(stages.get(project.pk, ""), rules) for project in projects}
    asked = {one.key for kind in set(coming.values()) - {""} for one in stage_asked(kind, rules).evidence}
    for proof in proofs([project.pk for project in projects], moment, rules, viewer, asked):
        present[proof.project].add(proof.key)
    looked_after = with_officer(projects, moment)
    missing: dict[int, list[str]] = {}
    for project in projects:
        kind = coming[project.pk]
        if not kind:
            continue
        proved = present[project.pk] | ({"officer_named"} if project.pk in looked_after else set())
        words: dict[str, str] = {}
        for one in stage_asked(kind, rules).missing(proved):
            words.setdefault(one.any_of or one.key, one.label)
        missing[project.pk] = list(words.values())
    return missing


def _proved(projects: Sequence[Project], moment: Moment) -> dict[int, set[str]]:
    """Return what files prove about each project or one of its steps."""
    found: dict[int, set[str]] = defaultdict(set)
    if not projects:
        return found
    for file in Attachment.objects.of(list(projects)).kept(moment.known):
        found[file.object_id].add(file.evidence)
    told = ProjectStep.objects.filter(project__in=projects).possible(moment.on, moment.known)
    steps = list(told.only("pk", "zone", "project"))
    if steps:
        owner = {step.pk: step.project_id for step in steps}
        for file in Attachment.objects.of(steps).kept(moment.known):
            found[owner[file.object_id]].add(file.evidence)
    return found
