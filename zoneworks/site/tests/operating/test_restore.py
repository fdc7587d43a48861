"""A restore replaces everything or nothing, keeps what was there, and a running server follows it."""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import time
import zipfile
from contextlib import closing, suppress
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from zoneworks.accounts.models import User
from zoneworks.doors.models import Session
from zoneworks.kit.models import Change, Comment
from zoneworks.projects.models import Project
from zoneworks.site.operating import files, gate, placing, schema
from zoneworks.site.operating.backing_up import back_up
from zoneworks.site.operating.places import clear_left_behind
from zoneworks.site.operating.restoring import restore
from zoneworks.site.operating.troubles import OperatingError
from zoneworks.site.tests.operating.conftest import ON_POSTGRES, add_file, add_project, at_home, said
from zoneworks.site.tests.operating.killing import killed_after, killed_at


@pytest.fixture
def archive(workbench, tmp_path) -> Path:
    return back_up(tmp_path / "zone.zip").path


@pytest.fixture
def state(workbench):
    """What the workbench holds: rows of every table, and every file with its sum."""

    def read():
        return said(), {
            name: sha256((workbench.files / name).read_bytes()).hexdigest() for name in workbench.stored()
        }

    return read


def rewritten(archive: Path, **changes) -> Path:
    """The archive with another manifest, its sum set right."""
    with zipfile.ZipFile(archive) as source:
        held = {name: source.read(name) for name in source.namelist()}
    told = json.dumps({**json.loads(held["manifest.json"]), **changes}).encode()
    target = archive.with_name("rewritten.zip")
    with zipfile.ZipFile(target, "w") as into:
        for name, content in {**held, "manifest.json": told}.items():
            into.writestr(name, content)
        into.comment = sha256(told).hexdigest().encode()
    return target


def test_what_came_after_is_gone_and_can_be_had_back(workbench, archive, state):
    before = state()
    add_project()
    late = add_file()
    after = state()

    done = restore(archive)

    assert state() == before
    assert not (workbench.files / late).exists()
    restore(done.safety_copy)
    assert state() == after


def test_an_empty_machine_gets_everything(workbench, archive, state, make_workbench):
    before = state()
    with at_home(make_workbench("elsewhere", empty=True)) as other:
        done = restore(archive)

        assert said() == before[0]
        assert other.stored() == workbench.stored()
        assert done.safety_copy is None
        assert oct((other.files / other.stored()[0]).stat().st_mode & 0o777) == "0o600"


def test_everybody_logs_in_anew(client, workbench, archive):
    client.post("/login/", {"username": "alice", "password": "zone-secret-1"})
    assert Session.objects.exists()

    restore(archive)

    assert not Session.objects.exists()
    assert client.get("/north/projects/").status_code == 302


def test_a_damaged_file_is_healed(workbench, archive, state):
    before = state()
    (workbench.files / workbench.stored()[0]).write_bytes(b"rotten")
    (workbench.files / workbench.stored()[1]).unlink()

    assert restore(archive).placed == 2
    assert state() == before


def test_another_file_of_the_same_name_that_is_needed_stops_the_restore(workbench, archive, state):
    name = workbench.stored()[0]
    model, row = next(
        (model, row)
        for model, field, _has_sum in files._columns("default")
        for row in model._base_manager.filter(**{field: name})
    )
    (workbench.files / name).write_bytes(b"new content")
    model._base_manager.filter(pk=row.pk).update(sha256=sha256(b"new content").hexdigest())
    before = state()

    with pytest.raises(OperatingError, match="another file of the same name"):
        restore(archive)
    assert state() == before


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": 99, "version": "9.0"}, r"format 99 by version 9\.0"),
        ({"version": "9.0", "migrations": [["projects", "0099_later"]]}, r"projects\.0099_later"),
        ({"parts": []}, "does not hold what its manifest names"),
        ({"parts": [{"name": "../../evil", "size": 1, "sha256": ""}]}, "outside of its folder"),
        ({"tables": None, "columns": 3}, "manifest cannot be read"),
    ],
)
def test_what_cannot_be_restored_is_refused_untouched(workbench, archive, state, changes, why):
    add_project()
    before = state()

    with pytest.raises(CommandError, match=why):
        call_command("restore", str(rewritten(archive, **changes)))

    assert state() == before
    assert not list(workbench.data.glob("before-restore*"))


