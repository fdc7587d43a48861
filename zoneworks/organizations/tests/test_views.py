"""Saved views of a list: kept once, shared among those who work for the zone."""

from __future__ import annotations

import pytest

from zoneworks.kit.models import SavedView

pytestmark = pytest.mark.django_db
LIST = "/north/organizations/"


def test_a_view_sent_twice_at_once_is_kept_once(client, cast, monkeypatch):
    client.force_login(cast.alice)
    sent = {"name": "企业", "query": "kind=enterprise"}
    client.post(LIST + "views/", sent)
    # Both requests checked before either saved: the second learns of the first by the database alone.
    monkeypatch.setattr(SavedView, "full_clean", lambda self: None)
    response = client.post(LIST + "views/", sent, follow=True)

    assert "You already have a view of this name." in response.content.decode()
    assert SavedView.objects.count() == 1
