"""How much is promised, or stands on licenses, of the projects that are counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.quantities import Nature, Unit
from zoneworks.measures.registry import MeasureUnit, measure
from zoneworks.measures.rows import Rows, Sum, certain_in, touching
from zoneworks.measures.scope import Scope
from zoneworks.projects.measures.asking import (
    counted,
    derived_stage_holds,
    dimensions,
    figures,
    figures_in_other_units,
    first_steps,
    standing_in,
    told_figures,
)
from zoneworks.projects.measures.counts import COUNTED
from zoneworks.rulebook import rules

AMOUNTS = _("Amounts")
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
FIGURE_DIMENSIONS = ("unit", "officer", "industry", "size_class", "level")


def _amount(stage: str, kind: str, unit: Unit, nature: Nature) -> Callable[[Scope], Rows]:
    """Sum the standing figures of the projects that reached `stage` first in the period, with the increments agreed
    until then; one agreed later counts in the period in which it was agreed (`counting.increment_only`), also after a
    later whole included it: that whole counts without it."""

    def rows(scope: Scope) -> Rows:
        reached = first_steps(scope, stage).filter(project=OuterRef("project"))
        in_period = Q(Exists(touching(reached, scope).order_by()))
        surely = Q(Exists(reached.filter(certain_in(scope)).order_by()))
        before = reached.filter(earliest__lt=OuterRef("earliest"))
        since = Q(is_increment=True) & Q(Exists(before.order_by()))
        added = since & Q(latest__gte=scope.start, earliest__lte=scope.end)
        surely_since = since & Q(Exists(before.filter(latest__lte=scope.as_of).order_by()))
        certain = (~since & Q(latest__lte=scope.as_of) & surely) | (surely_since & certain_in(scope))
        told = told_figures(scope, kind, unit, nature).in_force_with_parts(surely_since, scope.as_of)
        return counted(
            scope,
            told.filter((~since & in_period) | added),
            certain,
            Sum("counted", "qualifier", "project", of_figures=True),
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
        "which it was agreed, also where a later whole includes it."
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
        otherwise=partial(figures_in_other_units, kind=_kind, unit=_unit, nature=_nature),
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
            otherwise=partial(figures_in_other_units, kind=_kind, unit=_unit, nature=_nature),
        )(_amount(_stage, _kind, _unit, _nature))
