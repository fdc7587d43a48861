"""How a field of a form is written in JSON or in an address: one description for reading, refusing and the document.

The forms stay the judges of what may be kept. A kind only says what a program must send so that the form is given
what a browser would have posted, and refuses what is of another type instead of guessing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from zoneworks.kit.picking import PickedMixin
from zoneworks.kit.pickmany import MOST_PICKED, PickField

LARGEST = 2**63 - 1
LONGEST = 1_000_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
Posted = dict[str, list[str]]


class WrongTypeError(ValueError):
    """The value is not of the kind; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: its JSON schema, and the way from a value to what a form is posted."""

    schema: dict[str, Any]
    text: Callable[[Any], str]
    many: bool = False
    typed: bool = False
    """A name may stand in the place of a key; a field that takes several posts names apart."""
    from_query: Callable[[str], Any] = field(default=lambda text: text)

    def posted(self, name: str, value: Any) -> Posted:
        """Return what a browser would post for `value`. Raise `WrongTypeError`."""
        if not self.many and not self.typed:
            return {name: [self.text(value)]}
        if not self.many:
            value = [] if value is None else [value]
        if not isinstance(value, list) or len(value) > MOST_PICKED:
            raise WrongTypeError(_("Send a list of at most %(most)d.") % {"most": MOST_PICKED})
        if not self.typed:
            return {name: [self.text(one) for one in value]}
        names = [one for one in value if isinstance(one, str)]
        keys = [self.text(one).removeprefix("#") for one in value if not isinstance(one, str)]
        return {name: keys, f"{name}_typed": ["\n".join(text_of(one) for one in names)]}


# -- plain values ------------------------------------------------------------------------------------------------------


def text_of(value: Any, longest: int | None = None) -> str:
    if not isinstance(value, str):
        raise WrongTypeError(_("Send a text."))
    if longest is not None and len(value) > longest:
        raise WrongTypeError(_("Send at most %(most)d characters.") % {"most": longest})
    if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise WrongTypeError(_("Send characters that can be written."))
    return value


def whole_of(value: Any, least: int = -LARGEST, most: int = LARGEST) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise WrongTypeError(_("Send a whole number."))
    if not least <= value <= most:
        raise WrongTypeError(
            _("Send a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
        )
    return int(value)


def day_of(value: Any) -> str:
    text = text_of(value, 40)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise WrongTypeError(_("Send a day like 2024-09-30."))


def whole_from(text: str) -> Any:
    """Return the number that an address writes; anything else as it is, to be refused."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII) else text


