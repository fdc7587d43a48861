from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.bare import Bare
from zoneworks.intake.dates import Calendar
from zoneworks.intake.document import Article, Document, read_document
from zoneworks.intake.found import Claim, Cut, Dated, Engagement, Organization, Person, Place, Project
from zoneworks.intake.gathering import digest, gather

TEXT = "一 二\n三四五六七八九十甲乙丙丁戊己庚辛壬癸"
FIRM = "扬州甲乙精密制造有限公司"


def page(*articles):
    """A document of articles, each a mapping of what is found in it; each thing stands at a place of its own."""
    bare, whole, made = Bare(TEXT), Cut(Place(0, 20)), []
    for found in articles:
        parts = ("projects", "engagements", "claims", "people", "organizations")
        made.append(Article(whole, None, *(tuple(found.get(name, ())) for name in parts)))
    return Document(bare, Calendar(), tuple(made))


def project(name="高效电机项目", at=0, total=None, **values):
    amounts = {} if total is None else {"total_investment_cny": Decimal(total)}
    return Project(name, Place(at, at + 2), amounts=values.pop("amounts", amounts), **values)


def test_a_project_told_in_two_articles_is_one_proposal_with_two_places():
    first = project(investor=FIRM, total=500_000_000, events=("signed",), event="signed")
    second = project(at=4, investor="甲乙精密", events=("started",), event="started", location="创业路8号")
    [one] = gather(page({"projects": [first]}, {"projects": [second]}))
    assert (one.spans, one.articles) == (((0, 3), (6, 8)), (0, 1))
    assert (one.told.event, one.told.location, one.told.investor) == ("started", "创业路8号", FIRM)
    assert one.told.amounts == first.amounts
    assert [(other.field, other.value) for other in one.others] == [("investor", "甲乙精密")]


def test_values_that_differ_stay_both():
    first = project(investor=FIRM, total=500_000_000)
    second = project(at=4, investor=FIRM, total=520_000_000, qualifiers={"total_investment_cny": "约"})
    [one] = gather(page({"projects": [first]}, {"projects": [second]}))
    assert one.told.amounts["total_investment_cny"] == 500_000_000
    [other] = one.others
    assert (other.value, other.qualifier, other.span, other.article) == (520_000_000, "约", (6, 8), 1)
    [sentence] = one.differs
    assert "planned total" in sentence
    assert "500" in sentence
    assert "520" in sentence


def test_like_names_and_equal_amounts_are_one_project_only_with_the_same_investor():
    first = project("年产20万台高效电机项目", investor=FIRM, total=500_000_000)
    for second, number in (
        (project("高效电机项目", 4, investor=FIRM), 1),
        (project("高效电机项目", 4, investor="江苏晨禾电子有限公司"), 2),
        (project("精密减速器项目", 4, investor=FIRM, total=500_000_000), 1),
        (project("精密减速器项目", 4, investor=FIRM, total=600_000_000), 2),
        (project("年产20万台高效电机项目二期", 4, investor=FIRM, total=500_000_000), 2),
        (project("电机基地", 4, aliases=("年产20万台高效电机项目",)), 1),
        (project("年产20万台高效电机项目", 4, investor="江苏晨禾电子有限公司", total=900_000_000), 2),
    ):
        found = gather(page({"projects": [first]}, {"projects": [second]}))
        assert len(found) == number, second


def test_an_engagement_of_two_articles_is_one_by_kind_day_and_who_or_where():
    first = Engagement("signing", Place(0, 2), Dated("2024-05-06"), lead="王某", places=("会展中心",))
    for changes, number in (
        ({"lead": "王某", "places": ("迎宾馆",)}, 1),
        ({"lead": "", "places": ("会展中心",)}, 1),
        ({"lead": "李某"}, 2),
        ({"lead": "", "places": ()}, 2),
        ({"date": Dated("2024-05-07")}, 2),
        ({"date": Dated("2024-05")}, 2),
        ({"kind": "reception"}, 2),
    ):
        second = replace(first, place=Place(4, 6), **changes)
        assert len(gather(page({"engagements": [first]}, {"engagements": [second]}))) == number, changes


