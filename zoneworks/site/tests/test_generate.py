"""Synthetic zones: the same for the same seed, derived as single entries would be, and labeled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate, now

from zoneworks.accounts.models import User, Zone
from zoneworks.engagements.deriving import derive as derive_engagement
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep
from zoneworks.kit.levels import OPEN_LEVELS
from zoneworks.kit.soundness import kept_sound
from zoneworks.organizations.models import Organization
from zoneworks.projects.deriving import state_of
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.projects.stages import Step, leaps
from zoneworks.rulebook import rules
from zoneworks.site.generating.generate import Order, generate
from zoneworks.site.generating.plans import Setting, plan

SEED = 5
UNTIL = date(2026, 6, 30)

pytestmark = pytest.mark.django_db


def make(code: str, projects: int = 120, seed: int = SEED, until: date | None = None) -> Zone:
    day = until or min(UNTIL, localdate())
    return generate(Order(code, f"样例 {code}", "Sample", projects, seed, day)).zone


def told(zone: Zone) -> list[tuple]:
    """Return what the facts of a zone say, without keys and hours of entry."""
    said: list[tuple] = []
    for model, subject in (
        (ProjectStep, "project__name"),
        (ProjectFigure, "project__name"),
        (ProjectParty, "project__name"),
        (EngagementStep, "engagement__title"),
        (EngagementFigure, "engagement__title"),
    ):
        columns = [subject, "kind", "earliest", "latest", "asserted_by", "recorded_at", "withdrawn", "note"]
        columns += ["value", "unit", "qualifier"] if model in (ProjectFigure, EngagementFigure) else []
        said += model.objects.filter(zone=zone).values_list(*columns).order_by("pk")
    return said


def test_the_same_seed_gives_the_same_zone_and_another_seed_another():
    assert told(make("one")) == told(make("two"))
    assert told(make("three", seed=SEED + 1)) != told(Zone.objects.get(code="one"))


def test_a_larger_zone_begins_like_a_smaller_one():
    setting = Setting(SEED, UNTIL, ("other",), 4, 9)

    assert [plan(setting, number) for number in range(1, 6)] == [
        plan(setting, number) for number in range(1, 6)
    ]
    assert plan(setting, 3).steps == plan(Setting(SEED, UNTIL, ("other",), 8, 99), 3).steps


@pytest.mark.parametrize("back", [0, 200])
def test_derived_columns_are_what_single_entries_derive(back):
    zone = make("one", until=localdate() - timedelta(days=back))
    projects = list(Project.objects.filter(zone=zone))

    for pk, state in state_of(projects, localdate(), now()).items():
        project = next(row for row in projects if row.pk == pk)
        assert {name: getattr(project, name) for name in state} == state
    for engagement in Engagement.objects.filter(zone=zone)[:60]:
        columns = ("state", "held_earliest", "held_latest")
        before = [getattr(engagement, name) for name in columns]
        derive_engagement(engagement)
        assert [getattr(engagement, name) for name in columns] == before


def test_rows_are_found_by_the_names_that_a_saved_row_has():
    zone = make("one", 30)

    for row in [*Project.objects.filter(zone=zone), *Organization.objects.filter(zone=zone)]:
        assert row.search_text == row.text_to_search()


def test_all_that_must_hold_between_rows_holds():
    zone = make("one", 60)

    assert kept_sound
    assert [str(found) for one in kept_sound for found in one.find(zone)] == []


def test_no_step_skips_a_stage_without_a_reason():
    zone = make("one", 120)
    known = rules(zone, UNTIL).stages

    for project in Project.objects.filter(zone=zone):
        notes = {step.pk: step.note for step in project.steps.all()}
        steps = [Step(step.kind, step.earliest, step.pk, step.latest) for step in project.steps.live()]
        assert all(notes[leap.step.pk] for leap in leaps(steps, known.kinds, known.exits)), project


def test_the_facts_are_sound():
    zone = make("one", 400)
    known = rules(zone, UNTIL)
    today = localdate()

    for fact in [*ProjectStep.objects.filter(zone=zone)[:40], *ProjectFigure.objects.filter(zone=zone)[:40]]:
        fact.full_clean(exclude=["reverses", "recorded_by"])
    for step in ProjectStep.objects.filter(zone=zone).select_related("reverses"):
        assert step.kind in known.stages.step_kinds
        assert step.recorded_at.date() <= today
        if step.reverses:
            assert step.reverses.project_id == step.project_id
            assert step.recorded_at > step.reverses.recorded_at
    for figure in ProjectFigure.objects.filter(zone=zone):
        assert figure.unit in known.figures[figure.kind].units
    assert ProjectStep.objects.filter(zone=zone, reverses__isnull=False).exists()
    assert any(step.earliest != step.latest for step in ProjectStep.objects.filter(zone=zone))
    assert set(Project.objects.filter(zone=zone).values_list("industry", flat=True)) - {""} <= set(
        known.industries.keys
    )


@pytest.mark.parametrize(
    "model", [ProjectStep, ProjectFigure, ProjectParty, EngagementStep, EngagementFigure]
)
def test_what_is_recognized_is_recorded_by_a_verifier_and_the_rest_by_officers(model):
    zone = make("one")

    for fact in model.objects.filter(zone=zone).select_related("recorded_by"):
        roles = fact.recorded_by.roles_in(zone)
        assert roles == ({"officer"} if fact.asserted_by in OPEN_LEVELS else {"verifier"}), fact


def test_a_synthetic_zone_says_so():
    zone = make("one", 3)

    assert zone.is_synthetic
    assert Project.objects.filter(zone=zone).first().name.startswith("样例")
    assert all("样例" in user.full_name for user in User.objects.all())
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_the_command_makes_the_zone_and_lets_a_member_in(capsys, cast):
    call_command("generate", "--projects", "20", "--seed", "3", "--zone", "big", "--member", "leader")

    zone = Zone.objects.get(code="big")
    assert Project.objects.filter(zone=zone).count() == 20
    assert User.objects.get(username="leader").roles_in(zone) == {"leader"}
    assert "20 projects" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--projects", "0", "--seed", "1"], "--projects"),
        (["--projects", "3", "--seed", "1", "--zone", "Nord Park"], "--zone"),
        (["--projects", "3", "--seed", "1", "--zone", "north"], "--zone OTHER"),
        (["--projects", "3", "--seed", "1", "--until", "2024-02-30"], "--until"),
        (["--projects", "3", "--seed", "1", "--until", "2999-01-01"], "--until"),
        (["--projects", "3", "--seed", "1", "--member", "nobody"], "--member"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_written(zone, arguments, named):
    with pytest.raises(CommandError, match=named) as refused:
        call_command("generate", *arguments)

    assert refused.value.returncode == 2
    assert list(Zone.objects.all()) == [zone]
    assert not User.objects.exists()
