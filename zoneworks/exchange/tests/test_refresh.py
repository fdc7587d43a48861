"""A saved export gets the figures of today: told through its address, edited by one library, opened by another."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.protection import WorkbookProtection
from python_calamine import CalamineWorkbook

from zoneworks.exchange.tests.conftest import model
from zoneworks.exchange.ticket import ticket_of
from zoneworks.jobs.models import Job
from zoneworks.kit import recording
from zoneworks.kit.audit import record

COLUMNS = "?columns=name,stage,planned_total,next_due&sort=name"


def address(zone, page="refresh", slug="projects"):
    return reverse(f"{slug}:{page}", kwargs={"zone": zone.code})


def exported(client, zone, query=COLUMNS):
    response = client.get(address(zone, "export_xlsx") + query)
    assert response.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(response.getvalue()))


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def bring(client, zone, book, name="名单.xlsx", slug="projects", page="refresh", **values):
    content = book if isinstance(book, bytes) else saved(book)
    return client.post(address(zone, page, slug), {"file": SimpleUploadedFile(name, content), **values})


def refreshed(client, zone, book, **values):
    """Bring a workbook and return what comes back: as one library opens it, as another does, and what is said."""
    response = bring(client, zone, book, **values)
    assert response.status_code == 302, response.content.decode()
    said = client.get(response["Location"]).content.decode()
    file = client.get(response["Location"] + "file/")
    assert file.status_code == 200, said
    content = file.getvalue()
    read = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return SimpleNamespace(
        book=openpyxl.load_workbook(io.BytesIO(content)),
        read=read,
        said=said,
        name=file["Content-Disposition"],
        content=content,
    )


def changes(book):
    """Return the lines of the sheet of changes below its head."""
    sheet = book["Changes"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(number for number, line in enumerate(lines) if line[0] == "record no.") + 1
    return [tuple(line[1:7]) for line in lines[start:]]


def rename(project, name, actor):
    """Change a field as a page does, with its line in the trail."""
    before, project.name = project.name, name
    project.save()
    record(actor, "change", project, before={"name": before}, after={"name": name})


def test_figures_are_of_today_and_what_was_added_stays(client, cast, zone, project, two):
    first, second = two
    book = exported(client, zone)
    sheet = book.active
    sheet.title = "我的名单"
    sheet["F2"], sheet["F3"], sheet["F4"] = "备注", "已电话联系", "=C4&B4"
    sheet["B3"].fill = PatternFill("solid", start_color="00FFFF00")
    sheet["B3"].comment = Comment("mine", "officer")
    sheet.column_dimensions["F"].width = 44
    book.create_sheet("另一张")["A1"] = "keep me"
    rename(second, "=二期（新）", cast.alice)
    third = project("三期项目")

    back = refreshed(client, zone, book)

    sheet = back.book["我的名单"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=3, max_row=5)}
    assert [row[1].value for row in rows.values()] == ["一期项目", "=二期（新）", "三期项目"]
    assert rows[second.pk][1].data_type == "s" and rows[second.pk][1].quotePrefix
    assert (rows[first.pk][3].value, rows[first.pk][3].number_format) == (2_400_000_000, '"近"#,##0')
    assert (rows[third.pk][4].value, rows[third.pk][4].is_date) == (datetime(2026, 7, 1), True)
    assert [sheet["F3"].value, sheet["F4"].value] == ["已电话联系", "=C4&B4"]
    assert (sheet["B3"].fill.start_color.rgb, sheet["B3"].comment.text) == ("00FFFF00", "mine")
    assert (sheet.column_dimensions["F"].width, sheet.freeze_panes) == (44, "C3")
    assert sheet.auto_filter.ref == "A2:G5"
    assert back.book["另一张"]["A1"].value == "keep me"
    assert "refreshed by Alice at" in sheet["A1"].value and sheet["A1"].value.endswith(
        COLUMNS.replace(",", "%2C")
    )
    assert sheet["G5"].value.startswith("new on ") and sheet["G2"].value == "in the list"
    assert changes(back.book) == [
        ("=二期（新）", "Project", "二期项目", "=二期（新）", "changed in the ledger", "B4"),
        ("三期项目", None, None, None, "new in the list", "A5"),
    ]
    assert "Cells that the ledger says anew: 1. New records: 1. The sheet “Changes” lists them." in back.said
    assert back.read.get_sheet_by_name("我的名单").to_python()[4][1] == "三期项目"


def test_nothing_changes_a_second_time(client, cast, zone, project, two):
    once = refreshed(client, zone, exported(client, zone))
    assert "Nothing has changed." in once.said
    assert changes(once.book) == []
    project("三期项目")
    twice = refreshed(client, zone, refreshed(client, zone, once.content).content)
    assert "Nothing has changed." in twice.said
    assert twice.book.sheetnames == ["Projects", "Changes"]
    assert twice.book["Projects"]["F5"].value is None


def test_rows_sorted_otherwise_stay_in_their_order(client, cast, zone, two):
    first, second = two
    book = exported(client, zone)
    sheet = book.active
    for column in range(1, 6):
        upper, lower = sheet.cell(3, column), sheet.cell(4, column)
        upper.value, lower.value = lower.value, upper.value
        upper._style, lower._style = lower._style, upper._style
    sheet.insert_cols(2)
    sheet["B2"], sheet["B3"] = "序号", 1
    rename(first, "一期（新）", cast.alice)

    sheet = refreshed(client, zone, book).book["Projects"]
    assert [(sheet.cell(row, 1).value, sheet.cell(row, 3).value) for row in (3, 4)] == [
        (second.pk, "二期项目"),
        (first.pk, "一期（新）"),
    ]
    assert [sheet["B2"].value, sheet["B3"].value] == ["序号", 1]


def test_what_the_list_no_longer_holds_is_struck_through_and_comes_back(client, cast, zone, two):
    _first, second = two
    book = exported(client, zone, COLUMNS + "&q=二期")
    book.active["F2"], book.active["F3"] = "备注", "我的"
    book.active["B3"].font = Font(color="00FF0000")
    rename(second, "三期", cast.alice)

    gone = refreshed(client, zone, book)
    sheet = gone.book["Projects"]
    assert [cell.value for cell in sheet[3]][1:8] == [
        "三期",
        *[cell.value for cell in sheet[3]][2:5],
        "我的",
        "no longer in the list",
    ]
    assert sheet["A3"].font.strike and sheet["A3"].font.color.rgb == "00808080"
    assert sheet["B3"].font.strike and sheet["B3"].font.color.rgb == "00FF0000"
    assert not sheet["F3"].font.strike
    assert [line[4] for line in changes(gone.book)] == ["changed in the ledger", "no longer in the list"]

    rename(type(second).objects.get(pk=second.pk), "二期", cast.alice)
    back = refreshed(client, zone, gone.content)
    sheet = back.book["Projects"]
    assert not sheet["A3"].font.strike and sheet["A3"].font.color is None
    assert (sheet["B3"].font.color.rgb, sheet["G3"].value) == ("00FF0000", None)
    assert [line[4] for line in changes(back.book)] == ["changed in the ledger", "in the list again"]


def test_a_record_that_is_not_there_keeps_its_cells_and_says_so(client, cast, zone, two):
    book = exported(client, zone)
    book.active["A4"] = 999_999
    sheet = refreshed(client, zone, book).book["Projects"]
    assert (sheet["B4"].value, sheet["F4"].value) == ("二期项目", "not found, or not open to you")
    assert sheet["A5"].value == two[1].pk


def test_what_was_written_by_hand_is_told_with_the_way_to_bring_it_in(client, cast, zone, two):
    book = exported(client, zone)
    sheet = book.active
    sheet["B3"], sheet["E3"], sheet["D3"] = "手改", date(2027, 1, 1), "=1+1"
    rename(two[1], "二期（新）", cast.alice)

    back = refreshed(client, zone, book)

    written = "written in this file; the ledger says otherwise"
    assert changes(back.book) == [
        ("一期项目", "Project", "手改", "一期项目", written, "B3"),
        ("一期项目", "Planned total (yuan)", "=1+1", 2_400_000_000, written, "D3"),
        ("一期项目", "Due", datetime(2027, 1, 1), datetime(2026, 7, 1), written, "E3"),
        ("二期（新）", "Project", "二期项目", "二期（新）", "changed in the ledger", "B4"),
    ]
    sheet = back.book["Changes"]
    assert sheet["A4"].value.endswith(
        "import the file as it was before the refresh: http://testserver/north/projects/import/"
    )
    assert sheet["A6"].value == "record no." and sheet["D8"].data_type == "s"
    assert sheet["A7"].hyperlink.target == f"http://testserver/north/projects/{two[0].pk}/"
    assert sheet["G7"].hyperlink.location == "'Projects'!B3"


def test_a_figure_recorded_since_is_rewritten_with_its_qualifier(client, cast, zone, two):
    book = exported(client, zone)
    book.active["D3"].number_format = '0!.0,"万元"'
    day = date(2024, 1, 1)
    figure = model("projects.ProjectFigure")(
        zone=zone,
        project=two[1],
        kind="planned_total",
        unit="CNY",
        qualifier="over",
        value=Decimal(5_000_000),
        earliest=day,
        latest=day,
    )
    recording.add(figure, actor=cast.alice)
    back = refreshed(client, zone, book)
    sheet = back.book["Projects"]
    assert (sheet["D4"].value, sheet["D4"].number_format) == (5_000_000, '"超"#,##0')
    assert (sheet["D3"].value, sheet["D3"].number_format) == (2_400_000_000, '0!.0,"万元"')
    assert [line[2:5] for line in changes(back.book)] == [(None, 5_000_000, "changed in the ledger")]


def test_the_file_speaks_the_language_in_which_it_was_exported(client, chinese, cast, zone, two):
    book = exported(chinese, zone)
    assert book.active["A2"].value == "系统编号"
    client.cookies["django_language"] = "en"
    back = refreshed(client, zone, book)
    assert "Nothing has changed." in back.said
    assert back.book.sheetnames == ["项目", "变化"]
    assert "刷新" in back.book["项目"]["A1"].value


def test_a_file_without_its_properties_is_known_by_its_cover(client, cast, zone, two):
    book = exported(client, zone)
    book.custom_doc_props.props.clear()
    rename(two[0], "一期（新）", cast.alice)
    back = refreshed(client, zone, book)
    assert [line[3] for line in changes(back.book)] == ["一期（新）"]


def test_new_records_stand_below_lines_of_ones_own(client, cast, zone, project, two):
    book = exported(client, zone)
    book.active["B6"], book.active["D6"] = "合计", "=SUM(D3:D4)"
    project("三期项目")
    back = refreshed(client, zone, book)
    sheet = back.book["Projects"]
    assert (sheet["B6"].value, sheet["D6"].value, sheet["B7"].value) == ("合计", "=SUM(D3:D4)", "三期项目")
    assert "the new records begin in row 7" in back.book["Changes"]["A4"].value


def test_a_long_list_is_refreshed_in_the_background_and_leaves_no_file(
    client, cast, zone, two, monkeypatch, settings
):
    monkeypatch.setattr("zoneworks.exchange.refreshing.bringing.AT_ONCE", 1)
    settings.JOBS_AT_ONCE = False
    book = exported(client, zone)
    response = bring(client, zone, book)
    job = Job.objects.get()
    assert response.status_code == 302 and job.is_open and Path(job.brought.path).exists()
    client.post(reverse("jobs:cancel", kwargs={"zone": zone.code, "pk": job.pk}))
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_a_refresh_keeps_only_its_result(client, cast, zone, two, settings):
    refreshed(client, zone, exported(client, zone))
    job = Job.objects.get()
    kept = [
        path
        for folder in (settings.MEDIA_ROOT, settings.JOBS_ROOT)
        for path in Path(folder).rglob("*")
        if path.is_file()
    ]
    assert (job.brought.name, kept) == ("", [Path(job.file.path)])


# -- what is refused ---------------------------------------------------------------------------------------------------


def without(column):
    def change(book):
        book.active[f"{column}2"] = "other"

    return change


def doubled(book):
    book.active["A4"] = book.active["A3"].value


def emptied(book):
    book.active["A3"] = book.active["A4"] = None


def headless(book):
    book.active.delete_rows(2)


def copied(book):
    book.copy_worksheet(book.active).title = "b"
    book.worksheets[0].title = "a"


def same_head(book):
    book.active["G2"] = "Project"


def protected(book):
    book.active.protection.sheet = True


def locked(book):
    book.security = WorkbookProtection(lockStructure=True)


def charted(book):
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=4, min_row=3, max_row=4))
    book.active.add_chart(chart, "H9")


def foreign(book):
    book.custom_doc_props.props.clear()
    book.active["A1"] = "my own list"


def ticketed(**said):
    """Let the workbook say something else of itself."""

    def change(book):
        properties = {each.name: each.value for each in book.custom_doc_props.props}
        book.custom_doc_props.props.clear()
        for name, value in replace(ticket_of(properties), **said).properties().items():
            book.custom_doc_props.append(StringProperty(name=name, value=value))

    return change


REFUSED = [
    (without("A"), "row 2: no column is called “record no.”"),
    (doubled, "the same record stands in several rows: {0} in A3, A4"),
    (emptied, "below “record no.” (A2) stands no number of a record"),
    (headless, "no sheet has the heads of the list"),
    (copied, "holds the list in several sheets: “a”, “b”"),
    (same_head, "the head “Project” stands in B2, G2"),
    (protected, "the sheet “Projects” is protected"),
    (locked, "the structure of the workbook is protected"),
    (charted, "holds what would be missing in the refreshed file: charts, pictures and shapes"),
    (foreign, "is no list that was exported here"),
    (ticketed(zone="south"), "is a list of the zone “south”, and this is the zone “north”"),
    (ticketed(ledger="organizations"), "is a list of “Organizations”, not of “Projects”"),
    (ticketed(ledger="rivers"), "is a list of “rivers”, which there is no longer"),
    (ticketed(query="unit=999999"), "Select a valid choice"),
    (ticketed(query="colour=red"), "has no filter “colour” any more"),
    (ticketed(query="as_of=soon"), "as_of: “soon” is no date"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=[said[:40] for _change, said in REFUSED])
def test_a_file_that_cannot_be_refreshed_says_why_and_nothing_is_kept(
    client, cast, zone, two, settings, change, said
):
    book = exported(client, zone)
    change(book)
    response = bring(client, zone, book)
    assert response.status_code == 422
    page = unescape(response.content.decode())
    assert "“名单.xlsx”" in page and said.format(two[0].pk) in page
    assert not Job.objects.exists()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_a_list_of_another_ledger_leads_to_its_page(client, cast, zone, two):
    response = bring(client, zone, exported(client, zone), slug="organizations")
    assert response.status_code == 422
    assert 'href="/north/projects/refresh/"' in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "项目\n硅片\n".encode(), "“a.csv” is no .xlsx. Only a workbook that was exported here"),
        ("a.xlsx", b"", "The submitted file is empty."),
        ("a.xlsx", b"PK\x03\x04 nonsense", "is not what its name says"),
        ("a.exe", b"MZ", "is of a kind that is not taken"),
    ],
)
def test_what_is_no_workbook_is_refused_as_an_import_refuses_it(client, cast, zone, name, content, said):
    client.force_login(cast.alice)
    response = bring(client, zone, content, name=name)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_file_with_a_chart_is_refreshed_without_it_when_one_says_so(client, cast, zone, two):
    book = exported(client, zone)
    charted(book)
    assert "Nothing has changed." in refreshed(client, zone, book, lacking="on").said


@pytest.mark.parametrize(("who", "status"), [("bob", 302), ("enterprise", 403), ("charlie", 404)])
def test_the_rights_are_those_of_who_asks(client, cast, zone, two, who, status):
    book = exported(client, zone)
    client.force_login(getattr(cast, who))
    assert bring(client, zone, book).status_code == status


def test_the_list_offers_it_to_those_who_export(client, cast, zone):
    for who, is_there in (("alice", True), ("enterprise", False)):
        client.force_login(getattr(cast, who))
        assert ("projects/refresh/" in client.get("/north/projects/").content.decode()) is is_there
    client.force_login(cast.alice)
    assert "What becomes of the file" in client.get(address(zone)).content.decode()
