"""What documents call something, in the words of the ledgers: kinds of engagements, steps and figures of projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.organizations.models import OrganizationKind

ENGAGEMENT_KINDS: Mapping[str, str] = {
    "visit_out": "outward_visit",
    "reception": "reception",
    "signing": "signing",
    "inspection": "inspection",
    "meeting": "meeting",
    "conference": "conference",
    "drill": "drill",
    "training": "training",
    "ceremony": "ceremony",
    "other": "other",
}
"""By the kind that is printed, the kind of the ledger of engagements."""

STEPS: Mapping[str, str] = {
    "in_talks": "in_talks",
    "framework_agreed": "framework_agreed",
    "signed": "signed",
    "registered": "registered",
    "site_secured": "site_secured",
    "started": "started",
    "completed": "completed",
    "in_production": "in_production",
    "full_capacity": "full_capacity",
}
"""By the state that is told, the step of the stage model; what is planned, intended or loosely "landed" is none."""


@dataclass(frozen=True, slots=True)
class FigureWord:
    """The kind of figure that an amount of a project becomes; `per_year` where it is one of each year."""

    kind: str
    unit: Unit
    per_year: bool = False


FIGURES: Mapping[str, FigureWord] = {
    "total_investment_cny": FigureWord("planned_total", Unit.CNY),
    "total_investment_usd": FigureWord("planned_total", Unit.USD),
    "equipment_investment_cny": FigureWord("equipment", Unit.CNY),
    "equipment_investment_usd": FigureWord("equipment", Unit.USD),
    "registered_foreign_capital_usd": FigureWord("registered_foreign", Unit.USD),
    "agreed_foreign_capital_usd": FigureWord("agreed_foreign", Unit.USD),
    "floor_area_m2": FigureWord("floor_area", Unit.M2),
    "land_area_m2": FigureWord("land_area", Unit.M2),
    "annual_sales_cny": FigureWord("invoiced_sales", Unit.CNY, per_year=True),
    "annual_tax_cny": FigureWord("tax", Unit.CNY, per_year=True),
}
"""By the printed amount of a project, its kind of figure."""

CAPACITY_UNITS: Mapping[str, Unit] = {
    "条": Unit.LINES,
    "m2": Unit.M2,
    "t": Unit.TONNES,
    "吨": Unit.TONNES,
    "W": Unit.W,
    "kVA": Unit.KVA,
    "人": Unit.PERSONS,
}
"""By the printed unit of a capacity, that of its figure; other capacities are counted in items."""

_ORGANIZATION_KINDS: Mapping[str, OrganizationKind] = {
    "company": OrganizationKind.ENTERPRISE,
    "zone_company": OrganizationKind.ENTERPRISE,
    "utility": OrganizationKind.ENTERPRISE,
    "bank": OrganizationKind.ENTERPRISE,
    "party_body": OrganizationKind.PARTY_BODY,
    "government": OrganizationKind.GOVERNMENT,
    "police": OrganizationKind.GOVERNMENT,
    "zone": OrganizationKind.GOVERNMENT,
    "zone_department": OrganizationKind.GOVERNMENT,
    "zone_body": OrganizationKind.GOVERNMENT,
    "subdistrict": OrganizationKind.GOVERNMENT,
    "university": OrganizationKind.UNIVERSITY,
    "school": OrganizationKind.INSTITUTION,
    "hospital": OrganizationKind.INSTITUTION,
    "institute": OrganizationKind.INSTITUTION,
    "association": OrganizationKind.ASSOCIATION,
    "fund": OrganizationKind.FUND_MANAGER,
    "incubator": OrganizationKind.PLATFORM,
    "platform": OrganizationKind.PLATFORM,
    "service": OrganizationKind.PLATFORM,
}


def organization_kind(found: str) -> OrganizationKind:
    """Return the kind in the ledger of organizations for the kind of body that was found."""
    return _ORGANIZATION_KINDS.get(found, OrganizationKind.OTHER)


_QUALIFIERS: tuple[tuple[str, Qualifier], ...] = (
    ("不低于", Qualifier.AT_LEAST), ("不少于", Qualifier.AT_LEAST), ("至少", Qualifier.AT_LEAST),
    ("以上", Qualifier.AT_LEAST), ("起", Qualifier.AT_LEAST),
    ("不超过", Qualifier.AT_MOST), ("不高于", Qualifier.AT_MOST), ("不多于", Qualifier.AT_MOST),
    ("最多", Qualifier.AT_MOST), ("以内", Qualifier.AT_MOST), ("以下", Qualifier.AT_MOST),
    ("不到", Qualifier.LESS_THAN), ("不足", Qualifier.LESS_THAN), ("低于", Qualifier.LESS_THAN),
    ("少于", Qualifier.LESS_THAN),
    ("超", Qualifier.OVER), ("逾", Qualifier.OVER), ("余", Qualifier.OVER), ("多", Qualifier.OVER),
    ("突破", Qualifier.OVER),
    ("近", Qualifier.NEAR), ("接近", Qualifier.NEAR),
    ("约", Qualifier.ABOUT), ("左右", Qualifier.ABOUT), ("大概", Qualifier.ABOUT), ("上下", Qualifier.ABOUT),
)  # fmt: skip
"""Words beside a number; what is longer or denies another comes first."""


def qualifier_of(word: str) -> Qualifier:
    """Return how firmly a number is stated by the word beside it; without one, or by 共 and 级, exactly.

    >>> qualifier_of("近").value, qualifier_of("不低于").value, qualifier_of("").value
    ('near', 'at_least', 'exact')
    """
    return next((found for said, found in _QUALIFIERS if said in word), Qualifier.EXACT)
