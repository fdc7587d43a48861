"""A page of a PDF is read in the order in which people read it, and each sign knows its place."""

from __future__ import annotations

import io

import pytest
from reportlab.pdfgen.canvas import Canvas

from zoneworks.intake.document import read_document
from zoneworks.intake.readers import pdf, scan, text_layer
from zoneworks.intake.readers.readable import UnreadableError
from zoneworks.intake.readers.reading import read
from zoneworks.intake.readers.tests import making
from zoneworks.intake.readers.tests.making import DRILL, GOES_ON, MEETING, VISIT, Page

TITLES = ("南湾开发区召开重大项目推进大会", "李国华带队赴苏州招商", "北港物流园举行应急演练")


def bare(text):
    return "".join(text.split())


def longer(text, times):
    return text + GOES_ON * (times - 1)


def drawn(draw, **options):
    memory = io.BytesIO()
    canvas = Canvas(memory, invariant=True, **options)
    draw(canvas)
    canvas.save()
    return memory.getvalue()


def one_over_two(canvas):
    page = Page(canvas, 3)
    y = page.article(TITLES[0], longer(MEETING, 2), 800, 0, 3, 26)
    page.article(TITLES[1], longer(VISIT, 2), y, 0, 2, 20)
    page.article(TITLES[2], DRILL, y, 2, 3, 16)


def two_columns(canvas):
    page = Page(canvas, 2)
    y = page.article(TITLES[0], longer(MEETING, 2), 800, 0, 2, 26)
    y = page.article(TITLES[1], longer(VISIT, 2), y, 0, 2, 20)
    page.article(TITLES[2], longer(DRILL, 2), y, 0, 2, 16)


def headlines_in_columns(canvas):
    page = Page(canvas, 3, gutter=14)
    for column, (title, text) in enumerate(zip(TITLES, (MEETING, VISIT, DRILL), strict=True)):
        page.article(title, longer(text, 2), 800, column, column + 1, 10.5 if column == 0 else 14)


def columns_that_are_not_level(canvas):
    page = Page(canvas, 2)
    page.article(TITLES[0], longer(MEETING, 3), 800, 0, 1, 15)
    page.article(TITLES[1], longer(VISIT, 2), 797, 1, 2, 18)
    page.article(TITLES[2], DRILL, 500, 1, 2, 18)


LAYOUTS = {
    one_over_two: (longer(MEETING, 2), longer(VISIT, 2), DRILL),
    two_columns: (longer(MEETING, 2), longer(VISIT, 2), longer(DRILL, 2)),
    headlines_in_columns: (longer(MEETING, 2), longer(VISIT, 2), longer(DRILL, 2)),
    columns_that_are_not_level: (longer(MEETING, 3), longer(VISIT, 2), DRILL),
}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: each.__name__)
def test_columns_are_read_one_after_the_other_and_articles_come_out_whole(layout):
    found = read("page.pdf", drawn(layout))
    assert bare(found.text) == bare("".join(sum(zip(TITLES, LAYOUTS[layout], strict=True), ())))

    document = read_document(found.text)
    assert [article.cut.title for article in document.articles] == list(TITLES)
    bodies = [document.bare.text[each.cut.body.start : each.cut.body.end] for each in document.articles]
    assert bodies == [bare(text) for text in LAYOUTS[layout]]


def test_the_order_in_which_a_program_wrote_the_signs_does_not_matter():
    def scattered(canvas):
        canvas.setFont(making.FONT, 10)
        for row in reversed(range(12)):
            for column in (1, 0):
                for part in (1, 0):
                    text = f"{'左右'[column]}栏第{row:02}行{'前后'[part]}半部分"
                    canvas.drawString(60 + 250 * column + 92 * part, 700 - 15 * row, text)

    text = read("page.pdf", drawn(scattered)).text
    lines = [
        f"{side}栏第{row:02}行前半部分{side}栏第{row:02}行后半部分" for side in "左右" for row in range(12)
    ]
    assert bare(text) == "".join(lines) and len(text.split()) == 24


def test_each_sign_leads_back_to_its_page_and_box():
    found = read("two.pdf", making.pdf("第一页第一行\n第一页第二行", "总投资5亿元"))
    start = found.text.index("第二行")
    (place,) = found.places(start, start + 3)
    assert place.page == 1 and 60 <= place.box[0] < place.box[2] <= 60 + 6 * 12 + 1
    assert place.box[1] < making.HEIGHT - 740 < place.box[3]
    assert [each.page for each in found.places(0, len(found.text))] == [1, 1, 2]
    assert found.text == "第一页第一行\n第一页第二行\n\f总投资5亿元\n"


