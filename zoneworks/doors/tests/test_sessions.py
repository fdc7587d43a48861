"""People see where they are logged in and end it; what is ended opens nothing from that moment on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from zoneworks.accounts.models import Membership
from zoneworks.doors import sessions
from zoneworks.doors.models import Session
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db
PAGE = "/north/account/"
SOMEWHERE = "/north/projects/"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 MicroMessenger/8.0"


@pytest.fixture
def device(client, cast):
    """A browser of its own in which somebody is logged in."""

    def make(who="alice", agent=EDGE):
        browser = type(client)(HTTP_USER_AGENT=agent)
        browser.cookies["django_language"] = "en"
        browser.post("/login/", {"username": who, "password": "zone-secret-1"})
        return browser

    return make


def is_in(browser):
    return browser.get(SOMEWHERE).status_code == 200


def key_of(browser):
    return sessions.hashed(browser.cookies["sessionid"].value)


def test_the_page_lists_each_device_and_marks_this_one(device):
    desk = device()
    device(agent=PHONE)
    device("bob")

    page = desk.get(PAGE).content.decode()
    assert page.count("logged in 2") == 2
    assert "Edge · Windows" in page
    assert "WeChat · iPhone" in page
    assert page.index("this device") < page.index("WeChat")


def test_one_other_device_is_logged_out_at_once(device):
    desk, phone, third = device(), device(agent=PHONE), device()
    said = desk.post(f"{PAGE}sessions/end/", {"session": key_of(phone)}, follow=True).content.decode()

    assert "That device is logged out." in said
    assert (is_in(desk), is_in(phone), is_in(third)) == (True, False, True)


def test_all_others_are_logged_out_at_once(device):
    desk, phone, third, other = device(), device(agent=PHONE), device(), device("bob")
    said = desk.post(f"{PAGE}sessions/end-others/", follow=True).content.decode()

    assert "2 other devices are logged out." in said
    assert [is_in(browser) for browser in (desk, phone, third, other)] == [True, False, False, True]


def test_nobody_ends_the_session_of_somebody_else(device):
    alice, bob = device(), device("bob")
    said = bob.post(f"{PAGE}sessions/end/", {"session": key_of(alice)}, follow=True).content.decode()

    assert "had ended already" in said
    assert is_in(alice)


@pytest.mark.parametrize("key", ["", "x", "0" * 64, "\0"])
def test_a_session_that_is_not_there_is_said_to_have_ended(device, key):
    said = device().post(f"{PAGE}sessions/end/", {"session": key}, follow=True).content.decode()
    assert "had ended already" in said


def test_logging_out_takes_the_row_away(device):
    desk = device()
    desk.post("/logout/")
    assert not Session.objects.filter(user__isnull=False).exists()


def test_a_new_password_ends_the_other_sessions(device):
    desk, phone = device(), device(agent=PHONE)
    new = "ein-neues-wort-7"
    desk.post(
        "/north/password/", {"old_password": "zone-secret-1", "new_password1": new, "new_password2": new}
    )

    assert (is_in(desk), is_in(phone)) == (True, False)
    assert Session.objects.filter(user__username="alice").count() == 1


def test_the_table_holds_no_key_that_opens_anything(device, client):
    desk = device()
    row = Session.objects.get(user__isnull=False)
    assert row.session_key != desk.cookies["sessionid"].value

    client.cookies["sessionid"] = row.session_key
    assert client.get(SOMEWHERE).status_code == 302


def test_logging_in_changes_the_key(client, cast):
    client.cookies["sessionid"] = "a-key-that-somebody-planted-here"
    client.post("/login/", {"username": "alice", "password": "zone-secret-1"})
    assert client.cookies["sessionid"].value != "a-key-that-somebody-planted-here"


# -- lifetimes -------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        at = timezone.now()

        def forward(self, **span):
            self.at += timedelta(**span)

    clock = Clock()
    monkeypatch.setattr(sessions, "now", lambda: clock.at)
    return clock


@pytest.mark.parametrize(("minutes", "lives"), [(59, True), (60, False)])
def test_a_session_ends_some_time_after_its_last_use(settings, client, cast, clock, minutes, lives):
    settings.SESSION_IDLE = timedelta(hours=1)
    client.force_login(cast.alice)
    clock.forward(minutes=minutes)
    assert is_in(client) is lives


def test_use_keeps_a_session_alive_up_to_its_longest_time(settings, client, cast, clock):
    settings.SESSION_IDLE, settings.SESSION_LONGEST = timedelta(hours=1), timedelta(hours=3)
    client.force_login(cast.alice)
    lived = []
    for _ in range(5):
        clock.forward(minutes=40)
        lived.append(is_in(client))
    assert lived == [True, True, True, True, False]


def test_a_shorter_setting_counts_for_sessions_that_stand_already(settings, client, cast, clock):
    client.force_login(cast.alice)
    clock.forward(minutes=40)
    settings.SESSION_IDLE = timedelta(minutes=30)
    assert not is_in(client)


def test_reading_pages_writes_the_last_use_down_now_and_then(
    client, cast, clock, django_assert_max_num_queries
):
    client.force_login(cast.alice)
    begun = Session.objects.get().used_at
    clock.forward(minutes=4)
    is_in(client)
    assert Session.objects.get().used_at == begun
    clock.forward(minutes=2)
    is_in(client)
    assert Session.objects.get().used_at == clock.at


def test_sessions_that_ended_by_themselves_are_dropped_at_the_next_log_in(settings, client, cast, clock):
    client.force_login(cast.alice)
    clock.forward(days=8)
    type(client)().force_login(cast.bob)
    assert [session.user for session in Session.objects.all()] == [cast.bob]


# -- administrators --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 302), ("alice", 403), ("auditor", 403), ("enterprise", 404), ("charlie", 404)],
)
def test_an_administrator_logs_a_member_out_everywhere(device, cast, who, status):
    desk, phone = device(), device(agent=PHONE)
    seat = Membership.objects.get(user=cast.alice)
    answer = device(who).post(f"/north/members/{seat.pk}/end_sessions/")

    assert answer.status_code == status
    ended = status == 302
    assert (is_in(desk), is_in(phone)) == (not ended or who == "alice", not ended)
    assert Change.objects.filter(verb="end_sessions", actor=cast.administrator).exists() is ended
    if ended:
        page = device(who).get(f"/north/members/{seat.pk}/").content.decode()
        assert "0 devices" in page


def test_the_member_page_tells_only_administrators_of_the_log_in(device, cast):
    seat = Membership.objects.get(user=cast.alice)
    device()
    assert "1 device" in device("administrator").get(f"/north/members/{seat.pk}/").content.decode()
    assert "logged in now on" not in device("auditor").get(f"/north/members/{seat.pk}/").content.decode()


def test_a_stranger_has_no_session(client, zone):
    assert client.get("/login/").wsgi_request.user == AnonymousUser()
    assert not Session.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_speaks_both_languages(device, language):
    desk = device()
    desk.cookies["django_language"] = language
    words = {"en": "Where you are logged in", "zh-hans": "已登录的设备"}[language]
    assert words in desk.get(PAGE).content.decode()
