"""The leader's board: this year beside the same days of last year, pace, funnel, what is stuck, what moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from zoneworks.accounts.models import Unit
from zoneworks.engagements.models import EngagementStep
from zoneworks.kit.quantities import Qualifier
from zoneworks.measures.beside import LAST_YEAR, WHOLE_YEAR, beside_url, difference, percent
from zoneworks.measures.keeping import kept_keys
from zoneworks.measures.labels import full_label
from zoneworks.measures.reading import Number, Reading, drill_down, read
from zoneworks.measures.registry import MeasureUnit, measures
from zoneworks.measures.scope import Period, Scope
from zoneworks.measures.wording import worded, worded_reading
from zoneworks.projects.models import ProjectStep
from zoneworks.site.boards import charts

HEADLINES = (
    "projects.signed",
    "projects.signed.planned_total",
    "projects.started",
    "projects.in_production",
    "projects.signed.agreed_foreign",
    "engagements.trips",
    "engagements.trips.organizations",
    "engagements.receptions",
)
PACED = ("projects.signed", "projects.signed.planned_total", "projects.started", "projects.in_production")
FUNNEL = ("registered", "funded", "started", "completed", "in_production")
STUCK = ("projects.stalled", "projects.quiet_red", "projects.quiet_yellow")
SIDE_BY_SIDE = (
    "projects.in_hand",
    "projects.signed",
    "projects.signed.planned_total",
    "projects.started",
    "engagements.trips",
    "engagements.receptions",
)


@dataclass(frozen=True, slots=True)
class Headline:
    """A number of this year, the same days of last year, and how far it is towards last year's whole."""

    reading: Reading
    before: Reading
    last_year: Reading | None
    elapsed: int
    label: str

    @property
    def delta(self) -> Number:
        if self.reading.value is None or self.before.value is None:
            return None
        return self.reading.value - self.before.value

    @property
    def delta_words(self) -> str:
        return difference(self.reading, self.before)

    @property
    def delta_url(self) -> str:
        """Return the address that opens both numbers of the difference."""
        return beside_url(self.reading, LAST_YEAR)

    @property
    def pace_url(self) -> str:
        """Return the address that opens both numbers of the pace."""
        return beside_url(self.reading, WHOLE_YEAR)

    @property
    def delta_title(self) -> str:
        """Return in words which two numbers differ by it."""
        return _("%(now)s from %(now_days)s; %(before)s from %(before_days)s") % {
            "now": worded_reading(self.reading).whole,
            "now_days": _days(self.reading.scope),
            "before": worded_reading(self.before).whole,
            "before_days": _days(self.before.scope),
        }

    @property
    def tone(self) -> str:
        if not self.delta:
            return ""
        return "good" if (self.delta > 0) != self.reading.measure.fewer_is_better else "bad"

    @property
    def pace(self) -> int | None:
        """Return the percent of last year's whole that this year has reached; None without a last year."""
        return None if self.last_year is None else percent(self.reading, self.last_year)

    @property
    def pace_title(self) -> str:
        """Return in words which number was divided by which."""
        if self.last_year is None:
            return ""
        return _("%(now)s from %(now_days)s; %(whole)s in all of %(year)s") % {
            "now": worded_reading(self.reading).whole,
            "now_days": _days(self.reading.scope),
            "whole": worded_reading(self.last_year).whole,
            "year": self.last_year.scope.start.year,
        }

    @property
    def is_behind(self) -> bool:
        return self.pace is not None and self.pace < self.elapsed


def headlines(scope: Scope) -> list[Headline]:
    """Return the numbers at the top, each with its comparison."""
    year = scope.over(Period.year_to(scope.as_of))
    elapsed = round(100 * ((scope.as_of - year.start).days + 1) / 365)
    found = []
    for key in HEADLINES:
        last_year = read(key, year.whole_year_before()) if key in PACED else None
        found.append(
            Headline(
                read(key, year), read(key, year.a_year_before()), last_year, min(elapsed, 100), _label(key)
            )
        )
    return found


def day_before_silence(scope: Scope) -> date | None:
    """Return the day of the newest step that counts in `scope` when it lies before the period of the scope.

    None when something happened in the period, so that its zeros speak for themselves, or when nothing ever did.
    """
    days = [day for model in (ProjectStep, EngagementStep) for day in _newest_days(model, scope)]
    newest_day = max(days, default=None)
    return newest_day if newest_day is not None and newest_day < scope.start else None


def _newest_days(model: Any, scope: Scope) -> list[date]:
    """Return the day of the newest step of `model` that counts in `scope`, or nothing."""

    def newest() -> Any:
        rows = model.objects.allowed(scope.viewer, "view").filter(zone=scope.zone)
        return rows.as_of(scope.as_of, scope.known).on_basis(scope.basis).order_by("-latest", "-pk")[:1]

    keys = kept_keys(f"newest of {model.__name__}", scope, model, newest)
    return list(model.objects.filter(pk__in=keys).values_list("latest", flat=True))


