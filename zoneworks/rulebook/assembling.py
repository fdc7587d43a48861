"""From the shipped pack and a zone's overrides to the rules of a day. Pure: no database, no clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from zoneworks.rulebook.entries import Frozen, PackError, Problem, RuleDefinition, RuleEntry, Text
from zoneworks.rulebook.problems import from_pydantic
from zoneworks.rulebook.shapes import freeze, misfits, plain, shape_of
from zoneworks.rulebook.shipped import OPEN_SECTIONS, Pack
from zoneworks.rulebook.stages import StageRules
from zoneworks.rulebook.types import (
    CountingRules,
    EngagementKind,
    FigureKind,
    FigureKinds,
    HealthRules,
    Industry,
    Kind,
    Kinds,
    LeadRules,
    QualifierRules,
    Rules,
)

TYPED: Mapping[str, type[Frozen]] = {
    "stages": StageRules, "counting": CountingRules, "health": HealthRules, "leads": LeadRules,
    "qualifiers": QualifierRules,
}  # fmt: skip
KINDS: Mapping[str, type[Kind]] = {
    "figures": FigureKind, "engagement_kinds": EngagementKind, "industries": Industry,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Override:
    """One live override of a zone as plain values; `value` is JSON text, so that it compares and hashes."""

    pk: int | None
    key: str
    value: str
    alternative: str
    in_force_from: date
    in_force_to: date | None
    issuer: str = ""
    document: str = ""
    clause: str = ""
    note: str = ""

    def holds_on(self, on: date) -> bool:
        """Say whether the zone wanted this on `on`."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


def assemble(pack: Pack, overrides: Iterable[Override], on: date) -> Rules:
    """Return the rules of `on`: the pack with the overrides that hold that day laid over it.

    Of two for one rule the one that begins later wins, of one day the one recorded later. An override that
    does not fit is set aside and told in `Rules.problems`, so that one bad row never takes a zone down; when
    several clash, those of that section are set aside together.
    """
    chosen = {each.key: each for each in sorted(overrides, key=_weight)}
    problems: list[PackError] = []
    entries: dict[str, RuleEntry] = {}
    for override in chosen.values():
        try:
            entries[override.key] = overridden(pack, override)
        except PackError as error:
            problems.append(error)
    while True:
        try:
            return _rules(pack, entries, on, tuple(problems))
        except PackError as error:
            section = error.key.partition(".")[0]
            kept = {key: entry for key, entry in entries.items() if key.partition(".")[0] != section}
            if len(kept) == len(entries):
                raise
            problems.append(error)
            entries = kept


def _weight(override: Override) -> tuple[date, int]:
    return override.in_force_from, override.pk if override.pk is not None else 2**63


def overridden(pack: Pack, override: Override) -> RuleEntry:
    """Return the entry that `override` makes; raise `PackError` when it does not fit the rule."""
    entered = None if override.alternative else json.loads(override.value)
    definition = definition_for(pack, override.key, entered)
    base = definition.choices[0]
    if override.alternative:
        found = definition.alternative(override.alternative)
        if found is None:
            names = ", ".join(str(entry.name) for entry in definition.alternatives) or "–"
            raise PackError("override", override.key, [Problem("alternative", "one_of", names)])
        base, value = found, found.value
    else:
        value = checked_value(definition, entered)
    own = {
        "value": value,
        "use": "default",
        "origin": "zone",
        "in_force_from": override.in_force_from,
        "in_force_to": override.in_force_to,
        "override_id": override.pk,
        "valid_from": None,
        "valid_to": None,
    }
    if not override.alternative:
        own |= {"sources": (), "mark": "Z", "place": None, "issued": None, "set_name": None, "name": None}
        own |= {
            "document": override.document or None,
            "issuer": _same(override.issuer),
            "note": _same(override.note),
        }
        own["text"] = _same(override.clause)
        if definition.section in KINDS:
            own |= _described(value)
    return base.model_copy(update=own)


def _described(value: Mapping[str, Any]) -> dict[str, Text]:
    """Return label and text of a kind, which its value brings itself."""
    label = Text(zh=value["label_zh"], en=value["label_en"])
    return {
        "label": label,
        "text": Text(zh=value["definition_zh"] or label.zh, en=value["definition_en"] or label.en),
    }


def _same(text: str) -> Text | None:
    """Return a zone's own words, which are written in one language, for both."""
    return Text(zh=text, en=text) if text else None


def definition_for(pack: Pack, key: str, value: Any = None) -> RuleDefinition:
    """Return the rule `key`; in an open section a new kind gets a rule of its own from `value`."""
    if key in pack.rules:
        return pack.rules[key]
    section = key.partition(".")[0]
    known = next((each for each in pack.sections if each.key == section), None)
    if known is None:
        raise PackError(
            "override", key, [Problem("", "one_of", ", ".join(each.key for each in pack.sections))]
        )
    if section not in OPEN_SECTIONS:
        names = ", ".join(rule.key.partition(".")[2] for rule in known.rules)
        raise PackError("override", key, [Problem("", "one_of", names)])
    _typed_kind(KINDS[section], key, value)
    own = _described(value)
    entry = RuleEntry(
        key=key,
        use="note",
        value=freeze(value),
        label=own["label"],
        text=own["text"],
        mark="Z",
        origin="zone",
    )
    return RuleDefinition(key=key, label=own["label"], choices=(entry,))


