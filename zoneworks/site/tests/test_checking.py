"""A draft against a ledger: the verdicts of real readings, their basis, their day, their parts, single projects."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoneworks.intake.checking.checker import LONGEST, DraftError, check
from zoneworks.intake.checking.ledger import Ledger, TooMuchError
from zoneworks.intake.checking.printing import as_json, shown
from zoneworks.intake.checking.reasons import hints, reason
from zoneworks.kit.moment import Moment
from zoneworks.measures.scope import Period
from zoneworks.site.tests.conftest import make_claim, make_engagement, make_figure, make_project, make_step

pytestmark = pytest.mark.django_db

ISSUE = date(2024, 10, 25)
YI = 10**8


@pytest.fixture
def worked(zone, team):
    """A zone that signed seven projects in 2024, three of them recognized by the city, and went out six times."""
    for number in range(1, 8):
        project = make_project(
            zone, name=f"甲{number}号项目", unit=team if number < 3 else None, industry="semiconductors"
        )
        level = {"asserted_by": "city"} if number < 4 else {}
        make_step(project, "signed", date(2024, number, 10), **level)
        make_figure(project, "planned_total", number * 5 * YI, day=date(2024, number, 10))
    make_step(project, "started", date(2024, 10, 2))
    make_engagement(zone, "trip", date(2024, 9, 20), count=6)
    return zone


def checked(zone, text, **values):
    return check(text, zone, Moment.present(), **{"issue": ISSUE} | values)


def verdicts(zone, text, **values):
    return [one.verdict.value for one in checked(zone, text, **values).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今年以来，签约项目7个。", "supported"),
        ("今年以来，签约项目8个。", "differs"),
        ("上半年，签约项目6个。", "supported"),
        ("上半年，签约项目7个。", "differs"),
        ("今年以来，签约项目总投资140亿元。", "supported"),
        ("今年以来，签约项目总投资近150亿元。", "supported"),
        ("今年以来，签约项目总投资超150亿元。", "qualifier_wrong"),
        ("今年以来，签约10亿元以上项目6个。", "supported"),
        ("今年以来，招商一队签约项目2个。", "supported"),
        ("今年以来，签约半导体项目7个。", "supported"),
        ("今年以来，竣工项目3个。", "not_in_ledger"),
        ("今年以来，全市签约项目7个。", "not_measurable"),
        ("9月11日以来，外出招商6批次。", "supported"),
        ("今年以来，签约项目3个。", "basis_mixed"),
        ("今年以来，经市认定的签约项目3个。", "supported"),
        ("今年以来，经市认定的签约项目7个。", "basis_mixed"),
        ("去年，签约项目7个。", "not_in_ledger"),
    ],
)
def test_each_number_gets_its_verdict(worked, text, expected):
    assert verdicts(worked, text) == [expected]


def test_a_number_that_differs_says_by_how_much_and_opens_into_its_rows(worked):
    found = checked(worked, "今年以来，签约项目9个。")
    (one,) = found.findings
    assert (one.judged.difference, one.reading.value) == (2, 7)
    assert reason(one) == "The ledger says 7; the draft is 2 more."
    assert len(found.ledger.row_ids(one.reading)) == found.ledger.row_count(one.reading) == 7
    assert "from=2024-01-01&to=2024-10-25" in one.reading.url


def test_the_level_at_which_it_would_be_right_is_named(worked):
    (one,) = checked(worked, "今年以来，签约项目3个。").findings
    assert one.right_level == "zone"  # at least the zone: the city's three
    assert "it is right only “recognized by the zone”" in reason(one)


def test_the_day_on_which_it_would_be_right_helps(worked):
    make_step(make_project(worked), "signed", date(2024, 10, 20))
    (one,) = checked(worked, "今年以来，签约项目7个。").findings
    assert (one.verdict.value, one.right_day) == ("differs", date(2024, 9, 30))
    assert "It would be right as of 2024-09-30." in list(hints(one))


def test_an_assumed_period_is_told(worked):
    (one,) = checked(worked, "签约项目7个。").findings
    assert one.verdict.value == "supported"
    assert any("names no period" in hint for hint in hints(one))


def test_headlines_are_checked_too(worked):
    text = "我区今年以来签约项目9个\n\n今年以来，全区签约项目7个，各部门抓招商、抓推进、抓落地，形势喜人。\n"
    assert verdicts(worked, text) == ["differs", "supported"]


def test_what_is_uncertain_is_told_apart(worked):
    make_step(make_project(worked), "signed", date(2024, 10, 20), date(2024, 11, 10))
    (one,) = checked(worked, "今年以来，签约项目8个。").findings
    assert one.verdict.value == "differs"
    assert any("uncertain" in hint for hint in hints(one))


def test_parts_that_overlap_in_the_ledger_are_told_and_stand(worked):
    text = "今年以来，签约项目7个，其中10亿元以上项目6个、半导体项目7个。"
    whole = checked(worked, text).findings[0]
    assert whole.verdict.value == "supported"
    assert any("they overlap" in hint for hint in hints(whole))


def test_parts_that_are_too_many_and_wrong_are_no_parts(worked):
    text = "今年以来，签约项目7个，其中10亿元以上项目6个、半导体项目5个。"
    found = checked(worked, text).findings
    assert [one.verdict.value for one in found] == ["parts_do_not_add_up", "supported", "differs"]
    assert "4 more" not in reason(found[0])
    assert "(6个 + 5个) are 11个, 4个 more than 7个" in reason(found[0])


def test_parts_that_do_not_exhaust_are_wrong_only_where_they_are_called_all(worked):
    part = "10亿元以上项目6个、外资项目0个"
    declared = checked(worked, f"今年以来，签约项目7个，其中分为{part}。").findings[0]
    loose = checked(worked, f"今年以来，签约项目7个，其中{part}。").findings[0]
    assert (declared.verdict.value, loose.verdict.value) == ("parts_do_not_add_up", "supported")
    assert any("do not exhaust" in hint for hint in hints(loose))


def test_sums_of_a_named_project_are_compared_with_its_figures(worked):
    text = "10月18日，由甲公司投资的甲2号项目开工建设，该项目总投资{}亿元，设备投资3亿元。"
    right = checked(worked, text.format(10)).findings
    wrong = checked(worked, text.format(12)).findings
    assert [one.verdict.value for one in right] == ["supported", "not_in_ledger"]
    assert wrong[0].verdict.value == "differs"
    assert wrong[0].project.project.name == "甲2号项目"


def test_a_project_that_the_ledger_does_not_have_is_named(worked):
    text = "10月18日，由乙公司投资的乙九号项目开工建设，该项目总投资10亿元。"
    (one,) = checked(worked, text).findings
    assert one.verdict.value == "not_in_ledger"
    assert "乙九号项目" in reason(one)


def test_a_drive_is_read_where_its_days_are_kept(worked):
    text = "百日冲刺以来，外出招商6批次。"
    assert verdicts(worked, text) == ["not_measurable"]
    make_claim(
        worked, what="百日冲刺以来签约项目", period_from=date(2024, 9, 11), period_to=date(2024, 10, 24)
    )
    assert verdicts(worked, text) == ["supported"]
    assert Ledger(worked, Moment.present()).drives(text) == {
        "百日冲刺": Period(date(2024, 9, 11), date(2024, 10, 24))
    }


def test_it_is_asked_as_it_was_known(worked):
    before = now()
    make_step(make_project(worked), "signed", date(2024, 9, 1))
    known = Moment(ISSUE, before, names_on=True, names_known_at=True)
    one = check("今年以来，签约项目7个。", worked, known, issue=ISSUE).findings[0]
    later = check("今年以来，签约项目7个。", worked, Moment.present(), issue=ISSUE).findings[0]
    assert (one.verdict.value, later.verdict.value) == ("supported", "differs")


def test_another_zones_rows_count_for_nothing(worked, other_zone):
    make_step(make_project(other_zone), "signed", date(2024, 9, 1))
    assert verdicts(worked, "今年以来，签约项目7个。") == ["supported"]
    assert verdicts(other_zone, "今年以来，签约项目1个。") == ["supported"]


def test_the_issue_date_is_given_or_printed_or_that_of_the_moment(worked):
    text = "北园开发报\n2024年4月26日 星期五 第2版\n\n今年以来，北园签约项目4个，各部门抓招商、抓推进、抓落地。\n"
    printed = checked(worked, text, issue=None)
    assert (printed.issue, printed.issue_basis) == (date(2024, 4, 26), "printed")
    assert printed.findings[0].verdict.value == "supported"
    assert checked(worked, text).issue_basis == "given"
    moment = Moment(date(2024, 5, 31), now(), names_on=True)
    assert check("今年以来，签约项目5个。", worked, moment).issue == date(2024, 5, 31)


def test_numbers_that_are_printed_again_cost_nothing(worked):
    costs = []
    for times in (2, 40):
        text = "今年以来，签约项目9个，计划总投资150亿元。上半年，开工项目5个。\n" * times
        with CaptureQueriesContext(connection) as queries:
            found = checked(worked, text)
            for one in found.findings:
                found.ledger.row_count(one.reading)
        assert len(found.findings) == 3 * times
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_named_projects_cost_the_same_however_many(worked):
    costs = []
    for most in (2, 6):
        text = "".join(
            f"10月18日，由甲公司投资的甲{n}号项目开工建设，该项目总投资{5 * n}亿元。\n"
            for n in range(1, most + 1)
        )
        with CaptureQueriesContext(connection) as queries:
            found = checked(worked, text)
        assert [one.verdict.value for one in found.findings] == ["supported"] * most
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("text", ["", " \n\t", "字" * (LONGEST + 1)])
def test_nothing_and_too_much_are_refused(worked, text):
    with pytest.raises(DraftError):
        checked(worked, text)


@pytest.mark.parametrize("year", [1900, 2100])
def test_a_day_of_issue_far_off_is_refused(worked, year):
    with pytest.raises(DraftError, match="1901 to 2099"):
        checked(worked, "今年以来，签约项目7个。", issue=date(year, 5, 5))


def test_too_many_different_numbers_are_refused(worked, monkeypatch):
    monkeypatch.setattr("zoneworks.intake.checking.ledger.MOST_READINGS", 2)
    text = "".join(f"{month}月份，签约项目9个。" for month in range(1, 10))
    with pytest.raises(TooMuchError, match="more than 2"):
        checked(worked, text)


WORDS = [
    "今年以来",
    "去年同期",
    "截至9月底",
    "截至13月40日",
    "2月30日",
    "9月11日以来",
    "1-9月",
    "9-1月",
    "2024年",
    "0年",
    "百日冲刺",
    "全市",
    "全区",
    "签约",
    "开工",
    "项目",
    "其中",
    "合计",
    "分为",
    "力争",
    "同比",
    "外出招商",
    "经市认定的",
    "总投资",
    "协议外资",
    "由甲公司投资的乙项目",
    "7个",
    "近240亿元",
    "超",
    "10亿元以上",
    "3000万美元",
    "50%",
    "6批次",
    "0个",
    "位列全市第三",
    "5000万至1亿元",
    "负",
    "三点五亿元",
    "、",
    "。",
    "🙂",
    "<b>",
]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=20),
    issue=st.dates(date(1901, 1, 1), date(2099, 12, 31)),
)
def test_any_draft_is_read_and_every_number_lies_in_its_text(worked, words, issue):
    text = "，".join(words) + "\n"
    found = checked(worked, text, issue=issue)
    told = as_json(found)
    assert [text[each["start"] : each["end"]] for each in told["numbers"]] == [
        each["wording"] for each in told["numbers"]
    ]
    assert "".join(piece["text"] for piece in shown(found)["pieces"]) == text
