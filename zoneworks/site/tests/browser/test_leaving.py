"""On a shared computer: who went away is not leafed back to."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(page, who):
    page.goto("/login/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", "zone-secret-1")
    page.click("button.login-submit")
    page.wait_for_url(lambda url: "/login/" not in url)


def log_out(page):
    page.click(".topbar-user summary")
    page.click("form[action='/logout/'] button")
    page.wait_for_url("**/login/**")


def test_going_back_after_logging_out_shows_no_page(window, cast):
    page = window()
    log_in(page, "alice")
    page.goto("/north/projects/")
    log_out(page)
    page.go_back(wait_until="commit")
    page.wait_for_url("**/login/**")
    assert page.locator(".login-form").is_visible()


def test_the_next_person_does_not_leaf_back_to_pages_of_the_last_one(window, cast):
    page = window()
    log_in(page, "administrator")
    page.goto("/north/trail/")
    log_out(page)
    log_in(page, "alice")
    page.evaluate("history.go(-4)")
    page.wait_for_function("document.readyState === 'complete'")
    assert "Administrator" not in page.locator("body").inner_text()


def test_going_back_in_one_session_keeps_what_was_typed(window, cast):
    page = window()
    log_in(page, "alice")
    page.goto("/north/projects/new/")
    page.fill("input[name=name]", "半成品")
    page.evaluate("window.onbeforeunload = null")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/north/projects/")
    page.go_back()
    assert page.locator("input[name=name]").input_value() == "半成品"


RESTORED = "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
"""What a browser says when it shows a page that it had put aside; it does so only when nobody drives it."""


def test_a_page_that_was_put_aside_is_asked_for_anew_after_logging_out(window, cast):
    page = window()
    log_in(page, "alice")
    page.goto("/north/projects/")
    log_out_elsewhere = page.context.new_page()
    log_out_elsewhere.goto("/north/")
    log_out(log_out_elsewhere)

    page.evaluate(RESTORED)
    page.wait_for_url("**/login/**")


def test_a_page_that_was_put_aside_in_the_same_session_is_shown_as_it_was(window, cast):
    page = window()
    log_in(page, "alice")
    page.goto("/north/projects/new/")
    page.fill("input[name=name]", "半成品")
    page.evaluate(RESTORED)
    assert page.locator("input[name=name]").input_value() == "半成品"
