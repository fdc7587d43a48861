"""A visit that was logged is the record of a visit that the stage model asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from zoneworks.engagements import services
from zoneworks.kit.moment import Moment
from zoneworks.projects.evidence import missing_for
from zoneworks.rulebook import rules

pytestmark = pytest.mark.django_db
LABEL = "record of a visit or reception"


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


def test_the_page_opens_the_visit_as_the_proof(client, hold, collector, cast):
    from zoneworks.projects.models import ProjectStep

    day = localdate() - timedelta(days=30)
    ProjectStep.objects.create(
        zone=collector.zone, project=collector, kind="screened", earliest=day, latest=day
    ).after_recorded()
    visit = hold(kind="reception", on=day.isoformat(), who=services.WhoTookPart(projects=[collector]))
    client.force_login(cast.alice)
    page = client.get(f"/north/projects/{collector.pk}/").content.decode()
    panel = page[page.index("Evidence for the next stage") :]
    assert f"/north/engagements/{visit.pk}/" in panel[: panel.index("</section>")]