def test_one_changed_byte_anywhere_is_refused_untouched(workbench, archive, state):
    before = state()
    whole = archive.read_bytes()
    chosen = random.Random(7)
    for _ in range(12):
        place = chosen.randrange(len(whole))
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(OperatingError):  # the rule; a byte that nobody reads may change
            restore(archive, with_safety_copy=False)
        assert state() == before


def test_the_key_is_only_taken_when_asked(workbench, tmp_path, archive):
    with pytest.raises(CommandError, match="holds no secret key"):
        call_command("restore", str(archive), "--with-key")

    back_up(tmp_path / "keyed.zip", with_key=True)
    (workbench.data / "secret-key").write_text("another key")
    restore(tmp_path / "keyed.zip")
    assert (workbench.data / "secret-key").read_text() == "another key"
    call_command("restore", str(tmp_path / "keyed.zip"), "--with-key")
    assert (workbench.data / "secret-key").read_text() != "another key"
    assert oct((workbench.data / "secret-key").stat().st_mode & 0o777) == "0o600"


@pytest.mark.skipif(ON_POSTGRES, reason="a file is damaged here")
@pytest.mark.parametrize(
    "damage", [b"this is no database at all, but long enough to be read as one" * 99, None]
)
def test_a_damaged_database_is_put_aside_and_replaced(workbench, archive, state, damage):
    before = state()
    connection.close()
    live = workbench.data / "zoneworks.sqlite3"
    content = live.read_bytes()
    live.write_bytes(damage or content[:40_000] + b"\xff" * 20_000 + content[60_000:])

    done = restore(archive)

    assert state() == before
    assert (done.damaged / "zoneworks.sqlite3").exists()


def test_an_archive_of_the_other_database_is_taken_too(workbench, archive, state, tmp_path, make_workbench):
    """An archive holds a SQLite file or rows, and a workbench on either database takes both."""
    before = state()[0]
    light = tmp_path / "light"
    light.mkdir(mode=0o700)
    other = type(workbench)(light, f"sqlite:///{light / 'zoneworks.sqlite3'}")
    with at_home(other):
        restore(archive)
        assert said() == before
        sqlite_made = back_up(tmp_path / "sqlite.zip")
        assert sqlite_made.manifest.kind == "sqlite"
    with at_home(make_workbench("third", empty=True)):
        restore(sqlite_made.path)
        assert said() == before
        project = add_project()  # keys go on where they were
        assert project.pk > Project.objects.exclude(pk=project.pk).order_by("-pk").first().pk


# -- killed ----------------------------------------------------------------------------------------------------


