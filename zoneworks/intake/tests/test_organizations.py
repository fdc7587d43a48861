"""Bodies are found by the endings of their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Cut, Place
from zoneworks.intake.organizations import organizations
from zoneworks.intake.people import mentions


def read(text):
    bare = Bare(text)
    cut = Cut(Place(0, len(bare.text)))
    return [one.name for one in organizations(bare, cut, mentions(bare, cut))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5月6日，绿源电子（南湾）有限公司与海岳集团签约。", ["绿源电子（南湾）有限公司", "海岳集团"]),
        ("记者走进柳溪社区和南湾第二小学。", ["柳溪社区", "南湾第二小学"]),
        ("由区住建局会同市供电公司完成迁改。", ["区住建局", "市供电公司"]),
        ("每周向区安委办报送进度。", ["区安委办"]),
        ("项目由BIGN HK LIMITED（大源香港有限公司）投资。", ["BIGN HK LIMITED（大源香港有限公司）"]),
    ],
)
def test_bodies_that_act_are_named(text, found):
    assert [name for name in read(text) if name in found] == found


def test_a_body_that_stands_in_a_title_alone_does_not_act_a_company_does():
    text = "市生态环境局局长陆小满、绿源电子有限公司董事长赵立参加。"
    assert read(text) == ["绿源电子有限公司"]


def test_the_name_of_a_zone_is_known_by_its_repetition():
    text = "确保南湾开发区稳定。南湾开发区招商局参加。南湾开发区发布公告。"
    assert "南湾开发区" in read(text)
    assert not any(name.startswith("确保") for name in read(text))


@given(
    st.text(alphabet=st.sampled_from("区局委有限公司社村镇开发经高新在与和的，。（）第一二"), max_size=120)
)
def test_any_text_is_read(text):
    read(text)
