"""The list of measures: every one with its definition, and its number once its group is looked at."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from zoneworks.measures.registry import measures
from zoneworks.site.tests.conftest import make_figure, make_project, make_step

pytestmark = pytest.mark.django_db
LIST = "/north/measures/?as_of=2024-12-31"
FRAGMENT = {"HX-Request": "true"}
READING = re.compile(r'<a class="reading[^"]*" href="/north/measures/([^/]+)/[^>]*>(.*?)</a>')


def numbers(page):
    """Return the numbers that a page shows, by the key of the measure that each opens."""
    return {key: " ".join(re.sub(r"<[^>]+>", " ", drawn).split()) for key, drawn in READING.findall(page)}


@pytest.fixture
def signed(client, cast, zone):
    """Give a reader of a zone with one project, signed on 10 May 2024 for 200 million."""
    project = make_project(zone)
    make_step(project, "signed", date(2024, 5, 10))
    make_figure(project, value=2 * 10**8, day=date(2024, 5, 10))
    client.force_login(cast.leader)
    return project


def test_the_list_comes_at_once_with_every_measure_and_asks_for_the_numbers_a_group_at_a_time(client, signed):
    page = client.get(LIST).content.decode()
    missing = [one.key for one in measures if f"/north/measures/{one.key}/?" not in page]
    told = {
        unescape(text) for text in re.findall(r"<dd>([^<]+)</dd>|is-wrap\">([^<]+)<", page) for text in text
    }
    asked = re.findall(r'hx-get="([^"]+)"', page)

    assert missing == []
    assert {str(one.definition) for one in measures} <= told
    assert numbers(page) == {}
    assert len(asked) == len({str(one.group) for one in measures})
    assert all("as_of=2024-12-31" in address for address in asked)


def test_every_number_of_the_list_is_the_one_that_it_opens(client, signed):
    page = client.get(LIST).content.decode()
    found = {}
    for address in re.findall(r'hx-get="([^"]+)"', page):
        found |= numbers(
            client.get(f"/north/measures/{unescape(address)}", headers=FRAGMENT).content.decode()
        )

    assert set(found) == {one.key for one in measures}
    assert found["projects.signed"] == "1"
    assert found["projects.signed.planned_total"] == "CNY 200 million"
    assert found["projects.conversion.started"] == "0 %"
    for key in ("projects.signed", "projects.in_hand", "projects.signed.planned_total"):
        opened = client.get(f"/north/measures/{key}/?as_of=2024-12-31").content.decode()
        assert numbers(opened)[key] == found[key]


def test_the_numbers_are_those_of_the_period_the_basis_and_the_moment_asked_for(client, signed):
    def count(query):
        address = f"{LIST}&numbers=pipeline&{query}"
        return numbers(client.get(address, headers=FRAGMENT).content.decode())["projects.signed"]

    assert count("from=2024-01-01&to=2024-12-31") == "1"
    assert count("from=2023-01-01&to=2023-12-31") == "0"
    assert count("basis=statistics") == "0"
    assert count("known_at=2024-01-01") == "0"


def test_a_reader_without_scripts_reads_a_group_on_the_whole_page(client, signed):
    page = client.get(f"{LIST}&numbers=pipeline").content.decode()

    assert numbers(page)["projects.signed"] == "1"
    assert "<h1>" in page
    assert "projects.signed.planned_total" not in numbers(page)


def test_what_cannot_be_read_is_named(client, signed):
    unknown = client.get(f"{LIST}&numbers=none", headers=FRAGMENT)
    assert unknown.status_code == 400
    assert "none" in unknown.content.decode()
    refused = client.get(f"{LIST}&from=2024-13-01")
    assert refused.status_code == 400
    assert "2024-13-01" in refused.content.decode()


def test_a_group_opened_again_is_read_from_what_was_kept(client, signed, django_assert_max_num_queries):
    address = f"{LIST}&numbers=amounts"
    client.get(address, headers=FRAGMENT)
    with django_assert_max_num_queries(12):
        client.get(address, headers=FRAGMENT)
