"""The numbers of what was held: trips in batches, bodies visited, receptions, visitors, talks, signings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, When
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from zoneworks.engagements.models import EngagementFigure, EngagementStep, StepKind
from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Rows, Sum, certain_in, touching
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
            "Trips out begun and ended in the period, in batches; a printed total counts as many as it names, and the trips inside it do not count again."
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
            "Receptions of investors in the period, in batches; a printed total counts as many as it names, and the receptions inside it do not count again."
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
        _("organizations visited"),
        _(
            "Bodies visited on trips in the period; a body visited twice counts twice, and a visit inside a counted trip does not count again."
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


def held(scope: Scope) -> Any:
    """Return, for each engagement, the first step that says it was held."""
    rows = EngagementStep.objects.filter(zone=scope.zone).of_kind(StepKind.HELD)
    return rows.possible(scope.as_of, scope.known_at).on_basis(scope.basis).firsts("engagement")


def dimensions(scope: Scope) -> dict[str, Any]:
    """Return by what the facts of engagements can be filtered and grouped."""
    return {
        "unit": "engagement__unit",
        "officer": "engagement__host",
        "lead": "engagement__lead",
        "level": "asserted_by",
        "month": Case(
            When(
                Q(earliest__year=F("latest__year"), earliest__month=F("latest__month")),
                then=TruncMonth("earliest"),
            ),
            output_field=DateField(),
        ),
    }


def _held(kinds: tuple[str, ...]) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        # What is part of an engagement of the same kind is counted there.
        counted_there = Q(engagement__part_of__kind=F("engagement__kind"))
        found = held(scope).filter(engagement__kind__in=kinds).exclude(counted_there)
        return Rows(
            touching(found, scope),
            certain_in(scope),
            Sum("engagement__count", "engagement__count_qualifier", "engagement"),
            dimensions(scope),
        )

    return rows


def _figure(kinds: tuple[str, ...], figure: str) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        every = (
            EngagementFigure.objects.filter(zone=scope.zone, kind=figure, engagement__kind__in=kinds)
            .possible(scope.as_of, scope.known_at)
            .on_basis(scope.basis)
        )
        whole = every.filter(engagement=OuterRef("engagement__part_of"))
        newer = every.filter(engagement=OuterRef("engagement")).filter(
            Q(earliest__gt=OuterRef("earliest")) | Q(earliest=OuterRef("earliest"), pk__gt=OuterRef("pk"))
        )
        found = every.filter(~Exists(whole.order_by()), ~Exists(newer.order_by()))
        return Rows(
            touching(found, scope),
            certain_in(scope),
            Sum("value", "qualifier", "engagement"),
            dimensions(scope),
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
