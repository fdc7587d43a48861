"""The search text of rows, where the rooms look for it; it is made below, for units and members are searched too."""

from zoneworks.accounts.searching import SEPARATOR, normalize_query, search_text

__all__ = ["SEPARATOR", "normalize_query", "search_text"]
