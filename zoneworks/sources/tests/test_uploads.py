"""What comes in is what its name says, and a refusal names the file and what would be right."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.sources.activity import activity_in
from zoneworks.sources.pictures import size_of
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


def objects(*said: bytes, packed: bool = False) -> bytes:
    """Return a PDF that holds these objects, plain or packed into a stream."""
    if not packed:
        return b"%PDF-1.7\n" + b"".join(b"%d 0 obj %s endobj\n" % each for each in enumerate(said, 1))
    return packing(zlib.compress(table(*said) + b" ".join(said)), len(table(*said)))


def table(*said: bytes) -> bytes:
    """Return what stands before packed objects: the number of each, and where it begins."""
    places = [sum(len(each) + 1 for each in said[:before]) for before in range(len(said))]
    return b" ".join(b"%d %d" % each for each in enumerate(places, 1)) + b" "


def packing(held: bytes, first: int = 0, kind: bytes = b"/Type /ObjStm") -> bytes:
    """Return a PDF with these packed objects."""
    head = b"<<%s /N 1 /First %d /Filter /FlateDecode /Length %d>>" % (kind, first, len(held))
    return objects(head + b"\nstream\n" + held + b"\nendstream")


def called(name: str, *, escaped: bool = True) -> bytes:
    """Return a name as the text of a PDF: in UTF-16, its brackets and backslashes guarded, or in octal digits."""
    said = b"\xfe\xff" + name.encode("utf-16-be")
    if not escaped:
        return b"(" + b"".join(b"\\%03o" % each for each in said) + b")"
    return b"(" + re.sub(rb"[()\\]", rb"\\\g<0>", said) + b")"


def drawing(width: int, height: int) -> dict[str, bytes]:
    """Return the heads of pictures of this size, by kind."""
    tags = struct.pack("<H", 2) + struct.pack("<2HI2I", 256, 4, 1, width, 0)[:12]
    tags += struct.pack("<2HI2I", 257, 4, 1, height, 0)[:12]
    lossless = (
        ((height - 1) << 14 | (width - 1)).to_bytes(4, "little") if max(width, height) <= 1 << 14 else b""
    )
    found = {
        "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">2I", width, height),
        "tif": b"II*\0" + struct.pack("<I", 8) + tags,
        "heic": b"\0\0\0\x18ftypheic"
        + b"\0" * 12
        + b"\0\0\0\x14ispe\0\0\0\0"
        + struct.pack(">2I", width, height),
        "webp": b"RIFF\0\0\0\0WEBPVP8X"
        + b"\0" * 8
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little"),
    }
    if max(width, height) < 1 << 16:
        frame = b"\xff\xff\xc2\0\x11\x08" + struct.pack(">2H", height, width)
        found["jpg"] = b"\xff\xd8\xff\xe0\0\x06JFIF" + b"\xff\x01" + frame
        found["gif"] = b"GIF89a" + struct.pack("<2H", width, height)
    if lossless:
        found["webp"] = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + lossless + b"\0" * 5
    return found


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


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([b"<</OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>>>"], "holds scripts"),
        ([b"<</S /J#61v#61Script /JS 7 0 R>>"], "holds scripts"),
        ([b"<</Names <</JavaScript 7 0 R>>>>"], "holds scripts"),
        ([b"(a text around <</S /JavaScript>>)"], "holds scripts"),
        ([b"<</AcroForm <</XFA 7 0 R>>>>"], "holds scripts"),
        ([b"<</AcroForm 2 0 R>>", b"<</XFA 7 0 R>>"], "holds scripts"),
        ([b"<</XFA 7 0 R>>", b"<</AcroForm %\n 1 0 R>>"], "holds scripts"),
        ([b"<</Fields [] /X#46A [(a) 7 0 R]>>"], "holds scripts"),
        ([b"<</Open <<", b"<</Fields [] /XFA 7 0 R>>"], "holds scripts"),
        ([b"(never ends <</A", b"<</Fields [] /XFA 7 0 R>>"], "holds scripts"),
        ([b"<</A <</S /Launch /F (cmd.exe)>>>>"], "starts programs"),
        ([b"<</Type /Filespec /F (setup.exe) /EF <</F 7 0 R>>>>"], "carries files"),
        ([b"<</Type /Filespec /UF <feff0061002e0073> /EF <</F 7 0 R>>>>"], "carries files"),
        ([b"<</Type /Filespec /EF <</F 7 0 R>>>>"], "carries files"),
        ([b"<</UF %s /EF <</F 7 0 R>>>>" % called("封.exe")], "carries files"),
        ([b"<</UF (a.xml.e\\170e) /EF <</F 7 0 R>>>>"], "carries files"),
        ([b"<</F (a.xml) /UF 2 0 R /EF <</F 7 0 R>>>>", called("小.exe")], "carries files"),
        ([b"<</UF 9 0 R /EF <</F 7 0 R>>>>"], "carries files"),
        ([b"<</UF (a.exe) /EF <</F 7 0 R>> /Encrypt 9 0 R>>"], "carries files"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_pdf_that_does_more_than_being_read_is_refused(said, why, packed):
    with pytest.raises(ValidationError, match=f"“合同.pdf” {why}"):
        check(upload("合同.pdf", objects(*said, packed=packed)))


@pytest.mark.parametrize(
    "said",
    [
        b"<</Title (JavaScript and /XFA for \\(all\\) (of) us) /F 4 /Lang <7a68>>> % /RichMedia",
        b"<</A <</S /URI /URI (https://zone.example/Web/JavaScript)>>>>",
        b"<</A <</S /URI /URI (https://zone.example/Launch)>>>>",
        b"<</Type /Filespec /F (slip.xml) /UF <feff0073006c00690070002e0078006d006c> /EF <</F 7 0 R>>>>",
        *(
            b"<</UF %s /EF <</F 7 0 R>>>>" % called(f"{name}.xml")
            for name in ("封", "小局", "山（(1)", "回单\\")
        ),
        b"<</UF %s /EF <</F 7 0 R>>>>" % called("封.xml", escaped=False),
        b"<</UF 2 0 R /EF <</F 7 0 R>>>> endobj 2 0 obj " + called("封.xml"),
        b"<</UF (\x93\x01) /EF <</F 7 0 R>>>> endobj trailer <</Root 1 0 R /Encrypt 3 0 R>>",
        b"<</A <</S /GoToR /F (plan.docx)>> /B <</UF (a.xml) /EF <</F 7 0 R>>>>>>",
        b"<</Font <</XFA 7 0 R>> /AcroForm 5 0 R>>",
        b"<</XFA 7 0 R>> endobj 2 0 obj <</Type /Font /Name /XFA /BaseFont /XFA>>",
        b"<</Length 20>>\nstream\n (((( /XFA /EF <<<\nendstream",
        b"<</Type /ObjStm /Length 9>>\nstream\nno packing\nendstream",
    ],
)
def test_a_pdf_that_is_only_read_comes_in(said):
    assert check(upload("合同.pdf", objects(said))).extension == "pdf"


HIDDEN = b"1 0 <</Fields [] /XFA 7 0 R>>"
SQUEEZED = zlib.compress(HIDDEN + b" " * 5000)


@pytest.mark.parametrize(
    "content",
    [
        packing(SQUEEZED, 4, b"/T#79pe /Obj#53tm"),
        packing(SQUEEZED, 4, b"/Type % a comment\n /ObjStm"),
        packing(SQUEEZED[:-4] + b"\0\0\0\0", 4),
        packing(SQUEEZED[:-8] + b"\xff" * 8, 4),
        packing(SQUEEZED[:-10], 4),
        packing(zlib.compress(b"1 0 (endstream) <</AcroForm <</XFA 7 0 R>>>>", level=0), 4),
        packing(HIDDEN, 4),
    ],
)
def test_objects_that_a_reader_unpacks_all_the_same_are_looked_at(content):
    with pytest.raises(ValidationError, match=r"“合同.pdf” holds scripts"):
        check(upload("合同.pdf", content))


@pytest.mark.parametrize(
    "content",
    [
        objects(b"[" + b"/a" * 10_001 + b"]"),
        objects(b"(" * 10_001),
        packing(zlib.compress(b"1 0 " * 2_501), 1 << 20),
        packing(zlib.compress(b" " * (1 << 20))),
        b"".join([packing(zlib.compress(b" " * (400 << 10)))] * 3),
        b"".join([packing(b"\x78\x9c" + b"\xff" * 9)] * 70),
    ],
    ids=["words", "brackets", "numbers", "one stream", "many streams", "broken streams"],
)
def test_a_pdf_that_cannot_be_looked_through_to_its_end_is_refused(content, monkeypatch):
    assert check(upload("合同.pdf", content)).extension == "pdf"

    monkeypatch.setattr("zoneworks.sources.activity.MOST_WORDS", 10_000)
    monkeypatch.setattr("zoneworks.sources.activity.MOST_UNPACKED", 1 << 20)
    with pytest.raises(ValidationError, match=r"“合同.pdf” could not be looked through"):
        check(upload("合同.pdf", content))


def test_a_pdf_whose_dictionaries_lie_in_each_other_without_end_is_refused():
    assert check(upload("合同.pdf", objects(b"<<" * 500))).extension == "pdf"
    with pytest.raises(ValidationError, match=r"“合同.pdf” could not be looked through"):
        check(upload("合同.pdf", objects(b"<<" * 501)))


@given(st.binary(max_size=400))
def test_any_bytes_after_the_sign_of_a_pdf_are_read_to_their_end(content):
    activity_in(b"%PDF-1.7\n" + content)


@pytest.mark.parametrize("kind", ["png", "tif", "heic", "webp", "jpg", "gif"])
def test_a_picture_of_absurd_size_is_refused_with_its_size(kind):
    for size in ((16_320, 12_240), (1, 65_000)):
        assert check(upload(f"现场.{kind}", drawing(*size)[kind])).extension == kind
        assert size_of(io.BytesIO(drawing(*size)[kind]), kind) == size
    with pytest.raises(
        ValidationError, match=r"“现场.*” is 60000 × 50000 pixels large; at most 200 million are taken"
    ):
        check(upload(f"现场.{kind}", drawing(60_000, 50_000)[kind]))


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"\xff" * 10_001,
        b"\xff\xfe\0\2" * 1_990,
        b"\xff\xfe\0\0",
        b"no marker at all \xff\0" * 1_000,
        b" " * 4_095,
    ],
    ids=["nothing", "bytes that fill", "many comments", "a wrong length", "bytes between", "at an edge"],
)
def test_what_stands_before_the_frame_of_a_photo_does_not_hide_its_size(before):
    small, large = (drawing(*size)["jpg"] for size in ((300, 200), (60_000, 50_000)))
    assert size_of(io.BytesIO(small[:10] + before + small[10:]), "jpg") == (300, 200)
    with pytest.raises(ValidationError, match=r"“现场.jpg” is 60000 × 50000 pixels large"):
        check(upload("现场.jpg", large[:10] + before + large[10:]))


@pytest.mark.parametrize("empty", [b"\xff\xfe\0\2", b"\xff\x01"], ids=["comments", "markers alone"])
def test_a_photo_that_does_not_come_to_its_size_is_refused(empty):
    with pytest.raises(ValidationError, match=r"“现场.jpg” holds so much before its size"):
        check(upload("现场.jpg", b"\xff\xd8" + empty * 2_000 + drawing(300, 200)["jpg"][2:]))


@pytest.mark.parametrize("kind", ["png", "tif", "heic", "webp", "jpg", "gif"])
@given(content=st.binary(max_size=120))
def test_the_size_of_any_bytes_is_a_size_or_nothing(kind, content):
    for head in (b"", drawing(30, 20)[kind][:12]):
        found = size_of(io.BytesIO(head + content), kind)
        assert found is None or (found[0] >= 0 and found[1] >= 0)
