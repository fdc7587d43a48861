"""Two readings beside each other: pairs, marks and differences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from zoneworks.intake.comparing import AGREE, DIFFER, ONE, TWO, compare, comparison_json
from zoneworks.intake.extractors.rules import RulesExtractor
from zoneworks.intake.found import Claim, Engagement, Organization, Person, Place, Project

PAGE = "南湾开发区举行防汛演练\n\n5月6日上午，南湾开发区在三号码头举行防汛演练，36人参加，市长王安国讲话。\n"


@pytest.fixture
def reading():
    """One reading, and another of the same text with other items in its article."""
    one = RulesExtractor().extract(PAGE, date(2024, 5, 10))

    def other(side=one, **items):
        empty = dict.fromkeys(("projects", "engagements", "claims", "people", "organizations"), ())
        article = replace(side.document.articles[0], **{**empty, **items})
        return replace(side, document=replace(side.document, articles=(article,)))

    return other


def marks(one, two):
    [article] = compare(one, two).articles
    return [(row.kind, row.mark, [each.field for each in row.differences]) for row in article.rows]


def test_a_reading_agrees_with_itself():
    one = RulesExtractor().extract(PAGE, date(2024, 5, 10))
    comparison = compare(one, one)
    rows = [row for article in comparison.articles for row in article.rows]
    assert len(rows) >= 3
    assert {row.mark for row in rows} == {AGREE}


AT = Place(10, 30)
MILLION = Decimal(1_000_000)


@pytest.mark.parametrize(
    ("kind", "one", "two", "mark", "fields"),
    [
        ("people", Person("王安国", "市长", AT), Person("王安国", "市长", Place(0, 3)), AGREE, []),
        ("people", Person("王安国", "市长", AT), Person("王安国", "", AT), DIFFER, ["title"]),
        ("organizations", Organization("南湾园区", "zone", AT), Organization("南湾园区", "park", AT), DIFFER, ["kind"]),
        ("engagements", Engagement("drill", AT), Engagement("drill", Place(20, 40)), AGREE, []),
        ("engagements", Engagement("drill", AT), Engagement("meeting", Place(20, 40)), DIFFER, ["kind"]),
        ("claims", Claim("人数", Decimal(36), "人", AT), Claim("参加人数", Decimal(36), "人", AT), AGREE, []),
        ("claims", Claim("人数", Decimal(36), "人", AT), Claim("人数", Decimal(36), "名", AT), DIFFER, ["unit"]),
        ("projects", Project("高效电机项目", AT), Project("电机项目", AT), AGREE, []),
        (
            "projects",
            Project("高效电机项目", AT, amounts={"total_investment_cny": MILLION}),
            Project("一期工程", AT, amounts={"total_investment_cny": MILLION}),
            DIFFER,
            ["name"],
        ),
        (
            "projects",
            Project("高效电机项目", AT, amounts={"total_investment_cny": MILLION}),
            Project("高效电机项目", Place(50, 60), amounts={"total_investment_cny": 2 * MILLION}),
            DIFFER,
            ["total_investment_cny"],
        ),
    ],
)  # fmt: skip
def test_what_is_the_same_is_paired_and_what_differs_is_told(reading, kind, one, two, mark, fields):
    assert marks(reading(**{kind: (one,)}), reading(**{kind: (two,)})) == [(kind, mark, fields)]


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("people", Person("王安国", "", AT), Person("王安民", "", Place(31, 34))),
        ("engagements", Engagement("drill", AT), Engagement("drill", Place(30, 40))),
        ("claims", Claim("人数", Decimal(36), "人", AT), Claim("人数", Decimal(37), "人", Place(31, 34))),
        ("projects", Project("电机项目", AT), Project("硅片项目", Place(31, 34))),
    ],
)
def test_what_is_not_the_same_stands_alone(reading, kind, one, two):
    found = marks(reading(**{kind: (one,)}), reading(**{kind: (two,)}))
    assert found == [(kind, ONE, []), (kind, TWO, [])]


def test_the_surest_pair_comes_first(reading):
    short, long = Project("电机项目", AT), Project("高效电机项目", AT)
    [article] = compare(reading(projects=(short, long)), reading(projects=(long, short))).articles
    assert all(row.one.name == row.two.name for row in article.rows)


def test_an_item_is_paired_once(reading):
    claim = Claim("人数", Decimal(36), "人", AT)
    comparison = compare(reading(claims=(claim, claim)), reading(claims=(claim,)))
    assert comparison.counts()["claims"] == {AGREE: 1, DIFFER: 0, ONE: 1, TWO: 0}


def test_an_article_that_one_reading_does_not_have(reading):
    one = reading(people=(Person("王安国", "", AT),))
    none = replace(one, document=replace(one.document, articles=()))
    assert marks(none, one) == [("people", TWO, [])]
    assert marks(one, none) == [("people", ONE, [])]


def test_plain_values_have_places_in_the_file(reading):
    place = Place(PAGE.replace("\n", "").index("王安国"), PAGE.replace("\n", "").index("王安国") + 3)
    one = reading(people=(Person("王安国", "市长", place),))
    [row] = comparison_json(compare(one, one))["articles"][0]["rows"]
    side = row["two"]
    assert (PAGE[side["start"] : side["end"]], side["quote"], side["says"]) == (
        "王安国",
        "王安国",
        {"name": "王安国", "title": "市长"},
    )
