"""Documents of each kind become lines, with the way back to where each stands."""

from __future__ import annotations

import pytest

from zoneworks.intake.readers import scan
from zoneworks.intake.readers.readable import UnreadableError
from zoneworks.intake.readers.reading import read
from zoneworks.intake.readers.tests import making
from zoneworks.intake.readers.tests.making import paragraph, table

BODY = (
    paragraph("关于召开推进会的通知", "Title")
    + paragraph("各部门：")
    + table(("项目", "投资"), ("硅片", paragraph("5亿元") + paragraph("（约）")), ("储能", table(("一期", "二期"))))
    + "<w:sdt><w:sdtContent>" + paragraph("定于5月24日召开。") + "</w:sdtContent></w:sdt>"
    + "<w:p><w:r><w:t>总投资</w:t></w:r><w:del><w:r><w:delText>3</w:delText></w:r></w:del>"
    + "<w:ins><w:r><w:t>5亿元</w:t></w:r></w:ins>"
    + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>密</w:t></w:r><w:r><w:br/><w:t>另起一行</w:t></w:r></w:p>"
)  # fmt: skip


def at(found, words):
    start = found.text.index(words)
    return [place.at for place in found.places(start, start + len(words))]


def test_a_docx_is_read_in_its_order_with_what_stands_in_tables_and_controls():
    found = read("a.docx", making.docx(BODY, header="2024年5月23日　第12期"))
    assert found.text.split("\n") == [
        "2024年5月23日　第12期",
        "关于召开推进会的通知",
        "各部门：",
        "项目\t投资",
        "硅片\t5亿元 （约）",
        "储能\t",
        "一期\t二期",
        "定于5月24日召开。",
        "总投资5亿元",
        "另起一行",
        "",
    ]
    assert found.notes == ("Deleted and hidden words were left out.",)
    assert at(found, "2024年") == ["header"] and at(found, "各部门") == ["paragraph 2"]
    assert at(found, "5亿元 （约）") == ["table 1, row 2, cell 2"]
    assert at(found, "二期") == ["table 1, row 3, table, row 1, cell 2"]
    assert at(found, "总投资5亿元\n另起") == ["paragraph 4", "paragraph 4"]


def test_a_header_that_tells_no_date_is_left_out():
    assert read("a.docx", making.docx(paragraph("正文"), header="内部资料")).text == "正文\n"


def test_words_in_a_frame_are_read_once():
    frame = (
        '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><w:t>正文</w:t>'
        "<mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent>{0}</w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent>{0}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read("a.docx", making.docx(frame.format(paragraph("框内")))).text == "正文\n框内\n"


PAGE = """<!DOCTYPE html><html><head><title>标题</title><style>p {color: red}</style></head><body>
<nav><a href="/">首页</a></nav><h1>南湾开发区<br>召开会议</h1>
<div><p>总投资<b>5亿元</b>，
 占地60亩。</p><p hidden>隐藏</p><div style="display: none">看不见<p>也看不见</p></div>
<script>alert("脚本")</script><noscript>请打开脚本</noscript></div>
<table><tr><th>项目</th><th>投资</th></tr><tr><td><p>硅片</p><p>（一期）</p></td><td>&nbsp;5亿元&#12290;</td></tr></table>
<p>　　最后一段</p></body></html>"""


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PAGE.encode(), "utf-8"),
        (PAGE.replace("<head>", '<head><meta charset="gb2312">').encode("gb18030"), "gb18030"),
        (PAGE.encode("utf-16"), "utf-16"),
        (PAGE.encode("gb18030"), "gb18030"),
    ],
    ids=["utf-8", "declared", "marked", "guessed"],
)
def test_a_page_of_the_web_is_read_as_people_see_it(data, encoding):
    found = read("a.html", data)
    assert found.encoding == encoding and found.notes == ("What the page hides was left out.",)
    assert [line for line in found.text.split("\n") if line] == [
        "南湾开发区",
        "召开会议",
        "总投资5亿元， 占地60亩。",
        "项目\t投资",
        "硅片 （一期）\t5亿元。",
        "　　最后一段",
    ]
    assert at(found, "总投资") == ["/html/body/div/p"] and at(found, "最后") == ["/html/body/p"]
    assert at(found, "5亿元。") == ["/html/body/table/tr[2]/td[2]"]


