"""Who the crowd is, for locust: officers and leaders of a zone, each with a log-in and a browser of their own.

`tools/crowd.py` starts it. Weights and waits are those of an office: mostly lists and pages of projects, now and then a
search, a board, a measure, a visit that is logged, a step that is recorded.
"""

from __future__ import annotations

import os
import random
import re
from datetime import date, timedelta
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import gevent
from gevent.lock import Semaphore
from locust import FastHttpUser, between, events, task

ZONE = os.environ["CROWD_ZONE"]
PASSWORD = os.environ["CROWD_PASSWORD"]
PROJECTS = int(os.environ["CROWD_PROJECTS"])
PEOPLE = int(os.environ["CROWD_PEOPLE"])
SECONDS = float(os.environ["CROWD_SECONDS"])
STAGES = ("in_talks", "signed", "registered", "started", "in_production")
MEASURES = ("projects.signed", "projects.signed.planned_total", "projects.started", "engagements.visits")
SEARCHED = ("样例", "科技", "电池", "yl", "0123", "1.2亿元", "江苏")
FRAGMENT = {"HX-Request": "true"}
_numbers = count()
_at_the_door = Semaphore(2)
"""Two log in at a time: a password is meant to be slow to check, and nobody asks how fast the first minute is."""


_notes = open(os.environ["CROWD_NOTES"], "a", buffering=1)  # noqa: PTH123, SIM115
_inside = count(1)
_is_full = False


@events.request.add_listener
def told(name: str, response_time: float, exception: BaseException | None, **more: Any) -> None:
    """Note what was asked, whether everybody was in, how long it took in milliseconds, and what went wrong."""
    said = f"{type(exception).__name__} {str(exception)[:300]}" if exception is not None else ""
    _notes.write(f"{name}\t{int(_is_full)}\t{response_time:.1f}\t{' '.join(said.split())}\n")


