"""A list at work: searching, filtering, sorting, keeping a view, changing rows together."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from zoneworks.projects.models import Project
from zoneworks.site.tests.conftest import make_project


@pytest.fixture
def page(window, cast, zone, team):
    for name in ("甲电池项目", "乙电池项目", "丙光伏项目"):
        make_project(zone, name=name, unit=team)
    make_project(zone, name="丁电池项目")
    page = window(cast.alice)
    page.goto("/north/projects/")
    return page


def names(page):
    return page.locator("#table tbody tr td:nth-of-type(2)")


def test_typing_in_the_search_changes_table_and_address(page):
    expect(names(page)).to_have_count(4)
    page.get_by_role("searchbox", name="Search Projects").press_sequentially("光伏", delay=20)
    expect(names(page)).to_have_text(["丙光伏项目"])
    expect(page).to_have_url(re.compile(r"/projects/\?q=%E5%85%89%E4%BC%8F$"))

    page.go_back()
    expect(names(page)).to_have_count(4)
    expect(page).to_have_url(re.compile("/projects/$"))
    expect(page.get_by_role("searchbox", name="Search Projects")).to_have_value("")


def test_filters_order_and_search_become_a_saved_view(page, team):
    page.locator("[data-filters] summary").click()
    page.locator("[data-filters]").get_by_label("unit").select_option(label=team.name)
    expect(names(page)).to_have_count(3)
    expect(page.locator(".activefilters")).to_contain_text(team.name)
    page.locator("[data-filters] summary").click()
    page.get_by_role("columnheader", name="project").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="project")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("searchbox", name="Search Projects").fill("电池")
    expect(names(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(rf"(?=.*q=)(?=.*sort=name)(?=.*unit={team.pk})"))

    page.get_by_title("Save this view").click()
    page.get_by_label("Name of the view").fill("一队电池")
    page.locator("form[action$='/views/']").get_by_role("button", name="Save").click()
    expect(page.get_by_text("The view “一队电池” is kept.")).to_be_visible()
    expect(names(page)).to_have_count(2)

    page.goto("/north/projects/")
    expect(names(page)).to_have_count(4)
    page.get_by_role("navigation", name="Saved views").get_by_role("link", name="一队电池").click()
    expect(names(page)).to_have_count(2)
    expect(page.get_by_role("searchbox", name="Search Projects")).to_have_value("电池")
    page.go_back()
    expect(names(page)).to_have_count(4)


def test_a_row_opens_by_a_click_anywhere_and_back_returns_to_the_search(page):
    page.get_by_role("searchbox", name="Search Projects").fill("光伏")
    expect(names(page)).to_have_count(1)
    page.get_by_role("row").filter(has_text="丙光伏项目").get_by_role("cell").nth(3).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("丙光伏项目")

    page.go_back()
    expect(page.get_by_role("searchbox", name="Search Projects")).to_have_value("光伏")
    expect(names(page)).to_have_text(["丙光伏项目"])


def test_two_rows_are_changed_together(page):
    bar = page.locator("[data-bulkbar]")
    expect(bar).to_be_hidden()
    for name in ("甲电池项目", "乙电池项目"):
        page.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Edit together").click()

    expect(page.get_by_role("heading", name="2 records will be changed")).to_be_visible()
    page.get_by_label("Next action", exact=True).press_sequentially("催开工")
    expect(page.get_by_label("Change the field “Next action”")).to_be_checked()
    page.get_by_role("button", name="Change 2 records").click()

    expect(page).to_have_url(re.compile("/north/projects/"))
    expect(page.get_by_role("row").filter(has_text="催开工")).to_have_count(2)
    assert Project.objects.filter(next_action="催开工").count() == 2


def test_a_list_that_is_wider_than_its_place_tells_of_columns_beyond_its_edge(window, cast, zone):
    make_project(zone, name="很长的项目名称" * 4)
    page = window(cast.alice)
    page.goto("/north/projects/")
    page.set_viewport_size({"width": 900, "height": 700})
    place = page.locator(".ledger > .tablewrap")
    expect(place).to_have_class(re.compile("has-more"))
    place.evaluate("place => place.scrollTo(place.scrollWidth, 0)")
    expect(place).not_to_have_class(re.compile("has-more"))
    page.set_viewport_size({"width": 1920, "height": 700})
    expect(place).to_have_class(re.compile("is-fitting"))
    expect(place).not_to_have_class(re.compile("has-more"))
