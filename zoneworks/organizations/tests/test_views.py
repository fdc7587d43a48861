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


def test_views_are_shared_among_the_staff_only(client, cast):
    client.force_login(cast.alice)
    client.post(LIST + "views/", {"name": "欠税企业", "query": "q=abc", "shared": "on"})
    client.force_login(cast.bob)
    assert "欠税企业" in client.get(LIST).content.decode()

    client.force_login(cast.enterprise)
    listed = client.get(LIST).content.decode()
    assert "欠税企业" not in listed
    assert 'name="shared"' not in listed
    client.post(LIST + "views/", {"name": "我的", "query": "q=abc", "shared": "on"})
    assert not SavedView.objects.get(name="我的").is_shared
    assert "我的" in client.get(LIST).content.decode()
