"""Tokens: made once, shown once, kept as a hash; one zone, no wider than the person; revoked at once."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.urls import reverse
from django.utils.timezone import now

from zoneworks.accounts.models import Membership
from zoneworks.accounts.roles import Role
from zoneworks.doors import services, tokens
from zoneworks.doors.models import Token
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db
PROOF = {"password": "zone-secret-1"}
TEXT = re.compile(r"zw_[a-z0-9]{8}_[\w-]{43}")


@pytest.fixture
def address(zone):
    return reverse("tokens", kwargs={"zone": zone.code})


def made(user, zone, **said):
    return tokens.make(user, zone, **{"name": "夜间统计", "may_write": False, "days": 30} | said)


def test_a_person_makes_a_token_that_is_shown_once_and_kept_as_a_hash(client, cast, address):
    client.force_login(cast.alice)
    page = client.post(address, {"name": "夜间统计", "scope": "write", "days": "90"} | PROOF)
    text = TEXT.search(page.content.decode())[0]
    assert page["Cache-Control"].startswith("max-age=0")

    token = Token.objects.get()
    assert (token.user, token.may_write, token.prefix) == (cast.alice, True, text[:11])
    assert token.digest == sha256(text.encode()).hexdigest()
    assert timedelta(days=89) < token.expires_at - now() <= timedelta(days=90)

    later = client.get(address).content.decode()
    assert "夜间统计" in later
    assert text[:11] in later
    assert not TEXT.search(later)
    line = Change.objects.get(verb="token")
    assert (line.actor, line.zone) == (cast.alice, token.zone)
    assert text not in str(line.fields)
    assert token.digest not in str(line.fields)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "scope": "read", "days": "90"},
        {"name": "x", "scope": "all", "days": "90"},
        {"name": "x", "scope": "read", "days": "9000"},
        {"name": "x", "scope": "read", "days": "90", "password": "borrowed"},
    ],
)
def test_a_token_that_cannot_be_is_not_made(client, cast, address, wrong):
    client.force_login(cast.alice)
    page = client.post(address, PROOF | wrong)
    assert page.status_code == 422
    assert not Token.objects.exists()
    assert not TEXT.search(page.content.decode())


def test_nobody_makes_tokens_without_end(client, cast, zone, address):
    for number in range(tokens.MOST):
        made(cast.alice, zone, name=f"程序{number}")
    client.force_login(cast.alice)
    page = client.post(address, {"name": "one more", "scope": "read", "days": "7"} | PROOF)
    assert page.status_code == 422
    assert "Revoke one" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "sees", "revokes"),
    [
        ("alice", True, True),
        ("administrator", True, True),
        ("bob", False, False),
        ("leader", False, False),
        ("enterprise", False, False),
    ],
)
def test_the_own_tokens_and_for_an_administrator_all_of_the_zone(
    client, cast, zone, address, who, sees, revokes
):
    token, text = made(cast.alice, zone)
    client.force_login(getattr(cast, who))
    assert (token.prefix in client.get(address).content.decode()) is sees
    response = client.post(f"{address}revoke/", {"token": token.pk})
    assert response.status_code == (302 if revokes else 404)
    assert (tokens.holder(text, now()) is None) is revokes
    assert Change.objects.filter(verb="revoke", actor=getattr(cast, who)).exists() is revokes


def test_an_administrator_of_another_zone_sees_no_token_of_this_one(client, cast, zone, other_zone):
    token, _text = made(cast.alice, zone)
    Membership.objects.create(user=cast.charlie, zone=other_zone, role=Role.ADMINISTRATOR)
    client.force_login(cast.charlie)
    assert client.get(reverse("tokens", kwargs={"zone": zone.code})).status_code == 404
    there = reverse("tokens", kwargs={"zone": other_zone.code})
    assert token.prefix not in client.get(there).content.decode()
    assert client.post(f"{there}revoke/", {"token": token.pk}).status_code == 404


def test_a_token_opens_nothing_when_it_ended_or_its_person_is_gone(cast, zone):
    token, text = made(cast.alice, zone, days=7)
    assert tokens.holder(text, now()) == token
    assert tokens.holder(text + "x", now()) is None
    assert tokens.holder("zw_" + "x" * 5000, now()) is None
    assert tokens.holder(text, now() + timedelta(days=7, seconds=1)) is None
    services.give_one_time_password(cast.alice, actor=None)
    assert tokens.holder(text, now()) is None
    _token, text = made(cast.alice, zone, days=7)
    cast.alice.is_active = False
    cast.alice.save()
    assert tokens.holder(text, now()) is None


def test_the_last_use_is_noted_but_not_at_each_request(cast, zone, django_assert_num_queries):
    _token, text = made(cast.alice, zone)
    tokens.holder(text, now())
    used = Token.objects.get().used_at
    assert used is not None
    with django_assert_num_queries(1):
        tokens.holder(text, used + timedelta(minutes=4))
    tokens.holder(text, used + timedelta(minutes=6))
    assert Token.objects.get().used_at > used


def test_a_person_of_two_zones_is_by_token_a_member_of_one(cast, zone, other_zone):
    Membership.objects.create(user=cast.alice, zone=other_zone, role=Role.ADMINISTRATOR)
    _token, text = made(cast.alice, zone)
    person = tokens.narrowed(tokens.holder(text, now()))
    assert {seat.zone_id for seat in person.seats} == {zone.pk}
    assert person.roles_in(other_zone) == frozenset()
