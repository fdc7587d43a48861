"""The sums that a draft tells of single projects, beside the figures of those projects in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from zoneworks.intake.bare import Bare
from zoneworks.intake.checking.ledger import Ledger
from zoneworks.intake.checking.stated import Stated, stated
from zoneworks.intake.checking.verdicts import Known
from zoneworks.intake.document import Article
from zoneworks.intake.found import Project as Told
from zoneworks.intake.quantities import quantities
from zoneworks.kit.quantities import Nature, combine
from zoneworks.projects.models import Project, ProjectFigure

FIELDS: dict[str, tuple[str, str, str]] = {
    "total_investment_cny": ("planned_total", "CNY", Nature.COMMITMENT),
    "total_investment_usd": ("planned_total", "USD", Nature.COMMITMENT),
    "equipment_investment_cny": ("equipment", "CNY", Nature.COMMITMENT),
    "equipment_investment_usd": ("equipment", "USD", Nature.COMMITMENT),
    "agreed_foreign_capital_usd": ("agreed_foreign", "USD", Nature.COMMITMENT),
    "registered_foreign_capital_usd": ("registered_foreign", "USD", Nature.ACTUAL),
}
"""By what kind, unit and nature the ledger keeps the sums of `intake.found.Project.amounts`."""
_ENDS = ("项目", "工程")
_SHORTEST, _AT_ONCE = 2, 100


@dataclass(frozen=True, slots=True)
class ToldSum:
    """One sum of a named project as a draft prints it; `field` names what it is a sum of."""

    project: Told
    field: str
    number: Stated


@dataclass(frozen=True, slots=True)
class OfProject:
    """What the ledger says of such a sum: the project, and its standing figure with the keys of its rows."""

    project: Project
    known: Known
    rows: tuple[int, ...]


def told_sums(bare: Bare, article: Article) -> list[ToldSum]:
    """Return the sums that an article tells of single projects, each with its place."""
    found = []
    places = {one.place: one for one in quantities(bare.text, article.cut.body)}
    for project in article.projects:
        for place in project.quantities:
            number = places.get(place)
            if number is None:
                continue
            name = next((name for name in FIELDS if project.amounts.get(name) == number.value), "")
            if name and FIELDS[name][1] == number.unit:
                found.append(ToldSum(project, name, stated(bare, number)))
    return found


def projects_called(ledger: Ledger, told: Collection[str]) -> dict[str, list[Project]]:
    """Return the projects of the ledger that each name may mean: those that bear it, else those whose name holds it."""
    stems = {name: _stem(name) for name in told if len(_stem(name)) >= _SHORTEST}
    rows: dict[int, Project] = {}
    wanted = list(dict.fromkeys(stems.values()))
    for start in range(0, len(wanted), _AT_ONCE):
        named = Q()
        for stem in wanted[start : start + _AT_ONCE]:
            named |= Q(name__contains=stem) | Q(aliases__contains=stem)
        projects = Project.objects.filter(zone=ledger.zone)
        if ledger.viewer is not None:
            projects = Project.objects.allowed(ledger.viewer, "view").filter(zone=ledger.zone)
        rows |= {one.pk: one for one in projects.filter(named).select_related("zone").order_by("pk")}
    found = {}
    for name, stem in stems.items():
        very = [one for one in rows.values() if stem in map(_stem, _names(one))]
        found[name] = very or [one for one in rows.values() if any(stem in each for each in _names(one))]
    return found


def standing(
    ledger: Ledger, projects: Collection[Project], on: date
) -> dict[tuple[int, str, str, str], OfProject]:
    """Return what stands of each project on a day, by its key and by kind, unit and nature of the figure."""
    by_key = {one.pk: one for one in projects}
    sums: dict[tuple[int, str, str, str], list[ProjectFigure]] = defaultdict(list)
    figures = ProjectFigure.objects.filter(project__in=by_key, zone=ledger.zone, product="")
    for figure in figures.as_of(on, ledger.moment.known).in_force().order_by("pk"):
        sums[figure.project_id, figure.kind, figure.unit, figure.nature].append(figure)
    return {
        key: OfProject(by_key[key[0]], _added(rows), tuple(one.pk for one in rows))
        for key, rows in sums.items()
    }


def _added(rows: Sequence[ProjectFigure]) -> Known:
    value = sum((one.value for one in rows), Decimal(0))
    return Known(value, combine([one.qualifier for one in rows]))


def _names(project: Project) -> list[str]:
    return [project.name, *(name.strip() for name in project.aliases.split(";") if name.strip())]


def _stem(name: str) -> str:
    """Return a name without the word that says what it is of."""
    bare = "".join(name.split())
    return next((bare.removesuffix(end) for end in _ENDS if bare.endswith(end)), bare)
