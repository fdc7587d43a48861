"""Many organizations at once: who may change which, how many, and numbers that are none."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.kit import editing

pytestmark = pytest.mark.django_db
LIST = "/north/organizations/"


def test_too_many_rows_at_once_are_refused_by_number(client, cast, make_organization, monkeypatch):
    monkeypatch.setattr(editing, "BULK_LIMIT", 2)
    rows = [make_organization() for _ in range(3)]
    client.force_login(cast.alice)
    response = client.post(LIST + "bulk/", {"pk": [row.pk for row in rows]}, follow=True)
    assert "Choose at most 2 rows at once." in response.content.decode()

    kept = client.post(LIST + "bulk/", {"pk": [rows[0].pk, rows[0].pk, rows[1].pk]})
    assert kept.status_code == 200


def test_what_may_change_is_asked_once_for_all_rows(client, cast, make_organization):
    rows = [make_organization().pk for _ in range(8)]
    client.force_login(cast.alice)
    client.post(LIST + "bulk/", {"pk": rows})

    def queries(chosen):
        with CaptureQueriesContext(connection) as made:
            assert client.post(LIST + "bulk/", {"pk": chosen}).status_code == 200
        return len(made)

    assert queries(rows) == queries(rows[:1])


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "-1", ""])
def test_a_number_that_is_none_is_no_row(client, cast, make_organization, number):
    firm = make_organization()
    client.force_login(cast.administrator)

    assert client.post(LIST + "bulk/", {"pk": [number]}).status_code == 302
    assert client.get(f"/north/facts/organization-steps/new/?subject={number}").status_code == 404
    assert client.get(f"{LIST}new/?parent={number}").status_code == 200
    assert client.post(f"{LIST}{firm.pk}/admit/", {"user": number}).status_code == 302
    assert client.post(f"{LIST}{firm.pk}/drop_contact/", {"contact": number}).status_code == 404
