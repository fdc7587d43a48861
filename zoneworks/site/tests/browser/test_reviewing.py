"""A page comes in and is reviewed with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from zoneworks.intake.models import Proposal
from zoneworks.projects.models import Project

PAGE = """\
云溪经开区签约一批项目

5月8日，云溪经开区举行项目签约仪式，区党工委书记陈立新出席并讲话。
由苏州明锐电子科技有限公司投资建设的柔性线路板项目正式签约，计划总投资近20亿元，其中设备投资7亿元。
今年以来，云溪经开区共签约项目12个，计划总投资超100亿元。
"""


@pytest.fixture
def review(window, cast, zone):
    """Bring the page by hand and return the window on its review."""
    page = window(cast.alice)
    page.goto("/north/intake/")
    page.get_by_label("Text", exact=True).fill(PAGE)
    page.get_by_label("Issued").fill("2024-05-09")
    page.get_by_role("button", name="Read it").click()
    expect(page).to_have_url(re.compile(r"/north/intake/\d+/"))
    return page


def test_a_proposal_is_accepted_and_taken_back_by_keys(review):
    expect(review.locator("mark.is-target").first).to_contain_text("柔性线路板项目")
    review.keyboard.press("a")
    expect(review.locator("#flash")).to_contain_text("柔性线路板项目")
    assert Project.objects.get().stage == "signed"

    review.keyboard.press("k")
    expect(review.locator(".review-item.is-active.is-accepted")).to_be_visible()
    review.keyboard.press("u")
    expect(review.locator(".review-item.is-active.is-open")).to_be_visible()
    assert Project.objects.get().stage == ""


def test_keys_go_on_and_reject_but_never_out_of_a_field(review):
    first = review.locator(".review-item.is-active .review-what").inner_text()
    review.keyboard.press("j")
    expect(review.locator(".review-item.is-active .review-what")).not_to_have_text(first)
    review.keyboard.press("e")
    review.keyboard.press("r")
    assert not Proposal.objects.filter(state="rejected").exists()
    review.keyboard.press("Escape")
    review.keyboard.press("r")
    expect(review.locator("#flash")).to_contain_text("is rejected")
    assert Proposal.objects.filter(state="rejected").count() == 1
