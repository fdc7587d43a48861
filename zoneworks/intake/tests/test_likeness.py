from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from zoneworks.intake.likeness import Body, Firm, Venture, firm, organizations, projects

NAMES = ["高效电机项目", "年产20万台高效电机项目", "电机项目", "减速器项目", "高效电机"]
FIRMS = ["扬州甲乙精密制造有限公司", "甲乙精密", "苏州甲乙精密制造有限公司", "江苏晨禾电子有限公司", "晨禾"]
bodies = st.builds(Body, st.sampled_from(FIRMS), kind=st.sampled_from(["", "enterprise", "government"]))
amounts = st.dictionaries(
    st.sampled_from([("planned_total", "CNY"), ("equipment", "USD"), ("tax", "CNY")]),
    st.frozensets(st.sampled_from([Decimal(1), Decimal(2)]), min_size=1),
)
ventures = st.builds(
    Venture,
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    st.lists(bodies, max_size=2).map(tuple),
    amounts,
    st.sampled_from(["", "创业路8号", "创业路"]),
)


@given(ventures, ventures)
def test_scores_are_the_same_from_both_sides_and_in_range(one, other):
    assert projects(one, other).score == projects(other, one).score
    assert 0 <= projects(one, other).score <= 100


@given(ventures, ventures, ventures)
def test_an_equal_name_is_above_every_name_that_only_holds_it(told, equal, held):
    equal = replace(equal, name=told.name)
    held = replace(held, name=f"年产5万台{told.name}", others=())
    assert projects(told, equal).score > projects(replace(told, others=()), held).score


@given(ventures, ventures)
def test_a_different_investor_never_raises_a_score(told, known):
    one, other = Body("江苏晨禾电子有限公司"), Body("扬州甲乙精密制造有限公司")
    without = projects(replace(told, investors=()), known)
    differs = projects(replace(told, investors=(one,)), replace(known, investors=(other,)))
    assert differs.score <= without.score
    assert not differs.sure


@given(bodies, bodies)
def test_bodies_are_alike_from_both_sides(one, other):
    assert organizations(one, other).score == organizations(other, one).score
    assert firm(one.name, other.name) is firm(other.name, one.name)


@given(st.sampled_from(FIRMS))
def test_a_name_is_its_own(name):
    assert firm(name, name) is Firm.SAME
    assert organizations(Body(name), Body(name)).sure
