"""The shipped pack is whole, and a mistake in it is told with its place."""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Unit
from zoneworks.rulebook import rules
from zoneworks.rulebook.entries import PackError
from zoneworks.rulebook.shapes import kind_of
from zoneworks.rulebook.shipped import SECTIONS, load, shipped
from zoneworks.rulebook.types import Unit as RuleUnit

PACK = Path(__file__).parent.parent / "pack"
TODAY = date(2026, 11, 22)
ENTRIES = [entry for rule in shipped().rules.values() for entry in rule.choices]


def copy_of_pack(folder, **changed):
    """Write the pack to `folder` with some files replaced by what a function makes of them."""
    for file in PACK.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        if file.stem in changed:
            parts = yaml.safe_load(text)
            changed[file.stem](parts)
            text = yaml.safe_dump(parts, allow_unicode=True, sort_keys=False)
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_read(section):
    found = next(each for each in shipped().sections if each.key == section)

    assert found.rules


def test_no_file_of_the_pack_is_forgotten():
    assert {file.stem for file in PACK.glob("*.yaml")} == {*SECTIONS, "sources", "words"}


def test_the_stages_stand_in_the_order_of_the_field():
    before = (
        "lead screened in_talks admission_reviewed framework_agreed signed registered funded site_secured"
    )
    after = "permitted started in_statistics completed in_production above_threshold full_capacity"

    assert " ".join(rules(None, TODAY).stages.kinds) == f"{before} {after} performance_accepted"


def test_the_levels_are_those_of_facts():
    assert [level.key for level in rules(None, TODAY).levels] == Level.values


def test_the_units_are_those_of_figures():
    assert set(get_args(RuleUnit)) == set(Unit.values)


def test_an_address_stands_under_official_sites_and_the_press_alone():
    marks = {source.id: source.mark for source in shipped().sources.values() if source.address}

    assert set(marks.values()) == {"O", "M"}
    assert all(source.address for source in shipped().sources.values() if source.mark in ("O", "M"))


def test_no_address_hides_in_a_text():
    texts = [file.read_text(encoding="utf-8") for file in PACK.glob("*.yaml") if file.stem != "sources"]

    assert not any("http" in text or "www." in text for text in texts)


def test_every_source_is_used():
    stages = rules(None, TODAY).stages
    used = {source.id for entry in ENTRIES for source in entry.sources}
    named: list[Any] = [*stages.levels, *stages.model, *stages.side_exits]
    for each in named:
        used |= {each.source} if isinstance(each.source, str) else set(each.source or ())

    assert set(shipped().sources) == used


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.key}-{entry.name or entry.use}")
def test_every_entry_says_what_and_whence(entry):
    assert entry.label.zh and entry.label.en and entry.text.zh and entry.text.en
    assert entry.mark == "Z" or entry.mark in {source.mark for source in entry.sources}


def test_a_rule_has_one_default_a_day():
    for rule in shipped().rules.values():
        assert sum(entry.use == "default" and entry.holds_on(TODAY) for entry in rule.choices) <= 1


def test_every_term_of_a_value_has_words():
    missing = {term for entry in ENTRIES for term in terms(entry.value)} - set(shipped().words)

    assert missing == set()


def test_a_stage_is_called_alike_wherever_it_is_named():
    """A set of stages, a definition and the line of stages name a stage by one word."""
    stages = rules(None, TODAY).stages
    words = shipped().words

    named = [*stages.model, *stages.side_exits, *stages.unmapped]
    assert {one.key: str(words[one.key]) for one in named if one.key in words} == {
        one.key: one.label for one in named if one.key in words
    }
    assert words["signed"].zh == "正式签约"


def test_the_note_on_conversion_holds_both_of_its_sources():
    note = shipped().rules["counting.conversion_rates"].choices[0]

    assert {source.id for source in note.sources} == {"S34b", "S75"}
    for said in (note.text.zh, note.text.en):
        assert "734" in said
        assert "146.8" in said


def terms(value, name=""):
    """Yield the parts and terms of a value that are shown by their words."""
    if kind_of(value) == "mapping":
        for part, inner in value.items():
            if part.endswith(("_zh", "_en")) or part in ("key", "source", "mark"):
                continue
            yield part
            yield from terms(inner, part)
    elif kind_of(value) == "list":
        for item in value:
            yield from terms(item, name)
    elif kind_of(value) == "text" and value.isascii() and value.replace("_", "").isalnum():
        yield value


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        (
            "health",
            lambda parts: parts["rules"]["talk_red_months"].update(valu=3),
            "health.yaml, section health, key talk_red_months: valu: this part is unknown",
        ),
        (
            "health",
            lambda parts: parts["rules"]["talk_red_months"].pop("mark"),
            "health.yaml, section health, key talk_red_months: mark: this part is missing",
        ),
        (
            "leads",
            lambda parts: parts["rules"]["respond_days"].update(source="S999"),
            "leads.yaml, section leads, key respond_days: source: no such source: S999",
        ),
        (
            "leads",
            lambda parts: parts["rules"]["respond_days"].update(mark="O"),
            "leads.yaml, section leads, key respond_days: mark: one of these is expected: R, Z",
        ),
        (
            "counting",
            lambda parts: parts["rules"]["size_classes"]["choices"][1].update(use="default", name=None),
            "counting.yaml, section counting, key size_classes: use: two defaults hold on the same day",
        ),
        (
            "counting",
            lambda parts: parts["rules"]["size_classes"]["choices"][1].pop("name"),
            "counting.yaml, section counting, key size_classes: name: an alternative needs a name of its own",
        ),
        (
            "sources",
            lambda parts: parts["sources"]["S42"].update(address="http://example.org/"),
            "an address stands under O and M",
        ),
        ("rivers", lambda parts: parts.update(section="lakes"), "rivers.yaml, section section: one of these"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, file, change, told):
    folder = copy_of_pack(tmp_path, **{file: change})

    with pytest.raises(PackError) as caught:
        load(folder)
    assert told in str(caught.value)


def test_a_key_stands_once_in_a_file(tmp_path):
    folder = copy_of_pack(tmp_path)
    with (folder / "words.yaml").open("a", encoding="utf-8") as file:
        file.write("  talks: {zh: 又, en: again}\n")

    with pytest.raises(PackError, match="talks stands twice"):
        load(folder)
