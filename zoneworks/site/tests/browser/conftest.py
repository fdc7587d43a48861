"""Windows of a real browser, each with a person before it, and a watch over what goes wrong in them."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

from zoneworks.accounts.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 30_000
"""Milliseconds that a wait may take on a busy machine; nothing waits longer than it must."""
HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that none of them runs with the quick ones."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # The server that is started for tests finds static files in the source, and none are gathered yet.
            item.add_marker(pytest.mark.filterwarnings("ignore:No directory at"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of this machine, started once."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    program = os.environ.get("ZONEWORKS_CHROMIUM") or found
    if program is None:
        pytest.skip("no Chromium or Chrome is on the path")
    if finders.find("zoneworks/dist/app.js") is None:
        pytest.fail("the pages are not built: make setup")
    with pytest.MonkeyPatch.context() as patch:
        # The browser's own loop runs in this thread, and the tests write the database in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        with sync_playwright() as player:
            browser = player.chromium.launch(
                executable_path=program,
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                timeout=2 * PATIENCE,
            )
            yield browser
            browser.close()


@dataclass
class Watch:
    """What went wrong in the windows of one test: errors of scripts, refusals of the content policy, broken answers."""

    expected: set[int] = field(default_factory=set)
    """Statuses that the test provokes, such as the 409 of a conflict."""
    seen: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Note from now on what goes wrong in `page`."""
        page.on("pageerror", lambda error: self.seen.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._console(page, message))
        page.on("response", self._answer)

    def _console(self, page: Page, message: ConsoleMessage) -> None:
        # An answer that is an error is noted as an answer; a test that cuts the line cuts it on purpose.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.seen.append(f"{page.url}: {message.text}")

    def _answer(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.seen.append(f"{response.status} {response.request.method} {response.url}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """The watch over all windows of a test; a test in which something went wrong unseen fails at its end."""
    over = Watch()
    yield over
    assert over.seen == []


@pytest.fixture
def window(chromium, live_server, watch) -> Iterator[Callable[..., Page]]:
    """Open a window: `window(user)` for somebody logged in, `window()` for a stranger."""
    opened = []

    def open_window(user: User | None = None, *, width=1280, height=800, language="en", **more: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN", **more
        )
        opened.append(context)
        context.set_default_timeout(PATIENCE)
        cookies = {project.LANGUAGE_COOKIE_NAME: language} if language else {}
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies[project.SESSION_COOKIE_NAME] = client.cookies[project.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        watch.over(page)
        return page

    yield open_window
    for context in opened:
        context.close()
    _let_the_server_finish()


def _let_the_server_finish() -> None:
    """Wait for what the server still does for closed windows: each connection has a thread, which ends with it.

    A list that a page asks for while its test ends would otherwise be read while the database is emptied.
    """
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(PATIENCE / 1000)
            assert not thread.is_alive()
