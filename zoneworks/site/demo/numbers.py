"""The printed numbers: kept beside the ledgers, never among their records."""

from __future__ import annotations

from decimal import Decimal

from zoneworks.kit.quantities import Unit
from zoneworks.measures.models import Claim, ClaimSubject
from zoneworks.measures.registry import measures
from zoneworks.site.demo.desk import Desk, Entry, span_of, told


def enter_claims(desk: Desk) -> list[str]:
    """Enter the printed numbers; return those without a number or in a unit that the ledgers do not keep."""
    left_out: list[str] = []
    for entry in told("claims"):
        if entry["value"] is None or entry["unit"] not in Unit.values:
            left_out.append(f"{entry['what']}：{entry['wording']}")
        else:
            _enter_one(desk, entry)
    return left_out


def _enter_one(desk: Desk, entry: Entry) -> None:
    period = span_of(entry["period"]) if entry["period"] else None
    as_of = span_of(entry["as_of"]).latest if entry["as_of"] else None
    claim = Claim(
        zone=desk.zone,
        wording=entry["wording"],
        what=entry["what"],
        measure=entry["measure"] if entry["measure"] in measures else "",
        whose=ClaimSubject(entry["subject"]),
        value=Decimal(str(entry["value"])),
        unit=entry["unit"],
        qualifier=entry["qualifier"],
        period_from=period.earliest if period else None,
        period_to=period.latest if period else None,
        as_of=as_of,
        of_which=desk.find(Claim, entry["of_which"]),
        note=entry["note"] or "",
    )
    desk.enter(claim, entry["key"], entry["cite"])
