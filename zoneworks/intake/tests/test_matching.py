from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from zoneworks.engagements.models import Engagement, EngagementOrganization
from zoneworks.intake.found import Dated, Person, Place, Project
from zoneworks.intake.found import Engagement as Held
from zoneworks.intake.found import Organization as Body
from zoneworks.intake.gathering import Proposed
from zoneworks.intake.matching import matches
from zoneworks.kit import recording
from zoneworks.organizations.models import Organization, OrganizationName
from zoneworks.people.models import Person as Official
from zoneworks.people.models import PostFact
from zoneworks.projects import models as projects

FIRM = "扬州甲乙精密制造有限公司"
HERE = Place(0, 2)


def proposed(told):
    kind = {Project: "project", Held: "engagement", Person: "person", Body: "organization"}[type(told)]
    return Proposed(kind, told, ((0, 2),), (0,))


def match(zone, user, told):
    [found] = matches(zone, user, [proposed(told)])
    return found


def fact(fact, day=date(2024, 3, 5)):
    fact.zone, fact.earliest, fact.latest = fact.subject_row.zone, day, day
    return recording.add(fact, actor=None)


@pytest.fixture
def firm(zone):
    return Organization.objects.create(zone=zone, name=FIRM)


@pytest.fixture
def motors(zone, firm):
    """A project of the firm: 500 million yuan, at 创业路8号."""
    row = projects.Project.objects.create(
        zone=zone, name="高效电机项目", aliases="电机一号工程", site="创业路8号"
    )
    fact(projects.ProjectParty(project=row, organization=firm))
    fact(projects.ProjectFigure(project=row, kind="planned_total", value=500_000_000, unit="CNY"))
    return row


def project(name="高效电机项目", investor="", total=None, **values):
    amounts = {"total_investment_cny": Decimal(total)} if total else {}
    return Project(name, HERE, investor=investor, amounts=amounts, **values)


def test_the_same_project_is_sure_and_says_why(zone, cast, motors):
    [found] = match(zone, cast.alice, project(investor="甲乙精密", total=500_000_000, location="创业路8号"))
    assert (found.row, found.sure, found.against) == (motors, True, ())
    assert found.reasons[:2] == ("same name", f"like investor: {FIRM}")
    assert any(reason.startswith("planned total equal: ") for reason in found.reasons)
    assert "place equal: 创业路8号" in found.reasons


def test_what_differs_speaks_against_the_same_name(zone, cast, motors):
    [found] = match(zone, cast.alice, project(investor="江苏晨禾电子有限公司", total=900_000_000))
    assert (found.row, found.sure) == (motors, False)
    assert found.against[0] == f"investor differs: {FIRM}"
    assert found.against[1].startswith("planned total differs: ")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (project("电机一号工程"), "goes by this name, too: 电机一号工程"),
        (project("年产20万台高效电机项目"), "one name holds the other: 高效电机项目"),
        (project("高效电机"), "one name holds the other: 高效电机项目"),
        (project("精密零件基地项目", investor=FIRM, total=500_000_000), f"same investor: {FIRM}"),
    ],
)
def test_a_project_is_found_by_other_names_and_by_its_investor_but_not_for_sure(
    zone, cast, motors, told, reason
):
    [found] = match(zone, cast.alice, told)
    assert (found.row, found.sure, found.reasons[0]) == (motors, False, reason)


def test_two_equal_amounts_lead_to_a_project_of_another_name(zone, cast, motors):
    fact(projects.ProjectFigure(project=motors, kind="equipment", value=300_000_000, unit="CNY"))
    told = {"total_investment_cny": Decimal(500_000_000), "equipment_investment_cny": Decimal("300000000.00")}
    [found] = match(zone, cast.alice, Project("智能工厂项目", HERE, amounts=told))
    assert (found.row, found.sure, len(found.reasons)) == (motors, False, 2)
    told["equipment_investment_cny"] = Decimal(300_000_001)
    assert match(zone, cast.alice, Project("智能工厂项目", HERE, amounts=told)) == []


def test_a_former_name_of_the_investor_counts(zone, cast, motors, firm):
    fact(OrganizationName(organization=firm, kind="former", name="高邮丙丁机械厂"))
    [found] = match(
        zone, cast.alice, project("精密零件基地项目", investor="高邮丙丁机械厂", total=500_000_000)
    )
    assert found.reasons[0] == f"same investor: {FIRM}"


def test_another_phase_and_another_project_are_not_found(zone, cast, motors):
    assert match(zone, cast.alice, project("减速器项目")) == []
    assert match(zone, cast.alice, project("高效电机项目二期")) == []


