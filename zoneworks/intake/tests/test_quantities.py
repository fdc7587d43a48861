from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.found import Place
from zoneworks.intake.numerals import read_numeral
from zoneworks.intake.quantities import quantities
from zoneworks.kit.amounts import parse_amount


def read(text):
    return [(one.value, one.unit, one.qualifier) for one in quantities(text, Place(0, len(text)))]


@pytest.mark.parametrize(
    ("text", "value", "unit", "qualifier"),
    [
        ("总投资近86.4亿元", Decimal(8_640_000_000), "CNY", "近"),
        ("到账外资2,150万美元", Decimal(21_500_000), "USD", ""),
        ("兑现奖补1，350万元", Decimal(13_500_000), "CNY", ""),
        ("投资三点二亿元", Decimal(320_000_000), "CNY", ""),
        ("占地90亩", Decimal(60_000), "m2", ""),
        ("绿化2.5公顷", Decimal(25_000), "m2", ""),
        ("规划12平方公里", Decimal(12_000_000), "m2", ""),
        ("吸引3000余名居民", Decimal(3000), "名", "余"),
        ("惠及20多万人次", Decimal(200_000), "人次", "多"),
        ("六个社区", Decimal(6), "个", ""),
        ("占比超七成", Decimal(70), "%", "超"),
        ("提高2.6个百分点", Decimal("2.6"), "个百分点", ""),
        ("是去年的1.8倍", Decimal("1.8"), "倍", ""),
        ("年税收不低于3000万元", Decimal(30_000_000), "CNY", "不低于"),
        ("规模以上企业80家以上", Decimal(80), "家", "以上"),
        ("抽排设备16台（套）", Decimal(16), "台（套）", ""),
        ("1分40秒内撤离", Decimal(100), "秒", "内"),
        ("占全市一半以上", Decimal(50), "%", "以上"),
        ("上百家企业", Decimal(100), "家", "上"),
        ("近万人观看", Decimal(10_000), "人", "近"),
    ],
)
def test_a_number_is_read_with_its_unit_and_the_word_beside_it(text, value, unit, qualifier):
    assert read(text) == [(value, unit, qualifier)]


@pytest.mark.parametrize(
    "text",
    [
        "2023年4月6日上午9时30分",
        "7月3日至9日",
        "1至6月",
        "前5个月",
        "近三年来",
        "第三批名单",
        "一是要强化认识",
        "2号储罐",
        "三级响应",
        "PM2.5",
        "“2+6+N”体系",
        "国发〔2022〕15号",
        "世界500强",
        "数百名群众",
        "高镍三元材料",
        "签约仪式",
        "千方百计",
    ],
)
def test_dates_ordinals_and_names_are_no_numbers(text):
    assert read(text) == []


def test_a_range_keeps_both_ends():
    [one] = quantities("投资5000万至1亿元", Place(0, 12))
    assert (one.value, one.high) == (Decimal(50_000_000), Decimal(100_000_000))
    [other] = quantities("投资5-8亿元", Place(0, 8))
    assert (other.value, other.high) == (Decimal(500_000_000), Decimal(800_000_000))


def test_places_hold_the_number_and_the_words_beside_it():
    text = "总投资约6亿元以上。"
    [one] = quantities(text, Place(0, len(text)))
    assert text[one.place.start : one.place.end] == "约6亿元以上"
    assert text[one.number.start : one.number.end] == "6亿元"


def test_only_what_lies_within_the_place_is_read():
    assert quantities("投资3亿元，用地50亩", Place(7, 12))[0].unit == "m2"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("两千三百", 2300),
        ("1亿2000万", 120_000_000),
        ("十", 10),
        ("1万亿", 10**12),
        ("", None),
        ("点", None),
        ("1.2.3", None),
    ],
)
def test_numerals(text, value):
    assert read_numeral(text) == value


SIGNS = (
    "一二三十百千万亿点元美个家平方米亩0123456789.,，。、至近约共余多以上“”（）年月日第%项目由公司投资总的"
)


@given(st.one_of(st.text(), st.text(alphabet=SIGNS)))
def test_any_text_is_read_without_complaint(text):
    bare = Bare(text)
    for one in quantities(bare.text, Place(0, len(bare.text))):
        assert one.place.holds(one.number)


@given(
    st.integers(1, 10**6),
    st.sampled_from(["亩", "公顷", "平方米", "平方公里", "元", "万元", "亿元", "美元", "万美元"]),
)
def test_an_amount_in_running_text_is_what_the_same_amount_in_a_field_is(number, unit):
    text = f"共计{number:,}{unit}。"
    [found] = quantities(text, Place(0, len(text)))
    stated = parse_amount(f"{number:,}{unit}")
    assert (found.value, found.unit) == (stated.value, stated.unit.value)
