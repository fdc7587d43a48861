"""A document comes in, what it tells is proposed, and a person judges it: through the pages, as an officer does."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.engagements.models import Engagement
from zoneworks.intake import reviewing
from zoneworks.intake.models import Proposal, ProposalState, Reading, Written
from zoneworks.jobs.models import Job
from zoneworks.jobs.running import CanceledError, Progress
from zoneworks.kit.models import Change
from zoneworks.measures.models import Claim
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person, PostFact
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.sources.models import Citation, Document

PAGE = """\
云溪经开区签约一批项目

5月8日，云溪经开区举行项目签约仪式，区党工委书记陈立新出席并讲话。
由苏州明锐电子科技有限公司投资建设的柔性线路板项目正式签约，计划总投资近20亿元，其中设备投资7亿元，厂房面积约5.5万平方米。
今年以来，云溪经开区共签约项目12个，计划总投资超100亿元。
"""


@pytest.fixture
def brought(login, zone):
    """Bring the page as Alice does and return her client with the document."""
    client = login("alice")
    response = client.post(
        "/north/intake/",
        {"text": PAGE, "kind": "newspaper", "title": "", "issuer": "", "issued": "2024-05-09"},
    )
    assert response.status_code == 302, response.content.decode()
    return client, Document.objects.get()


def proposal(kind: str, **said) -> Proposal:
    return next(one for one in Proposal.objects.filter(kind=kind) if said.items() <= one.told.items())


def as_shown(client, one: Proposal, **changes):
    """Return what the browser would send of the form of a proposal, with changes."""
    page = client.get(f"/north/intake/{one.document_id}/?proposal={one.pk}")
    form = page.context["active"]["form"]
    data = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if value not in (None, "", False):
            data[name] = value
    return data | changes


def accept(client, one: Proposal, **changes):
    address = f"/north/intake/{one.document_id}/{one.pk}/accept/"
    return client.post(address, as_shown(client, one, **changes))


def test_a_pasted_page_is_kept_read_and_led_to(brought):
    client, document = brought
    assert document.title == "云溪经开区签约一批项目"
    assert Reading.objects.get().articles[0]["date"] == "2024-05-08"
    page = client.get(f"/north/intake/{document.pk}/").content.decode()
    assert "柔性线路板项目" in page
    assert 'class="passage told told-open is-target"' in page
    listed = client.get("/north/intake/?show=open").content.decode()
    assert f"/north/intake/{document.pk}/" in listed


def test_the_same_text_again_leads_to_its_review_and_keeps_nothing_twice(brought):
    client, document = brought
    count = Proposal.objects.count()
    response = client.post("/north/intake/", {"text": PAGE, "kind": "notice"})

    assert response.url == f"/north/intake/{document.pk}/"
    assert (Document.objects.count(), Proposal.objects.count()) == (1, count)


def test_an_accepted_project_stands_in_the_ledger_with_facts_that_cite_their_place(brought):
    client, document = brought
    response = accept(client, proposal("project"))

    assert response.status_code == 302
    project = Project.objects.get()
    assert (project.name, project.stage) == ("柔性线路板项目", "signed")
    step = ProjectStep.objects.get()
    assert (step.kind, str(step.span), step.asserted_by) == ("signed", "2024-05-08", "press")
    total = ProjectFigure.objects.get(kind="planned_total")
    assert (total.value, total.unit, total.qualifier) == (Decimal(2_000_000_000), "CNY", "near")
    assert ProjectParty.objects.get().organization.name == "苏州明锐电子科技有限公司"
    for fact in (step, total, ProjectParty.objects.get()):
        passage = Citation.objects.of([fact]).get().passage
        assert passage.document == document
        assert document.text[passage.start : passage.end] == passage.quote
    assert Change.objects.filter(verb="judge").count() == 1
    shown = client.get(f"/north/intake/{document.pk}/?proposal={proposal('project').pk}").content.decode()
    assert f"/north/projects/{project.pk}/" in shown


def test_a_field_that_was_put_right_is_what_is_written(brought):
    client, _document = brought
    accept(
        client, proposal("project"), name="柔性电路板项目", figure_0="21亿元", steps=["signed", "registered"]
    )

    assert Project.objects.get().name == "柔性电路板项目"
    total = ProjectFigure.objects.get(kind="planned_total")
    assert (total.value, total.qualifier, total.wording) == (Decimal(2_100_000_000), "exact", "21亿元")
    assert set(ProjectStep.objects.values_list("kind", flat=True)) == {"signed", "registered"}
    assert proposal("project").edited["name"] == "柔性电路板项目"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("figure_0", "很多钱", "很多钱"),
        ("when", "下个月的某天", "下个月的某天"),
        ("name", "", "name"),
        ("target", "999", "999"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_written(brought, field, value, says):
    client, _document = brought
    response = accept(client, proposal("project"), **{field: value})

    assert response.status_code == 422
    assert field in response.context["active"]["form"].errors
    assert not Project.objects.exists()
    assert proposal("project").state == ProposalState.OPEN


def test_what_stands_already_is_cited_and_not_told_twice(brought, login):
    client, _document = brought
    one = proposal("project")
    accept(client, one)
    again = PAGE.replace("5月8日", "5月20日").replace("举行项目签约仪式", "再次举行签约仪式")
    client.post("/north/intake/", {"text": again, "kind": "newspaper", "issued": "2024-05-21"})
    other = Proposal.objects.filter(kind="project").exclude(document=one.document_id).get()
    page = client.get(f"/north/intake/{other.document_id}/?proposal={other.pk}")
    assert page.context["active"]["form"].fields["target"].initial == str(Project.objects.get().pk)

    assert accept(client, other, when="2024年5月").status_code == 302
    assert Project.objects.count() == 1
    assert ProjectStep.objects.count() == 1
    assert Citation.objects.of([ProjectStep.objects.get()]).standing().count() == 2
    assert ProjectFigure.objects.filter(kind="planned_total").count() == 1


def test_a_rejected_proposal_stays_rejected_when_the_document_is_read_again(brought):
    client, document = brought
    one = proposal("project")
    client.post(f"/north/intake/{document.pk}/{one.pk}/reject/", {"reason": "不是项目"})
    assert client.post(f"/north/intake/{document.pk}/read/").status_code == 302

    again = proposal("project")
    assert (again.pk, again.state, again.reason) == (one.pk, "rejected", "不是项目")
    # The same words as another document, too.
    twin = Document.objects.create(zone=document.zone, title="另一份", text=PAGE, issued_earliest="2024-05-09",
                                   issued_latest="2024-05-09")  # fmt: skip
    twin.refresh_from_db()
    reviewing.read(twin, actor=None)
    assert twin.proposals.get(kind="project").state == ProposalState.REJECTED


def test_taking_back_withdraws_the_facts_and_opens_the_proposal(brought):
    client, document = brought
    one = proposal("project")
    accept(client, one)
    response = client.post(f"/north/intake/{document.pk}/{one.pk}/undo/", follow=True)

    assert "柔性线路板项目" in response.content.decode()
    assert not ProjectStep.objects.live().exists()
    assert not ProjectFigure.objects.live().exists()
    assert ProjectStep.objects.filter(withdrawn=True).count() == 1
    assert Project.objects.get().stage == ""
    assert proposal("project").is_open
    # It can be judged again, and finds the project that stayed.
    assert accept(client, one).status_code == 302
    assert (Project.objects.count(), ProjectStep.objects.live().count()) == (1, 1)
    assert Written.objects.filter(proposal=one).standing().exists()


def test_of_two_reviewers_the_second_is_told_and_writes_nothing(brought, login):
    client, document = brought
    one = proposal("project")
    data = as_shown(client, one)
    client.post(f"/north/intake/{document.pk}/{one.pk}/reject/")
    response = client.post(f"/north/intake/{document.pk}/{one.pk}/accept/", data, follow=True)

    assert not Project.objects.exists()
    assert "alice" in response.content.decode().lower() or "Alice" in response.content.decode()
    stale = Proposal.objects.get(pk=one.pk)
    stale.state = ProposalState.OPEN
    with pytest.raises(reviewing.AlreadyDecidedError):
        reviewing.reject(stale, actor=Change.objects.filter(verb="judge").get().actor)


def test_an_engagement_is_logged_with_lead_and_people(brought):
    client, _document = brought
    held = proposal("engagement")
    assert accept(client, held).status_code == 302

    engagement = Engagement.objects.get()
    assert engagement.kind == "signing"
    assert (str(engagement.held_earliest), engagement.lead.name) == ("2024-05-08", "陈立新")
    assert Citation.objects.of([engagement.steps.get()]).exists()


def test_a_person_an_organization_and_a_number_come_into_their_ledgers(brought):
    client, _document = brought
    for one in (
        proposal("person", name="陈立新"),
        proposal("organization", name="苏州明锐电子科技有限公司"),
        proposal("claim", value="12"),
    ):
        assert accept(client, one).status_code == 302

    assert PostFact.objects.get().person == Person.objects.get(name="陈立新")
    assert Organization.objects.get(name="苏州明锐电子科技有限公司").kind == "enterprise"
    claim = Claim.objects.get()
    assert (claim.value, claim.unit, claim.whose) == (
        Decimal(12),
        "items",
        "other",
    )  # of 云溪, and the zone is 北园
    told_for = (str(claim.period_from), str(claim.period_to), str(claim.as_of))
    assert told_for == ("2024-01-01", "2024-05-08", "2024-05-08")
    assert Citation.objects.of([claim]).exists()


def test_a_stranger_sees_nothing_a_reader_judges_nothing(brought, login):
    _client, document = brought
    one = proposal("project")
    address = f"/north/intake/{document.pk}/"
    for user, seen, judged in (
        ("dora", 404, 404),
        ("charlie", 404, 404),
        ("leader", 200, 403),
        ("enterprise", 403, 403),
    ):
        other = login(user)
        assert other.get(address).status_code == seen, user
        for verb in ("accept", "reject", "undo"):
            assert other.post(f"{address}{one.pk}/{verb}/", {}).status_code == judged, (user, verb)
        assert other.post(f"{address}read/").status_code == judged
    assert proposal("project").is_open


def test_nothing_and_both_are_refused_with_what_would_be_right(login, zone):
    client = login("alice")
    both = {"text": PAGE, "upload": SimpleUploadedFile("a.txt", PAGE.encode()), "kind": "newspaper"}
    for data in ({"kind": "newspaper"}, both, {"text": "  \n ", "kind": "newspaper"}):
        assert client.post("/north/intake/", data).status_code == 422
    assert not Document.objects.exists()


def test_an_archive_is_read_file_by_file_and_a_bad_one_stops_no_other(login, zone):
    client = login("alice")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr("一.txt", PAGE)
        package.writestr("一样.txt", PAGE)
        package.writestr("坏.txt", b"\x00\x01\x02" * 500)
        package.writestr("二.txt", PAGE.replace("12个", "13个").encode("gb18030"))
    archive = SimpleUploadedFile("五月.zip", held.getvalue())
    response = client.post("/north/intake/", {"upload": archive, "kind": "newspaper", "issued": "2024-05-09"})

    job = Job.objects.get()
    assert response.url == f"/north/jobs/{job.pk}/"
    assert job.state == "done", job.error
    assert Document.objects.count() == 2
    assert Reading.objects.count() == 2
    report = job.file.read().decode("utf-8-sig")
    assert "坏.txt" in report
    # One of them brought alone is known, too, whatever its encoding.
    alone = SimpleUploadedFile("二.txt", PAGE.replace("12个", "13个").encode("gb18030"))
    response = client.post("/north/intake/", {"upload": alone, "kind": "newspaper", "issued": "2024-05-09"})
    assert response.url.startswith("/north/intake/")
    # Brought again, everything is here.
    held.seek(0)
    again = SimpleUploadedFile("五月.zip", held.getvalue())
    client.post("/north/intake/", {"upload": again, "kind": "newspaper", "issued": "2024-05-09"})
    assert (Document.objects.count(), Proposal.objects.filter(state="open").count() > 0) == (2, True)


def test_page_and_list_ask_as_much_for_many_proposals_as_for_few(brought):
    client, document = brought

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = (f"/north/intake/{document.pk}/", "/north/intake/")
    for address in addresses:
        client.get(address)
    few = [asked(address) for address in addresses]
    first = Proposal.objects.filter(kind="organization").first()
    Proposal.objects.bulk_create(
        Proposal(zone=document.zone, document=document, kind="organization", key=f"k{number}", position=100 + number,
                 start=first.start, end=first.end, spans=first.spans, told=first.told)
        for number in range(200)
    )  # fmt: skip
    assert [asked(address) for address in addresses] == few


def test_a_fault_in_one_file_of_an_archive_stops_no_other(login, zone, monkeypatch):
    def faulty(document, **_values):
        if "13个" in document.text:
            raise RuntimeError
        return reading(document, **_values)

    reading = reviewing.read
    monkeypatch.setattr(reviewing, "read", faulty)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr("一.txt", PAGE.replace("12个", "13个"))
        package.writestr("二.txt", PAGE)
    login("alice").post(
        "/north/intake/", {"upload": SimpleUploadedFile("五月.zip", held.getvalue()), "kind": "newspaper"}
    )

    assert Job.objects.get().state == "done"
    assert [one.text for one in Document.objects.all()] == [PAGE]
    assert "一.txt" in Job.objects.get().file.read().decode("utf-8-sig")


def test_an_archive_that_was_stopped_goes_on_where_it_stopped(login, zone, monkeypatch):
    client = login("alice")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for number in range(3):
            package.writestr(f"{number}.txt", PAGE.replace("12个", f"2{number}个"))

    def brought_again() -> Job:
        archive = SimpleUploadedFile("五月.zip", held.getvalue())
        client.post("/north/intake/", {"upload": archive, "kind": "newspaper", "issued": "2024-05-09"})
        return Job.objects.latest("pk")

    def stopping(progress, done, total, message=""):
        if done == 2:
            raise CanceledError

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "say", stopping)
        stopped = brought_again()
    assert (stopped.state, Document.objects.count()) == ("done", 2)
    assert "stopped" in stopped.message

    again = brought_again()
    assert Document.objects.count() == 3
    assert again.message.startswith("1 files were read, 2 were here already")


def test_what_has_not_come_yet_is_no_fact(brought):
    client, _document = brought
    response = accept(client, proposal("project"), when="2150-01-01")

    assert response.status_code == 422
    assert "when" in response.context["active"]["form"].errors
    assert not Project.objects.exists()


def test_an_engagement_that_stands_already_is_laid_beside_and_cited(brought):
    client, _document = brought
    accept(client, proposal("engagement"))
    client.post(
        "/north/intake/", {"text": PAGE.replace("12个", "13个"), "kind": "newspaper", "issued": "2024-05-09"}
    )
    other = Proposal.objects.filter(kind="engagement", state="open").get()
    page = client.get(f"/north/intake/{other.document_id}/?proposal={other.pk}")
    assert page.status_code == 200

    found = page.context["active"]["matches"][0]["match"]
    assert accept(client, other, target=str(found.row.pk)).status_code == 302
    assert Engagement.objects.count() == 1
    assert Citation.objects.of([found.row.steps.get()]).standing().count() == 2


def test_taking_back_leaves_what_another_document_confirmed(brought):
    client, document = brought
    one = proposal("project")
    accept(client, one)
    client.post(
        "/north/intake/", {"text": PAGE.replace("12个", "13个"), "kind": "newspaper", "issued": "2024-05-09"}
    )
    other = Proposal.objects.filter(kind="project", state="open").get()
    accept(client, other)
    client.post(f"/north/intake/{document.pk}/{one.pk}/undo/")

    step = ProjectStep.objects.live().get()
    [tie] = Citation.objects.of([step]).standing()
    assert tie.passage.document_id == other.document_id
    client.post(f"/north/intake/{other.document_id}/{other.pk}/undo/")
    assert not ProjectStep.objects.live().exists()


def test_an_engagement_taken_back_and_accepted_again_is_one(brought):
    client, document = brought
    one = proposal("engagement")
    for _round in range(2):
        accept(client, one)
        client.post(f"/north/intake/{document.pk}/{one.pk}/undo/")
    accept(client, one)

    assert Engagement.objects.count() == 1
    assert Engagement.objects.get().steps.live().count() == 1


def test_a_text_that_was_changed_since_is_read_again_before_anything_is_accepted(brought):
    client, document = brought
    data = as_shown(client, proposal("project"))
    Document.objects.filter(pk=document.pk).update(text="插在前面的一行。\n" + PAGE)
    response = client.post(f"/north/intake/{document.pk}/{proposal('project').pk}/accept/", data)

    assert response.status_code == 422
    assert not Project.objects.exists()
    client.post(f"/north/intake/{document.pk}/read/")
    assert accept(client, proposal("project")).status_code == 302
    assert Citation.objects.of([ProjectStep.objects.get()]).get().passage.quote in PAGE


def test_a_year_that_was_put_right_reaches_what_is_open_and_keeps_what_was_judged(brought):
    client, document = brought
    held = proposal("engagement")
    client.post(f"/north/intake/{document.pk}/{held.pk}/reject/")
    Document.objects.filter(pk=document.pk).update(issued_earliest="2025-05-09", issued_latest="2025-05-09")
    client.post(f"/north/intake/{document.pk}/read/")

    assert proposal("project").told["when"] == "2025-05-08"
    assert proposal("engagement").state == ProposalState.REJECTED


def test_an_amount_of_another_dimension_is_refused(brought):
    client, _document = brought
    response = accept(client, proposal("project"), figure_0="5万平方米")

    assert response.status_code == 422
    assert "figure_0" in response.context["active"]["form"].errors


def test_a_sum_that_another_one_replaced_is_told_anew(brought):
    client, _document = brought
    accept(client, proposal("project"))
    texts = (("25亿", "6月8日", "2024-06-09"), ("20亿", "7月8日", "2024-07-09"))
    for amount, day, issued in texts:
        text = PAGE.replace("20亿", amount).replace("5月8日", day)
        client.post("/north/intake/", {"text": text, "kind": "newspaper", "issued": issued})
        open_one = Proposal.objects.filter(kind="project", state="open").get()
        response = accept(client, open_one, target=str(Project.objects.get().pk))
        assert response.status_code == 302, response.context["active"]["form"].errors

    total = ProjectFigure.objects.filter(kind="planned_total").live().in_force().get()
    assert (total.value, str(total.latest)) == (Decimal(2_000_000_000), "2024-07-08")
