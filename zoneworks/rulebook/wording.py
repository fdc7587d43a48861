"""Values of rules as people read them, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from zoneworks.kit.amounts import format_amount
from zoneworks.kit.language import language
from zoneworks.rulebook.shapes import kind_of
from zoneworks.rulebook.shipped import shipped

MONEY_FROM = 10_000
"""Beside a currency, numbers from here on are sums; below stand days, months and counts."""
_BILINGUAL = (("label_zh", "label_en"), ("definition_zh", "definition_en"), ("who_zh", "who_en"))
_NO_SHARES = frozenset({"points", "per_missing", "overdue_unstarted", "falsified", "required"})
_SENTENCES = frozenset({"definition", "who"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A value ready to be drawn: a text, named parts, or a list; `title` names an item of a list."""

    text: str = ""
    title: str = ""
    parts: tuple[tuple[str, Shown], ...] = ()
    items: tuple[Shown, ...] = ()

    def line(self) -> str:
        """Return the value in one line."""
        if self.text:
            return f"{self.title}{_colon()}{self.text}" if self.title else self.text
        if self.title:
            return self.title
        if self.items:
            return comma().join(item.line() for item in self.items)
        return semicolon().join(f"{label}{_colon()}{part.line()}" for label, part in self.parts)


def shown(value: Any, unit: str | None = None) -> Shown:
    """Return `value` as people read it; `unit` is the unit of its numbers."""
    return _shown(value, unit, "", None)


def word(term: str) -> str:
    """Return what a part or term of a value is called; a term without a word is shown as it is."""
    text = shipped().words.get(term)
    return str(text) if text else term


def _shown(value: Any, unit: str | None, name: str, currency: str | None) -> Shown:
    match kind_of(value):
        case "mapping":
            return _mapping(value, unit)
        case "list":
            return _list(value, unit, name, currency)
        case _:
            return Shown(text=_scalar(value, unit, name, currency))


def _list(value: Any, unit: str | None, name: str, currency: str | None) -> Shown:
    items = tuple(_shown(item, unit, name, currency) for item in value)
    if not items:
        return Shown(text=_("none"))
    if all(item.text and not item.title for item in items):
        return Shown(text=comma().join(item.text for item in items))
    return Shown(items=items)


def _mapping(value: Mapping[str, Any], unit: str | None) -> Shown:
    if set(value) == {"of", "part"}:
        return Shown(text=f"{value['part']}/{value['of']}")
    currency = value.get("unit")
    named = _in_language(value)
    title = str(named.pop("label", ""))
    hidden = {"unit"} if currency in ("CNY", "USD") else set()
    if title:
        # The key of a labeled item is for code.
        hidden |= {"key"}
    parts = []
    for name, part in named.items():
        if name in hidden or (title and part in ((), None, False)):
            continue
        if name in _SENTENCES and f"{name}_zh" in value:
            drawn = Shown(text=str(part))
        else:
            drawn = _shown(part, _unit_of(value, name, unit), name, currency)
        parts.append((word(name), drawn))
    return (
        Shown(title=title, parts=tuple(parts))
        if parts
        else Shown(title=title, text="" if title else _("none"))
    )


def _in_language(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of `value` with each pair of languages drawn together under its common name."""
    own, other = (1, 0) if not _chinese() else (0, 1)
    named: dict[str, Any] = {}
    dropped = {pair[other] for pair in _BILINGUAL if pair[own] in value}
    renamed = {pair[own]: pair[own].rpartition("_")[0] for pair in _BILINGUAL}
    for name, part in value.items():
        if name not in dropped:
            named[renamed.get(name, name)] = part
    return named


def _unit_of(value: Mapping[str, Any], name: str, unit: str | None) -> str | None:
    """Return the unit of a part: a share where its name says so or a part is compared with a base."""
    if name.endswith("share") or (("base" in value or "share" in value) and name in ("at_least", "at_most")):
        return "share"
    return unit


def _scalar(value: Any, unit: str | None, name: str, currency: str | None) -> str:
    match kind_of(value):
        case "nothing":
            return _("none")
        case "flag":
            return _("yes") if value else _("no")
        case "text":
            return word(value)
        case _:
            return _number(value, unit, name, currency)


def _number(value: int | Decimal, unit: str | None, name: str, currency: str | None) -> str:
    number = Decimal(value)
    plain = f"{number:f}"
    if currency in ("CNY", "USD") and abs(number) >= MONEY_FROM:
        return format_amount(number, str(currency), language=language())
    if currency is not None and currency not in ("CNY", "USD") and name in ("at_least", "less_than"):
        return format_amount(number, str(currency), language=language())
    is_fraction = 0 < number < 1 and name not in _NO_SHARES
    if unit == "share" or (is_fraction and unit is None):
        return f"{(number * 100).normalize():f}%"
    return with_unit(plain, number, unit)


def with_unit(text: str, number: Decimal, unit: str | None) -> str:
    """Return a number with the word of its unit."""
    count = int(number)
    match unit:
        case "days":
            return ngettext("%(number)s day", "%(number)s days", count) % {"number": text}
        case "workdays":
            return ngettext("%(number)s working day", "%(number)s working days", count) % {"number": text}
        case "months":
            return ngettext("%(number)s month", "%(number)s months", count) % {"number": text}
        case "years":
            return ngettext("%(number)s year", "%(number)s years", count) % {"number": text}
        case "points":
            return ngettext("%(number)s point", "%(number)s points", count) % {"number": text}
        case _:
            return text


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def comma() -> str:
    """Return what parts the items of a list in the language of the page."""
    return "、" if _chinese() else ", "


def semicolon() -> str:
    """Return what parts one statement from the next in the language of the page."""
    return "；" if _chinese() else "; "


def _colon() -> str:
    return "：" if _chinese() else ": "
