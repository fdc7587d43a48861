"""`zoneworks intake` prints what pages hold, and asks no database."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

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
