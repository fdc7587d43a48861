"""A refresh among lines, merged cells and looks that people made, and with tickets that say strange things."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from zoneworks.exchange.tests.test_refresh import (
    COLUMNS,
    changes,
    exported,
    refreshed,
    rename,
    saved,
    ticketed,
)
from zoneworks.exchange.ticket import ticket_of


def notes(book):
    return " ".join(str(cell.value) for cell in book["Changes"]["A"])


def counted(book, place, formula, result):
    """Return a workbook as a spreadsheet saves it: with a formula and its result."""
    book.active[place] = f"={formula}"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                before = f"<f>{formula}</f><v/>".encode()
                data = data.replace(b"<v />", b"<v/>").replace(b"<v></v>", b"<v/>")
                assert before in data
                data = data.replace(before, f"<f>{formula}</f><v>{result}</v>".encode())
            new.writestr(name, data)
    return out.getvalue()


def test_a_count_below_the_numbers_is_no_record(client, cast, zone, project, two):
    book = exported(client, zone)
    book.active["B6"] = "合计"
    third = project("三期项目")
    content = counted(book, "A6", "COUNT(A3:A4)", third.pk)
    assert openpyxl.load_workbook(io.BytesIO(content), data_only=True).active["A6"].value == third.pk

    sheet = refreshed(client, zone, content).book["Projects"]

    assert [sheet["A6"].value, sheet["B6"].value] == ["=COUNT(A3:A4)", "合计"]
    assert [sheet["A7"].value, sheet["B7"].value] == [third.pk, "三期项目"]


def test_what_a_person_struck_through_stays_so(client, cast, zone, project, two):
    book = exported(client, zone)
    for cell in book.active[3]:
        cell.font = Font(strike=True)
    fresh = refreshed(client, zone, book)
    assert "Nothing has changed." in fresh.said and fresh.book["Projects"]["A3"].font.strike
    project("三期项目")
    once = refreshed(client, zone, fresh.content)
    once.book["Projects"]["A5"].font = Font(strike=True)
    twice = refreshed(client, zone, once.book)
    sheet = twice.book["Projects"]
    assert "Nothing has changed." in twice.said
    assert [sheet[place].font.strike for place in ("A3", "A5")] == [True, True]


def test_new_records_begin_below_merged_cells(client, cast, zone, project, two):
    book = exported(client, zone)
    book.active["A8"] = "说明"
    book.active.merge_cells("A8:N10")
    project("三期项目")
    back = refreshed(client, zone, book)
    sheet = back.book["Projects"]
    assert [sheet["A8"].value, sheet["A9"].value, sheet["B11"].value] == ["说明", None, "三期项目"]
    assert [str(each) for each in sheet.merged_cells.ranges] == ["A8:N10"]
    assert "Projects!8: Below the table stand lines" in notes(back.book)
    assert "the new records begin in row 11" in notes(back.book)


def test_merged_cells_beside_the_table_hold_no_record_up(client, cast, zone, project, two):
    book = exported(client, zone)
    book.active.merge_cells("J3:K40")
    project("三期项目")
    assert refreshed(client, zone, book).book["Projects"]["B5"].value == "三期项目"


def test_words_on_a_row_find_a_column_that_is_not_merged(client, cast, zone, two):
    book = exported(client, zone, COLUMNS + "&q=二期")
    book.active["F2"] = "备注"
    book.active.merge_cells("F2:G2")
    rename(two[1], "三期", cast.alice)
    once = refreshed(client, zone, book)
    sheet = once.book["Projects"]
    assert (sheet["H2"].value, sheet["H3"].value) == ("in the list", "no longer in the list")
    assert sheet.auto_filter.ref == "A2:H3"

    sheet["H3"] = None
    sheet.merge_cells("G3:H3")
    twice = refreshed(client, zone, once.book)
    assert "H3: The cell is merged with others and was not written." in notes(twice.book)
    rename(type(two[1]).objects.get(pk=two[1].pk), "二期", cast.alice)
    assert refreshed(client, zone, twice.content).book["Projects"]["B3"].value == "二期"


@pytest.mark.parametrize("is_table", [False, True])
def test_a_filter_ends_above_totals_also_the_next_time(client, cast, zone, project, two, is_table):
    book = exported(client, zone)
    sheet = book.active
    sheet["B6"], sheet["D6"] = "合计", "=SUM(D3:D4)"
    if is_table:
        sheet.auto_filter.ref = None
        sheet.add_table(Table(displayName="T", ref="A2:E4"))

    def reach(book):
        sheet = book["Projects"]
        return sheet.tables["T"].ref if is_table else sheet.auto_filter.ref

    project("三期项目")
    once = refreshed(client, zone, book)
    assert reach(once.book) == ("A2:E4" if is_table else "A2:F4")
    assert "Projects!A2:E4: The filter ends in row 4, above lines" in notes(once.book)
    project("四期项目")
    twice = refreshed(client, zone, once.content)
    assert [twice.book["Projects"][place].value for place in ("B6", "B8")] == ["合计", "四期项目"]
    assert reach(twice.book) == ("A2:E4" if is_table else "A2:F4")


def heads_of(book, *more):
    """Return the heads of the exported columns as its ticket names them, and some more."""
    keys = ("#", "name", "stage", "planned_total", "next_due")
    return (*((key, book.active.cell(2, at).value) for at, key in enumerate(keys, 1)), *more)


def test_a_list_with_a_column_that_is_gone_is_refreshed_without_it(client, cast, zone, two):
    book = exported(client, zone)
    book.active["F2"], book.active["F3"] = "Colour", "red"
    query = "columns=name,colour,stage,planned_total,next_due&sort=-colour"
    ticketed(query=query, heads=heads_of(book, ("colour", "Colour")))(book)
    rename(two[0], "一期（新）", cast.alice)
    back = refreshed(client, zone, book)
    sheet = back.book["Projects"]
    assert (sheet["B3"].value, sheet["F3"].value) == ("一期（新）", "red")
    assert "Colour: There is no such column in the ledger any more; it is left as it is." in notes(back.book)
    assert sheet["A1"].value.endswith("?columns=name%2Cstage%2Cplanned_total%2Cnext_due")
    assert "Nothing has changed." in refreshed(client, zone, back.content).said


@pytest.mark.parametrize("query", ["sort=-colour", "columns=colour", "sort=name&columns=name,colour"])
def test_any_part_that_names_a_column_that_is_gone_is_dropped(client, cast, zone, two, query):
    book = exported(client, zone)
    ticketed(query=query)(book)
    assert "Nothing has changed." in refreshed(client, zone, book).said


def test_a_ticket_without_the_numbers_is_none_and_the_cover_speaks(client, cast, zone, two):
    book = exported(client, zone)
    ticketed(heads=heads_of(book)[1:])(book)
    assert "Nothing has changed." in refreshed(client, zone, book).said


@pytest.mark.parametrize(
    "at", [datetime.min, datetime(1899, 6, 1), datetime(2201, 6, 1), datetime.max], ids=str
)
def test_an_instant_that_no_address_names_is_not_believed(client, cast, zone, two, at):
    book = exported(client, zone)
    book.active["B3"] = "手改"
    ticketed(at=at.replace(tzinfo=UTC))(book)
    assert [line[4] for line in changes(refreshed(client, zone, book).book)] == ["changed in the ledger"]


def test_a_ticket_with_half_a_sign_is_none():
    said = (
        '|{"zone":"north","ledger":"projects","query":"q=%s","language":"en","heads":[["#","record no."]]}|'
    )
    assert ticket_of({"Zoneworks 1": said % "a"}) is not None
    assert ticket_of({"Zoneworks 1": said % r"\ud800"}) is None


def test_empty_moments_of_a_form_are_those_of_the_export(client, cast, zone, two):
    book = exported(client, zone, f"{COLUMNS}&as_of=&known_at=")
    book.active["B3"] = "手改"
    rename(two[1], "二期（新）", cast.alice)
    assert [line[4] for line in changes(refreshed(client, zone, book).book)] == [
        "written in this file; the ledger says otherwise",
        "changed in the ledger",
    ]
