"""Fixtures of every test: two zones, and a person for each role in the first of them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("ZONEWORKS_DATA", tempfile.mkdtemp(prefix="zoneworks-test-"))
# Serving pages in a test starts nothing beside them; the tests of jobs run theirs themselves.
os.environ.setdefault("ZONEWORKS_WORKER", "0")
os.environ.setdefault("ZONEWORKS_WARM", "0")

import hypothesis
import pytest
from django.contrib.auth.hashers import make_password
from django.utils import translation

from zoneworks.accounts.models import Membership, Unit, User, Zone
from zoneworks.accounts.roles import Role

# A slow machine is no failure: examples have no deadline.
hypothesis.settings.register_profile("zoneworks", deadline=None)
hypothesis.settings.load_profile("zoneworks")
Path(os.environ["ZONEWORKS_DATA"], "static").mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.API_RATE = ""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.JOBS_ROOT = tmp_path / "jobs"
    settings.JOBS_AT_ONCE = True
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _english():
    """Tests read English; those about Chinese say so."""
    with translation.override("en"):
        yield


@pytest.fixture
def client(client):
    """A browser that asks for English."""
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def zone(db):
    return Zone.objects.create(code="north", name="北园", name_en="North Park", city="高邮")


@pytest.fixture
def other_zone(db):
    return Zone.objects.create(code="south", name="南园", name_en="South Park")


@pytest.fixture
def team(zone):
    return Unit.objects.create(zone=zone, name="招商一队", kind="team")


@pytest.fixture
def cast(zone, other_zone, team):
    """Alice is an officer of the team, Bob an officer of another team, Charlie an officer of the other zone, Dora a
    stranger without any zone; the rest are called after their roles."""
    second = Unit.objects.create(zone=zone, name="招商二队", kind="team")
    away = Unit.objects.create(zone=other_zone, name="南园一队", kind="team")

    def person(name: str, role: str | None, where: Zone | None, unit: Unit | None = None) -> User:
        user = User.objects.create(
            username=name, full_name=name.capitalize(), password=make_password("zone-secret-1")
        )
        if role is not None:
            Membership.objects.create(user=user, zone=where, unit=unit, role=role)
        return user

    people = {
        "alice": person("alice", Role.OFFICER, zone, team),
        "bob": person("bob", Role.OFFICER, zone, second),
        "charlie": person("charlie", Role.OFFICER, other_zone, away),
        "dora": person("dora", None, None),
    }
    for role in Role:
        if role != Role.OFFICER:
            people[role.value] = person(role.value, role, zone, team if role == Role.UNIT_HEAD else None)
    return SimpleNamespace(**people)
