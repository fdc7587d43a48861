"""Selecting words in a real browser: what is posted is what the document has at that place."""

from __future__ import annotations

import os

import pytest
from django.conf import settings as project

from zoneworks.sources import services
from zoneworks.sources.models import Passage

pytestmark = pytest.mark.browser

TEXT = "第一行 🏭𠮷厂\r\n  第二行  有空格\rA&B <b>不是标签</b>\n\n第四行，　全角空格。\n一期开工，二期开工。"
SELECT = """([from, start, to, end]) => {
  const doc = document.querySelector("[data-doc]");
  const walker = document.createTreeWalker(doc, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const range = document.createRange();
  range.setStart(nodes[from], Math.min(start, nodes[from].length));
  range.setEnd(nodes[to], Math.min(end, nodes[to].length));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture
def page(live_server, client, cast, monkeypatch):
    """Return a page of a browser in which Alice is logged in."""
    sync_api = pytest.importorskip("playwright.sync_api")
    # The browser's own loop runs in this thread, and the tests read the database in it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    client.force_login(cast.alice)
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=os.environ.get("ZONEWORKS_CHROMIUM") or None, args=["--no-sandbox"]
        )
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
        session = client.cookies[project.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [
                {"name": project.SESSION_COOKIE_NAME, "value": session, "url": live_server.url},
                {"name": project.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url},
            ]
        )
        yield context.new_page()
        browser.close()


@pytest.mark.parametrize(
    ("ends", "quote"),
    [
        ((0, 0, 0, 4), "第一行"),
        ((0, 4, 1, 2), "🏭𠮷"),
        ((0, 6, 3, 1), None),
        ((2, 0, 4, 5), None),
    ],
)
def test_a_selection_becomes_the_passage_that_it_shows(page, make_document, ends, quote):
    document = make_document(text=TEXT)
    for start, end in ((5, 20), (10, 30), (10, 14)):
        services.mark(document, start, end, actor=None)
    page.goto(f"/north/documents/{document.pk}/")
    assert page.evaluate("document.querySelector('[data-doc]').textContent") == TEXT
    page.evaluate(SELECT, list(ends))
    shown = page.evaluate("String(getSelection().getRangeAt(0)).trim()")
    page.get_by_role("button", name="Mark passage").first.click()
    page.wait_for_url("**/?passage=*")

    marked = Passage.objects.latest("pk")
    assert marked.quote == shown == TEXT[marked.start : marked.end]
    assert quote in {None, marked.quote}
    assert page.locator(f'mark.is-target[data-passages~="{marked.pk}"]').count() >= 1


def test_a_passage_opened_from_a_citation_is_in_sight(page, make_document):
    document = make_document(text="一行字。\n" * 200 + "结尾的一段。")
    passage = services.mark(document, len(document.text) - 6, len(document.text), actor=None)
    page.goto(f"/north/documents/{document.pk}/#p{passage.pk}")
    page.wait_for_function(
        "() => { const top = document.querySelector('mark.is-target')?.getBoundingClientRect().top;"
        " return top > 0 && top < innerHeight; }"
    )


def test_a_found_passage_stays_chosen_when_the_search_changes(page, passage, organization):
    page.goto(f"/north/facts/organization-steps/new/?subject={organization.pk}")
    page.fill("[data-find]", "硅片")
    page.locator("[data-found] input").check()
    page.fill("[data-find]", "没有这样的话")
    page.get_by_text("No passage holds these words.").wait_for()

    assert page.locator("[data-chosen] input:checked").get_attribute("value") == str(passage.pk)
