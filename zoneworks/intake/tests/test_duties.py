"""Who has to do what, how often and for whom; what has been done and what is merely wished are no duties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.document import read_document
from zoneworks.intake.duties import duties
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.printing import as_json


def read(text):
    bare = Bare(text)
    return duties(bare, Cut(Place(0, len(bare.text))))


@pytest.mark.parametrize(
    ("text", "who", "what", "addressee", "cadence", "due"),
    [
        (
            "会议要求，各企业每周向区安委办书面报告整改进展。",
            *("各企业", "书面报告整改进展", "区安委办", "weekly", "每周"),
        ),
        (
            "重大隐患每周向区安委办书面报告整改进展。",
            *("", "重大隐患书面报告整改进展", "区安委办", "weekly", "每周"),
        ),
        (
            "经发局要建立台账，每月10日前报区劳动监察大队备查。",
            *("经发局", "报区劳动监察大队备查", "区劳动监察大队", "monthly", "每月10日前"),
        ),
        (
            "各责任单位应建立台账，每周三下午下班前向区安委办报送进展。",
            *("各责任单位", "报送进展", "区安委办", "weekly", "每周三下午下班前"),
        ),
        ("社会事业局每季度走访一次养老院。", "社会事业局", "走访一次养老院", "", "quarterly", "每季度"),
        (
            "各泵站每两小时向区防汛办报告一次水位。",
            "各泵站",
            "报告一次水位",
            "区防汛办",
            "hourly",
            "每两小时",
        ),
        ("施工单位必须第一时间上报险情。", "施工单位", "上报险情", "", "at_once", "第一时间"),
        ("由规建局于8月20日前完成红线图绘制。", "规建局", "完成红线图绘制", "", "", "8月20日前"),
        ("他要求相关局室三个工作日内拿出方案。", "相关局室", "拿出方案", "", "", "三个工作日内"),
        ("磐石环保须在签约后45日内完成公司注册。", "磐石环保", "完成公司注册", "", "", "签约后45日内"),
    ],
)
def test_a_duty_says_who_does_what_and_when(text, who, what, addressee, cadence, due):
    (duty,) = read(text)
    assert (duty.who, duty.what, duty.addressee, duty.cadence, duty.due) == (
        who,
        what,
        addressee,
        cadence,
        due,
    )


@pytest.mark.parametrize(
    "text",
    [
        "各企业已每周向区安委办报告整改进展。",
        "去年，各企业每月向区安委办报告整改进展。",
        "截至9月底，各企业每周报告隐患，累计整改89处。",
    ],
)
def test_what_has_been_done_is_no_duty(text):
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "要提高认识，每周都要有新气象。",
        "每天检查一遍，心里才踏实。",
        "该厂每日处理污水2万吨。",
        "公司计划年底前完成搬迁。",
        "会议强调，要加强调度，压实责任。",
    ],
)
def test_a_wish_a_plan_and_a_capacity_are_no_duties(text):
    assert read(text) == []


def test_a_day_before_a_comma_belongs_to_what_follows():
    (duty,) = read("会议要求，7月10日前，各单位完成自查。")
    assert (duty.who, duty.due) == ("各单位", "7月10日前")


def test_duties_of_an_article_are_printed_with_their_places():
    text = "5月6日，开发区召开安委会会议。会议要求，各企业每周\n向区安委办书面报告整改进展。\n"
    ((duty,),) = [each["duties"] for each in as_json(read_document(text), "page.txt")["articles"]]
    assert duty["addressee"] == "区安委办"
    assert text[duty["start"] : duty["end"]] == "各企业每周\n向区安委办书面报告整改进展"


@given(st.text(alphabet=st.sampled_from("各企业要须每周月日7前向区安委办报告，。“”第一时间内"), max_size=80))
def test_any_text_is_read(text):
    size = len(Bare(text).text)
    assert all(0 <= each.place.start < each.place.end <= size for each in read(text))
