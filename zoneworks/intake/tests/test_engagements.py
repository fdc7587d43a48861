"""What was held is told by its verbs and nouns; plans and demands are none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.document import read_document
from zoneworks.intake.engagements import engagements
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.people import mentions, people


def read(text):
    bare = Bare(text)
    cut = Cut(Place(0, len(bare.text)))
    return engagements(bare, cut, people(mentions(bare, cut)))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("5月6日，区党工委书记陆小满率队赴上海、苏州开展招商，拜访企业9家。", ["visit_out"]),
        ("5月6日，浙江客商考察团到南湾开发区考察。", ["reception"]),
        ("5月6日，储能项目在南湾开发区成功签约。", ["signing"]),
        ("5月6日，市委书记陆小满到南湾开发区调研，并召开座谈会。", ["inspection", "meeting"]),
        ("5月6日，南湾开发区召开高质量发展大会。", ["conference"]),
        ("5月6日，南湾开发区举行防汛应急演练。", ["drill"]),
        ("5月6日，南湾开发区举行年轻干部培养活动开班仪式。", ["training"]),
        ("3月12日，区领导陆小满率党员干部开展义务植树活动。", ["other"]),
    ],
)
def test_the_kind_of_what_was_held(text, kinds):
    assert [each.kind for each in read(text)] == kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5月8日，管委会主任陆小满率招商专班一路南下，在无锡、宁波连走11家企业。", "visit_out"),
        ("5月8日，管委会主任陆小满登门拜访位于宁波的海纳集团总部。", "visit_out"),
        ("5月8日，区党工委书记陆小满率经贸代表团抵达首尔，拜会韩国贸易协会。", "visit_out"),
        ("5月8日，融达投资公司3名高管到访，了解物流政策。", "reception"),
        ("5月8日，由35名客商组成的考察团走进南湾开发区，感受投资环境。", "reception"),
        ("5月8日，双方在协议书上郑重签字。", "signing"),
        ("5月8日，管委会主任陆小满深入绿源电子有限公司，了解生产情况。", "inspection"),
        ("5月8日深夜，党工委书记陆小满来到清水港闸站，翻看值班日志。", "inspection"),
        ("5月8日，区人大代表视察重点民生工程。", "inspection"),
        ("5月8日，管委会主任陆小满主持召开专题会议研究土地报批。", "conference"),
        ("5月8日，南湾开发区收听收看全市防汛工作视频会议。", "conference"),
        ("5月8日，区应急管理局邀请专家为职工讲授消防知识。", "training"),
        ("5月8日，南湾开发区年轻干部能力提升班开班。", "training"),
        ("5月8日，投产仪式由管委会主任陆小满主持。", "other"),
        ("5月8日，南湾人力资源产业园揭牌。", "other"),
    ],
)
def test_what_somebody_does_tells_the_kind_too(text, kind):
    assert [each.kind for each in read(text)] == [kind]


def test_a_brief_tells_of_something_new_whatever_was_told_before():
    briefs = "◆近日，南湾开发区召开安全生产会议。◆近日，南湾开发区召开防汛会议。"
    assert [each.kind for each in read(briefs)] == ["conference", "conference"]
    assert [each.kind for each in read(briefs.replace("◆", ""))] == ["conference"]


@pytest.mark.parametrize(
    "text",
    [
        "5月6日，陆小满强调，要举办培训班，开展应急演练。",
        "全区共有河道17条，总长46.8公里。",
        "南湾开发区计划下半年赴日本开展招商活动。",
        "公司技术团队先后赴德国、日本交流学习。",
        "市领导多次到现场督查。",
    ],
)
def test_demands_and_facts_are_none(text):
    assert read(text) == []


def test_who_led_and_where():
    (held,) = read("5月6日，区党工委书记陆小满到柳溪社区、绿源电子有限公司调研。")
    assert held.lead == "陆小满"
    assert "柳溪社区" in held.places


@given(
    st.text(
        alphabet=st.sampled_from("5月6日，区召开举行会议大调研赴在与签约演练培训要将。“”陆小满"), max_size=120
    )
)
def test_any_text_is_read(text):
    read(text)


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("5月6日，绿源集团董事长李晓明一行到南湾开发区考察，管委会主任陆小满陪同。", "陆小满"),
        ("5月6日，绿源集团董事长李晓明一行到南湾开发区考察。", ""),
        ("5月6日，南湾开发区举行演练，市应急局局长李晓明点评，管委会主任陆小满任总指挥。", "陆小满"),
        ("5月6日，柳溪社区举办文化节，村民李晓明说，节目精彩。", ""),
    ],
)
def test_guests_of_firms_and_villagers_lead_nothing(text, lead):
    (held,) = read(text)
    assert held.lead == lead


def test_what_has_no_day_of_its_own_has_that_of_what_was_told_before():
    text = "南湾要闻\n\n5月6日，市委书记陆小满到南湾开发区调研。调研后，陆小满主持召开座谈会。"
    text += "5月8日，南湾开发区召开防汛会议。\n"
    (article,) = read_document(text, date(2024, 5, 10)).articles
    assert [(held.kind, held.date.said) for held in article.engagements] == [
        ("inspection", "2024-05-06"),
        ("meeting", "2024-05-06"),
        ("conference", "2024-05-08"),
    ]
