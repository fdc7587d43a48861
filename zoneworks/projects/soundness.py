"""The columns of projects that follow from facts, for whoever looks whether they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy

from zoneworks.accounts.models import Zone
from zoneworks.kit.soundness import DerivedColumns, keep_sound
from zoneworks.projects.deriving import derive, keep_up, state_of
from zoneworks.projects.models import Project


@keep_sound
class ProjectColumns(DerivedColumns):
    """Stage, its day, last progress and amounts are what the facts say today."""

    key = "project-columns"
    label = gettext_lazy("stages and amounts of projects")
    model = Project

    def begin(self, zone: Zone) -> None:
        keep_up(zone, localdate())

    def fresh(self, rows: Sequence[Any]) -> Mapping[int, Mapping[str, Any]]:
        return state_of(rows, localdate(), now())

    def write(self, row: Any) -> None:
        derive(row)
