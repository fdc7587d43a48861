"""The demo in a real browser: pages load whole, stay within the screen, and numbers open into their records."""

from __future__ import annotations

import os
import shutil

import pytest
from django.urls import reverse

from zoneworks.projects.models import Project
from zoneworks.site.demo.loading import load_gaoyou
from zoneworks.site.demo.logins import PASSWORD
from zoneworks.sources.models import Document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (390, 1280, 1920)


@pytest.fixture(scope="module")
def chromium():
    """A browser of this machine; `make test-browser` names it."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("ZONEWORKS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("no browser: run make test-browser, which says what to install")
    # Playwright runs an event loop in this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def open_page(chromium, live_server):
    """A function that opens a page of some width, and the list of what went wrong in it."""
    contexts, wrong = [], []

    def make(width: int):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=live_server.url, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "response",
            lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )
        return page

    yield make, wrong
    for context in contexts:
        context.close()


def log_in(page, username: str) -> None:
    page.goto(reverse("login"))
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.login-submit")
    page.wait_for_url(lambda url: "/login/" not in url)


def addresses() -> list[str]:
    zone = "gaoyou"
    project = Project.objects.get(name__startswith="20GW")
    document = Document.objects.earliest("pk")
    return [
        reverse("home", kwargs={"zone": zone}),
        reverse("projects:list", kwargs={"zone": zone}),
        reverse("projects:detail", kwargs={"zone": zone, "pk": project.pk}),
        reverse("engagements:list", kwargs={"zone": zone}),
        reverse("documents:detail", kwargs={"zone": zone, "pk": document.pk}),
        reverse("measures:list", kwargs={"zone": zone}),
        reverse("measures:detail", kwargs={"zone": zone, "key": "projects.signed"})
        + "?from=2023-01-01&to=2023-12-31",
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_whole_and_within_the_screen(open_page, width):
    load_gaoyou()
    make, wrong = open_page
    page = make(width)
    log_in(page, "leader")

    for address in addresses():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{address} is {over} px wider than the screen"
    assert wrong == []


def test_a_number_opens_into_its_record(open_page):
    load_gaoyou()
    make, wrong = open_page
    page = make(1280)
    log_in(page, "leader")

    page.goto(addresses()[-1])
    page.get_by_role("link", name="20GW N型太阳能超薄单晶硅片项目").first.click()
    page.wait_for_url("**/projects/*/**")

    assert "20亿元" in page.inner_text("main")
    assert wrong == []


def test_the_demo_shows_its_log_ins(open_page, settings):
    settings.DEMO_LOGINS = True
    load_gaoyou()
    make, wrong = open_page
    page = make(390)

    page.goto(reverse("login"))
    page.click("[data-fill-username=officer]")
    page.click("button.login-submit")
    page.wait_for_url("**/gaoyou/**")

    assert "高邮经济开发区" in page.content()
    assert wrong == []
