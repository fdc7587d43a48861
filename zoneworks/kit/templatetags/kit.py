"""What templates ask of the kit."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from zoneworks.kit.columns import span_text
from zoneworks.kit.drawing import drawn_rows, drawn_timeline, icon
from zoneworks.kit.moment import Moment
from zoneworks.kit.revision import kept
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


register.simple_tag(icon)


@register.simple_tag(takes_context=True)
def filter_fields(context: Any, form: Any) -> SafeString:
    """Draw the fields of a list's filters: what they offer follows from the records, the person and the query."""
    request = context["request"]

    def drawn() -> SafeString:
        return mark_safe(render_to_string("kit/parts/filterfields.html", {"form": form}))  # noqa: S308

    zone = getattr(request, "zone", None)
    if zone is None:
        return drawn()
    said = ("filters", request.path, request.GET.urlencode(), request.user.pk, get_language())
    return kept(zone, said, drawn)


@register.simple_tag
def list_rows(rows: Any, moment: Moment, can_bulk: bool) -> SafeString:
    """Draw the rows of a list's body."""
    return drawn_rows(rows, moment, can_bulk=can_bulk)


@register.simple_tag
def timeline_items(items: Any, moment: Moment) -> SafeString:
    """Draw the facts of a page in the order of time."""
    return drawn_timeline(items, moment)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return `mapping[key]`, or nothing."""
    return mapping.get(key) if mapping else None
