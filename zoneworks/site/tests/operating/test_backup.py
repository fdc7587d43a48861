"""A backup is whole, says what it holds, and is not there when it could not be made."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.doors.models import Session
from zoneworks.projects.models import Project
from zoneworks.site.operating.archive import Archive, ArchiveWriter, Manifest, is_plain
from zoneworks.site.operating.backing_up import back_up, verify
from zoneworks.site.operating.troubles import OperatingError
from zoneworks.site.tests.operating.conftest import PDF, add_file, add_project


@pytest.fixture
def target(tmp_path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "zone.zip"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_backup_holds_database_and_files_with_their_sums(workbench, target):
    made = back_up(target)

    held = parts(target)
    told = json.loads(held["manifest.json"])
    assert {name[len("files/") :] for name in held if name.startswith("files/")} == set(workbench.stored())
    assert sorted(held) == sorted(["manifest.json", *(part["name"] for part in told["parts"])])
    assert ["projects", "0001_initial"] in told["migrations"]
    assert (told["format"], told["missing"], told["damaged"]) == (1, [], [])
    assert sum(made.manifest.tables.values()) > 50
    assert oct(target.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in target.parent.iterdir()] == ["zone.zip"]


def test_the_secret_key_and_sessions_stay_out(client, workbench, target, settings):
    call_command("backup", str(target), "--with-key")
    assert parts(target)["secret-key"].decode() == settings.SECRET_KEY

    client.post("/login/", {"username": "alice", "password": "zone-secret-1"})
    kept = Session.objects.get().session_key
    back_up(target, replace=True)

    held = parts(target)
    assert "secret-key" not in held
    assert not any(kept.encode() in content for content in held.values())


def test_what_is_there_is_only_written_over_when_asked(workbench, target):
    target.write_text("mine")

    with pytest.raises(CommandError, match="already there"):
        call_command("backup", str(target))
    assert target.read_text() == "mine"

    call_command("backup", str(target), "--replace")
    assert verify(target).kind in ("sqlite", "rows")


def test_a_place_that_cannot_be_written_is_named(workbench, tmp_path):
    with pytest.raises(CommandError, match=r"nowhere/zone\.zip cannot be written"):
        call_command("backup", str(tmp_path / "nowhere" / "zone.zip"))


def test_a_file_that_is_missing_or_damaged_is_told_and_the_rest_is_kept(workbench, target, capsys):
    gone, changed = workbench.stored()
    (workbench.files / gone).unlink()
    (workbench.files / changed).write_bytes(PDF + b"bits have rotted")

    call_command("backup", str(target))

    told = capsys.readouterr().err
    assert f"it was not there: {gone}" in told
    assert f"another sum): {changed}" in told
    assert verify(target).damaged == (changed,)


def test_a_file_whose_row_came_after_the_instant_is_not_in_it(workbench, target, monkeypatch):
    from zoneworks.site.operating import backing_up

    late = []
    referred_to = backing_up.files.referred_to
    monkeypatch.setattr(
        backing_up.files, "referred_to", lambda alias: late.append(add_file()) or referred_to(alias)
    )

    back_up(target)

    assert late[0] in workbench.stored()
    assert f"files/{late[0]}" not in parts(target)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: content[:-100], "end is missing"),
        (lambda content: content[: len(content) // 2], "end is missing"),
        (lambda content: b"", "end is missing"),
        (
            lambda content: content[:200] + bytes([content[200] ^ 1]) + content[201:],
            "cannot be read|not what was",
        ),
        (lambda content: content.replace(b"manifest.json", b"manifest.jsoN"), "no manifest|does not hold"),
    ],
)
def test_a_backup_that_was_cut_off_or_changed_is_refused(workbench, target, change, why):
    back_up(target)
    target.write_bytes(change(target.read_bytes()))

    with pytest.raises(CommandError, match=why):
        call_command("backup", str(target), "--verify")


def test_a_changed_manifest_and_a_foreign_part_are_refused(workbench, target):
    back_up(target)
    held = parts(target)
    for name, content in (("manifest.json", held["manifest.json"] + b" "), ("files/extra.txt", b"x")):
        with zipfile.ZipFile(target) as archive:
            comment = archive.comment
        changed = target.with_name("changed.zip")
        with zipfile.ZipFile(changed, "w") as archive:
            for part, said in {**held, name: content}.items():
                archive.writestr(part, said)
            archive.comment = comment
        with pytest.raises(OperatingError, match=r"manifest was changed|does not hold"):
            verify(changed)


def test_a_newer_format_is_refused_before_anything_else(target):
    with target.open("wb") as file, ArchiveWriter(file) as writer:
        writer.close(Manifest("2030-01-01", "9.0", "sqlite", (), {}, (), format=2))

    with pytest.raises(OperatingError, match=r"format 2 by version 9\.0"):
        Archive(target)


def test_whatever_byte_is_changed_the_archive_is_whole_or_refused(target):
    with target.open("wb") as file, ArchiveWriter(file) as writer:
        with writer.part("database.sqlite3") as into:
            into.write(b"rows " * 20)
        with writer.part("files/a.pdf", packed=False) as into:
            into.write(b"contract")
        writer.close(Manifest("2030-01-01", "1.0", "sqlite", (), {}, tuple(writer.parts)))
    whole, refused = target.read_bytes(), 0
    for place in range(len(whole)):
        for flip in (0x01, 0xFF):
            target.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
            try:
                verify(target)
            except OperatingError:
                refused += 1
    assert refused > len(whole)  # what may change unnoticed are times and such, which nobody reads


@given(st.text(st.sampled_from("ab./\\\0 高"), min_size=1))
def test_no_name_leads_out_of_the_folder(name):
    if is_plain(name):
        root = Path("/srv/files")
        assert root in Path(os.path.normpath(root / name)).parents


FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from zoneworks.site.command import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), -1))
main()
"""


