"""What the pages of the rulebook show, worked out before any template sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from zoneworks.kit.searching import normalize_query, search_text
from zoneworks.rulebook.applied import applied_by
from zoneworks.rulebook.entries import Mark, RuleDefinition, RuleEntry, Section, Source, Text
from zoneworks.rulebook.models import RuleOverride
from zoneworks.rulebook.shipped import shipped
from zoneworks.rulebook.types import Rules
from zoneworks.rulebook.wording import Shown, shown

MARKS: dict[Mark, tuple[Any, str]] = {
    "O": (gettext_lazy("official site"), "good"),
    "M": (gettext_lazy("press"), "good"),
    "L": (gettext_lazy("law firm or fund trade press"), "blue"),
    "fund_manager": (gettext_lazy("fund manager"), "blue"),
    "vendor": (gettext_lazy("software vendor"), "warn"),
    "notice": (gettext_lazy("public notice"), "warn"),
    "paper": (gettext_lazy("research paper"), "blue"),
    "sample": (gettext_lazy("a zone's newspaper page"), "blue"),
    "R": (gettext_lazy("reprint on another site; verify before quoting"), "warn"),
    "D": (gettext_lazy("document-sharing site; verify before quoting"), "warn"),
    "Z": (gettext_lazy("the project's own choice, no outside source"), "grey"),
}
"""Each mark of reliability with its meaning and the tone in which it is drawn, from firm to frail."""
SHORT: dict[str, Any] = {
    "O": pgettext_lazy("mark", "O official"),
    "M": pgettext_lazy("mark", "M press"),
    "L": pgettext_lazy("mark", "L trade"),
    "R": pgettext_lazy("mark", "R reprint"),
    "D": pgettext_lazy("mark", "D shared"),
    "Z": pgettext_lazy("mark", "Z our own"),
    "fund_manager": pgettext_lazy("mark", "manager"),
    "vendor": pgettext_lazy("mark", "vendor"),
    "notice": pgettext_lazy("mark", "notice"),
    "paper": pgettext_lazy("mark", "paper"),
    "sample": pgettext_lazy("mark", "sample"),
}
"""The signs of the marks: a letter alone would tell nothing."""


@dataclass(frozen=True, slots=True)
class ShownMark:
    """A mark of reliability as it is drawn."""

    sign: str
    meaning: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One value of a rule with what a reader asks about it."""

    entry: RuleEntry
    value: Shown
    origin: str
    place: str
    mark: ShownMark | None

    @property
    def line(self) -> str:
        return self.value.line()

    @property
    def sources(self) -> list[tuple[Source, ShownMark]]:
        """Return where it was read, each with what its mark means."""
        return [(source, shown_mark(source.mark)) for source in self.entry.sources]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule on the list: what holds, or nothing when it is off, and what else is shipped."""

    definition: RuleDefinition
    held: ShownEntry | None
    others: tuple[ShownEntry, ...]

    @property
    def label(self) -> Text:
        """Return the label in force: a zone may relabel a kind."""
        return self.held.entry.label if self.held else self.definition.label

    @property
    def applied_by(self) -> str:
        """Return what in the workbench reads the rule; empty for a reference."""
        return applied_by(self.definition.key)

    @property
    def is_note(self) -> bool:
        """Say whether this is no rule but context."""
        return all(entry.use == "note" for entry in self.definition.choices)


@dataclass(frozen=True, slots=True)
class SectionRows:
    section: Section
    rows: tuple[RuleRow, ...]


def legend() -> list[ShownMark]:
    """Return every mark, from firm to frail."""
    return [shown_mark(mark) for mark in MARKS]


def shown_mark(mark: Mark) -> ShownMark:
    meaning, tone = MARKS[mark]
    return ShownMark(str(SHORT.get(mark, mark)), str(meaning), tone)


def shown_entry(entry: RuleEntry) -> ShownEntry:
    """Return an entry as the pages draw it. A zone's own value has no mark: the zone answers for it."""
    own = entry.origin == "zone" and not entry.sources
    origin = _("this zone") if entry.origin == "zone" else _("shipped")
    place = " · ".join(str(part) for part in (entry.issuer, entry.place) if part)
    mark = None if own else shown_mark(entry.mark)
    return ShownEntry(entry, shown(entry.value, entry.unit), origin, place, mark)


