"""People change their own password; the trail of each of their zones says so and keeps no password."""

from __future__ import annotations

import pytest

from zoneworks.accounts.models import Membership
from zoneworks.accounts.roles import Role
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db
PAGE = "/north/password/"
OLD, NEW = "zone-secret-1", "ein-neues-wort-7"


def entered(**changes):
    return {"old_password": OLD, "new_password1": NEW, "new_password2": NEW} | changes


def test_a_new_password_opens_the_door_and_the_old_one_does_not(client, cast, other_zone):
    Membership.objects.create(user=cast.alice, zone=other_zone, role=Role.INSPECTOR)
    client.force_login(cast.alice)
    elsewhere = type(client)()
    elsewhere.force_login(cast.alice)

    response = client.post(PAGE, entered())

    assert response.status_code == 302
    assert "Your password is changed" in client.get(response["Location"], follow=True).content.decode()
    assert elsewhere.get("/north/projects/").status_code == 302
    cast.alice.refresh_from_db()
    assert cast.alice.check_password(NEW)
    assert not cast.alice.check_password(OLD)
    lines = Change.objects.filter(verb="password")
    assert sorted(line.zone.code for line in lines) == ["north", "south"]
    assert {(line.actor, line.target.user, str(line.fields)) for line in lines} == {
        (cast.alice, cast.alice, "{}")
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"old_password": "another-word-1"}, "This is not your password."),
        ({"new_password2": "ein-anderes-wort-7"}, "password fields didn’t match"),
        ({"new_password1": "kurz", "new_password2": "kurz"}, "too short"),
        ({"new_password1": "1928374655", "new_password2": "1928374655"}, "entirely numeric"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_changes_nothing(client, cast, changes, said):
    client.force_login(cast.alice)
    response = client.post(PAGE, entered(**changes))

    assert response.status_code == 422
    assert said in response.content.decode()
    cast.alice.refresh_from_db()
    assert cast.alice.check_password(OLD)
    assert not Change.objects.filter(verb="password").exists()


@pytest.mark.parametrize(("who", "status"), [("enterprise", 200), ("leader", 200), ("charlie", 404)])
def test_every_member_finds_it_in_the_user_menu(client, cast, who, status):
    client.force_login(getattr(cast, who))
    response = client.get(PAGE)

    assert response.status_code == status
    if status == 200:
        assert f'href="{PAGE}"' in response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "Change your password"), ("zh-hans", "修改密码")])
def test_it_speaks_the_language_of_the_page(client, cast, language, words):
    client.cookies["django_language"] = language
    client.force_login(cast.alice)

    assert words in client.get(PAGE).content.decode()


def test_whoever_is_not_logged_in_is_led_to_the_door(client, zone):
    assert client.get(PAGE)["Location"].startswith("/login/")