def _label(key: str) -> str:
    return full_label(measures[key])


def _days(scope: Scope) -> str:
    return _("%(start)s to %(end)s") % {"start": scope.start.isoformat(), "end": scope.end.isoformat()}


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """One stage of the funnel: how many of those signed reached it, and which share that is."""

    label: str
    count: int
    share: Number
    reading: Reading
    days: Reading | None

    @property
    def url(self) -> str:
        """Return the address of the projects that are counted here."""
        return self.reading.url if self.days is None else self.reading.part_url


def funnel(scope: Scope) -> list[FunnelStage]:
    """Return, of the projects signed in the period, how many reached each later stage, and after how many days."""
    signed = read("projects.signed", scope)
    stages = [FunnelStage(str(signed.measure.label), int(signed.value or 0), Decimal(100), signed, None)]
    for kind in FUNNEL:
        reading = read(f"projects.conversion.{kind}", scope)
        stages.append(
            FunnelStage(
                str(reading.measure.label),
                reading.part or 0,
                reading.value,
                reading,
                read(f"projects.days.{kind}", scope),
            )
        )
    return stages


def funnel_chart(stages: Iterable[FunnelStage]) -> dict[str, Any]:
    """Return the funnel as a chart whose parts open into their rows."""
    return charts.funnel(
        [(stage.label, charts.Bar(stage.count, stage.url, str(stage.count))) for stage in stages]
    )


@dataclass(frozen=True, slots=True)
class Months:
    """A number month by month, this year beside the last; every bar opens into its rows."""

    labels: list[str]
    series: list[tuple[str, list[charts.Bar]]]

    @property
    def chart(self) -> dict[str, Any]:
        return charts.months(self.labels, self.series)

    @property
    def years(self) -> list[str]:
        return [name for name, _bars in self.series]

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, charts.Bar]]]]:
        """Return the same numbers as rows of a table: the month, then the bar of each year."""
        return [
            (label, [(name, bars[place]) for name, bars in self.series])
            for place, label in enumerate(self.labels)
        ]


def months(scope: Scope, key: str = "projects.signed") -> Months:
    """Return the months of this year beside those of last year; spans over several months come last."""
    years = [date(scope.as_of.year, 1, 1), date(scope.as_of.year - 1, 1, 1)]
    series = [(str(start.year), _month_bars(scope, key, start)) for start in years]
    labels = [date_format(date(scope.as_of.year, month, 1), "M") for month in range(1, 13)]
    if any(bars[-1].value for _name, bars in series):
        labels.append(_("several months"))
    return Months(labels, [(name, bars[: len(labels)]) for name, bars in series])


def _month_bars(scope: Scope, key: str, start: date) -> list[charts.Bar]:
    """Return the twelve months of the year from `start`, and what lies in no single month."""
    period = Period(start, date(start.year, 12, 31))
    year = replace(scope, period=period, as_of=min(scope.as_of, period.end))
    values = {
        (group.key[0].month if group.key[0] else 0): group.value
        for group in read(key, year.by("month")).groups
    }
    firsts = {month: date(start.year, month, 1).isoformat() for month in range(1, 13)}
    return [
        charts.Bar(values.get(month) or 0, drill_down(measures[key], year, month=first))
        for month, first in {**firsts, 0: ""}.items()
    ]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One unit's numbers, side by side with the others'."""

    name: str
    values: list[dict[str, Any]]


def teams(scope: Scope, zone: Any) -> dict[str, Any]:
    """Return the units' numbers side by side: one reading a column, grouped by unit."""
    period = Period.year_to(scope.as_of)
    heads, columns = [], []
    for key in SIDE_BY_SIDE:
        measure = measures[key]
        asked = scope.over(period if measure.has_period else None)
        reading = read(key, asked.by("unit"))
        heads.append(_label(key))
        columns.append((measure, asked, {group.key[0]: group for group in reading.groups}))
    names = dict(Unit.objects.filter(zone=zone).values_list("pk", "name"))
    present = {unit for _measure, _asked, groups in columns for unit, group in groups.items() if group.value}
    rows = []
    for unit in sorted(present, key=lambda pk: (pk is None, names.get(pk, ""))):
        cells = []
        for head, (measure, asked, groups) in zip(heads, columns, strict=True):
            group, is_money = groups.get(unit), measure.unit in (MeasureUnit.CNY, MeasureUnit.USD)
            # As on the cards: a sum that nothing states is no sum of zero.
            value = group.value if group is not None else (None if is_money else 0)
            url = drill_down(measure, asked, unit="" if unit is None else unit)
            words = worded(value, measure.unit, group.qualifier if group else Qualifier.EXACT, short=True)
            text = (
                words.whole if is_money and value is not None else f"{words.qualifier} {words.number}".strip()
            )
            cells.append({"label": head, "text": text, "url": url, "is_zero": not value})
        rows.append(TeamRow(names.get(unit, "") or _("no unit stated"), cells))
    return {"heads": heads, "rows": rows}
