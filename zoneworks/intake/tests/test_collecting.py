"""Files, folders and archives are read one after the other; a bad one never stops the rest."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake import collecting
from zoneworks.intake.collecting import collect
from zoneworks.intake.readers.plain import decode
from zoneworks.intake.readers.tests import making

TEXT = "5月23日上午，南湾开发区召开大会，部署全年工作。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_text_of_every_chinese_encoding_is_read(tmp_path, encoding):
    text = "開發區召開會議，部署全年的工作。\n" if encoding == "big5" else TEXT
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    (found,) = collect([tmp_path / "a.txt"])
    assert (found.text, found.error) == (text, "")


def test_line_ends_are_counted_as_documents_count_them(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree\n")
    (found,) = collect([tmp_path / "a.txt"])
    assert found.text == (tmp_path / "a.txt").read_text() == "one\ntwo\nthree\n"


def test_a_text_with_a_wrong_byte_is_read_and_told():
    found = decode(TEXT.encode() * 20 + b"\xff")
    assert (found.encoding, found.damaged) == ("utf-8", 1)


def test_a_folder_is_read_in_order_and_the_same_bytes_once(tmp_path):
    for name in ("b.txt", "a.txt", "sub/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT + name, encoding="utf-8")
    (tmp_path / "copy.txt").write_text(TEXT + "a.txt", encoding="utf-8")
    (tmp_path / "music.mp3").write_bytes(b"ID3")
    assert [each.name.rpartition("/")[2] for each in collect([tmp_path])] == ["a.txt", "b.txt", "c.txt"]


def test_what_cannot_be_read_is_told_and_the_others_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "LARGEST", 200)
    (tmp_path / "1-large.txt").write_bytes(b"x" * 201)
    (tmp_path / "2-empty.txt").write_bytes(b" \n")
    (tmp_path / "3-binary.txt").write_bytes(bytes(range(32)) * 4)
    (tmp_path / "4-good.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "5-broken.zip").write_bytes(b"PK\x03\x04 no archive")
    found = list(collect([tmp_path, tmp_path / "none.txt", tmp_path / "6.exe"]))
    said = {each.name.rpartition("/")[2]: each.error for each in found}
    assert said["4-good.txt"] == ""
    assert "at most" in said["1-large.txt"] and "holds no text" in said["2-empty.txt"]
    assert "is no text" in said["3-binary.txt"] and "no archive" in said["5-broken.zip"]
    assert said["none.txt"] and said["6.exe"]


def test_an_archive_is_read_with_its_chinese_names_and_a_bomb_in_it_is_refused(tmp_path):
    path = tmp_path / "pages.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("第二版.txt", TEXT)
        package.writestr("bomb.txt", b"0" * 5_000_000)
        package.writestr("music.mp3", b"ID3")
        package.writestr("纪要.docx", making.docx(making.paragraph("总投资5亿元")))
        package.writestr("inner.zip", b"PK")
        package.writestr("旧稿.doc", b"old")
    good, bomb, minutes, inner, old = collect([path])
    assert good.name == f"{path}!第二版.txt" and good.text == TEXT
    assert "at most" in bomb.error and minutes.text == "总投资5亿元\n"
    assert "unpack it first" in inner.error and "not read here" in old.error


def test_a_folder_is_read_whatever_the_kinds_of_its_files(tmp_path):
    text = "总投资5亿元"
    files = {
        "1.docx": making.docx(making.paragraph(text)),
        "2.HTML": f"<p>{text}</p>".encode(),
        "3.pdf": making.pdf(text),
        "4.xlsx": making.xlsx([[text]]),
        "5.pdf": making.pdf(text)[:300],
        "6.doc": b"old",
        "~$1.docx": b"a lock that Word leaves behind",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = {each.name.rpartition("/")[2]: each for each in collect([tmp_path])}
    assert [name for name, each in found.items() if each.text.strip() == text] == sorted(files)[:4]
    assert "damaged" in found["5.pdf"].error and ".docx" in found["6.doc"].error and len(found) == 6


def test_a_large_file_is_refused_unread(tmp_path):
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(200 << 20)
    (found,) = collect([tmp_path / "a.pdf"])
    assert "at most 20" in found.error


def test_an_archive_of_another_system_keeps_its_names(tmp_path):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as package:
        package.writestr(zipfile.ZipInfo("X" * 8 + ".txt"), TEXT)
    data = memory.getvalue().replace(b"X" * 8, "要闻二版".encode("gb18030"))
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    (found,) = collect([path])
    assert found.name.endswith("!要闻二版.txt")


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded(data):
    assert isinstance(decode(data).text, str)
