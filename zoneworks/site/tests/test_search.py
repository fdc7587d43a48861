"""One box finds rows of every ledger by any name, and figures by their amount; and only what one may see."""

from datetime import date
from decimal import Decimal

import pytest

from zoneworks.kit import recording
from zoneworks.organizations.models import NameKind, Organization, OrganizationName
from zoneworks.projects.models import PartyRole, Project, ProjectFigure, ProjectParty
from zoneworks.site.tests.test_every_address import someone
from zoneworks.sources.models import Document

pytestmark = pytest.mark.django_db
DAY = date(2024, 5, 1)


@pytest.fixture
def wafers(zone, other_zone, cast):
    """A project with an investor and a figure, and one of the same name in another zone."""
    investor = Organization.objects.create(
        zone=zone, name="高邮湖光伏科技有限公司", credit_code="91321084MA00000000"
    )
    former = OrganizationName(
        zone=zone, organization=investor, name="三阳能源", kind=NameKind.FORMER, earliest=DAY, latest=DAY
    )
    recording.add(former, actor=cast.alice)
    project = Project.objects.create(zone=zone, name="20GW硅片项目")
    Project.objects.create(zone=other_zone, name="邻区硅片项目")
    days = {"earliest": DAY, "latest": DAY}
    recording.add(
        ProjectParty(zone=zone, project=project, organization=investor, kind=PartyRole.INVESTOR, **days),
        actor=cast.alice,
    )
    total = ProjectFigure(
        zone=zone,
        project=project,
        kind="planned_total",
        value=Decimal(24_000_000_000),
        unit="CNY",
        wording="240亿元",
        **days,
    )
    recording.add(total, actor=cast.alice)
    return project


def asked(who, zone, text, **query):
    return someone(who).get(f"/{zone.code}/search/", {"q": text, **query})


@pytest.mark.parametrize("text", ["硅片", "gp", "guipian", "20gw", "２０ＧＷ 硅片", "高邮湖"])
def test_a_project_is_found_by_its_names_and_by_those_of_its_investors(cast, zone, wafers, text):
    page = asked(cast.leader, zone, text).content.decode()

    assert f'/{zone.code}/projects/{wafers.pk}/"' in page
    assert "邻区" not in page


@pytest.mark.parametrize(
    ("text", "by"),
    [("三阳", "三阳能源"), ("synY", "三阳能源 (initials of its pinyin)"), ("91321084", "91321084ma00000000")],
)
def test_what_goes_by_another_name_says_which_one_found_it(cast, zone, wafers, text, by):
    found = asked(cast.leader, zone, text).context["found"]

    [hit] = next(one.hits for one in found if one.ledger.slug == "organizations")
    assert (hit.cells[0].text, hit.found_by) == ("高邮湖光伏科技有限公司", by)


def test_a_row_found_through_another_says_through_which(cast, zone, wafers):
    found = asked(cast.leader, zone, "光伏科技").context["found"]

    [hit] = next(one.hits for one in found if one.ledger.slug == "projects")
    assert hit.found_by == "高邮湖光伏科技有限公司"


@pytest.mark.parametrize("text", ["240亿元", "240亿", "24,000,000,000元", "24000000000", "2400000万元"])
def test_a_figure_is_found_by_its_amount_however_it_is_written(cast, zone, wafers, text):
    [hit] = asked(cast.leader, zone, text).context["figures"]

    assert hit.about == "20GW硅片项目"
    assert "/facts/project-figures/" in hit.url


@pytest.mark.parametrize("text", ["240亿美元", "24亿元"])
def test_no_figure_is_found_by_another_amount(cast, zone, wafers, text):
    assert asked(cast.leader, zone, text).context["figures"] == []


def test_a_document_is_found_by_the_words_of_its_text(cast, zone, other_zone):
    text = "开发区召开会议。" * 80 + "选派青年干部到ＴＯＰＣｏｎ企业跟岗。" + "会议强调安全。" * 80
    paper = Document.objects.create(zone=zone, title="简报", text=text)
    Document.objects.create(zone=other_zone, title="邻区简报", text=text)
    reader = someone(cast.leader)

    for typed, said in (("青年干部", "青年干部"), ("topcon", "ＴＯＰＣｏｎ"), ("跟岗", "跟岗")):
        [found] = asked(cast.leader, zone, typed).context["found"]
        [hit] = found.hits
        assert (hit.cells[0].text, hit.found_by.words) == ("简报", said)
        assert (
            f'<mark class="passage is-target" id="p0" data-passages="0" data-offset="{text.index(said)}">{said}<'
            in (reader.get(hit.found_by.url.partition("#")[0]).content.decode())
        )
        page = reader.get(f"/{zone.code}/documents/", {"q": typed})
        assert [row.pk for row in page.context["rows"]] == [paper.pk]

    paper.text = "另一篇。"
    paper.save(update_fields=["text"])
    assert asked(cast.leader, zone, "青年干部").context["found"] == []


def test_figures_are_found_as_of_the_moment(cast, zone, wafers):
    assert asked(cast.leader, zone, "240亿元", as_of="2024-04-30").context["figures"] == []
    [hit] = asked(cast.leader, zone, "240亿元", as_of="2024-05-01").context["figures"]
    assert hit.url.endswith("as_of=2024-05-01")


def test_everybody_finds_what_they_may_see(cast, zone, wafers):
    for who in (cast.enterprise, cast.leader):
        answer = asked(who, zone, "硅片")
        slugs = {one.ledger.slug for one in answer.context["found"]}
        assert ("projects" in slugs) == (who is cast.leader)
    assert asked(cast.enterprise, zone, "240亿元").context["figures"] == []
    assert asked(cast.charlie, zone, "硅片").status_code == 404


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "What are you looking for?"), ("硅", "One character finds too much"), ("没有这个", "Nothing is found"),
     ("\ud83d%00'\"*", "Nothing is found"), ("x" * 500, "Nothing is found")],
)  # fmt: skip
def test_what_finds_nothing_says_what_to_type(cast, zone, wafers, text, says):
    answer = asked(cast.leader, zone, text.encode("utf-8", "replace").decode())

    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_the_very_name_comes_first_and_more_leads_to_the_list(cast, zone, wafers):
    for number in range(7):
        Project.objects.create(zone=zone, name=f"高效硅片{number}")
    Project.objects.create(zone=zone, name="硅片")

    [found] = [
        one for one in asked(cast.leader, zone, "硅片").context["found"] if one.ledger.slug == "projects"
    ]

    assert found.hits[0].cells[0].text == "硅片"
    assert len(found.hits) == 5
    assert someone(cast.leader).get(found.more_url).context["total"] == 9


def test_the_number_of_statements_does_not_grow(cast, zone, wafers, django_assert_max_num_queries):
    browser = someone(cast.leader)
    browser.get(f"/{zone.code}/search/?q=硅片")
    for number in range(30):
        Project.objects.create(zone=zone, name=f"高效硅片{number}")
        Organization.objects.create(zone=zone, name=f"硅片{number}公司")

    with django_assert_max_num_queries(60):
        browser.get(f"/{zone.code}/search/?q=硅片")


def test_an_amount_is_found_as_people_say_it(cast, zone, wafers):
    [hit] = asked(cast.leader, zone, "240个亿").context["figures"]

    assert hit.about == "20GW硅片项目"
