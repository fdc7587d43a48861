"""What people and programs do with a running workbench, each write with a mark by which it is found again."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import requests

TIMEOUT = 30
ROWS_OF_IMPORT = 60
DAYS = ("2024-03-01", "2024-04-02", "2024-05-03")
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)


@dataclass
class Attempt:
    """One write: what was asked, under which mark, and how it was answered."""

    kind: str
    mark: str
    about: int = 0
    sent: dict[str, Any] = field(default_factory=dict)
    answer: str = "unanswered"
    row: int = 0

    @property
    def is_sure(self) -> bool:
        return self.answer == "acknowledged"


class Book:
    """Every attempt of the run, and what went wrong in a way that a person would see."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.wrong: list[str] = []
        self._lock = threading.Lock()

    def begin(self, kind: str, about: int = 0) -> Attempt:
        """Note an attempt before anything is sent."""
        with self._lock:
            one = Attempt(kind, f"{kind}-{len(self.attempts):06}", about)
            self.attempts.append(one)
        return one

    def settle(self, one: Attempt, answer: requests.Response, *, done: bool) -> None:
        """Note how `one` was answered; an error of the server is wrong whenever it comes."""
        one.answer = "acknowledged" if done else "refused"
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and not is_busy(answer):
            self.wrong.append(f"{one.mark} was answered {answer.status_code}: {answer.text[:300]}")


class Program:
    """A program with a token: a project, a step that cites a passage, a figure and its correction, again and again."""

    KINDS = ("project", "step", "figure", "correction")

    def __init__(self, book: Book, base: str, token: str, passage: int) -> None:
        self.book, self.base, self.passage = book, f"{base}/api/v1", passage
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self.unanswered: list[Attempt] = []

    def steps(self) -> Iterator[None]:
        for one in self.unanswered:
            self._post(one)
            yield
        self.unanswered = []
        while True:
            project = self._new("project", "projects")
            yield
            self._new(
                "step",
                "facts/project-steps",
                project.row,
                kind="signed",
                when=DAYS[0],
                passages=[self.passage],
            )
            yield
            about = {"kind": "planned_total", "amount": "3亿元", "when": DAYS[0], "passages": [self.passage]}
            figure = self._new("figure", "facts/project-figures", project.row, **about)
            yield
            about |= {"amount": "近4亿元", "when": DAYS[1]}
            self._new("correction", f"facts/project-figures/{figure.row}/correct", figure.row, **about)
            yield

    def _new(self, what: str, path: str, about: int = 0, /, **said: Any) -> Attempt:
        one = self.book.begin(what, about)
        said |= {"name": one.mark} if what == "project" else {"note": one.mark}
        if about and what != "correction":
            said["about"] = about
        one.sent = {"path": path, "json": said}
        self.unanswered.append(one)
        self._post(one)
        self.unanswered.remove(one)
        return one

    def _post(self, one: Attempt) -> None:
        """Send a write under a key of its own: sent again after a kill, it is done once."""
        answer = requests.post(
            f"{self.base}/{one.sent['path']}",
            json=one.sent["json"],
            headers=self.headers | {"Idempotency-Key": one.mark},
            timeout=TIMEOUT,
        )
        self.book.settle(one, answer, done=answer.status_code == HTTPStatus.CREATED)
        if one.is_sure:
            one.row = answer.json()["id"]
        elif not is_busy(answer):
            self.book.wrong.append(f"{one.mark} was refused: {answer.status_code} {answer.text[:300]}")


class Person:
    """Somebody in a browser, logged in through the page; the session outlives the server."""

    def __init__(self, book: Book, base: str, name: str, password: str, project: int) -> None:
        self.book, self.base, self.name, self.password, self.project = book, base, name, password, project
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "en"
        self.unanswered: list[Attempt] = []
        self.is_in = False

    def log_in(self) -> None:
        """Log in once; a page that asks for it again is wrong."""
        where = f"{self.base.rpartition('/')[0]}/login/"
        secret = secret_in(self.browser.get(where, timeout=TIMEOUT).text)
        said = {"username": self.name, "password": self.password, "csrfmiddlewaretoken": secret}
        answer = self.browser.post(where, data=said, timeout=TIMEOUT)
        if "/login/" in answer.url:
            raise RuntimeError(f"{self.name} cannot log in: {answer.status_code}")
        self.is_in = True

    def page(self, path: str) -> str:
        answer = self.browser.get(f"{self.base}/{path}", timeout=TIMEOUT)
        if "/login/" in answer.url:
            self.book.wrong.append(f"{self.name} had to log in again")
            self.log_in()
            answer = self.browser.get(f"{self.base}/{path}", timeout=TIMEOUT)
        if answer.status_code != HTTPStatus.OK:
            self.book.wrong.append(f"{path} was answered {answer.status_code}")
        return answer.text

    def send(self, path: str, said: dict[str, Any], files: Any = None) -> requests.Response:
        said = said | {"csrfmiddlewaretoken": self.browser.cookies["csrftoken"]}
        return self.browser.post(
            f"{self.base}/{path}", data=said, files=files, headers={"Referer": self.base}, timeout=TIMEOUT
        )

    def steps(self) -> Iterator[None]:
        if not self.is_in:
            self.log_in()
        return self.work()

    def work(self) -> Iterator[None]:
        raise NotImplementedError


