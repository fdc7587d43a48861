"""The numbers of what was held: trips in batches, bodies visited, receptions, visitors, talks, signings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.engagements.models import EngagementFigure, EngagementStep, StepKind
from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Rows, Sum, certain_in, touching, whole_month
from zoneworks.measures.scope import Scope
from zoneworks.projects.measures import moves_projects

HELD = _("What was held")
DIMENSIONS = ("unit", "officer", "lead", "level", "month")

COUNTED: dict[str, tuple[tuple[str, ...], MeasureUnit, Any, Any]] = {
    "trips": (
        ("trip",),
        MeasureUnit.BATCHES,
        _("trips out"),
        _(
            "Trips out begun and ended in the period, in batches; a printed total counts as many as it "
            "names, and the trips inside it do not count again."
        ),
    ),
    "visits": (
        ("outward_visit",),
        MeasureUnit.ITEMS,
        _("outward visits"),
        _("Visits made on trips in the period, each recorded once."),
    ),
    "receptions": (
        ("reception",),
        MeasureUnit.BATCHES,
        _("receptions"),
        _(
            "Receptions of investors in the period, in batches; a printed total counts as many as it "
            "names, and the receptions inside it do not count again."
        ),
    ),
    "talks": (
        ("meeting",),
        MeasureUnit.ITEMS,
        _("talks"),
        _("Talks between leaders and investors in the period."),
    ),
    "signings": (
        ("signing",),
        MeasureUnit.ITEMS,
        _("signings held"),
        _("Signing ceremonies, online signings and group signings held in the period."),
    ),
}
FIGURES: dict[str, tuple[tuple[str, ...], str, MeasureUnit, Any, Any]] = {
    "trips.organizations": (
        ("trip", "outward_visit"),
        "organizations_visited",
        MeasureUnit.ORGANIZATIONS,
        pgettext_lazy("engagement", "organizations visited"),
        _(
            "Bodies visited on trips in the period; a body visited twice counts twice, "
            "and a visit inside a counted trip does not count again."
        ),
    ),
    "receptions.visitors": (
        ("reception",),
        "visitors",
        MeasureUnit.PERSONS,
        _("visitors received"),
        _("Persons received in the period, as far as they were counted."),
    ),
    "receptions.projects": (
        ("reception", "meeting"),
        "projects_discussed",
        MeasureUnit.ITEMS,
        _("projects discussed"),
        _("Projects talked over at receptions and talks in the period, as counted there."),
    ),
}

ABOVE = ("engagement__part_of", "engagement__part_of__part_of")
"""The paths to what an engagement lies in: `MOST_LEVELS` levels, so two steps up."""


def held(scope: Scope) -> Any:
    """Return, for each engagement, the step by which it was held."""
    rows = EngagementStep.objects.filter(zone=scope.zone).of_kind(StepKind.HELD)
    return rows.possible(scope.as_of, scope.known).on_basis(scope.basis).standing()


PLACES = {"unit": "engagement__unit", "officer": "engagement__host", "lead": "engagement__lead"}


def _not_counted_above(certain: Q, wholes: list[Any], scope: Scope) -> Q:
    """Return the condition that nothing above a row counts it already.

    A whole that surely lies in the period counts its parts. One that perhaps does covers only what is as
    unsure as itself, so that a part known to lie in the period counts while the printed total does not.
    """
    free = Q()
    for whole in wholes:
        surely = Exists(whole.filter(certain_in(scope)).order_by())
        perhaps = Exists(touching(whole, scope).order_by())
        free &= ~Q(surely) & (certain | ~Q(perhaps))
    # Most stand alone: said first, it spares their rows the rest.
    return Q(engagement__part_of=None) | free


def _held(kinds: tuple[str, ...]) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        # What is part of an engagement of the same kind is counted there, as soon as that one is counted.
        wholes = [
            held(scope).filter(engagement=OuterRef(path), engagement__kind=OuterRef("engagement__kind"))
            for path in ABOVE
        ]
        certain = certain_in(scope)
        found = touching(held(scope).filter(engagement__kind__in=kinds), scope)
        return Rows(
            found.filter(_not_counted_above(certain, wholes, scope)),
            certain,
            Sum("engagement__count", "engagement__count_qualifier", "engagement"),
            {**PLACES, "level": "asserted_by", "month": whole_month()},
        )

    return rows


def _figure(kinds: tuple[str, ...], figure: str) -> Callable[[Scope], Rows]:
    def standing(scope: Scope) -> Any:
        every = EngagementFigure.objects.filter(zone=scope.zone, kind=figure, engagement__kind__in=kinds)
        return every.possible(scope.as_of, scope.known).on_basis(scope.basis).in_force()

    def rows(scope: Scope) -> Rows:
        # A count falls where its engagement does, whatever day the paper that tells it bears.
        at = held(scope).filter(engagement=OuterRef("engagement"))
        certain = Q(latest__lte=scope.as_of) & Q(Exists(at.filter(certain_in(scope)).order_by()))
        found = standing(scope).filter(Exists(touching(at, scope).order_by()))
        wholes = [
            held(scope).filter(
                Exists(standing(scope).filter(engagement=OuterRef("engagement")).order_by()),
                engagement=OuterRef(path),
            )
            for path in ABOVE
        ]
        return Rows(
            found.filter(_not_counted_above(certain, wholes, scope)),
            certain,
            Sum("value", "qualifier", "engagement"),
            {
                **PLACES,
                "level": "asserted_by",
                "month": Subquery(at.annotate(month=whole_month()).values("month")[:1]),
            },
        )

    return rows


for _key, (_kinds, _unit, _label, _definition) in COUNTED.items():
    measure(
        f"engagements.{_key}",
        unit=_unit,
        label=_label,
        definition=_definition,
        group=HELD,
        dimensions=DIMENSIONS,
    )(_held(_kinds))
for _key, (_kinds, _kind, _unit, _label, _definition) in FIGURES.items():
    measure(
        f"engagements.{_key}",
        unit=_unit,
        label=_label,
        definition=_definition,
        group=HELD,
        dimensions=DIMENSIONS,
    )(_figure(_kinds, _kind))


@moves_projects
def talked_about(scope: Scope) -> Any:
    """What was held about a project moves it."""
    return held(scope).filter(engagement__project_parts__project=OuterRef("project"))
