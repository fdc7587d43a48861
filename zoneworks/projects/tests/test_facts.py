"""Recording, correcting and recognizing facts of projects through their forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.timezone import localdate

from zoneworks.kit.columns import span_text
from zoneworks.kit.spans import parse_span
from zoneworks.organizations.models import Organization
from zoneworks.projects.faces import ProjectFigureFace, ProjectStepFace
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.projects.tests.conftest import make_figure, make_project, make_step
from zoneworks.sources.models import Citation, Document, Passage

pytestmark = pytest.mark.django_db

STEP = {"kind": "signed", "when": "2024-03-05", "asserted_by": "self_reported"}
FIGURE = {
    "kind": "planned_total",
    "amount": "近240亿元",
    "nature": "commitment",
    "when": "2024年5月初",
    "asserted_by": "self_reported",
}


def new(face, project):
    return face.new_url(project)


def said(response):
    return [str(message) for message in response.wsgi_request._messages]


def test_a_step_is_recorded_and_moves_the_project(alice, project):
    response = alice.post(new(ProjectStepFace, project), STEP)
    assert response.status_code == 302
    project.refresh_from_db()
    assert (project.stage, project.stage_since, project.progress_on) == (
        "signed",
        date(2024, 3, 5),
        date(2024, 3, 5),
    )
    assert ProjectStep.objects.get().recorded_by.username == "alice"


@pytest.mark.parametrize(("typed", "is_read_back"), [("1月8号", True), ("2024年1月8号", False)])
def test_a_day_without_its_year_is_read_back_with_the_year(alice, project, typed, is_read_back):
    (told,) = said(alice.post(new(ProjectStepFace, project), STEP | {"when": typed}))
    day = f"{localdate().year}-01-08"
    assert (f"“{typed}” is read as {span_text(parse_span(day))}." in told) == is_read_back
    assert is_read_back or "is read as" not in told


@pytest.mark.parametrize("amount", ["5000", "5000斤"])
def test_a_missing_unit_is_asked_for_among_those_of_the_kind(alice, project, amount):
    page = alice.post(new(ProjectFigureFace, project), FIGURE | {"amount": amount})
    (error,) = page.context["form"].errors["amount"]
    assert "“planned total investment” is counted in yuan" in error
    assert "㎡" not in error and "吨" not in error


def test_a_figure_keeps_what_was_written(alice, project):
    assert alice.post(new(ProjectFigureFace, project), FIGURE).status_code == 302
    figure = ProjectFigure.objects.get()
    assert (figure.value, figure.unit, figure.qualifier, figure.wording, figure.per_year) == (
        Decimal(24_000_000_000),
        "CNY",
        "near",
        "近240亿元",
        False,
    )
    assert (figure.earliest, figure.latest) == (date(2024, 5, 1), date(2024, 5, 10))
    project.refresh_from_db()
    assert project.planned_total == 24_000_000_000


def test_a_kind_that_is_counted_by_the_year_says_so(alice, project):
    alice.post(
        new(ProjectFigureFace, project), FIGURE | {"kind": "capacity", "amount": "20GW", "product": "硅片"}
    )
    figure = ProjectFigure.objects.get()
    assert (figure.value, figure.unit, figure.per_year, figure.product) == (20_000_000_000, "W", True, "硅片")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("amount", "5万㎡", "“5万㎡” is in square meters."),
        ("amount", "二十", "has no unit"),
        ("amount", "很多钱", "no number"),
        ("amount", "5000万英镑", "Character"),
        ("amount", "一" * 10_000, "80"),
        ("amount", "0.00001元", "Finer than 4 decimal places"),
        ("when", "2024-13-40", "Character"),
        ("when", "", "required"),
        ("kind", "no_such_kind", "valid choice"),
        ("asserted_by", "city", "valid choice"),
        ("product", "名" * 10_000, "80"),
    ],
)
def test_what_cannot_be_read_stays_in_its_field(alice, project, field, typed, words):
    response = alice.post(new(ProjectFigureFace, project), FIGURE | {field: typed})

    assert response.status_code == 422
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert words in " ".join(form.errors[field])
    assert form[field].value() == typed
    assert form["nature"].value() == "commitment"
    assert not ProjectFigure.objects.exists()


@pytest.mark.parametrize(("typed", "is_kept"), [("100%", True), ("150%", False), ("-5%", False)])
def test_progress_lies_between_nothing_and_all(alice, project, typed, is_kept):
    response = alice.post(
        new(ProjectFigureFace, project),
        FIGURE | {"kind": "progress_share", "amount": typed, "nature": "actual"},
    )
    assert ProjectFigure.objects.exists() == is_kept
    if not is_kept:
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["amount"]


def test_a_name_of_ten_thousand_characters_is_refused_and_kept(alice, zone):
    response = alice.post("/north/projects/new/", {"name": "项" * 10_000, "summary": "说明"})
    assert response.status_code == 422
    assert "150" in " ".join(response.context["form"].errors["name"])
    assert "项" * 10_000 in response.content.decode()
    assert not Project.objects.exists()


def test_a_name_that_is_taken_is_refused(alice, project):
    response = alice.post("/north/projects/new/", {"name": project.name})
    assert response.status_code == 422
    assert "already in the ledger" in response.content.decode()


def test_a_step_out_of_order_is_kept_with_a_finding(alice, project):
    make_step(project, "started", "2024-03-01")
    response = alice.post(new(ProjectStepFace, project), STEP | {"when": "2024-05-01", "note": "合同补签"})

    assert response.status_code == 302
    assert ProjectStep.objects.count() == 2
    assert any("dated before" in one for one in said(response))


def test_a_level_that_the_stage_does_not_name_is_kept_with_a_warning(client, cast, project):
    client.force_login(cast.verifier)
    response = client.post(new(ProjectStepFace, project), STEP | {"kind": "lead", "asserted_by": "city"})
    assert response.status_code == 302
    assert any("self-reported" in one and "lead" in one for one in said(response))


def test_recognizing_is_a_new_fact_on_the_same_passages(client, cast, project, zone):
    step = make_step(project, "signed", "2024年5月初", asserted_by="press")
    document = Document.objects.create(zone=zone, title="报纸", kind="newspaper", text="五月初签约。")
    passage = Passage.objects.create(zone=zone, document=document, start=0, end=5, quote="五月初签约")
    Citation.objects.create(zone=zone, passage=passage, target=step)
    client.force_login(cast.verifier)
    shown = client.get(f"/north/projects/{project.pk}/")
    url = next(stage for stage in shown.context["line"].stages if stage.key == "signed").said[0].recognize_url

    form = client.get(url).context["form"]
    assert (form["kind"].value(), form["asserted_by"].value(), form["passages"].value()) == (
        "signed",
        "zone",
        [passage.pk],
    )
    asked = {key: values for key, values in parse_qs(urlsplit(url).query).items() if key != "subject"}
    posted = {**{key: values[0] for key, values in asked.items()}, "passages": [passage.pk]}
    assert client.post(url, posted).status_code == 302

    facts = ProjectStep.objects.filter(project=project).live().order_by("pk")
    assert [(fact.asserted_by, fact.earliest, fact.latest) for fact in facts] == [
        ("press", date(2024, 5, 1), date(2024, 5, 10)),
        ("zone", date(2024, 5, 1), date(2024, 5, 10)),
    ]
    assert [tie.passage_id for tie in Citation.objects.of([facts[1]])] == [passage.pk]


def test_a_figure_is_recognized_with_its_wording(client, cast, project):
    figure = make_figure(
        project, value=24_000_000_000, qualifier="near", wording="近240亿元", asserted_by="press"
    )
    client.force_login(cast.verifier)
    url = ProjectFigureFace.recognize_url(figure)
    asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    assert (asked["amount"], asked["kind"], asked["asserted_by"]) == ("近240亿元", "planned_total", "zone")
    assert client.post(url, asked).status_code == 302
    assert ProjectFigure.objects.live().count() == 2


def test_an_officer_does_not_recognize(alice, project):
    response = alice.post(new(ProjectStepFace, project), STEP | {"asserted_by": "zone"})
    assert response.status_code == 422
    assert not ProjectStep.objects.exists()


def test_an_officer_does_not_replace_what_was_recognized(alice, project, cast):
    step = make_step(project, "signed", actor=cast.verifier, asserted_by="zone")
    response = alice.post(ProjectStepFace.url_of(step, "correct"), STEP | {"when": "2024-03-06"})
    assert response.status_code == 403
    assert (
        "“recognized by the zone”. Only a verifier may correct or withdraw it." in response.content.decode()
    )
    assert list(ProjectStep.objects.live()) == [step]


def test_a_correction_shows_both_versions(alice, project):
    figure = make_figure(project, value=200_000_000, wording="2亿元")
    form = alice.get(ProjectFigureFace.url_of(figure, "correct")).context["form"]
    assert form["amount"].value() == "2亿元"

    posted = FIGURE | {"amount": "2.1亿元", "when": "2024-03-05", "note": "看错一位"}
    assert alice.post(ProjectFigureFace.url_of(figure, "correct"), posted).status_code == 302
    shown = alice.get(ProjectFigureFace.url_of(figure)).content.decode()
    assert "CNY 200 million" in shown
    assert "CNY 210 million" in shown
    project.refresh_from_db()
    assert project.planned_total == 210_000_000


def test_a_correction_of_the_day_keeps_the_words_as_they_were_written(alice, project):
    figure = make_figure(project, value=200_000_000, wording="两个亿左右的盘子")
    url = ProjectFigureFace.url_of(figure, "correct")
    typed = alice.get(url).context["form"]["amount"].value()
    alice.post(url, FIGURE | {"amount": typed, "when": "2024-04-05"})
    assert ProjectFigure.objects.live().get().wording == "两个亿左右的盘子"


def test_of_two_people_correcting_at_once_the_second_is_told(client, cast, project):
    step = make_step(project, "signed", actor=cast.alice)
    client.force_login(cast.alice)
    url = ProjectStepFace.url_of(step, "correct")
    assert client.post(url, STEP | {"when": "2024-03-06"}).status_code == 302
    client.force_login(cast.administrator)
    late = client.post(url, STEP | {"when": "2024-03-07", "note": "另有合同"})

    assert late.status_code == 409
    text = late.content.decode()
    assert "already changed this record" in text
    assert "2024-03-07" in text
    assert "另有合同" in text
    assert ProjectStep.objects.live().get().earliest == date(2024, 3, 6)


def test_an_organization_is_picked_by_typing(alice, project, zone):
    rows = [
        Organization(zone=zone, name=f"企业{number}", search_text=f"企业{number}") for number in range(3000)
    ]
    Organization.objects.bulk_create(rows)
    wanted = Organization.objects.create(zone=zone, name="双鹏新能源科技")
    url = f"/north/facts/project-parties/new/?subject={project.pk}"
    page = alice.get(url)
    assert len(page.content) < 60_000
    assert "/north/organizations/choices/" in page.content.decode()

    posted = {"kind": "investor", "when": "2024-03-05", "asserted_by": "self_reported"}
    assert alice.post(url, posted | {"organization": "双鹏"}).status_code == 302
    assert ProjectParty.objects.get().organization == wanted
    refused = alice.post(url, posted | {"organization": "没有这家"})
    assert refused.status_code == 422
    assert refused.context["form"]["organization"].value() == "没有这家"


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("leader", 403), ("charlie", 404), ("dora", 404)])
def test_only_those_who_work_the_project_record(client, cast, project, who, status):
    client.force_login(getattr(cast, who))
    for face in (ProjectStepFace, ProjectFigureFace):
        assert client.get(new(face, project)).status_code == status
        assert client.post(new(face, project), STEP).status_code == status
    assert not ProjectStep.objects.exists()


def test_an_officer_keeps_a_project_within_the_own_unit(alice, cast, zone, team):
    second = cast.bob.seats[0].unit_id
    response = alice.post("/north/projects/new/", {"name": "新项目", "unit": second, "officer": cast.bob.pk})
    assert response.status_code == 302
    made = make_project(zone, "本队的", unit=team)
    refused = alice.post(
        f"/north/projects/{made.pk}/edit/", {"name": "本队的", "unit": second, "officer": cast.bob.pk}
    )
    assert refused.status_code == 403
    made.refresh_from_db()
    assert made.unit == team


def test_a_step_that_skips_stages_asks_for_the_reason_and_keeps_what_was_typed(alice, project):
    make_step(project, "in_talks", "2024-01-10")
    page = alice.post(new(ProjectStepFace, project), STEP)
    assert page.status_code == 422
    assert "skips: " in page.content.decode()
    assert "Say why here" in page.content.decode()
    assert 'value="2024-03-05"' in page.content.decode()
    assert not ProjectStep.objects.of_kind("signed").exists()

    reason = "The park invited without a review."
    assert alice.post(new(ProjectStepFace, project), STEP | {"note": reason}).status_code == 302
    kept = ProjectStep.objects.of_kind("signed").get()
    assert (kept.note, kept.recorded_by.username) == (reason, "alice")


def test_where_a_project_enters_the_ledger_nothing_is_skipped(alice, project):
    assert alice.post(new(ProjectStepFace, project), STEP).status_code == 302
    later = STEP | {"kind": "signed", "when": "2024-04-01"}
    assert alice.post(new(ProjectStepFace, project), later).status_code == 302, "said again"
    earlier = STEP | {"kind": "in_talks", "when": "2024-01-01"}
    assert alice.post(new(ProjectStepFace, project), earlier).status_code == 302, "papers arrive late"


@pytest.mark.parametrize(
    ("face", "values"), [(ProjectStepFace, STEP), (ProjectFigureFace, FIGURE)], ids=["step", "figure"]
)
def test_what_lies_ahead_is_refused_with_the_day(alice, project, face, values):
    page = alice.post(new(face, project), values | {"when": "2099-01-01"})
    assert page.status_code == 422
    assert "January 1, 2099 lies ahead" in page.content.decode()
    assert not face.model.objects.exists()


def test_the_message_names_the_days_as_they_were_understood(alice, project):
    response = alice.post(new(ProjectStepFace, project), STEP | {"when": "2024年5月初"})
    assert said(response)[0].endswith(f", {span_text(parse_span('2024年5月初'))}")


def test_a_fact_is_recognized_from_its_own_page_until_somebody_did(client, cast, project):
    step = make_step(project, "signed")
    client.force_login(cast.alice)
    offer = "asserted_by=zone"
    assert offer not in client.get(ProjectStepFace.url_of(step)).content.decode()
    client.force_login(cast.verifier)
    page = client.get(ProjectStepFace.url_of(step)).content.decode()
    assert offer in page
    form = client.get(ProjectStepFace.recognize_url(step)).content.decode()
    assert "Recognize: step" in form
    done = client.post(new(ProjectStepFace, project), STEP | {"asserted_by": "zone"})
    assert said(done)[0].startswith("Recognized (")
    assert offer not in client.get(ProjectStepFace.url_of(step)).content.decode()


def test_what_was_reported_and_what_recognizes_it_open_each_other(alice, project, cast):
    told = make_step(project, "signed", actor=cast.alice)
    url = ProjectStepFace.url_of(told)
    assert "at another level" not in alice.get(url).content.decode()

    recognized = make_step(project, "signed", actor=cast.verifier, asserted_by="zone")
    other_url = ProjectStepFace.url_of(recognized)
    assert f'href="{other_url}">recognized by the zone' in alice.get(url).content.decode()
    assert f'href="{url}">self-reported' in alice.get(other_url).content.decode()
    make_figure(project, value=5, actor=cast.alice)
    figure = make_figure(project, value=6, actor=cast.verifier, asserted_by="zone")
    assert "at another level" not in alice.get(ProjectFigureFace.url_of(figure)).content.decode()


def test_a_correction_is_made_beside_what_stood(alice, project):
    step = make_step(project, "signed", "2024-03-05")
    form = alice.get(ProjectStepFace.url_of(step, "correct")).content.decode()
    assert "In force so far" in form
    done = alice.post(ProjectStepFace.url_of(step, "correct"), STEP | {"when": "2024-03-06"})
    assert said(done)[0].startswith("Corrected: ")


def test_a_withdrawal_is_told_as_one_with_its_reason(alice, project):
    alice.post(new(ProjectFigureFace, project), FIGURE)
    figure = ProjectFigure.objects.get()
    page = f"/north/facts/project-figures/{figure.pk}/"
    alice.post(f"{page}withdraw/", {"note": "录错了"})

    told = " ".join(alice.get(page).content.decode().split())
    assert "Withdrawn later" in told
    assert "withdrawn by Alice" in told
    assert "reason of the withdrawal</dt><dd>录错了" in told
    assert "Corrected later" not in told
