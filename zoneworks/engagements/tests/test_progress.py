"""What was held about a project moves it, on the day from which that is certain, however the project is asked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from zoneworks.engagements import services
from zoneworks.engagements.models import EngagementProject
from zoneworks.kit.moment import Moment, instant_text
from zoneworks.measures.reading import read
from zoneworks.measures.scope import Scope
from zoneworks.projects.deriving import DERIVED, keep_up, state_of
from zoneworks.projects.health import YELLOW, months_ago
from zoneworks.projects.models import Derivation, Project, ProjectStep
from zoneworks.projects.standing import Lights, at
from zoneworks.projects.tests.conftest import make_step
from zoneworks.rulebook import rules

pytestmark = pytest.mark.django_db


def test_a_visit_of_unsure_day_moves_its_project_once_it_is_certain(zone, hold, collector):
    today = localdate()
    who = services.WhoTookPart(projects=[collector])
    ends = today + timedelta(days=3)
    hold(on=today.isoformat(), to=ends.isoformat(), who=who)
    keep_up(zone, today)
    collector.refresh_from_db()
    assert collector.progress_on is None

    keep_up(zone, ends - timedelta(days=1))
    collector.refresh_from_db()
    assert collector.progress_on is None

    keep_up(zone, ends)
    collector.refresh_from_db()
    assert collector.progress_on == ends
    said = state_of([collector], ends, now())[collector.pk]
    assert {name: getattr(collector, name) for name in DERIVED} == said
    assert Derivation.objects.get(zone=zone).on == ends


def test_list_filter_page_and_measure_agree_on_what_a_visit_moved(zone, hold, collector):
    """Of several steps of one visit any certain one moves the project, whoever says so."""
    talks = localdate() - timedelta(days=200)
    on = localdate() - timedelta(days=10)
    ProjectStep.objects.create(zone=zone, project=collector, kind="in_talks", earliest=talks, latest=talks)
    visit = hold(on=(on - timedelta(days=20)).isoformat(), who=services.WhoTookPart(projects=[collector]))
    unsure = visit.steps.get()
    unsure.pk, unsure._state.adding, unsure.asserted_by = None, True, "zone"
    unsure.latest = on + timedelta(days=5)
    unsure.save()

    model = rules(zone, on)
    since = months_ago(on, model.health.talk_yellow_months)
    state = state_of([collector], on, now())[collector.pk]
    assert state["progress_on"] == on - timedelta(days=20) > since
    assert read("projects.quiet_yellow", Scope(zone, on, now())).value == 0
    lights = Lights(zone, Moment(on, now(), names_on=True), model)
    rows = lights.prepared(at(Project.objects.all(), lights.moment, model))
    assert not rows.filter(lights.lit(YELLOW)).exists()


def test_a_tie_of_later_moves_no_number_of_before(client, zone, hold, collector, cast):
    """A visit that was tied to the project later, and untied again, moved it only in between."""
    make_step(collector, "in_talks", "2023-10-01")
    visit = hold(on="2024-03-01")
    day = date(2024, 3, 15)
    client.force_login(cast.alice)
    instants = [now()]
    for projects in ([collector], [], [collector]):
        services.connect(visit, services.WhoTookPart(projects=projects))
        instants.append(now())

    def red(at):
        moment = f"as_of={day}&known_at={instant_text(at)}"
        listed = client.get(f"/north/projects/?{moment}&light=red").context["total"]
        measured = read("projects.quiet_red", Scope(zone, day, at)).value
        shown = visit.title in client.get(f"/north/projects/{collector.pk}/?{moment}").content.decode()
        told = collector.name in client.get(f"/north/engagements/{visit.pk}/?{moment}").content.decode()
        found = client.get(f"/north/engagements/?{moment}&project=%23{collector.pk}").context["total"]
        assert shown == told == bool(found)
        return measured, listed, shown

    # Every instant is asked again after all that came later.
    assert [red(at) for at in instants] == [(1, 1, False), (0, 0, True), (1, 1, False), (0, 0, True)]
    assert EngagementProject.objects.count() == 2
    assert list(visit.tied_projects()) == [collector]
    collector.refresh_from_db()
    assert collector.progress_on == date(2024, 3, 1)

    services.connect(visit, services.NOBODY)
    collector.refresh_from_db()
    assert collector.progress_on == date(2023, 10, 1)
    assert (
        f"/north/engagements/{visit.pk}/"
        not in client.get(f"/north/projects/{collector.pk}/").content.decode()
    )
