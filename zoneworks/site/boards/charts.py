"""Charts as data: each function returns an ECharts option; colors and fonts come from the page's theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its number, how it is read out, and the address of its rows."""

    value: int | float | Decimal | None
    url: str
    text: str = ""


def months(labels: Sequence[str], series: Sequence[tuple[str, Sequence[Bar]]]) -> dict[str, Any]:
    """Return bars side by side for each month, one series a color; the first series is the present one."""
    return {
        "legend": {"show": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "category", "data": list(labels)},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "name": name,
                "barGap": "10%",
                "itemStyle": {"color": "var(--chart-1)" if place == 0 else "var(--chart-muted)"},
                "data": [_point(bar) for bar in bars],
            }
            for place, (name, bars) in enumerate(series)
        ],
    }


def funnel(stages: Sequence[tuple[str, Bar]]) -> dict[str, Any]:
    """Return a funnel from the first stage to the last, in their own order."""
    return {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "funnel",
                "sort": "none",
                "left": 0,
                "width": "68%",
                "top": 8,
                "bottom": 8,
                "label": {"show": True, "position": "right", "formatter": "{b}  {c}"},
                "data": [{**_point(bar), "name": name, **_look(bar)} for name, bar in stages],
            }
        ],
    }


def _look(bar: Bar) -> dict[str, Any]:
    """Return how a stage is drawn: one that nobody reached is an outline, for a funnel has no part without a width."""
    if bar.value:
        return {}
    return {"itemStyle": {"color": "transparent", "borderColor": "var(--ink-3)", "borderWidth": 1}}


def side_by_side(labels: Sequence[str], bars: Sequence[Bar]) -> dict[str, Any]:
    """Return lying bars, the largest on top."""
    order = sorted(range(len(bars)), key=lambda place: _number(bars[place].value) or 0)
    return {
        "tooltip": {"trigger": "item"},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "data": [labels[place] for place in order]},
        "series": [
            {"type": "bar", "data": [{**_point(bars[place]), "name": labels[place]} for place in order]}
        ],
    }


def _point(bar: Bar) -> dict[str, Any]:
    point: dict[str, Any] = {"value": _number(bar.value), "url": bar.url}
    if bar.text:
        point["text"] = bar.text
    return point


def _number(value: int | float | Decimal | None) -> int | float | None:
    return float(value) if isinstance(value, Decimal) else value
