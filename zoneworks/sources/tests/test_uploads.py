"""What comes in is what its name says, and a refusal names the file and what would be right."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.sources.tests.conftest import PDF, PNG, package, upload
from zoneworks.sources.uploads import MAX_NAME, MEDIA_TYPES, as_text, check, clean_name


def filled(members: dict[str, bytes]) -> bytes:
    """Return a zip file that holds `members`, packed as tightly as it goes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for member, content in members.items():
            file.writestr(member, content)
    return held.getvalue()


def lying() -> bytes:
    """Return a package one of whose parts is larger than it says."""
    content = bytearray(filled({"word/document.xml": b"<x/>" + b" " * 5000}))
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (4).to_bytes(4, "little")
    return bytes(content)


def torn(method: int) -> bytes:
    """Return a package whose first part is packed by `method` and damaged in the middle."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as file:
        file.writestr("word/document.xml", b"<x/>" * 500)
    content = bytearray(held.getvalue())
    start = 34 + len("word/document.xml")  # behind the head of the part and that of LZMA
    content[start : start + 12] = b"\xff" * 12
    return bytes(content)


def marked(place: int, value: int) -> bytes:
    """Return a package with another value at a place of its part's entries: a flag, or the way of packing."""
    content = bytearray(filled({"word/document.xml": b"<x/>" * 500}))
    content[place] = value
    content[content.rindex(b"PK\x01\x02") + 2 + place] = value
    return bytes(content)


PACKED = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
GOOD = {
    "a.pdf": PDF,
    "a.PDF": b"\xef\xbb\xbf" + PDF,
    "b.png": PNG,
    "b.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "b.jpeg": b"\xff\xd8\xff\xe1\0\x10Exif\0",
    "b.webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "b.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "b.tif": b"II*\0" + b"\0" * 20,
    "c.docx": package("word/document.xml"),
    "c.xlsx": package("xl/workbook.xml"),
    "c.ods": package("content.xml", "Basic/script-lc.xml"),
    "c.pptx": package("ppt/presentation.xml"),
    "c.ofd": package("OFD.xml"),
    "d.doc": OLE + "WordDocument".encode("utf-16-le"),
    "d.xls": OLE + "Workbook".encode("utf-16-le"),
    "e.txt": "高邮开发区".encode(),
    "e.csv": "企业,产值\n甲,1".encode("gb18030"),
}
BAD = [
    ("空.pdf", b"", "is empty"),
    ("图.pdf", PNG, "it looks like .png"),
    ("合同.docx", package("xl/workbook.xml"), "it looks like .zip"),
    ("合同.docx", b"PK\x03\x04 broken", "not what its name says"),
    ("合同.docx", OLE, "protected by a password"),
    ("合同.docx", package("word/document.xml", "word/vbaProject.bin"), "holds macros"),
    ("表.ods", package("content.xml", "Basic/Standard/Module1.xml"), "holds macros"),
    ("表.xls", OLE + "Workbook_VBA_PROJECT".encode("utf-16-le"), "holds macros"),
    (
        "合同.docx",
        filled(
            {
                "word/document.xml": b"<x/>",
                "[Content_Types].xml": b"application/vnd.MS-word.document.macroEnabled",
            }
        ),
        "holds macros",
    ),
    (
        "炸弹.xlsx",
        filled({"xl/workbook.xml": b"<x/>", "xl/media/a": b"\0" * ((300 << 20) + 1)}),
        "unpacks to more than",
    ),
    (
        "多.docx",
        filled({"word/document.xml": b"<x/>"} | {f"a{n}": b"" for n in range(10_001)}),
        "unpacks to more than",
    ),
    ("谎.docx", lying(), "not what its name says"),
    *(("破.docx", torn(method), "not what its name says") for method in PACKED),
    ("锁.docx", marked(6, 1), "not what its name says"),
    ("怪.docx", marked(8, 19), "not what its name says"),
    ("长.txt", b"a" * ((4 << 20) + 1), "at most 4"),
    ("表.xls", OLE + "WordDocument".encode("utf-16-le"), "not what its name says"),
    ("照片.jpg", b"<html><script>alert(1)</script></html>", "it looks like .html"),
    ("说明.txt", b"MZ\x90\0\x03" + b"\0" * 60, "it looks like .exe"),
    ("说明.txt", b"\x81\xff\xfe\x00\x01", "cannot be read as text"),
    ("说明.txt", b"abc\0def", "cannot be read as text"),
    ("页.html", b"<html>", "is of a kind that is not taken"),
    ("图.svg", b"<svg onload='x'/>", "is of a kind that is not taken"),
    ("程序.exe", b"MZ", "is of a kind that is not taken"),
    ("没有后缀", b"abc", "is of a kind that is not taken"),
]


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_what_its_name_says_comes_in(name):
    checked = check(upload(name, GOOD[name]))

    assert (checked.name, checked.size, len(checked.sha256)) == (name, len(GOOD[name]), 64)
    assert checked.stored_name.startswith(checked.sha256[:32])


@pytest.mark.parametrize(("name", "content", "says"), BAD, ids=range(len(BAD)))
def test_a_file_that_is_not_is_refused_by_name(name, content, says):
    with pytest.raises(ValidationError) as refusal:
        check(upload(name, content))

    (message,) = refusal.value.messages
    assert name in message
    assert says in message


def test_a_file_above_the_limit_is_refused_with_both_sizes(settings):
    settings.MAX_UPLOAD_BYTES = 10
    with pytest.raises(ValidationError, match="at most 10"):
        check(upload())


@given(st.text(max_size=300))
def test_a_clean_name_has_no_folder_no_hidden_sign_and_fits(name):
    clean = clean_name(name)

    assert 0 < len(clean) <= MAX_NAME
    assert not set(clean) & set("/\\\0\n\u202e\u200b")
    assert clean_name(clean) == clean


@pytest.mark.parametrize("ending", MEDIA_TYPES)
def test_a_long_name_keeps_its_ending(ending):
    assert clean_name(f"{'长' * 300}.{ending}").endswith(f".{ending}")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_text_reads_back_from_each_encoding(text):
    assert as_text(text.encode("utf-8-sig"), "a.txt") == text.removeprefix("\ufeff") or text.startswith(
        "\ufeff"
    )
    assert as_text(text.encode("utf-16"), "a.txt") == text


@given(st.text("高邮经济开发区招商引资，。0123456789\n", min_size=1))
def test_chinese_text_reads_back_from_gb18030(text):
    assert as_text(text.encode("gb18030"), "a.txt") == text
