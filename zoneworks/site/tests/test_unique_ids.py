"""No id stands twice on a page: a label, a link and a reader's voice would find the wrong field."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from zoneworks.kit.registry import ledgers
from zoneworks.organizations.models import Contact
from zoneworks.site.tests.conftest import MAKERS

pytestmark = pytest.mark.django_db


def twice(client, url):
    page = client.get(url)
    assert page.status_code == 200, url
    found = Counter(re.findall(r'\sid="([^"]*)"', page.content.decode()))
    return {name: times for name, times in found.items() if times > 1}


@pytest.mark.parametrize("who", ["administrator", "verifier"])
@pytest.mark.parametrize("slug", sorted(MAKERS))
def test_no_id_stands_twice_on_the_pages_of_a_ledger(client, cast, zone, make, slug, who):
    client.force_login(getattr(cast, who))
    row = make(slug, n=2)[0]
    ledger = ledgers[slug]
    pages = ["", f"{row.pk}/"]
    browsed = getattr(cast, who)
    if row.allows(browsed, "change"):
        pages += [f"{row.pk}/edit/", "new/"]
    for page in pages:
        url = f"/{zone.code}/{ledger.slug}/{page}"
        if client.get(url).status_code == 200:
            assert twice(client, url) == {}, url


def test_a_contact_that_is_changed_beside_the_form_of_a_new_one(client, cast, zone, make):
    client.force_login(cast.administrator)
    body = make("organizations")[0]
    kept = [
        Contact.objects.create(zone=zone, organization=body, name=name, keep_until=date(2100, 1, 1))
        for name in ("王小明", "李小红")
    ]
    url = f"/{zone.code}/organizations/{body.pk}/"
    assert twice(client, f"{url}?contact={kept[0].pk}") == {}
    refused = client.post(f"{url}contact/", {"contact": kept[0].pk, "contact-name": ""})
    ids = re.findall(r'\sid="([^"]*)"', refused.content.decode())
    assert refused.status_code == 422
    assert len(ids) == len(set(ids))
