"""`zoneworks user`: the first administrator of an empty installation, lost passwords, sessions."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from zoneworks.accounts.models import Membership, User, Zone
from zoneworks.doors.models import Session
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    said = StringIO()
    call_command("user", *words, stdout=said)
    return said.getvalue()


def password_in(said: str) -> str:
    found = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", said)
    assert found
    return found.group()


def test_an_empty_installation_gets_a_zone_and_its_administrator(client, db):
    said = run("admin", "wang", "--zone", "east", "--zone-name", "东园", "--full-name", "王小明")
    page = client.post("/login/", {"username": "wang", "password": password_in(said)}, follow=True)

    assert page.redirect_chain[-1][0] == "/east/password/"
    assert Zone.objects.get(code="east").name == "东园"
    assert [change.verb for change in Change.objects.order_by("pk")] == ["add", "add", "reset"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("admin", "wang", "--zone", "nowhere"), "no zone “nowhere”"),
        (("admin", "wang", "--zone", "north"), "has an administrator: administrator"),
        (("admin", "wang", "--zone", "Not A Code", "--zone-name", "x"), "valid"),
        (("admin", "ALICE", "--zone", "south"), "capitals only"),
        (("admin", "two words", "--zone", "south"), "valid username"),
        (("password", "nobody"), "no log-in “nobody”"),
        (("log-out", "nobody"), "no log-in “nobody”"),
    ],
)
def test_mistakes_are_named_and_change_nothing(cast, words, says):
    before = User.objects.count(), Zone.objects.count(), Membership.objects.count()
    with pytest.raises(CommandError, match=says):
        run(*words)
    assert (User.objects.count(), Zone.objects.count(), Membership.objects.count()) == before


def test_somebody_who_has_a_log_in_keeps_the_password(cast, other_zone):
    said = run("admin", "charlie", "--zone", "south")
    assert "password" not in said
    assert User.objects.get(username="charlie").check_password("zone-secret-1")
    assert Membership.objects.filter(user=cast.charlie, zone=other_zone, role="administrator").exists()


def test_a_lost_password_is_replaced(client, cast):
    password = password_in(run("password", "administrator"))
    page = client.post("/login/", {"username": "administrator", "password": password}, follow=True)
    assert page.redirect_chain[-1][0] == "/north/password/"
    assert Change.objects.get(verb="reset").actor is None


def test_sessions_are_ended(client, cast):
    client.force_login(cast.alice)
    assert "1 sessions are ended" in run("log-out", "alice")
    assert not Session.objects.exists()
