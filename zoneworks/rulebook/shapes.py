"""The shape of a rule's value, learned from the values that are shipped for it.

A rule that no typed section claims still has a shape: a zone may change its numbers, texts and lists, and
what it enters must look like one of the shipped values. Pure: plain values in, problems out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from zoneworks.rulebook.entries import Problem

WHOLE_UNITS = frozenset({"days", "workdays", "months", "years", "times"})


@dataclass(slots=True)
class Shape:
    """What was seen at one place of the shipped values."""

    kinds: set[str] = field(default_factory=set)
    parts: dict[str, Shape] = field(default_factory=dict)
    always: set[str] | None = None
    item: Shape | None = None
    may_be_negative: bool = False

    def see(self, value: Any) -> None:
        """Widen this shape so that `value` fits."""
        kind = kind_of(value)
        self.kinds.add(kind)
        if kind == "number":
            self.may_be_negative |= value < 0
        elif kind == "mapping":
            self.always = set(value) if self.always is None else self.always & set(value)
            for name, part in value.items():
                self.parts.setdefault(name, Shape()).see(part)
        elif kind == "list":
            for part in value:
                self.item = self.item or Shape()
                self.item.see(part)


def kind_of(value: Any) -> str:
    """Return the kind of a plain value: nothing, flag, number, text, list or mapping.

    >>> kind_of(True), kind_of(Decimal("0.5")), kind_of({"a": 1})
    ('flag', 'number', 'mapping')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, Mapping):
        return "mapping"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "list"
    return "text"


def shape_of(values: Iterable[Any]) -> Shape:
    """Return the shape into which every one of `values` fits."""
    shape = Shape()
    for value in values:
        shape.see(value)
    return shape


def misfits(value: Any, shape: Shape, *, unit: str | None = None, open_keys: bool = False) -> list[Problem]:
    """Return what keeps `value` from having `shape`; nothing when it fits.

    >>> [str(problem) for problem in misfits({"times": "two"}, shape_of([{"times": 2, "per": "month"}]))]
    ['per: this part is missing', 'times: a number is expected']
    """
    return list(_misfits(freeze(value), shape, "", unit, open_keys))


def _misfits(value: Any, shape: Shape, path: str, unit: str | None, open_keys: bool) -> Iterable[Problem]:
    kind = kind_of(value)
    if kind not in shape.kinds:
        wanted = sorted(shape.kinds - {"nothing"}) or ["text"]
        yield Problem(path, wanted[0], ", ".join(shape.parts))
    elif kind == "number":
        yield from _number_misfits(value, shape, path, unit)
    elif kind == "mapping":
        yield from _mapping_misfits(value, shape, path, unit, open_keys)
    elif kind == "list" and shape.item is not None:
        for index, part in enumerate(value, 1):
            yield from _misfits(part, shape.item, _join(path, str(index)), unit, False)


def _number_misfits(value: Any, shape: Shape, path: str, unit: str | None) -> Iterable[Problem]:
    number = Decimal(str(value))
    if not number.is_finite():
        yield Problem(path, "number")
    elif unit in WHOLE_UNITS and number != number.to_integral_value():
        yield Problem(path, "whole")
    elif number < 0 and not shape.may_be_negative:
        yield Problem(path, "at_least", "0")
    elif unit == "share" and number > 1:
        yield Problem(path, "at_most", "1")


def _mapping_misfits(
    value: Mapping[str, Any], shape: Shape, path: str, unit: str | None, open_keys: bool
) -> Iterable[Problem]:
    if open_keys:
        any_part = shape_of([])
        for part in shape.parts.values():
            any_part.kinds |= part.kinds
            any_part.may_be_negative |= part.may_be_negative
        for name, part in value.items():
            yield from _misfits(part, any_part, _join(path, name), unit, False)
        return
    for name in sorted((shape.always or set()) - set(value)):
        yield Problem(_join(path, name), "missing")
    for name, part in value.items():
        if name not in shape.parts:
            yield Problem(_join(path, str(name)), "unknown", ", ".join(shape.parts))
        else:
            yield from _misfits(part, shape.parts[name], _join(path, name), unit, False)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def freeze(value: Any) -> Any:
    """Return `value` so that nobody can change it: read-only mappings, tuples, decimals.

    >>> freeze({"share": 0.15, "days": [1, 2]})
    mappingproxy({'share': Decimal('0.15'), 'days': (1, 2)})
    """
    if isinstance(value, Mapping):
        return MappingProxyType({str(name): freeze(part) for name, part in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(part) for part in value)
    return Decimal(str(value)) if isinstance(value, float) else value


def plain(value: Any) -> Any:
    """Return a frozen value as plain JSON: decimals without a fraction as whole numbers, others as floats."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
