"""Background jobs: how they end, who sees them, and what a restart does to them."""

from __future__ import annotations

import errno
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from zoneworks.jobs import channel, running, working
from zoneworks.jobs.models import Job, State
from zoneworks.jobs.running import Outcome, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def does(monkeypatch):
    """Let the jobs of kind "test" do something for the length of a test."""

    def set_up(function):
        monkeypatch.setitem(running._runs, "test", function)

    return set_up


@pytest.fixture
def ask(cast, zone, settings):
    def submitted(at_once=True, **values):
        settings.JOBS_AT_ONCE = at_once
        values = {"zone": zone, "owner": cast.alice, "title": "Count", "arguments": {"n": 3}, **values}
        return submit("test", **values)

    return submitted


def work_once():
    """Let the worker start, do what waits, and stop when nothing is left."""
    working.work(lambda: not Job.objects.open().exists())


def test_a_job_waits_for_the_worker_and_tells_its_result(ask, does, tmp_path):
    file = tmp_path / "out.xlsx"
    file.write_text("made")

    def count(job, progress):
        progress.say(job.arguments["n"], 3, "counting")
        assert channel.heard(job.pk) == channel.Beat(3, 3, "counting")
        return Outcome("three", url="/x/", file=file, file_name="三.xlsx")

    does(count)
    job = ask(at_once=False)
    assert job.state == State.QUEUED
    work_once()
    job.refresh_from_db()

    assert (job.state, job.message, job.done, job.total) == (State.DONE, "three", 3, 3)
    assert (job.file.read(), job.file_name) == (b"made", "三.xlsx")
    assert not file.exists()
    assert channel.heard(job.pk) is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValidationError(["Row 5: no name.", "Row 6: no name."]), "Row 5: no name.\nRow 6: no name."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk of the server is full."),
        (DatabaseError("database or disk is full"), "The disk of the server is full."),
        (KeyError("secret detail"), "Something went wrong in the program"),
    ],
)
def test_a_failed_job_says_what_a_person_can_do(ask, does, error, said):
    def fail(job, progress):
        raise error

    does(fail)
    job = ask()
    assert job.state == State.FAILED
    assert job.error.startswith(said)
    assert "secret" not in job.error


def test_a_file_that_finds_no_room_is_left_nowhere(ask, does, tmp_path, settings, monkeypatch):
    file = tmp_path / "out.xlsx"
    file.write_text("made")
    does(lambda job, progress: Outcome(file=file))

    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.base.File.chunks", lambda self, size=None: full(self, size))
    job = ask()
    assert job.state == State.FAILED and "disk" in job.error
    assert not file.exists()
    assert [path for path in tmp_path.rglob("*.xlsx") if path.is_file()] == []


def test_a_running_job_stops_at_its_next_step(ask, does):
    went = []

    def slow(job, progress):
        went.append("began")
        assert running.cancel(job)
        progress.check()
        went.append("went on")

    does(slow)
    job = ask()
    assert (job.state, went) == (State.CANCELED, ["began"])
    assert not running.cancel(job)


def test_canceling_a_running_job_writes_nothing_to_the_database(ask, does):
    def slow(job, progress):
        with CaptureQueriesContext(connection) as queries:
            assert running.cancel(job)
        assert [each["sql"] for each in queries if not each["sql"].startswith("SELECT")] == []
        progress.check()

    does(slow)
    assert ask().state == State.CANCELED


def test_a_waiting_job_is_canceled_at_once(ask, does):
    does(lambda job, progress: pytest.fail("it ran"))
    job = ask(at_once=False)
    assert running.cancel(job)
    work_once()
    job.refresh_from_db()
    assert job.state == State.CANCELED