def test_a_turned_page_is_read_as_people_see_it():
    def turned(canvas):
        canvas.setPageRotation(90)
        canvas.setFont(making.FONT, 12)
        for row, line in enumerate(("项目名称：硅片", "总投资：五亿元")):
            canvas.saveState()
            canvas.translate(100 + 20 * row, 100)
            canvas.rotate(90)
            canvas.drawString(0, 0, line)
            canvas.restoreState()

    assert read("turned.pdf", drawn(turned)).text.split() == ["项目名称：硅片", "总投资：五亿元"]


def test_a_headline_that_runs_downwards_is_one_line():
    def downwards(canvas):
        page = Page(canvas, 2)
        page.body(MEETING, 800, 0, 1)
        canvas.setFont(making.FONT, 20)
        for row, sign in enumerate("项目推进大会"):
            canvas.drawString(400, 760 - 24 * row, sign)

    assert "项目推进大会" in read("page.pdf", drawn(downwards)).text.split()


def test_rows_of_a_table_stay_together():
    rows = (("项目", "投资", "用地"), ("硅片", "五亿元", "60亩"), ("储能", "八亿元", "120亩"))

    def table(canvas):
        canvas.setFont(making.FONT, 10)
        for down, row in enumerate(rows):
            for across, cell in enumerate(row):
                canvas.drawString(60 + 120 * across, 700 - 18 * down, cell)

    assert read("table.pdf", drawn(table)).text == "".join("\t".join(row) + "\n" for row in rows)


def test_type_that_is_printed_twice_to_look_bold_is_read_once():
    def bold(canvas):
        canvas.setFont(making.FONT, 20)
        canvas.drawString(100, 700, "项目开工")
        canvas.drawString(100.4, 700, "项目开工")

    assert read("bold.pdf", drawn(bold)).text == "项目开工\n"


def test_spaces_that_the_file_stores_stay():
    found = read("a.pdf", making.pdf("奋进千亿园区 建设未来之城\nBIZN HK LIMITED（必振香港有限公司）"))
    assert found.text == "奋进千亿园区 建设未来之城\nBIZN HK LIMITED（必振香港有限公司）\n"


def picture(canvas):
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.showPage()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (drawn(picture), "pip install 'zoneworks[ocr]'"),
        (making.pdf(MEETING, password="secret"), "password"),
        (making.pdf(MEETING)[:200], "damaged"),
    ],
    ids=["picture", "password", "cut"],
)
def test_what_cannot_be_read_is_refused_in_words(data, said):
    with pytest.raises(UnreadableError, match=r"pages\.pdf") as refused:
        pdf.read(data, "pages.pdf")
    assert said in str(refused.value)


def test_pages_without_text_are_told_beside_those_with_text():
    def mixed(canvas):
        picture(canvas)
        canvas.setFont(making.FONT, 12)
        canvas.drawString(100, 700, "项目开工")

    found = pdf.read(drawn(mixed), "mixed.pdf")
    assert found.text == "项目开工\n" and found.notes[0].startswith("Page 1 ")
    assert found.places(0, 4)[0].page == 2


def bomb():
    """Return a PDF of some hundred bytes whose forms show each other ten times, twelve deep."""
    shown = "/XObject<</F {} 0 R>>"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<{shown.format(5)}>>>>",
        "<</Length 5>>stream\n/F Do\nendstream",
    ]
    for level in range(12):
        inner = "/F Do " * 10 if level < 11 else "0 0 m 1 1 l S"
        resources = shown.format(6 + level) if level < 11 else ""
        head = f"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<{resources}>>/Length {len(inner)}"
        objects.append(f"<<{head}>>stream\n{inner}\nendstream")
    parts = [f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, 1)]
    return f"%PDF-1.7\n{''.join(parts)}trailer\n<</Size 17/Root 1 0 R>>\n%%EOF".encode()


def test_a_pdf_that_asks_for_years_is_given_up(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(text_layer, "MOST_SECONDS", 1)
        with pytest.raises(UnreadableError, match=r"bomb\.pdf.*takes longer"):
            pdf.read(bomb(), "bomb.pdf")


def test_a_page_that_is_a_picture_is_drawn_and_read():
    def seen(image):
        assert image.getpixel((image.width // 2, image.height // 2)) == (0, 0, 0)
        yield [(0, 0), (100, 0), (100, 50), (0, 50)], "项目", 0.9

    found = pdf.read(drawn(picture), "scan.pdf", scan.page_reader(seen))
    (place,) = found.places(0, 2)
    assert found.text == "项目\n" and found.notes == ("1 page was read from its picture.",)
    # The square stands 100 points from the left and ends 442 points from the top; the margin of its ink is 40 pixels.
    assert place.box[0] == pytest.approx(100 - 40 * 0.36, abs=6)
    assert place.box[1] == pytest.approx(842 - 400 - 40 * 0.36, abs=6)
