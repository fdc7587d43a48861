"""`zoneworks intake` prints what pages hold, and asks no database."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from zoneworks.intake.readers.tests import making

PAGE = "南湾开发区举行防汛演练\n\n5月6日上午，南湾开发区在三号码头举行防汛演练，36人参加。\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


def printed(*arguments):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("intake", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def test_the_articles_of_a_page_are_printed_with_their_places(page):
    out, err = printed(page, "--issue-date", "2024-05-10", "--zone", "南湾开发区", "--json")
    found = json.loads(out)
    (document,) = found["documents"]
    (article,) = document["articles"]
    assert (found["zone"], document["file"], document["encoding"]) == ("南湾开发区", str(page), "utf-8")
    assert (article["title"], article["date"]) == ("南湾开发区举行防汛演练", "2024-05-06")
    assert PAGE[article["start"] : article["end"]] == PAGE.splitlines()[2]
    assert (found["not_read"], err) == ([], "")


def test_in_words(page):
    assert "2024-05-06  南湾开发区举行防汛演练" in printed(page, "--issue-date", "2024-05-10")[0]


def test_a_duty_in_words(tmp_path):
    page = tmp_path / "duty.txt"
    page.write_text(
        "5月6日，南湾开发区召开安委会会议。会议要求，各企业每周向区安委办书面报告整改进展。\n",
        encoding="utf-8",
    )
    assert "duty: 各企业 · 每周 · 书面报告整改进展 · → 区安委办" in printed(page)[0]


def test_one_bad_file_is_told_and_stops_no_other(page, tmp_path):
    (tmp_path / "empty.txt").write_text(" ")
    out, err = printed(tmp_path, "--json")
    found = json.loads(out)
    assert [each["file"] for each in found["documents"]] == [str(page)]
    assert "holds no text" in found["not_read"][0]["error"]
    assert "1 file was not read." in err


def test_a_day_that_is_none_is_refused(page):
    assert "2024-05-24" in printed(page, "--issue-date", "24.5.")[1]


def test_what_stands_on_pages_is_told_with_page_and_box(tmp_path):
    (tmp_path / "page.pdf").write_bytes(making.pdf("南湾开发区举行防汛演练", PAGE.splitlines()[2]))
    (tmp_path / "page.docx").write_bytes(
        making.docx(making.paragraph(PAGE.splitlines()[0]) + making.paragraph(PAGE.splitlines()[2]))
    )
    out, err = printed(tmp_path, "--issue-date", "2024-05-10", "--json")
    word, paged = json.loads(out)["documents"]
    assert (err, paged["encoding"], word["encoding"]) == ("", None, None)
    for item in (paged["articles"][0], *paged["articles"][0]["engagements"]):
        assert item["pages"] == [2] and item["place"][0]["page"] == 2 and len(item["place"][0]["box"]) == 4
    (held,) = word["articles"][0]["engagements"]
    assert held["place"] == [{"at": "paragraph 2"}] and "pages" not in held


def test_a_text_is_printed_without_places(page):
    (document,) = json.loads(printed(page, "--json")[0])["documents"]
    assert not {"pages", "place"} & document["articles"][0].keys() and "notes" not in document


def test_what_was_left_out_is_told(tmp_path):
    (tmp_path / "a.html").write_text("<p>The zone signed twelve projects today.</p>" * 10 + "<p hidden>x</p>")
    assert len(json.loads(printed(tmp_path, "--json")[0])["documents"][0]["notes"]) == 2
    assert "(What the page hides was left out.)" in printed(tmp_path)[0]
