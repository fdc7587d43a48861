"""The default pack: read from the YAML files beside this module, checked once per process.

Every mistake in a file is a `PackError` that names file, section and key, and what would be right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import ValidationError

from zoneworks.rulebook.entries import PackError, Problem, RuleDefinition, RuleEntry, Section, Source, Text
from zoneworks.rulebook.problems import from_pydantic
from zoneworks.rulebook.shapes import freeze

SECTIONS = (
    "stages", "counting", "health", "leads", "hazards", "needs", "duties", "appraisal", "funds", "rivers",
    "elements", "staged_tracking", "assemblies", "promises", "qualifiers", "figures", "engagement_kinds",
    "industries",
)  # fmt: skip
OPEN_SECTIONS = frozenset({"figures", "engagement_kinds", "industries"})

_RULE_PARTS = frozenset({"label", "unit", "open_keys", "choices"})
_ENTRY_PARTS = frozenset(
    [
        "value",
        "use",
        "name",
        "text",
        "note",
        "place",
        "issuer",
        "document",
        "issued",
        "set",
        "valid_from",
        "valid_to",
        "source",
        "mark",
    ]
)


@dataclass(frozen=True, slots=True)
class Pack:
    """The shipped rules, by section and by key, and the words in which values are shown."""

    sections: tuple[Section, ...]
    sources: Mapping[str, Source]
    words: Mapping[str, Text]
    rules: Mapping[str, RuleDefinition]


@cache
def shipped() -> Pack:
    """Return the default pack; raise `PackError` for the first mistake in it."""
    return load(files("zoneworks.rulebook") / "pack")


def load(folder: Traversable) -> Pack:
    """Read a pack from the YAML files of `folder`."""
    sources = _sources(folder / "sources.yaml")
    words = _words(folder / "words.yaml")
    sections = tuple(_section(folder / f"{name}.yaml", name, sources) for name in SECTIONS)
    return Pack(sections, sources, words, {rule.key: rule for section in sections for rule in section.rules})


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML in which a key stands only once."""


def _mapping_without_doubles(loader: Any, node: yaml.MappingNode) -> dict[Hashable, Any]:
    counted = Counter(loader.construct_object(key, deep=True) for key, _value in node.value)
    doubled = [str(key) for key, times in counted.items() if times > 1]
    if doubled:
        raise yaml.constructor.ConstructorError(
            None, None, f"{', '.join(doubled)} stands twice", node.start_mark
        )
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_doubles)


def _read(file: Traversable, wanted: frozenset[str], allowed: frozenset[str]) -> dict[str, Any]:
    try:
        # S506: the loader is a safe one.
        found = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise PackError(
            file.name, "–", [Problem("", "other", f"the file is no readable YAML: {error}")]
        ) from error
    _check_parts(file.name, "–", found, wanted, wanted | allowed)
    return found


def _check_parts(where: str, key: str, found: Any, wanted: frozenset[str], allowed: frozenset[str]) -> None:
    if not isinstance(found, Mapping):
        raise PackError(where, key, [Problem("", "mapping", ", ".join(sorted(wanted or allowed)))])
    problems = [Problem(part, "missing") for part in sorted(wanted - set(found))]
    known = ", ".join(sorted(allowed))
    problems += [Problem(str(part), "unknown", known) for part in found if part not in allowed]
    if problems:
        raise PackError(where, key, problems)


def _sources(file: Traversable) -> dict[str, Source]:
    found = _read(file, frozenset({"sources"}), frozenset())["sources"]
    return {
        str(key): _build(Source, {"id": str(key), **parts}, file.name, str(key))
        for key, parts in found.items()
    }


def _words(file: Traversable) -> dict[str, Text]:
    found = _read(file, frozenset({"words"}), frozenset())["words"]
    return {str(key): _build(Text, parts, file.name, str(key)) for key, parts in found.items()}


def _section(file: Traversable, name: str, sources: Mapping[str, Source]) -> Section:
    found = _read(file, frozenset({"section", "label", "rules"}), frozenset({"note"}))
    if found["section"] != name:
        raise PackError(file.name, "section", [Problem("", "one_of", name)])
    rules = tuple(_rule(file.name, f"{name}.{key}", parts, sources) for key, parts in found["rules"].items())
    parts = {
        "key": name,
        "label": found["label"],
        "note": found.get("note"),
        "is_open": name in OPEN_SECTIONS,
    }
    return _build(Section, {**parts, "rules": rules}, file.name, name)


