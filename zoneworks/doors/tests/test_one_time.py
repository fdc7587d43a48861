"""A password that somebody else chose lets its person in once, to choose an own one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from zoneworks.accounts.models import Membership, User
from zoneworks.accounts.roles import Role
from zoneworks.doors import services
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db
OWN = "drei-warme-socken"


@pytest.fixture
def given(cast):
    """Alice has a one-time password."""
    return services.give_one_time_password(User.objects.get(pk=cast.alice.pk), actor=None)


def log_in(client, password, name="alice"):
    return client.post("/login/", {"username": name, "password": password}, follow=True)


@pytest.mark.parametrize(
    "address", ["/north/", "/north/projects/", "/north/projects/export.csv", "/north/log/", "/north/account/"]
)
def test_it_opens_nothing_but_the_page_that_changes_it(client, given, address):
    log_in(client, given)
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, "/north/password/")


def test_a_fragment_and_a_post_are_led_there_too(client, given):
    log_in(client, given)
    assert client.get("/north/projects/", headers={"HX-Request": "true"})["HX-Redirect"] == "/north/password/"
    assert client.post("/north/projects/new/", {"name": "甲"})["Location"] == "/north/password/"


def test_after_choosing_an_own_one_everything_opens(client, given):
    page = log_in(client, given).content.decode()
    assert "Choose one of your own" in page

    passwords = {"old_password": given, "new_password1": OWN, "new_password2": OWN}
    client.post("/north/password/", passwords)
    assert client.get("/north/projects/").status_code == 200
    assert User.objects.get(username="alice").one_time_until is None


def test_it_cannot_be_kept(client, given):
    log_in(client, given)
    answer = client.post(
        "/north/password/", {"old_password": given, "new_password1": given, "new_password2": given}
    )
    assert answer.status_code == 422
    assert "This is the password that you have already." in answer.content.decode()
    assert client.get("/north/projects/").status_code == 302


def test_it_runs_out(client, given):
    User.objects.filter(username="alice").update(one_time_until=timezone.now() - timedelta(seconds=1))
    page = log_in(client, given).content.decode()
    assert "has run out. Ask an administrator" in page
    assert "has run out" not in log_in(client, "something-else-1").content.decode()


def test_language_and_log_out_stay_open(client, given):
    log_in(client, given)
    assert client.post("/language/", {"language": "zh-hans"}).status_code == 302
    assert client.post("/logout/")["Location"] == "/login/"


def test_each_is_another_one():
    made = {services.one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 19 and not set(one) & set("lo01") for one in made)


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 200), ("alice", 403), ("auditor", 403), ("enterprise", 404), ("charlie", 404)],
)
def test_an_administrator_gives_one_and_sees_it_once(client, cast, who, status):
    address = f"/north/members/{Membership.objects.get(user=cast.bob).pk}/reset_password/"
    bob = type(client)()
    bob.cookies["django_language"] = "en"
    bob.force_login(cast.bob)
    client.force_login(getattr(cast, who))

    assert client.get(address).status_code == status
    assert bob.get("/north/projects/").status_code == 200
    answer = client.post(address)
    assert answer.status_code == status
    assert User.objects.get(pk=cast.bob.pk).check_password("zone-secret-1") is (status != 200)
    assert Change.objects.filter(verb="reset", actor=cast.administrator).exists() is (status == 200)
    if status == 200:
        assert "no-store" in answer["Cache-Control"]
        password = answer.content.decode().split('class="doorcode">')[1].split("<")[0]
        assert bob.get("/north/projects/").status_code == 302
        assert "Choose one of your own" in log_in(bob, password, "bob").content.decode()
        assert password not in str(Change.objects.values_list("fields", flat=True))


def test_an_administrator_gets_no_way_over_the_wall_of_another_zone(client, cast, other_zone):
    """Whoever could reset a member of two zones could log in as them and read the other one."""
    Membership.objects.create(user=cast.bob, zone=other_zone, role=Role.OFFICER)
    seat = Membership.objects.get(user=cast.bob, zone__code="north")
    client.force_login(cast.administrator)

    assert "/reset_password/" not in client.get(f"/north/members/{seat.pk}/").content.decode()
    assert client.post(f"/north/members/{seat.pk}/reset_password/").status_code == 403
    assert User.objects.get(pk=cast.bob.pk).check_password("zone-secret-1")

    Membership.objects.create(user=cast.administrator, zone=other_zone, role=Role.ADMINISTRATOR)
    assert client.post(f"/north/members/{seat.pk}/reset_password/").status_code == 200


def test_a_membership_that_begins_later_counts_as_well(cast, other_zone):
    tomorrow = timezone.localdate() + timedelta(days=1)
    Membership.objects.create(user=cast.bob, zone=other_zone, role=Role.OFFICER, valid_from=tomorrow)
    assert not services.may_reset(cast.administrator, cast.bob)
    Membership.objects.filter(user=cast.bob, zone=other_zone).update(
        valid_from=None, valid_to=timezone.localdate() - timedelta(days=1)
    )
    assert services.may_reset(cast.administrator, cast.bob)


def test_nobody_resets_themselves(cast):
    assert not services.may_reset(cast.administrator, cast.administrator)


def test_a_new_member_chooses_an_own_password_first(client, cast):
    client.force_login(cast.administrator)
    member = {"username": "newcomer", "full_name": "新来的", "password": "a-long-secret-9", "role": "officer"}
    assert client.post("/north/members/new/", member).status_code == 302
    newcomer = type(client)()
    newcomer.cookies["django_language"] = "en"
    assert "Choose one of your own" in log_in(newcomer, "a-long-secret-9", "newcomer").content.decode()


def test_wrong_old_passwords_wait_like_wrong_log_ins(client, cast):
    client.force_login(cast.alice)
    wrong = {"old_password": "guess-number-1", "new_password1": OWN, "new_password2": OWN}
    for _ in range(5):
        assert "This is not your password." in client.post("/north/password/", wrong).content.decode()
    right = wrong | {"old_password": "zone-secret-1"}
    assert "Too many wrong tries" in client.post("/north/password/", right).content.decode()
    assert not User.objects.get(pk=cast.alice.pk).check_password(OWN)
