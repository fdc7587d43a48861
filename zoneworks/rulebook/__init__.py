"""The rules of a zone as dated, typed data: `rules(zone, on)` says what held on a day (design §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoneworks.rulebook.reading import rules as rules

__all__ = ["rules"]


def __getattr__(name: str) -> Any:
    """Fetch `rules` when it is first asked for: this package loads before the models are ready."""
    if name == "rules":
        from zoneworks.rulebook.reading import rules

        return rules
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
