"""What the typed answers compute."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.kit.amounts import parse_amount, supported
from zoneworks.rulebook import rules
from zoneworks.rulebook.stages import UnknownStageError
from zoneworks.rulebook.types import RuleNotInForceError

RULES = rules(None, date(2026, 11, 22))
QUIET = date(2024, 3, 18)


def test_the_sets_of_stages():
    stages = RULES.stages

    assert stages.in_hand == stages.between("in_talks", "started")
    assert stages.talks == ("in_talks", "admission_reviewed", "framework_agreed")
    assert "signed" not in stages.intended and "framework_agreed" not in stages.intended
    assert stages.exits == ("shelved", "lost", "withdrawn")
    assert "landed" in stages.step_kinds and "landed" not in stages.kinds


def test_the_order_of_stages():
    stages = RULES.stages

    assert (stages.order("lead"), stages.order("started"), stages.order("performance_accepted")) == (
        1,
        11,
        17,
    )
    after = stages.next_after("signed")
    assert after is not None and after.key == "registered"
    assert stages.next_after("performance_accepted") is None
    assert stages.from_on("full_capacity") == ("full_capacity", "performance_accepted")


@pytest.mark.parametrize("kind", ["landed", "shelved", "full_returns", ""])
def test_what_is_no_stage_has_no_order(kind):
    with pytest.raises(UnknownStageError, match="the stages are lead, screened"):
        RULES.stages.order(kind)


@given(st.sampled_from(RULES.stages.kinds), st.sampled_from(RULES.stages.kinds))
def test_between_goes_by_order(first, last):
    found = RULES.stages.between(first, last)

    assert bool(found) == (RULES.stages.order(first) <= RULES.stages.order(last))
    assert all(first == found[0] and last == found[-1] for _ in found[:1])


def test_of_alternative_evidence_one_is_enough():
    started = RULES.stages.stage("started")

    assert [each.key for each in started.missing({"business_license", "filing", "two_site_photos"})] == []
    assert {each.key for each in started.missing({"business_license", "filing"})} == {
        "construction_contract",
        "two_site_photos",
    }


@pytest.mark.parametrize(
    ("on", "color"),
    [
        (date(2024, 5, 17), "green"),
        (date(2024, 5, 18), "yellow"),
        (date(2024, 6, 17), "yellow"),
        (date(2024, 6, 18), "red"),
        (date(2024, 9, 18), "red"),
        (date(2024, 9, 19), "removed"),
    ],
)
def test_colors_of_talks(on, color):
    assert RULES.health.talk_color(QUIET, on) == color


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 400), st.integers(0, 100))
def test_a_color_never_gets_better_by_waiting(quiet, days, more):
    ranks = ["green", "yellow", "red", "removed"]
    first = RULES.health.talk_color(quiet, quiet + timedelta(days))
    later = RULES.health.talk_color(quiet, quiet + timedelta(days + more))

    assert ranks.index(later) >= ranks.index(first)


def test_signed_and_not_started_for_more_than_a_year():
    assert not RULES.health.start_is_late(date(2023, 5, 8), date(2024, 5, 8))
    assert RULES.health.start_is_late(date(2023, 5, 8), date(2024, 5, 9))


def test_figures_of_the_health_rules():
    health = RULES.health

    assert (health.signed_not_started_months, health.started_no_money_months) == (12, 3)
    assert (health.started_low_funding.months, health.started_low_funding.share) == (6, Decimal("0.15"))
    assert health.money_progress_mismatch.points == 30


@pytest.mark.parametrize(
    ("key", "value", "unit", "holds"),
    [
        ("total_1bn", 1_000_000_000, "CNY", True),
        ("total_1bn", 999_999_999, "CNY", False),
        ("total_1bn", 1_000_000_000, "USD", False),
        ("foreign_30m", 30_000_000, "USD", True),
        ("equipment_50m", 49_999_999, "CNY", False),
    ],
)
def test_size_classes_are_thresholds(key, value, unit, holds):
    assert RULES.counting.size_class(key).holds(Decimal(value), unit) is holds


@pytest.mark.parametrize(
    ("printed", "actual", "holds"),
    [
        ("近240亿元", 233, True),
        ("近240亿元", 241, False),
        ("近240亿元", 200, False),
        ("约240亿元", 228, True),
        ("约240亿元", 227, False),
        ("240亿元", Decimal("240.3"), True),
        ("240亿元", Decimal("240.6"), False),
    ],
)
def test_the_tolerance_of_qualifiers(printed, actual, holds):
    tolerance = RULES.qualifiers.tolerance

    assert supported(parse_amount(printed), Decimal(actual) * 10**8, tolerance) is holds


def test_kinds_of_figures():
    figures = RULES.figures

    assert figures["agreed_foreign"].units == ("USD",)
    assert "staff" not in figures.of("project") and "staff" in figures.of("organization")
    assert ("planned_total", "planned total investment") in figures.choices()
    assert figures.label("nothing_like_it") == "nothing_like_it"


def test_a_rule_without_a_type_is_read_by_its_key():
    assert RULES.value("hazards.listing_term_months") == 12
    assert RULES.entry("rivers.patrol_village").value["times"] == 2


def test_a_rule_that_is_off_says_so():
    with pytest.raises(RuleNotInForceError, match="not in force"):
        RULES.entry("appraisal.double_cap")
    assert RULES.get("appraisal.double_cap") is None


def test_an_unknown_rule_names_its_neighbours():
    with pytest.raises(LookupError, match="patrol_town"):
        RULES.entry("rivers.patrol_boat")


def test_a_rule_holds_from_the_day_that_is_printed():
    assert rules(None, date(2024, 7, 31)).get("promises.review_required") is None
    assert rules(None, date(2024, 8, 1)).entry("promises.review_required").document == "公平竞争审查条例"


def test_answers_cannot_be_changed():
    with pytest.raises(TypeError):
        RULES.entry("rivers.patrol_village").value["times"] = 9
    with pytest.raises(TypeError):
        RULES.leads.admission_weights["tax"] = Decimal(99)
    with pytest.raises(ValueError, match="frozen"):
        RULES.health.talk_red_months = 1
