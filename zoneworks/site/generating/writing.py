"""Writes planned projects with their facts in batches: what single entries would have written, faster.

Only a zone that was made for it is written to in this way; everything else goes through `kit.recording`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Min, OuterRef, Subquery
from django.utils.timezone import localdate, make_aware, now

from zoneworks.kit.amounts import format_amount
from zoneworks.kit.facts import Fact
from zoneworks.kit.revision import renew
from zoneworks.projects.deriving import state_of
from zoneworks.projects.models import PartyRole, Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.site.generating.meetings import write_meetings
from zoneworks.site.generating.plans import FactPlan, FigurePlan, ProjectPlan
from zoneworks.site.generating.settling import Bodies
from zoneworks.site.generating.stamping import stamped
from zoneworks.site.generating.tables import Row, insert, update

Pair = tuple[Project, ProjectPlan]


def write(bodies: Bodies, plans: Sequence[ProjectPlan]) -> None:
    """Write one batch of projects, their facts and engagements, and the columns that follow from them."""
    projects = Project.objects.bulk_create([_project(bodies, plan) for plan in plans])
    pairs = list(zip(projects, plans, strict=True))
    _write_facts(bodies, ProjectStep, pairs, lambda plan: plan.steps)
    _write_facts(bodies, ProjectFigure, pairs, lambda plan: plan.figures)
    insert(ProjectParty, [_party(bodies, project, plan) for project, plan in pairs if plan.steps])
    write_meetings(bodies, pairs)
    _derive(projects)
    renew(bodies.zone)


def _project(bodies: Bodies, plan: ProjectPlan) -> Project:
    name = f"样例项目 {plan.number:06}"
    officer, unit = bodies.desks[plan.officer]
    return Project(
        zone=bodies.zone,
        name=name,
        industry=plan.industry,
        unit=unit,
        officer=officer,
        next_action=plan.next_action,
        next_due=plan.next_due,
        search_text=stamped(name, *([bodies.investors[plan.investor].name] if plan.steps else [])),
    )


def _write_facts(
    bodies: Bodies,
    model: type[Fact],
    pairs: Sequence[Pair],
    planned: Callable[[ProjectPlan], Sequence[FactPlan]],
) -> None:
    """Write the planned facts of one table: those that stand alone, then the corrections."""
    alone: list[Row] = []
    corrected: list[tuple[Row, Row]] = []
    for project, plan in pairs:
        facts = planned(plan)
        rows = [_row(bodies, project, plan, fact) for fact in facts]
        reversals = {
            fact.corrects: row for fact, row in zip(facts, rows, strict=True) if fact.corrects is not None
        }
        for place, (fact, row) in enumerate(zip(facts, rows, strict=True)):
            if place in reversals:
                corrected.append((row, reversals[place]))
            elif fact.corrects is None:
                alone.append(row)
    insert(model, alone)
    # A correction names the key of what it corrects, so those few are made as objects that learn their keys.
    olds = model._base_manager.bulk_create([model(**old) for old, _new in corrected])
    pairs_of_keys = zip(olds, corrected, strict=True)
    insert(model, [{**new, "reverses_id": old.pk} for old, (_old, new) in pairs_of_keys])


def _row(bodies: Bodies, project: Project, plan: ProjectPlan, fact: FactPlan) -> dict[str, Any]:
    """Return the columns of a fact; a figure has some more."""
    row = {"project_id": project.pk, **_attributed(bodies, plan, fact)}
    if isinstance(fact, FigurePlan):
        row |= {
            "value": fact.value,
            "unit": fact.unit,
            "qualifier": fact.qualifier,
            "nature": fact.nature,
            "per_year": fact.per_year,
            "is_increment": fact.is_increment,
            "wording": format_amount(fact.value, fact.unit, fact.qualifier, per_year=fact.per_year),
        }
    return row


def _attributed(bodies: Bodies, plan: ProjectPlan, fact: FactPlan) -> dict[str, Any]:
    """Return the columns that every fact has."""
    return {
        "zone_id": bodies.zone.pk,
        "kind": fact.kind,
        "earliest": fact.earliest,
        "latest": fact.latest,
        "asserted_by": fact.level,
        "recorded_at": make_aware(fact.recorded_at),
        "recorded_by_id": bodies.recorder(plan.officer, fact.level).pk,
        "withdrawn": fact.withdrawn,
        "note": fact.note,
    }


def _party(bodies: Bodies, project: Project, plan: ProjectPlan) -> dict[str, Any]:
    told = _attributed(bodies, plan, plan.steps[0]) | {"kind": PartyRole.INVESTOR, "note": ""}
    return {**told, "project_id": project.pk, "organization_id": bodies.investors[plan.investor].pk}


def _derive(projects: Sequence[Project]) -> None:
    """Write the derived columns as `projects.deriving` says them today, and the day of entry of each row."""
    state = state_of(projects, localdate(), now())
    update(Project, state)
    steps = ProjectStep.objects.filter(project=OuterRef("pk")).order_by().values("project")
    entered = Subquery(steps.annotate(first=Min("recorded_at")).values("first"))
    rows = Project.objects.filter(pk__in=[project.pk for project in projects], steps__isnull=False)
    Project.objects.filter(pk__in=rows.values("pk")).update(created_at=entered)
