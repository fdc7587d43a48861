"""Facts rest on passages: cited when they are recorded, shown both ways, kept by a correction."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.kit import recording
from zoneworks.kit.extensions import citations_of
from zoneworks.kit.models import Change
from zoneworks.kit.registry import faces
from zoneworks.sources import services
from zoneworks.sources.models import Citation, Passage
from zoneworks.sources.tests.conftest import model

STEP = "organization-steps"


def step(**values):
    return {"kind": "high_tech", "when": "2023-05-03", "asserted_by": "self_reported", "note": "", **values}


def test_a_fact_recorded_from_a_passage_rests_on_it(login, organization, passage):
    client = login("alice")
    address = f"/north/facts/{STEP}/new/?subject={organization.pk}&passage={passage.pk}"
    form = client.get(address).content.decode()
    assert f'name="passages" value="{passage.pk}" checked' in form
    assert '<option value="press" selected>' in form

    assert client.post(address, step(passages=[passage.pk])).status_code == 302
    fact = model("organizations.OrganizationStep").objects.get()
    (link,) = citations_of([fact], None, None)[fact.pk]
    assert link.label == "开发区专版 · mark 1"
    assert link.url.endswith(f"#p{passage.pk}")
    page = client.get(link.url).content.decode()
    assert faces[STEP].url_of(fact) in page
    assert f'href="/north/organizations/{organization.pk}/"' in page


def test_a_day_is_read_in_the_month_of_the_document(login, organization, passage):
    address = f"/north/facts/{STEP}/new/?subject={organization.pk}&passage={passage.pk}"
    login("alice").post(address, step(when="24日", passages=[passage.pk]))

    assert model("organizations.OrganizationStep").objects.get().earliest.isoformat() == "2023-05-24"


@pytest.mark.parametrize("chosen", ["elsewhere", "999999", "x"])
def test_a_passage_that_is_not_here_is_refused_and_nothing_recorded(
    login, organization, other_zone, make_document, chosen
):
    elsewhere = services.mark(make_document(zone=other_zone), 0, 4, actor=None)
    address = f"/north/facts/{STEP}/new/?subject={organization.pk}"
    data = step(passages=[elsewhere.pk if chosen == "elsewhere" else chosen])
    response = login("alice").post(address, data)

    assert response.status_code == 422
    assert not model("organizations.OrganizationStep").objects.exists()
    assert not Citation.objects.exists()


def test_a_correction_keeps_the_citations_of_what_it_corrects(login, passage, make_fact):
    fact = make_fact()
    services.cite(fact, [passage], actor=None)
    client = login("alice")
    address = faces[STEP].url_of(fact, "correct")
    assert f'value="{passage.pk}" checked' in client.get(address).content.decode()

    client.post(address, step(passages=[passage.pk]))
    newest = recording.newest(fact)
    assert newest != fact
    assert Citation.objects.of([newest]).get().passage == passage


def test_a_form_draws_the_chosen_passages_alone(login, organization, document):
    marked = [services.mark(document, 0, end, actor=None) for end in range(2, 20)]
    address = f"/north/facts/{STEP}/new/?subject={organization.pk}&passage={marked[0].pk}"

    assert login("alice").get(address).content.decode().count('name="passages"') == 1


@pytest.mark.parametrize(
    ("who", "text", "count"),
    [
        ("alice", "硅片", 1),
        ("alice", "专版", 1),
        ("alice", "没有", 0),
        ("alice", "", 0),
        ("leader", "硅片", 1),
    ],
)
def test_passages_are_found_by_words_and_document(login, passage, who, text, count):
    page = login(who).get("/north/sources/passages/", {"passage-search": text}).content.decode()
    assert page.count('name="passages"') == count


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("dora", 404), ("enterprise", 200)])
def test_passages_are_not_found_from_outside(login, passage, who, status):
    response = login(who).get("/north/sources/passages/", {"passage-search": "硅片"})

    assert response.status_code == status
    assert "硅片项目" not in response.content.decode()


# -- from the passage to the record ---------------------------------------------------------------------


def test_the_passage_leads_to_the_form_of_each_kind_of_fact(login, organization, passage, make_fact):
    fact = make_fact()
    client = login("alice")
    address = f"/north/sources/passages/{passage.pk}/record/"
    found = client.get(address, {"q": "双鹏"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in found
    assert f"ledger=organizations&amp;row={organization.pk}" in found

    page = client.get(address, {"ledger": "organizations", "row": organization.pk}).content.decode()
    for face in faces.about(type(organization)):
        assert f"/facts/{face.slug}/new/?subject={organization.pk}&amp;passage={passage.pk}" in page
    assert f"/cite/{STEP}/{fact.pk}/" in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"q": "没有"}, 200), ({"ledger": "organizations", "row": "999999"}, 404),
        ({"ledger": "poems", "row": "1"}, 404), ({"ledger": "organizations", "row": "x"}, 200),
        ({"ledger": "organizations", "row": "²"}, 200), ({"ledger": "organizations", "row": "9" * 30}, 200),
    ],
)  # fmt: skip
def test_what_is_not_there_cannot_be_recorded_about(login, passage, query, status):
    assert login("alice").get(f"/north/sources/passages/{passage.pk}/record/", query).status_code == status


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, ""])
def test_a_number_that_no_row_has_chooses_no_passage(login, organization, document, passage, number):
    client = login("alice")
    assert client.get(f"/north/documents/{document.pk}/", {"passage": number}).status_code == 200
    address = f"/north/facts/{STEP}/new/?subject={organization.pk}"
    form = client.get(f"{address}&passage={number}").context["form"]
    assert form["passages"].value() == []
    response = client.post(address, {"kind": "registered", "when": "2023-05-01", "passages": [number or "x"]})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 302), ("leader", 403), ("auditor", 403), ("enterprise", 404), ("charlie", 404), ("dora", 404)],
)
def test_those_who_may_record_let_a_fact_rest_on_a_passage(login, passage, make_fact, who, status):
    fact = make_fact()
    response = login(who).post(f"/north/sources/passages/{passage.pk}/cite/{STEP}/{fact.pk}/")

    assert response.status_code == status
    assert Citation.objects.exists() is (status == 302)
    assert Change.objects.of_row(fact).filter(verb="cite").exists() is (status == 302)


def test_a_passage_is_cited_once(passage, make_fact, cast):
    fact = make_fact()

    assert len(services.cite(fact, [passage, passage], actor=cast.alice)) == 1
    assert services.cite(fact, [passage], actor=cast.bob) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 302), ("alice", 403), ("auditor", 403), ("charlie", 404), ("dora", 404)],
)
def test_an_administrator_alone_takes_a_citation_back(login, passage, make_fact, who, status):
    fact = make_fact()
    (citation,) = services.cite(fact, [passage], actor=None)
    response = login(who).post(f"/north/sources/citations/{citation.pk}/remove/")

    assert response.status_code == status
    assert Citation.objects.standing().exists() is (status != 302)
    assert Passage.objects.exists()
    if status == 302:
        assert "硅片" in Change.objects.of_row(fact).get(verb="uncite").fields["citations"][0]


def test_a_corrected_fact_no_longer_stands_beside_the_passage(login, passage, make_fact, cast):
    fact = make_fact()
    services.cite(fact, [passage], actor=None)
    recording.withdraw(fact, reason="写错了", actor=cast.alice)

    page = login("alice").get(f"/north/documents/{passage.document_id}/").content.decode()
    assert faces[STEP].url_of(fact) not in page


def test_citations_of_many_facts_cost_one_query(passage, make_fact):
    facts = [make_fact() for _number in range(12)]
    for fact in facts:
        services.cite(fact, [passage], actor=None)
    citations_of(facts[:1], None, None)
    with CaptureQueriesContext(connection) as queries:
        assert len(citations_of(facts, None, None)) == 12
    assert len(queries) == 1
