"""The numbers of what was held: trips in batches, bodies visited, receptions, visitors, talks, signings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep, StepKind
from zoneworks.kit.attributes import as_known, known_of
from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Rows, Sum, certain_in, touching, whole_month
from zoneworks.measures.scope import Scope

HELD = _("What was held")
DIMENSIONS = ("unit", "officer", "lead", "level", "month")

COUNTED: dict[str, tuple[tuple[str, ...], MeasureUnit, Any, Any]] = {
    "trips": (
        ("trip",),
        MeasureUnit.BATCHES,
        _("trips out"),
        _(
            "Trips out begun and ended in the period, in batches; a printed total counts as many as it "
            "names, and the trips inside it do not count again. One whose days cross an edge of the period is listed "
            "as uncertain: the ledger does not tell a long trip from a vague day."
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
            "names, and the receptions inside it do not count again. One whose days cross an edge of the period is "
            "listed as uncertain: the ledger does not tell a long reception from a vague day."
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
        _(
            "Signings of contracts held in the period: ceremonies, online and group signings. "
            "Framework agreements are not among them."
        ),
    ),
    "framework_signings": (
        ("framework_signing",),
        MeasureUnit.ITEMS,
        _("framework signings held"),
        _(
            "Signings of framework agreements held in the period; none of them counts as a signing of a contract."
        ),
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

WHOLES = ("whole", "whole_of_whole")
"""The columns that name what an engagement lies in: `MOST_LEVELS` levels, so two steps up."""


def held(scope: Scope) -> Any:
    """Return, for each engagement, the step by which it was held."""
    rows = EngagementStep.objects.filter(zone=scope.zone).of_kind(StepKind.HELD)
    return placed(rows.possible(scope.as_of, scope.known).on_basis(scope.basis).standing(scope.as_of), scope)


def placed(facts: Any, scope: Scope) -> Any:
    """Give each fact the kind of its engagement and the keys of what that lies in, as known in the scope."""

    def then(name: str) -> Any:
        found = as_known(Engagement, name, scope.known, "engagement")
        return F(found) if isinstance(found, str) else found

    facts = facts.alias(what=then("kind"), whole=then("part_of"))
    if scope.known is None:
        return facts.alias(whole_of_whole=F("engagement__part_of__part_of"))
    above = Subquery(Engagement.objects.filter(pk=OuterRef("whole")).values("part_of")[:1])
    return facts.alias(
        whole_of_whole=known_of(Engagement, "part_of", scope.known, key="whole", current=above)
    )


def places(scope: Scope) -> dict[str, Any]:
    """Return the dimensions of the people and units of an engagement; a change of them corrects what was entered."""
    names = {"unit": "unit", "officer": "host", "lead": "lead"}
    return {key: as_known(Engagement, name, scope.known, "engagement") for key, name in names.items()}


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
    return Q(whole=None) | free


def _held(kinds: tuple[str, ...]) -> Callable[[Scope], Rows]:
    def rows(scope: Scope) -> Rows:
        # What is part of an engagement of the same kind is counted there, as soon as that one is counted.
        wholes = [held(scope).filter(engagement=OuterRef(above), what=OuterRef("what")) for above in WHOLES]
        certain = certain_in(scope)
        found = touching(held(scope).filter(what__in=kinds), scope)
        return Rows(
            found.filter(_not_counted_above(certain, wholes, scope)),
            certain,
            Sum("count", "count_qualifier", "engagement"),
            {**places(scope), "level": "asserted_by", "month": whole_month()},
            by_subject=True,
        )

    return rows


def _figure(kinds: tuple[str, ...], figure: str) -> Callable[[Scope], Rows]:
    def standing(scope: Scope) -> Any:
        every = EngagementFigure.objects.filter(zone=scope.zone, kind=figure)
        stands = every.possible(scope.as_of, scope.known).on_basis(scope.basis).in_force(scope.as_of)
        return placed(stands, scope).filter(what__in=kinds)

    def rows(scope: Scope) -> Rows:
        # A count falls where its engagement does, whatever day the paper that tells it bears.
        at = held(scope).filter(engagement=OuterRef("engagement"))
        certain = Q(latest__lte=scope.as_of) & Q(Exists(at.filter(certain_in(scope)).order_by()))
        found = standing(scope).filter(Exists(touching(at, scope).order_by()))
        wholes = [
            held(scope).filter(
                Exists(standing(scope).filter(engagement=OuterRef("engagement")).order_by()),
                engagement=OuterRef(above),
            )
            for above in WHOLES
        ]
        return Rows(
            found.filter(_not_counted_above(certain, wholes, scope)),
            certain,
            Sum("value", "qualifier", "engagement", of_figures=True),
            {
                **places(scope),
                "level": "asserted_by",
                "month": Subquery(at.annotate(month=whole_month()).values("month")[:1]),
            },
            by_subject=True,
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
