"""From a number to the words that it rests on, today and as of another day."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from zoneworks.accounts.models import User
from zoneworks.site.demo.loading import load_gaoyou
from zoneworks.site.tests.conftest import make_document, make_figure, make_project, make_step
from zoneworks.sources import services
from zoneworks.sources.models import Passage

HIGHEST_BAR = """chart => {
  const isBar = ([box, path]) =>
    box.height > 60 && box.width > 4 && box.width < 60 && path.getAttribute("fill") !== "none";
  const drawn = [...chart.querySelectorAll("svg path")].map((path) => [path.getBoundingClientRect(), path]);
  const [highest] = drawn.filter(isBar).sort((a, b) => b[0].height - a[0].height);
  if (!highest) return null;
  const [bar] = highest;
  const place = chart.getBoundingClientRect();
  return { x: bar.x + bar.width / 2 - place.x, y: bar.y + bar.height / 2 - place.y };
}"""
"""The middle of the highest bar, measured from the corner of the chart; null while nothing is drawn."""


@pytest.fixture
def gaoyou(live_server, db):
    return load_gaoyou().zone


def test_a_number_of_the_board_leads_to_the_words_of_its_source(window, gaoyou):
    page = window(User.objects.get(username="leader"))
    page.goto("/gaoyou/boards/leader/?as_of=2023-06-30")
    signed = page.locator(".kpi").filter(has=page.get_by_role("heading", name="signed projects", exact=True))
    number = signed.locator("a.reading").first
    shown = number.locator(".reading-value").inner_text()
    number.click()

    expect(page).to_have_url(re.compile(r"/measures/projects\.signed/\?.*as_of=2023-06-30"))
    expect(page.locator(".measurehead .reading-value")).to_have_text(shown)
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(int(shown))
    row = rows.filter(has_text="20GW").first
    row.get_by_role("cell").nth(1).get_by_role("link").click()

    expect(page.get_by_role("heading", name="In force")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("2023-06-30")
    citation = page.locator(".citation").first
    key = re.search(r"#p(\d+)", citation.get_attribute("href"))[1]
    citation.click()

    expect(page).to_have_url(re.compile(rf"/documents/\d+/\?.*as_of=2023-06-30#p{key}$"))
    told = page.locator("mark.is-target").first
    expect(told).to_be_in_viewport()
    quote = Passage.objects.get(pk=key).quote
    assert "".join(page.locator("mark.is-target").all_inner_texts()).strip().startswith(quote[:10])
    assert told.evaluate("mark => getComputedStyle(mark).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_a_bar_of_the_months_opens_into_its_projects(window, cast, zone):
    today = localdate()
    for _ in range(3):
        make_step(make_project(zone), day=today)
    page = window(cast.leader, reduced_motion="reduce")
    page.goto("/north/boards/leader/")
    chart = page.locator("[data-chart=months]")
    chart.scroll_into_view_if_needed()
    spot = page.wait_for_function(HIGHEST_BAR, arg=chart.element_handle()).json_value()
    chart.click(position=spot)

    expect(page).to_have_url(re.compile(rf"/measures/projects\.signed/\?.*month={today:%Y-%m}-01"))
    expect(page.locator("#rows tbody tr")).to_have_count(3)


def test_another_day_is_chosen_kept_by_the_links_and_left(window, cast, zone):
    project = make_project(zone, name="老项目")
    make_step(project, kind="signed", day=date(2023, 3, 1))
    make_step(project, kind="started", day=date(2024, 3, 1))
    page = window(cast.alice)
    page.goto("/north/projects/?q=老项目")
    banner = page.locator(".asof-banner")
    expect(banner).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="老项目")
    expect(row).to_contain_text("2024-03-01")

    page.get_by_title("Show the figures of another day").click()
    page.get_by_label("As of").fill("2023-12-31")
    page.locator(".asof-form").get_by_role("button", name="Show", exact=True).click()
    expect(banner).to_contain_text("Seen as of 2023-12-31")
    expect(page).to_have_url(re.compile("(?=.*q=)(?=.*as_of=2023-12-31)"))
    expect(row).to_contain_text("2023-03-01")
    expect(row).not_to_contain_text("2024-03-01")

    row.get_by_role("link", name="老项目").click()
    expect(page).to_have_url(re.compile(rf"/projects/{project.pk}/\?as_of=2023-12-31$"))
    expect(banner).to_be_visible()
    expect(page.locator(".stage.is-current")).to_contain_text("2023-03-01")
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Measures").click()
    expect(page).to_have_url(re.compile("as_of=2023-12-31"))
    expect(banner).to_be_visible()

    banner.get_by_role("link", name="Back to today").click()
    expect(page).not_to_have_url(re.compile("as_of"))
    expect(banner).to_have_count(0)


def test_a_citation_on_a_project_opens_the_passage_far_down_the_document(window, cast, zone):
    document = make_document(zone, text="一行文字，没有数字。\n" * 300 + "计划总投资1亿元。")
    start = document.text.index("计划总投资")
    passage = services.mark(document, start, len(document.text), actor=cast.alice)
    figure = make_figure(make_project(zone))
    services.cite(figure, [passage], actor=cast.alice)
    page = window(cast.alice)
    page.goto(f"/north/projects/{figure.project.pk}/")
    page.locator(".figurecard .citation").click()

    told = page.locator("mark.is-target")
    expect(told).to_have_text("计划总投资1亿元。")
    expect(told).to_be_in_viewport()
