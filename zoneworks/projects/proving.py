"""What proves a piece of evidence beside files: a higher floor says which of its records do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from zoneworks.accounts.models import User
from zoneworks.kit.attributes import own_as_known
from zoneworks.kit.moment import Moment
from zoneworks.projects.models import Project
from zoneworks.rulebook.types import Rules


class Proof(NamedTuple):
    """A record that proves the piece of evidence `key` about the project; `row` opens as its source."""

    project: int
    key: str
    row: Any


Prover = Callable[[Sequence[int], Moment, Rules, User, Collection[str]], Iterable[Proof]]
_provers: list[Prover] = []


def proves_evidence(find: Prover) -> Prover:
    """Let a higher floor find what its records prove about projects.

    `find` takes numbers of projects, the moment, the rules, who looks, and the pieces of evidence that are asked for;
    one project costs as many queries as many.
    """
    _provers.append(find)
    return find


def with_officer(projects: Sequence[Project], moment: Moment) -> set[int]:
    """Return those of `projects` that an officer looked after at the moment; a query only for a past one."""
    if moment.assigned is None:
        return {project.pk for project in projects if project.officer_id is not None}
    rows = Project.objects.filter(pk__in=[project.pk for project in projects])
    then = rows.alias(looked_after_by=own_as_known(Project, "officer", moment.assigned))
    return set(then.filter(looked_after_by__isnull=False).order_by().values_list("pk", flat=True))


def proofs(
    projects: Sequence[int], moment: Moment, rules: Rules, viewer: User, asked: Collection[str]
) -> list[Proof]:
    """Return everything but files that proves one of `asked` about `projects` at the moment, as `viewer` sees it."""
    if not projects:
        return []
    return [
        proof
        for find in _provers
        for proof in find(projects, moment, rules, viewer, asked)
        if proof.key in asked
    ]
