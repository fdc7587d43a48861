"""Search text: a row is found by any name, by pinyin and by initials."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.accounts.searching import SEPARATOR, normalize_query, search_text


@pytest.mark.parametrize(
    ("names", "query"),
    [
        (("高邮经济开发区",), "开发"),
        (("高邮经济开发区",), "gyjj"),
        (("高邮经济开发区",), "GaoYou"),
        (("20GWN型太阳能超薄单晶硅片项目",), "20gwn型"),
        (("20GWN型太阳能超薄单晶硅片项目",), "gwnxtyn"),
        (("ＴＯＰＣｏｎ电池",), "topcon"),
        (("新名称", "曾用名称"), "曾用"),
        (("新名称", "旧名称"), "jmc"),
        (("西安",), "xi'an"),
        (("重庆路",), "chongqing"),
        (("单志强",), "shanzhi"),
        (("单志强",), "szq"),
        (("单志强",), "danzhiqiang"),
        (("Trina Solar",), "trina"),
        (("江苏（高邮）天合",), "jsgyth"),
    ],
)
def test_a_row_is_found_by_what_people_type(names, query):
    assert normalize_query(query) in search_text(*names)


def test_each_form_stands_once():
    lines = search_text("高邮", "高邮", "ＧＹ", "gy").split(SEPARATOR)
    assert sorted(lines) == ["gaoyou", "gy", "高邮"]


def test_no_names_give_no_text():
    assert search_text() == search_text("", "  ") == ""


def test_nothing_is_found_across_two_names():
    assert normalize_query("甲 乙") not in search_text("甲", "乙")


@given(st.text())
def test_a_query_is_normal_once_and_for_all(text):
    query = normalize_query(text)
    assert normalize_query(query) == query
    assert SEPARATOR not in query
    assert "\0" not in query


@given(st.lists(st.text(max_size=20), max_size=4))
def test_every_name_finds_its_row(names):
    text = search_text(*names)
    for name in names:
        assert normalize_query(name) in text
        assert normalize_query(unicodedata.normalize("NFKC", name)) in text


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=8))
def test_a_chinese_name_has_one_initial_for_each_character(name):
    forms = search_text(name).split(SEPARATOR)
    assert any(len(form) == len(normalize_query(name)) for form in forms[1:]) or len(forms) == 1