def test_line_breaks_below_each_other_set_a_blank_line():
    assert read("a.html", "<body>一<br>二<br><br>\n三</body>".encode()).text == "一\n二\n\n三\n"


@pytest.mark.parametrize(("make", "name"), [(making.xlsx, "a.xlsx"), (making.xls, "a.xls")])
def test_a_workbook_is_read_row_by_row(make, name):
    found = read(name, make([["名称", "总投资"], ["硅片项目", 12.5]]))
    assert found.text == f"名称\t总投资\n硅片项目\t{'近12.5亿元' if name == 'a.xlsx' else '12.5'}\n"
    assert at(found, "硅片项目\t") == ["项目!A2"]


def test_what_a_workbook_hides_is_left_out_and_told():
    rows = [["名称", "总投资", "备注"], ["硅片", "5亿元", "勿外传"], ["旧项目", "1亿元", ""]]
    found = read("a.xlsx", making.xlsx(rows, hidden=True))
    assert found.text == "项目\n名称\t总投资\n硅片\t5亿元\n"
    assert found.notes == ("Hidden sheets, rows and columns were left out.",)


def seen(picture):
    """Give what an engine would see in a picture of two columns under a headline, in no order."""
    assert picture.size == (300, 200)
    lines = [
        (60, 10, "项目推进大会", 30, 0.99),
        (160, 80, "右栏第一行字", 14, 0.98),
        (10, 80, "左栏第一行字", 14, 0.98),
        (10, 100, "左栏第二行字", 14, 0.97),
        (160, 100, "右栏第二行字", 14, 0.97),
        (160, 140, "模糊", 14, 0.2),
    ]
    for left, top, text, high, sure in lines:
        right = left + high * len(text)
        yield [(left, top), (right, top), (right, top + high), (left, top + high)], text, sure


def a_picture(kind, frames=1):
    import io

    from PIL import Image

    memory = io.BytesIO()
    pages = [Image.new("RGB", (300, 200), "white") for _number in range(frames)]
    for page in pages:
        page.paste("black", (20, 20, 280, 180))
    options = {"save_all": True, "append_images": pages[1:]} if frames > 1 else {}
    pages[0].save(memory, kind, **options)
    return memory.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_a_scan_is_read_in_columns_with_a_box_for_each_line(kind):
    found = scan.read(a_picture(kind), "a." + kind, seen)
    assert found.text == "项目推进大会\n\n左栏第一行字\n左栏第二行字\n右栏第一行字\n右栏第二行字\n"
    assert found.notes == ("1 line was too unclear to be read.",)
    (place,) = found.places(0, 3)
    assert (place.page, place.box) == (1, (60, 10, 240, 40))


def test_each_frame_of_a_scan_is_a_page():
    found = scan.read(a_picture("tiff", 2), "a.tif", seen)
    assert [place.page for place in found.places(0, len(found.text))] == [1] * 5 + [2] * 5


def test_without_the_extra_a_picture_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr(scan, "engine", lambda: None)
    with pytest.raises(UnreadableError, match=r"photo\.jpg.*pip install 'zoneworks\[ocr\]'"):
        read("photo.jpg", a_picture("jpeg"))


def test_a_real_scan_is_read():
    pytest.importorskip(
        "rapidocr", reason="the extra that reads pictures is not installed: pip install '.[ocr]'"
    )
    import pypdfium2

    page = pypdfium2.PdfDocument(making.pdf("总投资5亿元\n占地60亩"))[0]
    import io

    memory = io.BytesIO()
    page.render(scale=3).to_pil().save(memory, "png")
    assert read("a.png", memory.getvalue()).text.split() == ["总投资5亿元", "占地60亩"]