def _rule(where: str, key: str, parts: Any, sources: Mapping[str, Source]) -> RuleDefinition:
    if isinstance(parts, Mapping) and "choices" in parts:
        _check_parts(where, key, parts, frozenset({"label", "choices"}), _RULE_PARTS)
        choices = parts["choices"]
    else:
        _check_parts(where, key, parts, frozenset({"value", "use", "mark"}), _RULE_PARTS | _ENTRY_PARTS)
        choices = [{part: value for part, value in parts.items() if part in _ENTRY_PARTS}]
    label = _label(where, key, parts)
    entries = tuple(_entry(where, key, each, label, parts.get("unit"), sources) for each in choices)
    _check_choices(where, key, entries)
    rule = {"key": key, "label": label, "unit": parts.get("unit"), "open_keys": parts.get("open_keys", False)}
    return _build(RuleDefinition, {**rule, "choices": entries}, where, key)


def _label(where: str, key: str, parts: Mapping[str, Any]) -> Text:
    """Return the label of a rule; a kind brings its own inside its value."""
    value = parts.get("value")
    if "label" not in parts and isinstance(value, Mapping) and "label_zh" in value and "label_en" in value:
        return _build(Text, {"zh": value["label_zh"], "en": value["label_en"]}, where, key)
    _check_parts(where, key, parts, frozenset({"label"}), frozenset(parts))
    return _build(Text, parts["label"], where, key)


def _entry(
    where: str, key: str, parts: Any, label: Text, unit: str | None, sources: Mapping[str, Source]
) -> RuleEntry:
    _check_parts(where, key, parts, frozenset({"value", "use", "mark"}), _ENTRY_PARTS)
    value = freeze(parts["value"])
    text = parts.get("text")
    if text is None and isinstance(value, Mapping) and "definition_zh" in value:
        text = {"zh": value["definition_zh"], "en": value["definition_en"]}
    if text is None:
        raise PackError(where, key, [Problem("text", "missing")])
    cited = _cited(where, key, parts.get("source"), sources)
    for named in _named_inside(value):
        _cited(where, key, named, sources)
    if parts["mark"] not in {"Z", *(source.mark for source in cited)}:
        marks = ", ".join(sorted({"Z", *(source.mark for source in cited)}))
        raise PackError(where, key, [Problem("mark", "one_of", marks)])
    rest = {
        part: parts.get(part)
        for part in ("use", "name", "note", "place", "issuer", "document", "issued", "mark")
    }
    dates = {part: parts.get(part) for part in ("valid_from", "valid_to")}
    built = {
        "key": key,
        "value": value,
        "unit": unit,
        "label": label,
        "text": text,
        "set_name": parts.get("set"),
    }
    return _build(RuleEntry, {**built, **rest, **dates, "sources": cited}, where, key)


def _named_inside(value: Any) -> Iterable[Any]:
    """Yield the sources that the items of a value name for themselves, as stages and levels do."""
    if isinstance(value, tuple):
        for item in value:
            if isinstance(item, Mapping) and "source" in item:
                yield item["source"]


def _cited(where: str, key: str, named: Any, sources: Mapping[str, Source]) -> tuple[Source, ...]:
    """Return the sources that an entry names: one number, a list of them, or nothing."""
    numbers = [] if named is None else [named] if isinstance(named, str) else list(named)
    unknown = [str(number) for number in numbers if number not in sources]
    if unknown:
        text = f"no such source: {', '.join(unknown)}; add it to sources.yaml"
        raise PackError(where, key, [Problem("source", "other", text)])
    return tuple(sources[number] for number in numbers)


def _check_choices(where: str, key: str, entries: Iterable[RuleEntry]) -> None:
    """Refuse two defaults for one day, an alternative without its own name, a default with a name."""
    names: set[str] = set()
    defaults: list[RuleEntry] = []
    for entry in entries:
        if entry.use == "default":
            defaults.append(entry)
        if (entry.use == "alt") != (entry.name is not None) or entry.name in names:
            text = "an alternative needs a name of its own, and only an alternative has one"
            raise PackError(where, key, [Problem("name", "other", text)])
        if entry.name:
            names.add(entry.name)
    for index, one in enumerate(defaults):
        for other in defaults[index + 1 :]:
            first, second = sorted((one, other), key=lambda entry: str(entry.valid_from or ""))
            if first.valid_to is None or second.valid_from is None or second.valid_from <= first.valid_to:
                text = "two defaults hold on the same day; close the older with valid_to"
                raise PackError(where, key, [Problem("use", "other", text)])


def _build(model: Any, parts: Any, where: str, key: str) -> Any:
    try:
        return model.model_validate(parts)
    except ValidationError as error:
        raise PackError(where, key, from_pydantic(error)) from error
