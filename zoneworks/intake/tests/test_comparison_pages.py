"""The page that compares both extractors: what shows at once, what is asked beside it, who sees it, what is written."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from zoneworks.intake.comparison.running import COMPARE, MOST_SIGNS
from zoneworks.intake.tests.stub import Reply, says, stub
from zoneworks.jobs import channel, working
from zoneworks.jobs.models import Job, State
from zoneworks.kit.models import Change
from zoneworks.sources.models import Document

pytestmark = pytest.mark.django_db
PAGE = "南湾开发区举行防汛演练\n\n5月6日上午，南湾开发区在三号码头举行防汛演练，36人参加。\n"
KEY = "sk-not-to-be-seen"
ANSWER = {
    "organizations": [
        {"quote": "南湾开发区在三号码头", "name": "南湾开发区", "kind": "park"},
        {"quote": "月球基地", "name": "月球基地", "kind": "zone"},
    ],
    "claims": [{"quote": "36人参加", "indicator": "参加", "value": "36", "unit": "人"}],
}


@pytest.fixture
def server(settings):
    with stub() as told:
        settings.EXTRACTOR = {
            "URL": told.url,
            "MODEL": "stub",
            "KEY": KEY,
            "PRICE_IN": "2",
            "PRICE_OUT": "8",
            "CURRENCY": "CNY",
        }
        told.answers(says(ANSWER))
        yield told


@pytest.fixture
def document(zone):
    return Document.objects.create(
        zone=zone,
        title="开发区专版",
        kind="newspaper",
        text=PAGE,
        issued_earliest=date(2024, 5, 10),
        issued_latest=date(2024, 5, 10),
    )


@pytest.fixture
def url(zone):
    return reverse("compare:page", kwargs={"zone": zone.code})


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice)
    return client


def job_of():
    return Job.objects.get(kind=COMPARE)


def compare(client, url, **said):
    return client.post(url, {"do": "both", **said}, follow=True)


# -- the rules at once -------------------------------------------------------------------------------------------


def test_the_rules_read_a_pasted_text_at_once_and_nobody_is_asked(alice, url, server):
    response = alice.post(url, {"do": "rules", "text": PAGE})
    assert response.status_code == 200
    assert "drill" in response.content.decode()
    assert (server.asked, Job.objects.exists()) == ([], False)


def test_a_kept_document_is_read_by_its_own_day_of_issue(alice, url, document):
    text = alice.get(url, {"document": document.pk}).content.decode()
    assert "2024-05-06" in text
    assert "开发区专版" in text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": " \n"}, "Choose a document, or paste a text."),
        ({"text": "字" * (MOST_SIGNS + 1)}, "are compared at once"),
        ({"document": "999999"}, "Select a valid choice"),
        ({"text": PAGE, "issued_on": "24.5."}, "Enter a valid date"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(alice, url, server, said, words):
    response = alice.post(url, {"do": "both", **said})
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert not Job.objects.exists()


# -- both --------------------------------------------------------------------------------------------------------


def test_both_stand_side_by_side_with_what_it_took_and_what_was_left_out(alice, url, server):
    response = compare(alice, url, text=PAGE, issued_on="2024-05-10")
    text = response.content.decode()
    [article] = response.context["articles"]
    assert {(row.mark, row.kind) for row in article["rows"]} >= {
        ("one", "Engagements"),
        ("differ", "Organizations"),
    }
    assert "0.0036 CNY" in text
    assert "1000 sent, 200 received" in text
    assert "its quote is not in the text" in text
    assert "月球基地" in text
    assert KEY not in text


def test_it_is_the_same_page_in_chinese(alice, url, server):
    alice.cookies["django_language"] = "zh-hans"
    with translation.override("zh-hans"):
        text = compare(alice, url, text=PAGE).content.decode()
    assert "仅规则" in text
    assert "only the rules" not in text


def test_the_page_does_not_wait_for_the_endpoint(alice, url, server, settings, document):
    settings.JOBS_AT_ONCE = False
    text = compare(alice, url, document=document.pk).content.decode()
    job = job_of()
    assert (job.state, server.asked) == (State.QUEUED, [])
    assert "Below stands what the rules found." in text
    assert "drill" in text
    address = reverse("compare:result", kwargs={"zone": job.zone.code, "pk": job.pk})
    status = alice.get(address, headers={"HX-Request": "true"})
    assert (b"drill" in status.content, "HX-Refresh" in status.headers) == (False, False)

    working.work(lambda: not Job.objects.open().exists())
    assert len(server.asked) == 1
    assert alice.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "0.0036 CNY" in alice.get(address).content.decode()


def test_a_pasted_text_is_kept_no_longer_than_the_job(alice, url, server):
    compare(alice, url, text=PAGE)
    assert (job_of().brought.name, job_of().state) == ("", State.DONE)
    assert PAGE not in json.dumps(job_of().arguments, ensure_ascii=False)


def test_an_endpoint_that_fails_leaves_the_rules_and_says_why(alice, url, server):
    server.answers(Reply(401, body=KEY.encode()))
    text = compare(alice, url, text=PAGE).content.decode()
    assert "Article 1 was not read by the endpoint: The endpoint refuses the key. (HTTP 401)" in text
    assert "drill" in text
    assert KEY not in text


# -- off ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "ZONEWORKS_EXTRACTOR_URL"),
        ({"URL": "http://models.example/v1", "MODEL": "m"}, "travel in the open"),
    ],
)
def test_without_an_endpoint_the_page_says_what_to_set_and_the_rules_still_read(
    alice, url, settings, said, words
):
    settings.EXTRACTOR = said
    text = alice.get(url).content.decode()
    assert (words in text, 'value="both"' in text) == (True, False)
    assert alice.post(url, {"do": "both", "text": PAGE}).status_code == 422
    assert alice.post(url, {"do": "rules", "text": PAGE}).status_code == 200
    assert not Job.objects.exists()


# -- walls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("auditor", 200), ("enterprise", 403), ("charlie", 404), ("dora", 404)],
)
def test_only_the_staff_of_the_zone_compares(client, cast, url, server, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(url).status_code == status
    assert client.post(url, {"do": "both", "text": PAGE}, follow=True).status_code == status
    assert len(server.asked) == (status == 200)


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("bob", 404), ("administrator", 404), ("enterprise", 403), ("charlie", 404)],
)
def test_a_comparison_is_its_owners_alone(client, cast, zone, url, server, who, status):
    client.force_login(cast.alice)
    compare(client, url, text=PAGE)
    address = reverse("compare:result", kwargs={"zone": zone.code, "pk": job_of().pk})
    client.force_login(getattr(cast, who))
    assert client.get(address).status_code == status


def test_a_document_of_another_zone_is_none(alice, url, server, other_zone):
    away = Document.objects.create(zone=other_zone, title="南园专版", text=PAGE)
    assert alice.get(url, {"document": away.pk}).status_code == 404
    assert alice.post(url, {"do": "both", "document": away.pk}).status_code == 422
    assert server.asked == []


def test_a_job_of_another_kind_is_no_comparison(alice, cast, zone):
    other = Job.objects.create(zone=zone, owner=cast.alice, kind="exchange.export", title="a")
    address = reverse("compare:result", kwargs={"zone": zone.code, "pk": other.pk})
    assert alice.get(address).status_code == 404


# -- the trail ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_kept", [True, False])
def test_who_asked_which_model_about_what_is_written_down_without_text_and_key(
    alice, cast, url, server, document, is_kept
):
    compare(alice, url, **({"document": document.pk} if is_kept else {"text": PAGE}))
    change = Change.objects.get(verb="extract")
    assert (change.actor, change.object_id) == (cast.alice, document.pk if is_kept else job_of().pk)
    assert {name: after for name, (_before, after) in change.fields.items()} == {
        "endpoint": server.url.split("/")[2],
        "model": "stub-1",
        "calls": "1",
        "tokens sent": "1000",
        "tokens received": "200",
        "cost": "0.0036 CNY",
    }
    said = json.dumps(change.fields, ensure_ascii=False)
    assert "演练" not in said
    assert KEY not in said + json.dumps(job_of().arguments) + job_of().file.read().decode()


def test_what_was_used_is_written_down_even_when_somebody_cancels(alice, url, server, settings, monkeypatch):
    settings.JOBS_AT_ONCE = False
    compare(alice, url, text=PAGE)
    pk = job_of().pk
    server.answers(lambda asked: (channel.ask_to_cancel(pk), says(ANSWER))[1])
    monkeypatch.setattr("zoneworks.jobs.running._BETWEEN_BEATS", 0)
    working.work(lambda: not Job.objects.open().exists())
    assert (job_of().state, Change.objects.get(verb="extract").fields["calls"]) == (State.CANCELED, ["", "1"])