def truth_from(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


# -- the kinds ---------------------------------------------------------------------------------------------------------


def _or_null(schema: dict[str, Any], optional: bool) -> dict[str, Any]:
    if not optional:
        return schema
    return {**schema, "type": [schema["type"], "null"]}


def _empty_or(text: Callable[[Any], str], optional: bool) -> Callable[[Any], str]:
    return (lambda value: "" if value is None else text(value)) if optional else text


def words(longest: int | None = None, shortest: int = 0, **schema: Any) -> Kind:
    """Return the kind of plain text."""
    found: dict[str, Any] = {"type": "string", "maxLength": longest or LONGEST, **schema}
    if shortest:
        found["minLength"] = shortest

    def text(value: Any) -> str:
        said = text_of(value, longest or LONGEST)
        if len(said) < shortest:
            raise WrongTypeError(_("Send something, or leave it out."))
        return said

    return Kind(found, text)


def whole(least: int, most: int, *, optional: bool = False) -> Kind:
    schema = _or_null({"type": "integer", "minimum": least, "maximum": most}, optional)
    return Kind(
        schema,
        _empty_or(lambda value: str(whole_of(value, least, most)), optional),
        from_query=whole_from,
    )


def key(*, optional: bool = False) -> Kind:
    """Return the kind of the number of a row."""
    return whole(1, LARGEST, optional=optional)


def _row_text(value: Any) -> str:
    if isinstance(value, str):
        return text_of(value, 200)
    return f"#{whole_of(value, 1)}"


def row(*, optional: bool, many: bool = False, typed: bool = False) -> Kind:
    """Return the kind of a row of a long ledger: its number, or its name as one would type it."""
    one: dict[str, Any] = {"type": ["integer", "string"], "minimum": 1, "maximum": LARGEST, "maxLength": 200}
    if many:
        return Kind(
            {"type": "array", "items": one, "maxItems": MOST_PICKED}, _row_text, many=True, typed=True
        )
    if optional:
        one = {**one, "type": ["integer", "string", "null"]}
    return Kind(one, _empty_or(_row_text, optional), typed=typed, from_query=whole_from)


def one_of(values: Iterable[str], *, optional: bool = False) -> Kind:
    offered = list(dict.fromkeys([*([""] if optional else []), *values]))

    def text(value: Any) -> str:
        if not isinstance(value, str) or value not in offered:
            shown = ", ".join(one for one in offered if one)
            raise WrongTypeError(_("Send one of: %(known)s.") % {"known": shown or "–"})
        return value

    return Kind({"type": "string", "enum": offered}, text)


def some_of(values: Iterable[str]) -> Kind:
    inner = one_of(values)
    return Kind({"type": "array", "items": inner.schema, "maxItems": MOST_PICKED}, inner.text, many=True)


def truth(*, optional: bool = False, on: str = "true", off: str = "false", unknown: str = "") -> Kind:
    """Return the kind of yes and no, posted as the field's widget would."""

    def text(value: Any) -> str:
        if value is None and optional:
            return unknown
        if not isinstance(value, bool):
            raise WrongTypeError(_("Send true or false."))
        return on if value else off

    return Kind(_or_null({"type": "boolean"}, optional), text, from_query=truth_from)


def day(*, optional: bool = False) -> Kind:
    return Kind(_or_null({"type": "string", "format": "date"}, optional), _empty_or(day_of, optional))


def number(*, optional: bool = False) -> Kind:
    def text(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e24:
            raise WrongTypeError(_("Send a number."))
        return str(value)

    return Kind(_or_null({"type": "number"}, optional), text)


# -- from the fields of forms ------------------------------------------------------------------------------------------


def offered_by(field: Any) -> list[str]:
    """Return the values that a field of choices offers, those of its groups too."""
    found: list[str] = []
    for value, label in field.choices:
        found.extend(str(inner) for inner, _label in label) if isinstance(
            label, list | tuple
        ) else found.append(str(value))
    return [value for value in found if value]


def kind_of(field: Any) -> Kind | None:
    """Return how `field` is written in JSON; nothing for one that takes a file."""
    optional = not field.required
    match field:
        case forms.FileField():
            return None
        case PickField():
            return row(optional=optional, many=field.many, typed=True)
        case PickedMixin():
            return row(optional=optional)
        case forms.ModelMultipleChoiceField():
            inner = key()
            return Kind(
                {"type": "array", "items": inner.schema, "maxItems": MOST_PICKED}, inner.text, many=True
            )
        case forms.ModelChoiceField():
            return key(optional=optional)
        case forms.MultipleChoiceField():
            return some_of(offered_by(field))
        case forms.NullBooleanField():
            return truth(optional=True, unknown="unknown")
        case forms.BooleanField():
            return truth(on="on", off="")
        case forms.ChoiceField():
            return one_of(offered_by(field), optional=optional)
    return _kind_of_plain(field, optional)


def _kind_of_plain(field: Any, optional: bool) -> Kind:
    match field:
        case forms.IntegerField() if not isinstance(field, forms.FloatField | forms.DecimalField):
            ends: Any = (field.min_value, field.max_value)
            least, most = -LARGEST if ends[0] is None else ends[0], LARGEST if ends[1] is None else ends[1]
            return whole(least, most, optional=optional)
        case forms.DecimalField() | forms.FloatField():
            return number(optional=optional)
        case forms.DateField():
            return day(optional=optional)
        case forms.CharField():
            return words(field.max_length, 0 if optional else 1)
    return words()
