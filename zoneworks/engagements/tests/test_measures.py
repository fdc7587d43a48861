"""What was held, counted: batches, printed totals and their parts, unsure days, past knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import get_current_timezone, now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoneworks.accounts.models import Zone
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep, StepKind, standing
from zoneworks.engagements.services import Said
from zoneworks.kit import recording
from zoneworks.kit.levels import Level
from zoneworks.kit.quantities import Qualifier
from zoneworks.kit.spans import Span
from zoneworks.measures.reading import read
from zoneworks.measures.registry import measures
from zoneworks.measures.scope import Period, Scope

pytestmark = pytest.mark.django_db

KEYS = [one.key for one in measures if one.key.startswith("engagements.")]
OCTOBER = Period(date(2024, 10, 1), date(2024, 10, 31))


def at(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=get_current_timezone())


@pytest.fixture
def reading(zone):
    def ask(key, period=OCTOBER, *, as_of="2024-12-31", known_at="2030-01-01", **more):
        scope = Scope(zone, date.fromisoformat(as_of), at(known_at), period, **more)
        return read(f"engagements.{key}", scope)

    return ask


def values(reading):
    return reading.value, reading.uncertain


# -- corrections -----------------------------------------------------------------------------------------------


def test_what_was_corrected_since_reads_as_it_was_known(hold, reading, cast, zone):
    row = hold("reception", "2024-10-05", count=6)
    step = row.steps.get()
    before = now().isoformat()
    changed = services.HowMany(9)
    services.set_when(row, step.span, StepKind.HELD, actor=cast.alice, how_many=changed)
    row.kind = "meeting"
    row.save()

    then = {"known_at": before, "as_of": "2024-12-31"}
    assert (values(reading("receptions", **then)), values(reading("talks", **then))) == ((6, 0), (0, 0))
    assert (values(reading("receptions")), values(reading("talks"))) == ((0, 0), (9, 0))


def test_what_was_not_yet_a_part_counted_by_itself(hold, reading):
    total = hold("reception", "2024-10-01", "2024-10-24", count=12)
    trip = hold("reception", "2024-10-05", count=2)
    visit = hold("reception", "2024-10-05")
    instants = []
    for part, whole in ((visit, trip), (trip, total), (visit, None)):
        instants.append(now().isoformat())
        part.part_of = whole
        part.save()

    found = [values(reading("receptions", known_at=instant)) for instant in instants]
    assert found == [(15, 0), (14, 0), (12, 0)]
    assert values(reading("receptions")) == (13, 0)


# -- how many ------------------------------------------------------------------------------------------------


def test_a_printed_total_counts_as_many_as_it_names_and_its_parts_not_again(hold, reading):
    total = hold("reception", "2024-10-01", "2024-10-24", count=12)
    hold("reception", "2024-10-05", part_of=total)
    hold("reception", "2024-10-28")

    assert values(reading("receptions")) == (13, 0)


def test_a_total_without_a_number_makes_the_sum_a_lower_bound(hold, reading):
    hold("trip", "2024-10-01", "2024-10-24", qualifier=Qualifier.AT_LEAST)
    hold("trip", "2024-10-05")

    found = reading("trips")
    assert (found.value, found.qualifier) == (2, Qualifier.AT_LEAST)


def test_a_part_of_something_else_is_counted_by_itself(hold, reading):
    event = hold("trade_event", "2024-10-05")
    hold("signing", "2024-10-05", part_of=event)

    assert values(reading("signings")) == (1, 0)


def test_a_framework_signing_is_counted_apart(hold, reading):
    hold("framework_signing", "2024-10-05")

    assert values(reading("signings")) == (0, 0)
    assert values(reading("framework_signings")) == (1, 0)


def test_a_visit_inside_a_trip_is_a_visit_and_no_second_trip(hold, reading):
    total = hold("trip", "2024-09-11", "2024-10-24", count=6)
    trip = hold("trip", "2024-10-08", "2024-10-10", part_of=total)
    hold("outward_visit", "2024-10-09", part_of=trip)
    whole = Period(date(2024, 9, 1), date(2024, 12, 31))

    assert values(reading("trips", whole)) == (6, 0)
    assert values(reading("visits", whole)) == (1, 0)


def test_a_part_that_surely_lies_in_the_period_counts_where_its_total_does_not(hold, reading):
    total = hold("reception", "2024-10-01", "2024-10-24", count=12)
    hold("reception", "2024-10-05", part_of=total)
    hold("reception", "2024-10-08", "2024-10-20", part_of=total)

    # The first ten days: one is sure; the twelve, and the one of which the day is open, are not.
    assert values(reading("receptions", Period(date(2024, 10, 1), date(2024, 10, 10)))) == (1, 12)


def test_before_the_total_was_printed_its_parts_count(hold, reading):
    total = hold("reception", "2024-10-01", "2024-10-24", count=12, recorded_at=at("2024-10-24T18:00"))
    hold("reception", "2024-10-05", part_of=total, recorded_at=at("2024-10-05T18:00"))

    assert values(reading("receptions", known_at="2024-10-20")) == (1, 0)
    assert values(reading("receptions", known_at="2024-10-25")) == (12, 0)


def test_what_straddles_the_as_of_day_is_uncertain(hold, reading):
    hold("reception", "2024-10-01", "2024-10-24")

    assert values(reading("receptions", as_of="2024-10-10")) == (0, 1)
    assert values(reading("receptions", as_of="2024-10-24")) == (1, 0)
    assert values(reading("receptions", as_of="2024-09-30")) == (0, 0)


def test_a_basis_leaves_out_what_only_the_press_says(hold, reading):
    total = hold("reception", "2024-10-01", "2024-10-24", count=12, asserted_by=Level.PRESS)
    hold("reception", "2024-10-05", part_of=total, asserted_by=Level.ZONE)

    assert values(reading("receptions")) == (12, 0)
    assert values(reading("receptions", basis=Level.ZONE)) == (1, 0)


def test_the_better_attested_day_is_the_one_that_counts(hold, reading, zone):
    row = hold("reception", "2024-10-01", "2024-10-24", asserted_by=Level.PRESS)
    step = EngagementStep(
        zone=zone,
        engagement=row,
        earliest=date(2024, 10, 20),
        latest=date(2024, 10, 20),
        asserted_by=Level.ZONE,
    )
    recording.add(step, actor=None)

    assert values(reading("receptions", Period(date(2024, 10, 15), date(2024, 10, 24)))) == (1, 0)
    assert standing(row.steps.live()) == step


def test_a_vague_better_attested_report_hides_no_certain_one(hold, reading, zone):
    row = hold("reception", "2024-10-05", asserted_by=Level.PRESS)
    vague = EngagementStep(
        zone=zone,
        engagement=row,
        earliest=date(2024, 10, 1),
        latest=date(2024, 11, 30),
        asserted_by=Level.ZONE,
    )
    recording.add(vague, actor=None)

    assert values(reading("receptions", as_of="2024-10-31")) == (1, 0)


@pytest.mark.parametrize(("as_of", "counted"), [("2024-10-09", 10), ("2024-10-31", 10), ("2024-11-30", 12)])
def test_a_vague_later_count_replaces_the_certain_one_when_it_is_certain(hold, reading, zone, as_of, counted):
    row = hold("reception", "2024-10-05")
    for value, first, last in ((10, "2024-10-05", "2024-10-05"), (12, "2024-10-10", "2024-11-10")):
        figure = EngagementFigure(
            zone=zone,
            engagement=row,
            kind="visitors",
            value=value,
            unit="persons",
            earliest=date.fromisoformat(first),
            latest=date.fromisoformat(last),
        )
        recording.add(figure, actor=None)

    assert values(reading("receptions.visitors", as_of=as_of)) == (counted, 0)


def test_what_was_planned_or_canceled_does_not_count(hold, reading):
    hold("reception", "2024-10-05", state=StepKind.PLANNED)
    row = hold("reception", "2024-10-06", state=StepKind.PLANNED)
    services.set_when(row, Span.day(date(2024, 10, 6)), StepKind.CANCELED, actor=None)

    assert values(reading("receptions")) == (0, 0)


# -- how much ------------------------------------------------------------------------------------------------


def test_bodies_visited_are_those_of_the_trip_and_not_its_visits_again(hold, reading):
    total = hold("trip", "2024-09-11", "2024-10-24", figures=[Said("organizations_visited", 11)])
    trip = hold("trip", "2024-10-08", part_of=total)
    hold("outward_visit", "2024-10-08", part_of=trip, figures=[Said("organizations_visited", 1)])
    hold("outward_visit", "2024-10-30", figures=[Said("organizations_visited", 2)])
    whole = Period(date(2024, 9, 1), date(2024, 12, 31))

    assert values(reading("trips.organizations", whole)) == (13, 0)
    # In October alone the eleven are not sure, and the visit of the 8th is.
    assert values(reading("trips.organizations")) == (3, 11)


def test_a_count_falls_where_its_engagement_does(hold, reading, zone):
    row = hold("reception", "2024-09-20", "2024-10-20")
    figure = EngagementFigure(
        zone=zone,
        engagement=row,
        kind="visitors",
        value=40,
        unit="persons",
        earliest=date(2024, 10, 20),
        latest=date(2024, 10, 20),
    )
    recording.add(figure, actor=None)

    assert values(reading("receptions.visitors")) == (0, 40)


def test_a_corrected_count_counts_as_it_was_known(hold, reading):
    row = hold("reception", "2024-10-05", figures=[Said("visitors", 6)], recorded_at=at("2024-10-05T18:00"))
    services.set_counts(row, {"visitors": 9}, Span.day(date(2024, 10, 5)), actor=None)

    assert values(reading("receptions.visitors", known_at="2024-10-10")) == (6, 0)
    assert values(reading("receptions.visitors")) == (9, 0)


def test_the_qualifier_of_a_sum(hold, reading):
    hold("reception", "2024-10-05", figures=[Said("visitors", 30, Qualifier.ABOUT)])
    hold("reception", "2024-10-06", figures=[Said("visitors", 5)])

    found = reading("receptions.visitors")
    assert (found.value, found.qualifier) == (35, Qualifier.ABOUT)


# -- by what, and at what price ------------------------------------------------------------------------------


def test_groups_by_unit_lead_and_month(hold, reading, team, jin):
    hold("reception", "2024-10-05", lead=jin)
    hold("reception", "2024-10-06", "2024-11-06", unit=None)
    whole = Period(date(2024, 1, 1), date(2024, 12, 31))

    def groups(key, name):
        return {group.key[0]: group.value for group in reading(key, whole, group_by=(name,)).groups}

    assert groups("receptions", "unit") == {team.pk: 1, None: 1}
    assert groups("receptions", "lead") == {jin.pk: 1, None: 1}
    assert groups("receptions", "month") == {date(2024, 10, 1): 1, None: 1}


def test_counts_group_by_the_month_of_their_engagement(hold, reading):
    hold("reception", "2024-10-05", figures=[Said("visitors", 4)])
    hold("reception", "2024-11-05", figures=[Said("visitors", 3)])
    found = reading("receptions.visitors", Period(date(2024, 1, 1), date(2024, 12, 31)), group_by=("month",))

    assert {str(group.key[0])[:7]: group.value for group in found.groups} == {"2024-10": 4, "2024-11": 3}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("by", [(), ("unit",), ("month",), ("level", "lead")])
def test_a_measure_costs_one_query(hold, zone, key, by):
    hold("reception", "2024-10-05", figures=[Said("visitors", 4)])
    scope = Scope(zone, date(2024, 12, 31), at("2030-01-01"), OCTOBER, group_by=by)
    with CaptureQueriesContext(connection) as queries:
        read(key, scope)
    assert len(queries) == 1


# -- against a plain model -----------------------------------------------------------------------------------

FIRST = date(2024, 9, 1)
DAYS = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
INSTANTS = st.integers(0, 30).map(lambda n: at("2024-09-01T12:00") + timedelta(days=n))


@dataclass
class Plain:
    """One engagement as a plain value; `above` is the place of its whole among those told before it."""

    kind: str
    count: int
    span: tuple[date, date]
    level: Level
    known: datetime
    above: int | None
    visited: int | None


@st.composite
def told(draw):
    rows: list[Plain] = []
    for place in range(draw(st.integers(1, 6))):
        first, last = sorted((draw(DAYS), draw(DAYS)))
        above = draw(st.none() | st.integers(0, place - 1)) if place else None
        if above is not None and rows[above].above is not None and rows[rows[above].above].above is not None:
            above = None
        rows.append(
            Plain(
                draw(st.sampled_from(["trip", "outward_visit"])),
                draw(st.integers(1, 5)),
                (first, last),
                draw(st.sampled_from([Level.PRESS, Level.ZONE])),
                draw(INSTANTS),
                above,
                draw(st.none() | st.integers(1, 9)),
            )
        )
    return rows


def expected(
    rows: list[Plain], scope: Scope, kinds: tuple[str, ...], same_kind: bool, value
) -> tuple[int, int]:
    """Count in plain Python: what lies in the period, unless something above it is counted already."""

    def is_told(row: Plain) -> bool:
        return (
            row.known <= scope.known_at
            and row.span[0] <= scope.as_of
            and (scope.basis == Level.PRESS or row.level == Level.ZONE)
            and row.kind in kinds
            and value(row) is not None
        )

    def surely(row: Plain) -> bool:
        return scope.start <= row.span[0] and row.span[1] <= scope.end

    def perhaps(row: Plain) -> bool:
        # Of a period that has not begun on the day of the question nobody can say anything yet.
        has_begun = scope.start <= scope.as_of
        return has_begun and row.span[0] <= scope.end and row.span[1] >= scope.start

    sure = unsure = 0
    for row in rows:
        wholes, above = [], row.above
        while above is not None:
            whole = rows[above]
            if is_told(whole) and (not same_kind or whole.kind == row.kind):
                wholes.append(whole)
            above = whole.above
        if not is_told(row) or not perhaps(row) or any(map(surely, wholes)):
            continue
        if surely(row):
            sure += value(row)
        elif not any(map(perhaps, wholes)):
            unsure += value(row)
    return sure, unsure


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told(), DAYS, DAYS, DAYS, INSTANTS, st.sampled_from([Level.PRESS, Level.ZONE]))
def test_counts_are_those_of_a_plain_model(db, rows, one, other, as_of, known_at, basis):
    zone = Zone.objects.create(code=f"plain-{Zone.objects.count()}", name="plain")
    kept: list[Engagement] = []
    for row in rows:
        engagement = Engagement(
            zone=zone,
            kind=row.kind,
            title=row.kind,
            part_of=kept[row.above] if row.above is not None else None,
        )
        figures = [Said("organizations_visited", row.visited)] if row.visited else []
        services.log(
            engagement,
            Span(*row.span),
            actor=None,
            how_many=services.HowMany(row.count),
            figures=figures,
            asserted_by=row.level,
            recorded_at=row.known,
        )
        kept.append(engagement)
    scope = Scope(zone, as_of, known_at, Period(*sorted((one, other))), basis)

    for kind, key in (("trip", "trips"), ("outward_visit", "visits")):
        found = read(f"engagements.{key}", scope)
        assert values(found) == expected(rows, scope, (kind,), True, lambda row: row.count)
    found = read("engagements.trips.organizations", scope)
    both = ("trip", "outward_visit")
    sure, unsure = expected(rows, scope, both, False, lambda row: row.visited)
    # Nobody visits nobody: where no count is stated there is no sum.
    assert values(found) == (sure if sure or unsure else None, unsure)


@pytest.mark.parametrize("kind", ["trip", "reception"])
def test_what_crosses_new_year_is_uncertain_in_both_years_and_the_definition_says_so(hold, reading, kind):
    hold(kind, "2023-12-30", "2024-01-02")
    years = [Period(date(year, 1, 1), date(year, 12, 31)) for year in (2023, 2024)]

    assert [values(reading(f"{kind}s", year)) for year in years] == [(0, 1), (0, 1)]
    assert values(reading(f"{kind}s", Period(years[0].start, years[1].end))) == (1, 0)
    assert "listed as uncertain" in reading(f"{kind}s", years[0]).definition
