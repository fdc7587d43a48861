"""What marks are called: in the trail by their keys, the same in every language, on a page by their labels."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation

from zoneworks.kit.audit import names_values
from zoneworks.kit.models import Change
from zoneworks.sources.models import Document, mark_label


@cache
def _numbered() -> re.Pattern[str]:
    """Return the pattern of a numbered mark in a line of the trail: “3: ”, or “mark 3: ” in any language.

    Earlier lines have the label in the language of whoever marked.
    """
    before = {""}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            before.add(mark_label("0").removesuffix("0"))
    return re.compile(rf"(^| · )(?:{'|'.join(map(re.escape, sorted(before)))})([0-9]+): ")


@names_values(Document, "passage")
@names_values(models.Model, "citations")
def told(zone: Any, text: str) -> str:
    """Return what the trail keeps of passages, with their numbers as the page calls them."""
    return _numbered().sub(lambda found: f"{found[1]}{mark_label(found[2])}: ", text)


def next_number(document: Document) -> str:
    """Return a number that no mark of `document` bears or ever bore: the trail may still speak of one removed."""
    keys = list(document.passages.values_list("key", flat=True))
    for change in Change.objects.of_row(document).filter(verb="mark").only("fields"):
        found = _numbered().match(change.fields.get("passage", ["", ""])[1])
        keys.append(found[2] if found else "")
    return str(max((int(key) for key in keys if key.isascii() and key.isdigit()), default=0) + 1)
