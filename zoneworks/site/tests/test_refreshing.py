"""The contract of refreshing, for every ledger, and its command: a file is replaced whole or not at all."""

from __future__ import annotations

import re
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from zoneworks.kit.audit import record
from zoneworks.kit.registry import ledgers

pytestmark = pytest.mark.django_db
LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]


def exported(client, user, zone, slug, query=""):
    client.force_login(user)
    response = client.get(f"/{zone.code}/{slug}/export.xlsx{query}")
    assert response.status_code == 200
    return response.getvalue()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("ledger", LEDGERS)
def test_an_export_with_every_column_comes_back_unchanged(client, cast, zone, make, ledger, language):
    made = make(ledger.slug, n=2)
    client.cookies["django_language"] = language
    every = "?columns=" + ",".join(column.key for column in ledger.bound_columns())
    content = exported(client, cast.administrator, zone, ledger.slug, every)
    for known in (content, _without_properties(content)):
        upload = SimpleUploadedFile("a.xlsx", known)
        response = client.post(f"/{zone.code}/{ledger.slug}/refresh/", {"file": upload})
        assert response.status_code == 302, response.content.decode()
        page = client.get(response["Location"]).content.decode()
        assert ("没有变化" if language == "zh-hans" else "Nothing has changed.") in page
        back = openpyxl.load_workbook(BytesIO(client.get(response["Location"] + "file/").getvalue()))
        before = openpyxl.load_workbook(BytesIO(content)).active
        after = back.worksheets[0]
        assert len(made) <= before.max_row - 2
        assert _cells(after) == _cells(before)


@pytest.mark.parametrize("ledger", LEDGERS)
def test_every_filter_of_a_list_is_known_again(client, cast, zone, make, ledger):
    """Each name by which the form of the list may put a filter into the address, with nothing or something in it."""
    make(ledger.slug)
    client.force_login(cast.administrator)
    page = client.get(f"/{zone.code}/{ledger.slug}/").content.decode()
    forms = re.findall(r'<form[^>]* method="get".*?</form>', page, re.DOTALL)
    names = sorted(set(re.findall(r'<(?:input|select)[^>]* name="([a-z_0-9]+)"', "".join(forms))))
    assert names
    for name in names:
        for value in ("1", "2024-05-01", "signed"):
            response = client.get(f"/{zone.code}/{ledger.slug}/export.xlsx?{name}={value}")
            if response.status_code == 200:
                upload = SimpleUploadedFile("a.xlsx", response.getvalue())
                back = client.post(f"/{zone.code}/{ledger.slug}/refresh/", {"file": upload})
                assert back.status_code == 302, (name, back.content.decode())
                break


def _cells(sheet):
    return [[(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows(min_row=2)]


def _without_properties(content):
    book = openpyxl.load_workbook(BytesIO(content))
    book.custom_doc_props.props.clear()
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def file(client, cast, zone, make, tmp_path):
    """A saved list of projects in which a name has changed since."""
    project = make("projects")[0]
    path = tmp_path / "名单.xlsx"
    path.write_bytes(exported(client, cast.alice, zone, "projects", "?columns=name"))
    path.chmod(0o640)
    before, project.name = project.name, "新名称"
    project.save()
    record(cast.alice, "change", project, before={"name": before}, after={"name": "新名称"})
    return path


def refresh(*args, **options):
    said = StringIO()
    call_command("refresh", *map(str, args), stdout=said, **options)
    return said.getvalue()


def test_the_command_replaces_the_file_in_its_place(file, cast):
    assert "Cells that the ledger says anew: 1." in refresh(file, user="alice")
    assert openpyxl.load_workbook(file).active["B3"].value == "新名称"
    assert ([each.name for each in file.parent.glob("*.xlsx*")], file.stat().st_mode & 0o777) == (
        ["名单.xlsx"],
        0o640,
    )
    assert "Nothing has changed." in refresh(file, user="alice")


def test_the_command_writes_beside_it_when_told_to(file, cast):
    before, out = file.read_bytes(), file.with_name("neu.xlsx")
    refresh(file, user="alice", out=out)
    assert file.read_bytes() == before
    assert openpyxl.load_workbook(out).active["B3"].value == "新名称"


def full(self, path):
    path.write_bytes(b"half")
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("who", "saves", "said"),
    [
        ("alice", full, "No space left on device"),
        ("charlie", None, "no such log-in in the zone “north”"),
        ("nobody", None, "no such log-in in the zone “north”"),
        ("enterprise", None, "Your role does not allow this here."),
    ],
)
def test_a_refresh_that_fails_leaves_the_file_as_it_was(file, cast, monkeypatch, who, saves, said):
    before = file.read_bytes()
    if saves is not None:
        monkeypatch.setattr(openpyxl.Workbook, "save", saves)
    with pytest.raises(CommandError, match=said):
        refresh(file, user=who)
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.glob(".*xlsx*")] == []
