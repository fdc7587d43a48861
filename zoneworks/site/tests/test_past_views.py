"""What a page says as known at an earlier instant does not hang on what was changed since."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from zoneworks.accounts.models import Unit
from zoneworks.kit.moment import instant_text
from zoneworks.kit.posting import as_posted
from zoneworks.organizations.models import Organization
from zoneworks.projects.tests.conftest import make_project, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.administrator)
    return client


@pytest.fixture
def change(admin):
    """Change fields of a row on its page, and return the instant before it as an address names it."""

    def post(url, **values):
        before = instant_text(now())
        sent = as_posted(admin.get(f"{url}edit/").context["form"])
        for name, value in values.items():
            sent[name] = value
        answer = admin.post(f"{url}edit/", sent)
        assert answer.status_code == 302, answer.context["form"].errors
        return before

    return post


def names(client, url):
    """Return what the first column of a list says, row by row."""
    return [row.cells[0].text for row in client.get(url).context["rows"]]


def cells(client, url):
    """Return the one row of a list: its texts by column."""
    context = client.get(url).context
    (row,) = context["rows"]
    return {head.key: cell.text for head, cell in zip(context["heads"], row.cells, strict=True)}


def rows_of_export(client, url):
    return b"".join(client.get(url).streaming_content).decode().splitlines()[1:]


# -- projects ----------------------------------------------------------------------------------------------------------

LIST = "/north/projects/"


@pytest.fixture
def moved(zone, team, cast, change):
    """A project of 2024 that today went to another unit, officer and industry, the instant before, and that unit."""
    project = make_project(zone, "搬家项目", unit=team, officer=cast.alice, industry="semiconductors")
    make_step(project, "signed", "2024-03-05")
    second = Unit.objects.get(zone=zone, name="招商二队")
    values = {"unit": second.pk, "officer": cast.bob.pk, "industry": "", "next_due": "2024-01-01"}
    return project, change(f"{LIST}{project.pk}/", **values), second


def test_the_list_of_projects_is_filtered_by_what_its_rows_said_then(admin, cast, team, moved):
    _project, before, second = moved
    for then, today in (
        (f"unit={team.pk}", f"unit={second.pk}"),
        (f"officer={cast.alice.pk}", f"officer={cast.bob.pk}"),
    ):
        for moment in (f"known_at={before}", "as_of=2024-12-31"):
            assert names(admin, f"{LIST}?{then}&{moment}") == ["搬家项目"]
            assert names(admin, f"{LIST}?{today}&{moment}") == []
            measured = admin.get(
                f"/north/measures/projects.signed/?{then}&from=2024-01-01&to=2024-12-31&{moment}"
            )
            assert measured.context["reading"].value == 1
            assert len(rows_of_export(admin, f"{LIST}export.csv?{then}&{moment}")) == 1
            assert rows_of_export(admin, f"{LIST}export.csv?{today}&{moment}") == []
        assert names(admin, f"{LIST}?{today}") == ["搬家项目"]
        assert names(admin, f"{LIST}?{then}") == []


def test_an_industry_and_a_due_day_are_corrections(admin, moved):
    _project, before, _second = moved
    assert names(admin, f"{LIST}?industry=semiconductors&known_at={before}") == ["搬家项目"]
    assert names(admin, f"{LIST}?industry=semiconductors&as_of=2024-12-31") == []
    assert names(admin, f"{LIST}?due_before=2025-01-01") == ["搬家项目"]
    assert names(admin, f"{LIST}?due_before=2025-01-01&known_at={before}") == []


def test_the_cells_of_a_past_list_agree_with_its_filters(admin, moved):
    project, before, second = moved
    assert cells(admin, LIST)["unit"] == second.name
    for moment in (f"known_at={before}", "as_of=2024-12-31"):
        said = cells(admin, f"{LIST}?{moment}")
        assert (said["unit"], said["officer"]) == ("招商一队", "Alice")
        facts = admin.get(f"{LIST}{project.pk}/?{moment}").context["facts"]
        told = {fact["label"]: fact["cell"].text for fact in facts}
        assert (told["Unit"], told["Officer"]) == ("招商一队", "Alice")
    assert cells(admin, f"{LIST}?known_at={before}")["next_due"] == ""


# -- organizations and units -------------------------------------------------------------------------------------------


def test_organizations_are_filtered_by_kind_and_place_as_known(admin, zone, change):
    firm = Organization.objects.create(
        zone=zone, name="甲", kind="enterprise", is_local=True, listed_code="600000"
    )
    url = "/north/organizations/"
    before = change(f"{url}{firm.pk}/", kind="university", is_local="false", listed_code="")

    for then, today in (
        ("kind=enterprise", "kind=university"),
        ("is_local=yes", "is_local=no"),
        ("is_listed=true", "is_listed=false"),
    ):
        assert names(admin, f"{url}?{then}&known_at={before}") == ["甲"]
        assert names(admin, f"{url}?{today}&known_at={before}") == []
        assert names(admin, f"{url}?{today}") == ["甲"]
    badges = [badge.text for badge in admin.get(f"{url}{firm.pk}/?known_at={before}").context["badges"]]
    assert badges == ["enterprise", "in the zone", "listed 600000"]


def test_a_unit_that_was_not_known_to_end_stands(admin, zone, change):
    unit = Unit.objects.create(zone=zone, name="旧局", kind="bureau")
    url = "/north/units/"
    before = change(f"{url}{unit.pk}/", valid_to="2024-01-31", kind="branch")

    assert "旧局" not in names(admin, f"{url}?standing=true")
    assert "旧局" in names(admin, f"{url}?standing=true&known_at={before}")
    assert "旧局" not in names(admin, f"{url}?standing=false&known_at={before}")
    assert names(admin, f"{url}?kind=bureau&known_at={before}") == ["旧局"]
    assert names(admin, f"{url}?kind=branch&known_at={before}") == []
    (row,) = admin.get(f"{url}?kind=bureau&known_at={before}").context["rows"]
    assert row.tone == ""
    badges = [badge.text for badge in admin.get(f"{url}{unit.pk}/?known_at={before}").context["badges"]]
    assert badges == ["bureau"]
    assert [badge.text for badge in admin.get(f"{url}{unit.pk}/").context["badges"]] == [
        "branch",
        "does not stand on this day",
    ]
