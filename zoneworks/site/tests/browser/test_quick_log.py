"""The quick form on a phone: few taps, a lost connection, an impatient thumb."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from zoneworks.engagements.models import Engagement
from zoneworks.site.tests.conftest import make_organization


@pytest.fixture
def phone(window, cast, zone):
    make_organization(zone, name="扬州测试科技有限公司")
    return window(cast.alice, width=390, height=844, has_touch=True, is_mobile=True, device_scale_factor=2)


def chosen(page):
    return page.get_by_role("checkbox", name="扬州测试科技有限公司")


def choose_organization(page):
    page.get_by_role("combobox", name="With whom?").fill("测试科技")
    page.get_by_role("option", name="扬州测试科技有限公司", exact=True).tap()
    expect(chosen(page)).to_be_checked()


def test_a_reception_is_logged_in_a_few_taps(phone, cast):
    phone.goto("/north/")
    phone.get_by_role("link", name="Log a visit").first.tap()
    phone.get_by_role("radio", name="reception").tap()
    choose_organization(phone)
    phone.get_by_role("button", name="yesterday").tap()
    phone.get_by_label("How many came?").fill("12")
    send = phone.get_by_role("button", name="Log it")
    # It stands below the last field, and the bar at the foot of a phone never covers it.
    send.scroll_into_view_if_needed()
    expect(send).to_be_in_viewport()
    send.tap()

    expect(phone.get_by_role("heading", level=1)).to_contain_text("Logged")
    expect(phone.locator(".facts")).to_contain_text("12")
    logged = Engagement.objects.get()
    assert (logged.kind, logged.host) == ("reception", cast.alice)
    phone.get_by_role("link", name="Log another").tap()
    expect(phone.get_by_label("How many came?")).to_have_value("")


def test_without_a_connection_nothing_that_was_typed_is_lost(phone):
    phone.goto("/north/log/")
    phone.get_by_role("radio", name="reception").tap()
    choose_organization(phone)
    phone.get_by_label("What came of it?").fill("谈了厂房")

    phone.context.set_offline(True)
    phone.get_by_role("button", name="Log it").tap()
    expect(phone.get_by_text("No connection.")).to_be_visible()
    assert not Engagement.objects.exists()

    phone.context.set_offline(False)
    phone.reload()
    expect(phone.get_by_text("This was typed before and not sent.")).to_be_visible()
    expect(phone.get_by_role("radio", name="reception")).to_be_checked()
    expect(chosen(phone)).to_be_checked()
    expect(phone.get_by_label("What came of it?")).to_have_value("谈了厂房")
    phone.get_by_role("button", name="Log it").tap()

    expect(phone.get_by_role("heading", level=1)).to_contain_text("Logged")
    assert Engagement.objects.get().outcome == "谈了厂房"
    phone.goto("/north/log/")
    expect(phone.get_by_text("This was typed before and not sent.")).to_be_hidden()
    expect(phone.get_by_label("What came of it?")).to_have_value("")


def test_an_answer_lost_on_the_way_does_not_log_twice(phone):
    """The server keeps the visit, the phone never hears of it, and the same form is sent again."""
    phone.goto("/north/log/")
    phone.get_by_role("radio", name="reception").tap()
    choose_organization(phone)
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route("**/north/log/", lose)
    phone.get_by_role("button", name="Log it").tap(no_wait_after=True)
    expect(phone).to_have_url(re.compile("chrome-error"))
    assert lost == [302]

    phone.goto("/north/log/")
    expect(chosen(phone)).to_be_checked()
    phone.get_by_role("button", name="Log it").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Logged")
    assert Engagement.objects.count() == 1


def test_a_double_tap_logs_once(phone):
    phone.goto("/north/log/")
    phone.get_by_role("radio", name="talk").tap()
    choose_organization(phone)
    phone.get_by_role("button", name="Log it").dblclick()

    expect(phone.get_by_role("heading", level=1)).to_contain_text("Logged")
    assert Engagement.objects.count() == 1


def test_what_is_missing_is_told_at_its_place(phone, watch):
    watch.expected.add(422)
    phone.goto("/north/log/")
    phone.get_by_role("combobox", name="With whom?").fill("没有的公司")
    phone.get_by_role("button", name="Log it").tap()

    expect(phone.locator("[data-field=organization] .field-errors")).to_be_visible()
    expect(phone.get_by_role("combobox", name="With whom?")).to_have_value("没有的公司")
    assert not Engagement.objects.exists()
