"""The default extractor: rules and word lists, offline, the same each time."""

from __future__ import annotations

import time
from datetime import date

from zoneworks.intake.document import read_document
from zoneworks.intake.extractors.extraction import Extraction, Usage


class RulesExtractor:
    """Reads by the rules of this package; costs nothing and asks nobody.

    >>> found = RulesExtractor().extract("总投资12亿元的高效电机项目开工建设。")
    >>> found.extractor, [project.name for project in found.document.articles[0].projects], found.dropped
    ('rules', ['高效电机项目'], ())
    """

    name = "rules"

    def extract(self, text: str, issue: date | None = None) -> Extraction:
        """Return what the rules find."""
        began = time.perf_counter()
        document = read_document(text, issue)
        return Extraction(document, self.name, usage=Usage(seconds=time.perf_counter() - began))
