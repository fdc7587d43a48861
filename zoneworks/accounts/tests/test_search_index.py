"""The index of search texts finds exactly the rows that a walk through all of them finds."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from zoneworks.accounts import search_keys
from zoneworks.accounts.models import Unit, Zone
from zoneworks.accounts.search_index import keep_index, missing_index, rebuild, searched_models
from zoneworks.accounts.search_keys import keys_holding, keys_holding_each
from zoneworks.accounts.searching import normalize_query

NAMES = [
    "高邮湖光伏科技有限公司", "N型TOPCon电池 ＡＢ", "「江苏」三孚·新科", "甲😀乙公司", "100%_\"AND\" NEAR* 'x' (y)",
    "c--d a:b^c", "样例项目 004999", "单晶 硅片", "一",
]  # fmt: skip
LETTERS = st.sampled_from("高邮光伏ab01 %_\"'😀é")
ONE_NAME = st.text(LETTERS, min_size=1, max_size=9).filter(str.strip)


def walked(word):
    return set(Unit.objects.filter(search_text__contains=word).values_list("pk", flat=True))


class AnyNames(TestCase):
    @given(
        st.lists(st.text(LETTERS, min_size=1, max_size=9).filter(str.strip), max_size=6, unique_by=str.strip),
        st.text(LETTERS),
    )
    def test_what_is_found_is_what_a_walk_finds(self, names, asked):
        zone = Zone.objects.create(code="any", name="任意")
        for name in names:
            Unit.objects.create(zone=zone, name=name)
        for word in normalize_query(asked).split():
            keys = keys_holding(Unit, word)
            assert len(word) < 2 if keys is None else set(keys) == walked(word)
            [each] = keys_holding_each(Unit, [word], zone.pk, 100)
            assert set(each) == (set() if len(word) < 2 else walked(word))


@pytest.mark.django_db
def test_every_piece_of_a_name_finds_it(zone):
    pks = [Unit.objects.create(zone=zone, name=name).pk for name in NAMES]
    for pk, name in zip(pks, NAMES, strict=True):
        for start in range(len(name)):
            for end in range(start + 1, len(name) + 1):
                found = Unit.objects.matching(name[start:end])
                assert pk in found.values_list("pk", flat=True), name[start:end]


@pytest.mark.django_db
def test_a_row_is_found_as_it_was_last_written_by_whatever_way(zone):
    unit = Unit.objects.create(zone=zone, name="甲公司")
    Unit.objects.bulk_create([Unit(zone=zone, name="丁公司", search_text="丁公司")])
    Unit.objects.filter(pk=unit.pk).update(search_text="乙公司")
    assert keys_holding(Unit, "甲公") == []
    assert keys_holding(Unit, "乙公") == [unit.pk]
    assert len(keys_holding(Unit, "公司")) == len(walked("公司"))
    Unit.objects.filter(pk=unit.pk).delete()
    assert keys_holding(Unit, "乙公") == []


@pytest.mark.django_db
def test_many_words_are_asked_for_at_once_within_a_zone(zone, other_zone, django_assert_num_queries):
    first, second = (Unit.objects.create(zone=zone, name=name).pk for name in ("高邮光伏", "高邮新科"))
    Unit.objects.create(zone=other_zone, name="高邮光伏")
    with django_assert_num_queries(1):
        found = keys_holding_each(Unit, ["高邮", "光伏", "一", "硅片"], zone.pk, 5)
    assert [sorted(keys) for keys in found] == [[first, second], [first], [], []]
    assert len(keys_holding_each(Unit, ["高邮"], zone.pk, 1)[0]) == 1


@pytest.mark.django_db
def test_more_than_a_few_are_found_by_a_walk(zone, monkeypatch):
    units = [Unit.objects.create(zone=zone, name=f"招商{number}组") for number in range(4)]
    monkeypatch.setattr(search_keys, "MOST_KEYS", 3)
    assert keys_holding(Unit, "招商") is None
    assert set(Unit.objects.matching("招商").filter(pk__in=[u.pk for u in units])) == set(units)
    assert list(Unit.objects.matching("招商 3组")) == [units[3]]


@pytest.mark.django_db
def test_an_index_that_went_missing_is_made_anew(zone):
    unit = Unit.objects.create(zone=zone, name="甲公司")
    assert missing_index() == []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER accounts_unit_search_changed")
        else:
            cursor.execute("DROP INDEX accounts_unit_search")
    assert missing_index() == [Unit]
    Unit.objects.filter(pk=unit.pk).update(search_text="乙公司")
    keep_index()
    assert missing_index() == []
    assert keys_holding(Unit, "乙公") == [unit.pk]
    assert keys_holding(Unit, "甲公") == []


@pytest.mark.django_db
def test_the_index_of_every_searched_model_is_whole():
    for model in searched_models():
        rebuild(model)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                table = f"{model._meta.db_table}_search"
                cursor.execute(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")
    assert len(searched_models()) >= 6
