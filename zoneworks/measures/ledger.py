"""The ledger of printed numbers, and the place of the measures in the menu."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zoneworks.kit.access import is_staff
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.audit import names_values
from zoneworks.kit.columns import Cell, Column
from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.forms import AmountField, SpanField, ZoneModelForm
from zoneworks.kit.language import language
from zoneworks.kit.ledger import Ledger
from zoneworks.kit.menu import add_page
from zoneworks.kit.panels import Panel
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.registry import register
from zoneworks.kit.rendering import NO_CHOICE
from zoneworks.kit.spans import Span
from zoneworks.measures.comparing import compared, in_unit_of
from zoneworks.measures.labels import full_label
from zoneworks.measures.models import Claim
from zoneworks.measures.registry import measures
from zoneworks.measures.wording import worded

add_page("boards", gettext_lazy("Measures"), "measures:list", "math-function", 30, is_staff)


def amount_of(claim: Claim) -> str:
    """Return the printed number as people write it, in the unit of the measure that it is about.

    Of a statement without a number, return its words.
    """
    if claim.value is None:
        return _("“%(wording)s”: no number to compare") % {"wording": claim.wording}
    if claim.measure in measures:
        measure = measures[claim.measure]
        value = in_unit_of(claim, measure)
        if value is not None and measure.unit.value not in Unit.values:
            return worded(value, measure.unit, Qualifier(claim.qualifier)).whole
    return format_amount(claim.value, claim.unit, claim.qualifier, language=language())


def measure_label(claim: Claim) -> str:
    """Return the name of the measure that a printed number is about."""
    return measure_name(claim.zone, claim.measure)


@names_values(Claim, "measure")
def measure_name(zone: Any, key: str) -> str:
    return full_label(measures[key]) if key in measures else key


def measure_choices() -> list[Any]:
    """Return the measures by group, for a select."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in measures:
        groups.setdefault(str(one.group), []).append((one.key, full_label(one)))
    return [("", NO_CHOICE), *groups.items()]


class ClaimFilter(ZoneFilterSet):
    """What to look for among printed numbers."""

    as_of = django_filters.DateFromToRangeFilter(label=gettext_lazy("as of"))
    measure = django_filters.ChoiceFilter(choices=measure_choices, label=gettext_lazy("measure"))

    class Meta:
        model = Claim
        fields = {"whose": ["exact"]}


class ClaimForm(ZoneModelForm):
    """A printed number, typed as it is written."""

    amount = AmountField(label=pgettext_lazy("printed", "number"), required=False)
    wording = forms.CharField(
        label=gettext_lazy("as written"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only for a statement without a number, such as 超前完成."),
    )
    measure = forms.ChoiceField(choices=measure_choices, label=gettext_lazy("measure"), required=False)
    period = SpanField(label=gettext_lazy("period"), required=False)

    class Meta:
        model = Claim
        fields = ("what", "amount", "wording", "measure", "whose", "period", "as_of", "of_which", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            told = "amount" if self.instance.has_number else "wording"
            self.initial.update({"amount": "", "wording": "", told: self.instance.wording})
            if self.instance.period_from and self.instance.period_to:
                self.fields["period"].initial = Span(self.instance.period_from, self.instance.period_to)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        period = cleaned.get("period")
        self._take(cleaned)
        self.instance.period_from = period.earliest if period else None
        self.instance.period_to = period.latest if period else None
        return cleaned

    def _take(self, cleaned: dict[str, Any]) -> None:
        """Take the number with its words, or the words of a statement that has none."""
        amount, wording = cleaned.get("amount"), cleaned.get("wording", "")
        held = self.instance.wording
        if amount is not None and wording:
            self.add_error("wording", _("Leave this empty where there is a number."))
        elif amount is None and not wording and "amount" not in self.errors:
            self.add_error("amount", _("Give the number, or the words of a statement that has none."))
        elif amount is None:
            self.instance.value, self.instance.unit = None, ""
            self.instance.qualifier = Qualifier.EXACT
        elif self.instance._state.adding or "amount" in self.changed_data:
            self.instance.value, self.instance.unit = amount.value, amount.unit
            self.instance.qualifier = amount.qualifier
            held = amount.wording
        if amount is not None:
            cleaned["wording"] = held


@register
class ClaimLedger(Ledger):
    """Printed numbers: what papers said, kept beside what the ledger counts."""

    slug = "claims"
    model = Claim
    icon = "quote"
    menu = "sources"
    position = 30
    description = gettext_lazy(
        "Numbers that papers print. Each stays as it was printed, beside what the ledger counts."
    )
    columns = (
        Column("what", link=True),
        Column(
            "amount", label=pgettext_lazy("printed", "number"), kind="amount", value=amount_of, sort="value"
        ),
        Column("whose"),
        Column("measure", value=measure_label),
        Column("as_of"),
        Column("of_which"),
    )
    filterset_class = ClaimFilter
    form_class = ClaimForm
    identified_by = (("what", "as_of", "period"),)
    stored_as = {"period": ("period_from", "period_to")}
    facts = ("what", "wording", "whose", "measure", "period_from", "period_to", "as_of", "of_which", "note")
    bulk_fields = ("whose", "as_of")

    def fact_cells(self, row: Claim) -> Iterable[tuple[str, Cell]]:
        for name, (label, cell) in zip(self.facts, super().fact_cells(row), strict=True):
            yield label, Cell(measure_label(row)) if name == "measure" else cell

    def panels(self, row: Claim) -> list[Panel]:
        if not row.has_number:
            return [Panel("compared", _("What the ledger says"), "measures/no_number.html", position=10)]
        if row.measure not in measures or row.whose != "zone":
            return []
        data = compared(row, self.moment, self.user)
        return [Panel("compared", _("What the ledger says"), "measures/compared.html", data, position=10)]

    def badges(self, row: Claim) -> list[Cell]:
        return [Cell(amount_of(row), tone="blue" if row.has_number else "grey")]
