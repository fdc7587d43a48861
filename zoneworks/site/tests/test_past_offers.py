"""A page of a past moment is for reading: it offers nothing that writes records, to nobody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from zoneworks.kit.registry import ledgers

LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]
OF_THE_READER = re.compile(r"/(logout|language|views|theme)/|/views/\d+/")
"""Posts that change only what a reader sees: language, log-in, views of their own."""
WRITES = re.compile(r"/(new|edit|bulk|import|recognize|correct|withdraw|log|mark|comment)/(\?|$)")

pytestmark = pytest.mark.django_db


def offers(page: str) -> list[str]:
    """Return what a page offers that writes records: forms that post, links to pages that do."""
    body = page[page.index("<main") : page.index("</main>")]
    posts = [form for form in re.findall(r"<form[^>]*>", body) if 'method="post"' in form]
    posts = [form for form in posts if not OF_THE_READER.search(form)]
    links = [link for link in re.findall(r'<a[^>]*href="([^"]*)"', body) if WRITES.search(link)]
    return [*posts, *links]


@pytest.mark.parametrize("query", ["known_at", "as_of"])
@pytest.mark.parametrize("who", ["alice", "administrator"])
@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_past_view_offers_nothing_that_writes(client, cast, zone, make, ledger, who, query):
    row = make(ledger.slug)[0]
    type(row)._base_manager.filter(pk=row.pk).update(created_at=now() - timedelta(days=9))
    client.force_login(getattr(cast, who))
    when = f"?{query}={localdate() - timedelta(days=1)}"
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code})

    assert offers(client.get(url + when).content.decode()) == []
    assert 'class="col-check"' not in client.get(url + when).content.decode()
    detail = client.get(reverse(f"{ledger.slug}:detail", kwargs={"zone": zone.code, "pk": row.pk}) + when)
    if detail.status_code == 200:
        assert offers(detail.content.decode()) == []


def test_today_the_same_pages_offer_it(client, cast, zone, make):
    row = make("projects")[0]
    client.force_login(cast.alice)
    assert offers(client.get(f"/{zone.code}/projects/").content.decode())
    assert offers(client.get(f"/{zone.code}/projects/{row.pk}/").content.decode())
