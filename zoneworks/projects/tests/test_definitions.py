"""What a zone defines as a start, arrived money or production changes the evidence asked for and stands on pages."""

from __future__ import annotations

import re
from datetime import date

import pytest

from zoneworks.projects.definitions import stage_asked
from zoneworks.projects.faces import ProjectStepFace
from zoneworks.projects.tests.conftest import make_step
from zoneworks.rulebook import rules
from zoneworks.rulebook import services as rulebook

pytestmark = pytest.mark.django_db
TURN = date(2024, 1, 1)


@pytest.fixture
def choose(zone, cast):
    def choose(key, name="ezhou_2008"):
        rulebook.override(
            zone, f"stages.{key}", actor=cast.administrator, in_force_from=TURN, alternative=name
        )

    return choose


def asked(zone, kind, on):
    return [one.key for one in stage_asked(kind, rules(zone, on)).evidence]


@pytest.mark.parametrize(
    ("key", "kind", "before", "after"),
    [
        (
            "start_definition",
            "started",
            ["business_license", "filing", "construction_contract", "two_site_photos"],
            ["business_license"],
        ),
        ("funded_proof", "funded", ["bank_slip", "invoices"], ["paid_in_capital_on_license", "other_proof"]),
        (
            "production_definition",
            "in_production",
            ["capacity_formed", "load_test", "handover_to_production"],
            ["actually_producing"],
        ),
    ],
)
def test_the_evidence_follows_the_definition_in_force(zone, choose, key, kind, before, after):
    choose(key)

    assert asked(zone, kind, date(2023, 12, 31)) == before
    assert asked(zone, kind, TURN) == after


def test_other_proof_stands_in_for_what_is_not_verified(zone, choose):
    choose("funded_proof")
    stage = stage_asked("funded", rules(zone, TURN))

    assert stage.missing({"other_proof"}) == ()
    assert len(stage.missing(set())) == 2


def test_the_panel_of_a_project_asks_by_the_definition_and_names_it(alice, project, choose):
    make_step(project, "registered", "2024-02-01")
    assert "Bank slips and invoices." in alice.get(f"/north/projects/{project.pk}/").content.decode()

    choose("funded_proof")
    page = alice.get(f"/north/projects/{project.pk}/").content.decode()
    assert re.findall(r'name="evidence" value="(\w+)"', page) == ["paid_in_capital_on_license", "other_proof"]
    assert "Paid-in capital on the license" in page


def test_the_form_shows_the_definition_of_the_day_of_the_step(alice, project, choose):
    choose("start_definition")
    url = f"{ProjectStepFace.new_url(project)}&kind=started"
    early = alice.get(f"{url}&when=2023-05-01").content.decode()
    late = alice.get(f"{url}&when=2024-05-01").content.decode()

    assert "Formal piling counts" in early
    assert "in force on 2023-05-01" in early
    assert "Receiving the business license counts as the start." in late
    assert "/north/rules/stages.start_definition/?on=2024-05-01" in late


def test_another_stage_brings_its_definition_alone(alice, cast, client, project):
    form = f"{ProjectStepFace.new_url(project)}&kind=started"
    page = alice.get(form).content.decode()
    told = re.search(r'hx-get="([^"]+)"[^>]*hx-target="#([^"]+)"', page)
    asked, place = told[1].replace("&amp;", "&"), told[2]
    assert f'id="{place}"' in page

    part = alice.get(f"{asked}&kind=in_production&when=2024-05", headers={"HX-Request": "true"})
    assert "HX-Request" in part["Vary"]
    assert "stages.production_definition/?on=2024-05-31" in part.content.decode()
    assert "start_definition" not in part.content.decode()
    assert "<form" not in part.content.decode()
    assert alice.get(f"{asked}&kind=signed", headers={"HX-Request": "true"}).content == b""
    for who, status in ((cast.bob, 403), (cast.charlie, 404)):
        client.force_login(who)
        assert client.get(f"{asked}&kind=started", headers={"HX-Request": "true"}).status_code == status


def test_the_page_of_the_number_names_the_definition_of_its_day(alice, zone, choose):
    choose("start_definition")

    for as_of, said in (
        ("2023-06-30", "Formal piling counts"),
        ("2024-06-30", "Receiving the business license"),
    ):
        page = alice.get(f"/north/measures/projects.started/?as_of={as_of}").content.decode()
        assert said in page
        assert f"stages.start_definition/?on={as_of}" in page
    assert "Receiving the business" not in alice.get("/north/measures/projects.signed/").content.decode()


def test_who_is_not_asked_is_said_where_the_ledger_cannot_tell(alice, project):
    make_step(project, "site_secured", "2024-02-01")

    page = alice.get(f"/north/projects/{project.pk}/").content.decode()
    assert "Not asked of:" in page
    assert "The ledger does not say which projects these are" in page
