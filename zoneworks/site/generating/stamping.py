"""Search texts of numbered names, much faster than reading each aloud: only the number differs."""

from __future__ import annotations

import re
from functools import lru_cache

from zoneworks.accounts.searching import search_text

DIGITS = 6
_NUMBER = re.compile(rf"[0-9]{{{DIGITS},}}")
_BLANKS = ("111111", "222222", "333333", "444444")
_BLANK = re.compile("|".join(_BLANKS))


def stamped(*names: str) -> str:
    """Return what `search_text` returns for names that each hold at most one number of six digits or more.

    >>> stamped("样例项目 000123") == search_text("样例项目 000123")
    True
    """
    numbers: list[str] = []
    patterns = []
    for name in names:
        found = _NUMBER.search(name)
        if found is None or len(numbers) == len(_BLANKS):
            patterns.append(name)
            continue
        if found[0] not in numbers:
            numbers.append(found[0])
        patterns.append(name.replace(found[0], _BLANKS[numbers.index(found[0])]))
    filled = dict(zip(_BLANKS, numbers, strict=False))
    return _BLANK.sub(lambda blank: filled.get(blank[0], blank[0]), _template(tuple(patterns)))


@lru_cache(maxsize=1024)
def _template(patterns: tuple[str, ...]) -> str:
    return search_text(*patterns)
