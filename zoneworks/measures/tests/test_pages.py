"""Drill-downs: what an address cannot ask is named in the language of the page, and leads back."""

from __future__ import annotations

import re
from html import unescape

import pytest

pytestmark = pytest.mark.django_db
SIGNED = "/north/measures/projects.signed/"
IN_HAND = "/north/measures/projects.in_hand/"


def refused(client, url, language="en"):
    """Return what the page says that answers a wrong address, and where it leads."""
    client.cookies["django_language"] = language
    response = client.get(url)
    assert response.status_code == 400, url
    page = unescape(response.content.decode())
    return page, re.findall(r'<a class="btn[^"]*" href="([^"]+)"', page)


@pytest.mark.parametrize("page", [SIGNED, "/north/boards/leader/", "/north/boards/officer/"])
@pytest.mark.parametrize(
    ("language", "label"), [("en", "recognized by the city (city)"), ("zh-hans", "市认定（city）")]
)
def test_an_unknown_basis_is_answered_with_the_levels_and_their_keys(client, cast, page, language, label):
    client.force_login(cast.alice)
    said, _ways = refused(client, f"{page}?basis=xyz", language)

    assert "xyz" in said
    assert label in said


@pytest.mark.parametrize(
    ("url", "without"),
    [
        (f"{SIGNED}?from=2024-13-45&unit=1", f"{SIGNED}?unit=1"),
        (f"{SIGNED}?from=2024-05-01&to=2024-04-01", f"{SIGNED}?to=2024-04-01"),
        (f"{SIGNED}?from=0024-05-01&as_of=2024-09-30", f"{SIGNED}?as_of=2024-09-30"),
        (f"{SIGNED}?beside=tomorrow&as_of=2024-09-30", f"{SIGNED}?as_of=2024-09-30"),
        ("/north/measures/?numbers=dogs", "/north/measures/"),
        (f"{SIGNED}?as_of=soon&from=2024-05-01", f"{SIGNED}?from=2024-05-01"),
        (f"{SIGNED}?known_at=soon", SIGNED),
        (f"{SIGNED}?basis=xyz&as_of=2024-09-30", f"{SIGNED}?as_of=2024-09-30"),
        (f"{SIGNED}?unit=x", SIGNED),
        (f"{SIGNED}?month=x", SIGNED),
        (f"{IN_HAND}?size_class=x", IN_HAND),
        ("/north/boards/leader/?basis=xyz", "/north/boards/leader/"),
        ("/north/projects/?as_of=soon", "/north/projects/"),
        ("/north/rules/?on=soon", "/north/rules/"),
        ("/north/projects/export.csv?unit=x", "/north/projects/?unit=x"),
    ],
)
def test_a_wrong_address_leads_to_the_page_without_what_is_wrong_and_into_the_zone(
    client, cast, team, url, without
):
    client.force_login(cast.alice)
    _said, ways = refused(client, url)

    assert ways == [without, "/north/"]
    assert client.get(ways[0].replace("unit=1", f"unit={team.pk}")).status_code == 200


@pytest.mark.parametrize(
    ("language", "named", "known"),
    [
        ("en", "size class (size_class)", "total of 1 billion yuan or more (total_1bn)"),
        ("zh-hans", "规模（size_class）", "总投资10亿元以上（total_1bn）"),
    ],
)
def test_an_unknown_class_is_answered_with_the_classes_and_their_keys(client, cast, language, named, known):
    client.force_login(cast.alice)
    said, _ways = refused(client, f"{IN_HAND}?size_class=xyz", language)

    assert named in said
    assert known in said


def test_a_grouping_that_the_measure_does_not_have_is_told(client, cast, zone):
    client.force_login(cast.leader)
    page = client.get(f"/{zone.code}/measures/engagements.trips/?by=nonsense")
    assert page.status_code == 400
    assert "cannot be read by “nonsense”" in page.content.decode()
    assert client.get(f"/{zone.code}/measures/engagements.trips/?by=month").status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "projects.signed/?from=0024-05-01",
            "from: “0024-05-01” is out of range. Days from 1900 to 2200 are taken.",
        ),
        (
            "projects.signed/?beside=tomorrow",
            "nothing is called “tomorrow”; there are: last_year, whole_year.",
        ),
        ("?numbers=dogs", "there is no group of measures “dogs”; there are: "),
    ],
)
def test_what_an_address_may_say_is_named(client, cast, zone, asked, said):
    client.force_login(cast.leader)
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(f"/{zone.code}/measures/{asked}", headers=headers)
        assert page.status_code == 400
        assert said in page.content.decode()
