"""The parts of the rulebook: texts in two languages, sources with their mark, entries, and problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.translation import get_language, gettext_noop
from pydantic import BaseModel, ConfigDict, Field, model_validator

Mark = Literal["O", "M", "L", "R", "D", "fund_manager", "vendor", "notice", "paper", "sample", "Z"]
Use = Literal["default", "alt", "note"]
WITH_ADDRESS: frozenset[Mark] = frozenset({"O", "M"})


class Frozen(BaseModel):
    """A value that never changes and knows no parts beyond those it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Frozen):
    """One text in both languages; as a string it speaks the language of the page."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __str__(self) -> str:
        return self.zh if (get_language() or "zh").startswith("zh") else self.en


class Labeled(Frozen):
    """A value with a label in both languages."""

    label_zh: str = Field(min_length=1)
    label_en: str = Field(min_length=1)

    @property
    def label(self) -> str:
        """Return the label in the language of the page."""
        return self.label_zh if (get_language() or "zh").startswith("zh") else self.label_en


class Source(Frozen):
    """Where a rule was read; an address stands only under an official site or the press."""

    id: str
    mark: Mark
    title: Text
    address: str | None = None

    @model_validator(mode="after")
    def _address_fits_mark(self) -> Source:
        if (self.address is not None) != (self.mark in WITH_ADDRESS):
            raise ValueError(
                f"source {self.id} is marked {self.mark}: an address stands under O and M, and only there"
            )
        return self


class RuleEntry(Frozen):
    """One value of one rule, with where it comes from and when it holds.

    `origin` tells a shipped entry from one that the zone set; `in_force_from` and `in_force_to` are the
    zone's dates, `valid_from` and `valid_to` those printed in the source (None: not printed, so no bound).
    """

    key: str
    use: Use
    name: str | None = None
    value: Any
    unit: str | None = None
    label: Text
    text: Text | None = None
    """What the rule says in a sentence; a zone's own value has one only if the zone wrote it."""
    note: Text | None = None
    place: Text | None = None
    issuer: Text | None = None
    document: str | None = None
    issued: str | None = None
    set_name: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    sources: tuple[Source, ...] = ()
    mark: Mark
    origin: Literal["shipped", "zone"] = "shipped"
    in_force_from: date | None = None
    in_force_to: date | None = None
    override_id: int | None = None

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    def holds_on(self, on: date) -> bool:
        """Say whether the printed dates let this entry hold on `on`."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


class RuleDefinition(Frozen):
    """One rule of the shipped pack with every value it may take."""

    key: str
    label: Text
    unit: str | None = None
    open_keys: bool = False
    choices: tuple[RuleEntry, ...]

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    def default_on(self, on: date) -> RuleEntry | None:
        """Return the shipped value that holds on `on`; None for a rule shipped off or not yet valid."""
        return next((entry for entry in self.choices if entry.use == "default" and entry.holds_on(on)), None)

    def alternative(self, name: str) -> RuleEntry | None:
        """Return the shipped alternative called `name`."""
        return next((entry for entry in self.choices if entry.use == "alt" and entry.name == name), None)

    @property
    def alternatives(self) -> tuple[RuleEntry, ...]:
        return tuple(entry for entry in self.choices if entry.use == "alt")


class Section(Frozen):
    """A chapter of the rulebook. In an open one a zone may add kinds of its own."""

    key: str
    label: Text
    note: Text | None = None
    is_open: bool = False
    rules: tuple[RuleDefinition, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a value: at which part, and the kind of value that would be right.

    `expected` is a code such as "whole" or "one_of"; `detail` fills the hole of its sentence.
    """

    path: str
    expected: str
    detail: str = ""

    def __str__(self) -> str:
        told = EXPECTED[self.expected].replace("{detail}", self.detail)
        return f"{self.path}: {told}" if self.path else told


# Sentences are translated when shown; {detail} is the hole.
EXPECTED = {
    "whole": gettext_noop("a whole number is expected"),
    "number": gettext_noop("a number is expected"),
    "flag": gettext_noop("yes or no is expected (true or false)"),
    "text": gettext_noop("a text is expected"),
    "list": gettext_noop("a list is expected"),
    "mapping": gettext_noop("named parts are expected"),
    "missing": gettext_noop("this part is missing"),
    "unknown": gettext_noop("this part is unknown; known are: {detail}"),
    "one_of": gettext_noop("one of these is expected: {detail}"),
    "at_least": gettext_noop("a value of at least {detail} is expected"),
    "at_most": gettext_noop("a value of at most {detail} is expected"),
    "rise": gettext_noop("the months of yellow, red and removal must rise; they would be {detail}"),
    "sum_100": gettext_noop("the weights must add up to 100; they would add up to {detail}"),
    "twice": gettext_noop("each key stands once; these stand twice: {detail}"),
    "no_stage": gettext_noop("there is no such stage: {detail}"),
    "no_level": gettext_noop("there is no such level: {detail}"),
    "key": gettext_noop("small letters, digits and underscores are expected, such as new_energy"),
    "no_share": gettext_noop("“near” and “about” each need a share"),
    "other": "{detail}",
}


class PackError(ValueError):
    """A rule is not as it must be. The message names file, section and key, and what would be right."""

    def __init__(self, where: str, key: str, problems: Sequence[Problem], example: Any = None) -> None:
        self.where = where
        self.key = key
        self.problems = tuple(problems)
        self.example = example
        section, _dot, name = key.partition(".")
        place = f"section {section}" + (f", key {name}" if name else "")
        shown = f"; right would be, for example: {example}" if example is not None else ""
        super().__init__(f"{where}, {place}: {'; '.join(map(str, self.problems))}{shown}")
