"""The counting rules at their edges: increments, size classes, unsure stages, and what moves a project."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from zoneworks.kit.facts import FactQuerySet
from zoneworks.kit.levels import Level
from zoneworks.measures.reading import read
from zoneworks.measures.scope import Period, Scope
from zoneworks.projects.models import ProjectFigure
from zoneworks.projects.tests.conftest import known, make_figure, make_project, make_step
from zoneworks.rulebook import services as rulebook

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(zone):
    """Read a measure: `ask("projects.signed", "2024-12-31", 2024)` over a year, or without one."""

    def asked(key, on, year=None, **more):
        period = Period(date(year, 1, 1), date(year, 12, 31)) if year else None
        return read(key, Scope(zone, date.fromisoformat(on), known("2100-01-01 00:00"), period, **more))

    return asked


def told(reading):
    return reading.value, reading.uncertain


# -- increments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "value"), [(2022, None), (2023, None), (2024, 130)])
def test_an_increment_agreed_before_a_stage_counts_with_the_stage(ask, project, year, value):
    make_step(project, "signed", "2022-03-01")
    make_figure(project, value=100, when="2022-03-01")
    make_figure(project, value=30, when="2023-05-01", is_increment=True)
    make_step(project, "started", "2024-06-01")

    assert told(ask("projects.started.planned_total", "2024-12-31", year)) == (value, 0)


@pytest.mark.parametrize(("year", "value"), [(2022, 100), (2023, 30)])
def test_an_increment_agreed_after_it_counts_in_its_own_year(ask, project, year, value):
    make_step(project, "signed", "2022-03-01")
    make_figure(project, value=100, when="2022-03-01")
    make_figure(project, value=30, when="2023-05-01", is_increment=True)

    assert told(ask("projects.signed.planned_total", "2024-12-31", year)) == (value, 0)


def test_an_increment_is_as_unsure_as_the_stage_that_it_counts_with(ask, project):
    make_step(project, "signed", "2024-03-01..2024-04-30")
    make_figure(project, value=100, when="2024-03-01")
    make_figure(project, value=30, when="2024-03-05", is_increment=True)

    assert told(ask("projects.signed.planned_total", "2024-03-31", 2024)) == (0, 130)
    assert told(ask("projects.signed.planned_total", "2024-04-30", 2024)) == (130, 0)


@pytest.mark.parametrize(
    ("again", "total"),
    [
        ({"value": 30, "asserted_by": "zone"}, 130),
        ({"value": 28, "asserted_by": "zone"}, 128),
        ({"value": 30}, 130),
        ({"value": 40}, 170),
        ({"value": 30, "when": "2024-06-01"}, 160),
    ],
    ids=["recognized", "recognized as less", "word for word", "another of that day", "another day"],
)
def test_an_increment_said_again_is_one_increment(ask, project, again, total):
    make_step(project, "signed", "2024-03-01")
    make_figure(project, value=100, when="2024-03-01")
    make_figure(project, value=30, when="2024-05-01", is_increment=True)
    make_figure(project, **{"when": "2024-05-01", "is_increment": True} | again)

    assert told(ask("projects.signed.planned_total", "2024-12-31", 2024)) == (total, 0)
    project.refresh_from_db()
    assert project.planned_total == total


# -- size classes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "is_in"),
    [
        ([{"value": 10**9}], True),
        ([{"value": 10**9, "qualifier": "near"}], False),
        ([{"value": 10**9, "qualifier": "less_than"}], False),
        ([{"value": 10**9, "qualifier": "at_least"}], True),
        ([{"value": 11 * 10**8, "qualifier": "near"}], True),
        ([{"value": 8 * 10**8}, {"value": 3 * 10**8, "is_increment": True}], True),
        ([{"value": 8 * 10**8}, {"value": 10**8, "is_increment": True}], False),
        ([{"value": 10**9, "unit": "USD"}], False),
    ],
)
def test_a_size_class_takes_what_the_standing_figures_add_up_to(zone, ask, project, figures, is_in):
    make_step(project, "signed", "2024-03-01")
    for number, figure in enumerate(figures):
        make_figure(project, when=f"2024-03-0{number + 1}", **figure)

    of_class = ask("projects.signed", "2024-12-31", 2024, filters={"size_class": "total_1bn"})
    assert told(of_class) == (int(is_in), 0)
    grouped = ask("projects.signed", "2024-12-31", 2024, group_by=("size_class",))
    assert {group.key[0]: group.value for group in grouped.groups}["total_1bn"] == int(is_in)


def test_sums_of_size_classes_keep_their_qualifiers(zone, ask, project):
    """Projects of about 3 and of exactly 2 billion stand in a class; a small one of at least 1 million in none."""
    others = [make_project(zone, name=name) for name in ("乙项目", "丙项目")]
    stated = [(project, 3 * 10**9, "about"), (others[0], 2 * 10**9, "exact"), (others[1], 10**6, "at_least")]
    for one, value, qualifier in stated:
        make_step(one, "signed", "2024-03-01")
        make_figure(one, value=value, qualifier=qualifier, when="2024-03-01")

    grouped = ask("projects.signed.planned_total", "2024-12-31", 2024, group_by=("size_class",))

    assert (grouped.value, grouped.qualifier, grouped.subjects) == (5 * 10**9 + 10**6, "about", 3)
    of_class = {group.key[0]: group for group in grouped.groups}
    assert (of_class["total_1bn"].value, of_class["total_1bn"].qualifier) == (5 * 10**9, "about")
    empty = [group for key, group in of_class.items() if key != "total_1bn"]
    assert {(group.value, group.qualifier) for group in empty} == {(None, "exact")}


def test_a_size_class_rests_on_the_basis_asked_for(ask, project):
    make_step(project, "signed", "2024-03-01", asserted_by="zone")
    make_figure(project, value=12 * 10**8, when="2024-03-01", asserted_by="press")

    in_class = {"filters": {"size_class": "total_1bn"}}
    assert ask("projects.signed", "2024-12-31", 2024, **in_class).value == 1
    assert ask("projects.signed", "2024-12-31", 2024, basis="zone", **in_class).value == 0


def test_totals_in_dollars_are_counted_apart(ask, project):
    make_step(project, "signed", "2024-03-01")
    make_figure(project, value=3 * 10**7, unit="USD", when="2024-03-01")

    assert told(ask("projects.signed.planned_total_usd", "2024-12-31", 2024)) == (3 * 10**7, 0)
    assert ask("projects.signed.planned_total", "2024-12-31", 2024).subjects == 0


# -- what nobody is sure of yet ----------------------------------------------------------------------------------------


def test_a_stage_that_was_perhaps_reached_stands_apart_in_share_and_days(ask, project, zone):
    make_step(project, "signed", "2024-03-01")
    make_step(project, "started", "2024-06-01..2024-06-30")
    sure = make_project(zone, "开工")
    make_step(sure, "signed", "2024-03-01")
    make_step(sure, "started", "2024-03-31")

    share = ask("projects.conversion.started", "2024-06-15", 2024)
    assert (told(share), share.part) == ((100, 1), 1)
    days = ask("projects.days.started", "2024-06-15", 2024)
    assert told(days) == (30, 1)
    for reading in (share, days):
        assert [row.project for row in reading.rows] == [sure]
        assert [row.project for row in reading.uncertain_rows] == [project]


def test_a_median_opens_into_the_projects_that_it_is_taken_over(ask, project, zone):
    make_step(project, "signed", "2024-03-01")
    make_step(project, "started", "2024-06-01")
    make_step(make_project(zone, "未开工"), "signed", "2024-03-01")

    days = ask("projects.days.started", "2024-12-31", 2024)
    assert (days.value, days.subjects, [row.project for row in days.rows]) == (92, 1, [project])


def test_a_project_that_perhaps_moved_is_perhaps_quiet(ask, project):
    make_step(project, "in_talks", "2023-10-01")
    make_step(project, "in_talks", "2024-03-01..2024-03-31")

    assert told(ask("projects.quiet_red", "2024-02-29")) == (1, 0)
    assert told(ask("projects.quiet_red", "2024-03-15")) == (0, 1)
    assert told(ask("projects.quiet_red", "2024-03-31")) == (0, 0)


# -- the zone's own rule -----------------------------------------------------------------------------------------------


@pytest.fixture
def each_counts(zone, cast):
    """Let the zone decide that each signing counts."""

    def decide():
        key = "counting.first_event_only"
        rulebook.override(zone, key, value=False, in_force_from=date(2020, 1, 1), actor=cast.administrator)

    return decide


def test_where_each_signing_counts_value_rows_and_groups_agree(ask, project, each_counts):
    make_step(project, "signed", "2024-03-01")
    make_step(project, "signed", "2024-09-01")
    assert ask("projects.signed", "2024-12-31", 2024).value == 1

    each_counts()
    signed = ask("projects.signed", "2024-12-31", 2024, group_by=("month",))
    assert (signed.value, signed.rows.count(), sum(group.value for group in signed.groups)) == (2, 2, 2)
    assert ask("projects.conversion.started", "2024-12-31", 2024).rows.count() == 1


def test_a_signing_told_at_two_levels_is_one_where_each_signing_counts(ask, project, each_counts):
    each_counts()
    make_step(project, "signed", "2024-03-01..2024-03-31", asserted_by="self_reported")
    make_step(project, "signed", "2024-03-05", asserted_by="zone")
    make_step(project, "signed", "2024-09-01", asserted_by="zone")

    assert told(ask("projects.signed", "2024-12-31", 2024, basis="self_reported")) == (2, 0)


# -- what is said of a stage -------------------------------------------------------------------------------------------


def test_who_reached_a_later_stage_was_past_the_one_before_it(ask, project):
    make_step(project, "signed", "2023-03-01")
    make_step(project, "in_production", "2024-03-01")

    assert ask("projects.conversion.started", "2024-12-31", 2023).value == 100
    assert ask("projects.conversion.full_capacity", "2024-12-31", 2023).value == 0
    assert ask("projects.started", "2024-12-31", 2024).value == 0


@pytest.mark.parametrize(
    ("signed", "started"),
    [
        ("2024-01-01..2024-12-31", "2025-01-05"),
        ("2024-03-01", "2024-06-01..2024-06-30"),
        ("2024-06-10", "2024-06-01"),
    ],
)
def test_days_between_unsure_or_reversed_days_stand_apart(ask, project, zone, signed, started):
    sure = make_project(zone, "确切")
    make_step(sure, "signed", "2024-03-01")
    make_step(sure, "started", "2024-03-31")
    make_step(project, "signed", signed)
    make_step(project, "started", started)

    assert told(ask("projects.days.started", "2025-12-31", 2024)) == (30, 1)


def test_registered_capital_is_what_stands_on_the_license(ask, project):
    make_step(project, "registered", "2024-03-01")
    make_figure(project, "registered_foreign", 50_000_000, "2024-02-01", unit="USD")
    assert ask("projects.registered.registered_foreign", "2024-12-31", 2024).value is None

    make_figure(project, "registered_foreign", 30_000_000, "2024-03-01", unit="USD", nature="actual")
    assert ask("projects.registered.registered_foreign", "2024-12-31", 2024).value == 30_000_000


def test_of_a_period_to_come_nothing_is_uncertain(ask, project):
    make_step(project, "signed", "2024-12-20..2025-01-10")

    assert told(ask("projects.signed", "2024-12-31", 2025)) == (0, 0)
    assert told(ask("projects.signed", "2024-12-31", 2024)) == (0, 1)


def test_an_increment_told_vaguely_and_then_recognized_is_one(ask, project):
    make_step(project, "signed", "2023-03-01")
    for when, level in (("2024-03-01..2024-03-31", "self_reported"), ("2024-03-05", "zone")):
        make_figure(project, value=500, when=when, is_increment=True, asserted_by=level)

    assert ask("projects.signed.planned_total", "2024-12-31", 2024, basis="self_reported").value == 500


@pytest.mark.parametrize("qualifier", ["near", "less_than", "at_most"])
def test_what_may_lie_below_a_class_is_not_in_it(ask, project, qualifier):
    make_step(project, "in_talks", "2024-03-01")
    make_figure(project, value=10**9, when="2024-03-01", qualifier=qualifier)

    groups = ask("projects.in_hand", "2024-12-31", group_by=("size_class",)).groups
    assert {group.key[0]: group.value for group in groups}["total_1bn"] == 0


# -- wholes that include increments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("restated", "by_year"),
    [
        ({"value": 25}, (20, 5, None)),
        ({"value": 27}, (22, 5, None)),
        ({"value": 24}, (19, 5, None)),
        ({"value": 25, "asserted_by": "zone"}, (20, 5, None)),
        ({"value": 25, "asserted_by": "press"}, (20, 5, None)),
    ],
    ids=["the same in all", "raised", "lowered", "recognized", "told by a paper"],
)
def test_an_increment_stays_in_its_year_when_a_later_whole_includes_it(ask, project, restated, by_year):
    make_step(project, "signed", "2022-03-01")
    make_figure(project, value=20, when="2022-03-01")
    make_figure(project, value=5, when="2023-05-01", is_increment=True)
    make_figure(project, when="2024-06-01", **restated)

    years = [ask("projects.signed.planned_total", "2024-12-31", year) for year in (2022, 2023, 2024)]
    assert tuple(reading.value for reading in years) == by_year
    assert (
        sum(reading.value or 0 for reading in years)
        == ask("projects.signed.planned_total", "2024-12-31").value
    )
    assert ask("projects.signed.planned_total", "2023-12-31", 2022).value == 20


def test_the_page_of_the_number_says_how_much_of_a_whole_counts(client, alice, zone, project):
    make_step(project, "signed", "2022-03-01")
    make_figure(project, value=20 * 10**8, when="2022-03-01")
    make_figure(project, value=5 * 10**8, when="2023-05-01", is_increment=True)
    make_figure(project, value=25 * 10**8, when="2024-06-01")

    url = (
        f"/{zone.code}/measures/projects.signed.planned_total/?as_of=2024-12-31&from=2022-01-01&to=2022-12-31"
    )
    assert "of it counts here; the increments inside" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("signed_by", "added", "recognized", "by_year"),
    [
        ("self_reported", {}, {"value": 5}, (20, 5, None)),
        ("self_reported", {}, {"value": 4}, (21, 4, None)),
        ("self_reported", {"when": "2020-05"}, {"value": 5}, (20, 5, None)),
        ("self_reported", {}, {"value": 5, "when": "2021-09-01"}, (20, 5, 5)),
        ("self_reported", {"asserted_by": "press"}, {"value": 5}, (20, 5, None)),
        ("zone", {}, {"value": 5}, (20, 5, None)),
    ],
    ids=[
        "the same",
        "less",
        "of a closer day",
        "another one",
        "told by a paper",
        "beside a recognized whole",
    ],
)
def test_recognizing_an_increment_leaves_it_inside_the_whole(
    ask, project, signed_by, added, recognized, by_year
):
    make_step(project, "signed", "2019-03-01")
    make_figure(project, value=20, when="2019-03-01", asserted_by=signed_by)
    make_figure(project, **{"value": 5, "when": "2020-05-01", "is_increment": True} | added)
    make_figure(project, value=25, when="2021-06-01")
    make_figure(project, **{"when": "2020-05-01", "is_increment": True, "asserted_by": "zone"} | recognized)

    years = [ask("projects.signed.planned_total", "2024-01-01", year) for year in (2019, 2020, 2021)]
    assert tuple(reading.value for reading in years) == by_year
    project.refresh_from_db()
    assert project.planned_total == sum(filter(None, by_year))
    assert ask("projects.signed.planned_total", "2024-01-01").value == project.planned_total


class Told(NamedTuple):
    """A figure as plain Python sees it, in the order in which it was recorded."""

    value: int
    is_increment: bool
    level: str
    earliest: date
    latest: date

    @property
    def place(self):
        return Level(self.level).place

    def says_again(self, other):
        same_days = (self.earliest, self.latest) == (other.earliest, other.latest)
        alike = same_days or self.value == other.value
        return self.place > other.place and alike and self.touches(other)

    def touches(self, other):
        return self.earliest <= other.latest and self.latest >= other.earliest


def standing_sum(told):
    """Return what `told` add up to: the best whole, and each increment once that no later whole includes."""
    wholes = [one for one in told if not one.is_increment]
    best = max(reversed(wholes), key=lambda one: (one.place, one.earliest), default=None)

    def is_inside(added):
        if any(one.place >= added.place and one.earliest > added.earliest for one in wholes):
            return True
        said_before = [one for one in told if one.is_increment and added.says_again(one)]
        is_later = best is not None and best.earliest > added.earliest
        return is_later and any(best.place >= one.place for one in said_before)

    # Word for word the same is one.
    added_once = {one for one in told if one.is_increment}
    last_said = {one for one in added_once if not any(other.says_again(one) for other in added_once)}
    return (best.value if best else 0) + sum(one.value for one in last_said if not is_inside(one))


@st.composite
def increments(draw):
    """Return a few figures, increments among them, some of which are recognized as they were said or nearly so."""
    days = st.integers(0, 1000).map(lambda number: date(2022, 3, 1) + timedelta(days=number))
    found = []
    for _number in range(draw(st.integers(0, 5))):
        first, more = draw(days), draw(st.sampled_from([0, 0, 40]))
        level = draw(st.sampled_from(["press", "self_reported", "zone"]))
        value, adds = draw(st.sampled_from([5, 5, 20, 25])), draw(st.booleans())
        found.append(Told(value, adds, level, first, first + timedelta(days=more)))
        if adds and draw(st.booleans()):
            again = draw(st.sampled_from([{}, {}, {"value": 4}, {"latest": first}]))
            found.append(found[-1]._replace(level="zone", **again))
    return draw(st.permutations(found))


def record_all(project, figures):
    """Let exactly `figures` be told of the project."""
    super(FactQuerySet, project.figures.all()).delete()
    ProjectFigure.objects.bulk_create(
        ProjectFigure(
            zone=project.zone,
            project=project,
            kind="planned_total",
            value=one.value,
            unit="CNY",
            is_increment=one.is_increment,
            asserted_by=one.level,
            earliest=one.earliest,
            latest=one.latest,
        )
        for one in figures
    )


DAYS = st.sampled_from([date(2023, 6, 1), date(2024, 12, 31), date(2025, 12, 31)])
DRAWN = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


@given(figures=increments(), on=DAYS)
@settings(DRAWN, max_examples=150)
def test_what_stands_is_the_best_whole_and_each_increment_outside_it_once(project, figures, on):
    record_all(project, figures)
    stands = project.figures.as_of(on).in_force()

    assert sum(figure.value for figure in stands) == standing_sum(
        [one for one in figures if one.latest <= on]
    )


@given(figures=increments(), on=DAYS)
@settings(DRAWN, max_examples=25)
def test_what_all_periods_add_up_to_is_what_stands_in_the_end(ask, project, figures, on):
    """Increments in their own years and the rest at the first signing are the sum in force, whatever is restated."""
    record_all(project, figures)
    if not project.steps.exists():
        make_step(project, "signed", "2022-03-01")
    stands = standing_sum([one for one in figures if one.latest <= on])
    assert (ask("projects.signed.planned_total", on.isoformat()).value or 0) == stands

    years = [ask("projects.signed.planned_total", on.isoformat(), year) for year in range(2022, 2026)]
    if all(one.earliest.year == one.latest.year for one in figures):
        assert sum(reading.value or 0 for reading in years) == stands
