"""The page on which a draft is checked: who may, what it shows, and that nothing of the draft is lost or kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.intake.checking.checker import LONGEST
from zoneworks.site.tests.conftest import make_document, make_project, make_step
from zoneworks.sources.models import Document

pytestmark = pytest.mark.django_db

PAGE = "/north/check/"
DRAFT = "今年以来，签约项目2个，开工项目5个。全市签约项目90个。"


@pytest.fixture
def signed(zone):
    for month in (3, 4):
        project = make_project(zone)
        make_step(project, "signed", date(2024, month, 5))
    make_step(project, "started", date(2024, 5, 5))
    return zone


def post(client, text=DRAFT, day="2024-10-25", page=PAGE):
    return client.post(page, {"text": text, "issue_date": day})


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("leader", 200), ("auditor", 200), ("enterprise", 403), ("charlie", 404), ("dora", 404)],
)
def test_the_people_of_the_zone_check_drafts_and_nobody_else(client, cast, signed, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(PAGE).status_code == status
    answer = post(client)
    assert answer.status_code == status
    assert ("check-mark" in answer.content.decode()) is (status == 200)


def test_each_number_is_marked_and_opens_into_its_rows(client, cast, signed):
    client.force_login(cast.alice)
    shown = post(client).content.decode()
    assert shown.count("check-mark is-supported") == 1
    assert shown.count("check-mark is-differs") == 1
    assert shown.count("check-mark is-not_measurable") == 1
    assert "/north/measures/projects.signed/?as_of=2024-10-25&amp;from=2024-01-01&amp;to=2024-10-25" in shown
    assert "The ledger says 1; the draft is 4 more." in shown
    assert DRAFT in shown  # the form keeps it
    assert "style=" not in shown


def test_a_draft_of_supported_numbers_is_clear(client, cast, signed):
    client.force_login(cast.alice)
    assert "Clear." in post(client, "今年以来，签约项目2个。").content.decode()
    assert "Clear." not in post(client).content.decode()


def test_a_draft_without_numbers_says_so(client, cast, signed):
    client.force_login(cast.alice)
    assert "states no number" in post(client, "春天来了。").content.decode()


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        (" ", "2024-10-25", "The draft is empty."),
        (DRAFT, "25.10.", "issue_date: “25.10.” is no date"),
        ("签约项目2个。" * (LONGEST // 7 + 1), "2024-10-25", "at most 200000 are checked at once"),
    ],
)
def test_bad_input_is_named_and_the_draft_stays_in_the_form(client, cast, signed, text, day, said):
    client.force_login(cast.alice)
    answer = post(client, text, day)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert text in answer.content.decode()


def test_markup_in_a_draft_stays_text(client, cast, signed):
    client.force_login(cast.alice)
    shown = post(client, "<script>alert(1)</script>今年以来，签约项目<b>2个</b>。").content.decode()
    assert "<script>alert" not in shown
    assert "<b>" not in shown


def test_a_kept_document_is_checked_from_its_own_day(client, cast, signed, other_zone):
    kept = make_document(
        signed, text="今年以来，签约项目1个。", issued_earliest="2024-03-25", issued_latest="2024-03-25"
    )
    foreign = make_document(other_zone, text=DRAFT)
    client.force_login(cast.alice)
    shown = client.get(f"{PAGE}?document={kept.pk}").content.decode()
    assert "check-mark is-supported" in shown
    for wrong in (foreign.pk, "x", 10**30):
        assert client.get(f"{PAGE}?document={wrong}").status_code == 404
    assert foreign.title not in shown


def test_nothing_of_a_draft_is_stored(client, cast, signed):
    client.force_login(cast.alice)
    before = Document.objects.count()
    with CaptureQueriesContext(connection) as queries:
        post(client)
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert [sql for sql in written if "签约" in sql] == []
    assert Document.objects.count() == before


def test_the_moment_of_the_page_is_kept(client, cast, signed):
    client.force_login(cast.alice)
    shown = client.post(f"{PAGE}?as_of=2024-03-31", {"text": "今年以来，签约项目1个。"}).content.decode()
    assert "check-mark is-supported" in shown
    assert 'action="/north/check/?as_of=2024-03-31"' in shown


def test_a_longer_draft_of_the_same_numbers_costs_no_more_queries(client, cast, signed, team):
    client.force_login(cast.alice)
    draft = f"{DRAFT}今年以来，招商一队签约10亿元以上项目3个。"
    post(client, draft)
    costs = []
    for times in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            assert post(client, draft * times).content.decode().count("unit: 招商一队") == times
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_menu_leads_to_it(client, cast, signed):
    client.force_login(cast.alice)
    assert f'href="{PAGE}"' in client.get("/north/measures/").content.decode()
    client.force_login(cast.enterprise)
    assert f'href="{PAGE}"' not in client.get("/north/measures/").content.decode()