class Logger(Person):
    """Logs visits with a photo; a form that got no answer is sent again as it is."""

    KINDS = ("log",)

    def work(self) -> Iterator[None]:
        for one in self.unanswered:
            self._send(one)
            yield
        self.unanswered = []
        while True:
            self.page("log/")
            one = self.book.begin("log")
            one.sent = {
                "kind": "outward_visit",
                "organization_typed": f"到访企业{one.mark}有限公司",
                "new_organization": "on",
                "held_on": DAYS[2],
                "outcome": one.mark,
                "key": str(uuid4()),
            }
            self.unanswered = [one]
            self._send(one)
            self.unanswered = []
            yield

    def _send(self, one: Attempt) -> None:
        answer = self.send("log/", one.sent, [("photos", (f"{one.mark}.pdf", PDF + one.mark.encode()))])
        self.book.settle(one, answer, done="/done/" in answer.url)
        if not one.is_sure and not is_busy(answer):
            self.book.wrong.append(f"{one.mark} was refused: {answer.status_code} {_errors(answer.text)}")


class Attacher(Person):
    """Attaches files to a project. What got no answer is looked at afterwards, and not sent again."""

    KINDS = ("file",)

    def work(self) -> Iterator[None]:
        while True:
            self.page(f"projects/{self.project}/")
            one = self.book.begin("file", self.project)
            content = PDF + one.mark.encode() * 40_000
            answer = self.send(
                f"sources/attach/projects/{self.project}/", {}, {"file": (f"{one.mark}.pdf", content)}
            )
            self.book.settle(one, answer, done=f"{one.mark}.pdf" in answer.text)
            yield


class Importer(Person):
    """Brings workbooks in: waits for the preview, has it written, waits until it is; goes on with it after a kill."""

    KINDS = ("import",)
    open_one: Attempt | None = None

    def work(self) -> Iterator[None]:
        while True:
            one = self.open_one or self.book.begin("import")
            self.open_one = one
            if not one.sent:
                self.page("projects/import/")
                heads = "Project,signed,Summary"
                lines = [f"{one.mark} {number:03},{DAYS[0]},{one.mark}" for number in range(ROWS_OF_IMPORT)]
                content = io.BytesIO("\n".join([heads, *lines]).encode())
                answer = self.send("projects/import/", {}, {"file": (f"{one.mark}.csv", content)})
                one.sent = {"path": answer.url.removeprefix(f"{self.base}/")}
            yield
            yield from self._until_written(one)
            self.open_one = None

    def _until_written(self, one: Attempt) -> Iterator[None]:
        while True:
            text = self.page(one.sent["path"])
            digest = re.search(r'name="digest" value="([^"]+)"', text)
            if "Written at" in text:
                one.answer = "acknowledged"
                return
            if digest and 'value="write"' in text:
                self.send(one.sent["path"], {"do": "write", "digest": digest[1]})
            elif 'value="compare"' in text:
                self.send(one.sent["path"], {"do": "compare"})
            elif "being compared" not in text and "being written" not in text:
                one.answer = "refused"
                self.book.wrong.append(f"{one.mark} was not written: {_errors(text)}")
                return
            yield
            time.sleep(0.1)


def at_work(writers: list[Any], stopping: threading.Event) -> list[threading.Thread]:
    """Let each of `writers` work in a thread of its own until told to stop or the server is gone."""
    threads = [threading.Thread(target=_work, args=(one, stopping), daemon=True) for one in writers]
    for thread in threads:
        thread.start()
    return threads


def _work(writer: Any, stopping: threading.Event) -> None:
    try:
        for _step in _tried(writer.steps):
            if stopping.is_set():
                return
    except (requests.RequestException, ConnectionError):
        return  # the server was killed; the attempt stays unanswered
    except Exception as error:
        writer.book.wrong.append(f"{type(writer).__name__} gave up: {type(error).__name__} {error}")


def _tried(steps: Callable[[], Iterator[None]]) -> Iterator[None]:
    yield from steps()


def is_busy(answer: requests.Response) -> bool:
    """Tell whether the server said that somebody else is writing, so that nothing was written."""
    return answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE


def secret_in(page: str) -> str:
    """Return the token of the form of a page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("the page has no form")
    return found[1]


def _errors(page: str) -> str:
    """Return what a page says is wrong, without its marks."""
    found = re.findall(
        r'class="[^"]*(?:invalid-feedback|alert|errorlist)[^"]*"[^>]*>(.*?)</', page, re.DOTALL
    )
    return " | ".join(re.sub(r"<[^>]+>|\s+", " ", each).strip() for each in found)[:300]
