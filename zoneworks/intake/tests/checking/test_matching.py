"""What a number of a draft counts, by the words around it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zoneworks.intake.bare import Bare
from zoneworks.intake.checking.matching import Said, SizeClass, Unmeasured, Wanted, Why, Zonal, matched
from zoneworks.intake.checking.stated import stated
from zoneworks.intake.found import Place
from zoneworks.intake.quantities import quantities
from zoneworks.intake.words import vocabulary
from zoneworks.measures.registry import measures

ZONE = Zonal(
    "北园经济开发区",
    (
        SizeClass("total_1bn", "planned_total", "CNY", Decimal(10**9)),
        SizeClass("equipment_50m", "equipment", "CNY", Decimal(5 * 10**7)),
        SizeClass("foreign_30m", "agreed_foreign", "USD", Decimal(3 * 10**7)),
    ),
    {"半导体": "semiconductor"},
    {"招商一队": "7"},
)


def match(text: str, *, subject: str = "", sentence: str = "", whole=None):
    """Return what the last number of a text is about."""
    bare = Bare(text)
    number = quantities(bare.text, Place(0, len(bare.text)))[-1]
    before, behind = bare.text[: number.place.start], bare.text[number.place.end :]
    return matched(stated(bare, number), Said(sentence, before, behind, subject), ZONE, whole)


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("新签约项目7个", "projects.signed"),
        ("招引7个项目", "projects.signed"),
        ("新开工项目5个", "projects.started"),
        ("竣工项目3个", "projects.completed"),
        ("竣工投产项目3个", "projects.in_production"),
        ("在手项目14个", "projects.in_hand"),
        ("签约的项目中有5个开工", "projects.started"),
        ("主要领导带队外出招商6批次", "engagements.trips"),
        ("拜访企业11家", "engagements.trips.organizations"),
        ("接待客商12批次", "engagements.receptions"),
        ("接待客商120人次", "engagements.receptions.visitors"),
        ("洽谈意向项目8个", "engagements.receptions.projects"),
        ("举行签约仪式2场", "engagements.signings"),
        ("签约项目计划总投资近240亿元", "projects.signed.planned_total"),
        ("在手项目设备投资10亿元", "projects.in_hand.equipment"),
        ("在手项目协议外资3000万美元", "projects.in_hand.agreed_foreign"),
        ("签约项目总投资1.4亿美元", "projects.signed.planned_total_usd"),
        ("签约额达50亿元", "projects.signed.planned_total"),
        ("开工率达81.4%", "projects.conversion.started"),
    ],
)
def test_the_words_before_a_number_tell_its_measure(text, measure):
    found = match(text)
    assert isinstance(found, Wanted), found
    assert (found.measure, dict(found.filters)) == (measure, {})


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("签约总投资10亿元以上项目2个", {"size_class": "total_1bn"}),
        ("签约10亿元以上项目2个", {"size_class": "total_1bn"}),
        ("签约设备投资5000万元以上的制造业项目2个", {"size_class": "equipment_50m"}),
        ("签约协议外资3000万美元以上项目1个", {"size_class": "foreign_30m"}),
        ("签约总投资达到10亿元的项目2个", {"size_class": "total_1bn"}),
        ("签约半导体项目2个", {"industry": "semiconductor"}),
        ("招商一队签约项目2个", {"unit": "7"}),
    ],
)
def test_sizes_industries_and_teams_narrow_it(text, filters):
    assert dict(match(text).filters) == filters


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("力争新开工项目20个", Why.AIM),
        ("签约项目同比增长20%", Why.GROWTH),
        ("签约外资项目2个", Why.NARROWED),
        ("招引重大项目12个", Why.NARROWED),
        ("签约总投资3亿元以上项目2个", Why.CLASS),
        ("计划总投资50亿元", Why.STAGE),
        ("累计走访群众163人次", Why.NO_MEASURE),
        ("实现开票销售20亿元", Why.NO_MEASURE),
        ("签约仪式上讲话7个", Why.NO_MEASURE),
    ],
)
def test_what_no_measure_counts_says_why(text, why):
    found = match(text)
    assert isinstance(found, Unmeasured), found
    assert found.why is why


@pytest.mark.parametrize(
    ("subject", "own"),
    [
        ("", True),
        ("全区", True),
        ("北园经济开发区", True),
        ("全市", False),
        ("南湾经济开发区", False),
        ("公司", False),
    ],
)
def test_only_the_zones_own_numbers_are_compared(subject, own):
    assert isinstance(match("签约项目7个", subject=subject), Wanted if own else Unmeasured)


def test_a_part_takes_what_its_whole_counts():
    whole = Wanted("projects.in_hand")
    found = match("总投资10亿元以上的1个", whole=whole)
    assert (found.measure, dict(found.filters)) == ("projects.in_hand", {"size_class": "total_1bn"})
    assert match("总投资10亿元以上的1个").why is Why.NO_MEASURE


def test_a_sum_is_that_of_the_projects_counted_before_it():
    signed = Wanted("projects.signed", {"size_class": "total_1bn"})
    found = match("计划总投资50亿元", whole=signed)
    assert (found.measure, dict(found.filters)) == ("projects.signed.planned_total", dict(signed.filters))
    assert match("计划总投资50亿元", whole=Unmeasured(Why.NARROWED, "外资")).why is Why.NARROWED


def test_a_level_that_is_named_is_asked_for():
    assert match("经市认定的签约项目7个").basis == "city"


def test_every_measure_of_the_vocabulary_is_registered():
    words = vocabulary("measures")
    assert {key for key in [*words["counts"], *words["shares"]] if key not in measures} == set()
    sums = [f"projects.signed.{kind}" for kind in words["amounts"].values()]
    assert [key for key in sums if key not in measures] == []
