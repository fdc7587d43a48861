"""Numbers that look like digits and are none, in every address that takes one: a page answers, whatever is sent."""

from __future__ import annotations

import pytest

from zoneworks.api.tests.caller import caller_for
from zoneworks.kit.registry import ledgers
from zoneworks.measures.registry import measures

pytestmark = pytest.mark.django_db

CRAFTED = ["²", "٣", "9" * 30, "-1"]
LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]
ASKED = (
    "page",
    "subject",
    "row",
    "passage",
    "attachments",
    "contact",
    "project",
    "organization",
    "person",
    "document",
)


def answers(client, address, query):
    """Say that the page answers: it shows something or says what is wrong with the address."""
    return client.get(address, query).status_code in (200, 302, 400, 404)


@pytest.mark.parametrize("number", CRAFTED)
@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_list_and_a_form_bear_what_is_no_number(client, cast, make, ledger, number):
    client.force_login(cast.administrator)
    make(ledger.slug)
    assert client.get(f"/north/{ledger.slug}/").status_code == 200
    filters = ledger.filterset_class.base_filters if ledger.filterset_class else {}
    for name in (*filters, *ASKED):
        assert answers(client, f"/north/{ledger.slug}/", {name: number}), name
    for name in ASKED:
        assert answers(client, f"/north/{ledger.slug}/new/", {name: number}), name


@pytest.mark.parametrize("number", CRAFTED)
def test_the_quick_log_the_search_and_numbers_bear_it(client, cast, zone, number):
    client.force_login(cast.alice)
    for page in ("/north/log/", "/north/search/", "/north/"):
        assert client.get(page, follow=True).status_code == 200
        for name in ("q", *ASKED):
            assert answers(client, page, {name: number}), (page, name)
    one = measures["projects.signed"]
    assert client.get(f"/north/measures/{one.key}/").status_code == 200
    for name in (*one.dimensions, "page", "by"):
        assert answers(client, f"/north/measures/{one.key}/", {name: number}), name


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_row_of_a_number_that_no_database_takes_is_not_there(client, cast, zone, ledger):
    client.force_login(cast.administrator)
    caller = caller_for(cast.administrator, zone)
    for number in (2**63, 10**30):
        for page in ("", "edit/", "history/"):
            assert client.get(f"/north/{ledger.slug}/{number}/{page}").status_code == 404
        assert client.post(f"/north/{ledger.slug}/{number}/edit/", {"note": "x"}).status_code == 404
        assert caller.get(f"{ledger.slug}/{number}").status_code == 404
        assert caller.patch(f"{ledger.slug}/{number}", {"note": "x"}, If_Match="*").status_code == 404
