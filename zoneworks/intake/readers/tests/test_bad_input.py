"""Whatever the bytes of a file are, there is a text or a refusal that names the file; nothing is run or fetched."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoneworks.intake.readers import apart, scan, sheet, text_layer, web, word
from zoneworks.intake.readers.readable import UnreadableError
from zoneworks.intake.readers.reading import is_foreign, read
from zoneworks.intake.readers.tests import making
from zoneworks.intake.readers.tests.making import paragraph, table
from zoneworks.intake.readers.tests.test_kinds import BODY, PAGE, a_picture

GOOD = {
    "a.txt": making.MEETING.encode("gb18030"),
    "a.docx": making.docx(BODY, header="2024年5月23日"),
    "a.pdf": making.pdf(making.MEETING[:40], "总投资5亿元"),
    "a.html": PAGE.encode(),
    "a.xlsx": making.xlsx([["名称", "总投资"], ["硅片", 5.0]]),
    "a.xls": making.xls([["名称", "总投资"], ["硅片", 5.0]]),
    "a.csv": "名称,总投资\n硅片,5亿元\n".encode(),
    "a.png": a_picture("png"),
    "a.jpg": a_picture("jpeg"),
    "a.tif": a_picture("tiff", 2),
}


def outcome(name, data):
    """Return the text of a file, or the refusal; every place of a text must lie within it."""
    try:
        found = read(name, data)
    except UnreadableError as error:
        assert name in str(error)
        return str(error)
    at = 0
    for span in found.spans:
        assert at <= span.start < span.end <= len(found.text)
        at = span.end
    assert "\r" not in found.text and "\0" not in found.text
    return found.text


APART = apart.run


def here(module, arguments, data):
    """Run the text layer in this process, since sixty programs take long; what may end a program runs apart."""
    if module is not text_layer:
        return APART(module, arguments, data)
    out = io.BytesIO()
    if code := module.answer(arguments, data, out):
        raise apart.EndedError(code)
    return out.getvalue()


@pytest.fixture(autouse=True)
def an_engine(monkeypatch):
    """Let pictures be opened also where the extra is not installed."""
    monkeypatch.setattr(scan, "engine", lambda: lambda picture: ())
    monkeypatch.setattr(apart, "run", here)


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1 << 20), st.sampled_from(("flip", "cut", "double", "drop")), st.binary(max_size=8)
    ),
    min_size=1,
    max_size=6,
)


def changed(data, changes):
    for where, what, inserted in changes:
        at = where % (len(data) + 1)
        match what:
            case "flip":
                data = data[:at] + inserted + data[at + len(inserted) :]
            case "cut":
                data = data[:at]
            case "double":
                data = data[:at] + data[max(0, at - 64) :]
            case "drop":
                data = data[:at] + data[at + 16 :]
    return data


@pytest.mark.parametrize("name", GOOD)
@given(changes=CHANGES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused(name, changes):
    outcome(name, changed(GOOD[name], changes))


@pytest.mark.parametrize(
    "part", ["word/document.xml", "word/header1.xml", "[Content_Types].xml", "_rels/.rels"]
)
@given(changes=CHANGES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_docx_whose_parts_are_damaged_is_read_or_refused(part, changes):
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD["a.docx"])) as old, zipfile.ZipFile(memory, "w") as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, changed(content, changes) if each == part else content)
    outcome("a.docx", memory.getvalue())


@pytest.mark.parametrize("name", [each for each in GOOD if each not in ("a.txt", "a.csv")])
@pytest.mark.parametrize("other", GOOD)
def test_a_file_whose_ending_lies_is_refused_or_read_as_what_it_is(name, other):
    same = {name, other} <= {"a.png", "a.jpg", "a.tif"}
    said = outcome(name, GOOD[other])
    if name != other and not same and not (name == "a.html" and other in ("a.txt", "a.csv")):
        assert name in said


@pytest.mark.parametrize("other", ["a.pdf", "a.docx", "a.xls", "a.png"])
def test_a_text_that_is_something_else_is_refused(other):
    assert "is no text" in outcome("a.txt", GOOD[other])


def bomb(name, content=b"0" * 400_000_000):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(name, content)
    return memory.getvalue()


@pytest.mark.parametrize(
    ("name", "part"), [("a.docx", "word/document.xml"), ("a.xlsx", "xl/workbook.xml")], ids=["docx", "xlsx"]
)
def test_a_package_that_unpacks_to_a_disk_is_refused_before_it_is_unpacked(name, part):
    started = time.process_time()
    data = bomb(part)
    packed = time.process_time() - started
    assert "unpacks to more" in outcome(name, data)
    assert time.process_time() - started < packed + 1


def test_a_docx_of_empty_elements_is_refused_before_it_takes_memory():
    data = making.docx("<w:p/>" * (word.MOST_MARKS + 1))
    assert "more than is read" in outcome("a.docx", data)


ENTITIES = '<!DOCTYPE a [<!ENTITY a "亿"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


def test_entities_are_neither_expanded_nor_fetched():
    page = f"{ENTITIES}<html><body><p>投资5&b;元&c;，占地60亩&nbsp;</p></body></html>"
    text = outcome("a.html", page.encode())
    assert "投资5&b;元&c;，占地60亩" in text and "root:" not in text

    with zipfile.ZipFile(io.BytesIO(making.docx(paragraph("投资5&b;元")))) as old:
        parts = {each: old.read(each) for each in old.namelist()}
    parts["word/document.xml"] = ENTITIES.encode() + parts["word/document.xml"]
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as new:
        for each, content in parts.items():
            new.writestr(each, content)
    assert "words of its own" in outcome("a.docx", memory.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        b"<div>" * 300_000,
        b"<b><p>" * 100_000,
        b"<table><tr><td>" * 50_000,
        b"<p " + b"a=1 " * 500_000 + b">x",
        b"<" * 2_000_000,
        b"&" * 1_000_000 + b"&#x;" * 200_000,
        b"<!--" * 400_000,
        b"<p>x" * 600_000,
        b"<a href='" + b"x" * 5_000_000,
        "<p>亿".encode() * 100_000,
    ],
    ids=range(10),
)
def test_a_page_that_is_built_to_exhaust_takes_no_longer_than_others(data):
    started = time.process_time()
    outcome("a.html", data)
    assert time.process_time() - started < 8


def test_a_document_that_nests_tables_without_end_is_refused():
    body = paragraph("正文")
    for _level in range(400):
        body = table((body,))
    assert "a.docx" in outcome("a.docx", making.docx(body))


def test_a_workbook_with_a_cell_in_the_last_corner_is_refused():
    memory = io.BytesIO()
    import xlsxwriter

    book = xlsxwriter.Workbook(memory)
    book.add_worksheet().write("XFD1048576", 1)
    book.close()
    assert "a.xlsx" in outcome("a.xlsx", memory.getvalue())


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.xls", "a.ods"])
def test_a_file_with_a_password_is_refused(name):
    """Office wraps what is encrypted into a compound file, whatever the ending says."""
    said = outcome(
        name, bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    assert "password" in said or "damaged" in said or "not what its name says" in said


def test_control_signs_are_dropped_and_in_a_text_keep_their_place():
    found = read("a.txt", "总\x00投资5亿元，占地60亩。".encode())
    assert (found.text, found.damaged) == ("总�投资5亿元，占地60亩。", 1)
    assert outcome("a.html", "<p>总\x00投\x07资\x1b5亿元</p>".encode()) == "总投资5亿元\n"
    rows = [["名称\x0b"], ["硅\x7f片"]]
    assert outcome("a.xls", making.xls(rows)) == "名称\n硅片\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", making.docx(paragraph(" "))),
        ("a.html", b"<html><script>alert(1)</script></html>"),
        ("a.xlsx", making.xlsx([[""]])),
        ("a.txt", b"\n"),
        ("a.pdf", making.pdf(" ")),
    ],
)
def test_an_empty_page_is_refused(name, data):
    assert "no text" in outcome(name, data)


def test_a_text_in_two_encodings_is_read_and_its_damage_told():
    found = read("a.txt", making.MEETING.encode() * 3 + "总投".encode("gb18030"))
    assert found.encoding == "utf-8" and found.damaged > 0 and found.text.startswith(making.MEETING)


def test_english_is_told_from_chinese():
    assert is_foreign("The zone signed twelve projects today. " * 10) and not is_foreign(making.MEETING * 3)
    assert not is_foreign("GDP 12")


def test_the_readers_run_nothing_that_a_workbook_computes():
    found = sheet.read(making.xlsx([["名称"], ['=WEBSERVICE("http://127.0.0.1:9/")']]), "a.xlsx")
    assert "127.0.0.1" not in found.text


def test_the_limits_of_pages_are_those_that_are_told():
    with pytest.raises(UnreadableError, match=str(web.MOST_TAGS)):
        web.read(b"<p>x" * (web.MOST_TAGS + 1), "a.html")
