"""The contract of taking workbooks in, for every ledger: what was exported changes nothing, a changed cell itself."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from zoneworks.exchange.imports.bringing import write_at_once
from zoneworks.exchange.imports.planning import ledger_for, plan, recognized_in
from zoneworks.exchange.imports.writing import MovedOnError, write
from zoneworks.kit import recording
from zoneworks.kit.audit import Line, record_many
from zoneworks.kit.models import Change, FormerValue
from zoneworks.kit.registry import ledgers
from zoneworks.kit.soundness import kept_sound
from zoneworks.organizations.models import Organization
from zoneworks.sources.models import Attachment, Citation, Document

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
        write_at_once(found, SimpleUploadedFile("名单.xlsx", file.getvalue()))
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
    assert line.fields["workbook"] == ["", f"名单.xlsx · Organizations!{cell.row}"]


def test_the_same_file_twice_changes_nothing(cast, zone):
    file = workbook(["企业名单"], ["名称", "备注"], ["甲公司", "核对过"], ["乙公司", None])
    assert bring(file, cast.alice, zone) == {"new": 2, "changed": 0, "unchanged": 0, "faulty": 0}
    before = Change.objects.count()
    assert bring(file, cast.alice, zone) == {"new": 0, "changed": 0, "unchanged": 2, "faulty": 0}
    assert Change.objects.count() == before
    assert set(Organization.objects.values_list("name", "note")) == {("甲公司", "核对过"), ("乙公司", "")}


def test_documents_brought_with_their_texts_are_sound_and_found(client, cast, zone):
    heads = ["Title", "Issued", "Text"]
    new = workbook(heads, ["纪要", "2024-03-01", "硅片项目签约"], ["通知", "2024-03-02", ""])
    assert bring(new, cast.alice, zone, "documents")["new"] == 2
    changed = workbook(heads, ["通知", "2024-03-02", "乙公司\n开工"])
    assert bring(changed, cast.alice, zone, "documents")["changed"] == 1

    assert [str(found) for kept in kept_sound for found in kept.find(zone)] == []
    sums = dict(Document.objects.values_list("text", "sha256"))
    assert sums == {text: sha256(text.encode()).hexdigest() for text in ("硅片项目签约", "乙公司\n开工")}
    client.force_login(cast.alice)
    for word, title in (("项目签约", "纪要"), ("开工", "通知")):
        page = client.get(f"/{zone.code}/documents/?q={word}").content.decode()
        assert re.findall(r'<tr[^>]* data-url="[^"]*/([0-9]+)/"', page) == [
            str(Document.objects.get(title=title).pk)
        ]


def test_a_fault_names_its_cell_and_nothing_is_written(cast, zone):
    file = workbook(["名称", "备注"], ["甲公司", ""], ["丙" * 10_000, ""])
    found = planned(file, cast.alice, zone)
    assert found.counts["faulty"] == 1
    assert [fault.place for row in found.rows for fault in row.faults] == ["Sheet!A3"]
    with pytest.raises(ValidationError, match="Nothing was written"):
        bring(file, cast.alice, zone)
    assert not Organization.objects.exists()


def test_a_row_tells_all_its_faults_at_once(cast, zone):
    heads = ["项目", "线索", "下一步", "期限"]
    file = workbook(
        heads, ["", "待定", "走" * 300, "2024-13-01"], ["光伏项目", "2024-01-05", "", "2024-01-32"]
    )
    found = planned(file, cast.alice, zone, "projects")
    places = sorted(fault.place for row in found.rows for fault in row.faults)
    assert places == ["Sheet!A2", "Sheet!B2", "Sheet!C2", "Sheet!D2", "Sheet!D3"]


def test_a_column_that_was_renamed_is_named_with_its_place(cast, zone):
    with pytest.raises(ValidationError) as refused:
        planned(workbook(["企业字号", "地址", "备注"], ["甲公司", "", ""]), cast.alice, zone)
    [said] = refused.value.messages
    assert "sheet “Sheet”, row 1 lacks the columns: Name" in said
    assert "Not known are the heads Sheet!A1 “企业字号”" in said


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
        write(planned(file, cast.alice, zone), digest, cited=None)


@pytest.mark.parametrize("happens", ["nothing", "a change", "a deletion"])
@pytest.mark.parametrize("ledger", ["organizations", "units"])
def test_a_row_that_somebody_changes_after_the_plan_is_not_written_over(cast, zone, happens, ledger):
    model, heads = ledgers[ledger].model, ["系统编号", "名称", "备注"]
    first, second = [model.objects.create(zone=zone, name=name) for name in ("甲", "乙")]
    file = workbook(heads, [second.pk, "乙", "改"], [first.pk, "甲", "改"])
    found = planned(file, cast.administrator, zone, ledger)
    lines = Change.objects.filter(verb="change")

    if happens == "nothing":
        write_at_once(found, SimpleUploadedFile("名单.xlsx", file.getvalue()))
        assert lines.count() == 2
        return
    if happens == "a change":
        other = model.objects.get(pk=first.pk)
        other.aliases = "先写的"
        other.save()
    else:
        model.objects.filter(pk=first.pk).delete()
    stored = list(model.objects.order_by("pk").values())
    with pytest.raises(MovedOnError):
        write_at_once(found, SimpleUploadedFile("名单.xlsx", file.getvalue()))
    assert list(model.objects.order_by("pk").values()) == stored
    assert not lines.exists()


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
    assert Attachment.objects.get().file.read() == path.read_bytes()
    assert str(Citation.objects.of([Organization.objects.get()]).get()) == "名单.xlsx · Sheet!2"


CODES = ("913210840000000010", "913210840000000029")


def many(count, *more):
    """A list of organizations long enough that what is unique is looked up for all of them at once."""
    rows = [[f"第{number}家企业", "", "一号"] for number in range(count)]
    return workbook(["名称", "统一社会信用代码", "地址"], *rows, *more)


def test_a_longer_list_of_new_rows_costs_hardly_more_queries(cast, zone):
    costs = []
    for count in (100, 300):
        with CaptureQueriesContext(connection) as queries:
            assert bring(many(count), cast.alice, zone)["new"] == count
        costs.append(len(queries))
        Citation.objects.all().delete()
        Organization.objects.all().delete()
    # A statement holds so many values; 200 more rows are a few statements more.
    assert costs[1] - costs[0] < 15
    assert Change.objects.filter(verb="add").count() == 400


def test_rows_without_a_code_are_not_asked_whether_one_without_a_code_is_their_twin(cast, zone):
    Organization.objects.create(zone=zone, name="没有代码的企业")
    file = workbook(["名称"], *[[f"第{number}家企业"] for number in range(100)])
    with CaptureQueriesContext(connection) as queries:
        assert planned(file, cast.alice, zone).counts["new"] == 100
    assert len(queries) < 40


def test_each_of_many_new_rows_has_its_line_with_its_place(cast, zone):
    bring(many(60), cast.alice, zone)
    row = Organization.objects.get(name="第7家企业")
    line = Change.objects.of_row(row).get()
    assert (line.verb, line.actor, line.label) == ("add", cast.alice, "第7家企业")
    assert line.fields["address"] == ["", "一号"]
    assert line.fields["workbook"] == ["", "名单.xlsx · Sheet!9"]
    assert "d7jqy" in row.search_text


WRITING_MANY = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers if ledger.writes_many]


@pytest.mark.parametrize("ledger", WRITING_MANY)
def test_rows_that_are_written_together_are_those_that_are_written_alone(cast, zone, monkeypatch, ledger):
    heads = ["名称", "姓名", "项目", "备注", "简介"]

    def wrote():
        file = workbook(heads, *[[f"新的{number}"] * len(heads) for number in range(3)])
        bring(file, cast.alice, zone, ledger.slug)
        rows = ledger.model.objects.order_by("pk")
        lines = [Change.objects.of_row(row).get() for row in rows]
        stored = [
            {key: value for key, value in row.items() if key not in ("id", "created_at", "updated_at")}
            for row in rows.values()
        ]
        cited = [str(tie) for row in rows for tie in Citation.objects.of([row])]
        Citation.objects.all().delete()
        told = [(line.verb, line.actor, line.zone, line.label, line.fields) for line in lines]
        rows.delete()
        return stored, told, cited

    together = wrote()
    monkeypatch.setattr(ledger, "writes_many", False)
    assert wrote() == together
    assert [len(each) for each in together] == [3, 3, 3]


CHANGES = {
    "organizations": (["系统编号", "名称", "类别", "备注", "上级单位"], ["旧{}", "企业", "", ""], [
        ["旧0", "投资方", "改", ""], ["新1", "投资方", "改", ""], ["旧2", "企业", "", "旧0"], ["旧3", "投资方", "", ""],
    ]),
    "projects": (["系统编号", "项目", "产业", "简介"], ["旧{}", "光储充", ""], [
        ["旧0", "电子信息", "改"], ["新1", "电子信息", "改"], ["旧2", "光储充", "改"], ["旧3", "电子信息", ""],
    ]),
    "people": (["系统编号", "姓名", "备注"], ["旧{}", ""], [["旧0", "改"], ["新1", "改"], ["旧2", "又"], ["旧3", ""]]),
}  # fmt: skip
"""For each ledger heads, what rows say before, and what they are to say: of some the name or the place changes, too."""


@pytest.mark.parametrize("ledger", WRITING_MANY)
def test_rows_that_are_changed_together_are_those_that_are_changed_alone(cast, zone, monkeypatch, ledger):
    heads, before, after = CHANGES[ledger.slug]

    def wrote():
        first = [[cell.format(number) for cell in before] for number in range(len(after))]
        bring(workbook(heads, *[["", *row] for row in first]), cast.alice, zone, ledger.slug)
        keys = list(ledger.model.objects.order_by("pk").values_list("pk", flat=True))
        file = workbook(heads, *[[pk, *row] for pk, row in zip(keys, after, strict=True)])
        bring(file, cast.alice, zone, ledger.slug)
        rows = ledger.model.objects.order_by("pk")
        stored = [
            {
                key: value
                for key, value in row.items()
                if key not in ("id", "created_at", "updated_at", "parent_id")
            }
            for row in rows.values()
        ]
        lines = Change.objects.filter(verb="change").order_by("object_id")
        told = [(line.actor, line.label, line.fields) for line in lines]
        former = list(FormerValue.objects.order_by("object_id").values_list("attribute", "value"))
        touched = [row.updated_at > row.created_at for row in rows]
        for every in (Citation, Change, FormerValue):
            every.objects.all().delete()
        if ledger.slug == "organizations":
            rows.update(parent=None)
        rows.delete()
        return stored, told, former, touched

    together = wrote()
    monkeypatch.setattr(ledger, "writes_many", False)
    assert wrote() == together
    assert len(together[1]) == (4 if ledger.slug != "people" else 3)


def test_more_rows_that_change_cost_hardly_more_queries(cast, zone):
    costs = []
    for count in (50, 150):
        bring(many(count), cast.alice, zone)
        file = workbook(["名称", "备注"], *[[f"第{number}家企业", "改"] for number in range(count)])
        with CaptureQueriesContext(connection) as queries:
            with transaction.atomic():
                found = planned(file, cast.alice, zone)
                costs.append(-len(queries))
                write_at_once(found, SimpleUploadedFile("名单.xlsx", file.getvalue()))
            costs[-1] += len(queries)
        Citation.objects.all().delete()
        Organization.objects.all().delete()
    assert costs[1] - costs[0] < 15


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["另一个名字", CODES[0], ""], "credit code is already"),
        (["在册　企业", "", ""], "same record"),
        (["曾用名公司", "", ""], "another name"),
    ],
    ids=["code", "wide_blank", "former_name"],
)
def test_who_is_in_the_ledger_is_found_among_many(cast, zone, row, said):
    there = Organization.objects.create(zone=zone, name="在册 企业", credit_code=CODES[0])
    name = there.other_names.model(
        zone=zone, organization=there, kind="former", name="曾用名公司", earliest=date(2020, 1, 1),
        latest=date(2020, 1, 1),
    )  # fmt: skip
    recording.add(name, actor=None)
    twin = [["在册 企业", CODES[0], ""]] if "same" in said else []
    found = planned(many(60, *twin, row), cast.alice, zone)
    faults = [fault.message for each in found.rows for fault in each.faults]
    if row[1]:
        # Code and name are both what a row is known by: the code leads to the record, and the name would change.
        assert [each.pk for each in found.rows if each.pk] == [there.pk]
        assert faults == []
    else:
        assert len(faults) == 1 and said in faults[0]


@pytest.mark.parametrize(("first", "second"), [("乙", "甲"), ("丙", "丁")], ids=["standing", "new"])
def test_two_rows_that_exclude_each_other_are_told_by_row_and_nothing_is_written(cast, zone, first, second):
    Organization.objects.create(zone=zone, name="甲", credit_code=CODES[0])
    Organization.objects.create(zone=zone, name="乙")
    before = Change.objects.count()
    file = workbook(["名称", "统一社会信用代码"], [first, CODES[1]], ["戊", ""], [second, CODES[1]])
    found = planned(file, cast.alice, zone)
    if found.counts["faulty"]:
        assert "row 2" in found.rows[2].faults[0].message
    else:
        with pytest.raises(ValidationError, match="Row 4: An organization with this credit code"):
            bring(file, cast.alice, zone)
    assert set(Organization.objects.values_list("name", "credit_code")) == {("甲", CODES[0]), ("乙", "")}
    assert Change.objects.count() == before


def test_lines_of_the_trail_are_written_within_the_change_only(transactional_db, cast, zone):
    row = Organization.objects.create(zone=zone, name="甲")
    with pytest.raises(RuntimeError, match="transaction"):
        record_many(cast.alice, "add", [Line(row, {}, {})])


def test_a_row_outside_of_the_wall_is_told_and_nothing_is_written(cast, zone, monkeypatch):
    policy = Organization.policy
    wall = policy.scope

    def narrower(user, verb):
        return wall(user, verb) & Q(name__startswith="自己") if verb == "add" else wall(user, verb)

    monkeypatch.setattr(policy, "scope", narrower)
    # A policy that may refuse some rows of a zone says of no verb that it grants them all.
    monkeypatch.setattr(policy, "grants_all", lambda *_asked: False)
    with pytest.raises(ValidationError, match="Row 3: You may not keep a row like this"):
        bring(workbook(["名称", "备注"], ["自己的", ""], ["别人的", ""]), cast.alice, zone)
    assert not Organization.objects.exists()
    assert not Change.objects.exists()
    assert bring(workbook(["名称", "备注"], ["自己的", ""]), cast.alice, zone)["new"] == 1
