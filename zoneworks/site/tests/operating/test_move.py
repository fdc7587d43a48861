"""Moving to PostgreSQL: every row and every number is the same afterwards, or nothing was moved."""

from __future__ import annotations

import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from zoneworks.accounts.models import Zone
from zoneworks.measures.reading import read
from zoneworks.measures.scope import Period, Scope
from zoneworks.projects.models import Project
from zoneworks.site.operating import moving
from zoneworks.site.operating.backing_up import back_up
from zoneworks.site.operating.moving import move
from zoneworks.site.operating.restoring import restore
from zoneworks.site.operating.troubles import OperatingError
from zoneworks.site.tests.operating.conftest import ON_POSTGRES, add_project, at_home, said

needs_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="moves to a PostgreSQL")


@pytest.fixture(scope="module")
def _light(_template, tmp_path_factory, django_db_blocker):
    """The small zone on SQLite, whichever database the tests run on; made once and copied for each test."""
    template, _name = _template
    if not ON_POSTGRES:
        return template
    data = tmp_path_factory.mktemp("light")
    data.chmod(0o700)
    with django_db_blocker.unblock():
        with at_home(template):
            archive = back_up(tmp_path_factory.mktemp("archive") / "zone.zip").path
        with at_home(type(template)(data, f"sqlite:///{data / 'zoneworks.sqlite3'}")) as made:
            restore(archive)
    return made


@pytest.fixture
def light(_light, tmp_path, django_db_blocker):
    """A workbench on SQLite to be moved."""
    data = tmp_path / "light"
    shutil.copytree(_light.data, data)
    data.chmod(0o700)
    with (
        django_db_blocker.unblock(),
        at_home(type(_light)(data, f"sqlite:///{data / 'zoneworks.sqlite3'}")) as made,
    ):
        yield made


def signed():
    zone = Zone.objects.get(code="north")
    scope = Scope(zone, date(2024, 12, 31), now(), Period(date(2024, 1, 1), date(2024, 12, 31)))
    return {key: read(key, scope).value for key in ("projects.signed", "projects.signed.planned_total")}


@needs_postgres
def test_a_sqlite_zone_says_the_same_on_postgresql(light, make_workbench):
    rows, numbers = said(), signed()
    target = make_workbench("target", empty=True)
    moved = move(target.url)

    assert moved.rows == sum(count for count, _sum in rows.values())
    assert moved.readings > 0
    assert said() == rows
    with at_home(target):
        assert said() == rows
        assert signed() == numbers
        assert numbers["projects.signed"] == 1
        project = add_project()  # keys go on where they were
        assert project.pk > Project.objects.exclude(pk=project.pk).order_by("-pk").first().pk
        assert Project.objects.filter(pk=project.pk).exists()


@needs_postgres
@pytest.mark.parametrize("broken", ["a row", "a number"])
def test_what_would_say_something_else_is_not_moved(light, make_workbench, monkeypatch, broken):
    target = make_workbench("target")
    with at_home(target):
        there = said()
    with monkeypatch.context() as patch, pytest.raises(OperatingError, match="Nothing was moved"):
        if broken == "a row":
            digest = moving.rows.digest
            patch.setattr(moving.rows, "digest", lambda model, alias="default": (digest(model, alias), alias))
        else:
            told = iter(range(10**6))
            patch.setattr(moving, "_said", lambda one, scope: (next(told),))
        move(target.url, replace=True)

    with at_home(target):
        assert said() == there


@needs_postgres
def test_a_workbench_that_stands_there_is_only_replaced_when_asked(light, make_workbench):
    target = make_workbench("target")
    with at_home(target):
        add_project("只在那里的项目")
        there = said()
    with pytest.raises(OperatingError, match="--replace"):
        move(target.url)
    with at_home(target):
        assert said() == there

    move(target.url, replace=True)
    rows = said()
    with at_home(target):
        assert said() == rows


@needs_postgres
def test_the_command_says_what_was_moved_and_what_comes_next(light, make_workbench, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    out = StringIO()
    call_command("move", make_workbench("target").url, "--replace", stdout=out)

    assert "readings of measures are equal before and after" in out.getvalue()
    assert "DATABASE_URL" in out.getvalue()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("sqlite:////tmp/other.sqlite3", "the address of a PostgreSQL"),
        ("no address", "the address of a PostgreSQL"),
        ("postgres://zone@127.0.0.1:1/zone", "Nothing was moved"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(light, address, why, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    before = said()
    with pytest.raises(CommandError, match=why):
        call_command("move", address)
    assert said() == before


@needs_postgres
def test_from_one_postgresql_to_another_the_way_is_named(workbench, make_workbench):
    with pytest.raises(OperatingError, match="backup and restore"):
        move(make_workbench("target").url)
