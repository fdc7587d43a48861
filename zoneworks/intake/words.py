"""The vocabularies of the genre: lists of words in `vocabulary/*.toml`, each file with what it is for in its head."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from re import escape
from typing import Any


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """Return the word lists of `vocabulary/NAME.toml`; `FileNotFoundError` for a name that has none."""
    text = (files("zoneworks.intake") / "vocabulary" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for one of `words`, the longest first.

    >>> any_of(["局", "分局"])
    '(?:分局|局)'
    """
    return f"(?:{'|'.join(map(escape, sorted(words, key=len, reverse=True)))})"
