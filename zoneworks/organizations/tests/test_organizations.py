"""Organizations through their pages: who sees what, names over time, figures, duplicates, bulk edit."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.kit.models import Change, Comment
from zoneworks.organizations.models import (
    Contact,
    Organization,
    OrganizationFigure,
    OrganizationName,
)
from zoneworks.organizations.reading import called

pytestmark = pytest.mark.django_db
LIST = "/north/organizations/"


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def form(**values):
    return {"name": "某某公司", "kind": "enterprise", "is_local": "unknown"} | values


def test_a_later_name_holds_from_its_day_on_everywhere(client, cast, make_organization, tell):
    firm = make_organization(name="欧力特能源科技有限公司")
    tell.name(firm, "欧力特能源股份有限公司", "later", "2023-05-08", "2024-10-31")
    client.force_login(cast.leader)

    before = page(client, LIST + "?as_of=2023-05-01")
    after = page(client, LIST + "?as_of=2024-10-31")
    between = page(client, f"{LIST}{firm.pk}/?as_of=2024-01-01")
    assert "欧力特能源科技有限公司" in before
    assert "欧力特能源股份有限公司" not in before
    assert "欧力特能源股份有限公司" in after
    assert "<h1>欧力特能源科技有限公司" in between
    assert "Perhaps already called “欧力特能源股份有限公司”" in between
    assert "欧力特" in page(client, LIST + "?q=olt")
    assert "欧力特" in page(client, LIST + "?q=股份有限")


def test_a_name_counts_only_since_it_was_recorded(zone, make_organization, tell):
    firm = make_organization(name="新名")
    fact = tell.name(firm, "旧名", "former", "2020-03-01")

    assert called({firm.pk: "新名"}, date(2019, 1, 1))[firm.pk].name == "旧名"
    known_at = fact.recorded_at.replace(year=2020)
    assert called({firm.pk: "新名"}, date(2019, 1, 1), known_at)[firm.pk].name == "新名"


def test_renaming_in_the_form_keeps_the_former_name(client, cast, make_organization):
    firm = make_organization(name="旧名有限公司")
    client.force_login(cast.alice)
    client.post(f"{LIST}{firm.pk}/edit/", form(name="新名有限公司", renamed="2024年3月"))

    fact = OrganizationName.objects.get()
    assert (fact.kind, fact.name, fact.latest) == ("former", "旧名有限公司", date(2024, 3, 31))
    assert "旧名有限公司" in page(client, LIST + "?as_of=2024-02-28")
    assert "新名有限公司" in page(client, LIST + "?q=旧名")


@pytest.mark.parametrize("typed", ["江苏甲公司", " 江苏甲公司 ", "江苏甲公司（集团）", "江苏甲公司(集团)"])
def test_a_name_in_the_ledger_is_refused_with_a_way_to_it(client, cast, make_organization, typed):
    firm = make_organization(name="江苏甲公司（集团）" if "集团" in typed else "江苏甲公司")
    client.force_login(cast.alice)
    response = client.post(LIST + "new/", form(name=typed))

    assert response.status_code == 422
    assert f'<a href="{LIST}{firm.pk}/">{firm.name}</a>' in response.content.decode()
    assert Organization.objects.count() == 1


def test_a_former_name_of_another_asks_twice(client, cast, make_organization, tell):
    firm = make_organization(name="新名")
    tell.name(firm, "曾用名公司", "former", "2020-01-01")
    client.force_login(cast.alice)

    refused = client.post(LIST + "new/", form(name="曾用名公司"))
    assert refused.status_code == 422
    assert 'type="checkbox" name="is_another"' in refused.content.decode()
    assert client.post(LIST + "new/", form(name="曾用名公司", is_another="on")).status_code == 302


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "长" * 10_000}, "150"),
        ({"credit_code": "123"}, "A credit code has 18 digits"),
        ({"parent": "没有这家"}, "Nothing here is called “没有这家”"),
        ({"parent": "企业"}, "fits more than one"),
    ],
)
def test_bad_input_names_its_place_and_keeps_what_was_typed(client, cast, make_organization, values, said):
    make_organization(), make_organization()
    client.force_login(cast.alice)
    response = client.post(LIST + "new/", form(**values))

    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert values[next(iter(values))][:30] in text
    assert Organization.objects.count() == 2


def test_a_parent_is_picked_by_typing_and_never_from_another_zone(
    client, cast, other_zone, make_organization
):
    group, away = make_organization(name="某某集团"), make_organization(name="南园集团", zone=other_zone)
    client.force_login(cast.alice)
    client.post(LIST + "new/", form(name="子公司", parent="mmjt", credit_code="９１３２１０８４ma1abcdex9"))

    child = Organization.objects.get(name="子公司")
    assert child.parent == group
    assert child.credit_code == "91321084MA1ABCDEX9"
    assert client.post(LIST + "new/", form(name="又一家", parent=away.name)).status_code == 422
    looped = client.post(f"{LIST}{group.pk}/edit/", form(name="某某集团", parent="子公司"))
    assert "cannot be its own parent" in looped.content.decode()


def test_filters_tell_apart(client, cast, make_organization):
    group = make_organization(name="集团", kind="investor", listed_code="600000", is_local=False)
    make_organization(name="子公司", parent=group, is_local=True)
    client.force_login(cast.leader)

    def found(query):
        return [name for name in ("集团", "子公司") if f">{name}</a>" in page(client, LIST + query)]

    assert found("?kind=investor") == ["集团"]
    assert found("?is_local=yes") == ["子公司"]
    assert found("?is_local=unstated") == []
    assert found("?is_listed=true") == ["集团"]
    assert found("?parent=集团") == ["子公司"]


def test_many_rows_change_together_or_not_at_all(client, cast, make_organization):
    rows = [make_organization() for _ in range(3)]
    client.force_login(cast.alice)
    data = {
        "pk": [row.pk for row in rows],
        "save": "1",
        "change": ["kind", "is_local"],
        "kind": "investor",
        "is_local": "true",
    }
    assert client.post(LIST + "bulk/", data).status_code == 302

    assert set(Organization.objects.values_list("kind", "is_local")) == {("investor", True)}
    assert Change.objects.filter(verb="bulk").count() == 3
    history = page(client, f"{LIST}{rows[0].pk}/history/")
    assert "<ins>investor</ins>" in history
    assert "<ins>yes</ins>" in history


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("约3.2亿元", (320_000_000, "CNY", "about")),
        ("１．５亿美元", (150_000_000, "USD", "exact")),
    ],
)
def test_a_figure_is_typed_as_people_write_it(client, cast, make_organization, typed, stored):
    firm = make_organization()
    client.force_login(cast.alice)
    url = f"/north/facts/organization-figures/new/?subject={firm.pk}"
    data = {
        "kind": "invoiced_sales",
        "amount": typed,
        "when": "2023年",
        "nature": "actual",
        "asserted_by": "press",
    }
    assert client.post(url, data).status_code == 302

    figure = OrganizationFigure.objects.get()
    assert (figure.value, figure.unit, figure.qualifier) == stored
    assert (figure.wording, figure.earliest, figure.latest) == (typed, date(2023, 1, 1), date(2023, 12, 31))
    shown = page(client, f"{LIST}{firm.pk}/")
    assert "invoiced sales" in shown


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("staff", "3.2亿元", "“staff” is counted in persons; “3.2亿元” is in yuan."),
        ("planned_total", "3.2亿元", "planned_total is not one of the available choices"),
        ("staff", "500头", "“头” is not a unit read here. “staff” is counted in persons."),
        ("invoiced_sales", "0.00001元", "Finer than 4 decimal places"),
    ],
)
def test_a_figure_of_a_wrong_kind_or_unit_is_refused(client, cast, make_organization, kind, typed, said):
    firm = make_organization()
    client.force_login(cast.alice)
    data = {"kind": kind, "amount": typed, "when": "2023", "nature": "actual", "asserted_by": "press"}
    response = client.post(f"/north/facts/organization-figures/new/?subject={firm.pk}", data)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not OrganizationFigure.objects.exists()


def test_a_corrected_figure_keeps_its_wording_when_the_amount_stands(client, cast, make_organization, tell):
    firm = make_organization()
    figure = tell.figure(
        firm, "staff", 500, "persons", "2023-01-01", wording="五百余名员工", qualifier="over"
    )
    client.force_login(cast.alice)
    url = f"/north/facts/organization-figures/{figure.pk}/correct/"
    assert 'value="over 500 people"' in page(client, url), "in the language of the page"
    data = {
        "kind": "staff",
        "amount": "over 500 people",
        "when": "2023-02-01",
        "nature": "actual",
        "asserted_by": "press",
    }
    assert client.post(url, data).status_code == 302

    newer = OrganizationFigure.objects.get(reverses=figure)
    assert (newer.wording, newer.earliest) == ("五百余名员工", date(2023, 2, 1))
    assert client.post(url, data).status_code == 409


def test_an_enterprise_sees_exactly_its_own(client, cast, make_organization, tell):
    own, other = make_organization(name="自家公司"), make_organization(name="别家公司")
    own.representatives.add(cast.enterprise)
    tell.step(other, "high_tech", "2023-01-01")
    fact = tell.step(other, "listed", "2023-01-01")
    mine = tell.step(own, "listed", "2023-01-01")
    for firm in (own, other):
        Contact.objects.create(
            zone=firm.zone, organization=firm, name=f"{firm.name}联系人", keep_until=date(2100, 1, 1)
        )
        Comment.objects.create(
            zone=firm.zone,
            content_type=ContentType.objects.get_for_model(firm),
            object_id=firm.pk,
            author=cast.leader,
            text="内部意见",
        )
    client.force_login(cast.enterprise)

    listed = page(client, LIST)
    assert "自家公司" in listed
    assert "别家公司" not in listed
    shown = page(client, f"{LIST}{own.pk}/")
    assert "自家公司联系人" in shown
    assert "内部意见" not in shown
    assert "/history/" not in shown
    page(client, f"{LIST}{own.pk}/history/", 403)
    page(client, f"/north/facts/organization-steps/{mine.pk}/")
    for path in ("", "history/", "edit/"):
        page(client, f"{LIST}{other.pk}/{path}", 404)
    page(client, f"/north/facts/organization-steps/{fact.pk}/", 404)
    page(client, LIST + "export.csv", 403)
    page(client, f"{LIST}{own.pk}/edit/", 403)
    assert "别家公司" not in client.get(LIST + "choices/").content.decode()


@pytest.mark.parametrize(("who", "status"), [("administrator", 302), ("alice", 403), ("charlie", 404)])
def test_log_ins_are_given_by_administrators_only(client, cast, make_organization, who, status):
    firm = make_organization()
    client.force_login(getattr(cast, who))
    url = f"{LIST}{firm.pk}/admit/"

    assert client.post(url, {"user": cast.enterprise.pk}).status_code == status
    assert (cast.enterprise in firm.representatives.all()) is (status == 302)
    if status == 302:
        for stranger in (cast.alice, cast.charlie):
            for path in ("admit", "dismiss"):
                asked = client.post(f"{LIST}{firm.pk}/{path}/", {"user": stranger.pk}, follow=True)
                assert "Choose a log-in first." in asked.content.decode()
                assert str(stranger) not in asked.content.decode()
        assert list(firm.representatives.all()) == [cast.enterprise]
        client.post(f"{LIST}{firm.pk}/dismiss/", {"user": cast.enterprise.pk})
        assert not firm.representatives.exists()
        assert Change.objects.filter(verb="grant").count() == 2


def test_a_page_costs_no_more_queries_for_more_facts(client, cast, make_organization, tell):
    firm = make_organization()
    client.force_login(cast.administrator)
    costs = []
    for number in (2, 12):
        for day in range(1, number + 1):
            tell.figure(firm, "staff", number, "persons", f"2023-01-{day:02}")
            tell.step(firm, "high_tech", f"2023-01-{day:02}")
            tell.name(firm, f"别名{number}-{day}", "alias", f"2023-01-{day:02}")
            Contact.objects.create(zone=firm.zone, organization=firm, name="某", keep_until=date(2100, 1, 1))
            make_organization(parent=firm)
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as queries:
            page(client, f"{LIST}{firm.pk}/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
