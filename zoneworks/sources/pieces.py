"""The text of a document in pieces, so that words inside it are found as fast as a name, however long it is."""

from __future__ import annotations

from collections.abc import Iterator

from zoneworks.accounts.searching import normalize_query

STEP, OVERLAP = 500, 100
"""Characters: a piece begins every step and goes on into the next, so that no word is cut. Nobody asks for more."""


def pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start and end of each piece of `text`, and what a search finds in it.

    >>> list(pieces("甲ＴＯＰＣｏｎ\\n乙"))
    [(0, 9, '甲topcon 乙')]
    """
    for start in range(0, max(len(text) - OVERLAP, 1), STEP):
        said = text[start : start + STEP + OVERLAP]
        if said.strip():
            yield start, start + len(said), normalize_query(said)


def place_in(text: str, word: str) -> tuple[int, int] | None:
    """Return where `word`, one of `normalize_query`, first stands in `text`, whatever its width and letters.

    >>> place_in("甲ＴＯＰＣｏｎ乙", "topcon"), place_in("甲乙", "丙")
    ((1, 7), None)
    """
    letters: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        said = " " if letter.isspace() else normalize_query(letter)
        letters.extend(said)
        at.extend([place] * len(said))
    found = "".join(letters).find(word)
    return None if found < 0 else (at[found], at[found + len(word) - 1] + 1)
