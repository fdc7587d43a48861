from datetime import date
from decimal import Decimal

from zoneworks.engagements.kinds import FIGURE_KINDS
from zoneworks.intake.found import Capacity
from zoneworks.intake.ledger_words import (
    ENGAGEMENT_KINDS,
    ENGAGEMENT_TOLD_AS,
    ORGANIZATION_KINDS,
    STEP_KINDS,
    capacity_figure,
    figure_of,
    qualifier_of,
)
from zoneworks.intake.printing import FIELDS
from zoneworks.intake.project_events import ORDER
from zoneworks.intake.words import vocabulary
from zoneworks.kit.amounts import parse_amount
from zoneworks.organizations.models import OrganizationKind
from zoneworks.rulebook.assembling import assemble
from zoneworks.rulebook.shipped import shipped

WORDS = vocabulary("ledger")


def test_every_kind_of_engagement_is_one_of_the_rulebook():
    known = set(assemble(shipped(), [], date(2024, 6, 1)).engagement_kinds.keys)
    assert set(ENGAGEMENT_KINDS) == set(vocabulary("engagements")["nouns"]) | {"reception"}
    assert {kind for kinds in ENGAGEMENT_TOLD_AS.values() for kind in kinds} <= known
    assert all(kinds[0] == ENGAGEMENT_KINDS[told] for told, kinds in ENGAGEMENT_TOLD_AS.items())


def test_every_step_is_one_of_the_stage_model():
    assert set(STEP_KINDS.values()) <= set(assemble(shipped(), [], date(2024, 6, 1)).stages.step_kinds)
    assert set(ORDER) - set(STEP_KINDS) == {"not_started", "topped_out"}


def test_every_printed_amount_is_a_figure_that_a_project_may_have():
    known = assemble(shipped(), [], date(2024, 6, 1)).figures.of("project")
    for field in FIELDS:
        word = figure_of(field)
        assert word is not None
        assert word.unit in known[word.kind].units
        assert word.per_year == (known[word.kind].per == "year")


def test_every_capacity_is_a_figure_in_one_of_its_units():
    known = assemble(shipped(), [], date(2024, 6, 1)).figures.of("project")
    for unit in [*WORDS["capacity"], *(f"{counter}/年" for counter in WORDS["pieces"]["units"])]:
        word = capacity_figure(Capacity("", Decimal(1), unit))
        assert word is not None
        assert word.unit in known[word.kind].units
    assert capacity_figure(Capacity("机器人", Decimal(20), "台")) is None


def test_every_count_and_organization_is_known():
    assert {*WORDS["counts"].values(), *WORDS["counts_of_signing"].values()} <= set(FIGURE_KINDS)
    assert set(WORDS["counts"]) <= set(vocabulary("attendance")["counts"])
    assert set(ORGANIZATION_KINDS) == set(vocabulary("bodies")["kinds"])
    assert set(ORGANIZATION_KINDS.values()) <= set(OrganizationKind.values)


def test_words_beside_a_number_mean_what_the_amounts_of_the_ledger_mean():
    for word in ("约", "近", "超过", "不低于", "不超过", "不到"):
        assert qualifier_of(word) == parse_amount(f"{word}2亿元").qualifier
    assert qualifier_of("以上") == parse_amount("2亿元以上").qualifier
