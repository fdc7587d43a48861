"""The numbers of the pipeline: how many, how much, how fast, how stuck. Nothing else computes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.attributes import as_known
from zoneworks.kit.facts import tells_sooner
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Nature, Unit
from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Classes, Count, Days, Rows, Share, Sum, certain_in, touching, whole_month
from zoneworks.measures.scope import Scope
from zoneworks.projects.deriving import keep_up
from zoneworks.projects.health import months_ago, more_than_months_ago
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.projects.progress import progress_rows
from zoneworks.rulebook import rules

PIPELINE = _("Pipeline")
AMOUNTS = _("Amounts")
PACE = _("Conversion and pace")
STUCK = _("Overdue and stale")

COUNTED = {
    "signed": (
        _("signed projects"),
        _(
            "Projects whose first signing falls in the period; later signings of the same project do not count again."
        ),
    ),
    "registered": (
        _("registered projects"),
        _("Projects whose project company was first licensed in the period."),
    ),
    "funded": (_("funded projects"), _("Projects for which money first arrived in the period.")),
    "started": (
        _("started projects"),
        _("Projects whose construction first started in the period, by the start definition in force."),
    ),
    "completed": (_("completed projects"), _("Projects first completed and accepted in the period.")),
    "in_production": (
        _("projects in production"),
        _("Projects that first went into production in the period."),
    ),
    "full_capacity": (
        _("projects at full capacity"),
        _("Projects that first reached full capacity in the period."),
    ),
}
MONEY: dict[str, tuple[str, Unit, Any]] = {
    "planned_total": ("planned_total", Unit.CNY, _("planned total investment")),
    "equipment": ("equipment", Unit.CNY, _("equipment investment")),
    "equipment_usd": ("equipment", Unit.USD, _("equipment investment in dollars")),
    "agreed_foreign": ("agreed_foreign", Unit.USD, _("agreed foreign capital")),
    "registered_foreign": ("registered_foreign", Unit.USD, _("registered foreign capital")),
}
DIMENSIONS = ("unit", "officer", "industry", "size_class", "level", "month")
FIGURE_DIMENSIONS = ("unit", "officer", "industry", "size_class", "level")


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


def figures(scope: Scope, kind: str, unit: str) -> Any:
    """Return the promised figures of one kind and currency that stand on the as-of day; products stay apart."""
    promised = ProjectFigure.objects.filter(kind=kind, unit=unit, nature=Nature.COMMITMENT, product="")
    return promised.possible(scope.as_of, scope.known).on_basis(scope.basis).in_force(scope.as_of)


def first_steps(scope: Scope, kind: str) -> Any:
    """Return the first step of this kind of each project; every step when the zone's rule counts each signing."""
    of_kind = steps(scope).of_kind(kind)
    return (
        of_kind.firsts("project")
        if rules(scope.zone, scope.as_of, known_at=scope.known).counting.first_event_only
        else of_kind
    )


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
                kind=one.kind,
                unit=one.unit,
                nature=one.nature,
                project=OuterRef("project"),
                value__gte=one.at_least,
            )
            .as_of(scope.as_of, scope.known)
            .in_force()
            .alias(industry=F(industry) if isinstance(industry, str) else industry)
        )
        if one.less_than is not None:
            standing = standing.filter(value__lt=one.less_than)
        if one.only_manufacturing:
            standing = standing.filter(industry__in=manufacturing)
        if one.only_industry:
            standing = standing.filter(industry=one.only_industry)
        conditions[one.key] = Exists(standing.order_by())
    return Classes(conditions)


# -- how many ----------------------------------------------------------------------------------------------------------


