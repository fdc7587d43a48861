"""Printed numbers speak in the unit of their measure, and stand beside its reading."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from zoneworks.measures.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_claim(zone):
    def make(**values):
        spans = {
            "period_from": date(2024, 9, 11),
            "period_to": date(2024, 10, 24),
            "as_of": date(2024, 10, 24),
        }
        return Claim.objects.create(
            zone=zone,
            **spans | {"what": "外出", "wording": "6批次", "value": 6, "unit": "items"} | values,
        )

    return make


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("values", "english", "chinese"),
    [
        ({"measure": "engagements.trips"}, "6 batches", "6 批次"),
        (
            {"measure": "engagements.trips.organizations", "qualifier": "over"},
            "over 6 organizations visited",
            "超 6 家次",
        ),
        ({"measure": "projects.signed"}, "6", "6个"),
        ({"measure": ""}, "6", "6个"),
        # What a paper prints in another unit than the measure counts stays as it was printed.
        ({"measure": "projects.signed", "unit": "CNY", "value": 6 * 10**8}, "CNY 600 million", "6亿元"),
    ],
)
def test_a_printed_number_is_shown_in_the_unit_of_its_measure(
    client, cast, make_claim, values, english, chinese, language
):
    claim = make_claim(**values)
    client.cookies["django_language"] = language
    client.force_login(cast.alice)

    for url in ("/north/claims/", f"/north/claims/{claim.pk}/"):
        assert (english if language == "en" else chinese) in client.get(url).content.decode()


@pytest.mark.parametrize(("language", "said"), [("en", "no number to compare"), ("zh-hans", "无数字可比")])
def test_a_statement_without_a_number_stands_by_its_words(client, cast, make_claim, language, said):
    claim = make_claim(value=None, unit="", wording="超前完成")
    client.cookies["django_language"] = language
    client.force_login(cast.alice)

    for url in ("/north/claims/", f"/north/claims/{claim.pk}/"):
        assert "超前完成" in (page := client.get(url).content.decode())
        assert said in page


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"wording": "超前完成"}, (None, "", "超前完成")),
        ({"wording": "2024"}, (None, "", "2024")),
        ({"amount": "不低于12个"}, (Decimal(12), "items", "不低于12个")),
        ({"amount": "12个", "wording": "超前完成"}, "Leave this empty where there is a number."),
        ({}, "Give the number, or the words of a statement that has none."),
    ],
)
def test_a_printed_statement_is_entered_by_its_number_or_by_its_words(client, cast, zone, typed, kept):
    client.force_login(cast.alice)
    answer = client.post("/north/claims/new/", {"what": "全年招商任务", "whose": "zone", **typed})

    if isinstance(kept, str):
        assert kept in answer.content.decode()
        assert not Claim.objects.exists()
    else:
        claim = Claim.objects.get()
        assert (claim.value, claim.unit, claim.wording) == kept


def test_the_words_of_a_statement_are_changed_and_may_become_a_number(client, cast, make_claim):
    claim = make_claim(value=None, unit="", wording="超前完成")
    client.force_login(cast.alice)
    url = f"/north/claims/{claim.pk}/edit/"
    form = client.get(url).context["form"]
    assert (form["amount"].value(), form["wording"].value()) == ("", "超前完成")

    told = {"what": claim.what, "whose": "zone", "opened_at": client.get(url).context["opened_at"]}
    client.post(url, {**told, "wording": "提前完成"})
    claim.refresh_from_db()
    assert (claim.value, claim.wording) == (None, "提前完成")

    told["opened_at"] = client.get(url).context["opened_at"]
    client.post(url, {**told, "amount": "12个"})
    claim.refresh_from_db()
    assert (claim.value, claim.unit, claim.wording) == (12, "items", "12个")


@pytest.mark.parametrize(
    ("values", "opens"),
    [
        ({"measure": "engagements.trips"}, "6 batches"),
        ({"measure": "projects.conversion.started", "unit": "share", "value": "0.5"}, "50%"),
        ({"measure": "engagements.trips", "unit": "CNY", "value": 5}, ""),
    ],
)
def test_what_no_record_shows_stays_open(client, cast, make_claim, values, opens):
    claim = make_claim(**values)
    client.force_login(cast.alice)
    page = client.get(f"/north/claims/{claim.pk}/").content.decode()

    assert (f"<dd>{opens} <small" in page) is bool(opens)
    assert ("stays open" in page) is bool(opens)


def test_a_bare_number_is_told_with_its_measure_word_in_chinese(make_claim):
    bare = make_claim(what="在手项目", wording="14")
    with override("zh-hans"):
        assert str(bare) == "在手项目：14个"
        assert str(make_claim(what="外出", wording="6批次")) == "外出：6批次"
    with override("en"):
        assert str(bare) == "在手项目：14"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("asked", ["12个", "重大项目", "zdxm"])
def test_a_printed_number_is_found_as_the_list_prints_it(make_claim, language, asked):
    with override(language):
        claim = make_claim(what="重大项目", wording="12", unit="items", value=12)
        assert list(Claim.objects.matching(asked)) == [claim]


@pytest.mark.parametrize("span", ["as_of_after=2024-10-24", "as_of_after=2024-10-01&as_of_before=2024-10-31"])
def test_the_days_of_printed_numbers_narrow_a_list_of_the_past_too(client, cast, make_claim, span):
    make_claim(what="十月的")
    make_claim(what="五月的", as_of=date(2024, 5, 1))
    client.force_login(cast.alice)
    for moment in ("", "&as_of=2025-01-01", "&known_at=2199-01-01"):
        page = client.get(f"/north/claims/?{span}{moment}")
        assert page.status_code == 200
        assert [row.cells[0].text for row in page.context["rows"]] == ["十月的"]
