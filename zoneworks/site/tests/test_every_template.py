"""The contract of templates, for every ledger: filled in, they come back without a change of their heads."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.utils import translation

from zoneworks.exchange.imports.columns import Kind
from zoneworks.exchange.imports.planning import ledger_for, plan, recognized_in
from zoneworks.exchange.imports.template import columns_offered
from zoneworks.exchange.workbooks import read_workbook
from zoneworks.kit.registry import ledgers
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import Project

pytestmark = pytest.mark.django_db
LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]


def template(client, user, zone, slug, language="zh-hans"):
    """Return the template as another library than the one that wrote it reads it."""
    client.cookies["django_language"] = language
    client.force_login(user)
    response = client.get(f"/{zone.code}/{slug}/template.xlsx")
    assert response.status_code == 200
    return openpyxl.load_workbook(BytesIO(response.getvalue()))


def planned(book, user, zone, slug):
    file = BytesIO()
    book.save(file)
    file.seek(0)
    ledger = ledger_for(zone, user, slug)
    recognized, _columns = recognized_in(ledger, file, "模板.xlsx")
    return recognized, plan(ledger, recognized)


def fill(sheet, offered):
    """Write one record: the first choice where there are some, else what the kind of the column wants.

    A printed statement wants its number or its words; here it has its number.
    """
    values = {Kind.DAY: date(2024, 5, 3), Kind.SPAN: date(2024, 5, 3), Kind.AMOUNT: "5000万元"}
    for at, one in enumerate(offered, 1):
        if one.column.required or one.column.key == "amount":
            value = one.words[0] if one.words else values.get(one.column.kind, "新的一行")
            value = 1 if one.column.key == "count" else value
            sheet.cell(3, at).value = value


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_filled_template_is_a_new_record(client, cast, zone, make, ledger, language):
    make(ledger.slug)
    book = template(client, cast.administrator, zone, ledger.slug, language)
    shown = ledger_for(zone, cast.administrator, ledger.slug)
    with translation.override(language):
        offered = columns_offered(shown)
        assert [cell.value for cell in book.worksheets[0][2]] == [one.head for one in offered]
        fill(book.worksheets[0], offered)
        recognized, found = planned(book, cast.administrator, zone, ledger.slug)
    assert [one.column.key for one in recognized.found] == [one.column.key for one in offered]
    assert recognized.left_out == ()
    if ledger.slug != "members":  # which of its columns a new one needs depends on what the others say
        assert found.counts == {"new": 1, "changed": 0, "unchanged": 0, "faulty": 0}, found.rows


@pytest.mark.parametrize("ledger", LEDGERS)
def test_an_empty_template_holds_no_record(client, cast, zone, ledger):
    book = template(client, cast.administrator, zone, ledger.slug)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    read = read_workbook(file, "模板.xlsx")
    assert not read.sheets[0].hidden
    assert len(read.sheets[0].rows) == 2


def test_heads_are_frozen_choices_drop_down_and_texts_stay_texts(client, cast, zone):
    book = template(client, cast.alice, zone, "organizations")
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column_letter for cell in sheet[2]}
    assert sheet.freeze_panes == "B3"
    assert {"名称 *", "类别 *", "统一社会信用代码", "在区内"} <= heads.keys()
    lists = {
        str(rule.sqref).partition("3")[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    kinds = lists[heads["类别 *"]]
    name, _mark, area = kinds.partition("!")
    choices = book[name.strip("'")]
    assert choices.sheet_state == "hidden"
    said = [cell.value for row in choices[area.replace("$", "")] for cell in row]
    assert "企业" in said
    assert sheet.column_dimensions[heads["统一社会信用代码"]].width > 10
    explained = {row[0].value: row[1].value for row in book["填写说明"].iter_rows(min_row=2)}
    assert explained["名称"] == "是"
    assert explained["地址"] == "否"


def test_a_name_that_looks_like_a_formula_is_offered_as_text(client, cast, zone, team):
    type(team).objects.filter(pk=team.pk).update(name="=1+1")
    book = template(client, cast.alice, zone, "projects")
    hidden = next(sheet for sheet in book.worksheets if sheet.sheet_state == "hidden")
    cells = [cell for row in hidden.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]


def test_the_link_stands_where_one_may_add(client, cast, zone):
    for who, is_there in ((cast.alice, True), (cast.auditor, False)):
        client.force_login(who)
        assert ("template.xlsx" in client.get("/north/projects/").content.decode()) is is_there


def test_nothing_is_kept_by_asking_for_a_template(client, cast, zone):
    template(client, cast.alice, zone, "organizations")
    assert not Organization.objects.exists() and not Project.objects.exists()
