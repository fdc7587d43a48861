"""The second step: set up by the person, asked after the password, needed where a zone says so."""

from __future__ import annotations

import re
from binascii import unhexlify
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp import models
from django_otp.plugins.otp_totp.models import TOTPDevice

from zoneworks.accounts.models import Membership, User
from zoneworks.accounts.roles import Role
from zoneworks.doors import second, second_step
from zoneworks.doors.models import RecoveryCode, Session
from zoneworks.kit.models import Change

pytestmark = pytest.mark.django_db
PAGE = "/north/account/second-step/"
PASSWORD = "zone-secret-1"
NOW = 1_800_000_000.0


def code_of(key, later=0):
    """The code that an app shows `later` half minutes from now."""
    totp = TOTP(unhexlify(key))
    totp.time = NOW + 30 * later
    return f"{totp.token():06d}"


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch):
    """Codes change every half minute: let no test run across such a change."""
    for module in (second, models):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: NOW))


@pytest.fixture
def key():
    return "31" * 20


@pytest.fixture
def codes(cast, key):
    """Alice has set up the second step long ago; her recovery codes."""
    return second.set_up(cast.alice, key, -1)


def password_step(client, who="alice", then="/north/projects/"):
    return client.post(f"/login/?next={then}", {"username": who, "password": PASSWORD})


def code_step(client, code):
    return client.post("/login/code/", {"code": code})


def is_in(client):
    return client.get("/north/projects/").status_code == 200


# -- logging in --------------------------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(client, codes):
    answer = password_step(client)
    assert (answer.status_code, answer["Location"]) == (302, "/login/code/")
    assert not is_in(client)
    assert "_auth_user_id" not in client.session


def test_the_code_from_the_app_lets_in_and_leads_on(client, codes, key):
    password_step(client)
    answer = code_step(client, code_of(key))
    assert (answer.status_code, answer["Location"]) == (302, "/north/projects/")
    assert is_in(client)


@pytest.mark.parametrize("later", [-1, 1])
def test_a_clock_that_is_half_a_minute_off_does_no_harm(client, codes, key, later):
    password_step(client)
    assert code_step(client, code_of(key, later)).status_code == 302


@pytest.mark.parametrize("typed", ["000000", "12345", "abcdef", "1" * 40, "１２３４５６", "-1", "\0"])
def test_a_wrong_code_does_not(client, codes, key, typed):
    password_step(client)
    assert typed != code_of(key)
    answer = code_step(client, typed)
    assert answer.status_code == 422
    assert not is_in(client)


def test_a_code_from_long_ago_does_not(client, codes, key):
    password_step(client)
    assert code_step(client, code_of(key, -4)).status_code == 422


def test_a_code_counts_once(client, codes, key):
    code = code_of(key)
    password_step(client)
    assert code_step(client, code).status_code == 302
    other = type(client)()
    password_step(other)
    assert code_step(other, code).status_code == 422


def test_a_recovery_code_counts_once_in_any_letters(client, codes):
    password_step(client)
    assert code_step(client, codes[0].upper().replace("-", " ")).status_code == 302
    assert Change.objects.get(verb="used_code").fields["recovery codes left"] == ["", "9"]

    other = type(client)()
    password_step(other)
    assert code_step(other, codes[0]).status_code == 422
    assert code_step(other, codes[1]).status_code == 302


def test_somebody_elses_recovery_code_does_not(client, cast, codes):
    second.set_up(cast.bob, second.new_key(), -1)
    password_step(client, "bob")
    assert code_step(client, codes[0]).status_code == 422


def test_wrong_codes_wait_and_the_trail_says_so(client, codes, key):
    password_step(client)
    for _ in range(5):
        assert code_step(client, "000000").status_code == 422
    waiting = code_step(client, code_of(key))
    assert waiting.status_code == 429
    assert waiting["Retry-After"]
    assert "Too many wrong tries" in waiting.content.decode()
    assert Change.objects.filter(verb="throttle").exists()


def test_a_new_password_step_gives_no_new_codes_to_try(client, codes, key):
    for _ in range(5):
        password_step(client)
        code_step(client, "000000")
    password_step(client)
    assert code_step(client, code_of(key)).status_code == 429


def test_the_password_waits_only_some_minutes_for_its_code(client, codes, key, monkeypatch):
    password_step(client)
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(second_step, "now", lambda: later)
    answer = client.post("/login/code/", {"code": code_of(key)}, follow=True)
    assert answer.redirect_chain == [("/login/", 302)]
    assert "not given in time" in answer.content.decode()


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_what_changed_since_the_password_closes_the_way(client, codes, key, change):
    password_step(client)
    User.objects.filter(username="alice").update(**change)
    assert code_step(client, code_of(key))["Location"] == "/login/"


def test_nobody_asks_for_a_code_out_of_nothing(client, zone):
    assert client.get("/login/code/")["Location"] == "/login/"
    assert code_step(client, "123456")["Location"] == "/login/"


