"""What is searched for comes nearest first, on lists, in choosers and in the one box, and says by what it was found."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.accounts import search_keys
from zoneworks.engagements.models import EngagementOrganization
from zoneworks.kit import recording
from zoneworks.kit.tests.tables import names_of, rows_of
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import PartyRole, Project, ProjectParty
from zoneworks.site.tests.conftest import make_engagement
from zoneworks.site.tests.test_every_address import someone

pytestmark = pytest.mark.django_db
DAY = date(2024, 5, 1)


def invest(organization, project):
    party = ProjectParty(
        zone=project.zone,
        project=project,
        organization=organization,
        kind=PartyRole.INVESTOR,
        earliest=DAY,
        latest=DAY,
    )
    recording.add(party, actor=None)


@pytest.fixture
def projects(zone, cast):
    """Projects that one text finds, entered from the farthest to the nearest."""
    far = Project.objects.create(zone=zone, name="车间改造")
    invest(Organization.objects.create(zone=zone, name="华光新材控股"), far)
    held = Project.objects.create(zone=zone, name="高邮华光新材扩建")
    begins = Project.objects.create(zone=zone, name="华光新材二期")
    alias = Project.objects.create(zone=zone, name="电子膜项目", aliases="华光新材")
    exact = Project.objects.create(zone=zone, name="华光新材")
    return [exact, alias, begins, held, far]


@pytest.fixture(params=[2000, 2], ids=["few", "very many"])
def how_many(request, monkeypatch):
    monkeypatch.setattr(search_keys, "MOST_KEYS", request.param)
    monkeypatch.setattr("zoneworks.accounts.searched.MOST_KEYS", request.param)
    return request.param


def test_the_nearest_comes_first_on_a_list(cast, zone, projects, how_many):
    browser = someone(cast.alice)
    page = browser.get(f"/{zone.code}/projects/?q=华光新材")
    wanted = [project.name for project in projects]
    assert sorted(names_of(page)) == sorted(wanted)
    assert names_of(page)[0] == "华光新材"
    if how_many > 2:
        assert names_of(page) == wanted
    assert names_of(browser.get(f"/{zone.code}/projects/?q=华光新材&sort=name")) == sorted(wanted)
    assert names_of(browser.get(f"/{zone.code}/projects/?q=hgxc"))[0] == "华光新材"


def test_the_nearest_comes_first_in_a_chooser(cast, zone, projects, how_many):
    answer = someone(cast.alice).get(f"/{zone.code}/projects/choices/?q=华光新材").json()["choices"]
    assert answer[0]["label"] == "华光新材"
    assert {choice["value"] for choice in answer} == {project.pk for project in projects}
    notes = {choice["label"]: choice["note"] for choice in answer}
    assert (
        notes["车间改造"] == "华光新材控股"
        and notes["电子膜项目"] == "华光新材"
        and not notes["华光新材二期"]
    )


def test_the_nearest_is_first_of_a_page_even_among_thousands(cast, zone, monkeypatch):
    monkeypatch.setattr(search_keys, "MOST_KEYS", 10)
    monkeypatch.setattr("zoneworks.accounts.searched.MOST_KEYS", 10)
    Project.objects.create(zone=zone, name="样例")
    for number in range(60):
        Project.objects.create(zone=zone, name=f"样例项目 {number:06}")
    browser = someone(cast.alice)

    first = browser.get(f"/{zone.code}/projects/?q=样例")
    second = browser.get(f"/{zone.code}/projects/?q=样例&page=2")
    assert names_of(first)[0] == "样例" and len(names_of(first)) == 50
    assert len({*names_of(first), *names_of(second)}) == 61 == first.context["total"]
    assert (
        browser.get(f"/{zone.code}/projects/export.csv?q=样例")
        .getvalue()
        .decode()
        .splitlines()[1]
        .startswith("样例,")
    )


def test_a_name_of_two_words_is_found_whole(cast, zone):
    for number in (2, 3, 1, 11):
        project = Project.objects.create(zone=zone, name=f"样例项目 {number:06}")
        invest(Organization.objects.create(zone=zone, name=f"样例企业 {number - 1:06}"), project)
    page = someone(cast.alice).get(f"/{zone.code}/projects/?q=样例项目 000001")
    assert names_of(page) == ["样例项目 000001", "样例项目 000002"]
    [by] = [row.cells[0].note for row in rows_of(page) if row.cells[0].note]
    assert by == "found by 样例企业 000001"
    assert "found by 样例企业 000001" in page.content.decode()


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("hg", "华光新材 (initials of its pinyin)"),
        ("huaguang", "华光新材 (its pinyin)"),
        ("华光", ""),
        ("dzm", "电子膜项目 (initials of its pinyin)"),
    ],
)
def test_what_is_found_by_its_sound_says_so(cast, zone, projects, text, by):
    found = someone(cast.leader).get(f"/{zone.code}/search/?q={text}").context["found"]
    hits = {
        hit.cells[0].text: hit.found_by for one in found for hit in one.hits if one.ledger.slug == "projects"
    }
    assert hits["电子膜项目" if text == "dzm" else "华光新材"] == by


def test_an_engagement_says_through_which_organization_it_was_found(cast, zone, projects):
    engagement = make_engagement(zone, title="座谈")
    firm = Organization.objects.get(name="华光新材控股")
    EngagementOrganization.objects.create(engagement=engagement, organization=firm)
    page = someone(cast.alice).get(f"/{zone.code}/engagements/?q=华光")
    assert [row.cells[0].note for row in rows_of(page)] == ["found by 华光新材控股"]


def test_a_search_costs_the_same_for_two_rows_and_for_fifty(cast, zone):
    browser, costs = someone(cast.alice), list[int]()
    browser.get(f"/{zone.code}/projects/?q=华光")
    for extra in (2, 48):
        for number in range(extra):
            project = Project.objects.create(zone=zone, name=f"项目{extra}-{number}")
            invest(Organization.objects.create(zone=zone, name=f"华光{extra}-{number}"), project)
            Project.objects.create(zone=zone, name=f"华光项目{extra}-{number}")
        Project.objects.all().update(search_text="x")
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/{zone.code}/projects/?q=华光")
        costs.append(len(queries))
    assert costs[0] == costs[1]
