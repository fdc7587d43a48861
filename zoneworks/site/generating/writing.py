"""Writes planned projects with their facts in batches: what single entries would have written, faster.

Only a zone that was made for it is written to in this way; everything else goes through `kit.recording`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import Min, OuterRef, Subquery
from django.utils.timezone import localdate, make_aware, now

from zoneworks.kit.amounts import format_amount
from zoneworks.kit.facts import Fact
from zoneworks.projects.deriving import state_of
from zoneworks.projects.models import PartyRole, Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.site.generating.meetings import write_meetings
from zoneworks.site.generating.plans import FactPlan, FigurePlan, ProjectPlan
from zoneworks.site.generating.settling import Bodies
from zoneworks.site.generating.stamping import stamped

Pair = tuple[Project, ProjectPlan]


def write(bodies: Bodies, plans: Sequence[ProjectPlan]) -> None:
    """Write one batch of projects, their facts and engagements, and the columns that follow from them."""
    projects = Project.objects.bulk_create([_project(bodies, plan) for plan in plans])
    pairs = list(zip(projects, plans, strict=True))
    _write_facts(bodies, pairs, lambda plan: plan.steps, _step)
    _write_facts(bodies, pairs, lambda plan: plan.figures, _figure)
    parties = [_party(bodies, project, plan) for project, plan in pairs if plan.steps]
    ProjectParty.objects.bulk_create(parties)
    write_meetings(bodies, pairs)
    _derive(projects)


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
    pairs: Sequence[Pair],
    planned: Callable[[ProjectPlan], Sequence[Any]],
    made: Callable[[Project, Any, dict[str, Any]], Fact],
) -> None:
    """Write the planned facts of one table: first those that stand alone, then those that correct them."""
    rows = [
        [made(project, fact, _attributed(bodies, plan, fact)) for fact in planned(plan)]
        for project, plan in pairs
    ]
    first: list[Fact] = []
    second: list[Fact] = []
    for (_project_row, plan), facts in zip(pairs, rows, strict=True):
        for fact_plan, fact in zip(planned(plan), facts, strict=True):
            if fact_plan.corrects is None:
                first.append(fact)
            else:
                fact.reverses = facts[fact_plan.corrects]  # type: ignore[attr-defined]
                second.append(fact)
    for batch in (first, second):
        if batch:
            for fact in batch:
                fact.reverses_id = fact.reverses.pk if fact.reverses else None  # type: ignore[attr-defined]
            type(batch[0])._base_manager.bulk_create(batch)


def _attributed(bodies: Bodies, plan: ProjectPlan, fact: FactPlan) -> dict[str, Any]:
    """Return the fields that every fact has."""
    return {
        "zone": bodies.zone,
        "kind": fact.kind,
        "earliest": fact.earliest,
        "latest": fact.latest,
        "asserted_by": fact.level,
        "recorded_at": make_aware(fact.recorded_at),
        "recorded_by": bodies.desks[plan.officer][0],
        "withdrawn": fact.withdrawn,
        "note": fact.note,
    }


def _step(project: Project, _fact: FactPlan, fields: dict[str, Any]) -> ProjectStep:
    return ProjectStep(project=project, **fields)


def _figure(project: Project, fact: FigurePlan, fields: dict[str, Any]) -> ProjectFigure:
    return ProjectFigure(
        project=project,
        value=fact.value,
        unit=fact.unit,
        qualifier=fact.qualifier,
        nature=fact.nature,
        per_year=fact.per_year,
        is_increment=fact.is_increment,
        wording=format_amount(fact.value, fact.unit, fact.qualifier, per_year=fact.per_year),
        **fields,
    )


def _party(bodies: Bodies, project: Project, plan: ProjectPlan) -> ProjectParty:
    fields = _attributed(bodies, plan, plan.steps[0]) | {"kind": PartyRole.INVESTOR, "note": ""}
    return ProjectParty(project=project, organization=bodies.investors[plan.investor], **fields)


def _derive(projects: Sequence[Project]) -> None:
    """Write the derived columns as `projects.deriving` says them today, and the day of entry of each row."""
    state = state_of(projects, localdate(), now())
    write_columns(Project, state)
    steps = ProjectStep.objects.filter(project=OuterRef("pk")).order_by().values("project")
    entered = Subquery(steps.annotate(first=Min("recorded_at")).values("first"))
    rows = Project.objects.filter(pk__in=[project.pk for project in projects], steps__isnull=False)
    Project.objects.filter(pk__in=rows.values("pk")).update(created_at=entered)


def write_columns(model: type[models.Model], values: dict[int, dict[str, Any]]) -> None:
    """Write, for each key, the named columns of the row; one prepared statement for all rows."""
    if not values:
        return
    names = list(next(iter(values.values())))
    fields = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)  # type: ignore[union-attr]
    # S608: the names of table and columns come from the model.
    statement = f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE id = %s"  # noqa: S608
    rows = [
        [
            *(
                field.get_db_prep_save(row[name], connection)
                for name, field in zip(names, fields, strict=True)
            ),
            pk,
        ]  # type: ignore[union-attr]
        for pk, row in values.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
