"""How the page calls what extractors find: kinds, fields, states, and amounts as people write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from zoneworks.kit.amounts import format_amount

KINDS: dict[str, Any] = {
    "projects": _("Projects"),
    "engagements": _("Engagements"),
    "claims": _("Numbers"),
    "people": _("People"),
    "organizations": _("Organizations"),
}
FIELDS: dict[str, Any] = {
    "name": _("name"),
    "investor": _("investor"),
    "events": _("states"),
    "capacity": _("capacity"),
    "location": _("place"),
    "kind": _("kind"),
    "date": _("which day"),
    "lead_person": _("led by"),
    "lead": _("led by"),
    "host": _("presided by"),
    "participants": _("participants"),
    "places": _("places"),
    "indicator": _("what is counted"),
    "value": _("stated number"),
    "unit": _("unit"),
    "qualifier": _("qualifier"),
    "subject": _("of whom"),
    "period": _("for when"),
    "title": _("posts"),
    "aliases": _("other names"),
    "amounts": _("amounts"),
    "total_investment_cny": _("total investment"),
    "equipment_investment_cny": _("equipment investment"),
    "equipment_investment_usd": _("equipment investment"),
    "registered_foreign_capital_usd": _("registered foreign capital"),
    "agreed_foreign_capital_usd": _("agreed foreign capital"),
    "floor_area_m2": _("floor area"),
    "land_area_m2": _("land area"),
    "annual_sales_cny": _("annual sales"),
    "annual_tax_cny": _("annual tax"),
    "projects": _("projects"),
    "firms": _("firms"),
    "guests": _("guests"),
    "batches": _("batches"),
    "persons": _("persons"),
    "trainees": _("trainees"),
    "volunteers": _("volunteers"),
    "party_members": _("party members"),
    "posts": _("openings"),
    "spectators": _("spectators"),
    "work_groups": _("work groups"),
    "vehicles": _("vehicles"),
    "evacuated": _("evacuated"),
}
WORDS: dict[str, Any] = {
    "planned": _("planned"),
    "in_talks": _("in talks"),
    "intended": _("intended"),
    "framework_agreed": _("framework agreed"),
    "landed": _("landed"),
    "signed": _("signed"),
    "registered": _("registered"),
    "site_secured": _("site secured"),
    "not_started": _("not started"),
    "started": _("started"),
    "topped_out": _("topped out"),
    "completed": _("completed"),
    "in_production": _("in production"),
    "full_capacity": _("at full capacity"),
    "visit_out": _("visit out"),
    "reception": _("reception"),
    "signing": _("signing"),
    "inspection": _("inspection"),
    "meeting": _("meeting"),
    "conference": _("conference"),
    "drill": _("drill"),
    "training": _("training"),
    "other": _("other"),
    "company": _("company"),
    "zone_company": _("company of the zone"),
    "utility": _("utility"),
    "zone": _("zone"),
    "park": _("park"),
    "party_body": _("party body"),
    "government": _("government"),
    "police": _("police"),
    "zone_department": _("department of the zone"),
    "zone_body": _("body of the zone"),
    "subdistrict": _("subdistrict"),
    "community": _("community"),
    "village": _("village"),
    "university": _("university"),
    "school": _("school"),
    "hospital": _("hospital"),
    "bank": _("bank"),
    "association": _("association"),
    "institute": _("institute"),
    "venue": _("venue"),
    "fund": _("fund"),
    "service": _("service"),
    "incubator": _("incubator"),
    "platform": _("platform"),
    "media": _("media"),
}
_UNITS = {"_cny": "CNY", "_usd": "USD", "_m2": "m2"}


def field_label(field: str) -> str:
    """Return how a field is called; its own name where nobody named it."""
    return str(FIELDS.get(field, field))


def shown(field: str, text: str) -> str:
    """Return what a field says as people read it.

    >>> shown("total_investment_cny", "1200000000"), shown("events", "signed, started"), shown("name", "signed")
    ('CNY 1.2 billion', 'signed, started', 'signed')
    """
    unit = next((unit for ending, unit in _UNITS.items() if field.endswith(ending)), "")
    if unit and text:
        try:
            return format_amount(Decimal(text), unit, language=get_language() or "zh-hans")
        except (InvalidOperation, ValueError):
            return text
    if field in ("events", "kind"):
        return gettext(", ").join(str(WORDS.get(word, word)) for word in text.split(", "))
    return text