def rule_row(definition: RuleDefinition, rules: Rules) -> RuleRow:
    """Return one rule as it stands."""
    held = rules.in_force.get(definition.key)
    others = [
        entry
        for entry in definition.choices
        if entry is not held and (held is None or entry.name is None or entry.value is not held.value)
    ]
    return RuleRow(
        definition, shown_entry(held) if held else None, tuple(shown_entry(entry) for entry in others)
    )


def sections(rules: Rules, query: str = "", *, only_applied: bool = False) -> list[SectionRows]:
    """Return the sections with the rules in which every word of `query` stands; empty ones are left out.

    With `only_applied` those alone that something in the workbench reads.
    """
    words = normalize_query(query).split()
    found = []
    for section in rules.sections:
        rows = [
            rule_row(definition, rules)
            for definition in rules.definitions(section.key)
            if all(word in _haystack(definition, section.label) for word in words)
            and (not only_applied or applied_by(definition.key))
        ]
        if rows:
            found.append(SectionRows(section, tuple(rows)))
    return found


@lru_cache(maxsize=1024)
def _haystack_of(parts: tuple[str, ...], label: str) -> str:
    return "\n".join([search_text(label), *map(normalize_query, parts)])


def _haystack(definition: RuleDefinition, section: Text) -> str:
    """Return what a search looks through: key, labels, clauses, places, papers, and the label's pinyin."""
    texts: list[Text | None] = [definition.label, section]
    plain: list[str] = [definition.key]
    for entry in definition.choices:
        texts += [entry.text, entry.place, entry.issuer, entry.note]
        plain += [entry.document or "", entry.name or "", *(source.id for source in entry.sources)]
    both = [side for text in texts if text for side in (text.zh, text.en)]
    return _haystack_of((*plain, *both), definition.label.zh)


@dataclass(frozen=True, slots=True)
class ShownOverride:
    """One decision of the zone, with what became of it on the day that is asked."""

    row: RuleOverride
    value: Shown
    state: str
    label: str
    can_withdraw: bool


def history(rows: Iterable[RuleOverride], rules: Rules, on: date) -> list[ShownOverride]:
    """Return the decisions about one rule, the latest first. `rows` are all that is known of it."""
    every = list(rows)
    newer = {row.reverses_id: row for row in every if row.reverses_id is not None}
    return [_shown_override(row, newer.get(row.pk), rules, on) for row in reversed(every)]


def _shown_override(row: RuleOverride, newer: RuleOverride | None, rules: Rules, on: date) -> ShownOverride:
    if row.withdrawn:
        state, label = "withdrawal", _("withdrawal")
    elif newer is not None and newer.withdrawn:
        state, label = "withdrawn", _("withdrawn")
    elif newer is not None:
        state, label = "corrected", _("corrected later")
    elif row.in_force_from > on:
        state, label = "later", _("begins later")
    elif row.in_force_to is not None and row.in_force_to < on:
        state, label = "ended", _("ended")
    else:
        held = rules.in_force.get(row.key)
        is_held = held is not None and held.override_id == row.pk
        state, label = ("held", _("in force")) if is_held else ("followed", _("followed by a later decision"))
    is_live = newer is None and not row.withdrawn
    return ShownOverride(row, _override_value(row), state, label, is_live)


def _override_value(row: RuleOverride) -> Shown:
    definition = shipped().rules.get(row.key)
    if row.alternative:
        entry = definition.alternative(row.alternative) if definition else None
        return shown(entry.value, entry.unit) if entry else Shown(text=row.alternative)
    return shown(row.value, definition.unit if definition else None)
