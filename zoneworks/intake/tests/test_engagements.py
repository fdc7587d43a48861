"""What was held is told by its verbs and nouns; plans and demands are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
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
    "text",
    [
        "5月6日，陆小满强调，要举办培训班，开展应急演练。",
        "全区共有河道17条，总长46.8公里。",
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
