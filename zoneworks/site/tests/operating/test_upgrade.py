"""A workbench of an earlier state comes up to this version with its facts, and a newer one is left alone.

`earlier/workbench.zip` is an archive that an early state of version 0.1.0 wrote: the demo zone, a synthetic zone, one
file. `earlier/readings.json` holds what it said then of counts and sums whose definitions have not changed since.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from zoneworks.projects.models import Project
from zoneworks.site.operating import schema
from zoneworks.site.operating.archive import Archive
from zoneworks.site.operating.doctor import Level, examined
from zoneworks.site.operating.troubles import OperatingError
from zoneworks.site.operating.upgrading import upgrade
from zoneworks.site.tests.operating.conftest import ON_POSTGRES, at_home

EARLIER = Path(__file__).parent / "earlier"


def readings() -> dict:
    """What this version says of what it was asked then."""
    return {
        zone: {
            year: {
                key: _said(
                    key, zone, {"from": f"{year}-01-01", "to": f"{year}-12-31", "as_of": f"{year}-12-31"}
                )
                for key in keys
            }
            for year, keys in years.items()
        }
        for zone, years in told_then().items()
    }


def told_then() -> dict:
    return json.loads((EARLIER / "readings.json").read_text())


def _said(key: str, zone: str, days: dict[str, str]) -> dict:
    printed = StringIO()
    call_command("measure", key, zone=zone, json=True, stdout=printed, **days)
    said = json.loads(printed.getvalue())
    return {"value": said["value"], "rows": said["rows"]["counted"]}


def manifest_of(archive: Path) -> dict:
    with zipfile.ZipFile(archive) as held:
        return json.loads(held.read("manifest.json"))


def faults() -> list[str]:
    """What the doctor calls a fault; the folders of a test are as open as the test runner makes them."""
    return [each.said for each in examined() if each.level == Level.FAULT and each.check != "rights"]


@pytest.fixture
def left(make_workbench):
    """A database as it was left then, in its place; files and all."""
    made = make_workbench(empty=True)
    with zipfile.ZipFile(EARLIER / "workbench.zip") as archive:
        for name in archive.namelist():
            if name.startswith("files/"):
                target = made.data / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    with Archive(EARLIER / "workbench.zip") as archive:
        archive.extract(archive.manifest.part("database.sqlite3"), made.data / "zoneworks.sqlite3")
    with at_home(made):
        yield made


def test_an_earlier_archive_is_restored_with_its_readings(make_workbench):
    with at_home(make_workbench(empty=True)):
        call_command("restore", str(EARLIER / "workbench.zip"), stdout=StringIO())

        assert readings() == told_then()
        assert faults() == []


@pytest.mark.skipif(ON_POSTGRES, reason="the earlier archive holds a SQLite database")
def test_an_earlier_database_is_brought_up_and_kept_as_it_was(left, make_workbench):
    with pytest.raises(CommandError, match="earlier version"):
        call_command("measure", "projects.signed", zone="gaoyou", stdout=StringIO())
    printed = StringIO()
    call_command("upgrade", stdout=printed)

    assert "projects.0002_figures_by_value" in printed.getvalue()
    assert readings() == told_then()
    assert faults() == []
    [copy] = left.data.glob("before-upgrade-*.zip")
    assert str(copy) in printed.getvalue()
    then, now = manifest_of(EARLIER / "workbench.zip"), manifest_of(copy)
    assert (now["migrations"], now["tables"]) == (then["migrations"], then["tables"])

    printed = StringIO()
    call_command("upgrade", stdout=printed)
    assert printed.getvalue() == "The database is of this version.\n"
    assert list(left.data.glob("before-upgrade-*.zip")) == [copy]


@pytest.mark.skipif(ON_POSTGRES, reason="the earlier archive holds a SQLite database")
def test_without_room_for_the_copy_nothing_changes(left, monkeypatch):
    usage = type("Usage", (), {"free": 1, "total": 1})
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _folder: usage)
        with pytest.raises(OperatingError, match="room"):
            upgrade()
    assert schema.pending()
    assert not list(left.data.glob("before-upgrade-*"))

    assert upgrade(with_copy=False).copy is None
    assert not schema.pending()


@pytest.mark.skipif(ON_POSTGRES, reason="the earlier archive holds a SQLite database")
def test_a_migration_that_fails_names_the_copy_which_the_earlier_version_restores(left, monkeypatch):
    with closing(sqlite3.connect(left.data / "zoneworks.sqlite3")) as database, database:
        database.execute("CREATE TABLE kit_partrevision (id integer)")
    connection.close()
    with pytest.raises(OperatingError) as refusal:
        upgrade()

    [copy] = left.data.glob("before-upgrade-*.zip")
    assert f"zoneworks restore {copy}" in str(refusal.value)
    assert manifest_of(copy)["migrations"] == manifest_of(EARLIER / "workbench.zip")["migrations"]


def test_a_database_of_a_newer_version_is_left_alone(workbench):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('projects', '0999_later', '2030-01-01')"
        )
    refusals = []
    for command in ("upgrade", "serve", "measure", "work", "forget_contacts"):
        with pytest.raises(CommandError) as refusal:
            call_command(command, stdout=StringIO(), **({"port": 0} if command == "serve" else {}))
        refusals.append(str(refusal.value))

    assert all("projects.0999_later" in each for each in refusals)
    assert Project.objects.count() == 1


def test_an_empty_workbench_is_said_to_be_empty_and_filled_without_a_copy(make_workbench):
    with at_home(make_workbench(empty=True)) as made:
        with pytest.raises(CommandError, match="The database is empty"):
            call_command("generate", projects=1, seed=1, stdout=StringIO())
        done = upgrade()

        assert done.was_empty
        assert done.copy is None
        assert not list(made.data.glob("before-upgrade-*"))
        call_command("generate", projects=1, seed=1, stdout=StringIO())
