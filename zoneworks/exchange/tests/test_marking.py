"""The marked copy: written by one library, opened by another."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.utils import translation
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from zoneworks.exchange.marking import Fault, marked_name, write_marked
from zoneworks.exchange.tests.test_reading import saved, xls, xlsx
from zoneworks.exchange.workbooks import read_workbook

WRONG = "A figure is wanted here, such as 5000万元."
ROWS = (["项目", "投资", "日期"], ["=not run", "许多", date(2024, 5, 1)], ["硅片", 5200, None])


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def marked(file, name, faults, path):
    file.seek(0)
    write_marked(file, read_workbook(file, name), faults, path)
    return openpyxl.load_workbook(path), read_workbook(path, "marked.xlsx")


FILES = [
    (lambda: saved(text_only(xlsx(*ROWS))), "项目.xlsx"),
    (lambda: saved(xls(ROWS[0], [*ROWS[1][:2], "2024-05-01"], ROWS[2])), "项目.xls"),
    (
        lambda: io.BytesIO("项目,投资,日期\n=not run,许多,2024-05-01\n硅片,5200\n".encode("gb18030")),
        "项目.csv",
    ),
]


def text_only(book):
    book.active["A2"].data_type = "s"
    return book


@pytest.mark.parametrize(("file", "name"), FILES, ids=["xlsx", "xls", "csv"])
def test_a_fault_is_filled_noted_and_listed_with_a_link(file, name, tmp_path):
    book, read = marked(file(), name, [Fault("项目", 2, 2, WRONG)], tmp_path / "a.xlsx")

    assert book.sheetnames == ["Faults", "项目"]
    cell = book["项目"]["B2"]
    assert (cell.value, cell.fill.start_color.rgb, cell.comment.text) == ("许多", "00FFC7CE", WRONG)
    assert book["项目"]["B3"].comment is None
    front = book["Faults"]
    assert [front.cell(3, column).value for column in (1, 2, 3)] == ["项目", "B2", WRONG]
    assert front["B3"].hyperlink.location == "'项目'!B2"
    assert front["A1"].value.startswith("1 fault. Correct the marked cells")

    faults, sheet = read.sheets
    assert [[str(cell.value) for cell in row] for row in sheet.rows] == [
        ["项目", "投资", "日期"],
        ["=not run", "许多", "2024-05-01"],
        ["硅片", "5200"],
    ]
    assert faults.name == "Faults"


def test_a_text_that_begins_like_a_formula_stays_text(tmp_path):
    book, _read = marked(saved(xls(["=1+1"])), "a.xls", [Fault("项目", 1, 1, "=cmd|x")], tmp_path / "a.xlsx")
    assert (book["项目"]["A1"].data_type, book["Faults"]["C3"].data_type) == ("s", "s")


def test_an_xlsx_keeps_its_formats_formulas_widths_and_comments(tmp_path):
    book = xlsx(["项目", "投资"], ["硅片", "=1+1"])
    sheet = book.active
    sheet["A1"].font = Font(bold=True)
    sheet["A2"].fill = PatternFill("solid", start_color="0000FF00")
    sheet["A2"].comment = Comment("mine", "officer")
    sheet.column_dimensions["A"].width = 44
    sheet.merge_cells("A2:A3")
    copy, _read = marked(saved(book), "a.xlsx", [Fault("项目", 3, 1, WRONG)], tmp_path / "a.xlsx")

    kept = copy["项目"]
    assert (kept["A1"].font.bold, kept.column_dimensions["A"].width, kept["B2"].value) == (True, 44, "=1+1")
    assert kept["A2"].comment.text == f"mine\n{WRONG}"
    assert kept["A2"].fill.start_color.rgb == "00FFC7CE"


def test_a_marked_copy_that_is_brought_again_loses_its_old_marks(tmp_path):
    marked(saved(xlsx(*ROWS)), "a.xlsx", [Fault("项目", 2, 2, WRONG)], tmp_path / "a.xlsx")
    first = io.BytesIO((tmp_path / "a.xlsx").read_bytes())
    book, _read = marked(first, "a.xlsx", [Fault("项目", 3, 2, "still wrong")], tmp_path / "b.xlsx")

    assert book.sheetnames == ["Faults", "项目"]
    sheet = book["项目"]
    assert (sheet["B2"].comment, sheet["B2"].fill.fill_type) == (None, None)
    assert sheet["B3"].comment.text == "still wrong"


def test_when_writing_fails_nothing_is_left(tmp_path, monkeypatch):
    def full(self, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(openpyxl.Workbook, "save", full)
    with pytest.raises(OSError, match="No space"):
        marked(io.BytesIO(b"a,b\n1,2\n"), "a.csv", [], tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("language", "name"), [("en", "项目 (marked).xlsx"), ("zh-hans", "项目（已标注）.xlsx")]
)
def test_the_copy_says_in_its_name_that_it_is_marked(language, name):
    with translation.override(language):
        assert marked_name("项目.csv") == name
