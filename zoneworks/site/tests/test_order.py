"""Lists put rows whose value is unknown last, up and down, on every database, and their own order keeps its index."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from zoneworks.engagements.models import Engagement
from zoneworks.kit.lists import _unknown_last
from zoneworks.kit.registry import ledgers
from zoneworks.measures.models import Claim
from zoneworks.site.tests.conftest import make_claim, make_document, make_engagement, make_project, make_step

pytestmark = pytest.mark.django_db


def rows_of(client, url):
    return [row.pk for row in client.get(url).context["rows"]]


@pytest.mark.parametrize(
    ("query", "newest_first"), [("", True), ("?sort=as_of", False), ("?sort=-as_of", True)]
)
def test_undated_printed_numbers_come_last(client, cast, zone, query, newest_first):
    old, new, unknown = (make_claim(zone, as_of=day).pk for day in (date(2023, 1, 1), date(2024, 1, 1), None))
    client.force_login(cast.leader)

    dated = [new, old] if newest_first else [old, new]
    assert rows_of(client, f"/north/claims/{query}") == [*dated, unknown]


@pytest.mark.parametrize("slug", ["projects", "engagements", "documents"])
def test_undated_rows_come_last_in_every_ledger_of_dated_rows(client, cast, zone, slug):
    makers = {
        "projects": (lambda: make_step(make_project(zone)).project, lambda: make_project(zone)),
        "engagements": (
            lambda: make_engagement(zone),
            lambda: Engagement.objects.create(zone=zone, kind="talk", title="未定"),
        ),
        "documents": (
            lambda: make_document(zone, issued_earliest=date(2024, 1, 1), issued_latest=date(2024, 1, 1)),
            lambda: make_document(zone),
        ),
    }
    dated, undated = makers[slug]
    known, unknown = dated().pk, undated().pk
    client.force_login(cast.leader)

    assert rows_of(client, f"/north/{slug}/") == [known, unknown]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite for its plan")
def test_the_own_order_of_the_engagements_is_read_from_an_index(zone):
    rows = Engagement.objects.filter(zone=zone)
    names = ("-held_latest", "-pk")
    plan = rows.order_by(*(_unknown_last(Engagement, name) for name in names))[:50].explain()

    assert "TEMP B-TREE" not in plan
    assert "USING INDEX" in plan


def test_what_is_never_empty_keeps_its_plain_order():
    assert _unknown_last(Claim, "what") == "what"
    assert _unknown_last(Claim, "-pk") == "-pk"
    assert all(_unknown_last(ledger.model, "pk") == "pk" for ledger in ledgers)
