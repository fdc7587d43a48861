"""An engagement that was logged a short time ago: the forms ask, the API refuses unless told otherwise."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import localdate, now

from zoneworks.engagements.models import Engagement
from zoneworks.engagements.repeating import SHORT_TIME
from zoneworks.kit.posting import as_posted
from zoneworks.site.tests.conftest import make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(zone):
    return make_organization(zone, name="三孚新科")


@pytest.fixture
def log(client, cast, firm):
    client.force_login(cast.alice)

    def send(**said):
        told = {"kind": "reception", "organization": firm.pk, "held_on": localdate(), "key": uuid4()}
        return client.post("/north/log/", {**told, **said})

    return send


@pytest.fixture
def enter(client, cast, firm):
    client.force_login(cast.alice)

    def send(**said):
        sent = as_posted(client.get("/north/engagements/new/").context["form"])
        told = {"kind": "reception", "title": "接待三孚新科", "organizations": [firm.pk]}
        return client.post("/north/engagements/new/", {**sent, **told, **said})

    return send


@pytest.fixture(params=["log", "enter"])
def send(request):
    return request.getfixturevalue(request.param)


def test_the_form_asks_names_what_is_logged_and_keeps_what_was_typed(send):
    assert send().status_code == 302
    first = Engagement.objects.get()
    page = send(outcome="有意向")

    assert page.status_code == 422
    text = page.content.decode()
    assert f'href="/north/engagements/{first.pk}/"' in text
    assert 'name="again"' in text
    assert "有意向" in text
    assert send(outcome="有意向", again="on").status_code == 302
    assert Engagement.objects.count() == 2


@pytest.mark.parametrize("address", ["/north/log/", "/north/engagements/new/"])
def test_nothing_is_asked_beforehand(client, cast, address):
    client.force_login(cast.alice)
    assert 'name="again"' not in client.get(address).content.decode()


def test_another_day_kind_organization_or_officer_is_another_engagement(client, cast, zone, log):
    log()
    for said in (
        {"kind": "meeting"},
        {"held_on": localdate() - timedelta(days=1)},
        {"organization": make_organization(zone).pk},
    ):
        assert log(**said).status_code == 302
    client.force_login(cast.bob)
    assert log().status_code == 302


def test_one_without_an_officer_is_asked_about_beside_another_without(enter):
    assert enter().status_code == 302
    assert enter(host="").status_code == 302
    assert enter(host="").status_code == 422


def test_what_was_logged_long_ago_is_not_asked_about(send):
    send()
    Engagement.objects.update(created_at=now() - SHORT_TIME - timedelta(minutes=1))
    assert send().status_code == 302


def test_the_api_refuses_and_takes_a_plain_word(cast, call, firm):
    caller = call(cast.alice)
    said = {
        "kind": "reception",
        "title": "接待三孚新科",
        "when": localdate().isoformat(),
        "state": "held",
        "organizations": [firm.pk],
        "host": cast.alice.pk,
        "count": 1,
        "count_qualifier": "exact",
    }
    first = caller.post("engagements", said)
    assert first.status_code == 201, first.json()
    second = caller.post("engagements", said)
    assert (second.status_code, second.json()["code"]) == (422, "already_said")
    assert second.json()["current"].endswith(f"/engagements/{first.json()['id']}")
    assert second.json()["errors"][0]["field"] == "again"
    assert caller.post("engagements", {**said, "again": True}).status_code == 201
