from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.claims import claims
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.projects import projects


def read(text):
    bare = Bare(text)
    cut = Cut(Place(0, len(bare.text)))
    return claims(bare, cut, projects(bare, cut))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("全区累计走访企业320家次，办结率95.5%。", [("320", "家次"), ("95.5", "%")]),
        ("在建亿元以上项目26个。", [("26", "个")]),
        ("抢收水稻300亩。", [("200000", "m2")]),
        ("办理时限由12天压缩至3个工作日。", [("12", "天"), ("3", "个工作日")]),
        ("从签约到投产仅用120天。", [("120", "天")]),
        ("演练历时50分钟，消防站5分钟内到场。", [("50", "分钟"), ("5", "分钟")]),
        ("总量位列全市第三。", [("3", "位")]),
        ("这是今年落户的第6个外资项目。", [("6", "个")]),
        ("全力打造300亿级装备产业集群。", [("30000000000", "CNY")]),
        ("园区有三个110千伏变电站，另有一个正在规划中。", [("3", "个"), ("1", "个")]),
        ("居民平均年龄41岁。", [("41", "岁")]),
    ],
)
def test_what_a_number_asserts(text, told):
    assert [(str(one.value), one.unit) for one in read(text)] == told


@pytest.mark.parametrize(
    "text",
    [
        "各村每周巡查不少于两次。",
        "隐患须在24小时内上报。",
        "承诺三个工作日内答复。",
        "提出四点要求，从三个方面发力。",
        "实施三年行动计划，泵站24小时值守。",
        "慰问65岁以上老人。",
        "落实“六个一”和“两个百分百”措施。",
        "一名干部联系一家企业。",
        "对连续两次排名末位的单位予以约谈。",
        "线路为110千伏。",
        "百亿级龙头企业尚未落户。",
    ],
)
def test_what_asserts_nothing(text):
    assert read(text) == []


def test_what_a_project_took_is_no_claim():
    [claim] = read("总投资6亿元的特种玻璃项目开工，占地60亩，现有员工80人。")
    assert (claim.value, claim.unit) == (Decimal(80), "人")


def test_a_claim_says_what_is_counted_of_whom_and_when():
    [claim] = read("截至8月底，高新区累计签约项目46个。")
    assert (claim.indicator, claim.subject, claim.period, claim.qualifier) == (
        "签约项目",
        "高新区",
        "截至8月底",
        "累计",
    )


def test_an_aim_that_is_repeated_is_told_once():
    assert len(read("紧盯“千亿园区”目标。使命是“千亿园区”。全力冲刺“千亿园区”。")) == 1


def test_a_number_taken_up_again_is_told_once():
    found = read("今年签约15个项目。15个项目中，有6个来自上海。")
    assert [int(one.value) for one in found] == [15, 6]


@given(
    st.text(alphabet="一二三百千亿万元个家次天内须每周第位列同比增长%0123456789.，。；“”的以上项目岁连续期")
)
def test_any_text_is_read_without_complaint(text):
    read(text)


def test_a_number_has_the_subject_and_time_of_the_sentence_before():
    first, second, other = read(
        "截至9月底，江苏晨禾电子有限公司开票销售3.2亿元。该公司累计新增专利15件。去年，全区税收20亿元。"
    )
    assert (first.subject, first.period) == ("江苏晨禾电子有限公司", "截至9月底")
    assert (second.subject, second.period) == ("江苏晨禾电子有限公司", "截至9月底")
    assert (other.subject, other.period) == ("全区", "去年")
