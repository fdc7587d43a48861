"""Drawing readings: a number is always a link to its rows."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from zoneworks.measures.reading import Reading
from zoneworks.measures.wording import worded, worded_reading

register = template.Library()


@register.simple_tag(takes_context=True)
def reading(context: Any, one: Reading, size: str = "sm") -> SafeString:
    """Draw a reading as a link to its drill-down, with qualifier, unit and the count of what is uncertain."""
    words = worded_reading(one, short=True)
    url = one.url
    unsure = SafeString("")
    if one.uncertain:
        said = ngettext("%(count)s uncertain", "%(count)s uncertain", int(one.uncertain)) % {
            "count": worded(one.uncertain, one.unit, short=True).whole
            if one.unit in ("CNY", "USD")
            else worded(one.uncertain, one.unit).number
        }
        unsure = format_html('<span class="reading-uncertain">{}</span>', said)
    return format_html(
        '<a class="reading reading-{}{}" href="{}" title="{}">{}{}<span class="reading-value">{}</span>{}{}</a>',
        size,
        "" if one.value else " is-none",
        url,
        f"{worded_reading(one).whole} · {one.definition}",
        _part("reading-qualifier", words.qualifier),
        _part("reading-unit", words.before),
        words.number,
        _part("reading-unit", words.after),
        unsure,
    )


def _part(css_class: str, text: str) -> SafeString:
    return format_html('<span class="{}">{}</span>', css_class, text) if text else SafeString("")


@register.filter
def in_words(value: Any, unit: str) -> str:
    """Return a bare value in a unit as people write it."""
    return worded(value, unit).whole if value is not None else "–"