def test_it_leads_to_no_other_site(client, codes, key):
    password_step(client, then="https://example.org/")
    assert code_step(client, code_of(key))["Location"] == "/"


# -- setting it up -------------------------------------------------------------------------------------------------


def key_on(page):
    """Return the key that the page shows in letters, as an app would keep it."""
    from base64 import b32decode

    letters = re.search(r'class="doorkey">([A-Z2-7 ]+)<', page)
    assert letters
    return b32decode(letters.group(1).replace(" ", "")).hex()


def test_one_sets_it_up_with_the_app_and_the_password(client, cast):
    elsewhere = type(client)()
    elsewhere.force_login(cast.alice)
    client.force_login(cast.alice)
    page = client.get(PAGE)
    key = key_on(page.content.decode())
    assert "no-store" in page["Cache-Control"]
    assert 'src="data:image/svg+xml' in page.content.decode()

    answer = client.post(PAGE, {"code": code_of(key), "password": PASSWORD})
    shown = re.findall(r'class="doorcode">([^<]+)<', answer.content.decode())
    assert len(shown) == second.RECOVERY_CODES == len(set(shown))
    assert "no-store" in answer["Cache-Control"]
    assert second.has(cast.alice)
    assert is_in(client)
    assert not is_in(elsewhere)
    assert Change.objects.filter(verb="second_on", actor=cast.alice).exists()
    assert client.get(PAGE)["Location"] == "/north/account/"
    assert not any(code in str(list(RecoveryCode.objects.values())) for code in shown)

    client.post("/logout/")
    password_step(client)
    assert code_step(client, shown[3]).status_code == 302


def test_the_code_of_the_set_up_does_not_log_in_again(client, cast):
    client.force_login(cast.alice)
    code = code_of(key_on(client.get(PAGE).content.decode()))
    client.post(PAGE, {"code": code, "password": PASSWORD})
    client.post("/logout/")
    password_step(client)
    assert code_step(client, code).status_code == 422


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"code": "000000"}, "does not fit"),
        ({"code": ""}, "required"),
        ({"password": "guess-1"}, "not your password"),
    ],
)
def test_without_the_right_code_and_password_nothing_is_set_up(client, cast, typed, says):
    client.force_login(cast.alice)
    key = key_on(client.get(PAGE).content.decode())
    answer = client.post(PAGE, {"code": code_of(key), "password": PASSWORD} | typed)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert key_on(answer.content.decode()) == key
    assert not TOTPDevice.objects.exists()


def set_up_and_logged_in(client, codes, key):
    password_step(client)
    code_step(client, code_of(key))


def test_new_recovery_codes_replace_the_old_ones(client, codes, key):
    set_up_and_logged_in(client, codes, key)
    assert client.post(f"{PAGE}codes/", {"password": "guess-1"}).status_code == 422
    answer = client.post(f"{PAGE}codes/", {"password": PASSWORD})
    shown = re.findall(r'class="doorcode">([^<]+)<', answer.content.decode())
    assert len(shown) == 10
    assert not set(shown) & set(codes)
    other = type(client)()
    password_step(other)
    assert code_step(other, codes[0]).status_code == 422
    assert code_step(other, shown[0]).status_code == 302


def test_one_takes_it_off_with_the_password(client, cast, codes, key):
    set_up_and_logged_in(client, codes, key)
    assert client.post(f"{PAGE}off/", {"password": "guess-1"}).status_code == 422
    assert second.has(cast.alice)
    client.post(f"{PAGE}off/", {"password": PASSWORD})
    assert not second.has(cast.alice)
    assert not RecoveryCode.objects.exists()
    assert is_in(client)
    assert Change.objects.filter(verb="second_off").exists()


@pytest.mark.parametrize("page", ["codes/", "off/"])
def test_there_is_nothing_to_change_before_it_is_set_up(client, cast, page):
    client.force_login(cast.alice)
    assert client.post(PAGE + page, {"password": PASSWORD})["Location"] == "/north/account/"


def test_the_account_page_says_how_it_stands(client, cast, codes, key):
    set_up_and_logged_in(client, codes, key)
    assert "10 recovery codes left" in client.get("/north/account/").content.decode()
    client.force_login(cast.bob)
    assert "A code from your phone" in client.get("/north/account/").content.decode()


# -- needed where a zone or the installation says so ---------------------------------------------------------------


def test_a_zone_says_which_roles_need_it(client, cast, zone):
    client.force_login(cast.administrator)
    assert client.post("/north/log-ins/", {"roles": ["officer", "leader"]}).status_code == 302
    zone.refresh_from_db()
    assert zone.second_step_roles == ["leader", "officer"]
    line = Change.objects.get(verb="change", content_type__model="zone")
    assert line.fields["second_step_roles"] == ["", "leader, officer"]
    assert "second step" in client.get("/north/trail/").content.decode()


