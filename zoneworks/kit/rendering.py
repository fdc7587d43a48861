"""How form fields become markup: as Django draws them, with the menus put together in one go.

A menu of two hundred officers costs Django a template an option. The markup is the same, but for the sign of an empty
choice without words; `test_rendering.py` holds both equal.
"""

from __future__ import annotations

from typing import Any

from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

NO_CHOICE = "—"
"""How the empty choice of a menu reads, wherever it has no words of its own."""
_DASHES = BLANK_CHOICE_DASH[0][1]


class QuickMenus(DjangoTemplates):
    """Draws every widget by its template, but a menu by itself."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == "django/forms/widgets/select.html":
            return drawn_menu(context["widget"])
        return super().render(template_name, context, request)


def drawn_menu(widget: dict[str, Any]) -> SafeString:
    """Return a menu as Django's own template draws it."""
    groups = []
    for name, options, _place in widget["optgroups"]:
        drawn = "\n".join(map(_option, options))
        label = conditional_escape(name) if name else ""
        groups.append(f'<optgroup label="{label}">\n{drawn}\n</optgroup>' if name else drawn)
    head = f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>'
    return mark_safe("\n".join([head, *groups, "</select>"]))  # noqa: S308


def _option(option: dict[str, Any]) -> str:
    said = NO_CHOICE if option["label"] == _DASHES and not option["value"] else option["label"]
    value, label = conditional_escape(str(option["value"])), conditional_escape(said)
    return f'<option value="{value}"{_attributes(option["attrs"])}>{label}</option>'


def _attributes(attrs: dict[str, Any]) -> str:
    found = []
    for name, value in attrs.items():
        if value is True:
            found.append(f" {conditional_escape(name)}")
        elif value is not False:
            found.append(f' {conditional_escape(name)}="{conditional_escape(str(value))}"')
    return "".join(found)
