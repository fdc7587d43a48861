"""The contract of taking workbooks in, for every ledger: what was exported changes nothing, a changed cell itself."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction

from zoneworks.exchange.imports.planning import ledger_for, plan, recognized_in
from zoneworks.exchange.imports.writing import MovedOnError, write
from zoneworks.kit.models import Change
from zoneworks.kit.registry import ledgers
from zoneworks.organizations.models import Organization

pytestmark = pytest.mark.django_db
LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]


def workbook(*rows) -> BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book) -> BytesIO:
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def planned(file, user, zone, slug="organizations"):
    ledger = ledger_for(zone, user, slug)
    file.seek(0)
    return plan(ledger, recognized_in(ledger, file, "名单.xlsx")[0])


def bring(file, user, zone, slug="organizations"):
    """Plan and write, as the command does."""
    with transaction.atomic():
        found = planned(file, user, zone, slug)
        write(found, found.digest(), "名单.xlsx")
    return found.counts


@pytest.mark.parametrize("ledger", LEDGERS)
def test_what_was_exported_changes_nothing(client, cast, zone, make, ledger):
    make(ledger.slug, n=3)
    client.force_login(cast.administrator)
    response = client.get(f"/{zone.code}/{ledger.slug}/export.xlsx")
    found = planned(BytesIO(response.getvalue()), cast.administrator, zone, ledger.slug)
    standing = ledger.model.objects.filter(zone=zone).count()
    assert found.counts == {"new": 0, "changed": 0, "unchanged": standing, "faulty": 0}, found.rows


def test_a_changed_cell_changes_exactly_that(client, cast, zone, make):
    row, other = make("organizations", n=2)
    client.force_login(cast.administrator)
    book = openpyxl.load_workbook(BytesIO(client.get("/north/organizations/export.xlsx").getvalue()))
    cell = next(each for line in book.active.iter_rows() for each in line if each.value == row.name)
    cell.value = "改名后的企业"
    assert bring(saved(book), cast.administrator, zone)["changed"] == 1
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.name, other.name != row.name) == ("改名后的企业", True)
    line = Change.objects.of_row(row).get(verb="change")
    assert line.fields["name"][1] == "改名后的企业"
    assert line.fields["workbook"] == ["", "名单.xlsx"]


def test_the_same_file_twice_changes_nothing(cast, zone):
    file = workbook(["企业名单"], ["名称", "备注"], ["甲公司", "核对过"], ["乙公司", None])
    assert bring(file, cast.alice, zone) == {"new": 2, "changed": 0, "unchanged": 0, "faulty": 0}
    before = Change.objects.count()
    assert bring(file, cast.alice, zone) == {"new": 0, "changed": 0, "unchanged": 2, "faulty": 0}
    assert Change.objects.count() == before
    assert set(Organization.objects.values_list("name", "note")) == {("甲公司", "核对过"), ("乙公司", "")}


def test_a_fault_names_its_cell_and_nothing_is_written(cast, zone):
    file = workbook(["名称", "备注"], ["甲公司", ""], ["丙" * 10_000, ""])
    found = planned(file, cast.alice, zone)
    assert found.counts["faulty"] == 1
    assert [fault.place for row in found.rows for fault in row.faults] == ["Sheet!A3"]
    with pytest.raises(ValidationError, match="Nothing was written"):
        bring(file, cast.alice, zone)
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    "rows", [[["电话", "备注"], ["1", ""]], [["名称", "备注"]]], ids=["no_name", "no_rows"]
)
def test_a_sheet_without_what_is_needed_is_refused(cast, zone, rows):
    with pytest.raises(ValidationError):
        planned(workbook(*rows), cast.alice, zone)


def test_what_moved_on_since_the_preview_is_not_written(cast, zone):
    file = workbook(["名称", "备注"], ["甲公司", "x"])
    digest = planned(file, cast.alice, zone).digest()
    Organization.objects.create(zone=zone, name="甲公司")
    with pytest.raises(MovedOnError), transaction.atomic():
        write(planned(file, cast.alice, zone), digest, "名单.xlsx")


def test_the_command_gives_the_file_back_with_its_faults_marked(cast, zone, tmp_path):
    path, copy = tmp_path / "名单.xlsx", tmp_path / "marked.xlsx"
    path.write_bytes(workbook(["名称", "备注"], ["甲公司", ""], ["丙" * 10_000, ""]).getvalue())
    given = {"zone": "north", "ledger": "organizations", "user": "alice", "marked": copy}
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("import_workbook", path, write=True, **given)
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == ["Faults", "Sheet"]
    assert book["Sheet"]["A3"].comment is not None
    assert book["Sheet"]["A2"].comment is None
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("who", "words"), [("auditor", "role"), ("charlie", "no such log-in"), ("dora", "no such log-in")]
)
def test_the_command_keeps_the_walls(cast, zone, tmp_path, who, words):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(workbook(["名称", "备注"], ["甲公司", "x"]).getvalue())
    with pytest.raises(CommandError, match=words):
        call_command("import_workbook", path, zone="north", ledger="organizations", user=who, write=True)
    assert not Organization.objects.exists()


def test_the_command_shows_first_and_writes_when_told(cast, zone, tmp_path, capsys):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(workbook(["名称", "备注", "电话"], ["甲公司", "x", "1"]).getvalue())
    call_command("import_workbook", path, zone="north", ledger="organizations", user="alice")
    said = capsys.readouterr().out
    assert "new 1" in said
    assert "甲公司" in said
    assert "Columns left out: 电话" in said
    assert not Organization.objects.exists()
    call_command("import_workbook", path, zone="north", ledger="organizations", user="alice", write=True)
    assert Organization.objects.get().name == "甲公司"
