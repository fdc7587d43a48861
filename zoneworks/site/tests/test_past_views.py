"""What a page says as known at an earlier instant does not hang on what was changed since."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from zoneworks.accounts.models import Unit
from zoneworks.engagements import services
from zoneworks.engagements.deriving import standing_steps
from zoneworks.engagements.models import Engagement, EngagementStep, OrganizationRole, StepKind
from zoneworks.kit import recording
from zoneworks.kit.faces import copied
from zoneworks.kit.models import Change
from zoneworks.kit.moment import Moment, instant_text
from zoneworks.kit.posting import as_posted
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.faces import ProjectFigureFace, ProjectStepFace
from zoneworks.projects.models import ProjectParty
from zoneworks.projects.tests.conftest import make_figure, make_project, make_step
from zoneworks.sources import services as documents
from zoneworks.sources.models import Document

pytestmark = pytest.mark.django_db
DAY = date(2024, 3, 5)


NEXT = {"甲": date(2024, 5, 1), "乙": date(2024, 6, 1), "丙": None}
"""Projects with the day on which their next action is due."""


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.administrator)
    return client


@pytest.fixture
def change(admin):
    """Change fields of a row on its page, and return the instant before it as an address names it."""

    def post(url, **values):
        before = instant_text(now())
        sent = as_posted(admin.get(f"{url}edit/").context["form"])
        for name, value in values.items():
            sent[name] = value
        answer = admin.post(f"{url}edit/", sent)
        assert answer.status_code == 302, answer.context["form"].errors
        return before

    return post


def names(client, url):
    """Return what the first column of a list says, row by row."""
    return [row.cells[0].text for row in client.get(url).context["rows"]]


def cells(client, url):
    """Return the one row of a list: its texts by column."""
    context = client.get(url).context
    (row,) = context["rows"]
    return {head.key: cell.text for head, cell in zip(context["heads"], row.cells, strict=True)}


def rows_of_export(client, url):
    return b"".join(client.get(url).streaming_content).decode().splitlines()[1:]


# -- projects ----------------------------------------------------------------------------------------------------------

LIST = "/north/projects/"


@pytest.fixture
def moved(zone, team, cast, change):
    """A project of 2024 that today went to another unit, officer and industry, the instant before, and that unit."""
    project = make_project(zone, "搬家项目", unit=team, officer=cast.alice, industry="semiconductors")
    make_step(project, "signed", "2024-03-05")
    second = Unit.objects.get(zone=zone, name="招商二队")
    values = {"unit": second.pk, "officer": cast.bob.pk, "industry": "", "next_due": "2024-01-01"}
    return project, change(f"{LIST}{project.pk}/", **values), second


def test_the_list_of_projects_is_filtered_by_what_its_rows_said_then(admin, cast, team, moved):
    _project, before, second = moved
    for then, today in (
        (f"unit={team.pk}", f"unit={second.pk}"),
        (f"officer={cast.alice.pk}", f"officer={cast.bob.pk}"),
    ):
        for moment in (f"known_at={before}", "as_of=2024-12-31"):
            assert names(admin, f"{LIST}?{then}&{moment}") == ["搬家项目"]
            assert names(admin, f"{LIST}?{today}&{moment}") == []
            measured = admin.get(
                f"/north/measures/projects.signed/?{then}&from=2024-01-01&to=2024-12-31&{moment}"
            )
            assert measured.context["reading"].value == 1
            assert len(rows_of_export(admin, f"{LIST}export.csv?{then}&{moment}")) == 1
            assert rows_of_export(admin, f"{LIST}export.csv?{today}&{moment}") == []
        assert names(admin, f"{LIST}?{today}") == ["搬家项目"]
        assert names(admin, f"{LIST}?{then}") == []


def test_an_industry_and_a_due_day_are_corrections(admin, moved):
    _project, before, _second = moved
    assert names(admin, f"{LIST}?industry=semiconductors&known_at={before}") == ["搬家项目"]
    assert names(admin, f"{LIST}?industry=semiconductors&as_of=2024-12-31") == []
    assert names(admin, f"{LIST}?due_before=2025-01-01") == ["搬家项目"]
    assert names(admin, f"{LIST}?due_before=2025-01-01&known_at={before}") == []


def test_the_cells_of_a_past_list_agree_with_its_filters(admin, moved):
    project, before, second = moved
    assert cells(admin, LIST)["unit"] == second.name
    for moment in (f"known_at={before}", "as_of=2024-12-31"):
        said = cells(admin, f"{LIST}?{moment}")
        assert (said["unit"], said["officer"]) == ("招商一队", "Alice")
        facts = admin.get(f"{LIST}{project.pk}/?{moment}").context["facts"]
        told = {fact["label"]: fact["cell"].text for fact in facts}
        assert (told["Unit"], told["Officer"]) == ("招商一队", "Alice")
    assert cells(admin, f"{LIST}?known_at={before}")["next_due"] == ""


# -- organizations and units -------------------------------------------------------------------------------------------


def test_organizations_are_filtered_by_kind_and_place_as_known(admin, zone, change):
    firm = Organization.objects.create(
        zone=zone, name="甲", kind="enterprise", is_local=True, listed_code="600000"
    )
    url = "/north/organizations/"
    before = change(f"{url}{firm.pk}/", kind="university", is_local="false", listed_code="")

    for then, today in (
        ("kind=enterprise", "kind=university"),
        ("is_local=yes", "is_local=no"),
        ("is_listed=true", "is_listed=false"),
    ):
        assert names(admin, f"{url}?{then}&known_at={before}") == ["甲"]
        assert names(admin, f"{url}?{today}&known_at={before}") == []
        assert names(admin, f"{url}?{today}") == ["甲"]
    badges = [badge.text for badge in admin.get(f"{url}{firm.pk}/?known_at={before}").context["badges"]]
    assert badges == ["enterprise", "in the zone", "listed 600000"]


def test_a_unit_that_was_not_known_to_end_stands(admin, zone, change):
    unit = Unit.objects.create(zone=zone, name="旧局", kind="bureau")
    url = "/north/units/"
    before = change(f"{url}{unit.pk}/", valid_to="2024-01-31", kind="branch")

    assert "旧局" not in names(admin, f"{url}?standing=true")
    assert "旧局" in names(admin, f"{url}?standing=true&known_at={before}")
    assert "旧局" not in names(admin, f"{url}?standing=false&known_at={before}")
    assert names(admin, f"{url}?kind=bureau&known_at={before}") == ["旧局"]
    assert names(admin, f"{url}?kind=branch&known_at={before}") == []
    (row,) = admin.get(f"{url}?kind=bureau&known_at={before}").context["rows"]
    assert row.tone == ""
    badges = [badge.text for badge in admin.get(f"{url}{unit.pk}/?known_at={before}").context["badges"]]
    assert badges == ["bureau"]
    assert [badge.text for badge in admin.get(f"{url}{unit.pk}/").context["badges"]] == [
        "branch",
        "does not stand on this day",
    ]


# -- engagements -------------------------------------------------------------------------------------------------------


@pytest.fixture
def visit(zone, team, cast, change):
    """A reception of 5 March 2024 that today became a meeting of June, logged for Bob; and the instant before."""
    row = Engagement(zone=zone, kind="reception", title="客商来访", host=cast.alice, unit=team)
    services.log(row, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None)
    values = {"kind": "meeting", "when": "2024-06-05", "host": cast.bob.pk, "title": "改了的名"}
    return row, change(f"/north/engagements/{row.pk}/", **values)


def test_engagements_are_filtered_by_kind_and_days_as_known(admin, cast, visit):
    _row, before = visit
    url = "/north/engagements/"
    for then, today in (
        ("kind=reception", "kind=meeting"),
        (f"host={cast.alice.pk}", f"host={cast.bob.pk}"),
        ("held_from=2024-03-01&held_to=2024-03-31", "held_from=2024-06-01"),
    ):
        assert names(admin, f"{url}?{then}&known_at={before}") == ["客商来访"]
        assert names(admin, f"{url}?{today}&known_at={before}") == []
        assert names(admin, f"{url}?{today}") == ["改了的名"]
        assert names(admin, f"{url}?{then}") == []
    assert names(admin, f"{url}?state=held&known_at={before}") == ["客商来访"]
    assert names(admin, f"{url}?state=planned&known_at={before}") == []
    assert (
        admin.get(f"{url}?kind=reception&known_at={before}").context["rows"][0].cells[1].text == "reception"
    )


def test_what_stood_in_the_database_is_what_stands_in_python(zone, visit):
    row, _before = visit
    services.set_when(row, Span(date(2024, 7, 1), date(2024, 7, 9)), StepKind.HELD, actor=None)
    for moment in (
        Moment(date(2024, 7, 3), now(), names_on=True),
        Moment(date(2024, 3, 4), now(), names_on=True),
        *(
            Moment(date(2024, 12, 31), step.recorded_at, names_on=True, names_known_at=True)
            for step in EngagementStep.objects.all()
        ),
    ):
        said = Engagement.objects.as_they_stood(moment).get(pk=row.pk)
        step = standing_steps([row.pk], moment.on, moment.known_at).get(row.pk)
        wanted = (step.kind, step.earliest, step.latest) if step else (None, None, None)
        assert (said.then_state, said.then_earliest, said.then_latest) == wanted


FOLLOW_UPS = "/north/engagements/?follow_up="


def test_follow_ups_are_those_of_the_day_and_of_what_was_known(admin, zone, cast, change):
    row = Engagement(
        zone=zone, kind="reception", title="客商来访", host=cast.administrator, follow_up="寄资料",
        follow_up_due=date(2024, 4, 1),
    )  # fmt: skip
    services.log(row, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None)
    before = instant_text(now())
    services.finish_follow_up(row, on=date(2024, 5, 1), actor=cast.administrator)
    done = instant_text(now())

    def found(query):
        return {
            wanted
            for wanted in ("open", "overdue", "done")
            if names(admin, f"{FOLLOW_UPS}{wanted}&{query}") == ["客商来访"]
        }

    assert found("") == found("as_of=2024-05-01") == found(f"known_at={done}") == {"done"}
    assert found("as_of=2024-04-30") == found(f"as_of=2024-04-30&known_at={done}") == {"open", "overdue"}
    assert found("as_of=2024-04-01") == {"open"}
    assert found(f"known_at={before}") == {"open", "overdue"}
    assert found(f"as_of=2024-04-01&known_at={before}") == {"open"}

    change(f"/north/engagements/{row.pk}/", follow_up="", follow_up_due="")
    assert found(f"known_at={before}") == {"open", "overdue"}
    assert found(f"as_of=2024-04-01&known_at={before}") == {"open"}
    assert found(f"as_of=2024-04-02&known_at={before}") == {"open", "overdue"}
    assert found("as_of=2024-04-30") == set()


def test_a_row_is_marked_overdue_by_the_day_of_the_page(admin, zone, cast):
    row = Engagement(
        zone=zone, kind="reception", title="客商来访", host=cast.alice, follow_up_due=date(2024, 4, 1)
    )
    services.log(row, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None)
    services.finish_follow_up(row, on=date(2024, 5, 1), actor=cast.administrator)

    def tone(query):
        (shown,) = admin.get(f"/north/engagements/?{query}").context["rows"]
        page = admin.get(f"/north/engagements/{row.pk}/?{query}")
        marked = "follow-up overdue" in [badge.text for badge in page.context["badges"]]
        assert marked == (shown.tone == "red")
        assert ("done on" in page.content.decode()) == (query in ("", "as_of=2024-05-01"))
        return shown.tone

    assert [tone(f"as_of=2024-{day}") for day in ("04-01", "04-02", "05-01")] == ["", "red", ""]
    assert tone("") == ""


# -- the order of the rows ---------------------------------------------------------------------------------------------


def test_projects_are_sorted_by_what_they_said_then(admin, zone, change):
    rows = {name: make_project(zone, name, next_due=day, next_action=name) for name, day in NEXT.items()}
    first, second, last = list(rows)
    before = change(f"{LIST}{rows[first].pk}/", name="丁", next_due="2025-01-01", next_action="丁")
    change(f"{LIST}{rows[last].pk}/", next_due="2020-01-01")

    for key in ("next_due", "-next_due", "next_action", "name"):
        then = names(admin, f"{LIST}?known_at={before}&sort={key}")
        wanted = {
            "next_due": [first, second, last],
            "-next_due": [second, first, last],
            "next_action": sorted(rows),
            "name": sorted(rows),
        }
        assert then == wanted[key], key
        exported = rows_of_export(admin, f"{LIST}export.csv?known_at={before}&sort={key}")
        assert [line.split(",")[0] for line in exported] == then
    assert names(admin, f"{LIST}?sort=next_due") == [last, second, "丁"]


def test_the_pages_of_a_past_list_are_those_of_one_order(admin, zone):
    for number in range(60):
        make_step(make_project(zone, f"项目{number:02}"), "signed", f"2024-03-{number // 2 + 1:02}")
    url = f"{LIST}?known_at={instant_text(now())}"

    def pages():
        return [name for page in (1, 2) for name in names(admin, f"{url}&page={page}")]

    first = pages()
    assert len(first) == len(set(first)) == 60
    assert (first[0], first[-1]) == ("项目59", "项目00")
    with CaptureQueriesContext(connection) as queries:
        assert pages() == first
    assert not [one for one in queries.captured_queries if "ORDER BY (SELECT" in one["sql"]]
    make_step(make_project(zone, "再一个项目"), "signed", "2024-12-30")
    assert pages() == first
    assert names(admin, LIST)[0] == "再一个项目"


def test_engagements_are_sorted_by_how_they_stood_then(admin, zone, cast, change):
    rows = {}
    for title, day, count in (("甲", 1, 3), ("乙", 2, 2), ("丙", 3, 1)):
        rows[title] = Engagement(zone=zone, kind="reception", title=title, host=cast.administrator)
        how_many = services.HowMany(count)
        when = Span(date(2024, 3, day), date(2024, 3, day))
        services.log(rows[title], when, actor=None, how_many=how_many)
    url = "/north/engagements/"
    before = change(f"{url}{rows['甲'].pk}/", when="2024-06-05", count="1")
    change(f"{url}{rows['乙'].pk}/", title="乙二")

    assert names(admin, f"{url}?known_at={before}") == ["丙", "乙", "甲"]
    assert names(admin, f"{url}?known_at={before}&sort=held") == ["甲", "乙", "丙"]
    assert names(admin, f"{url}?known_at={before}&sort=count") == ["丙", "乙", "甲"]
    assert names(admin, f"{url}?as_of=2024-04-01") == ["丙", "乙二"]
    assert names(admin, url) == ["甲", "丙", "乙二"]


def test_organizations_are_sorted_by_the_names_that_they_bore(admin, zone, change):
    parents = [Organization.objects.create(zone=zone, name=name) for name in ("A母", "B母")]
    rows = [
        Organization.objects.create(zone=zone, name=name, parent=parent, is_local=local)
        for name, parent, local in (("a", parents[0], True), ("b", parents[1], False))
    ]
    url = "/north/organizations/"
    before = change(f"{url}{rows[0].pk}/", name="z", renamed="2024-04", is_local="false")
    between = change(f"{url}{rows[0].pk}/", parent="B母")
    change(f"{url}{parents[1].pk}/", name="0母", renamed="2024-04")

    def order(query):
        return [name for name in names(admin, f"{url}?{query}") if name in ("a", "b", "z")]

    assert order("sort=name") == ["b", "z"]
    assert order(f"sort=name&known_at={before}") == order("sort=name&as_of=2024-03-31") == ["a", "b"]
    assert order(f"sort=-name&known_at={before}") == ["b", "a"]
    for known_at in (before, between):
        a = "a" if known_at == before else "z"
        assert order(f"sort=parent&known_at={known_at}") == [a, "b"]
        said = admin.get(f"{url}?sort=parent&known_at={known_at}&columns=name,parent").context["rows"]
        assert [row.cells[1].text for row in said][:2] == ["A母", "B母"]
    assert order(f"sort=is_local&known_at={before}") == ["b", "a"]


def test_documents_are_sorted_by_what_had_been_marked_then(admin, zone, change):
    papers = [Document(zone=zone, title=title, text="签约了一个项目") for title in ("甲文", "乙文")]
    for paper in papers:
        documents.keep_document(paper, actor=None)
    documents.mark(papers[0], 0, 4, actor=None)
    before = change(f"/north/documents/{papers[0].pk}/", number="9")
    for end in (3, 4):
        documents.mark(papers[1], 0, end, actor=None)

    url = "/north/documents/"
    assert names(admin, f"{url}?sort=-passage_count") == ["乙文", "甲文"]
    assert names(admin, f"{url}?sort=-passage_count&known_at={before}") == ["甲文", "乙文"]
    assert names(admin, f"{url}?sort=-number") == ["甲文", "乙文"]
    assert set(names(admin, f"{url}?sort=number&known_at={before}")) == {"甲文", "乙文"}


# -- boards and opened numbers -----------------------------------------------------------------------------------------


def test_the_officers_board_shows_the_projects_of_then(client, cast, moved):
    _project, before, _second = moved
    moment = f"as_of=2024-12-31&known_at={before}"

    def board(user, query):
        client.force_login(user)
        context = client.get(f"/north/boards/officer/?{query}").context
        in_hand = next(one.value for one in context["numbers"] if one.measure.key == "projects.in_hand")
        return in_hand, [row["name"] for row in context["projects"]]

    assert board(cast.alice, moment) == board(cast.alice, "as_of=2024-12-31") == (1, ["搬家项目"])
    assert board(cast.bob, moment) == board(cast.bob, "as_of=2024-12-31") == (0, [])
    assert board(cast.alice, "") == (0, [])
    assert board(cast.bob, "") == (1, ["搬家项目"])
    assert board(cast.alice, "as_of=2020-01-01") == (0, [])


def test_the_officers_board_tells_next_actions_as_known(client, cast, team, zone, change):
    due = [
        make_project(zone, name, unit=team, officer=cast.alice, next_due=day) for name, day in NEXT.items()
    ]
    before = change(f"{LIST}{due[1].pk}/", next_due="2020-01-01", next_action="后来的事")
    change(f"{LIST}{due[2].pk}/", next_due="2020-01-02")
    client.force_login(cast.alice)

    then = client.get(f"/north/boards/officer/?known_at={before}").context["projects"]
    assert [(row["name"], row["next_due"]) for row in then] == list(NEXT.items())
    assert {row["next_action"] for row in then} == {""}
    today = client.get("/north/boards/officer/").context["projects"]
    assert [row["name"] for row in today] == ["乙", "丙", "甲"]


def test_the_officers_week_is_that_of_then(client, cast, visit):
    _row, before = visit
    moment = f"as_of=2024-03-06&known_at={before}"

    def week(user, query):
        client.force_login(user)
        return [
            (one["title"], one["day"])
            for one in client.get(f"/north/boards/officer/?{query}").context["week"]
        ]

    assert week(cast.alice, moment) == [("客商来访", date(2024, 3, 5))]
    assert week(cast.alice, "as_of=2024-03-06") == []
    assert week(cast.bob, moment) == []
    assert week(cast.bob, "as_of=2024-06-05") == [("改了的名", date(2024, 6, 5))]


def test_what_waited_longest_names_who_had_it(admin, moved):
    _project, before, second = moved

    def waiting(query):
        rows = admin.get(f"/north/boards/leader/?{query}").context["stuck_rows"]
        return [(row["name"], str(row["unit"]), str(row["officer"])) for row in rows]

    for moment in (f"known_at={before}", "as_of=2025-12-31"):
        assert waiting(moment) == [("搬家项目", "招商一队", "Alice")]
    assert waiting("") == [("搬家项目", second.name, "Bob")]


def test_a_project_is_called_everywhere_as_it_was_then(admin, zone, change):
    project = make_project(zone, "旧名项目")
    step = make_step(project, "signed", "2024-03-05")
    before = change(f"{LIST}{project.pk}/", name="新名项目")
    moment = f"as_of=2024-12-31&known_at={before}"

    def said(query):
        opened = admin.get(f"/north/measures/projects.signed/?from=2024-01-01&to=2024-12-31&{query}")
        board = admin.get(f"/north/boards/leader/?{query}").context["latest"]
        return {
            *names(admin, f"{LIST}?{query}"),
            admin.get(f"{LIST}{project.pk}/?{query}").context["title"],
            str(admin.get(f"{ProjectStepFace.url_of(step)}?{query}").context["subject"]),
            *(item["subject"] for item in opened.context["page"]["items_shown"]),
            *(row["name"] for row in board),
        }

    assert said(moment) == {"旧名项目"}
    assert said("as_of=2024-12-31") == {"新名项目"}


def test_a_fact_that_was_not_known_then_has_no_page_then(admin, zone):
    project = make_project(zone, "甲项目")
    first = make_figure(project, value=100_000_000)
    between = instant_text(now())
    newer = copied(first)
    newer.value = 900_000_000
    recording.correct(first, newer, actor=None)

    page = admin.get(f"{ProjectFigureFace.url_of(first)}?known_at={between}")
    assert "CNY 100 million" in page.context["title"]
    assert [version["is_current"] for version in page.context["versions"]] == [True]
    assert not page.context["can_change"]
    assert admin.get(f"{ProjectFigureFace.url_of(newer)}?known_at={between}").status_code == 404
    today = admin.get(ProjectFigureFace.url_of(newer))
    assert "CNY 900 million" in today.context["title"]
    assert today.context["can_change"]


# -- what stood in the ledgers on the day ------------------------------------------------------------------------------


def found_by(client, query):
    found = client.get(f"/north/search/?{query}").context["found"]
    return {one.ledger.slug: [hit.cells[0].text for hit in one.hits] for one in found}


def test_the_search_finds_what_the_list_of_the_day_holds(admin, zone, cast):
    make_step(make_project(zone, "甲项目"), "signed", "2024-03-05")
    visit = Engagement(zone=zone, kind="reception", title="甲项目来访", host=cast.alice)
    services.log(visit, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None)
    Document.objects.create(
        zone=zone, title="甲项目协议", issued_earliest=date(2024, 3, 5), issued_latest=date(2024, 3, 9)
    )

    day = {"projects": ["甲项目"], "engagements": ["甲项目来访"], "documents": ["甲项目协议"]}
    for query in ("", "as_of=2024-03-05"):
        assert found_by(admin, f"q=甲项目&{query}") == day
        for slug, rows in day.items():
            assert names(admin, f"/north/{slug}/?q=甲项目&{query}") == rows
            assert choices(admin, slug, f"q=甲项目&{query}") == rows
    assert found_by(admin, "q=甲项目&as_of=2024-03-04") == {}
    for slug in day:
        assert names(admin, f"/north/{slug}/?q=甲项目&as_of=2024-03-04") == []
        assert choices(admin, slug, "q=甲项目&as_of=2024-03-04") == []


def test_a_search_finds_by_the_names_of_then(admin, zone, cast, change):
    firm = Organization.objects.create(zone=zone, name="旧商公司", short_name="旧商")
    project = make_project(zone, "旧名项目", aliases="别称")
    party = ProjectParty(zone=zone, project=project, organization=firm, earliest=DAY, latest=DAY)
    recording.add(party, actor=None)
    visit = Engagement(zone=zone, kind="reception", title="客商来访", host=cast.administrator)
    who = services.WhoTookPart([firm], [project])
    services.log(visit, Span(DAY, DAY), actor=None, who=who)
    unit = Unit.objects.create(zone=zone, name="旧局")
    before = change(f"{LIST}{project.pk}/", name="新名项目", aliases="")
    change(f"/north/organizations/{firm.pk}/", name="新商集团", short_name="")
    change(f"/north/units/{unit.pk}/", name="新局")
    later = Organization.objects.create(zone=zone, name="后来投资")
    recording.add(
        ProjectParty(zone=zone, project=project, organization=later, earliest=DAY, latest=DAY), actor=None
    )

    def found(text, query, **lists):
        for slug, rows in lists.items():
            assert names(admin, f"/north/{slug}/?q={text}&{query}") == rows, (text, query, slug)
            assert choices(admin, slug, f"q={text}&{query}") == rows
        rows = {slug: rows for slug, rows in lists.items() if rows}
        assert found_by(admin, f"q={text}&{query}") == rows

    then = f"known_at={before}"
    for text in ("旧名", "jiuming", "jmxm", "别称"):
        found(text, then, projects=["旧名项目"], engagements=["客商来访"], organizations=[], units=[])
        found(text, "", projects=[], engagements=[], organizations=[], units=[])
    found("新名", then, projects=[], engagements=[])
    found("新名", "", projects=["新名项目"], engagements=["客商来访"])
    for text in ("旧商", "jiushang"):
        found(text, then, projects=["旧名项目"], engagements=["客商来访"], organizations=["旧商公司"])
        found(text, "", projects=[], engagements=[], organizations=[])
    found("新商", then, projects=[], engagements=[], organizations=[])
    found("新商", "", projects=["新名项目"], engagements=["客商来访"], organizations=["新商集团"])
    found("后来投资", then, projects=[], organizations=[])
    found("后来投资", "", projects=["新名项目"], engagements=["客商来访"], organizations=["后来投资"])
    found("旧局", then, units=["旧局"])
    found("新局", then, units=[])
    found("旧名 来访", then, engagements=["客商来访"])
    assert names(admin, f"/north/engagements/?project=旧名项目&{then}") == ["客商来访"]
    assert names(admin, f"/north/engagements/?organization=旧商&{then}") == ["客商来访"]


def test_the_nearest_of_then_comes_first(admin, zone, change):
    wanted = {"湖": "", "甲": "湖", "湖滨": "", "大湖": "", "乙": "湖滨", "丙": "大湖"}
    rows = [make_project(zone, name, aliases=aliases) for name, aliases in wanted.items()]
    asked = {text: names(admin, f"{LIST}?q={text}") for text in ("湖滨", "hubin", "大湖", "dh")}
    noted = notes(admin, "湖滨")
    assert asked["湖滨"] == ["湖滨", "乙"]
    before = instant_text(now())
    for number, row in enumerate(rows):
        change(f"{LIST}{row.pk}/", name=f"新{number}", aliases="")

    for text, found in asked.items():
        assert names(admin, f"{LIST}?q={text}") == []
        assert names(admin, f"{LIST}?q={text}&known_at={before}") == found
    assert notes(admin, f"湖滨&known_at={before}") == noted == {"湖滨": "", "乙": "湖滨"}


def notes(client, query):
    """Return by which other name the chooser of projects found each row."""
    found = client.get(f"{LIST}choices/?q={query}").json()["choices"]
    return {one["label"]: one["note"] for one in found}


def test_a_row_is_found_below_the_parent_that_it_had(admin, zone, change):
    parents = [Organization.objects.create(zone=zone, name=name) for name in ("甲母", "乙母")]
    child = Organization.objects.create(zone=zone, name="子公司", parent=parents[0])
    url = "/north/organizations/"
    before = change(f"{url}{child.pk}/", parent="乙母")
    between = change(f"{url}{parents[0].pk}/", name="甲集团")
    change(f"{url}{parents[1].pk}/", name="乙集团")

    for text in ("甲母", f"%23{parents[0].pk}"):
        assert names(admin, f"{url}?parent={text}&known_at={before}") == ["子公司"]
        assert names(admin, f"{url}?parent={text}&known_at={between}") == []
    assert names(admin, f"{url}?parent=乙母&known_at={between}") == ["子公司"]
    assert names(admin, f"{url}?parent=乙母&known_at={before}") == []
    assert names(admin, f"{url}?parent=乙集团") == ["子公司"]
    refused = admin.get(f"{url}?parent=甲集团&known_at={before}").context
    assert refused["rows"] == []
    assert "Nothing here is called" in str(refused["filter_form"].errors)


def choices(client, slug, query):
    return [one["label"] for one in client.get(f"/north/{slug}/choices/?{query}").json()["choices"]]


def test_a_document_without_a_day_stands_from_the_day_on_which_it_was_entered(admin, zone, change):
    paper = Document.objects.create(zone=zone, title="没有日期的文件")
    Document.objects.update(created_at="2024-03-05T12:00:00Z")
    url = "/north/documents/"

    assert names(admin, f"{url}?as_of=2024-03-05") == ["没有日期的文件"]
    assert names(admin, f"{url}?as_of=2024-03-04") == []
    before = change(f"{url}{paper.pk}/", issued="2023-01-02")
    assert names(admin, f"{url}?as_of=2024-03-04") == ["没有日期的文件"]
    assert names(admin, f"{url}?as_of=2024-03-04&known_at={before}") == []
    assert names(admin, f"{url}?as_of=2024-03-05&known_at={before}") == ["没有日期的文件"]


def test_a_citation_made_later_is_hidden_everywhere(admin, zone):
    project = make_project(zone, "甲项目")
    step = make_step(project, "signed", "2024-03-05")
    paper = Document(zone=zone, title="晚来的文件", text="签约了一个项目")
    documents.keep_document(paper, actor=None)
    before = instant_text(now())
    passage = documents.mark(paper, 0, 4, actor=None)
    documents.cite(step, [passage], actor=None)
    documents.cite(project, [passage], actor=None)

    pages = (
        f"{LIST}{project.pk}/?",
        f"{ProjectStepFace.url_of(step)}?",
        "/north/measures/projects.signed/?from=2024-01-01&to=2024-12-31&",
        f"/north/sources/evidence/projects/{project.pk}/?",
        "/north/boards/leader/?as_of=2024-12-31&",
        f"/north/api/v1/facts/project-steps/{step.pk}?",
    )
    for page in pages:
        assert "晚来的文件" in admin.get(page).content.decode(), page
        then = admin.get(f"{page}known_at={before}")
        assert then.status_code == 200
        assert "晚来的文件" not in then.content.decode(), page
    counts = cells(admin, "/north/documents/?")
    assert (counts["passage_count"], counts["citation_count"]) == ("1", "2")
    counts = cells(admin, f"/north/documents/?known_at={before}")
    assert (counts["passage_count"], counts["citation_count"]) == ("0", "0")


def test_who_took_part_is_told_as_known(admin, zone, cast, change):
    bodies = [Organization.objects.create(zone=zone, name=name) for name in ("甲公司", "乙公司")]
    people = [Person.objects.create(zone=zone, name=name) for name in ("张三", "李四")]
    row = Engagement(zone=zone, kind="reception", title="客商来访", host=cast.administrator, lead=people[0])
    who = services.WhoTookPart([bodies[0]], [], [(people[0], "主任")])
    services.log(row, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None, who=who)
    before = instant_text(now())
    url = f"/north/engagements/{row.pk}/"
    who = services.WhoTookPart(
        [(bodies[0], OrganizationRole.HOST), bodies[1]], [], [(people[0], "书记"), people[1]]
    )
    services.connect(row, who)
    between = instant_text(now())
    change(url, organizations=[bodies[1].pk], participants=[people[1].pk], lead="")
    change(f"/north/organizations/{bodies[0].pk}/", name="甲集团", renamed="2024-04")

    def said(query):
        panel = next(one for one in admin.get(f"{url}?{query}").context["panels_main"] if one.key == "who")
        took_part = [(one["name"], one["role"]) for one in panel.data["organizations"]]
        return took_part, [(one["name"], one["post"]) for one in panel.data["people"]]

    assert said(f"known_at={before}") == ([("甲公司", "guest")], [("张三", "主任")])
    assert said(f"known_at={between}") == (
        [("甲公司", "host"), ("乙公司", "guest")],
        [("张三", "书记"), ("李四", "")],
    )
    assert said("") == ([("乙公司", "guest")], [("李四", "")])

    def listed(query):
        url = f"/north/engagements/?columns=title,organizations&{query}"
        return [row.cells[1].text for row in admin.get(url).context["rows"]]

    first = f"organization=%23{bodies[0].pk}"
    assert listed("") == ["乙公司"]
    assert listed(first) == []
    assert listed(f"{first}&known_at={before}") == listed(f"known_at={before}") == ["甲公司"]
    assert listed(f"organization=%23{bodies[1].pk}&known_at={before}") == []
    for page in (bodies[0].get_absolute_url(), people[0].get_absolute_url()):
        for query, shown in (("", False), (f"known_at={before}", True), (f"known_at={between}", True)):
            assert ("客商来访" in admin.get(f"{page}?{query}").content.decode()) == shown, (page, query)


def test_a_citation_that_was_taken_back_later_stood_until_then(admin, zone):
    step = make_step(make_project(zone, "甲项目"), "signed", "2024-03-05")
    paper = Document(zone=zone, title="错引的文件", text="签约了一个项目")
    documents.keep_document(paper, actor=None)
    passage = documents.mark(paper, 0, 4, actor=None)
    (tie,) = documents.cite(step, [passage], actor=None)
    before = instant_text(now())
    assert admin.post(f"/north/sources/citations/{tie.pk}/remove/").status_code == 302
    pages = (f"{ProjectStepFace.url_of(step)}?", f"/north/documents/{paper.pk}/?")

    def shown(query):
        return ["错引的文件" in admin.get(f"{pages[0]}{query}").content.decode(), cited(query)]

    def cited(query):
        return cells(admin, f"/north/documents/?{query}")["citation_count"]

    assert shown("") == [False, "0"]
    assert shown(f"known_at={before}") == [True, "1"]
    assert "甲项目" in admin.get(f"{pages[1]}known_at={before}").content.decode()
    assert "甲项目" not in admin.get(pages[1]).content.decode()
    assert admin.post(f"/north/sources/citations/{tie.pk}/remove/").status_code == 302
    assert Change.objects.filter(verb="uncite").count() == 1
    documents.cite(step, [passage], actor=None)
    assert shown("") == [True, "1"]


def test_the_history_of_a_row_ends_at_the_moment(admin, zone, change):
    project = make_project(zone, "旧名项目")
    change(f"{LIST}{project.pk}/", site="东区")
    before = change(f"{LIST}{project.pk}/", name="新名项目")

    then = admin.get(f"{LIST}{project.pk}/history/?known_at={before}").context
    assert (then["title"], len(then["changes"])) == ("旧名项目", 1)
    today = admin.get(f"{LIST}{project.pk}/history/").context
    assert (today["title"], len(today["changes"])) == ("新名项目", 2)
