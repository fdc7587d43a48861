"""`zoneworks check FILE` and what it says to people and to programs."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from zoneworks.site.tests.conftest import make_project, make_step

pytestmark = pytest.mark.django_db

RIGHT = "今年以来，签约项目2个。\n"
WRONG = "某镇简讯。\n今年以来，签约项目5个，全市签约项目90个。\n"


@pytest.fixture
def signed(zone):
    for month in (3, 4):
        make_step(make_project(zone), "signed", date(2024, month, 5))
    return zone


@pytest.fixture
def draft(tmp_path):
    def write(text):
        path = tmp_path / "draft.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def printed(*arguments):
    """Return the output, and how the command ended with what it said then."""
    out = io.StringIO()
    try:
        call_command("check", *map(str, arguments), stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return out.getvalue(), error.returncode, str(error)
    return out.getvalue(), 0, ""


def test_a_right_draft_ends_well(signed, draft):
    out, code, _said = printed(draft(RIGHT), "--zone", "north", "--issue-date", "2024-10-25")
    assert code == 0
    assert "line 1  [supported]  2个" in out
    assert "2 records: /north/measures/projects.signed/?as_of=2024-10-25" in out


def test_a_wrong_draft_ends_with_one_and_says_where_and_by_how_much(signed, draft):
    out, code, _said = printed(draft(WRONG), "--zone", "north", "--issue-date", "2024-10-25")
    assert code == 1
    assert "line 2  [differs]  5个" in out
    assert "The ledger says 2; the draft is 3 more." in out
    assert "It is said of “全市”" in out
    assert "differs 1 · not measurable 1" in out


def test_json_has_places_rows_and_counts(signed, draft):
    out, code, _said = printed(draft(WRONG), "--zone", "north", "--as-of", "2024-10-25", "--json")
    found = json.loads(out)
    first, second = found["numbers"]
    assert code == 1
    assert WRONG[first["start"] : first["end"]] == first["wording"] == "5个"
    assert (first["verdict"], first["measure"], first["difference"]) == ("differs", "projects.signed", 3)
    assert (first["from"], first["to"], first["as_of"]) == ("2024-01-01", "2024-10-25", "2024-10-25")
    assert (first["rows"]["of"], len(first["rows"]["ids"])) == ("projects.ProjectStep", 2)
    assert (second["verdict"], second["measure"], second["rows"]) == ("not_measurable", None, None)
    assert (found["zone"], found["clear"], found["counts"]["differs"]) == ("north", False, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--zone", "nowhere"], "--zone"),
        (["--issue-date", "25.10."], "--issue-date: “25.10.” is no date"),
        (["--as-of", "25.10."], "--as-of: “25.10.” is no date"),
        (["--known-at", "soon"], "--known-at: “soon” is no moment"),
    ],
)
def test_what_cannot_be_read_is_named(signed, draft, arguments, said):
    _out, code, message = printed(draft(RIGHT), *arguments)
    assert code == 2
    assert said in message


def test_a_file_that_is_none_is_named(signed, tmp_path, draft):
    for name in (tmp_path / "missing.txt", tmp_path, draft(" ")):
        _out, code, message = printed(name)
        assert code == 2
        assert str(name) in message
    assert printed(draft(RIGHT), draft(RIGHT))[1] == 2


def test_without_a_file_the_settings_are_checked(db):
    out, code, _said = printed()
    assert code == 0
    assert "no issues" in out
