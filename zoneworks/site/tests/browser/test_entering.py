"""Coming in: the log-in page, the colors and the language of the pages."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from zoneworks.site.tests.conftest import make_step


def test_a_wrong_password_is_told_and_the_right_one_opens_the_board(window, cast):
    page = window()
    page.goto("/north/")
    expect(page).to_have_url(re.compile(r"/login/\?next=/north/"))

    page.get_by_label("Username").fill("leader")
    page.get_by_label("Password").fill("something else")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("correct")
    expect(page.get_by_label("Username")).to_have_value("leader")

    page.get_by_label("Password").fill("zone-secret-1")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/north/boards/leader/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("the year so far")


def test_the_chosen_colors_stay(window, cast):
    page = window(cast.alice, color_scheme="light")
    root = page.locator("html")
    page.goto("/north/projects/")
    expect(root).to_have_attribute("data-bs-theme", "light")

    toggle = page.locator("[data-theme-toggle]")
    toggle.click()
    expect(toggle).to_have_accessible_name("Colors: light")
    toggle.click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.goto("/north/organizations/")
    expect(root).to_have_attribute("data-bs-theme", "dark")

    page.locator("[data-theme-toggle]").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_charts_follow_the_colors(window, cast, make):
    make_step(*make("projects"))
    page = window(cast.leader, color_scheme="light")
    page.goto("/north/boards/leader/")
    words = page.locator("[data-chart=months] svg text").first
    before = words.get_attribute("fill")
    page.emulate_media(color_scheme="dark")
    expect(words).not_to_have_attribute("fill", before)


def test_pages_are_chinese_until_somebody_asks_for_english(window, cast):
    page = window(cast.alice, language="")
    page.goto("/north/projects/?q=none")
    root, title = page.locator("html"), page.get_by_role("heading", level=1)
    expect(root).to_have_attribute("lang", "zh-hans")
    expect(title).to_have_text("项目")

    page.locator("button[lang=en]").click()
    expect(root).to_have_attribute("lang", "en")
    expect(title).to_have_text("Projects")
    expect(page).to_have_url(re.compile(r"/north/projects/\?q=none$"))
    page.goto("/north/documents/")
    expect(title).to_have_text("Documents")
