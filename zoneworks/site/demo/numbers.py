"""The printed numbers: kept beside the ledgers, never among their records."""

from __future__ import annotations

from decimal import Decimal

from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.measures.models import Claim, ClaimSubject
from zoneworks.measures.registry import measures
from zoneworks.projects.models import Project
from zoneworks.projects.printed import tie
from zoneworks.site.demo.desk import Desk, Entry, span_of, told


def enter_claims(desk: Desk) -> int:
    """Enter what the pages print; return how many have no number that could be counted and stand by their words."""
    claims = [_enter_one(desk, entry) for entry in told("claims")]
    return sum(not claim.has_number for claim in claims)


def _enter_one(desk: Desk, entry: Entry) -> Claim:
    is_number = entry["value"] is not None and entry["unit"] in Unit.values
    period = span_of(entry["period"]) if entry["period"] else None
    as_of = span_of(entry["as_of"]).latest if entry["as_of"] else None
    claim = Claim(
        zone=desk.zone,
        wording=entry["wording"],
        what=entry["what"],
        measure=entry["measure"] if entry["measure"] in measures else "",
        whose=ClaimSubject(entry["subject"]),
        value=Decimal(str(entry["value"])) if is_number else None,
        unit=entry["unit"] if is_number else "",
        qualifier=entry["qualifier"] if is_number else Qualifier.EXACT,
        period_from=period.earliest if period else None,
        period_to=period.latest if period else None,
        as_of=as_of,
        of_which=desk.find(Claim, entry["of_which"]),
        note=entry["note"] or "",
    )
    desk.enter(claim, entry["key"], entry["cite"])
    if "project" in entry:
        tie(claim, desk.get(Project, entry["project"]), at=desk.first_told(entry["cite"]))
    return claim
