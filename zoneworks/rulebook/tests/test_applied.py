"""The page of rules says of each whether something reads it, and says so truly: the code is asked."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import zoneworks
from zoneworks.rulebook.applied import APPLIED, SECTIONS
from zoneworks.rulebook.shipped import shipped

ROOT = Path(zoneworks.__file__).parent
READ_FROM = {"rules", "model", "known"}
"""What code calls the rules of a day that it reads from, beside the section itself."""


@cache
def read_in_code() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return the texts of the code outside the rulebook, and each attribute with what it is read from."""
    texts, attributes = set(), set()
    for file in ROOT.rglob("*.py"):
        if {"tests", "migrations", "rulebook"} & set(file.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.Attribute):
                owner = (
                    node.value.attr
                    if isinstance(node.value, ast.Attribute)
                    else getattr(node.value, "id", "")
                )
                attributes.add((owner, node.attr))
    return frozenset(texts), frozenset(attributes)


def is_read(key: str) -> bool:
    """Say whether code names the rule, or reads it from the answer of `rules(zone, on)`."""
    texts, attributes = read_in_code()
    section, _dot, name = key.partition(".")
    names = APPLIED[key].read_as if key in APPLIED and APPLIED[key].read_as else (name,)
    return key in texts or any((owner, one) in attributes for owner in {section, *READ_FROM} for one in names)


def test_a_rule_is_listed_as_applied_if_and_only_if_code_reads_it():
    every = {key for key in shipped().rules if key.partition(".")[0] not in SECTIONS}

    assert {key for key in every if is_read(key)} == set(APPLIED)


def test_a_section_of_kinds_is_read_as_a_whole():
    _texts, attributes = read_in_code()

    assert SECTIONS.keys() <= {name for _owner, name in attributes}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("counting.first_event_only", "Applied by: signed projects"),
        ("counting.one_money_once", "Not applied by any number or check yet"),
        ("counting.increment_only", "Not applied by any number or check yet"),
    ],
)
def test_the_page_of_a_rule_says_whether_anything_applies_it(client, cast, zone, key, said):
    client.force_login(cast.alice)

    for url in (f"/north/rules/{key}/", f"/north/rules/?q={key}"):
        assert said in client.get(url).content.decode()