class Person(FastHttpUser):
    """Somebody of the zone's staff at work."""

    abstract = True
    role = ""
    wait_time = between(3, 12)
    connection_timeout = network_timeout = 30.0

    def on_start(self) -> None:
        """Log in through the page."""
        self.projects: list[int] = []
        self.name = f"crowd{next(_numbers):04}"
        with _at_the_door:
            page = self.client.get("/login/", name="log-in, page")
            said = {"username": self.name, "password": PASSWORD, "csrfmiddlewaretoken": secret_in(page.text)}
            self.sent("/login/", said, "log-in", "/logout/")
        if next(_inside) == PEOPLE:
            self.everybody_is_in()

    def everybody_is_in(self) -> None:
        """Let the time count from now on, and end when it is over."""
        global _is_full
        _is_full = True
        gevent.spawn_later(SECONDS, self.environment.runner.quit)

    # -- asking --------------------------------------------------------------------------------------------------------

    def page(self, path: str, name: str, headers: dict[str, str] | None = None) -> str:
        """Return a page of the zone; anything but 200, and the log-in page, is a failure."""
        with self.client.get(
            f"/{ZONE}/{path}", name=name, headers=headers or {}, catch_response=True
        ) as answer:
            text = answer.text or ""
            if answer.status_code != HTTPStatus.OK:
                answer.failure(f"answered {answer.status_code}: {told_by(text)}")
            elif 'name="password"' in text:
                answer.failure("had to log in again")
            return text

    def sent(
        self, path: str, said: dict[str, Any], name: str, there: str, *, may_be_asked: bool = False
    ) -> bool:
        """Send a form; a page without `there` on it is a failure, unless it may ask something first: then false."""
        with self.client.post(
            path, data=said, name=name, headers={"Referer": self.host + path}, catch_response=True
        ) as answer:
            text = answer.text or ""
            if may_be_asked and answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
                answer.success()
                return False
            if answer.status_code != HTTPStatus.OK or there not in text:
                answer.failure(f"answered {answer.status_code}: {told_by(text)}")
            return True

    def some_project(self) -> int:
        if not self.projects:
            self.list_of_projects()
        return random.choice(self.projects)  # noqa: S311

    # -- what everybody does -------------------------------------------------------------------------------------------

    @task(20)
    def list_of_projects(self) -> None:
        asked: dict[str, Any] = {"page": random.randint(1, max(1, PROJECTS // 50))}  # noqa: S311
        text = self.page(f"projects/?{urlencode(asked)}", "list of projects, some page")
        self.projects = projects_in(text) or self.projects

    @task(10)
    def filtered_list(self) -> None:
        stage = random.choice(STAGES)  # noqa: S311
        self.page(
            f"projects/?stage={stage}&sort=-planned_total", "list of projects, filtered and sorted", FRAGMENT
        )

    @task(20)
    def page_of_a_project(self) -> None:
        self.page(f"projects/{self.some_project()}/", "page of a project")

    @task(6)
    def search_in_the_list(self) -> None:
        text = random.choice(SEARCHED)  # noqa: S311
        self.page(f"projects/?{urlencode({'q': text})}", "list of projects, searched", FRAGMENT)

    @task(6)
    def search_everywhere(self) -> None:
        self.page(f"search/?{urlencode({'q': random.choice(SEARCHED)})}", "search")  # noqa: S311

    @task(4)
    def list_of_engagements(self) -> None:
        self.page(f"engagements/?page={random.randint(1, 20)}", "list of engagements")  # noqa: S311

    @task(4)
    def list_of_organizations(self) -> None:
        self.page(f"organizations/?page={random.randint(1, 20)}", "list of organizations")  # noqa: S311

    @task(3)
    def a_measure(self) -> None:
        self.page(f"measures/{random.choice(MEASURES)}/", "a measure, opened")  # noqa: S311


class Officer(Person):
    """Works projects, logs visits, records steps."""

    weight = 9
    own: list[int] = []

    @task(8)
    def board(self) -> None:
        self.own = projects_in(self.page("boards/officer/", "board of an officer"))

    @task(6)
    def log_a_visit(self) -> None:
        form = self.page("log/", "quick log, form")
        mark = uuid4()
        said = {
            "csrfmiddlewaretoken": secret_in(form),
            "key": str(mark),
            "kind": "outward_visit",
            "organization_typed": f"到访企业{mark.hex[:12]}有限公司",
            "new_organization": "on",
            "held_on": (date(2024, 1, 1) + timedelta(days=mark.int % 300)).isoformat(),
            "outcome": "谈了用地和用电，下周回访。",
        }
        self.sent(f"/{ZONE}/log/", said, "quick log, sent", f"/{ZONE}/engagements/")

    @task(3)
    def record_a_step(self) -> None:
        if not self.own:
            self.board()
        if not self.own:
            return
        pk = random.choice(self.own)  # noqa: S311
        address = f"facts/project-steps/new/?subject={pk}"
        form = self.page(address, "step of a project, form")
        said = {
            "csrfmiddlewaretoken": secret_in(form),
            "kind": "in_talks",
            "when": (date(2024, 1, 1) + timedelta(days=uuid4().int % 300)).isoformat(),
            "asserted_by": "self_reported",
            "note": "人群测试",
            "again": "on",
        }
        there = f"/{ZONE}/projects/{pk}/"
        # A day that contradicts others is asked about once, and taken with its reason when it is sent again.
        if not self.sent(f"/{ZONE}/{address}", said, "step of a project, sent", there, may_be_asked=True):
            self.sent(f"/{ZONE}/{address}", said | {"asked": "1"}, "step of a project, sent again", there)


class Leader(Person):
    """Looks at the board and opens its numbers."""

    weight = 1

    @task(20)
    def board(self) -> None:
        self.page("boards/leader/", "board of the leader")


def projects_in(page: str) -> list[int]:
    """Return the numbers of the projects that a page leads to."""
    return sorted({int(pk) for pk in re.findall(rf"/{ZONE}/projects/(\d+)/", page)})


def secret_in(page: str | None) -> str:
    """Return the token of the form of a page; empty when there is none, which the answer then tells."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page or "")
    return found[1] if found else ""


def told_by(page: str) -> str:
    """Return the first words of a page, without its marks."""
    main = page.partition("<main")[2] or page
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())[:200]
