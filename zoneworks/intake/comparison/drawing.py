"""A comparison as the template draws it: articles, their kinds, and a line for each item with its two sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zoneworks.intake.comparison.words import KINDS, field_label, shown
from zoneworks.intake.extractors.words import in_words

MARKS: dict[str, tuple[Any, str]] = {
    "agree": (_("agree"), "green"),
    "differ": (_("differs"), "yellow"),
    "one": (_("only the rules"), "blue"),
    "two": (_("only the endpoint"), "accent"),
}
_NO_TITLE = _("(no headline)")
MOST_LEFT_OUT = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One field of an item: what it is called, what stands there, whether the other side says something else."""

    label: str
    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """One item: its mark, and what either side says of it."""

    kind: str
    mark: str
    label: str
    tone: str
    one: list[Said]
    two: list[Said]
    quote: str


def drawn(comparison: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the articles of a comparison in plain values with their lines."""
    return [
        {
            "title": article["title"] or _NO_TITLE,
            "date": article["date"],
            "rows": [_row(row) for row in article["rows"]],
        }
        for article in comparison["articles"]
    ]


def _row(row: dict[str, Any]) -> Drawn:
    label, tone = MARKS[row["mark"]]
    differing = {each["field"] for each in row["differences"]}
    one, two = row["one"], row["two"]
    return Drawn(
        str(KINDS[row["kind"]]),
        row["mark"],
        str(label),
        tone,
        _side(one, differing),
        _side(two, differing),
        (one or two)["quote"],
    )


def _side(side: dict[str, Any] | None, differing: set[str]) -> list[Said]:
    if side is None:
        return []
    return [
        Said(field_label(field), shown(field, text), field in differing)
        for field, text in side["says"].items()
    ]


def counted(comparison: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a line for each kind that was found: how many items bear each mark."""
    return [
        {
            "label": KINDS[kind],
            "marks": [
                {"label": label, "tone": tone, "count": counts[mark]}
                for mark, (label, tone) in MARKS.items()
                if counts[mark]
            ],
        }
        for kind, counts in comparison["counts"].items()
        if any(counts.values())
    ]


def left_out(made: dict[str, Any]) -> list[dict[str, str]]:
    """Return what was not believed, in words."""
    return [
        {
            "article": str(each["article"] + 1),
            "kind": str(KINDS.get(each["kind"], each["kind"])),
            "name": each["name"] or "",
            "field": field_label(each["field"]) if each["field"] else "",
            "value": each["value"] or "",
            "quote": each["quote"] or "",
            "why": in_words(each["why"]),
        }
        for each in made["dropped"][:MOST_LEFT_OUT]
    ]