def brought_files(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_file_that_was_brought_is_there_until_the_job_is_settled(ask, does, settings):
    read = []

    def look(job, progress):
        progress.check()
        with job.brought.open("rb") as file:
            read.append(file.read())
        return Outcome("done")

    does(look)
    job = ask(at_once=False, brought=ContentFile(b"mine", name="名单.xlsx"))
    running.run(job, "host:a", lambda: True)
    assert [path.suffix for path in brought_files(settings)] == [".xlsx"]
    work_once()
    job.refresh_from_db()
    assert (read, job.state, job.brought.name, brought_files(settings)) == ([b"mine"], State.DONE, "", [])


@pytest.mark.parametrize("end", ["fails", "is canceled", "is interrupted", "is not kept"])
def test_no_file_that_was_brought_outlives_its_job(ask, does, settings, monkeypatch, end):
    def fail(job, progress):
        raise ValidationError("no")

    def full(**values):
        raise DatabaseError("database or disk is full")

    does(fail)
    brought = ContentFile(b"mine", name="a.xlsx")
    if end == "is not kept":
        monkeypatch.setattr(Job.objects, "create", full)
        with pytest.raises(DatabaseError):
            ask(at_once=False, brought=brought)
    else:
        job = ask(at_once=False, brought=brought)
        match end:
            case "fails":
                work_once()
            case "is canceled":
                running.cancel(job)
            case _:
                values = {"state": State.RUNNING, "runner": working.runner_name(), "attempts": 3}
                Job.objects.filter(pk=job.pk).update(**values)
                working.recover()
    assert brought_files(settings) == []


def test_a_worker_that_is_stopped_leaves_its_job_to_the_next(ask, does):
    def long(job, progress):
        progress.check()
        return Outcome("done")

    does(long)
    job = ask(at_once=False)
    running.run(job, "host:a", lambda: True)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)
    work_once()
    job.refresh_from_db()
    assert job.state == State.DONE


@pytest.mark.parametrize(("attempts", "state"), [(1, State.DONE), (3, State.INTERRUPTED)])
def test_a_job_that_a_crash_cut_short_runs_again_but_not_forever(ask, does, attempts, state):
    does(lambda job, progress: Outcome("done"))
    job = ask(at_once=False)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, runner=working.runner_name(), attempts=attempts)
    working.recover()
    work_once()
    job.refresh_from_db()
    assert job.state == state
    assert bool(job.error) is (state == State.INTERRUPTED)


def test_what_another_machine_runs_is_left_alone(ask, does):
    job = ask(at_once=False)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, runner="elsewhere:/data")
    working.recover()
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_there_is_one_worker():
    with working.only_worker() as first, working.only_worker() as second:
        assert (first, second) == (True, False)
        assert working.is_taken()
    assert not working.is_taken()


def test_what_settled_long_ago_is_deleted_with_its_file(ask, does, tmp_path):
    file = tmp_path / "out.xlsx"
    file.write_text("made")
    does(lambda job, progress: Outcome(file=file))
    job = ask()
    kept = Path(Job.objects.get(pk=job.pk).file.path)
    working.tidy()
    assert Job.objects.filter(pk=job.pk).exists()
    Job.objects.update(finished_at=now() - timedelta(days=15))
    working.tidy()
    assert not Job.objects.exists()
    assert not kept.exists()


@pytest.mark.parametrize(
    ("who", "page", "status"),
    [
        ("alice", "detail", 200),
        ("administrator", "detail", 200),
        ("bob", "detail", 404),
        ("charlie", "detail", 404),
        ("alice", "file", 200),
        ("administrator", "file", 403),
        ("bob", "file", 404),
    ],
)
def test_a_job_and_its_file_belong_to_who_asked(client, cast, zone, ask, does, tmp_path, who, page, status):
    file = tmp_path / "out.xlsx"
    file.write_text("made")
    does(lambda job, progress: Outcome(file=file, file_name="a.xlsx"))
    job = ask()
    client.force_login(getattr(cast, who))
    address = reverse(f"jobs:{page}", kwargs={"zone": zone.code, "pk": job.pk})
    assert client.get(address).status_code == status


def test_the_page_asks_again_while_the_job_is_open_and_leads_on(client, cast, zone, ask, does):
    does(lambda job, progress: Outcome("done", url="/north/projects/"))
    job = ask(at_once=False)
    client.force_login(cast.alice)
    address = reverse("jobs:detail", kwargs={"zone": zone.code, "pk": job.pk})
    assert 'hx-trigger="every 1s"' in client.get(address).content.decode()
    assert "Count" in client.get(reverse("jobs:list", kwargs={"zone": zone.code})).content.decode()

    work_once()
    part = client.get(address, headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == "/north/projects/"
    assert "hx-trigger" not in part.content.decode()


def test_only_the_owner_cancels(client, cast, zone, ask, does):
    job = ask(at_once=False)
    address = reverse("jobs:cancel", kwargs={"zone": zone.code, "pk": job.pk})
    client.force_login(cast.administrator)
    assert client.post(address).status_code == 403
    client.force_login(cast.alice)
    assert client.post(address).status_code == 302
    job.refresh_from_db()
    assert job.state == State.CANCELED


def test_progress_is_told_now_and_then_not_each_time(ask, does):
    told = []

    def count(job, progress):
        began = time.monotonic()
        for number in range(1000):
            progress.say(number, 1000)
            told.append(channel.heard(job.pk).done)
        assert time.monotonic() - began < 5
        return Outcome()

    does(count)
    assert ask().state == State.DONE
    assert len(set(told)) < 100