def test_zones_are_walls(zone, other_zone, cast, motors, firm):
    told = [proposed(project()), proposed(Body(FIRM, "company", HERE))]
    assert [len(found) for found in matches(zone, cast.alice, told)] == [1, 1]
    assert matches(zone, cast.charlie, told) == [[], []]
    assert matches(other_zone, cast.charlie, told) == [[], []]
    assert matches(zone, cast.dora, told) == [[], []]


@pytest.mark.parametrize(
    ("told", "reason", "sure"),
    [
        (FIRM, "same name", True),
        ("甲乙精密", "goes by this name, too: 甲乙精密", False),
        ("丙丁机械", f"former name of {FIRM}", False),
        ("甲乙精密制造有限公司", f"same name but for place and legal form: {FIRM}", False),
        ("苏州甲乙精密制造有限公司", f"same name but for place and legal form: {FIRM}", False),
        ("江苏晨禾电子有限公司", None, False),
        ("甲乙精密集团", f"short name of {FIRM}", False),
    ],
)
def test_organizations_are_found_by_their_names(zone, cast, firm, told, reason, sure):
    firm.short_name = "甲乙精密"
    firm.save()
    fact(OrganizationName(organization=firm, kind="former", name="丙丁机械"))
    found = match(zone, cast.alice, Body(told, "company", HERE))
    assert [(each.row, each.reasons[0], each.sure) for each in found] == (
        [(firm, reason, sure)] if reason else []
    )


def test_a_firm_of_the_same_name_elsewhere_is_told_so(zone, cast, firm):
    [found] = match(zone, cast.alice, Body("苏州甲乙精密制造有限公司", "company", HERE))
    assert (found.sure, found.against) == (False, ("another place: 扬州",))


def test_people_are_found_by_name_and_post(zone, cast):
    first, second = (Official.objects.create(zone=zone, name="王某") for _time in range(2))
    fact(PostFact(person=first, title="区委书记"))
    fact(PostFact(person=second, title="某公司董事长"))
    found = match(zone, cast.alice, Person("王某", "区委书记、党工委书记", HERE))
    assert [(each.row, each.sure) for each in found] == [(first, True), (second, False)]
    assert found[1].against == ("post differs: 某公司董事长",)
    assert [each.sure for each in match(zone, cast.alice, Person("王某", "", HERE))] == [False, False]
    assert match(zone, cast.alice, Person("李某", "区委书记", HERE)) == []


@pytest.fixture
def signing(zone, firm):
    lead = Official.objects.create(zone=zone, name="王某")
    day = date(2024, 5, 6)
    row = Engagement.objects.create(
        zone=zone, kind="signing", title="集中签约仪式", place="会展中心", lead=lead,
        held_earliest=day, held_latest=day,
    )  # fmt: skip
    EngagementOrganization.objects.create(engagement=row, organization=firm)
    return row


@pytest.mark.parametrize(
    ("kind", "day", "told", "found"),
    [
        ("signing", "2024-05-06", {"lead": "王某"}, True),
        ("signing", "2024-05-06", {"host": "甲乙精密"}, True),
        ("signing", "2024-05-06", {"places": ("会展中心",)}, True),
        ("signing", "2024-05", {"lead": "王某"}, True),
        ("signing", "2024-05-06", {}, False),
        ("signing", "2024-05-07", {"lead": "王某"}, False),
        ("drill", "2024-05-06", {"lead": "王某"}, False),
    ],
)
def test_engagements_are_found_by_kind_days_and_something_shared(zone, cast, signing, kind, day, told, found):
    near = match(zone, cast.alice, Held(kind, HERE, Dated(day), **told))
    assert [each.row for each in near] == ([signing] if found else [])


def test_without_a_day_no_engagement_is_found(zone, cast, signing):
    assert match(zone, cast.alice, Held("signing", HERE, None, lead="王某")) == []


def test_the_number_of_queries_does_not_grow_with_the_document(zone, cast, motors, signing):
    amounts = {"total_investment_cny": Decimal(1), "land_area_m2": Decimal(2)}

    def told(number):
        return [
            proposed(one)
            for at in range(number)
            for one in (
                Project(f"高效电机项目{at}", HERE, investor=FIRM, amounts=amounts),
                Body(f"{at}{FIRM}", "company", HERE),
                Person("王某", "书记", HERE),
                Held("signing", HERE, Dated("2024-05-06"), lead="王某"),
            )
        ]

    matches(zone, cast.alice, told(1))  # what somebody may do is asked once
    counts = []
    for number in (1, 10, 40):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(matches(zone, cast.alice, told(number))) == 4 * number
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 25


def test_the_reasons_speak_the_language_of_the_page(zone, cast, motors):
    with translation.override("zh-hans"):
        [found] = match(zone, cast.alice, project())
    assert found.reasons == ("名称相同",)


def test_nothing_told_asks_for_nothing(zone, cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert matches(zone, cast.alice, []) == []