def whole(workbench, state, *allowed) -> None:
    """Check that the database is one of the allowed ones, and the files are its files once the rest is cleared."""
    clear_left_behind(workbench.files, placing.PURPOSE, placing.settle)
    clear_left_behind(workbench.data, "restore")
    rows, stored = state()
    assert rows in [one[0] for one in allowed]
    assert (rows, stored) in allowed
    if not ON_POSTGRES:
        with closing(sqlite3.connect(workbench.data / "zoneworks.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


PLACES = [
    ("placing.stage", "after"),
    ("restoring._keep_present", "before"),
    ("restoring._keep_present", "after"),
    ("placing.note", "after"),
    ("placing.place", "after"),
    ("restoring.pour" if not ON_POSTGRES else "restoring._check_counts", "before"),
    ("restoring.pour" if not ON_POSTGRES else "restoring._check_counts", "after"),
    ("placing.settle", "before"),
    ("placing.settle", "after"),
]


def test_killed_at_any_step_everything_is_there_or_nothing(workbench, archive, state):
    """From a state with other rows and other files to the one in the archive."""
    add_project()
    add_file()
    new, new_archive = state(), back_up(archive.with_name("new.zip")).path
    restore(archive)
    add_file(b"%PDF-1.4 only in the present state")
    old, old_archive = state(), back_up(archive.with_name("old.zip")).path

    for place, when in PLACES:
        assert killed_at(place, when, lambda: restore(new_archive)), place
        whole(workbench, state, old, new)
        restore(old_archive)
        whole(workbench, state, old)


def test_killed_at_any_moment_everything_is_there_or_nothing(workbench, archive, state):
    old_archive, old = archive, state()
    add_project()
    add_file()
    new = state()
    new_archive = back_up(archive.with_name("new.zip")).path
    started = time.monotonic()
    restore(old_archive)
    lasts = time.monotonic() - started
    chosen = random.Random(11)

    for turn in range(8):
        wanted = new_archive if turn % 2 == 0 else old_archive
        killed_after(chosen.uniform(0, lasts), lambda wanted=wanted: restore(wanted))
        whole(workbench, state, old, new)


# -- a server that runs ------------------------------------------------------------------------------------------


def test_a_server_remembers_nothing_of_the_database_before(client, workbench, archive, make_workbench):
    """In another database the same kinds of rows have other keys; a comment must not hang on the wrong kind."""
    with at_home(make_workbench("elsewhere")) as other:
        with transaction.atomic():
            schema.empty(schema.applied())
        ContentType.objects.create(pk=9000, app_label="projects", model="project")
        User.objects.create_user("root", password="zone-secret-1")
        client.post("/login/", {"username": "root", "password": "zone-secret-1"})
        assert ContentType.objects.get_for_model(Project).pk == 9000

        restore(archive)

        client.post("/login/", {"username": "alice", "password": "zone-secret-1"})
        project = Project.objects.first()
        client.post(f"/north/projects/{project.pk}/comment/", {"text": "现场看过了"})
        assert Comment.objects.get().target == project
        assert Change.objects.latest("pk").target == project
        assert other.stored()


def test_requests_wait_outside_and_are_told_when_it_takes_long(client, workbench, monkeypatch):
    monkeypatch.setattr(gate, "PATIENCE_OF_REQUESTS", 0.0)
    with gate.closed():
        answer = client.get("/login/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "The workbench is being restored" in answer.content.decode()
    assert client.get("/login/").status_code == 200


def test_an_operation_waits_for_requests_and_for_other_operations(workbench):
    with gate.passing(), pytest.raises(OperatingError, match="still answering"), gate.closed(0.1):
        pass
    with gate.closed(), pytest.raises(OperatingError, match="Another operation"), gate.closed(0.1):
        pass


def test_a_running_server_shows_what_was_restored(workbench, tmp_path):
    password = PBKDF2PasswordHasher().encode("zone-secret-1", "salt", 1000)  # the server knows no quicker one
    User.objects.filter(username="alice").update(password=password)
    archive = back_up(tmp_path / "zone.zip").path
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    add_project("来了又走的项目")
    connection.close()
    server = workbench.start("serve", "--port", str(port), "--workers", "1")
    try:
        assert str(port) in server.stdout.readline()
        assert "来了又走的项目" in listed(port)
        restore(archive)
        shown = listed(port)
        assert "储能电池项目" in shown
        assert "来了又走的项目" not in shown
    finally:
        server.terminate()
        server.communicate(timeout=30)


def listed(port: int) -> str:
    """Log in as Alice and return the list of projects that the server shows."""
    browser = HTTPConnection("127.0.0.1", port, timeout=30)
    browser.request("GET", "/login/")
    answer = browser.getresponse()
    token = next(part for part in (answer.getheader("Set-Cookie") or "").split(";") if "csrftoken=" in part)
    answer.read()
    body = f"username=alice&password=zone-secret-1&csrfmiddlewaretoken={token.partition('=')[2]}"
    sent = {"Cookie": token, "Content-Type": "application/x-www-form-urlencoded"}
    browser.request("POST", "/login/", body, sent)
    answer = browser.getresponse()
    answer.read()
    cookies = "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name == "Set-Cookie")
    browser.request("GET", "/north/projects/", headers={"Cookie": cookies})
    return browser.getresponse().read().decode()
