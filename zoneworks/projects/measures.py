"""The numbers of the pipeline: how many, how much, how fast, how stuck. Nothing else computes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models import Sum as SumOf
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.attributes import as_known
from zoneworks.kit.facts import tells_sooner
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Nature, Qualifier, Unit
from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Classes, Count, Days, Rows, Share, Sum, certain_in, touching, whole_month
from zoneworks.measures.scope import Scope
from zoneworks.projects.deriving import keep_up
from zoneworks.projects.health import months_ago, more_than_months_ago
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.projects.progress import may_have_progress, progress_rows
from zoneworks.rulebook import rules

PIPELINE = _("Pipeline")
AMOUNTS = _("Amounts")
PACE = _("Conversion and pace")
STUCK = _("Overdue and stale")

COUNTED = {
    "signed": (
        _("signed projects"),
        _(
            "Projects whose first signing falls in the period; later signings of the same project do not count again, "
            "unless the zone's own rule counts each."
        ),
    ),
    "registered": (
        _("registered projects"),
        _("Projects whose project company was first licensed in the period."),
    ),
    "funded": (_("funded projects"), _("Projects for which money first arrived in the period.")),
    "started": (
        _("started projects"),
        _(
            "Projects whose start was first recorded for a day in the period; officers record a start by the start "
            "definition in force on its day."
        ),
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
MONEY: dict[str, tuple[str, Unit, Nature, Any]] = {
    "planned_total": ("planned_total", Unit.CNY, Nature.COMMITMENT, _("planned total investment")),
    "planned_total_usd": (
        "planned_total",
        Unit.USD,
        Nature.COMMITMENT,
        _("planned total investment in dollars"),
    ),
    "equipment": ("equipment", Unit.CNY, Nature.COMMITMENT, _("equipment investment")),
    "equipment_usd": ("equipment", Unit.USD, Nature.COMMITMENT, _("equipment investment in dollars")),
    "agreed_foreign": ("agreed_foreign", Unit.USD, Nature.COMMITMENT, _("agreed foreign capital")),
    # What stands on the business license is no promise any more.
    "registered_foreign": ("registered_foreign", Unit.USD, Nature.ACTUAL, _("registered foreign capital")),
}
BELOW = (Qualifier.NEAR, Qualifier.LESS_THAN, Qualifier.AT_MOST)
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


def figures(scope: Scope, kind: str, unit: str, nature: str = Nature.COMMITMENT) -> Any:
    """Return the figures of one kind and currency that stand on the as-of day; products stay apart."""
    told = ProjectFigure.objects.filter(kind=kind, unit=unit, nature=nature, product="")
    return told.possible(scope.as_of, scope.known).on_basis(scope.basis).in_force(scope.as_of)


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


# -- how many ----------------------------------------------------------------------------------------------------------


def _first_of(kind: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        counting = rules(scope.zone, scope.as_of, known_at=scope.known).counting
        if counting.first_event_only:
            told, what = first_steps(scope, kind), Count("project")
        else:
            told, what = _each_once(steps(scope).of_kind(kind)), Count("pk")
        return counted(scope, touching(told, scope), certain_in(scope), what, dimensions(scope))

    return rows


def _each_once(told: Any) -> Any:
    """Keep of the steps that say the same of a project, in overlapping spans, the best attested one."""
    same = told.with_attested().filter(
        project=OuterRef("project"), earliest__lte=OuterRef("latest"), latest__gte=OuterRef("earliest")
    )
    better = same.filter(
        Q(attested__gt=OuterRef("attested")) | Q(attested=OuterRef("attested"), pk__lt=OuterRef("pk"))
    )
    return told.with_attested().filter(~Exists(better.order_by()))


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


def _amount(stage: str, kind: str, unit: Unit, nature: Nature) -> Callable[[Scope], Rows]:
    """Sum the standing figures of the projects that reached `stage` first in the period, with the increments agreed
    until then; one agreed later counts in the period in which it was agreed (`counting.increment_only`)."""

    def rows(scope: Scope) -> Rows:
        reached = first_steps(scope, stage).filter(project=OuterRef("project"))
        in_period = Q(Exists(touching(reached, scope).order_by()))
        surely = Q(Exists(reached.filter(certain_in(scope)).order_by()))
        before = reached.filter(earliest__lt=OuterRef("earliest"))
        since = Q(is_increment=True) & Q(Exists(before.order_by()))
        added = since & Q(latest__gte=scope.start, earliest__lte=scope.end)
        surely_since = since & Q(Exists(before.filter(latest__lte=scope.as_of).order_by()))
        certain = (~since & Q(latest__lte=scope.as_of) & surely) | (surely_since & certain_in(scope))
        return counted(
            scope,
            figures(scope, kind, unit, nature).filter((~since & in_period) | added),
            certain,
            Sum("value", "qualifier", "project", of_figures=True),
            _figure_dimensions(scope),
        )

    return rows


def _amount_in_hand(kind: str, unit: Unit, nature: Nature) -> Callable[[Scope], Rows]:
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
            figures(scope, kind, unit, nature).filter(stands),
            Q(latest__lte=scope.as_of) & surely,
            Sum("value", "qualifier", "project", of_figures=True),
            _figure_dimensions(scope),
        )

    return rows


def _figure_dimensions(scope: Scope) -> dict[str, Any]:
    return {name: found for name, found in dimensions(scope).items() if name != "month"}


_IN_HAND_SUMS = {
    Nature.COMMITMENT: _(
        "The promised sums of this kind, in this currency, of the projects in hand, as they stand "
        "on the as-of day."
    ),
    Nature.ACTUAL: _(
        "The sums of this kind on the business licenses of the projects in hand, in this currency, as they stand "
        "on the as-of day."
    ),
}
_SUMS = {
    Nature.COMMITMENT: _(
        "The promised sums of this kind, in this currency, of the projects counted in the "
        "period, as they stand on the as-of day; an increment agreed after that counts in the period in "
        "which it was agreed."
    ),
    Nature.ACTUAL: _(
        "The sums of this kind on the business licenses of the projects counted in the period, in this currency, "
        "as they stand on the as-of day; an increment after that counts in the period of its own day."
    ),
}

for _name, (_kind, _unit, _nature, _label) in MONEY.items():
    _in = MeasureUnit(_unit.value)
    measure(
        f"projects.in_hand.{_name}",
        unit=_in,
        label=_label,
        group=AMOUNTS,
        has_period=False,
        definition=_IN_HAND_SUMS[_nature],
        dimensions=FIGURE_DIMENSIONS,
        stated_of="projects.in_hand",
    )(_amount_in_hand(_kind, _unit, _nature))
    for _stage in COUNTED:
        measure(
            f"projects.{_stage}.{_name}",
            unit=_in,
            label=_label,
            group=AMOUNTS,
            definition=_SUMS[_nature],
            dimensions=FIGURE_DIMENSIONS,
            stated_of=f"projects.{_stage}",
        )(_amount(_stage, _kind, _unit, _nature))


# -- how fast ----------------------------------------------------------------------------------------------------------

LATER = ("registered", "funded", "started", "completed", "in_production", "full_capacity")


def _reached(scope: Scope, kind: str) -> tuple[Q, Q]:
    """Return the conditions that a project certainly reached a stage by the as-of day, and that it perhaps did.

    Who reached a later stage was past this one, recorded or not.
    """
    stages = rules(scope.zone, scope.as_of, known_at=scope.known).stages
    kinds = stages.from_on(kind) if kind in stages.kinds else (kind,)
    surely = sure_steps(scope).of_kind(*kinds).filter(project=OuterRef("project"))
    perhaps = steps(scope).of_kind(*kinds).filter(project=OuterRef("project"))
    return Q(Exists(surely.order_by())), Q(Exists(perhaps.order_by()))


def _conversion(kind: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        surely, perhaps = _reached(scope, kind)
        # Of a project that perhaps reached the stage nobody can say in which part of the share it belongs.
        certain = certain_in(scope) & (surely | ~perhaps)
        cohort = touching(first_steps(scope, "signed"), scope)
        return counted(scope, cohort, certain, Share("project", surely), dimensions(scope))

    return rows


def _days(kind: str) -> Callable[[Scope], Rows]:
    """Take the days between two days that are known; where one is only a span, or they lie the wrong way round, they
    are uncertain."""

    def rows(scope: Scope) -> Rows:
        of_stage = steps(scope).of_kind(kind).filter(project=OuterRef("project"))
        first = of_stage.certain_first()
        cohort = touching(first_steps(scope, "signed"), scope).filter(Q(Exists(of_stage.order_by())))
        cohort = cohort.alias(
            reached=Subquery(first.values("earliest")[:1]), reached_last=Subquery(first.values("latest")[:1])
        )
        exact = Q(earliest=F("latest"), reached=F("reached_last"), reached__gte=F("earliest"))
        certain = certain_in(scope) & exact & Q(reached_last__lte=scope.as_of)
        until = Days(Subquery(first.values("earliest")[:1]), fact=Subquery(first.values("pk")[:1]))
        return counted(scope, cohort, certain, until, dimensions(scope))

    return rows


for _kind in LATER:
    measure(
        f"projects.conversion.{_kind}",
        unit=MeasureUnit.SHARE,
        label=COUNTED[_kind][0],
        group=PACE,
        definition=_(
            "Of the projects first signed in the period, the share that had reached this stage or a later one by the "
            "as-of day."
        ),
        dimensions=DIMENSIONS,
    )(_conversion(_kind))
    measure(
        f"projects.days.{_kind}",
        unit=MeasureUnit.DAYS,
        label=COUNTED[_kind][0],
        group=PACE,
        definition=_(
            "Of the projects first signed in the period, the median of days from signing to this stage, over those "
            "that reached it by the as-of day; where a day is not known exactly, or the stage is dated before the "
            "signing, the project is listed as uncertain."
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
        certain &= ~may_have_progress(scope.zone, scope.as_of, scope.known)
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
        "Projects in talks on the as-of day of which no step, figure, party or visit is dated in the months of "
        "the yellow light before it, those of the red light among them."
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
        "Projects in talks on the as-of day of which no step, figure, party or visit is dated in the months of "
        "the red light before it."
    ),
    has_period=False,
    dimensions=DIMENSIONS,
    fewer_is_better=True,
)(_without_progress(lambda health: health.talk_red_months))
