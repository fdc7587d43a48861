"""Health and logs: enough for a machine to watch, nothing about anybody."""

from __future__ import annotations

import errno
import io
import json
import logging
import sqlite3

import pytest
from django.db import OperationalError

from zoneworks.api.tests.caller import caller_for
from zoneworks.site.operating.logs import JsonFormatter, PlainRefusals, logging_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """The lines of the log, read back."""
    found: list[dict] = []

    class Kept(logging.Handler):
        def emit(self, record):
            found.append(json.loads(self.format(record)))

    handler, logger, root = Kept(), logging.getLogger("zoneworks.requests"), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    level = logger.level
    root.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield found
    root.removeHandler(handler)
    logger.setLevel(level)


def test_health_says_that_all_is_well_and_nothing_else(client, django_assert_num_queries):
    client.get("/health/")
    with django_assert_num_queries(2):  # is there a table of migrations, and which are in it
        answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "disk": "ok"}
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/health/").status_code == 405


@pytest.mark.parametrize(
    ("place", "stand_in", "fault"),
    [
        ("schema.applied", lambda: frozenset(), "migrations"),
        ("schema.applied", lambda: 1 / 0, "database"),
        ("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": 1}), "disk"),
    ],
)
def test_health_says_what_is_not_well(client, monkeypatch, place, stand_in, fault):
    monkeypatch.setattr(f"zoneworks.site.operating.health.{place}", stand_in)

    answer = client.get("/health/")
    assert (answer.status_code, answer.json()[fault]) == (503, "fault")


def test_a_request_is_one_line_with_its_route_and_a_pseudonym(client, cast, lines):
    client.force_login(cast.alice)
    answer = client.get("/north/projects/?q=王小明&phone=13800138000")

    (line,) = [line for line in lines if line.get("event") == "request"]
    assert (line["route"], line["status"], line["method"]) == ("projects:list", answer.status_code, "GET")
    assert line["zone"] == "north"
    assert line["request"] == answer["X-Request-ID"]
    assert len(line["user"]) == 12
    told = json.dumps(lines, ensure_ascii=False)
    for word in ("王小明", "13800138000", "alice", "Alice", "127.0.0.1"):
        assert word not in told


def test_what_was_not_found_or_refused_leaves_no_address(client, cast, lines):
    client.force_login(cast.charlie)
    client.get("/north/projects/4711/?q=王小明")
    client.get("/张三/")

    told = json.dumps(lines, ensure_ascii=False)
    assert "4711" not in told
    assert "张三" not in told
    assert [line["status"] for line in lines if line.get("event") == "request"] == [404, 404]


def test_a_refusal_is_one_line_without_a_traceback(client, cast):
    assert logging_settings(as_json=False)["handlers"]["console"]["filters"] == ["refusals"]
    said = io.StringIO()
    handler, root = logging.StreamHandler(said), logging.getLogger()
    handler.addFilter(PlainRefusals())
    root.addHandler(handler)
    client.force_login(cast.alice)
    try:
        assert client.get("/north/units/new/").status_code == 403
    finally:
        root.removeHandler(handler)
    assert said.getvalue().count("\n") == 1


def test_an_error_is_told_by_type_and_place_without_its_words(client, cast, lines, monkeypatch):
    def fails(*_args, **_kwargs):
        secret = "王小明 13800138000"
        raise ValueError(f"cannot read {secret}")

    monkeypatch.setattr("zoneworks.site.boards.leader.funnel", fails)
    client.force_login(cast.leader)
    client.raise_request_exception = False

    assert client.get("/north/boards/leader/").status_code == 500
    told = json.dumps(lines, ensure_ascii=False)
    assert "builtins.ValueError" in told
    assert "leader_board" in told
    assert "王小明" not in told


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OperationalError("disk is full")]
)
def test_a_full_disk_is_a_message(client, cast, lines, monkeypatch, error):
    if isinstance(error, OperationalError):
        cause = OSError(errno.ENOSPC, "No space left on device")
        error.__cause__ = cause

    def fails(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("zoneworks.site.boards.leader.funnel", fails)
    client.force_login(cast.leader)

    answer = client.get("/north/boards/leader/")
    assert answer.status_code == 507
    assert "The disk of the server is full" in answer.content.decode()


def test_plain_logs_say_what_went_wrong_only():
    assert logging_settings(as_json=False)["loggers"]["zoneworks.requests"]["level"] == "WARNING"
    assert logging_settings(as_json=True)["handlers"]["console"]["formatter"] == "json"


def test_who_waited_for_another_writing_too_long_is_told_to_send_it_again(client, cast, lines, monkeypatch):
    held = sqlite3.OperationalError("database is locked")
    held.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
    error = OperationalError("database is locked")
    error.__cause__ = held

    def fails(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("zoneworks.site.boards.leader.funnel", fails)
    client.force_login(cast.leader)

    answer = client.get("/north/boards/leader/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Nothing of what you sent was written" in answer.content.decode()


@pytest.mark.parametrize(
    ("code", "status", "wait", "title", "says"),
    [
        (sqlite3.SQLITE_BUSY, 503, "30", "工作台现在无法处理", "没有写入"),
        (sqlite3.SQLITE_FULL, 507, None, "服务器磁盘已满", "没有写入"),
    ],
)
def test_a_program_is_told_the_same_as_a_problem_in_its_language(
    cast, zone, lines, monkeypatch, code, status, wait, title, says
):
    error = sqlite3.OperationalError("not now")
    error.sqlite_errorcode = code

    def fails(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("rest_framework.views.APIView.initial", fails)

    answer = caller_for(cast.alice, zone, language="zh-hans").get("projects")
    assert (answer.status_code, answer.get("Retry-After")) == (status, wait)
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert title in told["title"]
    assert says in told["detail"]