@pytest.mark.parametrize("room", [0, 5_000, 20_000])
def test_on_a_full_disk_there_is_a_message_and_no_file(workbench, target, room):
    """A limit on the size of files stands for the full disk: the system refuses to write more in the same way."""
    add_project()

    ran = workbench.python(FULL_DISK, str(room), "backup", str(target))
    _out, told = ran.communicate(timeout=120)

    assert ran.returncode == 1
    assert "the disk is full" in told or "it is full or damaged" in told
    assert "Traceback" not in told
    assert not list(target.parent.iterdir())
    assert not [path for path in workbench.data.iterdir() if path.name.startswith(".backup-")]
    assert Project.objects.filter(name="后来的项目").exists()


def test_a_backup_while_the_server_writes_is_of_one_instant(workbench, target):
    """Each project comes with its audit line in one transaction; an instant has both or neither."""
    writing = workbench.python(WRITE_FOREVER)
    try:
        assert writing.stdout.readline() == "writing\n"
        manifest = back_up(target).manifest
    finally:
        writing.kill()
        writing.communicate()

    steps, lines = steps_and_lines(target, manifest.kind)
    assert steps == lines > 0


def steps_and_lines(target: Path, kind: str) -> tuple[int, int]:
    """How many steps of projects the archive holds, and how many lines that say they were recorded."""
    held = parts(target)
    if kind == "sqlite":
        copy = target.with_name("copy.sqlite3")
        copy.write_bytes(held["database.sqlite3"])
        with sqlite3.connect(copy) as database:
            (steps,) = database.execute("SELECT count(*) FROM projects_projectstep").fetchone()
            (lines,) = database.execute(
                "SELECT count(*) FROM kit_change c JOIN django_content_type t ON t.id = c.content_type_id "
                "WHERE t.model = 'projectstep' AND verb = 'record'"
            ).fetchone()
        return steps, lines
    types = map(json.loads, held["rows/contenttypes.contenttype.jsonl"].splitlines())
    step = next(row[0] for row in types if row[2] == "projectstep")
    columns = json.loads(held["manifest.json"])["columns"]["kit.change"]
    changes = [
        dict(zip(columns, json.loads(row), strict=True)) for row in held["rows/kit.change.jsonl"].splitlines()
    ]
    recorded = [row for row in changes if (row["content_type_id"], row["verb"]) == (step, "record")]
    return len(held["rows/projects.projectstep.jsonl"].splitlines()), len(recorded)


WRITE_FOREVER = """
import os
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "zoneworks.site.settings"
django.setup()
from datetime import date
from itertools import count
from zoneworks.kit import recording
from zoneworks.projects.models import Project, ProjectStep
project = Project.objects.first()
for number in count():
    day = date(2024, 6, 1 + number % 28)
    recording.add(ProjectStep(zone=project.zone, project=project, kind="signed", earliest=day, latest=day), actor=None)
    if number == 3:
        print("writing", flush=True)
"""
