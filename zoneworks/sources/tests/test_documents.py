"""The ledger of documents: entering, changing, reading, marking, downloading."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.kit.models import Change
from zoneworks.sources import services
from zoneworks.sources.models import Attachment, Document, Passage
from zoneworks.sources.soundness import Passages, Pieces
from zoneworks.sources.tests.conftest import PDF, PNG, TEXT, upload

NEW = "/north/documents/new/"


def entered(**values):
    return {"title": "会议纪要", "kind": "minutes", "issued": "2023年5月", "text": "", **values}


def stored_files(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 302), ("inspector", 302), ("administrator", 302), ("leader", 403), ("auditor", 403),
        ("enterprise", 403), ("charlie", 404), ("dora", 404),
    ],
)  # fmt: skip
def test_recorders_and_inspectors_enter_documents(login, zone, who, status):
    response = login(who).post(NEW, entered(text="第一行\r\n第二行"))

    assert response.status_code == status
    assert list(Document.objects.values_list("text", flat=True)) == ["第一行\n第二行"] * (status == 302)


def test_a_text_file_gives_the_text_and_stays_as_the_file(login, zone):
    file = upload("纪要.txt", "\ufeff第一行\r\n第二行".encode("gb18030"))
    login("alice").post(NEW, entered(upload=file))
    document = Document.objects.get()

    assert (document.text, document.file_name) == ("第一行\n第二行", "纪要.txt") or document.text.endswith(
        "第二行"
    )
    assert (document.issued_earliest, document.issued_latest) == (date(2023, 5, 1), date(2023, 5, 31))
    assert len(document.sha256) == 64
    assert "纪要" not in str(document.file.name)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"title": "长" * 10_000}, "at most 200 characters (it has 10000)"),
        ({"issued": "5月32日"}, "32"),
        ({"upload": ("假.pdf", PNG)}, "it looks like .png"),
        ({"upload": ("空.txt", b"")}, "empty"),
        ({"kind": "poem"}, "poem"),
        ({"text": "字" * 500_001}, "at most 500000 characters"),
    ],
)
def test_a_bad_document_is_refused_at_its_field_and_leaves_nothing(login, zone, settings, values, says):
    if isinstance(values.get("upload"), tuple):
        values = {"upload": upload(*values["upload"])}
    response = login("alice").post(NEW, entered(**values))

    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Document.objects.exists()
    assert not stored_files(settings)


def test_the_same_file_is_not_entered_twice(login, zone):
    login("alice").post(NEW, entered(upload=upload()))
    response = login("bob").post(NEW, entered(title="又一份", upload=upload("副本.pdf")))

    assert response.status_code == 422
    assert "会议纪要" in response.content.decode()


def test_a_file_is_gone_when_its_document_is_not_kept(login, zone, settings, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no more room")

    monkeypatch.setattr(services, "record", fail)
    with pytest.raises(RuntimeError):
        login("alice").post(NEW, entered(upload=upload()))
    assert not Document.objects.exists()
    assert not stored_files(settings)


def test_a_replaced_file_stays_as_an_attachment(login, zone):
    login("alice").post(NEW, entered(upload=upload()))
    document = Document.objects.get()
    login("alice").post(f"/north/documents/{document.pk}/edit/", entered(upload=upload("新.png", PNG)))
    document.refresh_from_db()

    assert document.file_name == "新.png"
    kept = Attachment.objects.get()
    assert (kept.name, kept.target) == ("合同.pdf", document)
    assert default_storage.open(str(kept.file.name)).read() == PDF


def test_many_documents_saved_together_are_as_sound_as_one(zone):
    texts = ("硅片项目签约", "")
    Document.save_new([Document(zone=zone, title="纪要", text=text) for text in texts])

    assert [str(found) for sound in (Passages(), Pieces()) for found in sound.find(zone)] == []
    assert sorted(len(known) for known in Document.objects.values_list("sha256", flat=True)) == [0, 64]
    assert [row.text for row in Document.objects.matching("项目签约")] == ["硅片项目签约"]


# -- the text and its passages --------------------------------------------------------------------------


def test_a_changed_text_moves_its_passages(login, document, passage):
    later = services.mark(document, 22, 26, actor=None)
    text = "【头版】" + TEXT.replace("20亿元", "二十亿元")
    login("alice").post(f"/north/documents/{document.pk}/edit/", entered(text=text.replace("\n", "\r\n")))
    document.refresh_from_db()

    for one in Passage.objects.all():
        assert document.text[one.start : one.end] == one.quote
    assert Passage.objects.get(pk=later.pk).start == later.start + 4
    assert "【头版】" in Change.objects.of_row(document)[0].fields["text"][1]


def test_a_text_that_loses_a_marked_passage_is_refused(login, document, passage):
    address = f"/north/documents/{document.pk}/edit/"
    response = login("alice").post(address, entered(text=TEXT.replace("硅片", "硅料")))

    assert response.status_code == 422
    assert "no longer holds 1 marked passage" in response.content.decode()
    document.refresh_from_db()
    assert document.text == TEXT


def test_overlapping_passages_are_all_marked_in_the_text(login, document, cast):
    ends = [(0, 9), (4, 12), (4, 6)]
    one, two, three = [services.mark(document, start, end, actor=cast.alice) for start, end in ends]
    page = login("alice").get(f"/north/documents/{document.pk}/?passage={two.pk}").content.decode()
    (drawn,) = re.findall(r'<div class="doc"[^>]*>(.*?)</div>', page, re.DOTALL)

    assert re.sub(r"<[^>]*>", "", drawn) == TEXT
    for passage in (one, two, three):
        assert drawn.count(f'id="p{passage.pk}"') == 1
    assert drawn.count("is-target") == 3


def test_the_page_shows_the_sum_and_offers_the_file(login, zone):
    login("alice").post(NEW, entered(upload=upload()))
    document = Document.objects.get()
    page = login("alice").get(f"/north/documents/{document.pk}/").content.decode()

    assert document.sha256 in page
    assert f"/north/sources/documents/{document.pk}/file/" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("leader", 200), ("auditor", 200), ("enterprise", 404), ("charlie", 404), ("dora", 404)],
)
def test_staff_alone_download_the_file(login, zone, who, status):
    login("alice").post(NEW, entered(upload=upload()))
    response = login(who).get(f"/north/sources/documents/{Document.objects.get().pk}/file/")

    assert response.status_code == status
    if status == 200:
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert b"".join(response.streaming_content) == PDF


def test_a_document_without_a_file_has_none_to_download(login, document):
    assert login("alice").get(f"/north/sources/documents/{document.pk}/file/").status_code == 404


# -- marking --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 302),
        ("verifier", 302),
        ("leader", 403),
        ("enterprise", 404),
        ("charlie", 404),
        ("dora", 404),
    ],
)
def test_writers_mark_what_they_select(login, document, who, status):
    response = login(who).post(
        f"/north/sources/documents/{document.pk}/mark/", {"start": 0, "end": 4, "quote": TEXT[:4]}
    )

    assert response.status_code == status
    assert list(Passage.objects.values_list("quote", flat=True)) == [TEXT[:4]] * (status == 302)
    if status == 302:
        passage = Passage.objects.get()
        assert response["Location"].endswith(f"/{document.pk}/?passage={passage.pk}#p{passage.pk}")
        assert Change.objects.of_row(document).filter(verb="mark").exists()


def test_marking_may_lead_on_to_recording(login, document):
    response = login("alice").post(
        f"/north/sources/documents/{document.pk}/mark/",
        {"start": 0, "end": 4, "quote": TEXT[:4], "then": "record"},
    )
    assert response["Location"] == f"/north/sources/passages/{Passage.objects.get().pk}/record/"


@pytest.mark.parametrize("stored", ["甲\n乙", "甲\r\n乙", "甲\r乙"])
def test_line_ends_of_a_selection_do_not_matter(login, make_document, stored):
    document = make_document(text=stored)
    address = f"/north/sources/documents/{document.pk}/mark/"
    login("alice").post(address, {"start": 0, "end": len(stored), "quote": "甲\r\n乙"})

    assert Passage.objects.get().quote == stored


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"start": 1, "end": 5, "quote": TEXT[:4]}, "does not say this at characters 1 to 5"),
        ({"start": 0, "end": 9999, "quote": TEXT}, "there is no passage from 0 to 9999"),
        ({"start": "x", "end": 4, "quote": TEXT[:4]}, "whole number"),
        ({"quote": "  "}, "nothing but blanks"),
        ({"quote": "没有的话"}, "does not hold these words"),
        ({"quote": "开工"}, "These words stand at 2 places"),
        ({"quote": "开工", "place": "1-3"}, "These words stand at 2 places"),
    ],
)
def test_a_place_that_is_not_sure_is_asked_for_again(login, document, data, says):
    response = login("alice").post(f"/north/sources/documents/{document.pk}/mark/", data)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Passage.objects.exists()


@pytest.mark.parametrize(
    ("data", "quote"),
    [
        ({"quote": "计划总投资 20亿元"}, "计划总投资20亿元"),
        ({"quote": "20亿元。 二期"}, "20亿元。\n二期"),
        ({"quote": "开工", "place": f"{TEXT.rindex('开工')}-{TEXT.rindex('开工') + 2}"}, "开工"),
    ],
)
def test_pasted_words_are_found_in_the_text(login, document, data, quote):
    login("alice").post(f"/north/sources/documents/{document.pk}/mark/", data)

    passage = Passage.objects.get()
    assert (passage.quote, TEXT[passage.start : passage.end]) == (quote, quote)


# -- lists ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3), ("kind=notice", 1), ("issuer=管委", 1), ("issued_from=2024-01-01", 1),
        ("issued_to=2023-06-01", 1), ("q=专版", 1), ("q=zb", 1), ("sort=-passage_count", 3),
        ("sort=citation_count", 3),
    ],
)  # fmt: skip
def test_documents_are_filtered_and_found(login, document, make_document, query, found):
    make_document(title="安全通知", kind="notice", issuer="开发区管委会")
    make_document(
        title="年报", kind="report", issued_earliest=date(2024, 1, 2), issued_latest=date(2024, 1, 2)
    )
    page = login("alice").get(f"/north/documents/?{query}").content.decode()

    assert len(re.findall(r"<tr[^>]* data-url=", page)) == found


def test_a_day_that_cannot_be_read_is_said_at_its_filter(login, document):
    page = login("alice").get("/north/documents/?issued_from=yesterday").content.decode()
    assert "Enter a valid date" in page


def test_kind_and_issuer_change_together(login, document, make_document):
    other = make_document(title="另一份")
    data = {"pk": [document.pk, other.pk], "change": ["kind"], "kind": "notice", "save": "1"}
    assert login("alice").post("/north/documents/bulk/", data).status_code == 302

    assert set(Document.objects.values_list("kind", "text")) == {("notice", TEXT)}


@pytest.mark.parametrize("address", ["/north/documents/", "/north/documents/{pk}/"])
def test_more_rows_cost_no_more_queries(login, document, make_document, make_fact, cast, address):
    client = login("alice")
    client.get(address.format(pk=document.pk))
    costs = []
    for extra in (2, 20):
        for number in range(extra):
            make_document()
            start = 0 if extra == 2 else 10
            fact = make_fact()
            services.cite(fact, [services.mark(document, start, start + 1 + number, actor=None)], actor=None)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address.format(pk=document.pk)).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
