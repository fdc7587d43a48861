"""A visit that was logged is the record of a visit that the stage model asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, localtime, now

from zoneworks.engagements import services
from zoneworks.kit.moment import Moment
from zoneworks.projects.evidence import missing_for
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.rulebook import rules
from zoneworks.rulebook.services import override
from zoneworks.rulebook.shapes import plain
from zoneworks.rulebook.shipped import shipped

pytestmark = pytest.mark.django_db
LABEL = "record of a visit or reception"
OFFICER = "officer named"


def missing(collector, viewer, moment=None):
    moment = moment or Moment.present()
    return missing_for(
        [collector], {collector.pk: "screened"}, moment, rules(collector.zone, moment.on), viewer
    )


@pytest.mark.parametrize(
    ("kind", "proves"), [("reception", True), ("outward_visit", True), ("meeting", True), ("training", False)]
)
def test_what_was_held_proves_a_visit(hold, collector, cast, kind, proves):
    assert LABEL in missing(collector, cast.alice)[collector.pk]
    hold(kind=kind, on="2024-05-01", who=services.WhoTookPart(projects=[collector]))
    assert (LABEL in missing(collector, cast.alice)[collector.pk]) is not proves


def test_what_was_not_held_by_the_day_proves_nothing(hold, collector, cast):
    day = localdate() - timedelta(days=10)
    hold(kind="reception", on=day.isoformat(), who=services.WhoTookPart(projects=[collector]))
    past = Moment(day - timedelta(days=1), Moment.present().known_at, names_on=True)
    assert LABEL in missing(collector, cast.alice, past)[collector.pk]
    assert LABEL in missing(collector, cast.charlie)[collector.pk], "who may not see the visit"


@pytest.fixture
def proofs_on_page(client, collector, cast):
    """Put the project at a stage; return the text of the evidence that its page asks for next, at a moment."""

    def shown(stage, **moment):
        day = localdate() - timedelta(days=60)
        if not ProjectStep.objects.exists():
            Project.objects.filter(pk=collector.pk).update(created_at=now() - timedelta(days=60))
            ProjectStep.objects.create(
                zone=collector.zone,
                project=collector,
                kind=stage,
                earliest=day,
                latest=day,
                recorded_at=now() - timedelta(days=60),
            ).after_recorded()
        client.force_login(cast.alice)
        page = client.get(f"/north/projects/{collector.pk}/", moment).content.decode()
        panel = page[page.index("Evidence for the next stage") :]
        return panel[: panel.index("</section>")]

    return shown


def test_the_page_opens_the_visit_as_the_proof(hold, collector, proofs_on_page):
    day = localdate() - timedelta(days=30)
    visit = hold(kind="reception", on=day.isoformat(), who=services.WhoTookPart(projects=[collector]))
    assert f"/north/engagements/{visit.pk}/" in proofs_on_page("screened")


@pytest.mark.parametrize(
    ("entered_as", "corrected_to", "proved_then", "proves_now"),
    [("reception", "training", True, False), ("training", "reception", False, True)],
)
def test_a_kind_corrected_since_proves_what_was_known_then(
    hold, collector, proofs_on_page, entered_as, corrected_to, proved_then, proves_now
):
    visit = hold(
        kind=entered_as,
        on=(localdate() - timedelta(days=30)).isoformat(),
        who=services.WhoTookPart(projects=[collector]),
    )
    before = now()
    visit.kind = corrected_to
    visit.save()

    today, link = localdate().isoformat(), f"/north/engagements/{visit.pk}/"
    then = proofs_on_page(
        "screened", as_of=today, known_at=localtime(before).replace(tzinfo=None).isoformat()
    )
    assert (link in then) is proved_then
    assert (link in proofs_on_page("screened", as_of=today)) is proves_now
    assert (link in proofs_on_page("screened")) is proves_now


def test_what_was_held_later_or_recorded_later_proves_nothing_yet(hold, collector, proofs_on_page):
    day = localdate() - timedelta(days=30)
    visit = hold(
        kind="reception",
        on=day.isoformat(),
        recorded_at=now() - timedelta(days=20),
        who=services.WhoTookPart(projects=[collector]),
    )
    link = f"/north/engagements/{visit.pk}/"

    def shown(on, known):
        return link in proofs_on_page(
            "screened",
            as_of=(localdate() - timedelta(days=on)).isoformat(),
            known_at=(localdate() - timedelta(days=known)).isoformat(),
        )

    assert shown(on=30, known=19)
    assert not shown(on=31, known=19), "not held yet"
    assert not shown(on=30, known=21), "not recorded yet"


@pytest.mark.parametrize(("was", "named_then"), [("alice", True), (None, False)])
def test_an_officer_is_named_as_far_as_one_was_then(collector, cast, proofs_on_page, was, named_then):
    collector.officer = getattr(cast, was) if was else None
    collector.save()
    before = localtime(now()).replace(tzinfo=None).isoformat()
    collector.officer = None if was else cast.bob
    collector.save()

    today = localdate().isoformat()
    open_then = proofs_on_page("screened", as_of=today, known_at=before).count("is-missing")
    open_now = proofs_on_page("screened").count("is-missing")
    assert (open_now > open_then) is named_then
    past = Moment(localdate(), datetime.fromisoformat(before).astimezone(), names_known_at=True)
    assert (OFFICER in missing(collector, cast.alice, past)[collector.pk]) is not named_then
    assert (OFFICER in missing(collector, cast.alice)[collector.pk]) is named_then


def test_the_first_signing_held_is_the_event_of_the_first_signing(hold, collector, proofs_on_page):
    about = services.WhoTookPart(projects=[collector])
    days = [(localdate() - timedelta(days=days)).isoformat() for days in (10, 30)]
    later, first = (hold(kind="signing", on=day, who=about) for day in days)
    talk = hold(kind="meeting", on=days[1], who=about)

    panel = proofs_on_page("framework_agreed")
    assert f"/north/engagements/{first.pk}/" in panel
    assert f"/north/engagements/{later.pk}/" not in panel, "it was not the first"
    assert f"/north/engagements/{talk.pk}/" not in panel, "nothing was signed"
    assert "/north/engagements/" not in proofs_on_page(
        "framework_agreed", as_of=(localdate() - timedelta(days=31)).isoformat()
    )


def test_a_framework_ceremony_is_no_first_signing_unless_the_zone_decides_so(
    hold, collector, proofs_on_page, zone
):
    about = services.WhoTookPart(projects=[collector])
    ceremony = hold(kind="framework_signing", on=(localdate() - timedelta(days=30)).isoformat(), who=about)
    assert f"/north/engagements/{ceremony.pk}/" not in proofs_on_page("framework_agreed")

    key = "engagement_kinds.framework_signing"
    shipped_value = plain(shipped().rules[key].choices[0].value)
    own = shipped_value | {"proves_first": ["first_signing_event"]}
    override(zone, key, value=own, in_force_from=localdate() - timedelta(days=5), actor=None)

    assert f"/north/engagements/{ceremony.pk}/" in proofs_on_page("framework_agreed")
    before = (localdate() - timedelta(days=6)).isoformat()
    assert f"/north/engagements/{ceremony.pk}/" not in proofs_on_page("framework_agreed", as_of=before)


def test_many_projects_cost_the_same_queries_at_a_past_moment(hold, collector, zone, cast, team):
    past = Moment(localdate(), now(), names_known_at=True)
    missing(collector, cast.alice, past)  # roles and types of content are looked up once
    costs = []
    for extra in (1, 5):
        made = [Project.objects.create(zone=zone, name=f"项目{extra}{i}", unit=team) for i in range(extra)]
        for project in made:
            hold(kind="reception", on="2024-05-01", who=services.WhoTookPart(projects=[project]))
        projects = [collector, *made]
        known = rules(zone, past.on, known_at=past.known)
        with CaptureQueriesContext(connection) as queries:
            missing_for(projects, {row.pk: "screened" for row in projects}, past, known, cast.alice)
        costs.append(len(queries))
    assert costs[0] == costs[1]
