"""What is found, cited and told of an earlier moment does not hang on what was changed since."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.timezone import now

from zoneworks.accounts.models import Unit
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, OrganizationRole
from zoneworks.kit import recording
from zoneworks.kit.models import Change
from zoneworks.kit.moment import instant_text
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.people.models import Person
from zoneworks.projects.faces import ProjectStepFace
from zoneworks.projects.models import ProjectParty
from zoneworks.projects.tests.conftest import make_project, make_step
from zoneworks.site.tests.past.conftest import LIST, cells, names
from zoneworks.sources import services as documents
from zoneworks.sources.models import Document

pytestmark = pytest.mark.django_db
DAY = date(2024, 3, 5)


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
