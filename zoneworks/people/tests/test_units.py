"""Units and members: the tree as of a day, a ring that is refused, walls, the last administrator."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, localtime
from hypothesis import given
from hypothesis import strategies as st

from zoneworks.accounts.models import Membership, Unit, User
from zoneworks.accounts.roles import Role
from zoneworks.kit.models import Change
from zoneworks.people.tree import tree

UNITS = "/north/units/"
MEMBERS = "/north/members/"


@pytest.fixture
def make_unit(zone):
    def make(name, parent=None, **values):
        return Unit.objects.create(zone=zone, name=name, parent=parent, **values)

    return make


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def unit_form(**values):
    return {"name": "新单位", "kind": "bureau"} | values


@pytest.mark.django_db
def test_a_ring_of_units_is_refused_with_its_line(client, cast, make_unit):
    top = make_unit("管委会")
    middle = make_unit("招商局", top)
    low = make_unit("驻沪组", middle)
    client.force_login(cast.administrator)

    refused = client.post(f"{UNITS}{top.pk}/edit/", unit_form(name="管委会", parent="驻沪组"))
    assert refused.status_code == 422
    assert "管委会 → 驻沪组 → 招商局 → 管委会" in refused.content.decode()
    bulk = client.post(UNITS + "bulk/", {"pk": [top.pk], "save": "1", "change": ["parent"], "parent": low.pk})
    assert bulk.status_code == 422
    top.refresh_from_db()
    assert top.parent is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "招商一队"}, "There is a unit of this name"),
        ({"name": " 招商一队 "}, "There is a unit of this name"),
        ({"name": "长" * 10_000}, "100"),
        ({"parent": "南园一队"}, "Nothing here is called “南园一队”"),
        ({"valid_from": "2024-01-01", "valid_to": "2023-01-01"}, "cannot end before it begins"),
        ({"valid_from": "2024-13-01"}, "Enter a valid date"),
    ],
)
def test_bad_input_names_its_place(client, cast, values, said):
    client.force_login(cast.administrator)
    response = client.post(UNITS + "new/", unit_form(**values))

    assert response.status_code == 422
    assert said in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "status"), [("administrator", 302), ("leader", 403), ("alice", 403)])
@pytest.mark.parametrize("ledger", ["units", "members"])
def test_administrators_write_and_staff_read(client, cast, ledger, who, status):
    client.force_login(getattr(cast, who))
    page(client, f"/north/{ledger}/")
    data = unit_form() if ledger == "units" else {"user": cast.bob.pk, "role": "verifier"}

    assert client.post(f"/north/{ledger}/new/", data).status_code == status
    client.force_login(cast.enterprise)
    assert "招商一队" not in page(client, f"/north/{ledger}/")


@pytest.mark.django_db
def test_a_form_opened_before_another_change_is_not_saved_over_it(client, cast, team):
    client.force_login(cast.administrator)
    url = f"{UNITS}{team.pk}/edit/"
    opened = client.get(url).context["opened_at"]
    client.post(url, unit_form(name="招商一队", field="光伏", opened_at=opened))

    late = client.post(url, unit_form(name="招商一队", field="电子", opened_at=opened))
    assert late.status_code == 422
    assert "Somebody else changed this row" in late.content.decode()
    team.refresh_from_db()
    assert team.field == "光伏"
    again = client.post(url, unit_form(name="招商一队", field="电子", opened_at=late.context["opened_at"]))
    assert again.status_code == 302


@pytest.mark.django_db
def test_the_tree_stands_as_of_the_day(client, cast, make_unit):
    top = make_unit("管委会", valid_to=date(2023, 12, 31))
    make_unit("招商局", top, valid_from=date(2022, 1, 1))
    client.force_login(cast.leader)

    before = page(client, UNITS + "tree/?as_of=2021-12-31")
    assert "管委会" in before
    assert "招商局" not in before
    then = page(client, UNITS + "tree/?as_of=2023-12-31")
    assert then.index("管委会") < then.index("招商局")
    assert "which does not stand" not in then
    assert "belongs to 管委会, which does not stand on this day" in page(
        client, UNITS + "tree/?as_of=2024-01-01"
    )


@pytest.mark.django_db
def test_the_tree_is_drawn_as_it_was_known(client, cast, make_unit):
    make_unit("管委会")
    low = make_unit("招商局")
    client.force_login(cast.administrator)
    client.post(f"{UNITS}{low.pk}/edit/", unit_form(name="投资促进局", parent="管委会"))
    before = Change.objects.get(verb="change").at

    now = page(client, UNITS + "tree/")
    assert "投资促进局" in now
    Change.objects.update(at=before.replace(year=before.year + 1))
    then = page(client, UNITS + f"tree/?known_at={localtime(before):%Y-%m-%dT23:59:59}")
    assert "招商局" in then
    assert "投资促进局" not in then


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["tree/", ""])
def test_more_units_cost_no_more_queries(client, cast, make_unit, path):
    client.force_login(cast.administrator)
    top, costs = make_unit("管委会"), []
    for number in (2, 20):
        for each in range(number):
            make_unit(f"单位{number}-{each}", top)
        with CaptureQueriesContext(connection) as queries:
            page(client, UNITS + path)
            page(client, f"{UNITS}{top.pk}/")
        costs.append(len(queries))
    assert costs[1] <= costs[0]


@given(st.lists(st.one_of(st.none(), st.integers(0, 7)), min_size=8, max_size=8))
def test_the_tree_shows_every_unit_once_whatever_the_parents(parents):
    units = [Unit(pk=pk, name=str(pk), parent_id=parent) for pk, parent in enumerate(parents)]
    shown, open_ = [], tree(units, date(2024, 1, 1), {})
    while open_:
        branch = open_.pop()
        shown.append(branch.unit.pk)
        open_.extend(branch.below)

    assert sorted(shown) == list(range(8))


@pytest.mark.django_db
def test_units_are_found_by_other_names_and_members_by_person_and_unit(client, cast, make_unit):
    make_unit("招商局", aliases="投资促进局，招商中心")
    client.force_login(cast.leader)

    for asked in ("zsj", "招商中心", "tzcjj"):
        assert "招商局" in page(client, f"{UNITS}?q={asked}")
    assert ">Alice</a>" in page(client, MEMBERS + "?q=alice")
    found = page(client, MEMBERS + "?q=zsyd")
    assert ">Alice</a>" in found
    assert ">Bob</a>" not in found


@pytest.mark.django_db
def test_a_new_member_gets_a_log_in_of_their_own(client, cast, zone):
    client.force_login(cast.administrator)
    typed = {
        "username": "newcomer",
        "full_name": "新来的",
        "password": "a-long-secret-9",
        "role": "officer",
        "unit": "招商一队",
    }
    assert client.post(MEMBERS + "new/", typed).status_code == 302

    user = User.objects.get(username="newcomer")
    assert user.roles_in(zone) == {Role.OFFICER}
    assert client.login(username="newcomer", password="a-long-secret-9")
    assert "a-long-secret-9" not in str(list(Change.objects.values_list("fields")))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Choose a person with a log-in"),
        ({"username": "alice"}, "This log-in name is taken"),
        ({"username": "newcomer", "full_name": "新来的", "password": "123"}, "too short"),
        ({"username": "newcomer", "password": "a-long-secret-9"}, "Say who this is"),
        ({"username": "charlie"}, "This log-in name is taken"),
        ({"user": "charlie"}, "Select a valid choice"),
        ({"user": "alice", "role": "officer", "unit": "招商一队"}, "already holds this role"),
    ],
)
def test_a_member_that_cannot_be_is_refused_and_nobody_is_made(client, cast, values, said):
    client.force_login(cast.administrator)
    if "user" in values:
        values = values | {"user": getattr(cast, values["user"]).pk}
    before = User.objects.count()
    response = client.post(MEMBERS + "new/", {"role": "officer"} | values)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert User.objects.count() == before


@pytest.mark.django_db
def test_the_last_administrator_stays(client, cast):
    seat = Membership.objects.get(user=cast.administrator)
    client.force_login(cast.administrator)
    for typed in ({"role": "officer"}, {"role": "administrator", "valid_to": "2020-01-01"}):
        response = client.post(f"{MEMBERS}{seat.pk}/edit/", typed)
        assert response.status_code == 422
        assert "without an administrator" in response.content.decode()

    Membership.objects.create(user=cast.bob, zone=seat.zone, role=Role.ADMINISTRATOR)
    assert client.post(f"{MEMBERS}{seat.pk}/edit/", {"role": "officer"}).status_code == 302


@pytest.mark.django_db
def test_a_role_that_ended_opens_nothing(client, cast):
    seat = Membership.objects.get(user=cast.alice)
    client.force_login(cast.administrator)
    client.post(f"{MEMBERS}{seat.pk}/edit/", {"role": "officer", "valid_to": "2020-01-01"})
    assert ">Alice</a>" not in page(client, MEMBERS + "?in_force=true")
    assert ">Alice</a>" in page(client, MEMBERS + "?in_force=true&as_of=2019-12-31")

    client.force_login(User.objects.get(pk=cast.alice.pk))
    page(client, UNITS, 404)
    assert seat.valid_to != localdate()