def _first_of(kind: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        return counted(
            scope,
            touching(first_steps(scope, kind), scope),
            certain_in(scope),
            Count("project"),
            dimensions(scope),
        )

    return rows


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
    """Return what `standing_in` returns, by the derived stage; most zones have no step that is unsure today."""
    surely = Q(project__stage__in=kinds, kind=F("project__stage"), latest__lte=scope.as_of)
    # An exit voids all steps of one day or none, so that only those of the derived day need comparing.
    same = sure_steps(scope).filter(
        project=OuterRef("project"), kind=OuterRef("kind"), earliest=OuterRef("earliest")
    )
    sooner = same.filter(tells_sooner())
    standing = surely & Q(earliest=F("project__stage_since")) & ~Q(Exists(sooner.order_by()))
    if ProjectStep.objects.filter(zone=scope.zone, latest__gt=scope.as_of).exists():
        model = rules(scope.zone, scope.as_of, known_at=scope.known).stages
        maybe = steps(scope).currents(model.kinds, model.exits).of_kind(*kinds).order_by()
        may_stand = Q(Exists(maybe.filter(pk=OuterRef("pk"))))
        standing |= Q(latest__gt=scope.as_of) & ~Q(project__stage__in=kinds) & may_stand
    return steps(scope).of_kind(*kinds).filter(standing), surely


def derived_stage_holds(scope: Scope) -> bool:
    """Say whether the derived stage of projects answers for the scope: today, everything known, on any basis."""
    if not scope.knows_all or scope.basis != Level.PRESS or scope.as_of != localdate():
        return False
    keep_up(scope.zone, scope.as_of)
    return True


@measure(
    "projects.in_hand",
    unit=MeasureUnit.ITEMS,
    label=_("projects in hand"),
    definition=_(
        "Projects that stand on the as-of day in a stage from talks to start, after the zone's stage model."
    ),
    group=PIPELINE,
    has_period=False,
    dimensions=DIMENSIONS,
)
def in_hand(scope: Scope) -> Rows:
    standing, certain = standing_in(
        scope, rules(scope.zone, scope.as_of, known_at=scope.known).stages.in_hand
    )
    return counted(scope, standing, certain, Count("project"), dimensions(scope))


for _kind, (_label, _definition) in COUNTED.items():
    measure(
        f"projects.{_kind}",
        unit=MeasureUnit.ITEMS,
        label=_label,
        definition=_definition,
        group=PIPELINE,
        dimensions=DIMENSIONS,
    )(_first_of(_kind))


# -- how much ----------------------------------------------------------------------------------------------------------


def _amount(stage: str, kind: str, unit: Unit) -> Callable[[Scope], Rows]:
    """Sum the standing figures of the projects that reached `stage` first in the period; an increment counts in the
    period in which it was agreed, for projects that had reached the stage (`counting.increment_only`)."""

    def rows(scope: Scope) -> Rows:
        reached = first_steps(scope, stage).filter(project=OuterRef("project"))
        base = Q(is_increment=False) & Q(Exists(touching(reached, scope).order_by()))
        added = Q(is_increment=True, latest__gte=scope.start, earliest__lte=scope.end) & Q(
            Exists(reached.order_by())
        )
        surely = reached.filter(certain_in(scope))
        certain = (Q(is_increment=False, latest__lte=scope.as_of) & Q(Exists(surely.order_by()))) | (
            Q(is_increment=True) & certain_in(scope)
        )
        return counted(
            scope,
            figures(scope, kind, unit).filter(base | added),
            certain,
            Sum("value", "qualifier", "project"),
            _figure_dimensions(scope),
        )

    return rows


def _amount_in_hand(kind: str, unit: Unit) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        stages = rules(scope.zone, scope.as_of, known_at=scope.known).stages.in_hand
        in_hand_now, sure = standing_in(scope, stages)
        standing = in_hand_now.filter(project=OuterRef("project"))
        stands, surely = Q(Exists(standing.order_by())), Q(Exists(standing.filter(sure).order_by()))
        if derived_stage_holds(scope):
            surely = Q(project__stage__in=stages)
            stands = surely | stands
        return counted(
            scope,
            figures(scope, kind, unit).filter(stands),
            Q(latest__lte=scope.as_of) & surely,
            Sum("value", "qualifier", "project"),
            _figure_dimensions(scope),
        )

    return rows


def _figure_dimensions(scope: Scope) -> dict[str, Any]:
    return {name: found for name, found in dimensions(scope).items() if name != "month"}


for _name, (_kind, _unit, _label) in MONEY.items():
    _in = MeasureUnit(_unit.value)
    measure(
        f"projects.in_hand.{_name}",
        unit=_in,
        label=_label,
        group=AMOUNTS,
        has_period=False,
        definition=_(
            "The promised sums of this kind, in this currency, of the projects in hand, as they stand "
            "on the as-of day."
        ),
        dimensions=FIGURE_DIMENSIONS,
    )(_amount_in_hand(_kind, _unit))
    for _stage in COUNTED:
        measure(
            f"projects.{_stage}.{_name}",
            unit=_in,
            label=_label,
            group=AMOUNTS,
            definition=_(
                "The promised sums of this kind, in this currency, of the projects counted in the "
                "period, as they stand on the as-of day; an increment counts in the period in which it "
                "was agreed."
            ),
            dimensions=FIGURE_DIMENSIONS,
        )(_amount(_stage, _kind, _unit))


# -- how fast ----------------------------------------------------------------------------------------------------------

LATER = ("registered", "funded", "started", "completed", "in_production", "full_capacity")


def _conversion(kind: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        reached = (
            ProjectStep.objects.filter(project=OuterRef("project"))
            .of_kind(kind)
            .as_of(scope.as_of, scope.known)
            .on_basis(scope.basis)
        )
        cohort = touching(first_steps(scope, "signed"), scope)
        return counted(
            scope, cohort, certain_in(scope), Share("project", Exists(reached.order_by())), dimensions(scope)
        )

    return rows


def _days(kind: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        reached = (
            ProjectStep.objects.filter(project=OuterRef("project"))
            .of_kind(kind)
            .as_of(scope.as_of, scope.known)
            .on_basis(scope.basis)
            .certain_first()
        )
        cohort = touching(first_steps(scope, "signed"), scope)
        return counted(
            scope,
            cohort,
            certain_in(scope),
            Days(Subquery(reached.values("earliest")[:1])),
            dimensions(scope),
        )

    return rows


for _kind in LATER:
    measure(
        f"projects.conversion.{_kind}",
        unit=MeasureUnit.SHARE,
        label=COUNTED[_kind][0],
        group=PACE,
        definition=_(
            "Of the projects first signed in the period, the share that had reached this stage by the as-of day."
        ),
        dimensions=DIMENSIONS,
    )(_conversion(_kind))
    measure(
        f"projects.days.{_kind}",
        unit=MeasureUnit.DAYS,
        label=COUNTED[_kind][0],
        group=PACE,
        definition=_(
            "Of the projects first signed in the period, the median of days from signing to this stage, "
            "counted between the earliest days, over those that reached it by the as-of day."
        ),
        dimensions=("unit", "officer", "industry", "level", "month"),
        fewer_is_better=True,
    )(_days(_kind))


# -- how stuck ---------------------------------------------------------------------------------------------------------


@measure(
    "projects.stalled",
    unit=MeasureUnit.ITEMS,
    label=_("signed and not started"),
    definition=_(
        "Projects first signed more than the months of the health rule before the as-of day that have "
        "neither started nor left."
    ),
    group=STUCK,
    has_period=False,
    dimensions=DIMENSIONS,
    fewer_is_better=True,
)
def stalled(scope: Scope) -> Rows:
    model = rules(scope.zone, scope.as_of, known_at=scope.known)
    exits = model.stages.exits
    # More than n months: the days since which n whole months are full and a day more has passed.
    before = more_than_months_ago(scope.as_of, model.health.signed_not_started_months)
    moving = (*model.stages.from_on("started"), *exits)
    moved_on = (
        sure_steps(scope)
        .standing(exits)
        .of_kind(*model.stages.from_on("started"))
        .filter(project=OuterRef("project"))
    )
    may_have_moved = steps(scope).of_kind(*moving).filter(project=OuterRef("project"), latest__gt=scope.as_of)
    # What an exit voided says nothing more: a project that left is not waited for, one that came back is. An exit
    # that is not sure yet leaves the project listed as uncertain.
    signed = steps(scope).not_voided_by(sure_steps(scope), exits).of_kind("signed").firsts("project")
    waiting = signed.filter(~Exists(moved_on.order_by()), earliest__lte=before)
    certain = Q(latest__lte=before) & ~Q(Exists(may_have_moved.order_by()))
    return counted(scope, waiting, certain, Count("project"), dimensions(scope))


def _without_progress(months: Callable[[Any], int]) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        model = rules(scope.zone, scope.as_of, known_at=scope.known)
        since = months_ago(scope.as_of, months(model.health))
        talks, certain = standing_in(scope, model.stages.talks)
        if derived_stage_holds(scope):
            quiet = Q(project__progress_on=None) | Q(project__progress_on__lte=since)
            return counted(scope, talks.filter(quiet), certain, Count("project"), dimensions(scope))
        for moved in progress_rows(scope.as_of, scope.known):
            talks = talks.filter(~Exists(moved.filter(latest__gt=since).order_by()))
        return counted(scope, talks, certain, Count("project"), dimensions(scope))

    return rows


measure(
    "projects.quiet_yellow",
    unit=MeasureUnit.ITEMS,
    label=_("in talks without progress (yellow)"),
    group=STUCK,
    definition=_(
        "Projects in talks on the as-of day for which nothing was recorded during the months of the yellow light."
    ),
    has_period=False,
    dimensions=DIMENSIONS,
    fewer_is_better=True,
)(_without_progress(lambda health: health.talk_yellow_months))
measure(
    "projects.quiet_red",
    unit=MeasureUnit.ITEMS,
    label=_("in talks without progress (red)"),
    group=STUCK,
    definition=_(
        "Projects in talks on the as-of day for which nothing was recorded during the months of the red light."
    ),
    has_period=False,
    dimensions=DIMENSIONS,
    fewer_is_better=True,
)(_without_progress(lambda health: health.talk_red_months))
