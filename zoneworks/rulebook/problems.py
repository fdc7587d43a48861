"""What pydantic says about a value, as `Problem`s that can be told in both languages."""

from __future__ import annotations

from pydantic import ValidationError

from zoneworks.rulebook.entries import EXPECTED, Problem

_CODES = {
    "int_type": "whole",
    "int_parsing": "whole",
    "int_from_float": "whole",
    "decimal_type": "number",
    "decimal_parsing": "number",
    "finite_number": "number",
    "bool_type": "flag",
    "string_type": "text",
    "string_too_short": "text",
    "tuple_type": "list",
    "model_type": "mapping",
    "mapping_type": "mapping",
    "dict_type": "mapping",
    "too_short": "missing",
    "string_pattern_mismatch": "key",
    "missing": "missing",
    "extra_forbidden": "unknown",
    "literal_error": "one_of",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
}
_HOLES = {"one_of": "expected", "at_least": "ge", "at_most": "le"}


def from_pydantic(error: ValidationError) -> list[Problem]:
    """Return one problem for each thing that pydantic found; places in lists count from 1."""
    found = []
    for each in error.errors(include_url=False):
        path = ".".join(str(part + 1) if isinstance(part, int) else part for part in each["loc"])
        code = each["type"] if each["type"] in EXPECTED else _CODES.get(each["type"], "other")
        context = each.get("ctx", {})
        if code == "other":
            detail = each["msg"]
        elif code in ("unknown", "mapping"):
            detail = "–"
        else:
            detail = str(context.get(_HOLES.get(code, "detail"), ""))
        found.append(Problem(path, code, detail))
    return found
