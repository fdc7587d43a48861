"""Lists as workbooks: what a reader opens, told through the address of a list."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from zoneworks.exchange.cells import STYLES, Drawer
from zoneworks.exchange.cover import address_in
from zoneworks.exchange.sheets import Head, Table, write
from zoneworks.kit.amounts import Amount
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.spans import Span


def workbook(response):
    assert response.status_code == 200, response.content[:300]
    return openpyxl.load_workbook(io.BytesIO(response.getvalue())).active


def address(zone, slug="projects"):
    return reverse(f"{slug}:export_xlsx", kwargs={"zone": zone.code})


def test_cells_are_typed_below_a_frozen_head_in_chinese(chinese, cast, zone, project):
    row = project(value=Decimal(2_400_000_000))
    chinese.force_login(cast.alice)

    sheet = workbook(chinese.get(address(zone) + "?columns=name,stage,stage_since,planned_total,next_due"))

    heads = [cell.value for cell in sheet[2]]
    assert heads == ["系统编号", "项目", "阶段", "起始", "计划总投资（元）", "期限"]
    assert sheet.freeze_panes == "C3"
    number, name, stage, since, total, due = sheet[3]
    assert (number.value, name.value) == (row.pk, "硅片项目")
    assert "签约" in stage.value
    assert since.value == "2023年5月上旬"
    assert (total.value, total.number_format) == (2_400_000_000, '"近"#,##0')
    assert (due.value, due.is_date) == (datetime(2026, 7, 1), True)


def test_the_cover_names_filters_day_and_person_and_leads_back(client, cast, zone, project):
    project()
    project("二期项目")
    client.force_login(cast.alice)

    cover = workbook(client.get(address(zone) + "?q=二期&as_of=2024-09-30&page=3"))["A1"].value

    assert "North Park" not in cover and "北园" in cover
    assert "1 record " in cover
    assert "search: 二期" in cover
    assert "as of 2024-09-30" in cover
    assert "exported by Alice" in cover
    assert address_in(cover) == ("north", "projects", "q=%E4%BA%8C%E6%9C%9F&as_of=2024-09-30")


def test_an_amount_in_another_currency_is_told_with_it(client, cast, zone, project):
    project(value=Decimal(140_000_000), unit="USD", qualifier="at_least")
    client.force_login(cast.alice)
    sheet = workbook(client.get(address(zone) + "?columns=planned_total"))
    assert sheet["C3"].value == "at least USD 140 million"


def test_what_a_spreadsheet_would_run_stays_text(client, cast, zone, project):
    project('=HYPERLINK("http://example.org","x")')
    project("+86 <b>&amp;</b> _x0041_\x07")
    client.force_login(cast.alice)

    response = client.get(address(zone) + "?columns=name&sort=created_at")
    content = response.getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    names = {unescape(sheet["B3"].value), unescape(sheet["B4"].value)}
    assert names == {'=HYPERLINK("http://example.org","x")', "+86 <b>&amp;</b> _x0041_"}
    assert {sheet["B3"].data_type, sheet["B4"].data_type} == {"s"}
    assert sheet["B3"].quotePrefix and sheet["B4"].quotePrefix
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_an_unreadable_filter_is_refused_with_words(client, cast, zone):
    client.force_login(cast.alice)
    response = client.get(address(zone) + "?total_from=viel")
    assert response.status_code == 400
    assert "filter" in response.content.decode()


def test_a_past_moment_is_exported_as_it_was_known(client, cast, zone, project):
    project("一期项目")
    client.force_login(cast.alice)
    sheet = workbook(client.get(address(zone) + "?known_at=2020-01-01"))
    assert sheet["A3"].value is None
    assert "as known at 2020-01-01" in sheet["A1"].value


PLAIN = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).filter(
        lambda text: "_x" not in text
    ),
    st.dates(date(1900, 3, 1), date(2199, 12, 31)),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    st.integers(-(10**15), 10**15),
    st.decimals(-(10**11), 10**11, places=4),
)


@given(rows=st.lists(st.tuples(PLAIN, PLAIN), max_size=20))
def test_what_is_written_reads_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    table = Table("表", "…", [Head("a"), Head("b")], len(rows))
    assert write(path, table, rows) == len(rows)
    sheet = openpyxl.load_workbook(path).active
    for number, row in enumerate(rows, 3):
        for cell, value in zip(sheet[number], row, strict=True):
            assert said(cell.value) == said(value)


def said(value):
    match value:
        case datetime():
            return round(value.timestamp()), "instant"
        case date():
            return round(datetime(value.year, value.month, value.day).timestamp()), "instant"
        case int() | float() | Decimal():
            return Decimal(str(value)).normalize()
        case None:
            return ""
        case _:
            return value


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Amount(Decimal("0.924"), Unit.SHARE), "share", "<v>0.924</v>"),
        (Amount(Decimal(5), Unit.CNY, per_year=True), "CNY", "每年5元"),
        (Amount(Decimal(10**17 + 1), Unit.CNY), "CNY", "100,000,000,000,000,001"),
        (Span(date(1899 + 1, 1, 1), date(1900, 1, 1)), "", "1900-01-01"),
        (10**17 + 1, "", "100000000000000001"),
    ],
)
def test_what_no_number_can_hold_is_written_out(value, unit, expected):
    with translation.override("zh-hans"):
        drawn = Drawer({name: number for number, name in enumerate(STYLES)}).row(1, [("A", unit)], [value])
    assert expected in drawn
    assert Qualifier.EXACT.value not in drawn


def test_a_failed_export_leaves_no_file(tmp_path):
    def rows():
        yield ["a"]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "a.xlsx", Table("表", "", [Head("a")], 2), rows())
    assert list(tmp_path.iterdir()) == []


def test_a_long_list_is_written_in_the_background(client, cast, zone, project, monkeypatch):
    monkeypatch.setattr("zoneworks.exchange.ledger.AT_ONCE", 1)
    for name in ("一期", "二期", "三期"):
        project(name)
    client.force_login(cast.alice)
    asked = client.get(address(zone) + "?q=期")
    assert "This list has 3 records." in asked.content.decode()
    job = client.post(address(zone) + "?q=期")
    assert job.status_code == 302
    page = client.get(job["Location"]).content.decode()
    assert "3 records are in the file." in page
    sheet = workbook(client.get(job["Location"] + "file/"))
    assert [sheet.cell(row, 2).value for row in (3, 4, 5)].count(None) == 0
    assert "search: 期" in sheet["A1"].value
