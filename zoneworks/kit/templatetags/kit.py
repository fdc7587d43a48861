"""What templates ask of the kit."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zoneworks.kit.columns import span_text
from zoneworks.kit.drawing import drawn_rows
from zoneworks.kit.moment import Moment
from zoneworks.kit.spans import Span

register = template.Library()


@register.filter
def at(url: str, moment: Moment | None) -> str:
    """Return `url` seen from the same moment as this page."""
    return moment.on_url(url) if moment else url


@register.filter
def span(value: Span | None) -> str:
    """Return a span as people write it."""
    return span_text(value) if value else ""


@register.simple_tag
def icon(name: str, css_class: str = "icon") -> SafeString:
    """Draw an icon of the sprite; it says nothing to a screen reader, so the words stand beside it."""
    sprite = static("zoneworks/dist/sprite.svg")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', css_class, sprite, name
    )


@register.simple_tag
def list_rows(rows: Any, moment: Moment, can_bulk: bool) -> SafeString:
    """Draw the rows of a list's body."""
    return drawn_rows(rows, moment, can_bulk=can_bulk)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return `mapping[key]`, or nothing."""
    return mapping.get(key) if mapping else None
