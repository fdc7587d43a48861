"""Requests that somebody made up: other hosts, other sites to go on to, too much at once, fields nobody asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import models
from django.test import Client

from zoneworks.accounts.models import User
from zoneworks.kit.registry import ledgers

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://example.org/",
    "//example.org",
    "/\\example.org",
    "javascript:alert(1)",
    "http:///example.org",
]
ROOT = Path(__file__).resolve().parents[3]


# -- where a request comes from and where it leads to ----------------------------------------------------------------


@pytest.mark.parametrize("address", ["/login/", "/north/projects/", "/no-such-page"])
def test_an_unknown_host_gets_nothing(cast, address):
    browser = Client(HTTP_HOST="example.org")
    browser.force_login(cast.alice)
    assert browser.get(address).status_code == 400


def test_a_forwarded_host_is_not_believed(cast):
    answer = Client(HTTP_X_FORWARDED_HOST="example.org").get("/north/projects")
    assert "example.org" not in answer["Location"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_to_another_site(cast, target):
    browser = Client()
    answers = [
        browser.post("/language/", {"language": "en", "next": target}),
        browser.post("/login/", {"username": "alice", "password": "zone-secret-1", "next": target}),
        browser.get("/login/", {"next": target}),
        browser.post("/north/projects/views/", {"name": "a", "query": target}),
        browser.post("/north/projects/views/1/drop/", {"back": target, "next": target}),
        browser.get("/north/projects/", {"back": target, "next": target}),
    ]
    for answer in answers:
        assert "example.org" not in answer.headers.get("Location", ""), answer.request["PATH_INFO"]
        assert "javascript" not in answer.headers.get("Location", "").split("?")[0]


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "known", "django_language"])
def test_no_script_reads_a_cookie_that_opens_something(cast, name):
    browser = Client()
    browser.get("/login/")
    browser.post("/language/", {"language": "en"})
    browser.post("/login/", {"username": "alice", "password": "zone-secret-1"})
    cookie = browser.cookies[name]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# -- how much --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "size", "status"),
    [
        (None, 300_000, 413),
        ("alice", 300_000, 200),
        ("alice", 10**10, 413),
        (None, 1000, 200),
        ("alice", "x", 200),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_read(cast, who, size, status):
    browser = Client()
    if who:
        browser.force_login(getattr(cast, who))
    address = "/north/account/" if who else "/login/"
    answer = browser.get(address, CONTENT_LENGTH=str(size))
    assert answer.status_code == status
    if status == 413:
        assert "at once" in answer.content.decode() or "一次" in answer.content.decode()


def test_too_many_fields_and_too_long_ones_are_refused(cast):
    browser = Client()
    browser.force_login(cast.alice)
    many = {f"f{number}": "x" for number in range(5001)}
    assert browser.post("/north/projects/new/", many).status_code == 400
    assert browser.post("/north/projects/new/", {"name": "a" * 3_000_000}).status_code == 400


# -- fields that no form asks for --------------------------------------------------------------------------------------


class Fields(HTMLParser):
    """The fields of a form as a browser would send them back."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select = self._text = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name", ""), given.get("value") or ""
        if tag == "input" and name and given.get("type") not in ("checkbox", "radio", "file", "submit"):
            self.sent.setdefault(name, []).append(value)
        elif tag == "input" and name and "checked" in given:
            self.sent.setdefault(name, []).append(value or "on")
        elif tag in ("select", "textarea"):
            self._select, self._text = (name, "") if tag == "select" else ("", name)
            if tag == "textarea":
                self.sent.setdefault(name, []).append("")
        elif tag == "option" and self._select and "selected" in given:
            self.sent.setdefault(self._select, []).append(value)

    def handle_data(self, data):
        if self._text:
            self.sent[self._text][-1] += data

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self._select = self._text = ""


def as_opened(browser, url) -> dict[str, list[str]]:
    page = browser.get(url).content.decode()
    fields = Fields()
    fields.feed(page.split('class="sheet editform"')[1].split("</form>")[0])
    return fields.sent


def hostile(field, away):
    """Another value than the one that stands there."""
    if field.is_relation:
        return str(away.pk)
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField):
        return "2001-01-01T00:00"
    if isinstance(field, models.DateField):
        return "2001-01-01"
    if isinstance(field, models.IntegerField | models.DecimalField):
        return "987654"
    return "planted"


