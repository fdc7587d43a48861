import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.projects import projects


def read(text):
    bare = Bare(text)
    return projects(bare, Cut(Place(0, len(bare.text))))


def amounts(project):
    return {name: int(value) for name, value in project.amounts.items()}


def test_what_follows_belongs_to_the_project_named_before():
    [project] = read(
        "5月6日，总投资9亿元的车规级传感器项目签约落户新区。该项目由无锡晨曜电子有限公司投资，其中设备投资4亿元，"
        "占地60亩，新建厂房约3.2万平方米，达产后年销售收入15亿元、税收6000万元。"
    )
    assert (project.name, project.investor) == ("车规级传感器项目", "无锡晨曜电子有限公司")
    assert {"signed", "landed"} <= set(project.events)
    assert amounts(project) == {
        "total_investment_cny": 900_000_000,
        "equipment_investment_cny": 400_000_000,
        "land_area_m2": 40_000,
        "floor_area_m2": 32_000,
        "annual_sales_cny": 1_500_000_000,
        "annual_tax_cny": 60_000_000,
    }
    assert project.qualifiers == {"floor_area_m2": "约"}


@pytest.mark.parametrize(
    ("text", "investor"),
    [
        ("由宁波海岳机械有限公司投资的精密轴承项目开工。", "宁波海岳机械有限公司"),
        ("宁波海岳机械有限公司精密轴承项目竣工投产。", "宁波海岳机械有限公司"),
        ("精密轴承项目落户新区，投资方为宁波海岳机械有限公司。", "宁波海岳机械有限公司"),
        ("与宁波海岳机械有限公司签订精密轴承项目投资协议。", "宁波海岳机械有限公司"),
        ("宁波海岳机械有限公司拟投资2亿元建设精密轴承项目。", "宁波海岳机械有限公司"),
        ("海岳集团董事长陈立表示，集团拟投资2亿元建设精密轴承项目。", "海岳集团"),
        ("走进宁波海岳机械有限公司，工人正忙。海岳精密轴承项目已投产。", "宁波海岳机械有限公司"),
        ("精密轴承项目由上市公司投资，已开工。", ""),
        ("精密轴承项目由区建设公司承建，已开工。", ""),
    ],
)
def test_investors(text, investor):
    [project] = read(text)
    assert project.investor == investor


@pytest.mark.parametrize(
    ("told", "event"),
    [
        ("已完成工商注册", "registered"),
        ("正在洽谈", "in_talks"),
        ("完成土地摘牌", "site_secured"),
        ("主体厂房封顶", "topped_out"),
        ("通过竣工验收", "completed"),
        ("已于8月投产，今年9月达产", "full_capacity"),
        ("签订框架协议", "framework_agreed"),
        ("已经签约，力争年底前开工", "signed"),
        ("尚未开工", "not_started"),
        ("计划6月竣工，9月投产", ""),
        ("要早开工、早投产", ""),
    ],
)
def test_states_are_what_has_been_reached(told, event):
    found = read(f"总投资3亿元的光学镜头项目{told}。")
    assert found[0].event in ((event,) if event else ("", "planned"))


def test_the_common_occasion_is_the_state_of_each_project_told_behind_it():
    found = read(
        "上午举行项目集中签约仪式，8个项目签约，总投资40亿元。1.碳纤维预浸料项目。总投资5亿元，用地45亩。2.智能家居项目。"
        "总投资2亿元，租用厂房8000平方米。"
    )
    assert [(one.name, one.event) for one in found] == [
        ("碳纤维预浸料项目", "signed"),
        ("智能家居项目", "signed"),
    ]
    assert [amounts(one)["total_investment_cny"] for one in found] == [500_000_000, 200_000_000]


def test_members_of_a_list_are_projects():
    found = read("今年招引硅碳负极材料、特种电缆组件、智能传感终端等9个重大项目，总投资70亿元。")
    assert [one.name for one in found] == ["硅碳负极材料", "特种电缆组件", "智能传感终端"]
    assert all(one.event == "landed" and not one.amounts for one in found)


def test_sums_told_respectively_are_dealt_out():
    found = read("特种电缆组件、智能传感终端2个项目签约，总投资分别为5亿元和3亿元。")
    assert [amounts(one)["total_investment_cny"] for one in found] == [500_000_000, 300_000_000]


def test_a_project_told_twice_is_one_and_another_phase_is_another():
    found = read(
        "氮化镓外延片项目一期去年投产。总投资8亿元的氮化镓外延片项目二期已签约。氮化镓外延片项目二期占地30亩。"
    )
    assert [(one.name, one.event) for one in found] == [
        ("氮化镓外延片项目一期", "in_production"),
        ("氮化镓外延片项目二期", "signed"),
    ]
    assert amounts(found[1]) == {"total_investment_cny": 800_000_000, "land_area_m2": 20_000}


@pytest.mark.parametrize(
    "text",
    [
        "全区新签约亿元以上项目21个，总投资90亿元。",
        "12个重点项目集中开工，计划总投资60亿元。",
        "总规模20亿元的产业基金揭牌，首期到位5亿元。",
        "公司开票销售3亿元，现有员工200人。",
        "要抓好重点项目建设，确保项目早开工。",
    ],
)
def test_totals_funds_and_output_are_no_projects(text):
    assert read(text) == []


def test_public_works_count_with_their_investment():
    [project] = read("总投资2.4亿元的区第三中学主体已经封顶。")
    assert (project.name, project.event) == ("区第三中学", "topped_out")


def test_a_name_keeps_the_spaces_of_latin_words():
    [project] = read("由NORTH BAY LIMITED（北湾有限公司）投资的光刻胶项目签约。")
    assert project.investor.endswith("（北湾有限公司）")


@given(
    st.text(
        alphabet="项目工程总投资由公司集团有限亿元12.3、，。；的甲乙丙签约开工等个重大产业园一二期该（）“”：与就拟分别"
    )
)
def test_any_text_is_read_without_complaint(text):
    read(text)