@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("alice", 403), ("charlie", 404)])
def test_nobody_else_says_so(client, cast, zone, who, status):
    client.force_login(getattr(cast, who))
    assert client.post("/north/log-ins/", {"roles": ["officer"]}).status_code == status
    zone.refresh_from_db()
    assert zone.second_step_roles == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 200), ("auditor", 200), ("inspector", 403), ("enterprise", 403), ("charlie", 404)],
)
def test_administrators_and_auditors_see_how_the_log_ins_stand(client, cast, codes, zone, who, status):
    zone.second_step_roles = ["officer"]
    zone.save()
    client.force_login(getattr(cast, who))
    answer = client.get("/north/log-ins/")
    assert answer.status_code == status
    if status == 200:
        page = answer.content.decode()
        lines = {name: page.split(f">{name}<")[1].split("</tr>")[0] for name in ("Alice", "Bob", "Leader")}
        assert ">on<" in lines["Alice"]
        assert ">still missing<" in lines["Bob"]
        assert ">off<" in lines["Leader"]
        assert "Charlie" not in page


def test_the_list_of_log_ins_costs_the_same_for_many(client, cast, django_assert_num_queries, zone):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast.administrator)
    costs = []
    for number in range(2):
        for each in range(10):
            user = User.objects.create(username=f"p{number}-{each}")
            Membership.objects.create(zone=zone, user=user, role=Role.OFFICER)
        with CaptureQueriesContext(connection) as queries:
            client.get("/north/log-ins/")
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("says", ["zone", "installation"])
def test_who_needs_it_is_led_to_set_it_up_and_then_goes_on(client, cast, zone, settings, says):
    if says == "zone":
        zone.second_step_roles = ["officer"]
        zone.save()
    else:
        settings.SECOND_STEP_ROLES = ["officer"]
    client.force_login(cast.alice)
    for address in ("/north/", "/north/projects/", "/north/account/", "/north/projects/export.csv"):
        assert client.get(address)["Location"] == PAGE, address
    page = client.get(PAGE).content.decode()
    assert "Your role here needs a second step." in page

    client.post(PAGE, {"code": code_of(key_on(page)), "password": PASSWORD})
    assert is_in(client)
    client.force_login(cast.leader)
    assert is_in(client)


def test_it_is_needed_only_where_the_role_is_held(client, cast, zone, other_zone):
    Membership.objects.create(user=cast.alice, zone=other_zone, role=Role.INSPECTOR)
    zone.second_step_roles = ["officer"]
    zone.save()
    client.force_login(cast.alice)
    assert client.get("/south/projects/").status_code == 200
    assert client.get("/north/projects/").status_code == 302


def test_who_takes_it_off_while_it_is_needed_sets_it_up_again(client, cast, zone, codes, key):
    zone.second_step_roles = ["officer"]
    zone.save()
    set_up_and_logged_in(client, codes, key)
    assert is_in(client)
    client.post(f"{PAGE}off/", {"password": PASSWORD})
    assert client.get("/north/projects/")["Location"] == PAGE


def test_a_role_that_does_not_exist_stops_the_start(settings):
    settings.SECOND_STEP_ROLES = ["chief"]
    settings.TRUSTED_PROXIES = ["nowhere"]
    assert {"doors.E001", "doors.E002"} <= {found.id for found in run_checks()}


# -- lost phones ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 302), ("bob", 403), ("auditor", 403), ("enterprise", 404), ("charlie", 404)],
)
def test_an_administrator_takes_it_off_for_who_lost_the_phone(client, cast, codes, key, who, status):
    seat = Membership.objects.get(user=cast.alice)
    thief = type(client)()
    set_up_and_logged_in(thief, codes, key)
    client.force_login(getattr(cast, who))
    address = f"/north/members/{seat.pk}/drop_second_step/"

    assert client.get(address).status_code == (200 if status == 302 else status)
    assert client.post(address).status_code == status
    dropped = status == 302
    assert second.has(cast.alice) is not dropped
    assert is_in(thief) is not dropped
    assert Change.objects.filter(verb="second_off", actor=cast.administrator).exists() is dropped


def test_not_over_the_wall_of_another_zone(client, cast, other_zone, codes):
    Membership.objects.create(user=cast.alice, zone=other_zone, role=Role.OFFICER)
    seat = Membership.objects.get(user=cast.alice, zone__code="north")
    client.force_login(cast.administrator)
    assert client.post(f"/north/members/{seat.pk}/drop_second_step/").status_code == 403
    assert second.has(cast.alice)


def test_the_command_line_takes_it_off(cast, codes):
    from django.core.management import call_command

    call_command("user", "second-step-off", "alice")
    assert not second.has(cast.alice)
    assert Change.objects.get(verb="second_off").actor is None


def test_a_new_password_keeps_the_second_step(client, cast, codes, key):
    from zoneworks.doors import services

    password = services.give_one_time_password(User.objects.get(pk=cast.alice.pk), actor=cast.administrator)
    client.post("/login/", {"username": "alice", "password": password})
    assert not Session.objects.filter(user=cast.alice).exists()
    assert code_step(client, code_of(key)).status_code == 302
    assert client.get("/north/projects/")["Location"] == "/north/password/"
