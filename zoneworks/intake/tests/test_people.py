"""People are found with the posts that stand before their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.people import mentions, people


def read(text):
    bare = Bare(text)
    return [(one.name, one.title) for one in people(mentions(bare, Cut(Place(0, len(bare.text)))))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("区党工委副书记、管委会主任陆小满出席会议并讲话。", [("陆小满", "区党工委副书记、管委会主任")]),
        ("会议由区党工委委员赵立主持。", [("赵立", "区党工委委员")]),
        (
            "区领导陆小满、赵立、欧阳青禾等参加。",
            [("陆小满", "区领导"), ("赵立", "区领导"), ("欧阳青禾", "区领导")],
        ),
        ("经开区招商局局长陆小满带队外出。", [("陆小满", "经开区招商局局长")]),
        ("德国某公司总裁马克·韦伯一行来访。", [("马克·韦伯", "德国某公司总裁")]),
        ("“订单已排到年底。”企业负责人赵立说。", [("赵立", "企业负责人")]),
        ("市委书记陆小满调研。陆小满强调，要抓落实。", [("陆小满", "市委书记")]),
        ("区领导陆小满参加。区管委会主任陆小满指出，要抓落实。", [("陆小满", "区管委会主任")]),
        ("韩国大林公司会长朴正浩、社长金泰善签约。", [("朴正浩", "韩国大林公司会长"), ("金泰善", "社长")]),
        ("管委会主任娜仁陪同。", [("娜仁", "管委会主任")]),
        ("生产部经理赵小曼喜上眉梢。", [("赵小曼", "生产部经理")]),
        ("参加人员：陆小满、赵立。", [("陆小满", ""), ("赵立", "")]),
        ("美国客商迈克尔·布朗对园区满意。", [("迈克尔·布朗", "美国客商")]),
    ],
)
def test_who_acts_is_named_with_the_posts_of_the_article(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "相关部门负责人参加会议。",
        "各村（社区）书记和企业代表参加。",
        "本次会议由主任办公会研究决定。",
        "客商来访，洽谈合作。",
    ],
)
def test_roles_without_a_name_are_nobody(text):
    assert read(text) == []


@given(
    st.text(
        alphabet=st.sampled_from("区委书记主任局长王李赵欧阳小满立、，。和及等说强调·马克经"), max_size=120
    )
)
def test_any_text_is_read(text):
    read(text)
