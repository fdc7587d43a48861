"""The form that records how much, alike for the figures of every ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.kit.amounts import Amount, format_amount
from zoneworks.kit.figures import Figure
from zoneworks.kit.forms import AmountField, AmountRefusedError, FactForm
from zoneworks.kit.language import language
from zoneworks.kit.quantities import Unit

_UNIT_WANTED = {
    "no_unit": gettext_lazy("The figure “%(found)s” has no unit. “%(kind)s” is counted in %(units)s."),
    "unknown_unit": gettext_lazy("“%(found)s” is not a unit read here. “%(kind)s” is counted in %(units)s."),
}


class FigureForm(FactForm):
    """Records how much, as it is written. A ledger says which kinds it knows and what each is counted in."""

    kind = forms.ChoiceField(label=gettext_lazy("kind"))
    amount: forms.CharField = AmountField()
    corrects: Figure | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered, held = self.offered_kinds(), self.instance.kind
        if held and held not in dict(offered):
            offered.append((held, self.kind_label(held)))
        self.fields["kind"].choices = offered  # type: ignore[attr-defined]
        if self.corrects is not None:
            self.fields["amount"].initial = self.typed_before()

    def offered_kinds(self) -> list[tuple[str, Any]]:
        """Return the kinds to choose from, with their labels."""
        raise NotImplementedError

    def kind_label(self, kind: str) -> str:
        """Return the label of a kind, the key itself for one that is not known."""
        raise NotImplementedError

    def units_of(self, kind: str) -> Sequence[str]:
        """Return the units in which a kind may be counted, the usual one first; nothing for one that is not known."""
        raise NotImplementedError

    def most_of(self, kind: str) -> Decimal | None:
        """Return up to how much a kind may be stated, in base units; nothing for one without an end."""
        return None

    def unit_of(self, kind: str) -> str:
        return next(iter(self.units_of(kind)), "")

    def typed_before(self) -> str:
        """Return the amount of the figure that is corrected, as it can be typed again."""
        return self.corrects.as_typed() if self.corrects is not None else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        amount, kind = cleaned.get("amount"), cleaned.get("kind")
        if amount is None and kind:
            self._name_fitting_units(kind)
        if amount is None or not kind:
            return cleaned
        try:
            self._check(kind, amount)
        except ValidationError as error:
            self.add_error("amount", error)
        else:
            self.take(kind, amount)
        return cleaned

    def _name_fitting_units(self, kind: str) -> None:
        """Name the units of this kind alone where the amount has none, or one that is not read."""
        for refused in self.errors.get("amount", self.error_class()).as_data():
            units = self.units_of(kind)
            if (
                not isinstance(refused, AmountRefusedError)
                or refused.error.kind not in _UNIT_WANTED
                or not units
            ):
                continue
            said = {
                "found": refused.error.params["found"],
                "kind": self.kind_label(kind),
                "units": self._in_words(units),
            }
            self.errors["amount"] = self.error_class([_UNIT_WANTED[refused.error.kind] % said])

    @staticmethod
    def _in_words(units: Sequence[str]) -> str:
        return _(" or ").join(str(Unit(unit).label) for unit in units)

    def _check(self, kind: str, amount: Amount) -> None:
        """Refuse an amount that this kind is not counted in, one beyond its end, and one finer than what is kept."""
        units = self.units_of(kind)
        if units and amount.unit not in units:
            said = {
                "kind": self.kind_label(kind),
                "units": self._in_words(units),
                "amount": amount.wording,
                "unit": Unit(amount.unit).label,
            }
            raise ValidationError(
                _("“%(kind)s” is counted in %(units)s; “%(amount)s” is in %(unit)s.") % said, code="unit"
            )
        most = self.most_of(kind)
        if most is not None and not 0 <= amount.value <= most:
            said = {
                "kind": self.kind_label(kind),
                "most": format_amount(most, amount.unit, language=language()),
            }
            raise ValidationError(_("“%(kind)s” lies between 0 and %(most)s.") % said, code="most")
        places = self.instance._meta.get_field("value").decimal_places
        if -int(amount.value.as_tuple().exponent) > places:
            raise ValidationError(_("Finer than %(places)d decimal places; round it.") % {"places": places})

    def take(self, kind: str, amount: Amount) -> None:
        """Let the figure say `amount`. Of one that is corrected the words stand as long as nobody typed others."""
        figure = self.instance
        figure.value, figure.unit, figure.qualifier = amount.value, amount.unit, amount.qualifier
        if amount.wording != self.typed_before():
            figure.wording = amount.wording
