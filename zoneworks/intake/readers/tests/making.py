"""Files of each kind, made by other libraries than those that read them."""

from __future__ import annotations

import io
import zipfile

import xlsxwriter
import xlwt
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
"""Of those that every reader of PDFs knows: no file of a font is needed, neither here nor in the PDF."""
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
WIDTH, HEIGHT = 595.0, 842.0

MEETING = (
    "5月23日上午，南湾开发区召开重大项目推进大会，部署下一阶段工作。会议指出，要紧盯目标任务，加快重大项目建设。"
    "会议强调，要优化服务，帮助企业解决用工和用地难题，推动更多项目早开工、早竣工、早达效。开发区党工委书记陈志明"
    "参加会议并讲话，管委会主任周文斌主持会议，各部门负责人作交流发言。"
)
VISIT = (
    "5月20日，南湾开发区管委会副主任李国华带队赴苏州开展招商活动，拜访苏州蓝海科技有限公司。双方就新材料项目深入"
    "交流，并达成合作意向。该项目计划总投资5亿元，其中设备投资2亿元，占地60亩，达产后年开票销售8亿元。"
)
DRILL = (
    "5月21日，南湾开发区在北港物流园举行危险化学品应急演练，120余人参加。演练模拟储罐泄漏，消防、环保、医疗等单位"
    "协同处置，历时两个小时。安监局局长孙立新在现场点评，要求各企业举一反三，把隐患消除在萌芽状态。"
)
GOES_ON = (
    "活动中，大家围绕产业协同和要素保障作了充分讨论，一致认为要把责任落实到人，把时间细化到天。各单位要加强沟通，"
    "定期通报进展，对发现的问题建立清单，逐项销号，确保各项任务按期完成。"
)


class Page:
    """A page of a PDF that is set in columns, as a newspaper is."""

    def __init__(self, canvas: Canvas, columns: int, size: float = 10, gutter: float = 18) -> None:
        self.canvas, self.size, self.gutter = canvas, size, gutter
        self.margin, self.lead = 40.0, 1.5 * size
        self.wide = (WIDTH - 2 * self.margin - gutter * (columns - 1)) / columns

    def head(self, text: str, y: float, first: int, last: int, size: float) -> float:
        """Set a headline centered over its columns; return where its body begins."""
        left = self.margin + first * (self.wide + self.gutter)
        across = self.wide * (last - first) + self.gutter * (last - first - 1)
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(left + (across - size * len(text)) / 2, y - size, text)
        return y - size - 14

    def body(self, text: str, y: float, first: int, last: int) -> float:
        """Set running text over columns of equal height; return where the lowest of them ends."""
        signs = int(self.wide // self.size)
        lines = [text[: signs - 2], *(text[at : at + signs] for at in range(signs - 2, len(text), signs))]
        each = -(-len(lines) // (last - first))
        self.canvas.setFont(FONT, self.size)
        for number, line in enumerate(lines):
            column, row = divmod(number, each)
            left = self.margin + (first + column) * (self.wide + self.gutter)
            left += 0 if number else 2 * self.size
            self.canvas.drawString(left, y - self.size - row * self.lead, line)
        return y - each * self.lead

    def article(self, title: str, text: str, y: float, first: int, last: int, size: float) -> float:
        """Set an article; return where the next may begin."""
        return self.body(text, self.head(title, y, first, last, size), first, last) - 16


def pdf(*texts: str, password: str = "") -> bytes:
    """Return a PDF with a page for each text, a line for each of its lines."""
    memory = io.BytesIO()
    canvas = Canvas(memory, encrypt=StandardEncryption(password) if password else None, invariant=True)
    for text in texts:
        canvas.setFont(FONT, 12)
        for number, line in enumerate(text.split("\n")):
            canvas.drawString(60, 760 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return memory.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def docx(body: str, header: str = "", **more: bytes) -> bytes:
    """Return a docx of the XML of its body, written by hand."""
    memory = io.BytesIO()
    types = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    types += f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    relations, section = "", ""
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as package:
        if header:
            types += f'<Override PartName="/word/header1.xml" ContentType="{_WORD}.header+xml"/>'
            relations = f'<Relationship Id="rId1" Type="{_OFFICE}/header" Target="header1.xml"/>'
            section = '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>'
            package.writestr("word/header1.xml", f"<w:hdr {_W}>{paragraph(header)}</w:hdr>")
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>',
        )
        package.writestr("_rels/.rels", _relations(f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
                                                   'Target="word/document.xml"/>'))  # fmt: skip
        package.writestr("word/_rels/document.xml.rels", _relations(relations))
        package.writestr(
            "word/document.xml", f"<w:document {_W} {_R}><w:body>{body}{section}</w:body></w:document>"
        )
        for name, content in more.items():
            package.writestr(f"word/{name}", content)
    return memory.getvalue()


def _relations(inner: str) -> str:
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'


def paragraph(text: str, style: str = "") -> str:
    """Return the XML of a paragraph."""
    said = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{said}<w:r><w:t>{text}</w:t></w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """Return the XML of a table; a cell is the XML of what stands in it, or a text."""
    cells = (
        "".join(f"<w:tc>{cell if cell.startswith('<') else paragraph(cell)}</w:tc>" for cell in row)
        for row in rows
    )
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def xlsx(rows: list[list[object]], *, hidden: bool = False) -> bytes:
    """Return a workbook with a sheet “项目” of the rows; `hidden` adds a hidden sheet, row and column."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    sheet = book.add_worksheet("项目")
    near = book.add_format({"num_format": '"近"0.0"亿元"'})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value, near if isinstance(value, float) else None)
    if hidden:
        sheet.set_row(len(rows) - 1, None, None, {"hidden": True})
        sheet.set_column(len(rows[0]) - 1, len(rows[0]) - 1, None, None, {"hidden": True})
        other = book.add_worksheet("旧表")
        other.write(0, 0, "作废")
        other.hide()
    book.close()
    return memory.getvalue()


def xls(rows: list[list[object]]) -> bytes:
    """Return a workbook of the older kind."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("项目")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()