def checked_value(definition: RuleDefinition, value: Any) -> Any:
    """Return `value` frozen when it fits the rule; raise `PackError` with the shipped value as example."""
    section, _dot, name = definition.key.partition(".")
    example = plain(definition.choices[0].value)
    if section in KINDS:
        _typed_kind(KINDS[section], definition.key, value, example)
        return freeze(value)
    adapter = _adapter(section, name)
    if adapter is None:
        shape = shape_of(entry.value for entry in definition.choices)
        found = misfits(value, shape, unit=definition.unit, open_keys=definition.open_keys)
    elif value is None:
        found = [Problem("", "missing")]
    else:
        found = _pydantic_problems(adapter, value)
    if found:
        raise PackError("override", definition.key, found, example)
    return freeze(value)


def _pydantic_problems(adapter: TypeAdapter[Any], value: Any) -> list[Problem]:
    try:
        adapter.validate_python(thaw(value))
    except ValidationError as error:
        return from_pydantic(error)
    return []


@cache
def _adapter(section: str, name: str) -> TypeAdapter[Any] | None:
    """Return what checks the value of a typed rule; None when no typed section claims it."""
    model = TYPED.get(section)
    hint = get_type_hints(model, include_extras=True).get(name) if model else None
    return TypeAdapter(hint) if hint is not None and name in model.model_fields else None  # type: ignore[union-attr]


def _typed_kind(model: type[Kind], key: str, value: Any, example: Any = None) -> Kind:
    try:
        parts = dict(thaw(value)) if isinstance(value, Mapping) else value
        if isinstance(parts, dict):
            parts["key"] = key.partition(".")[2]
        return model.model_validate(parts)
    except ValidationError as error:
        raise PackError("override", key, from_pydantic(error), example) from error


def thaw(value: Any) -> Any:
    """Return a frozen value with plain dicts, as pydantic wants them; decimals stay decimals."""
    if isinstance(value, Mapping):
        return {name: thaw(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return tuple(thaw(part) for part in value)
    return value


def _rules(pack: Pack, own: Mapping[str, RuleEntry], on: date, problems: tuple[PackError, ...]) -> Rules:
    definitions = dict(pack.rules)
    for key, entry in own.items():
        if key not in definitions:
            definitions[key] = RuleDefinition(key=key, label=entry.label, choices=(entry,))
    in_force: dict[str, RuleEntry] = {}
    for section in pack.sections:
        for key, definition in definitions.items():
            if definition.section == section.key:
                held = own.get(key) or definition.default_on(on)
                if held is not None:
                    in_force[key] = held
    typed = {name: _typed_section(name, model, in_force) for name, model in TYPED.items()}
    kinds = {name: _kinds(name, model, in_force) for name, model in KINDS.items()}
    rules = Rules(
        **typed,
        figures=FigureKinds(kinds["figures"]),
        engagement_kinds=Kinds(kinds["engagement_kinds"]),
        industries=Kinds(kinds["industries"]),
        sections=pack.sections,
        in_force=MappingProxyType(in_force),
        problems=problems,
        _definitions=MappingProxyType(definitions),
    )
    _check_across(rules)
    return rules


def _typed_section(name: str, model: Any, in_force: Mapping[str, RuleEntry]) -> Any:
    values = {
        field: thaw(in_force[f"{name}.{field}"].value)
        for field in model.model_fields
        if f"{name}.{field}" in in_force
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]["loc"]
        key = f"{name}.{first[0]}" if first else name
        raise PackError(f"{name}.yaml", key, from_pydantic(error)) from error


def _kinds(name: str, model: type[Kind], in_force: Mapping[str, RuleEntry]) -> Mapping[str, Any]:
    found = {
        key.partition(".")[2]: _typed_kind(model, key, entry.value)
        for key, entry in in_force.items()
        if key.partition(".")[0] == name
    }
    return MappingProxyType(found)


def _check_across(rules: Rules) -> None:
    """Refuse size classes that rest on a figure or unit that does not exist."""
    for each in rules.counting.size_classes:
        kind = rules.figures.get(each.kind)
        if kind is None:
            problem = Problem(f"{each.key}.kind", "one_of", ", ".join(rules.figures.keys))
        elif each.unit not in kind.units:
            problem = Problem(f"{each.key}.unit", "one_of", ", ".join(kind.units))
        elif each.only_industry is not None and each.only_industry not in rules.industries:
            problem = Problem(f"{each.key}.only_industry", "one_of", ", ".join(rules.industries.keys))
        else:
            continue
        raise PackError("counting.yaml", "counting.size_classes", [problem])
