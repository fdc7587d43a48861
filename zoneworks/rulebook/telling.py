"""What is wrong with a decision about a rule, told in the language of the page, at the field where it can be."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zoneworks.kit.wording import keyed, labeled
from zoneworks.rulebook.entries import EXPECTED, PackError, Problem
from zoneworks.rulebook.shipped import shipped
from zoneworks.rulebook.wording import comma, semicolon, word

_NAMING = frozenset({"one_of", "unknown", "twice", "no_stage", "no_level", "rise"})
_SHOWN_BY_EXAMPLE = frozenset({"whole", "number", "flag", "text", "list", "mapping", "missing", "other"})
_LONGEST_EXAMPLE = 200


class MisfitError(ValidationError):
    """A decision that does not fit its rule, or clashes with another one; nothing was written."""

    def __init__(self, error: PackError, asked: str) -> None:
        self.error = error
        self.asked = asked
        super().__init__(told(error, asked=asked), code="misfit")

    def at_fields(self, names: Collection[str]) -> Iterator[tuple[str | None, str]]:
        """Yield each problem with the one of the fields `names` that it belongs to, None for the whole form."""
        whole = next((name for name in ("value", "choice") if name in names), None)
        if whole == "choice" and any(name.startswith("part_") for name in names):
            whole = None
        for problem in self.error.problems:
            path = _own_path(self.error, problem)
            first, _dot, rest = path.partition(".")
            if self.error.key != self.asked:
                yield whole, self._elsewhere(problem, path)
            elif path == "alternative" and "choice" in names:
                yield "choice", _with_example(self.error, problem, "")
            elif f"part_{first}" in names:
                yield f"part_{first}", _with_example(self.error, problem, rest)
            else:
                yield whole, _with_example(self.error, problem, path)

    def _elsewhere(self, problem: Problem, path: str) -> str:
        """Return a problem that shows at another rule, or only when the section is read as a whole."""
        text = _in_words(problem, path)
        return labeled(rule_name(self.error.key), text) if "." in self.error.key else text


def told(error: PackError, *, asked: str = "") -> str:
    """Return what is wrong with a rule in one sentence: which rule, the problems, and a right value.

    `asked` is the rule that somebody wanted to decide; it stands first when the clash shows elsewhere.
    """
    problems = semicolon().join(_in_words(each, _own_path(error, each)) for each in error.problems)
    keys = [key for key in (asked, error.key) if "." in key or not asked]
    names = comma().join(rule_name(key) for key in dict.fromkeys(keys)) or asked
    if error.example is None:
        return labeled(names, problems)
    sentence = _("%(key)s: %(problems)s. A right value would be, for example: %(example)s")
    return sentence % {"key": names, "problems": problems, "example": _as_text(error.example)}


def rule_name(key: str) -> str:
    """Return the label of a rule with its key; the key alone where nothing shipped is called so."""
    found = shipped().rules.get(key)
    return keyed(found.label, key) if found else key


def rule_label(key: str) -> str:
    """Return what a rule is called; its key where nothing shipped is called so."""
    found = shipped().rules.get(key)
    return str(found.label) if found else key


def _own_path(error: PackError, problem: Problem) -> str:
    """Return the path within the value; a section that is read as a whole puts the rule before it."""
    name = error.key.partition(".")[2]
    if error.where != "override" and name and f"{problem.path}.".startswith(f"{name}."):
        return problem.path[len(name) + 1 :]
    return problem.path


def _with_example(error: PackError, problem: Problem, shown_path: str) -> str:
    """Return a problem at its field, with what would be right there unless the sentence says it itself."""
    text = _in_words(problem, shown_path)
    example = _part(error.example, problem.path)
    if problem.expected not in _SHOWN_BY_EXAMPLE or example is None:
        return text
    printed = _as_text(example)
    if len(printed) > _LONGEST_EXAMPLE:
        return text
    return _("%(problem)s. Right would be, for example: %(example)s") % {"problem": text, "example": printed}


def _as_text(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)


def _part(value: Any, path: str) -> Any:
    """Return the part of an example at `path`, whose places in lists count from 1; None when it has none."""
    for name in filter(None, path.split(".")):
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, Sequence) and not isinstance(value, str) and value and name.isdecimal():
            value = value[min(int(name), len(value)) - 1]
        else:
            return None
    return value


def _in_words(problem: Problem, path: str) -> str:
    sentence = _(EXPECTED[problem.expected]).replace("{detail}", _detail(problem))
    parts = [
        _("item %(number)s") % {"number": name} if name.isdecimal() else word(name)
        for name in path.split(".")
    ]
    return labeled(" · ".join(parts), sentence) if path else sentence


def _detail(problem: Problem) -> str:
    """Return what fills the sentence; names that must be typed stand behind their words."""
    if problem.expected not in _NAMING:
        return problem.detail
    names = re.findall(r"'([^']*)'", problem.detail) or problem.detail.split(", ")
    words = [(name, word(name)) for name in names]
    return comma().join(name if said == name else keyed(said, name) for name, said in words)
