"""The parts of a project's page, drawn from what `pages` works out: figures, parties, health, particulars, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from zoneworks.kit.panels import Panel
from zoneworks.projects.definitions import rule_text
from zoneworks.projects.faces import ProjectFigureFace, ProjectPartyFace
from zoneworks.projects.health import Finding, Limits, missing_figures, missing_products, skipping
from zoneworks.projects.pages import (
    EvidenceList,
    FigureCard,
    address,
    evidence,
    figure_cards,
    parties,
)
from zoneworks.projects.showing import TESTS, reasons_of, sentence, step_of
from zoneworks.sources.uploads import ACCEPT


def panels_of(ledger: Any, row: Any) -> list[Panel]:
    """Return the parts of the page of `row`, for which `ProjectLedger.detail_context` made viewer and stages ready."""
    cards = figure_cards(row, ledger.rules, ledger.viewer)
    facts = ledger.page_facts(row)
    found = [
        _figures(ledger, row, cards),
        _parties(ledger, row),
        _health(ledger, row, [(card.kind, card.product) for card in cards]),
        Panel(
            "particulars", _("Particulars"), "projects/panels/particulars.html", facts, "side", position=30
        ),
    ]
    asked = evidence(row, ledger.line.next_kind, ledger.line.facts, ledger.rules, ledger.viewer)
    return found if asked is None else [*found, _evidence(asked)]


def _figures(ledger: Any, row: Any, cards: Sequence[FigureCard]) -> Panel:
    return Panel(
        "figures",
        _("Figures: promised and actual"),
        "projects/panels/figures.html",
        cards,
        count=len(cards),
        action_url=ProjectFigureFace.new_url(row) if ledger.viewer.can_change else "",
        action_label=_("Record a figure"),
        position=20,
    )


def _parties(ledger: Any, row: Any) -> Panel:
    said = parties(row, ledger.viewer)
    return Panel(
        "parties",
        _("Investors and others"),
        "projects/panels/parties.html",
        said,
        count=len(said),
        action_url=f"{ProjectPartyFace.new_url(row)}&kind=investor" if ledger.viewer.can_change else "",
        action_label=_("Add an investor"),
        position=30,
    )


def _health(ledger: Any, row: Any, stated: list[tuple[str, str]]) -> Panel:
    """Return what the tests find, each with its rule, and what stands in the way of testing."""
    limits = Limits.of(ledger.rules)
    reasons = reasons_of(ledger.line.facts)
    findings = [
        *row.standing.findings,
        *ledger.line.doubts,
        *skipping([step_of(fact) for fact in ledger.line.facts], reasons, limits),
        *missing_figures([kind for kind, _product in stated], row.standing.stage, limits),
        *missing_products(stated, ledger.rules.figures.of_a_product),
    ]
    data = {
        "findings": [_told(finding, ledger) for finding in findings],
        "light": row.standing.light,
        "is_watched": bool(row.standing.light),
    }
    # What was found stands first; that all is well may stand aside.
    place = "main" if findings else "side"
    return Panel(
        "health", _("Health"), "projects/panels/health.html", data, place, len(findings), position=10
    )


def _told(finding: Finding, ledger: Any) -> dict[str, Any]:
    """Return a finding in words, with the rule that it applies and where that comes from."""
    rule = ledger.rules.get(finding.rule)
    return {
        "tone": finding.tone,
        "label": TESTS[finding.key],
        "sentence": sentence(finding, ledger.rules),
        "rule": rule_text(rule) if rule else "",
        "rule_url": address("rulebook:detail", zone=ledger.zone.code, key=finding.rule) if rule else "",
    }


def _evidence(asked: EvidenceList) -> Panel:
    title = _("Evidence for the next stage: %(stage)s") % {"stage": asked.stage}
    data = {"asked": asked, "accept": ACCEPT}
    return Panel("evidence", title, "projects/panels/evidence.html", data, "side", asked.missing, position=20)