@pytest.mark.parametrize("ledger", [pytest.param(ledger, id=ledger.slug) for ledger in ledgers])
def test_a_form_changes_nothing_that_it_does_not_ask_for(cast, zone, other_zone, make, ledger):
    row = make(ledger.slug)[0]
    browser = Client()
    browser.force_login(cast.administrator)
    url = f"/north/{ledger.slug}/{row.pk}/edit/"
    sent = as_opened(browser, url)
    asked = set(ledger.form_class._meta.fields or ()) | set(sent)
    planted = [field for field in row._meta.concrete_fields if field.name not in asked]
    before = type(row)._base_manager.filter(pk=row.pk).values().get()
    extra = {name: hostile(field, other_zone) for field in planted for name in (field.name, field.attname)}

    answer = browser.post(url, extra | sent | {"pk": "1", "is_superuser": "on", "opened_at": ""})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    after = type(row)._base_manager.filter(pk=before["id"]).values().get()
    kept = {field.attname for field in planted} - {"updated_at", "search_text", "sha256"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert "planted" not in after.values()
    assert after["zone_id"] == zone.pk
    assert not User.objects.filter(is_superuser=True).exists()


def test_a_new_row_lies_in_the_zone_of_its_page(cast, zone, other_zone):
    browser = Client()
    browser.force_login(cast.administrator)
    browser.post(
        "/north/units/new/",
        {"name": "新单位", "kind": "team", "zone": other_zone.pk, "zone_id": other_zone.pk},
    )
    assert zone.units.filter(name="新单位").exists()
    assert not other_zone.units.filter(name="新单位").exists()


def test_who_changes_a_password_changes_nothing_else(cast):
    browser = Client()
    browser.force_login(cast.alice)
    new = "drei-warme-socken"
    browser.post(
        "/north/password/",
        {
            "old_password": "zone-secret-1", "new_password1": new, "new_password2": new, "username": "root",
            "is_superuser": "on", "is_staff": "on", "pk": cast.administrator.pk, "id": cast.administrator.pk,
        },
    )  # fmt: skip
    alice = User.objects.get(pk=cast.alice.pk)
    assert alice.check_password(new)
    assert (alice.username, alice.is_superuser, alice.is_staff) == ("alice", False, False)
    assert User.objects.get(pk=cast.administrator.pk).check_password("zone-secret-1")


# -- settings ----------------------------------------------------------------------------------------------------------

SHOW = """
import django
django.setup()
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_NAME,
      settings.CSRF_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS >= 31536000)
"""


def run(tmp_path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {
        **os.environ,
        "ZONEWORKS_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "zoneworks.site.settings",
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    return subprocess.run(
        [sys.executable, *command],
        env=given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_behind_tls_cookies_and_addresses_stay_there(tmp_path):
    said = run(tmp_path, "-c", SHOW, ZONEWORKS_HTTPS="1").stdout.split()
    assert said == ["__Host-sessionid", "True", "__Host-csrftoken", "True", "True", "True"]
    checked = run(
        tmp_path,
        "-m",
        "django",
        "check",
        "--deploy",
        "--tag",
        "security",
        "--fail-level",
        "WARNING",
        ZONEWORKS_HTTPS="1",
    )
    assert checked.returncode == 0, checked.stderr


def test_the_secret_key_is_made_once_and_read_by_its_owner_only(tmp_path):
    keys = {
        run(tmp_path, "-c", "from zoneworks.site.settings import SECRET_KEY as k; print(k)").stdout
        for _ in "12"
    }
    kept = tmp_path / "secret-key"
    assert keys == {kept.read_text() + "\n"}
    assert len(kept.read_text()) > 60
    assert kept.stat().st_mode & 0o077 == 0


def test_an_empty_secret_key_is_told_in_a_sentence(tmp_path):
    (tmp_path / "secret-key").touch()
    refused = run(
        tmp_path, "-c", "from zoneworks.site.command import main; main()", "user", "password", "wang"
    )

    assert refused.returncode == 1
    assert refused.stderr == (
        f"{tmp_path}/secret-key is empty. Put the key back that was kept apart, or remove the file: a new one is "
        "made, and everybody logs in anew.\n"
    )


def test_an_answer_over_tls_says_to_come_back_over_tls(settings, cast):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 31536000, True
    browser = Client()
    assert browser.get("/login/")["Location"] == "https://testserver/login/"
    assert browser.get("/login/", secure=True)["Strict-Transport-Security"] == "max-age=31536000"
