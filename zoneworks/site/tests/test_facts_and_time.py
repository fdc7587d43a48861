"""Facts and time, against a plain model in memory: whatever is recorded and corrected, `as_of` says what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoneworks.kit import recording
from zoneworks.kit.facts import AppendOnlyError, Fact
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.site.tests.conftest import at, make_project, make_step

DAYS = st.integers(0, 40).map(lambda n: date(2024, 1, 1) + timedelta(days=n))
INSTANTS = st.integers(0, 20).map(lambda n: at(2024, 3, 1) + timedelta(hours=n))


@dataclass
class Row:
    """A fact as plain values."""

    pk: int
    earliest: date
    latest: date
    recorded: object
    reverses: int | None
    withdrawn: bool


def live(rows, known_at):
    """What the plain model says is in force: the definition of design §2, written out."""
    gone = {row.reverses for row in rows if row.reverses is not None and row.recorded <= known_at}
    return [row for row in rows if row.recorded <= known_at and not row.withdrawn and row.pk not in gone]


actions = st.lists(
    st.tuples(st.sampled_from(["add", "correct", "withdraw"]), DAYS, st.integers(0, 9), st.integers(0, 7)),
    min_size=1,
    max_size=12,
)


def _recorded(project, actions) -> list[Row]:
    """Record one fact an hour; return them as the plain model has them."""
    rows: list[Row] = []
    for hour, (verb, day, length, pick) in enumerate(actions):
        recorded = at(2024, 3, 1) + timedelta(hours=hour)
        target = rows[pick % len(rows)] if rows and verb != "add" else None
        if target is not None and (target.withdrawn or any(row.reverses == target.pk for row in rows)):
            target = None
        step = ProjectStep(
            zone=project.zone,
            project=project,
            kind="signed",
            earliest=day,
            latest=day + timedelta(days=length),
            recorded_at=recorded,
            reverses_id=target.pk if target else None,
            withdrawn=bool(target) and verb == "withdraw",
        )
        [fact] = ProjectStep.objects.bulk_create([step])
        rows.append(Row(fact.pk, fact.earliest, fact.latest, recorded, fact.reverses_id, fact.withdrawn))
    return rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=actions, on=DAYS, known_at=INSTANTS)
def test_as_of_equals_a_plain_model(zone, actions, on, known_at):
    with transaction.atomic():
        project = make_project(zone)
        rows = _recorded(project, actions)

        def keys(found):
            return {row.pk for row in found}

        steps = project.steps.all()
        in_force = live(rows, known_at)
        certain = {row.pk for row in in_force if row.latest <= on}
        unsure = {row.pk for row in in_force if row.earliest <= on < row.latest}
        assert keys(steps.live(known_at)) == keys(in_force)
        assert keys(steps.as_of(on, known_at)) == certain
        assert keys(steps.uncertain(on, known_at)) == unsure
        assert keys(steps.possible(on, known_at)) == certain | unsure
        first = min(
            (row for row in in_force if row.earliest <= on),
            default=None,
            key=lambda row: (row.latest, -row.earliest.toordinal(), row.pk),
        )
        assert bool(certain) is bool(first and first.latest <= on)
        assert keys(steps.possible(on, known_at).firsts("project")) == ({first.pk} if first else set())
        transaction.set_rollback(True)


def test_what_the_database_knows_of_its_rows_changes_no_answer(zone):
    """With statistics SQLite 3.40 reads past the upper end of a range that has no lower end."""
    projects = Project.objects.bulk_create(Project(zone=zone, name=f"项目{number}") for number in range(300))
    days = [date(2024, 1, 1) + timedelta(days=30 * number) for number in range(12)]
    ProjectStep.objects.bulk_create(
        ProjectStep(zone=zone, project=project, kind=kind, earliest=days[place], latest=days[place])
        for number, project in enumerate(projects)
        for kind, place in (("signed", number % 12), ("started", number % 7), ("shelved", number % 5))
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    on = days[3]
    for project in projects[:40]:
        told = project.steps.of_kind("signed", "shelved")
        wanted = {step.pk for step in told if step.earliest <= on}
        for found in (
            told.as_of(on),
            told.possible(on),
            told.touching(days[0], on),
            told.within(days[0], on),
        ):
            assert {step.pk for step in found} == wanted


def test_a_correction_leaves_both_versions_and_the_past_reads_as_it_was_known(zone):
    project = make_project(zone)
    step = make_step(project, day=date(2024, 3, 5), recorded_at=at(2024, 3, 6))
    new = recording.correct(
        step, ProjectStep(kind="signed", earliest=date(2024, 3, 9), latest=date(2024, 3, 9)), actor=None
    )

    assert recording.versions(step) == [new, step]
    assert list(project.steps.live()) == [new]
    assert list(project.steps.as_of(date(2024, 12, 31), at(2024, 3, 7))) == [step]


def test_two_people_who_correct_the_same_fact_do_not_overwrite_each_other(zone, cast):
    project = make_project(zone, officer=cast.alice)
    step = make_step(project)
    first = ProjectStep(kind="signed", earliest=date(2024, 3, 6), latest=date(2024, 3, 6))
    recording.correct(step, first, actor=cast.alice)

    second = ProjectStep(kind="signed", earliest=date(2024, 3, 7), latest=date(2024, 3, 7))
    with pytest.raises(recording.AlreadyCorrectedError, match="Alice already changed this record"):
        recording.correct(step, second, actor=cast.alice)
    assert list(project.steps.live()) == [first]


def test_a_withdrawn_fact_counts_nowhere_and_is_not_lost(zone):
    step = make_step(make_project(zone))
    gone = recording.withdraw(step, reason="另一个项目", actor=None)

    assert not ProjectStep.objects.live().exists()
    assert recording.versions(step) == [gone, step]
    with pytest.raises(ValidationError, match="Say why"):
        recording.withdraw(gone, reason=" ", actor=None)


def test_facts_are_never_changed_or_deleted(zone):
    step = make_step(make_project(zone))
    step.note = "changed"
    for forbidden in (step.save, step.delete, ProjectStep.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            forbidden()
    with pytest.raises(AppendOnlyError):
        ProjectStep.objects.update(note="changed")


FACTS = [model for model in apps.get_models() if issubclass(model, Fact)]


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("manager", ["objects", "_base_manager"])
def test_no_manager_of_facts_changes_what_is_recorded(model, manager):
    rows = getattr(model, manager)
    for forbidden in (
        lambda: rows.update(note="changed"),
        lambda: rows.filter(pk=1).update(note="changed"),
        lambda: rows.bulk_update([model(pk=1)], ["note"]),
        lambda: rows.bulk_create(
            [model(pk=1)], update_conflicts=True, update_fields=["note"], unique_fields=["pk"]
        ),
        lambda: rows.all().delete(),
    ):
        with pytest.raises(AppendOnlyError):
            forbidden()


def test_facts_reached_from_their_subject_are_not_changed_either(zone):
    step = make_step(make_project(zone))
    with pytest.raises(AppendOnlyError):
        step.project.steps.update(note="changed")
    with pytest.raises(AppendOnlyError):
        step.project.steps.all().delete()


def test_only_a_verifier_recognizes(zone, cast):
    from django.core.exceptions import PermissionDenied

    project = make_project(zone, officer=cast.alice)
    with pytest.raises(PermissionDenied):
        make_step(project, asserted_by="zone", actor=cast.alice)
    assert not project.steps.exists()
    assert make_step(project, asserted_by="zone", actor=cast.verifier).asserted_by == "zone"
