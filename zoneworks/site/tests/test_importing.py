"""Importing on the pages of a ledger: bring a file, look at what it would change, write it or drop it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from zoneworks.accounts.models import Membership
from zoneworks.exchange.imports import bringing
from zoneworks.exchange.models import PlannedRow, WorkbookImport
from zoneworks.jobs import working
from zoneworks.jobs.models import Job, State
from zoneworks.jobs.running import CanceledError
from zoneworks.kit.models import Change
from zoneworks.organizations.models import Organization
from zoneworks.site.tests.conftest import make_organization
from zoneworks.site.tests.test_every_import import workbook
from zoneworks.sources.models import Attachment, Citation

pytestmark = pytest.mark.django_db
BASE = "/north/organizations/import/"
HEADS = ["名称", "地址", "备注"]


@pytest.fixture
def browser(client, cast):
    client.force_login(cast.alice)
    return client


@pytest.fixture
def bring(browser):
    """Upload rows below `HEADS` and return the import with the page that shows it."""

    def upload(*rows, name="名单.xlsx", **posted):
        file = SimpleUploadedFile(name, workbook(HEADS, *rows).getvalue())
        response = browser.post(BASE, {"file": file, **posted}, follow=True)
        assert response.status_code == 200, response.content.decode()[:2000]
        return WorkbookImport.objects.latest("pk"), response.content.decode()

    return upload


def do(browser, one, what, **posted):
    response = browser.post(f"{BASE}{one.pk}/", {"do": what, **posted}, follow=True)
    if WorkbookImport.objects.filter(pk=one.pk).exists():
        one.refresh_from_db()
    return response.content.decode()


def files(settings) -> list[str]:
    return [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_the_preview_tells_row_by_row_and_writes_nothing(bring, browser, zone):
    make_organization(zone, name="甲公司", address="旧址一号")
    make_organization(zone, name="乙公司", address="不变")
    before = Change.objects.count()

    one, page = bring(["甲公司", "新址二号", ""], ["乙公司", "不变", ""], ["丙公司", "三号", "新来的"])

    assert one.counts == {"new": 1, "changed": 1, "unchanged": 1, "faulty": 0}
    assert "<del>旧址一号</del>" in page and "<ins>新址二号</ins>" in page
    assert "丙公司" not in page
    assert "新来的" in browser.get(f"{BASE}{one.pk}/?rows=new").content.decode()
    assert "乙公司" in browser.get(f"{BASE}{one.pk}/?rows=unchanged").content.decode()
    assert "Write 1 new and 1 changed" in page
    assert Change.objects.count() == before
    assert not Organization.objects.filter(name="丙公司").exists()


def test_what_was_looked_at_is_written_once(bring, browser, zone):
    make_organization(zone, name="甲公司", address="旧址一号")
    one, _page = bring(["甲公司", "新址二号", ""], ["丙公司", "三号", ""])

    page = do(browser, one, "write", digest=one.digest)

    assert "1 new records, 1 changed ones" in page
    assert one.written_at is not None
    assert Organization.objects.get(name="甲公司").address == "新址二号"
    assert Organization.objects.get(name="丙公司").address == "三号"
    lines = Change.objects.count()
    do(browser, one, "write", digest=one.digest)
    bringing.write_out(one.pk, NoProgress())
    assert Change.objects.count() == lines
    assert Organization.objects.count() == 2


class NoProgress:
    """A job that nobody listens to."""

    def say(self, done, total, message=""):
        pass


def test_a_fault_names_its_cell_and_the_file_is_kept(bring, browser, zone, settings):
    one, page = bring(["甲公司", "一号", ""], ["丙" * 300, "三号", ""])

    assert "Sheet!A3" in page
    assert "With faults" in page
    assert 'value="write"' not in page
    response = browser.get(f"{BASE}{one.pk}/marked.xlsx")
    copy = openpyxl.load_workbook(BytesIO(response.getvalue()))
    assert copy["Sheet"]["A3"].comment is not None
    assert "nothing here that could be written" in do(browser, one, "write", digest=one.digest)
    assert not Organization.objects.exists()
    assert len(files(settings)) == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("名单.txt", "名称\n甲公司".encode(), "no workbook"),
        ("名单.xlsx", b"%PDF-1.7\n", "not what its name says"),
        ("名单.csv", b"", "empty"),
    ],
)
def test_what_is_no_workbook_is_refused_and_not_kept(browser, settings, name, content, said):
    response = browser.post(BASE, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not WorkbookImport.objects.exists()
    assert files(settings) == []


def test_a_file_without_the_columns_says_so_and_can_be_dropped(
    browser, settings, django_capture_on_commit_callbacks
):
    file = SimpleUploadedFile("名单.csv", "电话,传真\n1,2\n".encode())
    page = browser.post(BASE, {"file": file}, follow=True).content.decode()
    one = WorkbookImport.objects.get()
    assert "no sheet has a table of this list" in page
    assert "It is kept here" in page
    with django_capture_on_commit_callbacks(execute=True):
        assert "dropped" in do(browser, one, "drop")
    assert not WorkbookImport.objects.exists()
    assert files(settings) == []


def test_a_ledger_that_moved_on_is_compared_again(bring, browser, zone):
    one, _page = bring(["甲公司", "新址二号", ""])
    make_organization(zone, name="甲公司", address="旧址一号")

    assert "look at the differences again" in do(browser, one, "write", digest=one.digest)
    assert one.written_at is None
    page = do(browser, one, "compare")
    assert "<del>旧址一号</del>" in page
    do(browser, one, "write", digest=one.digest)
    assert Organization.objects.get().address == "新址二号"


def test_another_preview_than_the_one_looked_at_is_not_written(bring, browser):
    one, _page = bring(["甲公司", "一号", ""])
    assert "another one now" in do(browser, one, "write", digest="0" * 64)
    assert not Organization.objects.exists()


def test_an_empty_cell_empties_the_field_only_when_told(bring, browser, zone):
    make_organization(zone, name="甲公司", address="一号")
    assert bring(["甲公司", "", ""])[0].counts["unchanged"] == 1
    one, _page = bring(["甲公司", "", ""], clears="on")
    assert one.counts["changed"] == 1
    do(browser, one, "write", digest=one.digest)
    assert Organization.objects.get().address == ""


def test_a_comparison_waits_for_the_worker_and_stops_without_a_trace(
    browser, bring, settings, django_capture_on_commit_callbacks
):
    settings.JOBS_AT_ONCE = False
    one, page = bring(["甲公司", "一号", ""])
    assert "being compared" in page and "hx-get" in page
    assert "hx-get" in browser.get(f"{BASE}{one.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert "nothing of it was kept" in do(browser, one, "stop")
    assert one.job.state == State.CANCELED
    with django_capture_on_commit_callbacks(execute=True):
        do(browser, one, "drop")
    assert files(settings) == []
    assert not PlannedRow.objects.exists()


def test_the_page_leads_on_when_the_worker_has_compared(browser, bring, settings):
    settings.JOBS_AT_ONCE = False
    one, _page = bring(["甲公司", "一号", ""])
    working.work(lambda: not Job.objects.open().exists())
    response = browser.get(f"{BASE}{one.pk}/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == f"{BASE}{one.pk}/"


def test_dropped_while_it_is_compared_nothing_is_left(bring, browser, settings, monkeypatch):
    settings.JOBS_AT_ONCE = False
    one, _page = bring(["丙" * 300, "一号", ""])

    def drop_meanwhile(*args, **kwargs):
        found = planned(*args, **kwargs)
        WorkbookImport.objects.filter(pk=one.pk).delete()
        return found

    planned = bringing.plan
    monkeypatch.setattr(bringing, "plan", drop_meanwhile)
    with pytest.raises(CanceledError):
        bringing.compare(one.pk, NoProgress())
    assert len(files(settings)) == 1
    assert not PlannedRow.objects.exists()


@pytest.mark.parametrize("error", [CanceledError(), ValidationError("no"), OSError(28, "No space left")])
def test_a_writing_that_is_cut_short_leaves_nothing(bring, browser, monkeypatch, error):
    one, _page = bring(["甲公司", "一号", ""], ["乙公司", "二号", ""])

    def cut_short(*args):
        wrote(*args)
        raise error

    wrote = bringing.write
    monkeypatch.setattr(bringing, "write", cut_short)
    page = do(browser, one, "write", digest=one.digest)
    assert not Organization.objects.exists()
    assert one.written_at is None
    assert "Write 2 new" in page
    monkeypatch.undo()
    do(browser, one, "write", digest=one.digest)
    assert Organization.objects.count() == 2


@pytest.mark.parametrize(
    ("marks", "plans"),
    [([1, 1], 1), ([1, 2, 3, 3], 2), ([1, 2, 3, 4, 5, 6], 4)],
    ids=["at_rest", "moved_once", "never_at_rest"],
)
def test_what_moves_while_it_is_compared_is_compared_again_before_the_lock(
    bring, browser, monkeypatch, marks, plans
):
    one, _page = bring(["甲公司", "一号", ""])
    planned, made, left = bringing.plan, [], iter(marks)
    monkeypatch.setattr(bringing, "plan", lambda *args, **given: (made.append(1), planned(*args, **given))[1])
    monkeypatch.setattr(bringing, "mark_of", lambda _zone: next(left))
    do(browser, one, "write", digest=one.digest)
    assert Organization.objects.get().name == "甲公司"
    assert (len(made), list(left)) == (plans, [])


def test_who_lost_the_role_meanwhile_writes_nothing(bring, browser, cast, settings):
    one, _page = bring(["甲公司", "一号", ""])
    settings.JOBS_AT_ONCE = False
    do(browser, one, "write", digest=one.digest)
    Membership.objects.filter(user=cast.alice).delete()
    working.work(lambda: not Job.objects.open().exists())
    assert not Organization.objects.exists()
    assert "role" in Job.objects.latest("pk").error


def test_an_import_is_seen_by_its_owner_only(bring, client, cast):
    one, _page = bring(["甲公司", "一号", ""])
    client.force_login(cast.bob)
    assert client.get(f"{BASE}{one.pk}/").status_code == 404
    assert client.post(f"{BASE}{one.pk}/", {"do": "drop"}).status_code == 404
    assert client.get(f"/north/projects/import/{one.pk}/").status_code == 404
    assert "名单.xlsx" not in client.get(BASE).content.decode()
    assert WorkbookImport.objects.exists()


def test_a_written_row_cites_its_place_in_the_workbook(bring, browser, client, cast, zone):
    changed = make_organization(zone, name="甲公司", address="旧址一号")
    same = make_organization(zone, name="乙公司", address="不变")
    one, _page = bring(["甲公司", "新址二号", ""], ["乙公司", "不变", ""], ["丙公司", "三号", ""])
    page = do(browser, one, "write", digest=one.digest)

    assert [str(tie) for tie in Citation.objects.of([changed])] == ["名单.xlsx · Sheet!2"]
    new = Organization.objects.get(name="丙公司")
    assert [str(tie) for tie in Citation.objects.of([new])] == ["名单.xlsx · Sheet!4"]
    assert not Citation.objects.of([same]).exists()
    attachment = Attachment.objects.get()
    url = f"/north/sources/attachments/{attachment.pk}/"
    assert url in page
    shown = client.get(f"/north/organizations/{new.pk}/").content.decode()
    assert "名单.xlsx · Sheet!4" in shown and url in shown
    assert "名单.xlsx · Sheet!2" in client.get(f"/north/organizations/{changed.pk}/history/").content.decode()
    assert Change.objects.get(verb="attach").fields["attachment"] == ["", "名单.xlsx"]
    # The file stays: records rest on it.
    client.post(f"/north/sources/attachments/{attachment.pk}/remove/")
    attachment.refresh_from_db()
    assert attachment.removed_at is None


@pytest.mark.parametrize(
    ("who", "page", "file"), [("bob", 200, 200), ("leader", 403, 200), ("enterprise", 403, 404)]
)
def test_the_staff_reads_what_records_rest_on(bring, browser, client, cast, who, page, file):
    one, _page = bring(["甲公司", "一号", ""])
    do(browser, one, "write", digest=one.digest)
    Organization.objects.get().representatives.add(cast.enterprise)
    client.force_login(getattr(cast, who))
    assert client.get(f"{BASE}{one.pk}/").status_code == page
    assert client.get(f"/north/sources/attachments/{Attachment.objects.get().pk}/").status_code == file
    assert client.post(f"{BASE}{one.pk}/", {"do": "compare"}).status_code == 403


def test_a_longer_preview_costs_no_more_queries(bring, browser):
    costs = []
    for count in (3, 40):
        one, _page = bring(*[[f"企业{number}号", "一号", ""] for number in range(count)])
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"{BASE}{one.pk}/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_what_nobody_wrote_is_gone_after_two_weeks(
    bring, browser, settings, monkeypatch, django_capture_on_commit_callbacks
):
    kept, _page = bring(["甲公司", "一号", ""])
    do(browser, kept, "write", digest=kept.digest)
    bring(["乙公司", "二号", ""])
    with django_capture_on_commit_callbacks(execute=True):
        working.tidy()
    assert WorkbookImport.objects.count() == 2
    monkeypatch.setattr(bringing, "KEPT_FOR", -bringing.KEPT_FOR)
    with django_capture_on_commit_callbacks(execute=True):
        working.tidy()
    assert list(WorkbookImport.objects.all()) == [kept]
    assert not PlannedRow.objects.exists()
    assert "no longer kept" in browser.get(f"{BASE}{kept.pk}/").content.decode()
    assert len(files(settings)) == 1


def test_a_disk_that_is_full_when_all_is_kept_leaves_no_file(
    transactional_db, cast, settings, tmp_path, monkeypatch
):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(workbook(HEADS, ["甲公司", "一号", ""]).getvalue())

    def full():
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patch, pytest.raises((CommandError, OperationalError)):
        patch.setattr(connection, "_commit", full)
        given = {"zone": "north", "ledger": "organizations", "user": "alice"}
        call_command("import_workbook", path, write=True, **given)
    assert files(settings) == []
    assert not Organization.objects.exists()