def test_people_bodies_and_claims_come_once():
    claim = Claim("签约项目", Decimal(12), "个", Place(0, 2), period="2024-05")
    found = gather(
        page(
            {
                "people": [Person("王某", "区委书记、党工委书记", Place(0, 2))],
                "organizations": [Organization("甲乙精密", "company", Place(2, 4))],
                "claims": [claim, replace(claim, place=Place(4, 6))],
            },
            {
                "people": [
                    Person("王某", "党工委书记", Place(6, 8)),
                    Person("王某", "某公司董事长", Place(8, 10)),
                ],
                "organizations": [Organization(FIRM, "company", Place(10, 12))],
                "claims": [replace(claim, value=Decimal(13))],
            },
        )
    )
    told = [(each.kind, len(each.spans)) for each in found]
    assert sorted(told) == [("claim", 1), ("claim", 2), ("organization", 2), ("person", 1), ("person", 2)]
    [body] = [each for each in found if each.kind == "organization"]
    assert (body.told.name, body.others[0].value) == (FIRM, "甲乙精密")


def test_short_names_join_no_two_bodies():
    def told(kind, *names):
        bodies = [Organization(name, kind, Place(2 * at, 2 * at + 2)) for at, name in enumerate(names)]
        return [each.told.name for each in gather(page({"organizations": bodies}))]

    assert told("zone", "南湾经开区", "经开区", "北岭经开区") == ["南湾经开区", "北岭经开区"]
    assert told("company", "甲乙精密", FIRM, "苏州甲乙精密有限公司") == [FIRM, "苏州甲乙精密有限公司"]
    assert len(told("company", "甲乙精密集团", "甲乙精密集团（扬州）有限公司")) == 2
    assert len(told("company", "甲乙精密制造有限公司", FIRM)) == 1


def test_a_sign_says_what_is_told_and_not_where():
    [one] = gather(page({"projects": [project(total=500_000_000)]}))
    [moved] = gather(page({}, {"projects": [project(at=6, total="500000000.00")]}))
    [other] = gather(page({"projects": [project(total=500_000_001)]}))
    assert digest(one) == digest(moved) != digest(other)
    [visit] = gather(page({"engagements": [Engagement("signing", Place(0, 2), Dated("2024-05-06", "6日"))]}))
    [again] = gather(page({"engagements": [Engagement("signing", Place(3, 5), Dated("2024-05-06", "今天"))]}))
    [later] = gather(page({"engagements": [Engagement("signing", Place(0, 2), Dated("2024-05-07"))]}))
    assert digest(visit) == digest(again) != digest(later)


@given(
    st.lists(
        st.builds(
            project,
            st.sampled_from(["高效电机项目", "电机项目", "电机项目二期", "减速器项目"]),
            at=st.integers(0, 17),
            investor=st.sampled_from(["", FIRM, "甲乙精密", "江苏晨禾电子有限公司"]),
            total=st.sampled_from([None, 1, 2]),
        ),
        max_size=8,
    )
)
def test_nothing_that_is_told_is_lost(projects):
    found = gather(page(*({"projects": [each]} for each in projects)))
    assert {span[0] for each in found for span in each.spans} == {
        Bare(TEXT).raw(*each.place)[0] for each in projects
    }
    for each in projects:
        value = each.amounts.get("total_investment_cny")
        said = [one.told.amounts.get("total_investment_cny") for one in found]
        said += [other.value for one in found for other in one.others]
        assert value is None or value in said


def test_every_page_is_gathered_whole():
    """What articles tell is proposed with its place, nothing twice at one place."""
    pages = sorted((Path(__file__).parent / "pages").glob("a/*.txt"))
    assert pages
    for file in pages:
        text = file.read_text(encoding="utf-8")
        document = read_document(text)
        found = gather(document)
        for kind, name in (("project", "projects"), ("claim", "claims"), ("person", "people")):
            told = {
                document.bare.raw(*each.place) for one in document.articles for each in getattr(one, name)
            }
            assert told == {span for each in found if each.kind == kind for span in each.spans}, file.name
        assert len({digest(each) for each in found}) <= len(found)
        assert [digest(each) for each in found] == [digest(each) for each in gather(read_document(text))]
