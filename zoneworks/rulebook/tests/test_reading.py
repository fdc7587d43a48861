"""What a zone decided lies over what is shipped: on the right days, as it was known, for one query."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import now

from zoneworks.kit.facts import AppendOnlyError
from zoneworks.rulebook import rules, services
from zoneworks.rulebook.models import RuleOverride

SPRING = date(2025, 3, 1)
SUMMER = date(2025, 7, 1)
KEY = "health.signed_not_started_months"


@pytest.fixture
def decide(zone):
    """Decide a rule of the zone from the command line."""

    def decide(key=KEY, value=9, in_force_from=SPRING, **more):
        return services.override(zone, key, value=value, in_force_from=in_force_from, actor=None, **more)

    return decide


def months(zone, on, **more):
    return rules(zone, on, **more).health.signed_not_started_months


def test_a_decision_holds_from_its_day(zone, decide):
    decide()

    assert months(zone, SPRING - timedelta(1)) == 12
    assert months(zone, SPRING) == 9


def test_a_decision_ends_on_its_last_day(zone, decide):
    decide(in_force_to=SUMMER)

    assert months(zone, SUMMER) == 9
    assert months(zone, SUMMER + timedelta(1)) == 12


def test_the_later_beginning_wins(zone, decide):
    decide(value=6, in_force_from=SUMMER)
    decide(value=9, in_force_from=SPRING)

    assert (months(zone, SPRING), months(zone, SUMMER)) == (9, 6)


def test_another_zone_keeps_what_is_shipped(zone, other_zone, decide):
    decide()

    assert months(other_zone, SPRING) == 12


def test_a_correction_is_known_from_its_recording_on(zone, decide):
    decide(value=9)
    before = now()
    decide(value=6)

    assert months(zone, SPRING, known_at=before) == 9
    assert months(zone, SPRING) == 6
    assert months(zone, SPRING, known_at=before - timedelta(days=1)) == 12


def test_a_withdrawn_decision_no_longer_holds(zone, decide):
    row = decide()
    before = now()
    services.withdraw(row, reason="typed into the wrong rule", actor=None)

    assert months(zone, SPRING) == 12
    assert months(zone, SPRING, known_at=before) == 9


def test_a_shipped_alternative_is_chosen_by_name(zone, decide):
    decide("counting.size_classes", None, alternative="city_2024")

    answer = rules(zone, SPRING)
    assert [each.key for each in answer.counting.size_classes] == ["total_300m", "total_1bn", "total_2bn"]
    entry = answer.entry("counting.size_classes")
    assert (entry.origin, entry.sources[0].id, entry.in_force_from) == ("zone", "S76", SPRING)


def test_a_rule_that_is_shipped_off_can_be_switched_on(zone, decide):
    decide("appraisal.double_cap", None, alternative="wuxi")

    assert rules(zone, SPRING).value("appraisal.double_cap")["cap"] == 2


def test_a_zone_adds_a_kind_of_its_own(zone, decide):
    own = {
        "label_zh": "氢能",
        "label_en": "hydrogen",
        "definition_zh": "",
        "definition_en": "",
        "manufacturing": True,
    }
    decide("industries.hydrogen", own)

    industries = rules(zone, SPRING).industries
    assert industries["hydrogen"].manufacturing
    assert ("hydrogen", "hydrogen") in industries.choices()
    assert "hydrogen" not in rules(zone, SPRING - timedelta(1)).industries


def test_a_zone_retires_a_kind(zone, decide):
    shipped = rules(None, SPRING).value("industries.smart_lighting")
    decide("industries.smart_lighting", {**shipped, "retired": True})

    industries = rules(zone, SPRING).industries
    assert "smart_lighting" not in dict(industries.choices())
    assert industries["smart_lighting"].label == "smart lighting"


def test_the_words_of_the_zone_stand_beside_its_value(zone, decide):
    decide(issuer="管委会", document="〔2025〕3号", clause="九个月未开工即约谈。", note="主任会议")

    entry = rules(zone, SPRING).entry(KEY)
    assert (str(entry.issuer), entry.document, str(entry.text)) == (
        "管委会",
        "〔2025〕3号",
        "九个月未开工即约谈。",
    )
    assert entry.sources == () and entry.origin == "zone"


def test_the_shipped_clause_does_not_stand_beside_another_value(zone, decide):
    decide()

    assert rules(zone, SPRING).entry(KEY).text is None


def test_a_zone_relabels_a_kind(zone, decide):
    shipped = rules(None, SPRING).value("industries.smart_lighting")
    decide("industries.smart_lighting", {**shipped, "label_zh": "照明", "label_en": "lighting"})

    assert rules(zone, SPRING).industries.label("smart_lighting") == "lighting"
    assert rules(zone, SPRING).entry("industries.smart_lighting").label.zh == "照明"


def test_reading_costs_one_query(zone, decide, django_assert_num_queries):
    for value in (3, 4, 5):
        decide(value=value)
        decide("leads.respond_days", value)

    with django_assert_num_queries(1):
        rules(zone, SPRING)


def test_the_shipped_rules_need_no_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        rules(None, SPRING)


def test_equal_decisions_share_an_answer(zone, decide):
    decide()

    assert rules(zone, SPRING) is rules(zone, SUMMER)


def test_a_row_that_no_longer_fits_is_set_aside_and_told(zone, decide):
    decide("leads.respond_days", 2)
    RuleOverride(zone=zone, key=KEY, number=1, value="soon", in_force_from=SPRING).save()
    RuleOverride(zone=zone, key="health.no_such_rule", number=1, value=1, in_force_from=SPRING).save()

    answer = rules(zone, SPRING)
    assert answer.health.signed_not_started_months == 12
    assert answer.leads.respond_days == 2
    assert sorted(error.key for error in answer.problems) == ["health.no_such_rule", KEY]


def test_rows_that_clash_are_set_aside_together(zone):
    RuleOverride(zone=zone, key="health.talk_red_months", number=1, value=1, in_force_from=SPRING).save()

    answer = rules(zone, SPRING)
    assert answer.health.talk_red_months == 3
    assert "must rise; they would be 2, 1, 6" in str(answer.problems[0])


def test_a_row_that_no_longer_fits_can_be_withdrawn(zone, decide):
    row = RuleOverride(zone=zone, key=KEY, number=1, value="soon", in_force_from=SPRING)
    row.save()
    RuleOverride(zone=zone, key="health.no_such_rule", number=1, value=1, in_force_from=SPRING).save()

    services.withdraw(row, reason="the rule changed its shape", actor=None)

    assert [error.key for error in rules(zone, SPRING).problems] == ["health.no_such_rule"]


@pytest.mark.parametrize("change", ["save", "delete", "update", "delete_all"])
def test_rows_are_never_changed(decide, change):
    row = decide()

    with pytest.raises(AppendOnlyError):
        match change:
            case "save":
                row.save()
            case "delete":
                row.delete()
            case "update":
                RuleOverride.objects.update(value=1)
            case _:
                RuleOverride.objects.all().delete()
