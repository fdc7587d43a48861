"""Tables as officials make them: heads in one or two rows, titles, totals, notes, merged cells."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.exchange import heads
from zoneworks.exchange.cell_values import (
    as_amount,
    as_choice,
    as_flag,
    as_number,
    as_span,
    as_text,
    as_whole,
    is_empty,
)
from zoneworks.exchange.tables import find_table
from zoneworks.exchange.tests.test_reading import saved, xlsx
from zoneworks.exchange.workbooks import Cell, Sheet, Workbook, read_workbook
from zoneworks.kit.amounts import format_amount
from zoneworks.kit.quantities import Qualifier, Unit
from zoneworks.kit.spans import format_span

KNOWN = {"项目", "计划总投资", "设备投资", "签约时间", "Planned total", "name"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def known(text):
    return text in KNOWN


def table(book, **more):
    return find_table(read_workbook(saved(book), "报表.xlsx"), known, **more)


def values(found):
    return [[cell.value for cell in row.cells] for row in found.rows]


def test_title_unit_line_blank_rows_and_columns_stand_before_the_head():
    found = table(
        xlsx(
            [None, "2024年重点项目表"],
            [None, None, None, "单位：万元"],
            [],
            [None, "※项 目\n（必填）", "计划总投资", "备注"],
            [None, "硅片项目", 5200, "—"],
        )
    )

    assert [(heading.names[0], heading.place) for heading in found.headings] == [
        ("项目", "项目!B4"),
        ("计划总投资", "项目!C4"),
        ("备注", "项目!D4"),
    ]
    assert (found.head_rows, found.unit) == ((4, 4), "万元")
    assert values(found) == [["硅片项目", 5200, "—"]]
    assert found.rows[0].cells[1].place == "项目!C5"


def two_rows():
    book = xlsx(
        ["2024年重点项目表", None, None, None, None],
        ["序号", "项目", "投资（万元）", None, "签约"],
        [None, None, "计划总投资", "设备投资", "时间"],
        ["1", "硅片项目", 5200, 300, date(2024, 5, 1)],
    )
    for merged in ("A1:E1", "A2:A3", "B2:B3", "C2:D2"):
        book.active.merge_cells(merged)
    return book


def test_a_head_of_two_rows_lends_its_group_and_its_unit():
    found = table(two_rows())

    assert found.head_rows == (2, 3)
    assert [heading.names[0] for heading in found.headings][1:] == [
        "项目",
        "投资计划总投资",
        "投资设备投资",
        "签约时间",
    ]
    assert found.headings[2].names == ("投资计划总投资", "计划总投资")
    assert [heading.unit for heading in found.headings] == ["", "", "万元", "万元", ""]
    assert found.headings[2].label == "投资（万元） / 计划总投资"
    assert len(found.rows) == 1


def test_totals_notes_sections_and_repeated_heads_are_passed_over_and_told():
    book = xlsx(
        ["项目", "计划总投资", "设备投资"],
        ["甲", "1", 2],
        ["一、签约项目"],
        ["硅片项目", 5200],
        ["小 计", 5200],
        ["项目", "计划总投资", "设备投资"],
        ["电池项目", 300],
        ["合计：", 5500],
        [],
        ["注：数据截至5月底"],
        ["填表人：张三"],
    )
    found = table(book)

    assert values(found) == [["硅片项目", 5200, None], ["电池项目", 300, None]]
    assert [note.place for note in found.notes] == [f"项目!A{row}" for row in (2, 3, 5, 6, 8, 10, 11)]


def test_rows_with_numbers_of_their_own_only_are_no_records():
    found = table(xlsx(["序号", "项目", "计划总投资"], [1, "硅片", 3], [2, None, None], [3, None, None]))
    assert len(found.rows) == 1


def test_one_merged_value_is_the_value_of_each_row_and_says_so():
    book = xlsx(
        ["项目", "计划总投资", "设备投资"], ["硅片项目", 5200, 1], [None, None, 2], ["电池项目", 300, 3]
    )
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("B2:B3")
    found = table(book)

    assert values(found) == [["硅片项目", 5200, 1], ["硅片项目", 5200, 2], ["电池项目", 300, 3]]
    assert found.rows[1].cells[0].note == "taken from the merged cell 项目!A2"
    assert [note.place for note in found.notes] == ["项目!A2", "项目!B2"]


def test_hidden_columns_and_columns_without_a_head_are_told():
    book = xlsx(["项目", "计划总投资", None], ["硅片项目", 5200, "stray"])
    book.active.column_dimensions["B"].hidden = True
    found = table(book)

    assert values(found) == [["硅片项目", 5200]]
    assert [(note.place, note.message.split(";")[0]) for note in found.notes] == [
        ("项目!B1", "The column “计划总投资” is hidden in the file"),
        ("项目!C2", "Column C holds values and has no head"),
    ]


def test_the_sheet_with_most_known_heads_is_taken_and_the_other_one_told():
    book = xlsx(["说明"], ["项目 一栏必填"], title="填表说明")
    for title, rows in {
        "表一": [["项目", "计划总投资"], ["a", 1]],
        "表二": [["项目", "计划总投资", "设备投资"]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    found = table(book)

    assert found.sheet == "表二"
    assert [note.message for note in found.notes] == [
        "The sheet “表一” has such a table too; it is not read."
    ]


def test_the_wrong_sheet_is_refused_with_what_was_looked_at_and_what_would_be_right():
    with pytest.raises(ValidationError) as caught:
        table(xlsx(["企业", "项目", "税号"], ["a", "b", "c"], title="企业"), right=["项目", "计划总投资"])
    assert caught.value.messages == [
        "“报表.xlsx”: no sheet has a table of this list. Looked at: 企业. "
        "A row with at least two of these heads would be right: 项目, 计划总投资."
    ]


def cell(value, number_format="", fault=""):
    return Cell("项目", 5, 3, value, fault, "", number_format)


@pytest.mark.parametrize(
    ("value", "code", "head", "said"),
    [
        (5200, "", "万元", "5200万元"),
        (Decimal("2.4"), "", "亿元", "2.4亿元"),
        ("2400以上", "", "万元", "不低于2400万元"),
        ("20余", "", "亿元", "超20亿元"),
        ("近2.4亿元", "", "万元", "近2.4亿元"),
        ("3亿", "", "万元", "3亿元"),
        ("5,200", "", "万元", "5200万元"),
        (300, "", "万美元", "300万美元"),
        ("1.4亿美元", "", "万元", "1.4亿美元"),
        (2400, '"近"#,##0"万元"', "", "近2400万元"),
        (5200, '"第"0"期"', "万元", "5200万元"),
        (5200, "", "亩、万元", "5200万元"),
    ],
)
def test_amounts_are_read_as_people_write_them(value, code, head, said):
    amount = as_amount(cell(value, code), Unit.CNY, head)
    assert format_amount(amount.value, amount.unit, amount.qualifier) == said


@pytest.mark.parametrize(
    ("value", "unit", "head", "says"),
    [
        ("1.2万", "CNY", "万元", "may mean either"),
        ("120亩", "CNY", "", "is counted in square meters; yuan are wanted here"),
        (-5, "CNY", "元", "is not negative"),
        ("若干", "CNY", "元", "There is no number"),
        (date(2024, 1, 1), "CNY", "元", "the cell holds a date"),
        (Decimal("92.4"), "share", "", "written with a sign, such as 92.4%"),
        ("5-10亿元", "CNY", "", "this is a range"),
    ],
)
def test_what_is_no_amount_is_told_with_what_would_be_right(value, unit, head, says):
    with pytest.raises(ValidationError, match=says):
        as_amount(cell(value), unit, head)


def test_a_fault_of_the_cell_is_what_each_reading_says():
    for read in (as_text, as_span, as_whole, as_number, as_flag):
        with pytest.raises(ValidationError, match="the error"):
            read(cell(None, fault="The cell shows the error #N/A."))
    assert not is_empty(cell(None, fault="x"))


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        ("2023年5月初", "", "2023-05-01..2023-05-10"),
        (Decimal("2023.5"), "", "2023-05-01..2023-05-31"),
        (2023, "", "2023-01-01..2023-12-31"),
        ("２０２３．５．２３", "", "2023-05-23"),
        ("45069", "", "2023-05-23"),
        ("202305", "", "2023-05-01..2023-05-31"),
        ("20230523", "", "2023-05-23"),
        ("2023-05-23 09:30:00", "", "2023-05-23"),
        (date(2023, 5, 1), "", "2023-05-01"),
        (date(2023, 5, 1), "mmm-yy", "2023-05-01..2023-05-31"),
        (date(2023, 5, 1), "yyyy", "2023-01-01..2023-12-31"),
    ],
)
def test_days_are_read_as_text_as_numbers_and_as_dates(value, code, said):
    assert str(as_span(cell(value, code))) == said


def test_a_month_that_a_number_lost_its_zero_of_is_asked_for():
    with pytest.raises(ValidationError, match="January or October"):
        as_span(cell(Decimal("2023.1")))


def test_a_choice_names_what_would_be_right():
    with pytest.raises(ValidationError, match="One of these would be right: 签约, 开工"):
        as_choice(cell("完工"), {"signed": "签约", "started": "开工"})


def test_a_number_with_more_digits_than_a_sheet_keeps_is_no_code():
    with pytest.raises(ValidationError, match="more than 15 digits"):
        as_text(cell(913210846081234567))


@given(
    value=st.integers(0, 10**12),
    qualifier=st.sampled_from(list(Qualifier)),
    unit=st.sampled_from([Unit.CNY, Unit.USD, Unit.M2, Unit.W]),
)
def test_what_a_page_prints_reads_back_whatever_the_head_says(value, qualifier, unit):
    text = format_amount(Decimal(value), unit, qualifier)
    amount = as_amount(cell(text), unit, "万元")
    assert (amount.value, amount.unit, amount.qualifier) == (Decimal(value), unit, qualifier)


@given(first=st.dates(date(1990, 1, 1), date(2090, 1, 1)), length=st.integers(0, 400))
def test_a_span_as_it_is_printed_reads_back(first, length):
    span = as_span(cell(first))
    longer = type(span)(first, first + timedelta(days=length))
    assert as_span(cell(format_span(longer))) == longer


TEXTS = st.text(st.sampled_from("项目计划总投资（）()万元※*＊ \n　【】必填:：/Aa"), max_size=20)


@given(text=TEXTS)
def test_tidying_a_head_twice_changes_nothing_more(text):
    once = heads.tidy(text)
    assert heads.tidy(once) == once
    heads.name_and_unit(text)
    heads.unit_line(text)


@given(grid=st.lists(st.lists(st.none() | TEXTS | st.integers(0, 5), max_size=5), max_size=8), data=st.data())
def test_any_sheet_gives_a_table_or_says_what_would_be_right(grid, data):
    number = st.integers(1, 9)
    ranges = data.draw(st.lists(st.tuples(number, number, number, number), max_size=4))
    merged = tuple((min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in ranges)
    rows = tuple(
        tuple(Cell("s", row, column, value or None) for column, value in enumerate(line, 1))
        for row, line in enumerate(grid, 1)
    )
    try:
        found = find_table(Workbook("a.xlsx", "xlsx", (Sheet("s", rows, merged=merged),)), known)
    except ValidationError:
        return
    assert any(known(name) for heading in found.headings for name in heading.names)
    for row in found.rows:
        assert row.number > found.head_rows[1]
        assert [each.column for each in row.cells] == [heading.column for heading in found.headings]
