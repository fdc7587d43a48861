"""A docx as lines: paragraphs, headings and tables in their order, with those inside of tables, frames and controls.

python-docx opens the package and finds its parts. Their elements are walked here, since what it lists leaves out
content controls, text boxes and changes that nobody has confirmed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.ns import qn
from lxml.etree import LxmlError

from zoneworks.exchange.reading.traits import xml_parts
from zoneworks.intake.readers.readable import Place, Readable, UnreadableError, Writing, tidy

MOST_XML = 64 << 20
MOST_MARKS = 4_000_000
"""Tags and attributes of all parts together; each takes some hundred bytes of memory. A book has some 500,000."""
DEEPEST = 200
_DAMAGES = (
    PythonDocxError,
    OpcError,
    XmlchemyError,
    LxmlError,
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    AttributeError,
    TypeError,
    IndexError,
    EOFError,
    OSError,
    RuntimeError,
    AssertionError,
    UnicodeError,
)
"""What opening a package raises that is not built as Word builds it."""
_DATED = re.compile(
    r"(?:19|20)\d\d\s*年|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|〔(?:19|20)\d\d〕|第\s*\d+\s*期"
)
_P, _TABLE, _ROW, _CELL, _TEXT = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:t")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = frozenset(
    {_FALLBACK, *(qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "rPr", "sectPr", "tblPr", "tcPr"))}
)
_FRAME = qn("w:txbxContent")
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_VANISHES = f"{qn('w:rPr')}/{qn('w:vanish')}"


def read(data: bytes, name: str) -> Readable:
    """Return the text of a docx; heads and feet of pages come along when they tell a date or a number of issue."""
    _refuse_much(data, name)
    try:
        document = Document(io.BytesIO(data))
        walk = _Walk()
        heads, feet = _margins(document)
        for each in heads:
            walk.block(each, "header")
        walk.block(document.element.body, "")
        for each in feet:
            walk.block(each, "footer")
    except RecursionError as error:
        raise UnreadableError(_too_deep(name)) from error
    except _DAMAGES as error:
        said = _("“%(name)s” is damaged. Open it, save it as a new .docx and choose that.")
        raise UnreadableError(said % {"name": name}) from error
    return walk.writing.done(*walk.notes())


def _refuse_much(data: bytes, name: str) -> None:
    """Refuse a package whose parts would take the memory of the machine when they become trees."""
    marks = size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = xml_parts(package)
            size = sum(part.file_size for part in parts)
            for part in parts if size <= MOST_XML else ():
                content = package.read(part)
                if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
                    said = _("“%(name)s” defines words of its own in its parts, which no document needs.")
                    raise UnreadableError(said % {"name": name})
                marks += content.count(b"<") + content.count(b"=")
    except (*_DAMAGES, NotImplementedError) as error:
        said = _("“%(name)s” is damaged. Open it, save it as a new .docx and choose that.")
        raise UnreadableError(said % {"name": name}) from error
    if size > MOST_XML or marks > MOST_MARKS:
        said = _("“%(name)s” unpacks to more than is read of a document. Split it by chapters.")
        raise UnreadableError(said % {"name": name})


def _too_deep(name: str) -> str:
    return _("“%(name)s” nests its tables deeper than anybody reads.") % {"name": name}


def _margins(document: Any) -> tuple[list[Any], list[Any]]:
    """Return the heads and the feet of pages that tell a date, each once."""
    heads: dict[str, Any] = {}
    feet: dict[str, Any] = {}
    for section in document.sections:
        for found, parts in (
            (heads, (section.header, section.first_page_header)),
            (feet, (section.footer, section.first_page_footer)),
        ):
            for part in parts:
                element = None if part.is_linked_to_previous else part._element
                text = "" if element is None else "".join(each.text or "" for each in element.iter(_TEXT))
                if _DATED.search(text):
                    found.setdefault(text, element)
    return list(heads.values()), list(feet.values())


class _Walk:
    """Goes through a document from its first element to its last and writes what it says."""

    def __init__(self) -> None:
        self.writing = Writing()
        self.paragraphs = self.tables = self.left_out = 0
        self.depth = 0

    def notes(self) -> Iterator[str]:
        """Say what was left out."""
        if self.left_out:
            yield _("Deleted and hidden words were left out.")

    def block(self, element: Any, where: str) -> None:
        """Write what stands below each other in an element."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise RecursionError
        for child in element:
            if child.tag == _P:
                self.paragraph(child, where)
            elif child.tag == _TABLE:
                self.table(child, where)
            elif child.tag in _LEFT_OUT:
                self.left_out += child.tag == qn("w:del")
            elif len(child):
                self.block(child, where)
        self.depth -= 1

    def paragraph(self, element: Any, where: str) -> None:
        """Write a paragraph, a line for each of its own breaks; frames in it come as paragraphs behind it."""
        self.paragraphs += not where
        at = where or f"paragraph {self.paragraphs}"
        frames: list[Any] = []
        for line in "".join(self.words(element, frames)).split("\n"):
            self.writing.line(tidy(line), Place(at=at))
        for frame in frames:
            self.block(frame, f"{at}, frame")

    def table(self, element: Any, where: str) -> None:
        """Write each row of a table as a line, its cells parted by tabs; a table in a cell follows its row."""
        self.tables += not where
        at = f"{where}, table" if where else f"table {self.tables}"
        for number, row in enumerate(element.iter(_ROW), 1):
            if next(row.iterancestors(_TABLE), None) is not element:
                continue
            inner: list[Any] = []
            for column, cell in enumerate(_cells(row), 1):
                self.writing.add("\t" if column > 1 else "")
                texts = ("".join(self.words(each, inner)) for each in _paragraphs(cell))
                text = " ".join(filter(None, (tidy(each).strip() for each in texts)))
                self.writing.add(text, Place(at=f"{at}, row {number}, cell {column}"))
                inner += _tables(cell)
            self.writing.add("\n")
            for each in inner:
                if each.tag == _TABLE:
                    self.depth += 1
                    if self.depth > DEEPEST:
                        raise RecursionError
                    self.table(each, f"{at}, row {number}")
                    self.depth -= 1
                else:
                    self.block(each, f"{at}, row {number}, frame")

    def words(self, element: Any, frames: list[Any]) -> Iterator[str]:
        """Give what the runs of a paragraph say; note its frames."""
        waiting = list(reversed(element))
        while waiting:
            child = waiting.pop()
            if child.tag == _TEXT:
                yield child.text or ""
            elif child.tag in _SIGNS:
                yield _SIGNS[child.tag]
            elif child.tag == _FRAME:
                frames.append(child)
            elif child.tag in _LEFT_OUT or child.find(_VANISHES) is not None:
                self.left_out += child.tag not in _LEFT_OUT or child.tag == qn("w:del")
            else:
                waiting.extend(reversed(child))


def _cells(row: Any) -> Iterator[Any]:
    """Give the cells of a row, also those inside of controls."""
    return (cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW), None) is row)


def _paragraphs(cell: Any) -> Iterator[Any]:
    return (each for each in cell.iter(_P) if next(each.iterancestors(_CELL, _FRAME), None) is cell)


def _tables(cell: Any) -> Iterator[Any]:
    return (each for each in cell.iter(_TABLE) if next(each.iterancestors(_CELL), None) is cell)
