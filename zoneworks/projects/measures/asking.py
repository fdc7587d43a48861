"""What every number of the pipeline is asked of: steps and figures in a scope, where projects stand, size classes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Exists, F, OuterRef, Q
from django.db.models import Sum as SumOf
from django.utils.timezone import localdate

from zoneworks.kit.attributes import as_known
from zoneworks.kit.facts import tells_sooner
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Nature, Qualifier
from zoneworks.measures.rows import Classes, Rows, whole_month
from zoneworks.measures.scope import Scope
from zoneworks.projects.deriving import keep_up
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.rulebook import rules

BELOW = (Qualifier.NEAR, Qualifier.LESS_THAN, Qualifier.AT_MOST)
DIMENSIONS = ("unit", "officer", "industry", "size_class", "level", "month")


def counted(scope: Scope, facts: Any, certain: Q, aggregate: Any, by: dict[str, Any]) -> Rows:
    """Return `facts` of the zone as the rows of a measure.

    The zone is named once, by whoever reads them, and not within: a subquery about one project that also names the
    zone tempts a database without statistics to walk through the whole zone for each project.
    """
    return Rows(facts, certain, aggregate, by, by_subject=True, zone=scope.zone)


def steps(scope: Scope) -> Any:
    """Return the steps that are or may be true on the as-of day, as known then, on the basis asked for."""
    return ProjectStep.objects.possible(scope.as_of, scope.known).on_basis(scope.basis)


def sure_steps(scope: Scope) -> Any:
    """Return the steps that are certainly true on the as-of day, as known then, on the basis asked for."""
    return ProjectStep.objects.as_of(scope.as_of, scope.known).on_basis(scope.basis)


def figures(scope: Scope, kind: str, unit: str, nature: str = Nature.COMMITMENT) -> Any:
    """Return the figures of one kind and currency that stand on the as-of day; products stay apart."""
    return told_figures(scope, kind, unit, nature).in_force(scope.as_of)


def told_figures(scope: Scope, kind: str, unit: str, nature: str) -> Any:
    """Return the figures of one kind and currency that are or may be true on the as-of day; products stay apart."""
    return _told(scope, kind, nature).filter(unit=unit)


def figures_in_other_units(scope: Scope, kind: str, unit: str, nature: str) -> Any:
    """Return the figures of one kind that stand on the as-of day in any other unit; products stay apart."""
    return _told(scope, kind, nature).exclude(unit=unit).in_force(scope.as_of)


def _told(scope: Scope, kind: str, nature: str) -> Any:
    told = ProjectFigure.objects.filter(kind=kind, nature=nature, product="")
    return told.possible(scope.as_of, scope.known).on_basis(scope.basis)


def first_steps(scope: Scope, kind: str) -> Any:
    """Return the first step of this kind of each project."""
    return steps(scope).of_kind(kind).firsts("project")


def dimensions(scope: Scope) -> dict[str, Any]:
    """Return by what the facts of projects can be filtered and grouped."""
    return {
        "unit": as_known(Project, "unit", scope.assigned, "project"),
        "officer": as_known(Project, "officer", scope.assigned, "project"),
        "industry": as_known(Project, "industry", scope.known, "project"),
        "level": "asserted_by",
        "size_class": lambda: size_classes(scope),
        "month": whole_month(),
    }


def size_classes(scope: Scope) -> Classes:
    """Return the size classes in force as conditions on a project's standing figures; they overlap (`counting`)."""
    conditions: dict[str, Any] = {}
    model = rules(scope.zone, scope.as_of, known_at=scope.known)
    manufacturing = [one.key for one in model.industries if one.manufacturing]
    industry = as_known(Project, "industry", scope.known, "project")
    for one in model.counting.size_classes:
        standing = (
            ProjectFigure.objects.filter(
                kind=one.kind, unit=one.unit, nature=one.nature, product="", project=OuterRef("project")
            )
            .as_of(scope.as_of, scope.known)
            .on_basis(scope.basis)
            .in_force()
            .alias(industry=F(industry) if isinstance(industry, str) else industry)
        )
        if one.only_manufacturing:
            standing = standing.filter(industry__in=manufacturing)
        if one.only_industry:
            standing = standing.filter(industry=one.only_industry)
        conditions[one.key] = Exists(_sums_within(standing, one.at_least, one.less_than))
    return Classes(conditions)


def _sums_within(figures: Any, at_least: Decimal, less_than: Decimal | None) -> Any:
    """Return one row for a project whose figures add up to a sum within the ends, whole and increments together.

    What is near a number, less than it or at most it, does not surely reach that number (handbook, qualifiers).
    """
    below = CountOf("pk", filter=Q(qualifier__in=BELOW))
    sums = figures.order_by().values("project").annotate(total=SumOf("value"), below=below)
    within = sums.filter(Q(total__gt=at_least) | Q(total=at_least, below=0))
    if less_than is not None:
        within = within.filter(Q(total__lt=less_than) | Q(total=less_than, below__gt=0))
    return within.values("project")


def standing_in(scope: Scope, kinds: Sequence[str]) -> tuple[Any, Q]:
    """Return, for each project that stands or may stand in one of the stages, the step that says so.

    The condition holds where it certainly stands there: by the steps that are certain, as the ledger shows it. What
    only an unsure step brings there is left over as uncertain. Today's reading of all facts goes by the derived
    stage; a test holds both ways equal.
    """
    model = rules(scope.zone, scope.as_of, known_at=scope.known).stages
    if derived_stage_holds(scope):
        return _standing_today(scope, kinds)
    maybe = steps(scope).currents(model.kinds, model.exits).of_kind(*kinds).order_by()
    may_stand = Q(Exists(maybe.filter(pk=OuterRef("pk"))))
    of_sure = sure_steps(scope).currents(model.kinds, model.exits).of_kind(*kinds).order_by()
    certain = Q(Exists(of_sure.filter(pk=OuterRef("pk"))))
    elsewhere = ~Q(Exists(of_sure.filter(project=OuterRef("project"))))
    return steps(scope).of_kind(*kinds).filter(certain | (may_stand & elsewhere)), certain


def _standing_today(scope: Scope, kinds: Sequence[str]) -> tuple[Any, Q]:
    """Return what `standing_in` returns, by the derived stage."""
    surely = Q(project__stage__in=kinds, kind=F("project__stage"), latest__lte=scope.as_of)
    # An exit voids all steps of one day or none, so that only those of the derived day need comparing.
    same = sure_steps(scope).filter(
        project=OuterRef("project"), kind=OuterRef("kind"), earliest=OuterRef("earliest")
    )
    sooner = same.filter(tells_sooner())
    standing = surely & Q(earliest=F("project__stage_since")) & ~Q(Exists(sooner.order_by()))
    model = rules(scope.zone, scope.as_of, known_at=scope.known).stages
    maybe = steps(scope).currents(model.kinds, model.exits).of_kind(*kinds).order_by()
    may_stand = Q(Exists(maybe.filter(pk=OuterRef("pk"))))
    # Whether any step is unsure is for the database to say: the words of this question outlast the answer.
    standing |= Q(latest__gt=scope.as_of) & ~Q(project__stage__in=kinds) & may_stand
    return steps(scope).of_kind(*kinds).filter(standing), surely


def derived_stage_holds(scope: Scope) -> bool:
    """Say whether the derived stage of projects answers for the scope: today, everything known, on any basis."""
    if not scope.knows_all or scope.basis != Level.PRESS or scope.as_of != localdate():
        return False
    keep_up(scope.zone, scope.as_of)
    return True
