"""How a value is typed in: a field a part where the shape is flat, lines for lists, JSON for the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zoneworks.rulebook.entries import RuleDefinition
from zoneworks.rulebook.shapes import Shape, kind_of, plain, shape_of
from zoneworks.rulebook.wording import shown, word

MAX_TEXT = 20_000
_SCALARS = frozenset({"flag", "number", "text"})


class NumberField(forms.DecimalField):
    """A number without thousands separators and without trailing zeros."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{plain(value)}" if isinstance(value, Decimal | int | float) else value

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        return None if cleaned is None else plain(cleaned)


class LinesField(forms.CharField):
    """A list, one item a line; numbers become numbers."""

    def __init__(self, *, numbers: bool = False, **kwargs: Any) -> None:
        self.numbers = numbers
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        kwargs.setdefault("help_text", gettext_lazy("One item a line."))
        super().__init__(max_length=MAX_TEXT, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(item) for item in value) if kind_of(value) == "list" else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return [_number(line) for line in lines] if self.numbers else lines


class NamedNumbersField(forms.CharField):
    """Named numbers, one a line: “tax: 16”."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 12}))
        kwargs.setdefault("help_text", gettext_lazy("One a line: name, colon, number."))
        super().__init__(max_length=MAX_TEXT, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{name}: {plain(number)}" for name, number in value.items())
        return value

    def clean(self, value: Any) -> Any:
        found: dict[str, Any] = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            name, colon, number = line.replace("：", ":").partition(":")
            if not colon or not name.strip():
                message = _("“%(line)s” is no name with a number; write it like tax: 16.")
                raise ValidationError(message % {"line": line})
            if name.strip() in found:
                raise ValidationError(_("“%(name)s” stands twice.") % {"name": name.strip()})
            found[name.strip()] = _number(number.strip())
        return found


class StructureField(forms.CharField):
    """A value of any shape, as JSON."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 20, "spellcheck": "false"}))
        kwargs.setdefault("help_text", gettext_lazy("Keep the form and change what differs (JSON)."))
        super().__init__(max_length=MAX_TEXT, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False, indent=2)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            message = _("This cannot be read as JSON: %(error)s. Compare it with the value in force.")
            raise ValidationError(message % {"error": error})


def value_fields(definition: RuleDefinition, value: Any) -> dict[str, forms.Field]:
    """Return the fields in which a value of `definition` is typed, filled with `value`."""
    shape = shape_of([*(entry.value for entry in definition.choices), value])
    if definition.open_keys:
        return {"value": NamedNumbersField(label=_("value"), initial=value, required=False)}
    if shape.kinds == {"mapping"} and all(_is_simple(part) for part in shape.parts.values()):
        always = shape.always or set()
        return {
            f"part_{name}": _simple(part, word(name), value.get(name), name in always)
            for name, part in shape.parts.items()
        }
    if _is_simple(shape):
        return {"value": _simple(shape, shown_unit(definition), value, True)}
    return {"value": StructureField(label=_("value"), initial=value, required=False)}


def collected(definition: RuleDefinition, value: Any, cleaned: Mapping[str, Any]) -> Any:
    """Return the value that the fields of `value_fields` hold; empty parts are left out where they may be."""
    shape = shape_of([*(entry.value for entry in definition.choices), value])
    if "value" in cleaned:
        return cleaned["value"]
    found: dict[str, Any] = {}
    for name, part in shape.parts.items():
        entered = cleaned.get(f"part_{name}")
        if entered in (None, "", [], False) and name not in (shape.always or set()) and name not in value:
            continue
        if entered == "" and "nothing" in part.kinds:
            entered = None
        found[name] = entered
    return found


def shown_unit(definition: RuleDefinition) -> str:
    """Return the label of a single number: the word of its unit, or just “value”."""
    return _("value (%(unit)s)") % {"unit": word(definition.unit)} if definition.unit else _("value")


def _is_simple(shape: Shape) -> bool:
    kinds = shape.kinds - {"nothing"}
    if kinds == {"list"}:
        return shape.item is not None and len(shape.item.kinds) == 1 and shape.item.kinds <= _SCALARS
    return len(kinds) <= 1 and kinds <= _SCALARS


def _simple(shape: Shape, label: str, value: Any, always: bool) -> forms.Field:
    kinds = shape.kinds - {"nothing"}
    required = always and "nothing" not in shape.kinds
    if kinds == {"flag"}:
        return forms.BooleanField(label=label, initial=value, required=False)
    if kinds == {"number"} or not kinds:
        hint = shown(value).text if kind_of(value) == "number" and abs(value) >= 10_000 else ""
        return NumberField(label=label, initial=value, required=required, help_text=hint)
    if kinds == {"list"}:
        numbers = shape.item is not None and shape.item.kinds == {"number"}
        return LinesField(label=label, initial=value, required=False, numbers=numbers)
    return forms.CharField(label=label, initial=value, required=required, max_length=500)


def _number(text: str) -> Any:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise ValidationError(_("“%(text)s” is no number.") % {"text": text[:40]})
    return plain(number)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
