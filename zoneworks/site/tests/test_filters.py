"""Filters of every ledger speak in words: those that hold as chips, those that cannot be read at their field."""

from __future__ import annotations

import re
from typing import Any

import django_filters
import pytest
from django.forms import NullBooleanField
from django.test import RequestFactory
from django.urls import reverse

from zoneworks.kit.filters import ZoneFilterSet
from zoneworks.kit.forms import AmountField
from zoneworks.kit.moment import Moment
from zoneworks.kit.picking import RowFilter
from zoneworks.kit.registry import faces, ledgers

LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]
CHIP = re.compile(r'<span class="chip[^"]*"><span class="chip-key">([^<]*)</span>([^<]*)<a href="([^"]*)"')
REPR = re.compile(r"\w\(.*=|<\w+|object at|slice\(|Decimal|datetime")

pytestmark = pytest.mark.django_db


def filters_of(ledger, zone, user) -> ZoneFilterSet:
    request: Any = RequestFactory().get("/")
    request.zone, request.user = zone, user
    return ledger.filterset_class(
        {}, queryset=ledger.model.objects.all(), request=request, moment=Moment.present()
    )


def filled(name, one, field, make) -> dict[str, str]:
    """Return what a person writes to use a filter."""
    if isinstance(one, RowFilter):
        slug = next(ledger.slug for ledger in ledgers if ledger.model is field.queryset.model)
        return {name: f"#{make(slug)[0].pk}"}
    if isinstance(one, django_filters.DateFromToRangeFilter):
        return {f"{name}_after": "2024-05-01", f"{name}_before": "2024-06-30"}
    if isinstance(one, django_filters.DateFilter):
        return {name: "2024-05-01"}
    if isinstance(field, AmountField):
        return {name: "近10亿元"}
    if isinstance(field, NullBooleanField):
        return {name: "true"}
    offered = [
        str(value) for value, label in getattr(field, "choices", ()) if value and type(label) is not list
    ]
    return {name: offered[0] if offered else "局"}


@pytest.mark.parametrize("ledger", LEDGERS)
def test_every_filter_is_told_in_words_and_taken_off_by_its_chip(client, cast, zone, make, ledger):
    client.force_login(cast.alice)
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code})
    filterset = filters_of(ledger, zone, cast.alice)
    for name, field in filterset.form.fields.items():
        asked = filled(name, filterset.filters[name], field, make)
        page = client.get(url, {**asked, "set_aside": "x"}).content.decode()
        chips = CHIP.findall(page)
        assert len(chips) == 1, (name, asked)
        label, words, without = chips[0]
        assert label and words.strip() and not REPR.search(words), (name, words)
        assert without == f"{url}?set_aside=x"


def test_a_sum_and_a_span_of_days_are_told_as_people_write_them(client, cast, zone):
    client.force_login(cast.alice)
    page = client.get(f"/{zone.code}/claims/", {"as_of_after": "2024-05-01"}).content.decode()
    assert [chip[1] for chip in CHIP.findall(page)] == ["2024-05-01 – …"]
    client.cookies["django_language"] = "zh-hans"
    page = client.get(f"/{zone.code}/projects/", {"total_from": "100000万元"}).content.decode()
    assert [chip[:2] for chip in CHIP.findall(page)] == [("计划总投资不低于", "10亿元")]


@pytest.mark.parametrize(
    ("name", "typed", "label", "why"),
    [
        ("total_from", "abc", "planned total from", "no number"),
        ("total_from", "5亿马克", "planned total from", "马克"),
        ("due_before", "2026-13-01", "next action due before", "Enter a valid date."),
        ("stage", "nowhere", "stage", "nowhere is not one of"),
    ],
)
@pytest.mark.parametrize("fragment", [False, True])
def test_what_cannot_be_read_is_named_and_the_other_filters_stay(
    client, cast, zone, name, typed, label, why, fragment
):
    client.force_login(cast.alice)
    kept = {"set": "in_hand"}
    url = f"/{zone.code}/projects/"
    headers = {"HX-Request": "true"} if fragment else {}
    page = client.get(url, {**kept, name: typed}, headers=headers).content.decode()

    alert = page[page.index('role="alert">', page.index('id="table"')) :]
    assert f"{label}: “{typed}” cannot be read." in alert and why in alert
    assert f'href="{url}?set=in_hand"' in alert
    chips = {chip[0]: chip[1:] for chip in CHIP.findall(page)}
    assert chips[label] == (typed, f"{url}?set=in_hand")
    assert set(chips) == {label, "set of stages"}
    if not fragment:
        assert re.search(r'<details class="filters"[^>]* open>', page)
        field = re.search(rf'<(?:input|select)[^>]*id="id_{name}"[^>]*>', page)
        assert field and "autofocus" in field[0] and 'aria-invalid="true"' in field[0]


@pytest.mark.parametrize(
    ("asked", "label", "typed"),
    [("sort=-nothing", "Order", "nothing"), ("columns=name,colour,shape", "Columns", "colour, shape")],
)
def test_a_column_that_the_list_does_not_have_is_told_and_taken_off(
    client, cast, zone, make, asked, label, typed
):
    make("projects")
    client.force_login(cast.alice)
    url = f"/{zone.code}/projects/"
    page = client.get(f"{url}?{asked}")
    chips = {chip[0]: chip[1:] for chip in CHIP.findall(page.content.decode())}

    assert chips[label][0].startswith(f"{typed} · The list has no such column; it has: name, ")
    assert chips[label][1] == url
    assert page.context["rows"], "the rows are right in any order"
    refused = client.get(f"{url}export.csv?{asked}")
    assert refused.status_code == 400
    assert f"{label}: “{typed}” cannot be read." in refused.content.decode()
    assert CHIP.findall(client.get(f"{url}?sort=-name&columns=name,stage").content.decode()) == []


@pytest.mark.parametrize("ledger", LEDGERS)
def test_the_empty_choice_of_a_menu_reads_alike(client, cast, zone, make, ledger):
    client.force_login(cast.administrator if ledger.slug in ("units", "members") else cast.alice)
    row = make(ledger.slug)[0]
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code})
    pages = [client.get(url), client.get(url + "new/"), client.get(f"{url}{row.pk}/edit/")]
    pages.append(client.post(url + "bulk/", {"pk": row.pk}) if ledger.bulk_fields else pages[0])
    pages += [client.get(face.new_url(row)) for face in faces.about(type(row))]
    for page in pages:
        empty = re.findall(r'<option value=""[^>]*>([^<]*)<', page.content.decode())
        assert set(empty) <= {"—"}, page.request["PATH_INFO"]
    assert all(page.status_code == 200 for page in pages[:2])
