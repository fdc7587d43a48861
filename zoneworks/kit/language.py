"""The language in which a page speaks."""

from __future__ import annotations

from django.utils.translation import get_language


def language() -> str:
    """Return the language of the page, Chinese where none was chosen."""
    return get_language() or "zh-hans"
