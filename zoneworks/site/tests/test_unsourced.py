"""What is told as the press's word and cites none of it is kept, said to be so at once, and marked where it stands."""

from __future__ import annotations

import pytest

from zoneworks.kit import recording
from zoneworks.organizations.faces import OrganizationStepFace
from zoneworks.projects.faces import ProjectStepFace
from zoneworks.projects.models import ProjectStep
from zoneworks.site.tests.conftest import make_document, make_organization, make_project, make_step
from zoneworks.sources.services import cite

pytestmark = pytest.mark.django_db
SAID = {"kind": "in_talks", "when": "2024-03-05", "asserted_by": "press"}
FINDING = "no source is cited for it"
TAG = "no source cited"


@pytest.fixture
def project(zone, cast, team):
    return make_project(zone, officer=cast.alice, unit=team)


@pytest.mark.parametrize(
    ("level", "sourced", "warned"),
    [("press", False, True), ("press", True, False), ("self_reported", False, False)],
)
def test_a_press_statement_without_a_source_is_kept_and_said_to_be_so(
    client, cast, zone, project, level, sourced, warned
):
    client.force_login(cast.alice)
    passages = [make_document(zone).passages.get().pk] if sourced else []
    told = {**SAID, "asserted_by": level, "passages": passages}
    page = client.post(ProjectStepFace.new_url(project), told, follow=True)

    assert page.status_code == 200
    step = ProjectStep.objects.get()
    assert (FINDING in page.content.decode()) is warned
    later = client.get(f"/north/projects/{project.pk}/").content.decode()
    assert (TAG in later) is warned
    assert (FINDING in client.get(ProjectStepFace.url_of(step)).content.decode()) is warned


def test_a_source_or_a_withdrawal_ends_the_finding(client, cast, zone, project):
    client.force_login(cast.alice)
    cited, withdrawn = (make_step(project, kind, asserted_by="press") for kind in ("lead", "in_talks"))
    for step in (cited, withdrawn):
        assert FINDING in client.get(ProjectStepFace.url_of(step)).content.decode()
    cite(cited, [make_document(zone).passages.get()], actor=cast.alice)
    recording.withdraw(withdrawn, reason="笔误", actor=cast.alice)

    for step in (cited, withdrawn):
        assert FINDING not in client.get(ProjectStepFace.url_of(step)).content.decode()


def test_facts_of_every_ledger_are_warned_about(client, cast, zone):
    organization = make_organization(zone)
    client.force_login(cast.administrator)
    told = {"kind": "high_tech", "when": "2024-03-05", "asserted_by": "press"}

    page = client.post(OrganizationStepFace.new_url(organization), told, follow=True)
    assert FINDING in page.content.decode()


def test_an_enterprise_sees_no_finding_about_sources_that_are_not_for_it(client, cast, zone):
    from datetime import date

    from zoneworks.organizations.models import OrganizationStep

    organization = make_organization(zone)
    organization.representatives.add(cast.enterprise)
    day = date(2024, 1, 1)
    step = recording.add(
        OrganizationStep(
            zone=zone,
            organization=organization,
            kind="high_tech",
            earliest=day,
            latest=day,
            asserted_by="press",
        ),
        actor=None,
    )
    client.force_login(cast.enterprise)
    page = client.get(OrganizationStepFace.url_of(step))

    assert page.status_code == 200 and FINDING not in page.content.decode()
    assert TAG not in client.get(f"/north/organizations/{organization.pk}/").content.decode()


def test_the_api_warns_as_well(cast, project, call):
    made = call(cast.alice).post("facts/project-steps", {**SAID, "about": project.pk})

    assert made.status_code == 201
    assert any(FINDING in warning for warning in made.json()["warnings"])
