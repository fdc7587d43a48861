"""Pages are cut into articles, each with the headline that belongs to it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.articles import articles
from zoneworks.intake.bare import Bare
from zoneworks.intake.lines import lines

BEHIND = """5月6日上午，南湾开发区在三号码头举行防
汛演练，区领导王小满、李向前参加。演练共出
动车辆12台、队员86人，转移群众140人。

以练为战 以练促防

南湾开发区举行防汛演练
 5月8日，区科技局到绿源电子有限公司调研
企业研发情况，并与企业负责人座谈，收集问
题5个。
区科技局走访企业问需求
"""
BEFORE = """南湾开发报  2024年5月10日 星期五 第2版
责任编辑：赵 一  版式：钱 二

新能源项目签约落户

　　本报讯（记者 孙 三）5月9日，总投资3
亿元的储能项目在南湾开发区签约。项目由绿
源电子有限公司投资建设。

“上门服务”解难题
□ 通讯员 周 五
　　近日，南湾开发区企业服务中心上门为
绿源电子有限公司办理用电增容，只用了三天。

简 讯
◆5月7日，区团工委组织志愿者清洁
河道，30人参加。
◆近日，一家企业入选省级绿色工厂。
（吴 六）
"""
MINUTES = """南湾开发区管理委员会
会 议 纪 要

关于储能项目推进工作的专题会议纪要

2024年7月12日，区管委会主任王小满主持召开专题会议。纪要如下：
一、关于用地
会议议定，由区自然资源分局在7月底前完成报批。
二、关于用电
会议要求，供电公司每周报送进度。

抄送：区党工委领导。
管委会办公室 2024年7月15日印发
"""


def cut(source):
    bare = Bare(source)
    return [(each.kicker, each.title, bare.text[each.body.start : each.body.end]) for each in articles(bare)]


def test_headlines_behind_their_bodies_are_told_by_the_words_they_share():
    drill, visit = cut(BEHIND)
    assert drill[:2] == ("以练为战 以练促防", "南湾开发区举行防汛演练")
    assert drill[2].startswith("5月6日上午") and drill[2].endswith("转移群众140人。")
    assert visit[1] == "区科技局走访企业问需求"


def test_headlines_before_their_bodies_bylines_and_briefs():
    bare = Bare(BEFORE)
    found = articles(bare)
    assert [each.title for each in found] == ["新能源项目签约落户", "“上门服务”解难题", "", ""]
    assert found[1].byline == "通讯员 周 五"
    assert found[3].byline == "吴 六"
    assert bare.text[found[3].body.start : found[3].body.end] == "◆近日，一家企业入选省级绿色工厂。"
    assert "责任编辑" not in "".join(text for _kicker, _title, text in cut(BEFORE))


def test_minutes_are_one_article():
    ((_kicker, title, text),) = cut(MINUTES)
    assert title == "关于储能项目推进工作的专题会议纪要"
    assert text.startswith("2024年7月12日") and text.endswith("供电公司每周报送进度。")


@pytest.mark.parametrize(
    ("lines_of_head", "title", "kicker"),
    [
        (
            "王小满在南湾开发区调研时强调——\n推动创新 服务企业",
            "推动创新 服务企业",
            "王小满在南湾开发区调研时强调——",
        ),
        (
            "王小满调研南湾开\n发区时强调——\n推动创新 服务企业",
            "推动创新 服务企业",
            "王小满调研南湾开发区时强调——",
        ),
        ("南湾开发区调研\n企业创新情况", "南湾开发区调研企业创新情况", ""),
        ("以创新促发展\n南湾开发区调研企业创新", "南湾开发区调研企业创新", "以创新促发展"),
    ],
)
def test_the_parts_of_a_headline(lines_of_head, title, kicker):
    page = f"{lines_of_head}\n\n5月8日，王小满到南湾开发区调研企业，要求推动\n创新、服务企业。\n"
    ((found_kicker, found_title, _text),) = cut(page)
    assert (found_title, found_kicker) == (title, kicker)


TWO_IN_A_ROW = """储能项目签约落户
　　5月9日，总投资3亿元的储能项目在南湾开发区签约落户。项目由绿源电子有限公司投资建设，计划年底投产。
　　区领导说，要做好服务，让项目早日开工。
　　开学前，区总工会走访困难职工家庭，为孩子们送去书包和助学金，叮嘱他们好好读书，将来回家乡来做事。
{behind}

防汛演练举行
　　5月6日，南湾开发区在三号码头举行防汛演练，队员86人参加。
"""


@pytest.mark.parametrize(
    ("behind", "titles"),
    [
        ("困难职工家庭收到助学金", ["储能项目签约落户", "困难职工家庭收到助学金", "防汛演练举行"]),
        ("一路繁花", ["储能项目签约落户", "防汛演练举行"]),
    ],
)
def test_a_body_that_two_headlines_claim_is_parted_where_the_words_of_the_second_begin(behind, titles):
    found = [title for _kicker, title, _text in cut(TWO_IN_A_ROW.format(behind=behind))]
    assert len(found) == len(titles)
    assert found[0] == titles[0]
    assert behind not in titles or found == titles


FEATURE = """一枚轴承的回家路
　　同样一只环坯，要先坐车去邻省热处理，
绕上1600公里才能回家。
断点在哪里
　　外协一趟最快11天，遇上旺季排队，客户
的电话一天能接20个。
怎么补上去
　　专班先后6次赴外地，最终说服一家企业
把新厂建在园区中心。{signed}
补上以后呢
　　运距短了，账也变了，每套成本下降310元，
交货期由45天缩短到26天。
"""


@pytest.mark.parametrize(("signed", "articles_found"), [("", 1), ("（记者 孙三）", 2)])
def test_subheads_part_no_article(signed, articles_found):
    assert len(cut(FEATURE.format(signed=signed))) == articles_found


def test_a_page_without_text_has_no_articles():
    assert cut("") == cut(" \n\n\t") == []


@given(st.text(alphabet=st.sampled_from("开发区调研，。：“”（）◆—— \n　1月8日记者张三"), max_size=400))
def test_any_text_is_cut_into_bodies_in_order_and_lines_keep_every_sign(source):
    bare = Bare(source)
    found = articles(bare)
    places = [each.body for each in found]
    assert all(place.start < place.end <= len(bare.text) for place in places)
    assert all(one.end <= other.start for one, other in pairwise(places))
    assert "".join(line.text for line in lines(source)) == "".join(source.splitlines())
    assert all(source[line.start : line.end] == line.text for line in lines(source))


@given(st.text(max_size=200))
def test_no_text_at_all_stops_it(source):
    articles(Bare(source))
