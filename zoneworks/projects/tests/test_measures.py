"""The numbers of the pipeline follow the counting rules; each is one query."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils.timezone import now

from zoneworks.kit import recording
from zoneworks.measures.reading import read
from zoneworks.measures.registry import measures
from zoneworks.measures.scope import Period, Scope
from zoneworks.projects.measures import amounts, asking, counts, pace, stuck
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.projects.tests.conftest import known, make_figure, make_party, make_project, make_step
from zoneworks.rulebook import rules

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


@pytest.fixture
def scope(zone):
    return Scope(zone, date(2024, 12, 31), known("2100-01-01 00:00"), YEAR)


def rows(reading):
    return sorted(row.project.name for row in reading.rows)


def test_a_project_counts_at_its_first_signing_only(scope, project):
    make_step(project, "signed", "2023-11-05")
    make_step(project, "signed", "2024-03-05")
    make_step(make_project(scope.zone, "另一个"), "signed", "2024-04-05")

    reading = read("projects.signed", scope)
    assert (reading.value, rows(reading)) == (1, ["另一个"])
    before = scope.over(Period(date(2023, 1, 1), date(2023, 12, 31)))
    assert rows(read("projects.signed", before)) == ["硅片项目"]


def test_a_framework_agreement_and_a_landing_are_no_signing(scope, project):
    make_step(project, "framework_agreed", "2024-03-05")
    make_step(project, "landed", "2024-04-05")
    assert read("projects.signed", scope).value == 0


def test_what_may_have_happened_after_the_period_is_told_apart(scope, project):
    make_step(project, "signed", "2024-12-20..2025-01-10")

    reading = read("projects.signed", scope)
    assert (reading.value, reading.uncertain) == (0, 1)
    later = Scope(scope.zone, date(2025, 12, 31), now(), YEAR)
    assert (read("projects.signed", later).value, read("projects.signed", later).uncertain) == (0, 1)
    both_years = later.over(Period(date(2024, 1, 1), date(2025, 12, 31)))
    assert (read("projects.signed", both_years).value, read("projects.signed", both_years).uncertain) == (
        1,
        0,
    )


def test_a_basis_counts_what_is_asserted_by_at_least_it(scope, project):
    make_step(project, "signed", "2024-02-05", asserted_by="press")
    make_step(project, "signed", "2024-03-05", asserted_by="city")
    make_step(make_project(scope.zone), "signed", "2024-03-05", asserted_by="self_reported")
    from dataclasses import replace

    counts = {
        basis: read("projects.signed", replace(scope, basis=basis)).value
        for basis in ("press", "self_reported", "zone", "city", "province", "statistics")
    }
    assert counts == {"press": 2, "self_reported": 2, "zone": 1, "city": 1, "province": 0, "statistics": 0}


def test_as_of_and_as_known_at(scope, project):
    step = make_step(project, "signed", "2024-03-05", at="2024-03-20 09:00")
    wrong = ProjectStep(zone=scope.zone, project=project, kind="signed", asserted_by=step.asserted_by)
    wrong.earliest = wrong.latest = date(2023, 12, 30)
    recording.correct(step, wrong, actor=None)

    def at(on, instant):
        return read("projects.signed", Scope(scope.zone, on, instant, YEAR)).value

    assert at(date(2024, 3, 31), known("2024-03-31 12:00")) == 1
    assert at(date(2024, 3, 4), known("2024-03-31 12:00")) == 0
    assert at(date(2024, 3, 31), known("2024-03-10 12:00")) == 0
    assert at(date(2024, 3, 31), now()) == 0


def test_an_increment_counts_in_the_period_in_which_it_was_agreed(scope, project):
    make_step(project, "signed", "2023-11-05")
    make_figure(project, "planned_total", 200_000_000, "2023-11-05")
    make_figure(project, "planned_total", 50_000_000, "2024-06-05", is_increment=True)
    before = scope.over(Period(date(2023, 1, 1), date(2023, 12, 31)))

    assert read("projects.signed.planned_total", before).value == 200_000_000
    assert read("projects.signed.planned_total", scope).value == 50_000_000
    both = scope.over(Period(date(2023, 1, 1), date(2024, 12, 31)))
    assert read("projects.signed.planned_total", both).value == 250_000_000


def test_a_vague_report_does_not_hide_a_recognized_day(scope, project):
    make_step(project, "signed", "2024-05-01..2024-06-30", asserted_by="press")
    may = Period(date(2024, 5, 1), date(2024, 5, 31))

    def signed(on, period):
        reading = read("projects.signed", Scope(scope.zone, on, now(), period))
        return reading.value, reading.uncertain

    assert signed(date(2024, 6, 1), may) == (0, 1)
    make_step(project, "signed", "2024-05-20", asserted_by="zone")
    assert signed(date(2024, 5, 19), may) == (0, 1)
    assert signed(date(2024, 5, 20), may) == (1, 0)
    assert signed(date(2024, 6, 1), may) == (1, 0)
    assert signed(date(2024, 7, 1), may) == (1, 0)
    assert signed(date(2024, 7, 1), Period(date(2024, 6, 1), date(2024, 6, 30))) == (0, 0)


@pytest.mark.parametrize("recognized", ["2024-01-05", "2024-01-15"])
def test_a_recognized_day_settles_a_report_across_the_turn_of_the_year(scope, project, recognized):
    make_step(project, "signed", "2023-12-15..2024-01-15", asserted_by="press")
    last_year = Period(date(2023, 1, 1), date(2023, 12, 31))
    both = [read("projects.signed", scope.over(period)) for period in (last_year, YEAR)]
    assert [(reading.value, reading.uncertain) for reading in both] == [(0, 1), (0, 1)]

    make_step(project, "signed", recognized, asserted_by="zone")
    both = [read("projects.signed", scope.over(period)) for period in (last_year, YEAR)]
    assert [(reading.value, reading.uncertain) for reading in both] == [(0, 0), (1, 0)]


def test_a_later_or_better_attested_figure_replaces_the_earlier_one(scope, project):
    make_step(project, "signed", "2024-03-05")
    make_figure(project, "planned_total", 100, "2024-03-05")
    make_figure(project, "planned_total", 300, "2024-05-05", qualifier="near")
    assert read("projects.signed.planned_total", scope).value == 300
    make_figure(project, "planned_total", 200, "2024-04-05", asserted_by="zone")
    make_figure(project, "planned_total", 400, "2024-06-05", asserted_by="press")
    reading = read("projects.signed.planned_total", scope)
    assert (reading.value, reading.qualifier) == (200, "exact")


def test_currencies_are_never_added_up(scope, project):
    make_step(project, "signed", "2024-03-05")
    make_figure(project, "equipment", 700_000_000)
    make_figure(project, "equipment", 140_000_000, unit="USD", qualifier="at_least")
    make_figure(project, "agreed_foreign", 30_000_000, unit="USD")

    assert read("projects.signed.equipment", scope).value == 700_000_000
    in_dollars = read("projects.signed.equipment_usd", scope)
    assert (in_dollars.value, in_dollars.unit, in_dollars.qualifier) == (140_000_000, "USD", "at_least")
    assert read("projects.signed.agreed_foreign", scope).value == 30_000_000


def test_size_classes_overlap(scope, project):
    make_step(project, "signed", "2024-03-05")
    make_figure(project, "planned_total", 1_000_000_000)
    make_figure(project, "equipment", 50_000_000)
    trade = make_project(scope.zone, "不是制造业", industry="other")
    make_step(trade, "signed", "2024-03-05")
    make_figure(trade, "equipment", 60_000_000)

    groups = {group.key[0]: group.value for group in read("projects.signed", scope.by("size_class")).groups}
    assert groups == {"total_1bn": 1, "equipment_50m": 1, "foreign_30m": 0}
    assert rows(read("projects.signed", scope.only(size_class="equipment_50m"))) == ["硅片项目"]


def test_projects_in_hand_stand_where_their_steps_say(scope, project):
    make_step(project, "in_talks", "2024-01-05")
    make_step(project, "signed", "2024-03-05")
    gone = make_project(scope.zone, "搁置的")
    make_step(gone, "signed", "2024-02-05")
    make_step(gone, "shelved", "2024-05-05")
    back = make_project(scope.zone, "回来的")
    make_step(back, "signed", "2024-01-05")
    make_step(back, "lost", "2024-02-05")
    make_step(back, "in_talks", "2024-06-05")
    done = make_project(scope.zone, "投产的")
    make_step(done, "in_production", "2024-06-05")
    make_figure(project, "planned_total", 100)
    make_figure(gone, "planned_total", 1000)

    now_in_hand = scope.over(None)
    assert rows(read("projects.in_hand", now_in_hand)) == ["回来的", "硅片项目"]
    assert read("projects.in_hand.planned_total", now_in_hand).value == 100
    in_april = Scope(scope.zone, date(2024, 4, 1), now())
    assert rows(read("projects.in_hand", in_april)) == ["搁置的", "硅片项目"]


def test_conversion_and_days_follow_the_cohort_of_a_signing(scope, project):
    for days, start in (("2024-01-10", "2024-04-19"), ("2024-02-10", "2024-03-01"), ("2024-03-10", "")):
        made = make_project(scope.zone)
        make_step(made, "signed", days)
        if start:
            make_step(made, "started", start)
    make_step(project, "signed", "2023-01-10")
    make_step(project, "started", "2024-04-10")

    reading = read("projects.conversion.started", scope)
    assert reading.value == Decimal("66.7")
    days = read("projects.days.started", scope)
    assert (days.value, days.subjects) == (60, 2)
    early = Scope(scope.zone, date(2024, 3, 31), now(), YEAR)
    assert read("projects.conversion.started", early).value == Decimal("33.3")
    nothing = scope.over(Period(date(2020, 1, 1), date(2020, 12, 31)))
    assert read("projects.conversion.started", nothing).value is None
    assert read("projects.days.started", nothing).value is None


def test_stalled_projects_waited_more_than_the_months_of_the_rule(zone, project):
    months = rules(zone, date(2024, 3, 5)).health.signed_not_started_months
    assert months == 12
    make_step(project, "signed", "2023-03-05")

    def stalled(on):
        reading = read("projects.stalled", Scope(zone, on, now()))
        return reading.value, reading.uncertain

    assert stalled(date(2024, 3, 5)) == (0, 0)
    assert stalled(date(2024, 3, 6)) == (1, 0)
    make_step(project, "started", "2024-05-01")
    assert stalled(date(2024, 4, 30)) == (1, 0)
    assert stalled(date(2024, 5, 1)) == (0, 0)


def test_a_project_that_left_is_not_waited_for_and_one_that_came_back_is(zone, project):
    make_step(project, "signed", "2022-03-05")
    make_step(project, "shelved", "2022-06-05")
    on = date(2024, 6, 30)
    assert read("projects.stalled", Scope(zone, on, now())).value == 0
    make_step(project, "signed", "2023-02-05")
    assert read("projects.stalled", Scope(zone, on, now())).value == 1
    assert read("projects.stalled", Scope(zone, date(2024, 2, 5), now())).value == 0


def test_a_signing_of_unsure_day_is_stalled_for_sure_only_when_every_day_is_old_enough(zone, project):
    make_step(project, "signed", "2023年3月")
    unsure = read("projects.stalled", Scope(zone, date(2024, 3, 20), now()))
    assert (unsure.value, unsure.uncertain) == (0, 1)
    sure = read("projects.stalled", Scope(zone, date(2024, 4, 1), now()))
    assert (sure.value, sure.uncertain) == (1, 0)


def test_quiet_talks_turn_yellow_and_red_until_something_moves(zone, project):
    make_step(project, "in_talks", "2024-01-15")

    def quiet(on):
        scope = Scope(zone, on, now())
        return read("projects.quiet_yellow", scope).value, read("projects.quiet_red", scope).value

    assert quiet(date(2024, 3, 14)) == (0, 0)
    assert quiet(date(2024, 3, 15)) == (1, 0)
    assert quiet(date(2024, 4, 14)) == (1, 0)
    assert quiet(date(2024, 4, 15)) == (0, 1)
    make_party(project, when="2024-04-01")
    assert quiet(date(2024, 4, 15)) == (0, 0)
    make_step(project, "signed", "2024-05-01")
    assert quiet(date(2024, 12, 1)) == (0, 0)


def test_the_other_zone_does_not_count(scope, other_zone, project):
    make_step(make_project(other_zone), "signed", "2024-03-05")
    make_step(project, "signed", "2024-03-05")
    assert read("projects.signed", scope).value == 1


def test_groups_name_unit_officer_industry_and_month(scope, project, team, cast):
    make_step(project, "signed", "2024-03-05")
    make_step(make_project(scope.zone), "signed", "2024年4月10日至5月2日")

    def groups(name):
        return {group.key[0]: group.value for group in read("projects.signed", scope.by(name)).groups}

    assert groups("unit") == {team.pk: 1, None: 1}
    assert groups("officer") == {cast.alice.pk: 1, None: 1}
    assert groups("industry") == {"semiconductors": 1, None: 1}
    assert groups("month") == {date(2024, 3, 1): 1, None: 1}
    assert groups("level") == {"self_reported": 2}


@pytest.mark.parametrize("key", [one.key for one in measures if one.key.startswith("projects.")])
def test_each_measure_is_one_query(django_assert_num_queries, monkeypatch, scope, project, key):
    make_step(project, "signed", "2024-03-05")
    make_step(project, "started", "2024-05-05")
    make_figure(project)
    one = measures[key]
    asked = scope if one.has_period else scope.over(None)
    # The rules of the day and the table's place in the registry of tables cost queries of their own, the same for all.
    ContentType.objects.get_for_model(Project)
    shipped = rules(scope.zone, scope.as_of)
    for module in (asking, counts, amounts, pace, stuck):
        if hasattr(module, "rules"):
            monkeypatch.setattr(module, "rules", lambda *_args, **_more: shipped)
    with django_assert_num_queries(1):
        read(one, asked)
    with django_assert_num_queries(1):
        read(one, asked.by("unit"))
