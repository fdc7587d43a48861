"""The form of figures whose kinds and units are the rulebook's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal

from django.utils.timezone import localdate

from zoneworks.kit.figureforms import FigureForm
from zoneworks.rulebook.reading import rules
from zoneworks.rulebook.types import FigureKinds


class RuledFigureForm(FigureForm):
    """Offers the kinds that the zone's rulebook states today of what `stated_of` names."""

    stated_of: ClassVar[Literal["project", "organization"]]

    @cached_property
    def kinds(self) -> FigureKinds:
        return rules(self.subject_row.zone, localdate()).figures

    def offered_kinds(self) -> list[tuple[str, Any]]:
        return [*self.kinds.of(self.stated_of).choices()]

    def kind_label(self, kind: str) -> str:
        return self.kinds.label(kind)

    def units_of(self, kind: str) -> Sequence[str]:
        found = self.kinds.get(kind)
        return found.units if found is not None else ()

    def most_of(self, kind: str) -> Decimal | None:
        found = self.kinds.get(kind)
        return found.at_most if found is not None else None
