"""Facts from workbooks: each cell that states one is judged by the form of its face, recorded, and cited."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.timezone import localtime

from zoneworks.exchange.imports import planning
from zoneworks.exchange.imports.bringing import left_out, write_at_once
from zoneworks.exchange.imports.correcting import Brought
from zoneworks.exchange.imports.planning import ledger_for, plan, recognized_in
from zoneworks.kit import recording
from zoneworks.kit.audit import told_by
from zoneworks.kit.models import Change
from zoneworks.projects import deriving
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.site.tests.conftest import (
    make_document,
    make_figure,
    make_organization,
    make_project,
    make_step,
)
from zoneworks.site.tests.test_every_import import planned, workbook
from zoneworks.sources.models import Citation
from zoneworks.sources.services import cite, mark

pytestmark = pytest.mark.django_db
HEADS = ["项目", "简介", "正式签约", "开工", "计划总投资（万元）", "计划总投资日期", "投资方", "投资方日期"]


def bring(file, user, zone):
    with transaction.atomic():
        found = planned(file, user, zone, "projects")
        write_at_once(found, SimpleUploadedFile("项目.xlsx", file.getvalue()))
    return found.counts


def told(found):
    return [(fault.place, fault.message) for row in found.rows for fault in row.faults]


@pytest.fixture
def mine(cast, zone, team):
    """A project of Alice, known to be a lead."""
    row = make_project(zone, name="光伏项目", officer=cast.alice, unit=team)
    make_step(row, "lead", date(2024, 1, 5))
    return row


def test_a_new_project_comes_with_its_facts_and_each_cites_its_cell(cast, zone):
    make_organization(zone, name="甲公司")
    row = ["硅片项目", "", date(2024, 3, 5), "", 5000, "2024年3月", "甲公司", "2024-03-05"]
    file = workbook(HEADS, row)

    assert bring(file, cast.alice, zone)["new"] == 1

    project = Project.objects.get(name="硅片项目")
    step, figure = ProjectStep.objects.get(), ProjectFigure.objects.get()
    party = ProjectParty.objects.get()
    assert (step.project, step.kind, step.earliest) == (project, "signed", date(2024, 3, 5))
    assert (figure.value, figure.unit, figure.earliest, figure.latest) == (
        50_000_000, "CNY", date(2024, 3, 1), date(2024, 3, 31),
    )  # fmt: skip
    assert (party.organization.name, party.kind) == ("甲公司", "investor")
    assert {fact.asserted_by for fact in (step, figure, party)} == {"self_reported"}
    cited = [str(Citation.objects.of([row]).get()) for row in (project, step, figure, party)]
    places = ["Sheet!2", "Sheet!C2", "Sheet!E2", "Sheet!G2"]
    assert cited == [f"项目.xlsx · {place}" for place in places]
    line = Change.objects.of_row(figure).get()
    assert (line.verb, line.actor) == ("record", cast.alice)
    assert line.fields["workbook"] == ["", "项目.xlsx · Sheet!E2"]
    assert project.stage == "signed"

    before = Change.objects.count()
    assert bring(file, cast.alice, zone) == {"new": 0, "changed": 0, "unchanged": 1, "faulty": 0}
    assert Change.objects.count() == before


def test_another_figure_is_recorded_beside_the_one_that_stood(cast, zone, mine):
    make_figure(mine, value=30_000_000, wording="3000万元")
    file = workbook(HEADS, ["光伏项目", "", "", "", "近5000", "2024-09-30", "", ""])

    [difference] = planned(file, cast.alice, zone, "projects").rows[0].differences
    assert (difference.place, difference.before) == ("Sheet!E2", "")
    assert difference.after.startswith("近5000万元, September 30, 2024 (beside ")
    assert "March 5, 2024" in difference.after

    assert bring(file, cast.alice, zone)["changed"] == 1
    assert ProjectFigure.objects.live().count() == 2
    assert not Citation.objects.of([mine]).exists()


def test_a_figure_without_its_day_is_a_fault_unless_the_ledger_says_it(cast, zone, mine):
    heads = ["项目", "计划总投资（万元）", "计划总投资日期"]
    file = workbook(heads, ["光伏项目", 5000, ""])
    [(place, said)] = told(planned(file, cast.alice, zone, "projects"))
    assert place == "Sheet!B2" and "which day or period" in said
    make_figure(mine, value=50_000_000)
    assert bring(file, cast.alice, zone)["unchanged"] == 1


def test_figures_of_no_day_at_all_are_left_out_by_name(cast, zone, mine):
    file = workbook(["项目", "简介", "计划总投资（万元）"], ["光伏项目", "屋顶", 5000])
    found = planned(file, cast.alice, zone, "projects")
    assert left_out(found) == [
        "Planned total investment (it wants its day in a column “Planned total investment day”)"
    ]
    assert bring(file, cast.alice, zone)["changed"] == 1
    assert not ProjectFigure.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_exported_list_with_figures_changes_nothing(client, cast, zone, mine, language):
    make_figure(mine, value=30_000_000, qualifier="near", wording="近3000万元")
    make_figure(mine, value=2_000_000, is_increment=True, day=date(2024, 6, 1))
    make_figure(mine, kind="agreed_foreign", value=140_000_000, unit="USD", qualifier="at_least")
    client.cookies["django_language"] = language
    client.force_login(cast.alice)
    with translation.override(language):
        content = client.get("/north/projects/export.xlsx").getvalue()
        counts = planned(BytesIO(content), cast.alice, zone, "projects").counts
    assert counts == {"new": 0, "changed": 0, "unchanged": 1, "faulty": 0}


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        (["2023年计划总投资（万元）"], [5000]),
        (["计划总投资（万元）", "数据日期"], [5000, "2023年"]),
    ],
    ids=["head", "row"],
)
def test_the_period_stands_in_the_head_or_in_the_row(cast, zone, mine, heads, cells):
    bring(workbook(["项目", "简介", *heads], ["光伏项目", "", *cells]), cast.alice, zone)
    figure = ProjectFigure.objects.get()
    assert (figure.earliest, figure.latest) == (date(2023, 1, 1), date(2023, 12, 31))


def test_a_step_that_skips_stages_wants_its_reason(cast, zone, mine):
    heads = ["项目", "正式签约", "情况说明"]
    [(place, said)] = told(
        planned(workbook(heads, ["光伏项目", "2024-03-05", ""]), cast.alice, zone, "projects")
    )
    assert place == "Sheet!B2" and "skips" in said and said.startswith("note on the facts: ")
    bring(workbook(heads, ["光伏项目", "2024-03-05", "上级直接推荐"]), cast.alice, zone)
    assert ProjectStep.objects.get(kind="signed").note == "上级直接推荐"


def rows_with_facts(count, name="硅片项目"):
    days = ["2024-03-05", "2024-06-05", 5000, "2024-03-05", "甲公司", "2024-03-05", "由市里直接推荐"]
    return workbook([*HEADS, "情况说明"], *[[f"{name}{number}", "", *days] for number in range(count)])


def test_more_rows_with_facts_cost_hardly_more_queries(cast, zone):
    make_organization(zone, name="甲公司")
    costs = []
    for count in (20, 60):
        with CaptureQueriesContext(connection) as queries:
            assert bring(rows_with_facts(count, f"第{count}批"), cast.alice, zone)["new"] == count
        costs.append(len(queries))
    # A statement holds so many values; 40 more rows with 4 facts each are a few statements more.
    assert costs[1] - costs[0] < 30
    assert ProjectFigure.objects.count() == 80


def test_facts_that_are_recorded_together_are_those_that_are_recorded_alone(cast, zone, mine, monkeypatch):
    make_organization(zone, name="甲公司")

    def one_by_one(told, *, actor):
        for fact, place in told:
            with told_by(place):
                recording.add(fact, actor=actor)

    def brought(name):
        assert bring(rows_with_facts(3, name), cast.alice, zone)["new"] == 3
        rows = list(Project.objects.filter(name__startswith=name).order_by("pk"))
        said = [
            [getattr(row, column) for column in (*deriving.DERIVED, "unit", "officer")]
            + [row.search_text.partition("甲公司")[1:]]
            for row in rows
        ]
        for face in (ProjectStep, ProjectFigure, ProjectParty):
            for fact in face.objects.filter(project__in=rows).order_by("project", "earliest"):
                line = Change.objects.of_row(fact).get()
                fields = {key: value for key, value in line.fields.items() if key != "project"}
                cited = [tie.place for tie in Citation.objects.of([fact])]
                said.append((line.verb, line.actor, fields, fact.recorded_by, fact.span, cited))
        return said

    together = brought("合写")
    monkeypatch.setattr(recording, "add_all", one_by_one)
    assert brought("分写") == together
    assert together[0][0] == "started" and len(together) == 15


def test_a_fact_that_cannot_be_recorded_names_its_row_and_nothing_is_written(cast, zone, monkeypatch):
    make_organization(zone, name="甲公司")
    refuse = ProjectStep.clean

    def clean(step):
        refuse(step)
        if step.project.name == "硅片项目1" and step.project.pk:
            raise ValidationError("Not this one.")

    file = rows_with_facts(3)
    found = planned(file, cast.alice, zone, "projects")
    monkeypatch.setattr(ProjectStep, "clean", clean)
    with pytest.raises(ValidationError, match=r"Row 3: Not this one\. Nothing was written\."):
        write_at_once(found, SimpleUploadedFile("项目.xlsx", file.getvalue()))
    assert not Project.objects.exists() and not ProjectStep.objects.exists()


def test_what_the_database_refuses_is_said_in_the_words_of_its_rule(cast, zone):
    make_organization(zone, name="甲公司")
    file = rows_with_facts(2)
    found = planned(file, cast.alice, zone, "projects")
    found.rows[1].facts[0].fact.withdrawn = True
    with pytest.raises(ValidationError, match=r"Row 3: .*withdraws_something.* is violated\. Nothing"):
        write_at_once(found, SimpleUploadedFile("项目.xlsx", file.getvalue()))
    assert not Project.objects.exists() and not ProjectStep.objects.exists()


def test_steps_of_one_row_are_judged_together(cast, zone):
    heads = ["项目", "线索", "研判", "在谈"]
    bring(workbook(heads, ["风电项目", "2024-01-01", "2024-02-01", "2024-03-01"]), cast.alice, zone)
    kinds = ProjectStep.objects.order_by("earliest").values_list("kind", flat=True)
    assert list(kinds) == ["lead", "screened", "in_talks"]


@pytest.mark.parametrize(
    ("cells", "place", "said"),
    [
        (["", "2099-01-01", "", ""], "Sheet!C2", "lies ahead"),
        (["", "", "很多", "2024-03-05"], "Sheet!E2", "no number"),
        (["", "", "5亩", "2024-03-05"], "Sheet!E2", "counted in"),
    ],
    ids=["future", "no_amount", "unit"],
)
def test_a_fault_of_a_fact_names_its_cell(cast, zone, mine, cells, place, said):
    summary, signed, total, day = cells
    file = workbook(HEADS, ["光伏项目", summary, signed, "", total, day, "", ""])
    found = told(planned(file, cast.alice, zone, "projects"))
    assert {each[0] for each in found} == {place}
    assert said in found[0][1]


def test_facts_about_what_others_work_are_refused(cast, zone, mine):
    file = workbook(HEADS, ["光伏项目", "", "", "", 5000, "2024-03-05", "", ""])
    [(_place, said)] = told(planned(file, cast.bob, zone, "projects"))
    assert "role does not allow" in said
    assert not ProjectFigure.objects.exists()


FIGURES = ["项目", "计划总投资（万元）", "计划总投资日期"]


def told_totals(project):
    return [fact.value for fact in ProjectFigure.objects.filter(project=project).live().order_by("pk")]


def test_a_number_put_right_in_a_second_import_corrects_the_first(cast, zone, mine):
    bring(workbook(FIGURES, ["光伏项目", 1000, "2024-03-05"]), cast.alice, zone)
    wrong = ProjectFigure.objects.get()
    file = workbook(["备注", *FIGURES], ["", "光伏项目", 1200, "2024-03-05"])

    [difference] = planned(file, cast.alice, zone, "projects").rows[0].differences
    assert "1000" in difference.before.replace(",", "") or "10 million" in difference.before
    day = localtime(wrong.recorded_at).date().isoformat()
    assert difference.after == (
        f"1200万元, March 5, 2024 (corrects what was imported on {day} from 项目.xlsx · Sheet!B2)"
    )
    assert bring(file, cast.alice, zone)["changed"] == 1

    right = ProjectFigure.objects.get(reverses=wrong)
    assert told_totals(mine) == [12_000_000]
    assert Project.objects.get(pk=mine.pk).planned_total == 12_000_000
    assert list(ProjectFigure.objects.live(wrong.recorded_at)) == [wrong]
    line = Change.objects.of_row(right).get()
    assert (line.verb, line.actor) == ("correct", cast.alice)
    assert [int(float(value)) for value in line.fields["value"]] == [10_000_000, 12_000_000]
    assert line.fields["workbook"] == ["", "项目.xlsx · Sheet!C2"]
    assert [tie.place for tie in Citation.objects.of([right])] == ["Sheet!C2"]
    assert bring(file, cast.alice, zone)["unchanged"] == 1


def typed(project, user, **values):
    """A figure that a person recorded on the page, without a source."""
    day = date(2024, 3, 5)
    said = {"kind": "planned_total", "value": 10_000_000, "unit": "CNY", "earliest": day, "latest": day}
    figure = ProjectFigure(zone=project.zone, project=project, recorded_by=user, **said | values)
    figure.save()
    return figure


def by_somebody_else(cast, zone, mine):
    bring(workbook(FIGURES, ["光伏项目", 1000, "2024-03-05"]), cast.unit_head, zone)


def of_another_day(cast, zone, mine):
    bring(workbook(FIGURES, ["光伏项目", 1000, "2024-03-06"]), cast.alice, zone)


def recognized(cast, zone, mine):
    typed(mine, cast.alice, asserted_by="zone")


def from_a_document(cast, zone, mine):
    passage = mark(make_document(zone), 0, 2, actor=cast.alice)
    cite(typed(mine, cast.alice), [passage], actor=cast.alice)


def an_increment(cast, zone, mine):
    typed(mine, cast.alice, is_increment=True)


def in_dollars(cast, zone, mine):
    bring(workbook(FIGURES, ["光伏项目", "1000万美元", "2024-03-05"]), cast.alice, zone)
    assert ProjectFigure.objects.get().unit == "USD"


def of_each_year(cast, zone, mine):
    bring(workbook(FIGURES, ["光伏项目", "每年1000万元", "2024-03-05"]), cast.alice, zone)
    assert ProjectFigure.objects.get().per_year


@pytest.mark.parametrize(
    "stood",
    [by_somebody_else, of_another_day, recognized, from_a_document, an_increment, in_dollars, of_each_year],
)
def test_what_is_another_statement_stays_beside_it(cast, zone, mine, stood):
    stood(cast, zone, mine)
    file = workbook(FIGURES, ["光伏项目", 1200, "2024-03-05"])
    [difference] = planned(file, cast.alice, zone, "projects").rows[0].differences
    assert "(beside " in difference.after and difference.before == ""
    bring(file, cast.alice, zone)
    assert told_totals(mine) == [10_000_000, 12_000_000]


def test_an_amount_of_each_year_is_not_said_by_the_same_amount_in_all(cast, zone, mine):
    in_all = workbook(FIGURES, ["光伏项目", "1000万元", "2024-03-05"])
    bring(in_all, cast.alice, zone)
    bring(workbook(FIGURES, ["光伏项目", "每年1000万元", "2024-03-05"]), cast.alice, zone)
    assert sorted(figure.per_year for figure in ProjectFigure.objects.live()) == [False, True]


def test_a_number_typed_by_the_same_person_without_a_source_is_corrected(cast, zone, mine):
    typed(mine, cast.alice, note="暂估")
    bring(workbook(FIGURES, ["光伏项目", 1200, "2024-03-05"]), cast.alice, zone)
    assert told_totals(mine) == [12_000_000]
    assert ProjectFigure.objects.live().get().note == "暂估"


@pytest.mark.parametrize(("heads", "name", "is_same"), [
    (["项目", "研判"], "项目 (2).xlsx", True),
    (["项目", "研判"], "另一份.xlsx", False),
    (["项目", "简介", "研判"], "项目.xlsx", False),
], ids=["same_column", "other_file", "other_column"])  # fmt: skip
def test_another_day_of_a_step_corrects_that_of_the_same_column_only(cast, zone, mine, heads, name, is_same):
    bring(workbook(["项目", "研判"], ["光伏项目", "2024-02-05"]), cast.alice, zone)
    file = workbook(heads, ["光伏项目", *[""] * (len(heads) - 2), "2024-02-15"])
    with transaction.atomic():
        ledger = ledger_for(zone, cast.alice, "projects")
        found = plan(ledger, recognized_in(ledger, file, name)[0])
        write_at_once(found, SimpleUploadedFile(name, file.getvalue()))
    days = [step.earliest.day for step in ProjectStep.objects.of_kind("screened").live().order_by("pk")]
    assert days == ([15] if is_same else [5, 15])


def test_of_two_who_correct_the_same_number_the_second_writes_nothing(cast, zone, mine):
    bring(workbook(FIGURES, ["光伏项目", 1000, "2024-03-05"]), cast.alice, zone)
    file = workbook(FIGURES, ["光伏项目", 1200, "2024-03-05"])
    found = planned(file, cast.alice, zone, "projects")
    wrong = ProjectFigure.objects.get()
    recording.withdraw(wrong, reason="重复", actor=cast.alice)
    with pytest.raises(ValidationError, match=r"Row 2: .*already changed this record"):
        write_at_once(found, SimpleUploadedFile("项目.xlsx", file.getvalue()))
    assert ProjectFigure.objects.live().count() == 0


def test_what_is_withdrawn_is_not_corrected_by_many_either(cast, zone, mine):
    gone = recording.withdraw(typed(mine, cast.alice), reason="重复", actor=cast.alice)
    new = ProjectFigure(
        zone=zone, project=mine, kind=gone.kind, value=1, unit="CNY", earliest=gone.earliest, latest=gone.latest,
        reverses=gone,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="This record is withdrawn"):
        recording.add_all([(new, "项目.xlsx · Sheet!B2")], actor=cast.alice)
    assert not ProjectFigure.objects.live().exists()


def test_what_facts_rest_on_is_known_of_one_batch_at_a_time(cast, zone, monkeypatch):
    monkeypatch.setattr(planning, "BATCH", 2)
    for number in range(4):
        make_project(zone, name=f"项目{number}", officer=cast.alice)
    rows = [[f"项目{number}", 1000, "2024-03-05"] for number in range(4)]
    bring(workbook(FIGURES, *rows), cast.alice, zone)
    known, learn = [], Brought.learn

    def learned(brought, facts):
        learn(brought, facts)
        known.append(len(brought._cited))

    monkeypatch.setattr(Brought, "learn", learned)
    file = workbook(FIGURES, *[[name, 1200, day] for name, _amount, day in rows])
    assert bring(file, cast.alice, zone)["changed"] == 4
    assert known == [2, 2]
    assert {figure.value for figure in ProjectFigure.objects.live()} == {12_000_000}
