"""The doctor finds what is wrong, says what to do, mends what follows from other rows, and faints at nothing."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from contextlib import closing
from datetime import date, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from zoneworks.engagements.models import Engagement
from zoneworks.kit.models import Change
from zoneworks.kit.soundness import Soundness, keep_sound, kept_sound
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.site.operating import backing_up
from zoneworks.site.operating.backing_up import back_up
from zoneworks.site.operating.doctor import Level, examined, worst
from zoneworks.site.operating.doctor.findings import Check, checks
from zoneworks.site.tests.operating.conftest import ON_POSTGRES, add_file
from zoneworks.sources.models import Citation, DocumentPiece, Passage


@pytest.fixture
def workbench(workbench, tmp_path):
    """A workbench with nothing to complain about."""
    back_up(tmp_path / "last.zip")
    return workbench


def complaints(**options) -> dict[str, list]:
    """What is not in order, by check."""
    found: dict[str, list] = {}
    for finding in examined(**options):
        if finding.level != Level.OK:
            found.setdefault(finding.check, []).append(finding)
    return found


def one(check: str, **options):
    """The one complaint of `check`, when nobody else complains."""
    found = complaints(**options)
    assert list(found) == [check]
    assert len(found[check]) == 1
    return found[check][0]


def test_a_sound_workbench_has_no_complaint(workbench, capsys):
    assert complaints() == {}

    call_command("doctor", "--json", "--strict")
    told = json.loads(capsys.readouterr().out)
    assert told["level"] == "ok"
    assert {finding["check"] for finding in told["findings"]} == {
        *{check.key for check in checks},
    } - ({"integrity"} if ON_POSTGRES else set())


def test_exit_code_and_words_say_how_bad_it_is(workbench, capsys):
    (workbench.files / workbench.stored()[0]).unlink()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--quiet", "--no-color")
    told = capsys.readouterr().out
    assert ended.value.code == 1
    assert re.search(r"^fault  1 file is missing", told)
    assert "→ Restore the last backup" in told
    assert workbench.stored()[0] not in told
    assert "looked at: 1 faults, 0 warnings." in told


def test_a_warning_is_only_counted_when_asked(workbench):
    (workbench.data / backing_up.LAST).unlink()

    assert one("backup").said == "No backup was ever made."
    call_command("doctor", "--quick")
    with pytest.raises(SystemExit):
        call_command("doctor", "--quick", "--strict")


# -- settings, rights, disk ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "level", "said"),
    [
        ({"DEBUG": True}, Level.WARNING, "Debug pages"),
        (
            {"DEBUG": True, "ALLOWED_HOSTS": ["zone.example"], "SESSION_COOKIE_SECURE": True},
            Level.FAULT,
            "Debug",
        ),
        ({"SECRET_KEY": "short"}, Level.FAULT, "only 5 characters"),
        ({"ALLOWED_HOSTS": ["zone.example"]}, Level.FAULT, "without encryption"),
        ({"ALLOWED_HOSTS": ["*"], "SESSION_COOKIE_SECURE": True}, Level.WARNING, "any host name"),
        (
            {"ALLOWED_HOSTS": ["zone.example"], "SESSION_COOKIE_SECURE": True, "DEMO_LOGINS": True},
            Level.FAULT,
            "demo's passwords",
        ),
    ],
)
def test_dangerous_settings_are_named(workbench, changed, level, said):
    with override_settings(TRUSTED_PROXIES=["127.0.0.1/32"], **changed):
        finding = one("settings")
    assert (finding.level, said in finding.said) == (level, True)
    assert finding.todo


@pytest.mark.parametrize("name", [".", "secret-key"])
def test_what_others_can_read_is_closed(workbench, name):
    (workbench.data / name).chmod(0o755)

    assert one("rights").level == Level.FAULT
    assert complaints(mend=True) == {}
    assert (workbench.data / name).stat().st_mode & 0o077 == 0


def test_files_of_another_user_are_named(workbench):
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    (workbench.data / "odd").write_text("")
    os.chown(workbench.data / "odd", 12345, 12345)

    assert "odd" in one("rights").said


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.FAULT), (5 * 10**8, Level.WARNING)])
def test_little_room_is_told_before_it_is_used_up(workbench, monkeypatch, free, level):
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": free}))

    found = complaints()["disk"]
    assert found[0].level == level
    assert f"{free / 1e6:,.1f} MB are free" in found[0].said


def test_an_old_backup_is_told(workbench, monkeypatch):
    monkeypatch.setattr("zoneworks.site.operating.doctor.machine.OLDEST_BACKUP", timedelta(0))

    assert "The last backup was made" in one("backup").said


def test_a_safety_copy_is_no_backup(workbench, tmp_path):
    from zoneworks.site.operating.restoring import restore

    (workbench.data / backing_up.LAST).unlink()
    restore(tmp_path / "last.zip")
    assert backing_up.last_made() is None


# -- database ----------------------------------------------------------------------------------------------------


def test_missing_and_unknown_migrations_are_faults(workbench):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = '0099_later' WHERE app = 'engagements'")

    newer, missing = complaints(quick=True)["migrations"]
    assert "engagements.0099_later" in newer.said
    assert "engagements.0001_initial" in missing.said


@pytest.mark.skipif(ON_POSTGRES, reason="a file is damaged here")
def test_a_damaged_database_is_a_fault_and_nobody_faints(workbench):
    connection.close()
    live = workbench.data / "zoneworks.sqlite3"
    content = live.read_bytes()
    live.write_bytes(b"no database" * 2000)
    assert "does not answer" in complaints()["database"][0].said

    live.write_bytes(content[:60_000] + b"\xff" * 8192 + content[68_192:])
    assert worst([finding for found in complaints().values() for finding in found]) == Level.FAULT


@pytest.mark.skipif(ON_POSTGRES, reason="PostgreSQL does not let it come to this")
def test_a_row_that_refers_to_nothing_is_a_fault(workbench):
    with closing(sqlite3.connect(workbench.data / "zoneworks.sqlite3")) as database:
        database.execute("UPDATE projects_project SET officer_id = 999")
        database.commit()

    assert "projects_project" in complaints()["integrity"][0].examples[0]


def test_an_empty_database_is_said_to_be_empty(make_workbench):
    from zoneworks.site.tests.operating.conftest import at_home

    with at_home(make_workbench("empty", empty=True)):
        assert "is empty" in complaints()["database"][0].said


def test_what_cannot_be_looked_at_is_a_finding(workbench, monkeypatch):
    def faint():
        raise RuntimeError("no idea")
        yield

    monkeypatch.setattr("zoneworks.site.operating.doctor.findings.checks", [Check("odd", faint)])
    assert "could not be looked at: no idea" in one("odd").said


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_changed_file_is_a_fault_that_a_restore_heals(workbench, tmp_path):
    from zoneworks.site.operating.restoring import restore

    name = workbench.stored()[0]
    (workbench.files / name).write_bytes(b"bits have rotted")

    assert one("sums").examples == (name,)
    restore(tmp_path / "last.zip")
    assert complaints() == {}


def test_a_file_without_a_row_is_moved_aside_not_deleted(workbench):
    (workbench.files / "stray").mkdir()
    stray = workbench.files / "stray" / "scan.pdf"
    stray.write_bytes(b"whose is this?")
    assert complaints() == {}, "an upload may be under way"
    old = time.time() - 4000
    os.utime(stray, (old, old))

    assert one("files").examples == ("stray/scan.pdf",)
    assert complaints(mend=True) == {}
    assert (workbench.data / "unreferenced" / "stray" / "scan.pdf").read_bytes() == b"whose is this?"


def test_what_a_killed_operation_left_is_cleared(workbench):
    from zoneworks.site.operating.restoring import restore
    from zoneworks.site.tests.operating.killing import killed_at

    add_file()
    assert killed_at("placing.place", "after", lambda: restore(workbench.data.parent / "last.zip"))

    assert ".restore-" in one("left-behind").said
    assert complaints(mend=True) == {}


# -- rows ----------------------------------------------------------------------------------------------------------


def damage_project():
    Project.objects.update(stage="lost", planned_total=1)


def damage_engagement():
    Engagement.objects.update(state="canceled", count=7)


def damage_search_text():
    Organization.objects.update(search_text="something else")


def damage_search_index():
    index = "organizations_organization_search"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}" if ON_POSTGRES else f"DROP TRIGGER {index}_changed")


def damage_passage():
    Passage.objects.update(quote="别的事情")


def damage_pieces():
    DocumentPiece.objects.all().delete()


def damage_citation():
    Citation.objects.update(object_id=10**9)


def damage_trail():
    Change.objects.filter(content_type=ContentType.objects.get_for_model(ProjectStep)).delete()


@pytest.mark.parametrize(
    ("damage", "example", "is_mended"),
    [
        (damage_project, r"projects\.Project \d+: stage, planned_total", True),
        (damage_engagement, r"engagements\.Engagement \d+: state, count", True),
        (damage_search_text, r"organizations\.Organization \d+: search_text", True),
        (damage_search_index, r"organizations\.Organization 0: there is no index", True),
        (damage_passage, r"sources\.Passage \d+: the document does not say this", False),
        (damage_pieces, r"sources\.Document \d+: not found by its words", True),
        (damage_citation, r"sources\.Citation \d+: hangs on a row that is not there", False),
        (damage_trail, r"projects\.ProjectStep \d+: without a line", False),
    ],
)
def test_rows_that_contradict_each_other_are_found_and_what_follows_is_mended(
    workbench, damage, example, is_mended
):
    with transaction.atomic():
        damage()

    finding = one("rows")
    assert re.match(example, finding.examples[0])
    assert finding.level == Level.FAULT
    assert (finding.mend is not None) == is_mended
    assert (complaints(mend=True) == {}) == is_mended


def test_the_doctor_names_nobody(workbench):
    for damage in (damage_project, damage_search_text, damage_citation, damage_passage):
        damage()
    told = "\n".join(" ".join([finding.said, finding.todo, *finding.examples]) for finding in examined())
    for name in ("储能", "欧力特", "王小明", "Alice", "alice", "日报"):
        assert name not in told


def test_passing_days_and_new_names_are_no_damage(workbench):
    """A span that ended since, and an investor's new name, are followed without the doctor."""
    project = Project.objects.get()
    organization = Organization.objects.get()
    from zoneworks.kit import recording
    from zoneworks.projects.models import ProjectParty

    day = date(2024, 5, 1)
    party = ProjectParty(
        zone=project.zone,
        project=project,
        organization=organization,
        kind="investor",
        earliest=day,
        latest=day,
    )
    recording.add(party, actor=None)
    organization.name = "欧力特新能源股份有限公司"
    organization.save()

    assert complaints() == {}
    assert Project.objects.matching("新能源股份").exists()
    assert Passage.objects.exists()


def test_two_checks_of_one_key_are_refused():
    taken = kept_sound[0].key
    with pytest.raises(ValueError, match=taken):
        keep_sound(type("Again", (Soundness,), {"key": taken}))
