"""Which extractor reads, by its name, and what comes of it as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zoneworks.intake.comparing import compare, comparison_json
from zoneworks.intake.extractors.configuration import PREFIX, ConfigurationError, Endpoint, configured
from zoneworks.intake.extractors.endpoint import EndpointExtractor
from zoneworks.intake.extractors.printed import extraction_json, made_json
from zoneworks.intake.extractors.rules import RulesExtractor
from zoneworks.intake.printing import as_json

CHOICES = ("rules", "endpoint", "both")
Reader = Callable[[str, date | None, str], dict[str, Any]]
"""Takes a text, its day of issue and the name of its file; returns what is printed of it."""


def needed(said: Mapping[str, str]) -> Endpoint:
    """Return the configured endpoint; raise `ConfigurationError` that names the settings when there is none."""
    endpoint = configured(said)
    if endpoint is None:
        text = _("No endpoint is configured. Set %(url)s and %(model)s, and %(key)s if it wants a key.")
        names = {name.lower(): PREFIX + name for name in ("URL", "MODEL", "KEY")}
        raise ConfigurationError(text % names)
    return endpoint


def reader(name: str, said: Mapping[str, str]) -> Reader:
    """Return what reads documents: the rules alone, the endpoint alone, or both with what they agree in."""
    if name == "rules":
        return lambda text, issue, file: as_json(RulesExtractor().extract(text, issue).document, file)
    asked = EndpointExtractor(needed(said))
    if name == "endpoint":
        return lambda text, issue, file: extraction_json(asked.extract(text, issue), file)
    return lambda text, issue, file: _both(asked, text, issue, file)


def _both(asked: EndpointExtractor, text: str, issue: date | None, file: str) -> dict[str, Any]:
    one, two = RulesExtractor().extract(text, issue), asked.extract(text, issue)
    return {
        **as_json(one.document, file),
        "endpoint": {**extraction_json(two, file)},
        "comparison": {
            "one": made_json(one),
            "two": made_json(two),
            **comparison_json(compare(one, two)),
        },
    }
