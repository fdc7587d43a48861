"""Deciding and withdrawing: who may, what is refused and in which words, what is written down."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoneworks.kit.models import Change
from zoneworks.rulebook import rules, services
from zoneworks.rulebook.assembling import checked_value
from zoneworks.rulebook.entries import PackError
from zoneworks.rulebook.models import RuleOverride
from zoneworks.rulebook.shapes import plain
from zoneworks.rulebook.shipped import shipped

SPRING = date(2025, 3, 1)
KEY = "health.signed_not_started_months"


def decide(zone, key=KEY, value=9, actor=None, **more):
    return services.override(zone, key, value=value, actor=actor, **{"in_force_from": SPRING, **more})


@pytest.mark.parametrize("who", ["alice", "charlie", "dora", "leader", "auditor", "enterprise", "unit_head"])
def test_only_an_administrator_decides(zone, cast, who):
    row = decide(zone)

    with pytest.raises(PermissionDenied):
        decide(zone, actor=getattr(cast, who))
    with pytest.raises(PermissionDenied):
        services.withdraw(row, reason="no", actor=getattr(cast, who))
    assert RuleOverride.objects.count() == 1


def test_a_decision_is_written_down(zone, cast):
    first = decide(zone, actor=cast.administrator)
    second = decide(zone, value=6, actor=cast.administrator)

    changes = Change.objects.of_row(second)
    assert second.reverses == first and second.number == 2
    assert [(change.verb, change.actor) for change in changes] == [("override", cast.administrator)]
    assert changes[0].fields["value"] == ["9", "6"]


def test_a_withdrawal_is_written_down_and_needs_a_reason(zone, cast):
    row = decide(zone)
    with pytest.raises(ValidationError, match="Say why"):
        services.withdraw(row, reason="  ", actor=cast.administrator)

    gone = services.withdraw(row, reason="wrong zone", actor=cast.administrator)

    assert gone.reverses == row and gone.withdrawn
    assert Change.objects.of_row(gone)[0].verb == "withdraw"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        (
            KEY,
            "nine",
            f"Signed and not started ({KEY}): a whole number is expected. A right value would be, for example: 12",
        ),
        (KEY, 9.5, "a whole number is expected"),
        (KEY, True, "a whole number is expected"),
        (KEY, -1, "a value of at least 0 is expected"),
        (KEY, None, "this part is missing"),
        ("health.started_low_funding", {"months": 6}, "share: this part is missing"),
        ("health.started_low_funding", {"months": 6, "share": 15}, "share: a value of at most 1 is expected"),
        (
            "health.started_low_funding",
            {"months": 6, "share": 0.2, "base": "x"},
            "base: this part is unknown",
        ),
        ("leads.day_kind", "lunar", "expected: calendar days (calendar), working days (working)"),
        ("leads.admission_weights", {"tax": 99}, "must add up to 100; they would add up to 99"),
        ("health.talk_red_months", 7, "must rise; they would be 2, 7, 6"),
        ("counting.first_event_only", "yes", "yes or no is expected"),
        ("hazards.listing_term_months", 1.5, "a whole number is expected"),
        ("rivers.patrol_village", {"times": 2}, "per: this part is missing"),
        ("rivers.patrol_village", {"times": 2, "per": "month", "boat": 1}, "boat: this part is unknown"),
        ("needs.call_back_share", 1.2, "a value of at most 1 is expected"),
        ("assemblies.quorum", float("nan"), "must be made of numbers"),
        ("assemblies.quorum", object(), "must be made of numbers"),
        ("stages.sets", {"in_hand": ["talks"], "intended": [], "talks": []}, "there is no such stage: talks"),
        ("health.no_such_rule", 1, "one of these is expected: signed_not_started_months"),
        ("nowhere.rule", 1, "one of these is expected: stages, counting"),
        ("nonsense", 1, "one of these is expected: stages, counting"),
        ("industries.Big Industry", {}, "Big Industry"),
        ("figures.planned_total", {"label_zh": "计划"}, "English label: this part is missing"),
    ],
)
def test_what_does_not_fit_is_refused_in_clear_words(zone, key, value, told):
    with pytest.raises(ValidationError) as caught:
        decide(zone, key, value)

    message = " ".join(caught.value.messages)
    assert told in message
    assert key in message
    assert RuleOverride.objects.count() == 0


def test_a_refusal_speaks_chinese(zone):
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="应为整数"):
        decide(zone, KEY, "nine")


def test_an_unknown_alternative_names_the_known(zone):
    with pytest.raises(ValidationError, match="one of these is expected: xuancheng_2024"):
        decide(zone, "counting.minimum_amount", None, alternative="gaoyou_2030")


def test_a_rule_does_not_end_before_it_begins(zone):
    with pytest.raises(ValidationError, match="cannot end before it begins"):
        decide(zone, in_force_to=SPRING - timedelta(1))


def test_a_later_clash_is_seen_now(zone):
    """Yellow at 4 months is right until red moves from 5 to 3 in summer."""
    decide(zone, "health.talk_red_months", 5)
    decide(zone, "health.talk_red_months", 3, in_force_from=date(2025, 7, 1))

    with pytest.raises(ValidationError, match="must rise; they would be 4, 3, 6"):
        decide(zone, "health.talk_yellow_months", 4)
    assert decide(zone, "health.talk_yellow_months", 4, in_force_to=date(2025, 6, 30)).pk


def test_the_second_of_two_who_decide_at_once_is_told(zone, cast):
    decide(zone, actor=cast.administrator, seen=0)

    with pytest.raises(
        services.AlreadyDecidedError, match="Administrator already decided about Signed and not started"
    ) as caught:
        decide(zone, value=6, seen=0)
    assert caught.value.current.value == 9
    assert rules(zone, SPRING).health.signed_not_started_months == 9


def test_the_database_refuses_a_second_correction(zone, monkeypatch):
    """Two transactions that both saw the first row: the constraint decides, and the loser is told."""
    first = decide(zone)
    decide(zone, value=6)
    monkeypatch.setattr(services, "_place", lambda new, seen: place_as_if_first(new, first))

    with pytest.raises(services.AlreadyDecidedError, match="already decided"):
        decide(zone, value=5)
    assert rules(zone, SPRING).health.signed_not_started_months == 6


def place_as_if_first(new, first):
    new.number, new.reverses = 2, first
    return first


def test_a_row_is_corrected_once(zone):
    first = decide(zone)
    decide(zone, value=6)

    with pytest.raises(services.AlreadyDecidedError):
        services.withdraw(first, reason="too late", actor=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleOverride(zone=zone, key=KEY, number=9, value=1, in_force_from=SPRING, reverses=first).save()


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.decimals(0, 2, places=2) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(shipped().rules)), TREES)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_value_fits_or_is_refused_with_its_key(key, value):
    try:
        checked_value(shipped().rules[key], plain(value))
    except PackError as error:
        assert error.key == key and error.problems


@pytest.mark.parametrize("key", sorted(shipped().rules))
def test_every_shipped_value_can_be_decided(key):
    definition = shipped().rules[key]

    for entry in definition.choices:
        assert plain(checked_value(definition, plain(entry.value))) == plain(entry.value)
