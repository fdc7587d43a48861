"""What a proposal says beside what the ledger says already, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zoneworks.intake.models import Proposal, ProposalKind
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.columns import span_text
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.spans import Span, SpanError, parse_span
from zoneworks.measures.models import Claim
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person, PostFact
from zoneworks.projects.models import PartyRole, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.rulebook import rules


@dataclass(frozen=True, slots=True)
class Beside:
    """One field: what the paper says, what the ledger says, and whether that is the same, new, or different."""

    label: str
    told: str
    known: str
    verdict: str


def beside(proposal: Proposal, row: Any) -> list[Beside]:
    """Return what `proposal` says of `row` beside what the ledger says, without the fields that neither fills."""
    told = proposal.says
    match proposal.kind:
        case ProposalKind.PROJECT:
            found = _project(told, row)
        case ProposalKind.ENGAGEMENT:
            kinds = rules(row.zone, localdate()).engagement_kinds
            found = [
                _field(_("Kind"), kinds.label(told["kind"]), kinds.label(row.kind)),
                _field(_("Title"), told["title"], row.title),
                _field(_("When"), _days(told.get("when", "")), _held(row)),
                _field(_("Place"), told.get("place", ""), row.place),
                _field(_("Led by"), told.get("lead", ""), str(row.lead or "")),
            ]
        case ProposalKind.ORGANIZATION:
            label = Organization(kind=told["kind"]).get_kind_display()
            found = [
                _field(_("Name"), told["name"], row.name),
                _field(_("Kind"), label, row.get_kind_display()),
            ]
        case ProposalKind.PERSON:
            found = _person(told, row)
        case _:
            found = _claim(told, row)
    return [one for one in found if one.told or one.known]


def _field(label: str, told: str, known: str) -> Beside:
    if not known:
        verdict = "new"
    elif not told:
        verdict = "silent"
    else:
        verdict = "same" if told == known else "differs"
    return Beside(label, told, known, verdict)


def _project(told: Mapping[str, Any], row: Any) -> list[Beside]:
    model = rules(row.zone, localdate())
    parties = ProjectParty.objects.filter(project=row, kind=PartyRole.INVESTOR).live()
    investors = "、".join(parties.values_list("organization__name", flat=True))
    found = [
        _field(_("Project"), told["name"], row.name),
        _field(_("Investor"), told.get("investor", ""), investors),
        _field(_("Site"), told.get("site", ""), row.site),
    ]
    steps = {step.kind: step for step in ProjectStep.objects.filter(project=row).live().order_by("-latest")}
    for kind in told.get("steps", ()):
        known = steps.get(kind)
        found.append(
            _field(
                pgettext("project", "step") + " · " + model.stages.label(kind),
                _days(told.get("when", "")),
                span_text(known.span) if known else "",
            )
        )
    figures = ProjectFigure.objects.filter(project=row).live().in_force()
    amounts: dict[Any, Any] = {(one.kind, one.unit, one.product): one for one in figures}
    for one in told.get("figures", ()):
        stands = amounts.get((one["kind"], one["unit"], one.get("product", "")))
        found.append(
            _field(
                model.figures.label(one["kind"]), amount_in_words(one), stands.in_words() if stands else ""
            )
        )
    return found


def _person(told: Mapping[str, Any], row: Person) -> list[Beside]:
    posts = PostFact.objects.filter(person=row).live().order_by("-latest", "-pk")
    titles = list(dict.fromkeys(posts.values_list("title", flat=True)))
    post = told.get("post", "")
    known = post if post in titles else "、".join(titles[:3])
    return [_field(_("Full name"), told["name"], row.name), _field(_("Post"), post, known)]


def _claim(told: Mapping[str, Any], row: Claim) -> list[Beside]:
    return [
        _field(_("What it counts"), told["what"], row.what),
        _field(_("As written"), told["wording"], row.wording),
        _field(_("As of"), _days(told.get("when", "")), str(row.as_of or "")),
    ]


def amount_in_words(one: Mapping[str, Any]) -> str:
    """Return the amount of a proposal as people write it, empty where there is none."""
    if not one.get("value"):
        return ""
    value, unit, qualifier = Decimal(one["value"]), Unit(one["unit"]), Qualifier.of(one["qualifier"])
    return format_amount(value, unit, qualifier, per_year=one.get("per_year", False))


def _held(row: Any) -> str:
    """Return when an engagement was held; one of which every step was withdrawn has no days."""
    return span_text(Span(row.held_earliest, row.held_latest)) if row.held_earliest else ""


def _days(text: str) -> str:
    try:
        return span_text(parse_span(text)) if text else ""
    except SpanError:
        return text
