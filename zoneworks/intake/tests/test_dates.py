"""What an article tells of is dated by its words, its page and its day of issue."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.document import read_document

ISSUE = date(2024, 5, 24)


def said(text, issue=ISSUE):
    (article,) = read_document(text, issue).articles
    return article.date.said if article.date else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5月23日上午，南湾开发区召开大会，部署工作。", "2024-05-23"),
        ("２月６日，南湾开发区召开大会，部署工作。", "2024-02-06"),
        ("2023年11月2日，南湾开发区召开大会，部署工作。", "2023-11-02"),
        ("12月28日，南湾开发区召开大会，部署工作。", "2023-12-28"),
        ("昨天，南湾开发区召开大会，部署全年的工作。", "2024-05-23"),
        ("近日，南湾开发区召开大会，部署全年的工作。", "2024-05"),
        ("5 月初，南湾开发区召开大会，部署全年工作。", "2024-05"),
        ("3月下旬，南湾开发区召开大会，部署全年工作。", "2024-03"),
        ("21日上午，南湾开发区召开大会，部署全年工作。", "2024-05-21"),
        ("春节前夕，南湾开发区走访慰问困难职工68户。", "2024-02"),
        ("植树节来临之际，南湾开发区组织志愿者植树。", "2024-03"),
        ("截至4月30日，南湾开发区签约项目12个，开工8个。", "2024-05"),
        ("项目已于4月18日投产，车间里机械臂依次抓取。", "2024-05"),
    ],
)
def test_the_words_of_a_date_are_read_beside_the_day_of_issue(text, expected):
    assert said(text) == expected


def test_without_a_day_of_issue_the_page_gives_the_year():
    assert said("5月23日，南湾开发区公布2023年度工作方案，到2025年建成。", None) == "2023-05-23"
    assert said("5月23日，南湾开发区召开大会，部署全年的工作。", None) is None


def test_the_day_of_issue_is_read_from_the_head_of_the_page():
    page = "南湾开发报 2024年5月10日 星期五 第2版\n\n5月9日，南湾开发区召开大会，部署工作。\n"
    document = read_document(page)
    assert document.calendar.issue == date(2024, 5, 10)
    assert document.articles[0].date.basis == "day in the article, year: printed"


@given(st.text(alphabet=st.sampled_from("0123456789年月日，今去昨天近截至春节前夕上午—至"), max_size=80))
def test_no_wording_stops_it(text):
    read_document(text, ISSUE)


def test_places_lead_back_to_the_text():
    source = "5 月23日上午，南湾开\n发区召开大会，部署工\n作。"
    bare = Bare(source)
    (article,) = read_document(source, ISSUE).articles
    start, end = bare.raw(article.cut.body.start, article.cut.body.end)
    assert source[start:end] == source
    assert article.date.said == "2024-05-23"
