"""Amounts: what people write is read, what is printed reads back, all else is refused at its place."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.kit.amount_words import tokens
from zoneworks.kit.amounts import (
    Amount,
    AmountError,
    format_amount,
    format_amount_short,
    parse_amount,
    parse_range,
    supported,
)
from zoneworks.kit.quantities import Bound, Qualifier, Unit, combine

YI, WAN = 10**8, 10**4
SHARES = {"near": Decimal("0.10"), "about": Decimal("0.05")}

READ = [
    ("近240亿元", 240 * YI, "CNY", "near"),
    ("不低于1.4亿美元", 140_000_000, "USD", "at_least"),
    ("5000万元以上", 5000 * WAN, "CNY", "at_least"),
    ("1,250万元", 1250 * WAN, "CNY", "exact"),
    ("1，250万元", 1250 * WAN, "CNY", "exact"),
    ("１２５０万元", 1250 * WAN, "CNY", "exact"),
    ("1 250 000元", 1_250_000, "CNY", "exact"),
    ("三点五亿元", 35 * YI // 10, "CNY", "exact"),
    ("十二个", 12, "items", "exact"),
    ("5个亿元", 5 * 10**8, "CNY", "exact"),
    ("近1.5个亿美元", 15 * 10**7, "USD", "near"),
    ("三个万元", 30000, "CNY", "exact"),
    ("5 个亿", 5 * YI, "CNY", "exact"),
    ("５ 个 亿 元", 5 * YI, "CNY", "exact"),
    ("两 个 亿", 2 * YI, "CNY", "exact"),
    ("5个多亿元", 5 * YI, "CNY", "over"),
    ("20多个亿", 20 * YI, "CNY", "over"),
    ("3.2 亿 元", 32 * YI // 10, "CNY", "exact"),
    ("约5亿", 5 * YI, "CNY", "about"),
    ("1．5亿元", 15 * YI // 10, "CNY", "exact"),
    ("5亿元+", 5 * YI, "CNY", "at_least"),
    ("伍亿元整", 5 * YI, "CNY", "exact"),
    ("5亿元（人民币）。", 5 * YI, "CNY", "exact"),
    ("1,200 万美元", 1200 * WAN, "USD", "exact"),
    ("1.2 亿 欧元", 12 * YI // 10, "EUR", "exact"),
    ("€5 million", 5_000_000, "EUR", "exact"),
    ("300 万港元", 300 * WAN, "HKD", "exact"),
    ("港币2亿", 2 * YI, "HKD", "exact"),
    ("HK$3 million", 3_000_000, "HKD", "exact"),
    ("100亿日元", 100 * YI, "JPY", "exact"),
    ("两千万元", 2000 * WAN, "CNY", "exact"),
    ("二十亿元", 20 * YI, "CNY", "exact"),
    ("5千万元", 5000 * WAN, "CNY", "exact"),
    ("1.4亿元人民币", 140_000_000, "CNY", "exact"),
    ("1亿2000万元", 120_000_000, "CNY", "exact"),
    ("一亿二千零五万元", 120_050_000, "CNY", "exact"),
    ("1.2万亿元", 12_000 * YI, "CNY", "exact"),
    ("一万二元", 12_000, "CNY", "exact"),
    ("一万零二元", 10_002, "CNY", "exact"),
    ("1万2500元", 12_500, "CNY", "exact"),
    ("壹佰万圆", 100 * WAN, "CNY", "exact"),
    ("300元", 300, "CNY", "exact"),
    ("¥300", 300, "CNY", "exact"),
    ("RMB 20 million", 20_000_000, "CNY", "exact"),
    ("US$1.4亿", 140_000_000, "USD", "exact"),
    ("3000万美元", 3000 * WAN, "USD", "exact"),
    ("不超过$5 million", 5_000_000, "USD", "at_most"),
    ("just under CNY 24 billion", 240 * YI, "CNY", "near"),
    ("约5.5万㎡", 55_000, "m2", "about"),
    ("约5.5万平方米", 55_000, "m2", "about"),
    ("5.5万平米左右", 55_000, "m2", "about"),
    ("55,000 m²", 55_000, "m2", "exact"),
    ("55000m2", 55_000, "m2", "exact"),
    ("120亩", 80_000, "m2", "exact"),
    ("3公顷", 30_000, "m2", "exact"),
    ("5万吨", 50_000, "t", "exact"),
    ("约 500 公斤", Decimal("0.5"), "t", "about"),
    ("12台（套）", 12, "items", "exact"),
    ("20GW", 20 * 10**9, "W", "exact"),
    ("20吉瓦", 20 * 10**9, "W", "exact"),
    ("5 MW", 5 * 10**6, "W", "exact"),
    ("五千瓦", 5000, "W", "exact"),
    ("20万千瓦", 2 * YI, "W", "exact"),
    ("315kVA", 315, "kVA", "exact"),
    ("315千伏安", 315, "kVA", "exact"),
    ("50MVA", 50_000, "kVA", "exact"),
    ("100条", 100, "lines", "exact"),
    ("2180人", 2180, "persons", "exact"),
    ("30余人次", 30, "persons", "over"),
    ("12项", 12, "items", "exact"),
    ("3批次", 3, "items", "exact"),
    ("共2家", 2, "items", "exact"),
    ("20余亿元", 20 * YI, "CNY", "over"),
    ("1800多万元", 1800 * WAN, "CNY", "over"),
    ("不到 30\n亿元", 30 * YI, "CNY", "less_than"),
    ("约45\n00平方米", 4500, "m2", "about"),
    ("92.4%", Decimal("0.924"), "share", "exact"),
    ("百分之九十二点四", Decimal("0.924"), "share", "exact"),
]


@pytest.mark.parametrize(("text", "value", "unit", "qualifier"), READ)
def test_what_people_write_is_read(text, value, unit, qualifier):
    read = parse_amount(text, default_unit="CNY")
    assert read == Amount(Decimal(value), Unit(unit), Qualifier(qualifier))
    assert read.wording == text


@pytest.mark.parametrize("text", ["每年8000万元", "年8000万元", "8000万元/年", "CNY 80 million a year"])
def test_a_yearly_amount_says_so(text):
    assert parse_amount(text) == Amount(Decimal(8000 * WAN), Unit.CNY, per_year=True)


def test_the_unit_of_the_field_is_taken_only_when_the_text_has_none():
    assert parse_amount("3亿", default_unit="USD").unit == Unit.USD
    assert parse_amount("3亿元", default_unit="USD").unit == Unit.CNY


def test_mu_is_rounded_to_four_places_of_a_square_meter():
    assert parse_amount("100亩").value == Decimal("66666.6667")
    assert format_amount(Decimal("66666.6667"), "m2", style="mu") == "100亩"


REFUSED = [
    ("5.5万英镑", "unknown_currency", 4),
    ("5.5万 AUD", "unknown_currency", 5),
    ("5w元", "watts_for_wan", 2),
    ("整5亿元", "unknown_word", 0),
    ("1。5亿元", "two_numbers", 2),
    ("20GWh", "unknown_unit", 2),
    ("12 30元", "two_numbers", 3),
    ("5000万元 8000万元", "two_numbers", 7),
    ("-5万元", "negative", 0),
    ("负5万元", "negative", 0),
    ("NaN", "not_finite", 0),
    ("inf元", "not_finite", 0),
    ("万美元", "no_number", 0),
    ("", "no_number", 0),
    ("240亿", "no_unit", 4),
    ("1e5元", "unknown_unit", 1),
    ("计划240亿元", "unknown_word", 0),
    ("人12", "unknown_word", 0),
    ("12,34元", "grouping", 0),
    ("1万2元", "numeral", 2),
    ("1万25元", "numeral", 2),
    ("一亿亿元", "numeral", 2),
    ("1.5亿2000万元", "numeral", 0),
    ("超过5000万元以上", "two_qualifiers", 8),
    ("5元美元", "two_units", 2),
    ("1234567890123456元", "too_many_digits", 0),
    ("9999万亿元", "too_many_digits", 0),
    ("0.0000001元", "too_fine", 0),
    ("5000万-1亿元", "range", 6),
    ("元" * 201, "too_long", 200),
]


@pytest.mark.parametrize(("text", "kind", "position"), REFUSED)
def test_what_is_no_amount_is_refused_at_its_place(text, kind, position):
    with pytest.raises(AmountError) as caught:
        parse_amount(text)
    assert (caught.value.kind, caught.value.position) == (kind, position)


def test_a_refusal_says_what_would_be_right():
    with pytest.raises(AmountError) as caught:
        parse_amount("5.5万兆瓦时以上")
    assert caught.value.english.startswith(
        "Character 7: “时” is not a unit read here; write one of 元, 美元, "
    )
    with pytest.raises(AmountError) as caught:
        parse_amount("5.5万英镑以上")
    assert "“英镑” are not kept, and no currency is converted here" in caught.value.english
    assert caught.value.english.endswith("in 元, 美元, 欧元, 港元 or 日元.")
    with pytest.raises(AmountError) as caught:
        parse_amount("5000万至1亿元")
    assert "parse_range" in caught.value.english


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5000万至1亿", 5000 * WAN, YI),
        ("5000万-1亿元", 5000 * WAN, YI),
        ("5-10亿元", 5 * YI, 10 * YI),
        ("约3～5万元", 3 * WAN, 5 * WAN),
        ("5000万元到1亿元", 5000 * WAN, YI),
    ],
)
def test_a_range_has_two_ends(text, low, high):
    ends = parse_range(text, default_unit="CNY")
    assert (ends.low.value, ends.high.value) == (low, high)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5元", "no_range"),
        ("5-6-7元", "no_range"),
        ("5000-1亿元", "reversed"),
        ("超5-6元", "range_qualifier"),
        ("5元-6美元", "two_units"),
    ],
)
def test_what_is_no_range_is_refused(text, kind):
    with pytest.raises(AmountError) as caught:
        parse_range(text)
    assert caught.value.kind == kind


PRINTED = [
    (240 * YI, "CNY", "near", "近240亿元", "just under CNY 24 billion"),
    (5000 * WAN, "CNY", "exact", "5000万元", "CNY 50 million"),
    (140_000_000, "USD", "exact", "1.4亿美元", "USD 140 million"),
    (3000 * WAN, "USD", "at_least", "不低于3000万美元", "at least USD 30 million"),
    (120_000_000, "EUR", "exact", "1.2亿欧元", "EUR 120 million"),
    (2 * YI, "HKD", "over", "超2亿港元", "over HKD 200 million"),
    (50_000, "t", "exact", "5万吨", "50,000 tonnes"),
    (55_000, "m2", "about", "约5.5万㎡", "about 55,000 m²"),
    (20 * 10**9, "W", "exact", "20 GW", "20 GW"),
    (2180, "persons", "exact", "2180人", "2,180 people"),
    (1, "persons", "exact", "1人", "1 person"),
    (Decimal("0.924"), "share", "exact", "92.4%", "92.4%"),
    (123_456_789, "CNY", "exact", "123,456,789元", "CNY 123,456,789"),
    (0, "W", "exact", "0 W", "0 W"),
    (-5 * WAN, "CNY", "exact", "-5万元", "CNY -50,000"),
]


@pytest.mark.parametrize(("value", "unit", "qualifier", "chinese", "english"), PRINTED)
def test_amounts_are_printed_as_people_write_them(value, unit, qualifier, chinese, english):
    assert format_amount(Decimal(value), unit, qualifier) == chinese
    assert format_amount(Decimal(value), unit, qualifier, language="en") == english


@pytest.mark.parametrize(
    ("value", "unit", "language", "text"),
    [
        (12_345_678_901, "CNY", "zh-hans", "123亿元"),
        (99_999_999, "CNY", "zh-hans", "1亿元"),
        (1812 * WAN, "CNY", "zh-hans", "1810万元"),
        (2183, "persons", "zh-hans", "2183人"),
        (Decimal("1234.56"), "CNY", "zh-hans", "1235元"),
        (Decimal("0.92446"), "share", "zh-hans", "92.4%"),
        (12_345_678_901, "CNY", "en", "CNY 12.3 billion"),
        (0, "CNY", "en", "CNY 0"),
    ],
)
def test_short_amounts_are_rounded(value, unit, language, text):
    assert format_amount_short(Decimal(value), unit, language=language) == text


def test_printing_refuses_what_is_no_number_and_no_style():
    with pytest.raises(AmountError):
        format_amount(Decimal("NaN"), "CNY")
    with pytest.raises(ValueError, match="plain or mu"):
        format_amount(Decimal(1), "CNY", style="loud")


values = st.decimals(min_value=0, max_value=Decimal("999999999999999.999999"), places=6) | st.builds(
    lambda number, power: Decimal(number).scaleb(power), st.integers(0, 99_999), st.integers(-4, 9)
)


@given(
    value=values,
    unit=st.sampled_from(Unit),
    qualifier=st.sampled_from(Qualifier),
    language=st.sampled_from(["zh-hans", "en"]),
    style=st.sampled_from(["auto", "plain"]),
    per_year=st.booleans(),
)
def test_what_is_printed_reads_back(value, unit, qualifier, language, style, per_year):
    if unit == Unit.SHARE:
        value = (value % 100).quantize(Decimal("0.000001"))
    text = format_amount(value, unit, qualifier, language=language, style=style, per_year=per_year)
    assert parse_amount(text) == Amount(value, unit, qualifier, per_year=per_year)


@given(
    st.integers(0, 10**13).map(lambda number: Decimal(number).scaleb(-4)), st.sampled_from(["zh-hans", "en"])
)
def test_an_area_printed_in_mu_reads_back(area, language):
    assert parse_amount(format_amount(area, "m2", style="mu", language=language)).value == area


@given(st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-2)))
def test_mu_as_typed_is_printed_as_typed(mu):
    area = parse_amount(f"{mu:f}亩").value
    assert abs(Fraction(area) - Fraction(mu) * 2000 / 3) <= Fraction(1, 20_000)
    assert Decimal(format_amount(area, "m2", style="mu").removesuffix("亩").replace(",", "")) == mu


PIECES = """近 约 不低于 每年 US$ ¥ 人民币 1 20 1.5 1,250 一 二 十 百 千 万 亿 零 两 点 余 多 元 美元 亩 ㎡ GW
kVA % 人 以上 左右 /年 至 - . , million billion 港元 英镑 吨 个 整 + w nan ∞ 负"""
words = st.sampled_from([*PIECES.split(), " ", "\n", "　"])


@given(st.text(max_size=60) | st.lists(words, max_size=8).map("".join))
def test_nothing_but_its_own_error_escapes(text):
    for parse in (parse_amount, parse_range):
        try:
            parse(text, default_unit="CNY")
        except AmountError as error:
            assert 0 <= error.position <= len(text)
            assert error.english
            assert str(error)


@given(st.lists(words, max_size=8).map("".join))
def test_a_value_is_bounded_and_keeps_its_wording(text):
    try:
        amount = parse_amount(text, default_unit="CNY")
    except AmountError:
        return
    assert 0 <= amount.value < 10**15
    assert amount.value == amount.value.quantize(Decimal("0.000001"))
    assert amount.wording == text
    assert amount.step is not None
    assert amount.step > 0


@given(st.text(max_size=40))
def test_pieces_stand_where_they_say(text):
    try:
        pieces = tokens(text)
    except AmountError:
        return
    ends = [place for piece in pieces for place in (piece.start, piece.end)]
    assert ends == sorted(ends)


SUPPORTED = [
    ("240亿元", "240.3", True),
    ("240亿元", "240.6", False),
    ("240亿元", "239.5", True),
    ("240亿元", "240.5", False),
    ("近240亿元", "233", True),
    ("近240亿元", "241", False),
    ("近240亿元", "240", False),
    ("近240亿元", "200", False),
    ("近240亿元", "216", True),
    ("超240亿元", "240", False),
    ("240余亿元", "240.1", True),
    ("240亿元以上", "240", True),
    ("不低于240亿元", "239.9", False),
    ("240亿元以内", "240", True),
    ("不超过240亿元", "240.1", False),
    ("不到240亿元", "240", False),
    ("约240亿元", "228", True),
    ("约240亿元", "252", True),
    ("约240亿元", "252.1", False),
]


@pytest.mark.parametrize(("printed", "yi", "holds"), SUPPORTED)
def test_a_printed_amount_is_checked_by_its_qualifier(printed, yi, holds):
    assert supported(parse_amount(printed), Decimal(yi) * YI, SHARES) is holds


def test_shares_come_from_the_caller():
    assert supported(parse_amount("近240亿元"), Decimal(200 * YI), {"near": Decimal("0.2")})
    with pytest.raises(KeyError):
        supported(parse_amount("近240亿元"), Decimal(200 * YI), {})


def test_a_figure_without_a_known_step_is_checked_to_the_last_digit():
    printed = Amount(Decimal(5), Unit.ITEMS)
    assert supported(printed, Decimal(5), {})
    assert not supported(printed, Decimal("5.1"), {})


@given(st.sampled_from(Qualifier), values.filter(bool), st.fractions(Fraction(-1, 2), Fraction(1, 2)))
def test_support_never_lies_beyond_the_bound(qualifier, value, off):
    with_off = value + value * Decimal(off.numerator) / Decimal(off.denominator)
    if not supported(Amount(value, Unit.CNY, qualifier), with_off, SHARES):
        return
    match qualifier.bound:
        case Bound.LOWER:
            assert with_off >= value
        case Bound.UPPER:
            assert with_off <= value
        case Bound.EXACT:
            assert with_off == value


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ([], "exact"),
        (["exact", "exact"], "exact"),
        (["over"], "over"),
        (["over", "over"], "at_least"),
        (["exact", "over", "at_least"], "at_least"),
        (["exact", "near"], "less_than"),
        (["exact", "at_most"], "at_most"),
        (["at_most", "less_than"], "less_than"),
        (["exact", "about"], "about"),
        (["near", "over"], "about"),
        ({"exact": 3, "near": 0}, "exact"),
        ({"near": 1, "exact": 0}, "near"),
    ],
)
def test_a_sum_says_no_more_than_its_parts(parts, total):
    assert combine(parts) == total


@pytest.mark.parametrize("parts", [["roughly"], {"exact": -1}])
def test_a_sum_of_unknown_parts_is_refused(parts):
    with pytest.raises(ValueError, match=r"qualifier|below zero"):
        combine(parts)


@given(
    st.lists(
        st.tuples(st.sampled_from([q for q in Qualifier if q != "about"]), st.integers(1, 1000)), min_size=1
    )
)
def test_the_qualifier_of_a_sum_holds_for_every_truth_behind_it(parts):
    """Take for each printed part the truth furthest from it that its word allows; the sum must still hold."""
    furthest = {"exact": 0, "near": -1, "less_than": -1, "at_most": -1, "over": 1, "at_least": 1}
    total = combine([qualifier for qualifier, _value in parts])
    printed = Decimal(sum(value for _qualifier, value in parts))
    true = sum(Decimal(value) + Decimal("0.01") * furthest[qualifier] for qualifier, value in parts)
    if total not in ("about", "near"):
        assert supported(Amount(printed, Unit.CNY, total), true, {})


def test_an_amount_without_a_unit_is_told_how_yuan_are_written():
    with pytest.raises(AmountError) as refused:
        parse_amount("20亿")
    assert "write “20亿元” for yuan" in str(refused.value)
