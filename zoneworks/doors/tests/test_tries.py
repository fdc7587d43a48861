"""A few wrong tries are free, then each waits longer; a name that does not exist gets the same answers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.accounts.models import Membership, User
from zoneworks.doors import addresses, known, logging_in, tries
from zoneworks.doors.models import Tries, TryKind
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db
RIGHT = "zone-secret-1"
FREE = tries.LIMITS[TryKind.NAME].free


@pytest.fixture
def clock(monkeypatch):
    """The clock of the door, which a test sets forward."""

    class Clock:
        at = timezone.now()

        def forward(self, **span):
            self.at += timedelta(**span)

    clock = Clock()
    monkeypatch.setattr(logging_in, "now", lambda: clock.at)
    return clock


def log_in(client, name="alice", password="wrong-word-1", **extra):
    return client.post("/login/", {"username": name, "password": password}, **extra)


def same(page, name):
    """Return the page without what differs between any two answers."""
    return re.sub('name="csrfmiddlewaretoken" value="[^"]+"', "", page).replace(f'value="{name}"', "")


def is_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", ["alice", "nobody-of-this-name"])
def test_after_the_free_tries_one_waits_and_hears_when_to_come_back(client, cast, clock, name):
    answers = [log_in(client, name) for _ in range(FREE)]
    assert [answer.status_code for answer in answers] == [200] * FREE

    refused = log_in(client, name)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    back = timezone.localtime(clock.at + timedelta(minutes=1)).strftime("%H:%M:%S")
    assert f"Try again at {back}, in a minute." in refused.content.decode()
    assert f'value="{name}"' in refused.content.decode()


def test_the_answer_does_not_tell_whether_a_name_exists(client, cast, clock):
    User.objects.filter(username="bob").update(is_active=False)
    pages = {}
    for name in ("alice", "bob", "nobod"):
        answers = [log_in(client, name) for _ in range(FREE + 2)]
        pages[name] = [(answer.status_code, same(answer.content.decode(), name)) for answer in answers]
    assert pages["alice"] == pages["bob"] == pages["nobod"]


def test_a_wrong_password_costs_one_hash_whether_the_name_exists_or_not(client, cast, settings, monkeypatch):
    made = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: made.append(1) or encode(*args))
    User.objects.filter(username="bob").update(is_active=False)
    User.objects.filter(username="dora").update(password=make_password(None))
    costs = {}
    for name in ("alice", "bob", "dora", "nobody"):
        made.clear()
        log_in(client, name)
        costs[name] = len(made)
    assert set(costs.values()) == {1}, costs


def test_while_waiting_even_the_right_password_is_not_looked_at(client, cast, clock):
    for _ in range(FREE):
        log_in(client)
    assert log_in(client, password=RIGHT).status_code == 429
    assert not is_in(client)

    clock.forward(seconds=61)
    assert log_in(client, password=RIGHT).status_code == 302
    assert is_in(client)
    assert not Tries.objects.exclude(kind=TryKind.ADDRESS).exists()


def test_each_further_wrong_try_waits_longer_up_to_a_quarter_of_an_hour(client, cast, clock):
    for _ in range(FREE - 1):
        log_in(client)
    waits = []
    for _ in range(7):
        log_in(client)
        waits.append(int(log_in(client)["Retry-After"]) // 60)
        clock.forward(minutes=waits[-1], seconds=1)
    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_waiting_is_not_made_longer_by_trying_meanwhile(client, cast, clock):
    for _ in range(FREE):
        log_in(client)
    for _ in range(20):
        assert log_in(client).status_code == 429
    clock.forward(seconds=61)
    assert log_in(client, password=RIGHT).status_code == 302


def test_wrong_tries_are_forgotten_after_a_day(client, cast, clock):
    for _ in range(FREE - 1):
        log_in(client)
    clock.forward(days=1, seconds=1)
    assert [log_in(client).status_code for _ in range(FREE)] == [200] * FREE
    assert log_in(client).status_code == 429


@pytest.mark.parametrize("typed", ["ALICE", "ａｌｉｃｅ", "alice "])
def test_a_name_in_other_letters_is_no_other_name(client, cast, clock, typed):
    for _ in range(FREE):
        log_in(client, typed)
    assert log_in(client, "alice", RIGHT).status_code == 429


def test_other_names_are_not_kept_out(client, cast, clock):
    for _ in range(FREE + 1):
        log_in(client)
    assert log_in(client, "bob", RIGHT).status_code == 302


def test_one_address_may_not_try_one_password_on_every_name(client, cast, clock):
    most = tries.LIMITS[TryKind.ADDRESS].free
    for number in range(most):
        assert log_in(client, f"name{number}").status_code == 200
    assert log_in(client, "bob", RIGHT).status_code == 429
    assert log_in(client, "bob", RIGHT, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_who_has_a_log_in_cannot_wash_the_address_clean_with_it(client, cast, clock):
    most = tries.LIMITS[TryKind.ADDRESS].free
    for number in range(most - 1):
        log_in(client, f"name{number}")
        if number % 10 == 0:
            log_in(type(client)(), "bob", RIGHT)
    log_in(client, "one-more")
    assert log_in(client, "another").status_code == 429


def test_a_stranger_cannot_keep_the_owner_out_of_a_known_device(client, cast, clock):
    log_in(client, password=RIGHT)
    client.post("/logout/")
    stranger = type(client)(REMOTE_ADDR="192.0.2.66")
    for _ in range(FREE):
        log_in(stranger)
    assert log_in(stranger, password=RIGHT).status_code == 429

    assert log_in(client, password=RIGHT).status_code == 302
    cookie = client.cookies[known.COOKIE]
    assert cookie["httponly"]
    assert "alice" not in cookie.value


def test_a_known_device_has_no_more_free_tries_than_a_strange_one(client, cast, clock):
    log_in(client, password=RIGHT)
    client.post("/logout/")
    assert [log_in(client).status_code for _ in range(FREE + 1)] == [200] * FREE + [429]


@pytest.mark.parametrize("forged", ["", "x", "W10:1abc:sig", "alice"])
def test_a_forged_device_counts_as_none(client, cast, clock, forged):
    client.cookies[known.COOKIE] = forged
    for _ in range(FREE):
        log_in(client)
    assert Tries.objects.filter(kind=TryKind.NAME, count=FREE).exists()


def test_the_trail_of_each_zone_says_that_a_log_in_waits(client, cast, clock, other_zone):
    Membership.objects.create(user=cast.alice, zone=other_zone, role="inspector")
    for _ in range(FREE):
        log_in(client)
    lines = Change.objects.filter(verb="throttle")
    assert sorted(line.zone.code for line in lines) == ["north", "south"]
    assert lines[0].actor is None
    assert lines[0].target.user == cast.alice
    assert lines[0].fields["tries"] == ["", str(FREE)]

    client.force_login(cast.auditor)
    assert "log-in waits after wrong tries" in client.get("/north/trail/").content.decode()


def test_the_trail_is_not_flooded(client, cast, clock):
    for _ in range(40):
        log_in(client)
        clock.forward(minutes=16)
    assert Change.objects.filter(verb="throttle").count() == 2


def test_neither_names_nor_addresses_stand_in_the_table(client, cast, clock):
    log_in(client, "my-password-in-the-wrong-field", REMOTE_ADDR="192.0.2.9")
    assert Tries.objects.count() == 2
    for row in Tries.objects.all():
        assert len(row.mark) == 64
        assert set(row.mark) <= set("0123456789abcdef")


def test_a_password_of_many_pages_is_just_wrong(client, cast, clock):
    response = log_in(client, password="a" * 100_000)
    assert response.status_code == 200
    assert "Please enter a correct username and password" in response.content.decode()


# -- addresses ---------------------------------------------------------------------------------------------------


def seen(settings, proxies, nearest, forwarded=""):
    settings.TRUSTED_PROXIES = proxies
    return addresses.client_address(
        RequestFactory().get("/", REMOTE_ADDR=nearest, HTTP_X_FORWARDED_FOR=forwarded)
    )


@pytest.mark.parametrize(
    ("proxies", "nearest", "forwarded", "found"),
    [
        ([], "192.0.2.1", "203.0.113.5", "192.0.2.1"),
        (["198.51.100.0/24"], "192.0.2.1", "203.0.113.5", "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", "203.0.113.5", "203.0.113.5"),
        (["192.0.2.1"], "192.0.2.1", "203.0.113.99, 203.0.113.5", "203.0.113.5"),
        (["192.0.2.0/24"], "192.0.2.1", "203.0.113.5, 192.0.2.8", "203.0.113.5"),
        (["192.0.2.1"], "192.0.2.1", "", "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", "nonsense", "192.0.2.1"),
        ([], "2001:db8::1:2", "", "2001:db8::/64"),
        ([], "::ffff:192.0.2.1", "", "192.0.2.1"),
        ([], "", "203.0.113.5", "unknown"),
    ],
)
def test_the_word_of_a_proxy_counts_only_when_the_proxy_is_named(
    settings, proxies, nearest, forwarded, found
):
    assert seen(settings, proxies, nearest, forwarded) == found


def test_a_forged_header_does_not_give_new_tries(client, cast, clock):
    most = tries.LIMITS[TryKind.ADDRESS].free
    for number in range(most):
        log_in(client, f"name{number}", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert log_in(client, "bob", RIGHT, HTTP_X_FORWARDED_FOR="203.0.113.200").status_code == 429


def test_a_proxy_that_cannot_be_read_is_named(settings):
    with pytest.raises(ImproperlyConfigured, match=r"ZONEWORKS_PROXIES.*nonsense"):
        seen(settings, ["nonsense"], "192.0.2.1")


@given(st.text(max_size=60))
def test_no_header_breaks_the_door(text):
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    request.META["HTTP_X_FORWARDED_FOR"] = text
    assert addresses.client_address(request)
