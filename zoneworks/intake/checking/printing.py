"""A checked draft as plain values, for `zoneworks check --json` and for its page."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from typing import Any

from zoneworks.intake.checking.checker import Checked, Finding
from zoneworks.intake.checking.reasons import LABELS, hints, ledger_text, reason, what, when_text
from zoneworks.intake.checking.told_projects import OfProject
from zoneworks.intake.checking.verdicts import Verdict
from zoneworks.kit.entity import row_url
from zoneworks.kit.levels import Level
from zoneworks.kit.moment import Moment
from zoneworks.projects.models import ProjectFigure

ICONS = {
    Verdict.SUPPORTED: "circle-check",
    Verdict.DIFFERS: "circle-x",
    Verdict.QUALIFIER: "alert-triangle",
    Verdict.BASIS: "scale",
    Verdict.PARTS: "chart-donut",
    Verdict.NOT_IN_LEDGER: "zoom-question",
    Verdict.NOT_MEASURABLE: "circle-dashed",
}


def as_json(checked: Checked) -> dict[str, Any]:
    """Return a checked draft as texts, numbers, lists and null; `start` and `end` are places in its text."""
    starts = line_starts(checked.bare.source)
    at = {id(one.number): index for index, one in enumerate(checked.findings)}
    return {
        "zone": checked.ledger.zone.code,
        "issue_date": checked.issue.isoformat(),
        "issue_date_basis": checked.issue_basis,
        "clear": checked.is_clear,
        "counts": {verdict.value: count for verdict, count in checked.counts.items()},
        "numbers": [
            {
                **_number(checked, one, starts),
                "parts": [at[id(part.number)] for part in one.parts],
            }
            for one in checked.findings
        ],
    }


def _number(checked: Checked, one: Finding, starts: list[int]) -> dict[str, Any]:
    start, end = raw_place(checked, one)
    said_start, said_end = checked.bare.raw(*one.place)
    scope = one.reading.scope if one.reading else None
    period = scope.period if scope else None
    return {
        "start": start,
        "end": end,
        "line": line_of(starts, start),
        "wording": checked.bare.source[start:end],
        "evidence": checked.bare.source[said_start:said_end],
        "value": _plain(one.number.value),
        "unit": one.number.unit or None,
        "qualifier": one.number.qualifier.value,
        "verdict": one.verdict.value,
        "reason": reason(one),
        "hints": list(hints(one)),
        "measure": one.reading.measure.key if one.reading else None,
        "what": what(one, checked.ledger) or None,
        "filters": dict(scope.filters) if scope else {},
        "from": period.start.isoformat() if period else None,
        "to": period.end.isoformat() if period else None,
        "as_of": one.when.as_of.isoformat() if one.when and (scope or one.project) else None,
        "period_wording": one.when.wording or None if one.when else None,
        "basis": one.level if scope else None,
        "right_basis": one.right_level or None,
        "right_as_of": one.right_day.isoformat() if one.right_day else None,
        "ledger": _known(one),
        "difference": _plain(one.judged.difference),
        "url": url_of(one, checked.ledger.moment) or None,
        "rows": _rows(checked, one),
    }


def _known(one: Finding) -> dict[str, Any] | None:
    if one.known is None:
        return None
    return {
        "value": _plain(one.known.value),
        "qualifier": one.known.qualifier.value,
        "uncertain": _plain(one.known.uncertain),
        "text": ledger_text(one),
    }


def _rows(checked: Checked, one: Finding) -> dict[str, Any] | None:
    if one.reading is not None:
        model = one.reading.rows.model._meta.label
        return {"of": model, "ids": checked.ledger.row_ids(one.reading)}
    if one.project is not None:
        return {"of": ProjectFigure._meta.label, "ids": list(one.project.rows)}
    return None


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def url_of(one: Finding, moment: Moment) -> str:
    """Return the address that opens what the ledger says; nothing where it was not asked."""
    if one.reading is not None:
        return one.reading.url
    return moment.on_url(_project_url(one.project)) if one.project else ""


def _project_url(one: OfProject) -> str:
    return row_url(one.project)


def row_count(checked: Checked, one: Finding) -> int | None:
    """Return how many rows the ledger's number rests on; None where it was not asked."""
    if one.reading is not None:
        return checked.ledger.row_count(one.reading)
    return len(one.project.rows) if one.project is not None else None


def raw_place(checked: Checked, one: Finding) -> tuple[int, int]:
    """Return where the number stands in the text of the draft."""
    return checked.bare.raw(*one.number.place)


def line_starts(text: str) -> list[int]:
    """Return where each line of a text begins."""
    return [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]


def line_of(starts: list[int], at: int) -> int:
    """Return the line of a place, the first being 1.

    >>> line_of(line_starts("a\\nb"), 2)
    2
    """
    return bisect_right(starts, at)


def shown(checked: Checked) -> dict[str, Any]:
    """Return what the page draws: the text in pieces, the numbers, how many have each verdict."""
    starts = line_starts(checked.bare.source)
    items = [
        {
            "number": index,
            "finding": one,
            "verdict": one.verdict.value,
            "label": LABELS[one.verdict],
            "icon": ICONS[one.verdict],
            "line": line_of(starts, raw_place(checked, one)[0]),
            "wording": one.number.wording,
            "said": checked.bare.quote(*one.place),
            "reason": reason(one),
            "hints": list(hints(one)),
            "what": what(one, checked.ledger),
            "when": when_text(one),
            "basis": Level(one.level).label if one.reading and one.level != Level.PRESS else "",
            "ledger": ledger_text(one) if one.project else "",
            "url": url_of(one, checked.ledger.moment),
            "rows": row_count(checked, one),
        }
        for index, one in enumerate(checked.findings, 1)
    ]
    counts = [
        {"verdict": verdict.value, "label": LABELS[verdict], "icon": ICONS[verdict], "count": count}
        for verdict, count in checked.counts.items()
        if count
    ]
    return {"items_found": items, "pieces": _pieces(checked, items), "counts": counts}


def _pieces(checked: Checked, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the text cut at its numbers, in order; a number within another is left unmarked."""
    text, at = checked.bare.source, 0
    pieces: list[dict[str, Any]] = []
    for item in items:
        start, end = raw_place(checked, item["finding"])
        if start < at:
            continue
        pieces += [{"text": text[at:start]}, {"text": text[start:end], "item": item}]
        at = end
    return [*pieces, {"text": text[at:]}]
