"""Panels: the parts of a row's page below its head."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """A word that leads somewhere."""

    label: str
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of a page: a title and a template that draws `data`."""

    key: str
    title: str
    template: str
    data: Any = None
    place: str = "main"
    count: int | None = None
    action_url: str = ""
    action_label: str = ""
    position: int = 50


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One fact on the line of time."""

    span_text: str
    label: str
    level_label: str
    by: str
    at: Any
    url: str
    is_uncertain: bool
    note: str
    sort_key: Any = None
    is_unsourced: bool = False
    is_corrected: bool = False
    """Whether it stands in the place of an earlier version."""
    citations: list[Link] = field(default_factory=list)
