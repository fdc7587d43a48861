"""Figures: facts that say how much, what every ledger's own table of them has in common (design §2)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zoneworks.kit.amounts import AmountError, format_amount, parse_amount
from zoneworks.kit.facts import Fact
from zoneworks.kit.language import language
from zoneworks.kit.quantities import Qualifier, Unit


class Figure(Fact):
    """How much: a value in a base unit, how firmly it is stated and how it was written; `kind` (口径) says of what.

    Whether it is promised or came is said by the ledgers in which both occur, each with the nature usual there.
    """

    manner = Fact.manner | {"wording"}

    kind = models.CharField(_("kind"), max_length=24)
    value = models.DecimalField(pgettext_lazy("figure", "value"), max_digits=24, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit)
    qualifier = models.CharField(_("qualifier"), max_length=10, choices=Qualifier, default=Qualifier.EXACT)
    wording = models.CharField(_("as written"), max_length=120, blank=True)

    class Meta(Fact.Meta):
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            # The newest of those that state an amount come first: of sixty thousand a search reads twenty.
            models.Index(fields=["zone", "value", "-latest"], name="%(class)s_by_value")
        ]

    def __str__(self) -> str:
        return f"{self.subject_row} · {self.kind}"

    @property
    def is_per_year(self) -> bool:
        """Say whether the amount is one of each year."""
        return False

    def in_words(self) -> str:
        """Return the amount as people write it, in the language of the page."""
        return format_amount(
            self.value, self.unit, self.qualifier, language=language(), per_year=self.is_per_year
        )

    def as_typed(self, default_unit: str | None = None) -> str:
        """Return the amount as it can be typed again: as it was written where that still reads the same, else in full.

        A form that gives bare numbers a unit names it.
        """
        try:
            read = parse_amount(self.wording, default_unit=default_unit)
        except AmountError:
            return self.in_words()
        same = (read.value, read.unit, read.qualifier) == (self.value, self.unit, self.qualifier)
        return self.wording if same else self.in_words()
