"""Which rows of the ledgers a proposal may be about, with what speaks for each and against it; nothing is merged.

Candidates come by name, from the index of each ledger. What speaks for a row is told in sentences, so that a person can
judge them; a row is `sure` only when it bears the very name and nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zoneworks.accounts.models import User
from zoneworks.engagements.models import Engagement
from zoneworks.intake.models import Proposal, ProposalKind
from zoneworks.kit.spans import SpanError, parse_span
from zoneworks.measures.models import Claim
from zoneworks.organizations.models import Organization, OrganizationName
from zoneworks.people.models import Person, PostFact
from zoneworks.projects.models import PartyRole, Project, ProjectFigure, ProjectParty

MOST = 5
_LEAST = 40
"""What is less alike than this is not worth a look."""
_SHORTEST = 2
_ENDINGS = ("有限责任公司", "股份有限公司", "有限公司", "项目", "工程", "集团", "公司")


@dataclass(frozen=True, slots=True)
class Match:
    """A row that may be meant. `score` orders them: 100 for the same name, less for what is only alike."""

    row: Any
    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.score >= 100 and not self.against


def matches(proposal: Proposal, viewer: User) -> list[Match]:
    """Return the rows that `proposal` may be about, the likeliest first, as far as `viewer` sees them."""
    told, zone = proposal.says, proposal.zone_id
    match proposal.kind:
        case ProposalKind.PROJECT:
            found = _projects(told, Project.objects.allowed(viewer, "view").filter(zone=zone))
        case ProposalKind.ORGANIZATION:
            found = _organizations(told, Organization.objects.allowed(viewer, "view").filter(zone=zone))
        case ProposalKind.PERSON:
            found = _people(told, Person.objects.allowed(viewer, "view").filter(zone=zone))
        case ProposalKind.ENGAGEMENT:
            found = _engagements(told, Engagement.objects.allowed(viewer, "view").filter(zone=zone))
        case _:
            found = _claims(told, Claim.objects.allowed(viewer, "view").filter(zone=zone))
    found = [one for one in found if one.score >= _LEAST]
    return sorted(found, key=lambda each: (-each.score, each.row.pk))[:MOST]


def core(name: str) -> str:
    """Return a name without what many names end with: the part by which a ledger is asked for it.

    >>> core("甲乙精密制造有限公司"), core("复合集流体项目"), core("项目")
    ('甲乙精密制造', '复合集流体', '项目')
    """
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= _SHORTEST:
            return name.removesuffix(ending)
    return name


# -- projects ------------------------------------------------------------------------------------------------------


def _projects(told: Mapping[str, Any], rows: Any) -> list[Match]:
    names = [told["name"], *told.get("aliases", ())]
    found = {row.pk: row for row in _named(rows, names)}
    if told.get("investor"):
        found |= {row.pk: row for row in _named(rows, [told["investor"]])}
    investors = _investors(list(found))
    amounts = _amounts(list(found))
    return [
        _project(told, names, row, investors.get(row.pk, []), amounts.get(row.pk, {}))
        for row in found.values()
    ]


def _project(
    told: Mapping[str, Any],
    names: Sequence[str],
    row: Project,
    investors: Sequence[str],
    amounts: Mapping[tuple[str, str], Decimal],
) -> Match:
    score, reasons = _by_name(names, row.own_names())
    against: list[str] = []
    investor = told.get("investor", "")
    if investor and investors:
        if any(_alike(investor, other) for other in investors):
            score += 30
            reasons.append(_("same investor: %(name)s") % {"name": investor})
        else:
            against.append(_("another investor: %(name)s") % {"name": "、".join(investors)})
    for one in told.get("figures", ()):
        known = amounts.get((one["kind"], one["unit"]))
        if known is not None and known == Decimal(one["value"]):
            score += 15
            reasons.append(_("same amount"))
            break
    if told.get("site") and row.site and (told["site"] in row.site or row.site in told["site"]):
        score += 5
        reasons.append(_("same place: %(place)s") % {"place": row.site})
    return Match(row, score, tuple(reasons), tuple(against))


def _investors(keys: list[int]) -> dict[int, list[str]]:
    parties = ProjectParty.objects.filter(project__in=keys, kind=PartyRole.INVESTOR).live()
    found: dict[int, list[str]] = {}
    for project, name in parties.values_list("project_id", "organization__name"):
        found.setdefault(project, []).append(name)
    return found


def _amounts(keys: list[int]) -> dict[int, dict[tuple[str, str], Decimal]]:
    found: dict[int, dict[tuple[str, str], Decimal]] = {}
    figures = ProjectFigure.objects.filter(project__in=keys).live().order_by("latest", "pk")
    for figure in figures:
        found.setdefault(figure.project_id, {})[(figure.kind, figure.unit)] = figure.value
    return found


# -- the others ----------------------------------------------------------------------------------------------------


def _organizations(told: Mapping[str, Any], rows: Any) -> list[Match]:
    found = list(_named(rows, [told["name"]]))
    names: dict[int, list[str]] = {}
    others = OrganizationName.objects.filter(organization__in=[row.pk for row in found]).live()
    for organization, name in others.values_list("organization_id", "name"):
        names.setdefault(organization, []).append(name)
    told_by = []
    for row in found:
        score, reasons = _by_name([told["name"]], (row.name, row.short_name))
        if told["name"] in names.get(row.pk, ()):
            score, reasons = 100, [_("bore or bears this name, too")]
        told_by.append(Match(row, score, tuple(reasons)))
    return told_by


def _people(told: Mapping[str, Any], rows: Any) -> list[Match]:
    found = list(rows.filter(name=told["name"])[:MOST])
    posts: dict[int, list[str]] = {}
    for person, title in PostFact.objects.filter(person__in=found).live().values_list("person_id", "title"):
        posts.setdefault(person, []).append(title)
    told_by = []
    for row in found:
        reasons, score = [_("same name")], 100 if len(found) == 1 else 90
        if told.get("post") and any(
            told["post"] in one or one in told["post"] for one in posts.get(row.pk, ())
        ):
            score, reasons = score + 10, [*reasons, _("a post like this one")]
        told_by.append(Match(row, score, tuple(reasons)))
    return told_by


def _engagements(told: Mapping[str, Any], rows: Any) -> list[Match]:
    try:
        when = parse_span(told.get("when") or "")
    except SpanError:
        return []
    near = rows.filter(held_earliest__lte=when.latest, held_latest__gte=when.earliest)
    found = []
    for row in near.filter(kind=told["kind"]).select_related("lead")[: 4 * MOST]:
        reasons = [_("same kind, days that meet")]
        score = 40 if when.is_day and row.held_earliest == row.held_latest == when.earliest else 10
        against = []
        if told.get("lead") and row.lead:
            if row.lead.name == told["lead"]:
                score += 40
                reasons.append(_("led by the same person"))
            else:
                against.append(_("led by another one: %(name)s") % {"name": row.lead})
        if told["title"] and (told["title"] in row.title or row.title in told["title"]):
            score += 60
            reasons.append(_("same title"))
        if told.get("place") and row.place and row.place in told["place"]:
            score += 20
            reasons.append(_("same place: %(place)s") % {"place": row.place})
        found.append(Match(row, score, tuple(reasons), tuple(against)))
    return found


def _claims(told: Mapping[str, Any], rows: Any) -> list[Match]:
    value = told.get("value")
    same = rows.filter(what=told["what"], value=Decimal(value) if value else None, unit=told["unit"])
    return [Match(row, 100, (_("the same number of the same"),)) for row in same[:MOST]]


# -- names -----------------------------------------------------------------------------------------------------------


def _named(rows: Any, names: Sequence[str]) -> list[Any]:
    """Return rows called like one of the names: by the whole of it, else by its core, which the search finds."""
    found: dict[int, Any] = {}
    for name in dict.fromkeys(filter(None, names)):
        exact = list(rows.filter(Q(name=name))[:MOST])
        like = exact or list(rows.matching(core(name))[:MOST])
        found |= {row.pk: row for row in like}
    return list(found.values())


def _by_name(told: Sequence[str], known: Sequence[str]) -> tuple[int, list[str]]:
    """Return how alike the names are, of 100, and in which words."""
    names = [name for name in known if name]
    if told[0] == names[0]:
        return 100, [_("same name")]
    if set(told) & set(names):
        return 90, [_("one of its other names")]
    if any(_alike(one, other) for one in told for other in names):
        return 60, [_("a name that is part of the other")]
    return 20, []


def _alike(one: str, other: str) -> bool:
    left, right = core(one), core(other)
    return left in right or right in left
