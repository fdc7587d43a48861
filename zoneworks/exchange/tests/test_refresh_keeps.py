"""What a refresh leaves as it was, and what it does when it is stopped."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from zoneworks.exchange.refreshing import refresh as refreshing
from zoneworks.exchange.tests.test_refresh import (
    COLUMNS,
    bring,
    exported,
    refreshed,
    rename,
    saved,
)
from zoneworks.jobs import running
from zoneworks.jobs.models import Job, State


def files(settings):
    folders = (settings.MEDIA_ROOT, settings.JOBS_ROOT)
    return [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]


def test_what_a_person_set_up_stays(client, cast, zone, project, two):
    book = exported(client, zone)
    sheet = book.active
    sheet["F2"] = "备注"
    sheet["F3"] = CellRichText("看 ", TextBlock(InlineFont(b=True), "重要"))
    sheet["F4"].hyperlink = "https://example.org/a"
    sheet.conditional_formatting.add(
        "D3:D99", CellIsRule("greaterThan", ["1"], fill=PatternFill("solid", bgColor="FF0000"))
    )
    rule = DataValidation("list", formula1='"甲,乙"')
    sheet.add_data_validation(rule)
    rule.add("F3:F99")
    sheet.merge_cells("F6:G7")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[4].height = 40
    sheet.page_setup.paperSize = 8
    sheet.oddFooter.center.text = "第 &P 页"
    book.defined_names["mine"] = DefinedName("mine", attr_text="Projects!$F$3")
    book.create_sheet("x").sheet_state = "hidden"
    book.custom_doc_props.append(openpyxl.packaging.custom.StringProperty(name="mine", value="v"))
    rename(two[0], "一期（新）", cast.alice)

    back = refreshed(client, zone, book)

    kept = openpyxl.load_workbook(io.BytesIO(back.content), rich_text=True)
    sheet = kept["Projects"]
    assert sheet["F3"].value[1].font.b and str(sheet["F3"].value) == "看 重要"
    assert sheet["F4"].hyperlink.target == "https://example.org/a"
    assert [str(each.sqref) for each in sheet.conditional_formatting] == ["D3:D99"]
    assert [str(each.sqref) for each in sheet.data_validations.dataValidation] == ["F3:F99"]
    assert [str(each) for each in sheet.merged_cells.ranges] == ["F6:G7"]
    assert sheet.row_dimensions[3].hidden and sheet.column_dimensions["C"].hidden
    assert (sheet.row_dimensions[4].height, sheet.page_setup.paperSize) == (40, 8)
    assert sheet.oddFooter.center.text == "第 &P 页"
    assert kept.defined_names["mine"].attr_text == "Projects!$F$3"
    assert kept["x"].sheet_state == "hidden"
    assert kept.custom_doc_props["mine"].value == "v"
    assert kept.calculation.fullCalcOnLoad
    assert sheet["B3"].value == "一期（新）"


def test_a_table_over_the_head_and_the_filter_reach_over_new_records(client, cast, zone, project, two):
    book = exported(client, zone)
    book.active.auto_filter.ref = None
    book.active.add_table(Table(displayName="T", ref="A2:E4"))
    project("三期项目")
    sheet = refreshed(client, zone, book).book["Projects"]
    assert (sheet.tables["T"].ref, sheet.tables["T"].autoFilter.ref) == ("A2:E5", "A2:E5")


def test_days_count_from_where_the_file_counts(client, cast, zone, two):
    book = exported(client, zone)
    book.epoch = CALENDAR_MAC_1904
    book.active["E3"] = date(2027, 1, 1)
    back = refreshed(client, zone, book)
    assert back.book.epoch == CALENDAR_MAC_1904
    assert [back.book["Projects"][place].value for place in ("E3", "E4")] == [datetime(2026, 7, 1)] * 2


def test_a_number_format_of_ones_own_stays_while_it_says_what_is_meant(client, cast, zone, two):
    book = exported(client, zone)
    sheet = book.active
    for place in ("E3", "E4"):
        sheet[place].number_format = "yyyy/m/d"
    sheet["E3"] = date(2027, 1, 1)
    sheet["D3"], sheet["D3"].number_format = 5, '"近"0!.0,"万元"'
    sheet = refreshed(client, zone, book).book["Projects"]
    assert (sheet["E3"].value, sheet["E3"].number_format) == (datetime(2026, 7, 1), "yyyy/m/d")
    assert (sheet["D3"].value, sheet["D3"].number_format) == (2_400_000_000, '"近"0!.0,"万元"')


def test_a_merged_cell_is_named_and_left(client, cast, zone, two):
    book = exported(client, zone)
    book.active.merge_cells("E3:E4")
    back = refreshed(client, zone, book)
    assert "E4: The cell is merged with others and was not written." in {
        cell.value for cell in back.book["Changes"]["A"]
    }


def test_a_column_of_ones_own_with_our_head_is_not_written(client, cast, zone, project, two):
    book = exported(client, zone)
    book.active["F2"], book.active["F3"] = "In the list", "mine"
    project("三期项目")
    once = refreshed(client, zone, book)
    assert once.book["Projects"]["G2"].value == "in the list 2"
    twice = refreshed(client, zone, once.content).book["Projects"]
    assert (twice["F3"].value, twice["G2"].value, twice["H2"].value) == ("mine", "in the list 2", None)


def test_a_renamed_head_is_ones_own_and_told(client, cast, zone, two):
    book = exported(client, zone)
    book.active["D2"], book.active["D3"] = "计划总投资（万元）", 240_000
    back = refreshed(client, zone, book)
    assert back.book["Projects"]["D3"].value == 240_000
    assert (
        back.book["Changes"]["A4"].value
        == "Planned total (yuan): This column is not in the sheet; it is not written."
    )


def test_a_list_of_a_past_day_stays_one_and_says_so(client, cast, zone, two):
    back = refreshed(client, zone, exported(client, zone, f"{COLUMNS}&as_of=2024-09-30"))
    assert "as of 2024-09-30" in back.book["Projects"]["A1"].value
    assert "as of 2024-09-30 and stays so" in back.book["Changes"]["A4"].value


def test_the_sheet_of_changes_is_written_anew_unless_it_was_renamed(client, cast, zone, two):
    rename(two[0], "一期（新）", cast.alice)
    once = refreshed(client, zone, exported(client, zone))
    once.book["Changes"].title = "上周"
    twice = refreshed(client, zone, once.book)
    assert twice.book.sheetnames == ["Projects", "上周", "Changes"]
    assert refreshed(client, zone, twice.content).book.sheetnames == ["Projects", "上周", "Changes"]


def test_a_refreshed_file_is_imported_as_an_export_is(client, cast, zone, project, two):
    book = exported(client, zone)
    project("三期项目")
    content = refreshed(client, zone, book).content
    page = bring(client, zone, content, page="import")
    said = client.get(page["Location"]).content.decode()
    assert "The ledger says all of this already." in said and "in the list" in said


@pytest.mark.parametrize("element", ["mergeCells><mergeCell", "hyperlinks><hyperlink location='x'"])
def test_ranges_that_claim_a_whole_sheet_are_refused_before_they_cost_memory(
    client, cast, zone, two, element
):
    content = saved(exported(client, zone))
    out = io.BytesIO()
    group = element.partition(">")[0]
    more = f'<{element} ref="A1:XFD1048576"/></{group}>'.encode()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", b"</sheetData>" + more)
            new.writestr(name, data)
    response = bring(client, zone, out.getvalue())
    assert response.status_code == 422
    assert "claim 17179869184 cells; at most 1000000 are taken" in response.content.decode()


@pytest.fixture
def waiting(client, cast, zone, project, two, monkeypatch, settings):
    """The job of a list that counts as long, which the worker has not taken up yet."""
    monkeypatch.setattr("zoneworks.exchange.refreshing.bringing.AT_ONCE", 1)
    settings.JOBS_AT_ONCE = False
    bring(client, zone, exported(client, zone))
    return Job.objects.get()


def test_a_refresh_that_is_canceled_midway_leaves_nothing(waiting, monkeypatch, settings):
    heard = refreshing.Refresher._stand

    def cancel(self, *args):
        running.cancel(waiting)
        return heard(self, *args)

    monkeypatch.setattr(refreshing.Refresher, "_stand", cancel)
    monkeypatch.setattr(running, "_BETWEEN_BEATS", 0)
    running.run(waiting, "a")
    assert Job.objects.get().state == State.CANCELED
    assert files(settings) == []


def test_a_refresh_that_a_restart_cut_short_runs_again_from_its_file(waiting, client, settings):
    running.run(waiting, "a", lambda: True)
    again = Job.objects.get()
    assert again.state == State.QUEUED and Path(again.brought.path).exists()
    running.run(again, "b")
    done = Job.objects.get()
    assert (done.state, done.message) == (State.DONE, "Nothing has changed.")
    assert files(settings) == [Path(done.file.path)]


def test_who_lost_the_right_meanwhile_gets_nothing(waiting, cast, settings):
    cast.alice.memberships.all().delete()
    running.run(waiting, "a")
    done = Job.objects.get()
    assert (done.state, done.error) == (State.FAILED, "Your role does not allow this here.")
    assert files(settings) == []
