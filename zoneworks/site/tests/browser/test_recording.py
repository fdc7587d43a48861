"""Writing: from words in a document to a fact, and two people at one fact."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from zoneworks.projects.models import ProjectFigure
from zoneworks.site.tests.conftest import make_document, make_figure, make_project

WORDS = "计划总投资近20亿元"
ENDS_OF_WORDS = """words => {
  const doc = document.querySelector("[data-doc]");
  const walker = document.createTreeWalker(doc, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    const box = range.getBoundingClientRect();
    const middle = box.y + box.height / 2;
    return [[box.x + 1, middle], [box.right - 1, middle]];
  }
}"""
"""Where on the screen the words begin and end."""


def test_words_selected_with_the_mouse_become_a_cited_figure_of_a_project(window, cast, zone, team):
    document = make_document(zone, title="园区简报")
    project = make_project(zone, name="二十亿电池项目", unit=team)
    make_project(zone, name="别的项目", unit=team)
    page = window(cast.alice)
    page.goto(f"/north/documents/{document.pk}/")

    start, end = page.evaluate(ENDS_OF_WORDS, WORDS)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()
    page.locator("[data-markbar]").get_by_role("button", name="Mark and record a fact").click()

    expect(page.locator("blockquote.cited")).to_contain_text(WORDS)
    page.get_by_role("searchbox", name="Search organizations, projects").press_sequentially("二十亿")
    found = page.locator("#found")
    expect(found.get_by_role("link", name="别的项目")).to_have_count(0)
    found.get_by_role("link", name="二十亿电池项目").click()
    page.get_by_role("link", name="Figure", exact=True).click()

    page.get_by_label("kind").select_option("planned_total")
    page.get_by_label("amount", exact=False).first.fill("近20亿元")
    page.get_by_label("when").fill("2024-05")
    page.get_by_role("button", name="Save").click()

    expect(page).to_have_url(re.compile(rf"/north/projects/{project.pk}/$"))
    card = page.locator(".figurecard").filter(has_text="近20亿元")
    card.locator(".citation").click()
    expect(page.locator("mark.is-target").first).to_be_in_viewport()
    assert "".join(page.locator("mark.is-target").all_inner_texts()) == WORDS


def test_another_stage_tells_its_definition_and_keeps_what_was_typed(window, cast, zone, team):
    project = make_project(zone, unit=team)
    page = window(cast.alice)
    page.goto(f"/north/facts/project-steps/new/?subject={project.pk}&kind=started")
    told = page.locator("#definitions-of-the-stage")
    expect(told.locator("a").first).to_have_attribute("href", re.compile("start_definition"))
    page.locator("[name=note]").fill("先开工后办证")
    page.locator("select[name=kind]").select_option("in_production")
    expect(told.locator("a").first).to_have_attribute("href", re.compile("production_definition"))
    page.locator("[name=when]").fill("2024-05")
    page.locator("select[name=kind]").focus()
    expect(told.locator("a").first).to_have_attribute("href", re.compile("on=2024-05-31"))
    page.locator("select[name=kind]").select_option("signed")
    expect(told).to_be_empty()
    expect(page.locator("[name=note]")).to_have_value("先开工后办证")


def test_a_correction_stands_beside_what_it_corrects(window, cast, zone, team):
    figure = make_figure(make_project(zone, unit=team), wording="1亿元")
    page = window(cast.alice)
    page.goto(f"/north/facts/project-figures/{figure.pk}/")
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("amount").first.fill("1.2亿元")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Corrected:")).to_be_visible()

    page.locator(".figurecard .claim-value").click()
    versions = page.locator(".version")
    expect(versions).to_have_count(2)
    expect(versions.nth(0)).to_contain_text("In force")
    expect(versions.nth(0).locator(".is-changed").first).to_contain_text("CNY 120 million")
    expect(versions.nth(1)).to_contain_text("Corrected later")
    left, right = versions.nth(0).bounding_box(), versions.nth(1).bounding_box()
    assert left["y"] == right["y"], "the versions stand side by side"
    assert left["x"] + left["width"] <= right["x"]


def test_who_corrects_second_is_told_and_keeps_what_was_typed(window, watch, cast, zone, team):
    figure = make_figure(make_project(zone, unit=team), wording="1亿元")
    address = f"/north/facts/project-figures/{figure.pk}/correct/"
    first, second = window(cast.alice), window(cast.verifier)
    first.goto(address)
    second.goto(address)
    first.get_by_label("amount").first.fill("1.2亿元")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("Corrected:")).to_be_visible()

    watch.expected.add(409)
    second.get_by_label("amount").first.fill("1.3亿元")
    second.get_by_label("note").fill("按合同")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("alert").first).to_contain_text("Alice")
    expect(second.get_by_label("amount").first).to_have_value("1.3亿元")
    expect(second.get_by_label("note")).to_have_value("按合同")
    assert ProjectFigure.objects.filter(project=figure.project).count() == 2

    second.on("dialog", lambda dialog: dialog.accept())
    second.get_by_role("link", name="Open it").click()
    expect(second.locator(".version.is-current")).to_contain_text("1.2亿元")
