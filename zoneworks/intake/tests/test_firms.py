"""Firms are known by their short names where the text shows that they are firms; lines of business are none."""

from __future__ import annotations

import pytest

from zoneworks.intake.bare import Bare
from zoneworks.intake.firms import is_short_firm, short_firms
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.investors import companies
from zoneworks.intake.projects import projects


def read(text):
    place = Place(0, len(text))
    return list(dict.fromkeys(firm.name for firm in short_firms(text, place, companies(text, place))))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("恒泽化纤董事长牟建国介绍情况。", ["恒泽化纤"]),
        ("走访了罗德液压、三友精工等26家企业。", ["罗德液压", "三友精工"]),
        ("大林精密拟投1.5亿美元建设生产基地。", ["大林精密"]),
        ("他来到晋塬重工机械集团有限公司和太行轴承，详细询问。", ["太行轴承"]),
    ],
)
def test_a_short_name_beside_what_only_firms_have(text, names):
    assert read(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "涉及生物医药、高端装备等30家企业。",
        "全区完成工业投资3亿元。",
        "江西恒泽化纤有限公司投产，恒泽化纤董事长牟建国致辞。",
    ],
)
def test_a_trade_and_a_firm_known_by_its_whole_name_are_none(text):
    assert read(text) == []


def test_firms_that_build_projects_are_no_projects():
    said = "今年新引进恒越科技、北芯半导体等33个产业项目，计划总投资近150亿元。"
    assert is_short_firm("北芯半导体")
    assert projects(Bare(said), Cut(Place(0, len(said)))) == []
    named = said.replace("恒越科技、北芯半导体", "动力电池托盘、精密齿轮箱").replace("新引进", "签约")
    assert len(projects(Bare(named), Cut(Place(0, len(named))))) == 2
