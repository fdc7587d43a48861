"""What is said twice is said alike: the database and plain Python, derived columns and facts, filters and lights."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from zoneworks.kit.facts import FactQuerySet
from zoneworks.kit.moment import Moment
from zoneworks.measures.reading import read
from zoneworks.measures.scope import Scope
from zoneworks.projects.deriving import DERIVED, catch_up, state_of
from zoneworks.projects.examining import examine
from zoneworks.projects.health import RED, TESTS, months_ago, more_than_months_ago
from zoneworks.projects.models import Project, ProjectFigure, ProjectStep
from zoneworks.projects.stages import Step, current_step, first_step
from zoneworks.projects.standing import Lights, at
from zoneworks.projects.tests.conftest import make_figure, make_project, make_step
from zoneworks.rulebook import rules

pytestmark = pytest.mark.django_db

FIRST = date(2023, 1, 1)
MODEL = rules(None, FIRST).stages
DAYS = st.integers(0, 700).map(lambda days: FIRST + timedelta(days=days))
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*MODEL.step_kinds, "signed", "started", "in_talks", "shelved"]),
        DAYS,
        st.sampled_from([0, 0, 0, 9, 30, 60]),
    ),
    max_size=6,
)
FIGURES = st.lists(
    st.tuples(
        st.sampled_from(["planned_total", "arrived_money", "arrived_foreign", "progress_share", "equipment"]),
        st.sampled_from(["CNY", "USD"]),
        st.sampled_from([0, 15, 30, 100, 200]),
        st.sampled_from(["commitment", "actual"]),
        st.booleans(),
        DAYS,
    ),
    max_size=6,
)
MOMENTS = st.one_of(DAYS, st.sampled_from([FIRST + timedelta(days=days) for days in (424, 425, 789, 790)]))
SETTINGS = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


def rewrite(project, steps, figures=()):
    """Give `project` these facts and no other; facts are never deleted outside of a test."""
    for model in (ProjectStep, ProjectFigure):
        super(FactQuerySet, model.objects.filter(project=project)).delete()
    ProjectStep.objects.bulk_create(
        ProjectStep(
            zone=project.zone, project=project, kind=kind, earliest=day, latest=day + timedelta(days=more)
        )
        for kind, day, more in steps
    )
    ProjectFigure.objects.bulk_create(
        ProjectFigure(
            zone=project.zone,
            project=project,
            kind=kind,
            value=value / 100 if kind == "progress_share" else value,
            unit="share" if kind == "progress_share" else unit,
            nature=nature,
            is_increment=increment,
            earliest=day,
            latest=day,
        )
        for kind, unit, value, nature, increment, day in figures
    )


def moment_of(on):
    return Moment(on, now(), names_on=True)


@given(steps=STEPS)
@SETTINGS
def test_the_database_and_plain_python_name_the_same_step(project, steps):
    rewrite(project, steps)
    of_project = ProjectStep.objects.filter(project=project)
    plain = current_step(
        [Step(*row) for row in of_project.values_list("kind", "earliest", "pk", "latest")],
        MODEL.kinds,
        MODEL.exits,
    )
    found = [step.pk for step in of_project.currents(MODEL.kinds, MODEL.exits)]
    assert found == ([plain.pk] if plain else [])
    first = of_project.most_telling_first(MODEL.kinds, MODEL.exits).first()
    assert (first.pk if first else None) == (plain.pk if plain else None)


@given(
    steps=st.lists(st.tuples(st.just("signed"), DAYS, st.integers(0, 60)), min_size=1, max_size=5), on=MOMENTS
)
@SETTINGS
def test_a_stage_is_reached_for_sure_as_soon_as_any_step_is_certain(project, steps, on):
    rewrite(project, steps)
    reading = read("projects.signed", Scope(project.zone, on, now()))
    certain = any(day + timedelta(days=more) <= on for _kind, day, more in steps)
    begun = any(day <= on for _kind, day, _more in steps)

    assert (reading.value, reading.uncertain) == (int(certain), int(begun and not certain))
    plain = first_step(
        [Step(*row) for row in project.steps.as_of(on).values_list("kind", "earliest", "pk", "latest")],
        "signed",
    )
    state = state_of([project], on, now())[project.pk]
    assert state["stage_since"] == (plain.earliest if plain else None)
    if certain:
        assert [row.pk for row in reading.rows] == [plain.pk]


@given(steps=STEPS, figures=FIGURES, on=MOMENTS)
@SETTINGS
def test_filters_and_lights_agree_at_any_moment(project, steps, figures, on):
    rewrite(project, steps, figures)
    moment, model = moment_of(on), rules(project.zone, on)
    standing = examine([project], moment, model)[project.pk]
    lights = Lights(project.zone, moment, model)
    rows = lights.prepared(at(Project.objects.all(), moment, model))
    failed = {key for key, condition in lights.tests().items() if rows.filter(condition).exists()}

    assert failed == {finding.key for finding in standing.findings}
    for tone in ("red", "yellow", "green"):
        assert rows.filter(lights.lit(tone)).exists() is (standing.light == tone)
    assert rows.filter(then_stage=standing.stage).exists()
    state = state_of([project], on, moment.known_at)[project.pk]
    for name in ("planned_total", "equipment", "agreed_foreign"):
        if state[name] is None:
            assert rows.filter(**{f"then_{name}": None}).exists()
        else:
            assert rows.filter(**{f"then_{name}": state[name]}).exists()


@given(steps=STEPS, on=MOMENTS)
@example(
    steps=[("in_talks", date(2023, 12, 15), 0), ("in_talks", date(2024, 2, 20), 30)], on=date(2024, 2, 29)
)
@SETTINGS
def test_the_measures_of_what_is_stuck_agree_with_the_lights(project, steps, on):
    rewrite(project, steps)
    scope = Scope(project.zone, on, now())
    found = {
        finding.key
        for finding in examine([project], moment_of(on), rules(project.zone, on))[project.pk].findings
    }

    stage = state_of([project], on, now())[project.pk]["stage"]
    assert bool(read("projects.in_hand", scope).value) is (stage in MODEL.in_hand)
    unsure = any(day <= on < day + timedelta(days=more) for _kind, day, more in steps)
    for key, tests in (
        ("projects.stalled", {"signed_not_started"}),
        ("projects.quiet_red", {"talk_red", "talk_removed"}),
        ("projects.quiet_yellow", {"talk_yellow"}),
    ):
        reading, is_lit = read(key, scope), bool(found & tests)
        # A light goes by what is sure; the number says of what may have moved meanwhile that it is not.
        assert bool(reading.value) is is_lit or (is_lit and unsure and reading.uncertain == 1)


@given(
    facts=st.lists(
        st.one_of(
            st.tuples(st.just("step"), st.sampled_from(MODEL.step_kinds), DAYS),
            st.tuples(st.just("figure"), st.sampled_from(["planned_total", "equipment", "tax"]), DAYS),
            st.tuples(st.just("withdraw"), st.integers(0, 5), DAYS),
        ),
        max_size=6,
    )
)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_derived_columns_are_what_the_facts_say(zone, facts):
    from zoneworks.kit import recording

    project = make_project(zone)
    made = []
    for verb, what, day in facts:
        if verb == "step":
            made.append(make_step(project, what, day))
        elif verb == "figure":
            made.append(make_figure(project, what, 1000 + len(made), day, is_increment=len(made) % 2 == 0))
        elif what < len(made):
            recording.withdraw(made.pop(what), reason="重复", actor=None)
    project.refresh_from_db()
    said = state_of([project], Moment.present().on, now())[project.pk]
    assert {name: getattr(project, name) for name in DERIVED} == said


@given(on=DAYS, months=st.integers(1, 24), since=DAYS)
@settings(max_examples=120, deadline=None)
def test_a_day_is_so_many_months_ago_exactly_when_they_are_full(on, months, since):
    from dateutil.relativedelta import relativedelta

    assert (since <= months_ago(on, months)) is (since + relativedelta(months=months) <= on)
    assert (since <= more_than_months_ago(on, months)) is (since + relativedelta(months=months) < on)


def test_what_ripens_by_the_passing_of_days_is_caught_up(zone, project):
    today = Moment.present().on
    make_step(project, "signed", today - timedelta(days=40))
    late = SimpleNamespace(earliest=today - timedelta(days=2), latest=today + timedelta(days=3))
    make_step(project, "started", late)
    project.refresh_from_db()
    assert project.stage == "signed"

    assert catch_up(zone, today, today + timedelta(days=2)) == 0
    assert catch_up(zone, today, today + timedelta(days=3)) == 1
    project.refresh_from_db()
    assert project.stage == "started"


def test_every_test_has_a_light():
    assert set(TESTS.values()) == {RED, "yellow"}


def test_a_new_stage_model_derives_every_project_anew(zone, project):
    from zoneworks.projects.deriving import keep_up
    from zoneworks.rulebook import rules
    from zoneworks.rulebook.services import override

    today = Moment.present().on
    make_step(project, "started", today - timedelta(days=40))
    make_step(project, "permitted", today - timedelta(days=50))
    keep_up(zone, today)
    project.refresh_from_db()
    assert project.stage == "started"

    model = list(rules(zone, today).value("stages.model"))
    places = {one["key"]: place for place, one in enumerate(model)}
    first, second = places["permitted"], places["started"]
    model[first], model[second] = model[second], model[first]
    override(zone, "stages.model", actor=None, in_force_from=today, value=model)
    keep_up(zone, today)
    project.refresh_from_db()
    assert project.stage == "permitted"
