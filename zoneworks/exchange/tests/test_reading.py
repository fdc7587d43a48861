"""Files as officials bring them: what is read from each kind, and what is refused with a message that helps."""

from __future__ import annotations

import datetime as days
import io
import struct
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlwt
from django.core.exceptions import ValidationError
from django.utils import translation
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from zoneworks.exchange import workbooks
from zoneworks.exchange.reading import traits
from zoneworks.exchange.workbooks import read_workbook


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def saved(book):
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def changed(source, part, old, new):
    """Return a package with one of its parts written anew, as another program would have it."""
    out = io.BytesIO()
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as other:
        for member in package.namelist():
            data = package.read(member)
            if member == part:
                assert old in data
                data = data.replace(old, new)
            other.writestr(member, data)
    out.seek(0)
    return out


def xlsx(*rows, title="项目"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def xls(*rows, title="项目"):
    book = xlwt.Workbook()
    sheet = book.add_sheet(title)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    return book


def ods(body, styles=""):
    """Return an ods with one sheet, as LibreOffice writes it, its rows given as XML."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:{name}"'
        for prefix, name in {
            "office": "oasis:names:tc:opendocument:xmlns:office:1.0",
            "table": "oasis:names:tc:opendocument:xmlns:table:1.0",
            "text": "oasis:names:tc:opendocument:xmlns:text:1.0",
            "style": "oasis:names:tc:opendocument:xmlns:style:1.0",
            "number": "oasis:names:tc:opendocument:xmlns:datastyle:1.0",
            "calcext": "org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
        }.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="项目">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type='
            '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
    out.seek(0)
    return out


def refusal(file, name):
    with pytest.raises(ValidationError) as caught:
        read_workbook(file, name)
    return " ".join(caught.value.messages)


ROWS = (["项目", "投资"], ["硅片项目", 5200], ["=not run", 0.3])


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (lambda: saved(xls(*ROWS)), "项目.xls"),
        (lambda: io.BytesIO("项目,投资\n硅片项目,5200\n'=not run,0.3\n".encode("utf-8-sig")), "项目.csv"),
        (lambda: io.BytesIO("项目;投资\r\n硅片项目;5200\r\n=not run;0.3".encode("gb18030")), "项目.csv"),
        (lambda: io.BytesIO("项目\t投资\n硅片项目\t5200\n=not run\t0.3\n".encode()), "项目.csv"),
    ],
    ids=["xls", "csv with a mark", "gb18030 with semicolons", "tabs"],
)
def test_each_kind_gives_the_same_cells_at_their_places(file, name):
    book = read_workbook(file(), name)

    (sheet,) = book.sheets
    assert sheet.name == "项目"
    assert [str(cell.value) for row in sheet.rows for cell in row] == [
        "项目",
        "投资",
        "硅片项目",
        "5200",
        "=not run",
        "0.3",
    ]
    assert sheet.rows[1][1].place == "项目!B2"


def test_values_of_an_xlsx_keep_their_type():
    book = xlsx(
        [
            "名称",
            5200,
            0.1 + 0.2,
            True,
            date(2023, 5, 1),
            days.datetime(2023, 5, 1, 9, 30),
            days.time(9, 30),
            " ",
        ],
        [123456789012.3456, 10**15 + 1],
    )
    first, second = read_workbook(saved(book), "a.xlsx").sheets[0].rows

    assert [cell.value for cell in first] == [
        "名称",
        5200,
        Decimal("0.3"),
        True,
        date(2023, 5, 1),
        days.datetime(2023, 5, 1, 9, 30),
        "09:30:00",
    ]
    assert [cell.value for cell in second] == [Decimal("123456789012.3456"), 10**15 + 1]


def test_days_counted_from_1904_are_the_same_days():
    book = xlsx([date(2023, 5, 1)])
    book.epoch = CALENDAR_MAC_1904
    assert read_workbook(saved(book), "mac.xlsx").sheets[0].rows[0][0].value == date(2023, 5, 1)


def test_an_error_is_a_fault_and_a_formula_gives_its_saved_result_or_a_fault():
    book = xlsx(["#N/A", "=1+1", "=2+2"])
    file = changed(saved(book), "xl/worksheets/sheet1.xml", b"<f>2+2</f><v></v>", b"<f>2+2</f><v>4</v>")
    error, bare, computed = read_workbook(file, "a.xlsx").sheets[0].rows[0]

    assert (error.value, error.fault) == (None, "The cell shows the error #N/A. Write the value itself.")
    assert "formula whose result was not saved" in bare.fault
    assert (computed.value, computed.fault) == (4, "")
    assert "formula" in computed.note


def test_a_format_that_says_more_than_the_number_is_kept():
    book = xlsx([2400, 0.5, date(2023, 5, 1), 7])
    sheet = book.active
    for cell, code in zip(sheet[1], ['"近"#,##0"万元"', "0%", 'yyyy"年"m"月"', "#,##0"], strict=True):
        cell.number_format = code

    (row,) = read_workbook(saved(book), "a.xlsx").sheets[0].rows
    assert [cell.number_format for cell in row] == ['"近"#,##0"万元"', "0%", 'yyyy"年"m"月"', ""]


def test_what_is_hidden_merged_and_protected_is_told_and_read():
    book = xlsx(["甲", "乙", "丙"], [1, 2, 3], [4, 5, 6])
    sheet = book.active
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet.merge_cells("A1:B1")
    sheet.protection.set_password("secret")
    book.create_sheet("代码").sheet_state = "hidden"

    read, codes = read_workbook(saved(book), "a.xlsx").sheets
    assert (read.hidden_columns, read.hidden_rows, read.merged) == ({2}, {3}, ((1, 1, 1, 2),))
    assert (read.hidden, codes.hidden) == (False, True)
    assert read.cell(2, 2).value == 2


def test_an_xls_tells_errors_formulas_formats_and_what_is_hidden():
    book = xlwt.Workbook()
    sheet = book.add_sheet("项目")
    sheet.write(0, 0, 1, xlwt.easyxf(num_format_str='"近"0"万元"'))
    sheet.write(0, 1, xlwt.Formula("1+1"))
    sheet.row(0).set_cell_error(2, 0x2A)
    sheet.write_merge(1, 2, 0, 1, "合并")
    sheet.col(2).hidden = True
    sheet.row(2).hidden = True
    sheet.row(2).write(2, "x")

    read = read_workbook(saved(book), "old.xls").sheets[0]
    first, computed, error = read.rows[0]
    assert (first.value, first.number_format) == (1, '"近"0"万元"')
    assert "formula" in computed.note
    assert "#N/A" in error.fault
    assert (read.merged, read.hidden_columns, read.hidden_rows) == (((2, 1, 3, 2),), {3}, {3})


def test_an_ods_tells_the_same():
    style = (
        '<number:date-style style:name="N1"><number:year/><number:text>年</number:text><number:month/>'
        '</number:date-style><style:style style:name="ce1" style:data-style-name="N1"/>'
    )
    body = (
        '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-row>'
        '<table:table-cell office:value-type="string" table:number-columns-spanned="2">'
        "<text:p>甲</text:p></table:table-cell><table:covered-table-cell/></table:table-row>"
        '<table:table-row table:visibility="collapse">'
        '<table:table-cell office:value-type="date" office:date-value="2023-05-01" table:style-name="ce1">'
        "<text:p>2023年5</text:p></table:table-cell>"
        '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""'
        ' calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    )
    sheet = read_workbook(ods(body, style), "表.ods").sheets[0]

    assert len(sheet.rows) == 2
    month, error = sheet.rows[1]
    assert (month.value, month.number_format) == (date(2023, 5, 1), 'yyyy"年"m')
    assert "#N/A" in error.fault
    assert (sheet.merged, sheet.hidden_columns, sheet.hidden_rows) == (((1, 1, 1, 2),), {2}, {2})


def test_blank_rows_and_formatted_corners_cost_no_rows():
    book = xlsx(["项目"], ["硅片"])
    for number in range(3, 1003):
        book.active.cell(number, 1).font = openpyxl.styles.Font(bold=True)
    book.active.cell(900_000, 40).font = openpyxl.styles.Font(bold=True)

    assert len(read_workbook(saved(book), "a.xlsx").sheets[0].rows) == 2


@pytest.mark.parametrize(
    ("file", "name", "says"),
    [
        (
            lambda: changed(saved(xlsx(["x"])), "xl/theme/theme1.xml", b"<a:theme", b"<!DOCTYPE x><a:theme"),
            "a.xlsx",
            "“a.xlsx” is damaged",
        ),
        (
            lambda: io.BytesIO(b"text"),
            "说明.txt",
            "Save it as one of these and choose it again: xlsx, xls, ods, csv",
        ),
        (lambda: io.BytesIO(b"\x00\x01\x02,\x03"), "项目.csv", "cannot be read as text"),
        (lambda: io.BytesIO(b"%PDF-1.7"), "项目.xlsx", "it looks like .pdf"),
        (
            lambda: io.BytesIO(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 4096),
            "密.xlsx",
            "protected by a password",
        ),
        (lambda: saved(xlsx(["x"])), "项目.csv", "it looks like .zip"),
        (
            lambda: changed(
                saved(xlsx(["x"])),
                "xl/worksheets/sheet1.xml",
                b"<worksheet",
                b'<!DOCTYPE x [<!ENTITY e "x">]><worksheet',
            ),
            "a.xlsx",
            "“a.xlsx” is damaged",
        ),
        (
            lambda: changed(saved(xlsx(["x"])), "xl/worksheets/sheet1.xml", b"</row>", b""),
            "a.xlsx",
            "“a.xlsx” is damaged",
        ),
        (
            lambda: changed(saved(xlsx(["x"])), "xl/worksheets/sheet1.xml", b'r="A1"', b'r="XFD1048576"'),
            "a.xlsx",
            "“a.xlsx”, sheet “项目”: something stands in XFD1048576",
        ),
    ],
    ids=[
        "theme with entities",
        "kind",
        "binary",
        "pdf",
        "password",
        "xlsx as csv",
        "entities",
        "cut",
        "far corner",
    ],
)
def test_what_is_no_workbook_is_refused_with_what_would_be_right(file, name, says):
    assert says in refusal(file(), name)


def test_a_file_above_the_limit_is_refused_before_it_is_read(settings):
    settings.MAX_UPLOAD_BYTES = 1000
    assert "at most 1000" in refusal(saved(xlsx(["x"])), "a.xlsx").replace("\xa0", " ")


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_a_file_that_unpacks_to_more_than_is_read_is_refused_before_it_is_read(monkeypatch, name):
    for module in (traits, workbooks):
        monkeypatch.setattr(module, "MOST_XML", 100)
    file = saved(xlsx(["x"])) if name == "a.xlsx" else ods("<table:table-row/>")
    said = refusal(file, name).replace("\xa0", " ")
    assert f"“{name}” unpacks to" in said and "at most 100 bytes are read" in said


def with_sheet_at(part, before=b"", **extra):
    """Return a workbook whose one sheet is stored as `part`, with `before` put before its root, and `extra` parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(saved(xlsx(["x" * 40]))) as package, zipfile.ZipFile(out, "w") as other:
        for member in package.namelist():
            data = package.read(member).replace(b"worksheets/sheet1.xml", part.encode())
            is_sheet = member == "xl/worksheets/sheet1.xml"
            other.writestr(f"xl/{part}" if is_sheet else member, before + data if is_sheet else data)
        for name, data in extra.items():
            other.writestr(f"xl/media/{name}.png", data)
    out.seek(0)
    return out


@pytest.mark.parametrize("part", ["s.XML", "s.bin", "media/s.png"])
def test_a_sheet_under_another_name_is_counted_and_judged_like_others(monkeypatch, part):
    assert read_workbook(with_sheet_at(part), "a.xlsx").sheets[0].rows[0][0].value == "x" * 40
    size = sum(one.file_size for one in zipfile.ZipFile(with_sheet_at(part)).infolist())
    for module in (traits, workbooks):
        monkeypatch.setattr(module, "MOST_XML", size)
    # A picture of any size is no table, blanks before a tag are.
    picture = with_sheet_at(part, pixels=b"\x89PNG" + b"<" * size)
    assert len(read_workbook(picture, "a.xlsx").sheets) == 1
    assert "unpacks to" in refusal(with_sheet_at(part, before=b"\n" * 100), "a.xlsx")
    assert "unpacks to" in refusal(with_sheet_at(part, other=b"<x/>"), "a.xlsx")


def test_a_document_type_is_found_in_a_part_of_any_name():
    assert "is damaged" in refusal(with_sheet_at("s.bin", before=b"<!DOCTYPE x>"), "a.xlsx")
    assert "is damaged" in refusal(with_sheet_at("s.xml", other=b"<!DOCTYPE x><x/>"), "a.xlsx")
    hidden = changed(with_sheet_at("s.xml"), "xl/styles.xml", b"<styleSheet", b"<!DOCTYPE x><styleSheet")
    assert "is damaged" in refusal(hidden, "a.xlsx")


def test_an_xls_that_opens_with_a_password_only_is_refused():
    data = saved(xls(["x"])).getvalue()
    # A record of the second place, which says how windows are arranged, becomes the one that says it is encrypted.
    locked = data.replace(b"\x81\x00\x02\x00", b"\x2f\x00\x02\x00").replace(
        b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00"
    )
    assert locked != data
    assert "opens with a password only" in refusal(io.BytesIO(locked), "密.xls")


@pytest.mark.parametrize("reach", [(0x27, 2), (0, 0x7FFFFFFF)], ids=["backwards", "too far"])
def test_an_xls_that_says_it_reaches_where_no_sheet_does_is_refused(reach):
    """For as much as a sheet says calamine would take memory, and end the program where there is none."""
    data = saved(xls(["x"])).getvalue()
    said = struct.pack("<HHII", 0x200, 14, 0, 1)
    assert data.count(said) == 1
    assert "is damaged" in refusal(
        io.BytesIO(data.replace(said, struct.pack("<HHII", 0x200, 14, *reach))), "a.xls"
    )
