"""Two people write at the same moment: what one of them has checked no longer stands when it is saved."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.forms.models import BaseModelForm

from zoneworks.accounts.models import Membership, Unit, User
from zoneworks.accounts.roles import Role
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement
from zoneworks.kit.models import Change, FormerValue
from zoneworks.kit.posting import as_posted
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Contact, Organization
from zoneworks.projects.ledger import ProjectLedger
from zoneworks.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def rival(monkeypatch):
    """Let somebody else write once, just after a form was judged and before it is saved."""

    def comes(write):
        judged, waiting = BaseModelForm.is_valid, [write]

        def is_valid(form):
            found = judged(form)
            while found and waiting:
                waiting.pop()()
            return found

        monkeypatch.setattr(BaseModelForm, "is_valid", is_valid)

    return comes


def opened(client, url):
    """Return what the form at `url` would post unchanged."""
    context = client.get(url).context
    posted = as_posted(context["form"])
    posted["opened_at"] = context["opened_at"] or ""
    return posted


def send(client, url, **typed):
    posted = opened(client, url)
    for name, text in typed.items():
        posted[name] = text
    return client.post(url, posted)


def trip(zone, title, part_of=None):
    day = Span(date(2024, 3, 1), date(2024, 3, 1))
    return services.log(Engagement(zone=zone, kind="trip", title=title, part_of=part_of), day, actor=None)[0]


def pair(ledger, zone):
    """Return two rows, and the column by which one can lie below the other."""
    if ledger == "engagements":
        return trip(zone, "甲"), trip(zone, "乙"), "part_of"
    model = {"units": Unit, "organizations": Organization}[ledger]
    return model.objects.create(zone=zone, name="甲"), model.objects.create(zone=zone, name="乙"), "parent"


@pytest.mark.parametrize("ledger", ["units", "organizations", "engagements"])
def test_two_moves_at_once_close_no_ring(client, cast, zone, rival, ledger):
    first, second, column = pair(ledger, zone)
    client.force_login(cast.administrator)
    rows = type(first).objects.filter(pk=second.pk)
    rival(lambda: rows.update(**{column: first}))

    response = send(client, f"/north/{ledger}/{first.pk}/edit/", **{column: f"#{second.pk}"})

    assert response.status_code == 422
    assert column in response.context["form"].errors
    first.refresh_from_db()
    assert getattr(first, column) is None


@pytest.mark.parametrize("ledger", ["units", "organizations", "engagements"])
def test_what_is_put_below_a_ring_is_refused_and_the_walk_ends(zone, ledger):
    first, second, column = pair(ledger, zone)
    type(first).objects.filter(pk=first.pk).update(**{column: second})
    type(first).objects.filter(pk=second.pk).update(**{column: first})
    third = type(first)(zone=zone, **{column: type(first).objects.get(pk=first.pk)})

    with pytest.raises(ValidationError, match=r"below itself|its own parent|a part of itself"):
        third.clean()


def test_a_trip_that_grew_meanwhile_is_not_made_too_deep(client, cast, zone, rival):
    total, middle, visit = trip(zone, "合计"), trip(zone, "出行"), trip(zone, "走访")
    client.force_login(cast.administrator)
    rival(lambda: trip(zone, "更深", part_of=visit))
    Engagement.objects.filter(pk=middle.pk).update(part_of=total)

    response = send(client, f"/north/engagements/{visit.pk}/edit/", part_of=f"#{middle.pk}")

    assert response.status_code == 422
    assert "Too deep" in response.content.decode()


def test_two_administrators_who_demote_each_other_leave_one(client, cast, zone, rival):
    own = Membership.objects.get(user=cast.administrator)
    other = Membership.objects.create(user=cast.leader, zone=zone, role=Role.ADMINISTRATOR)
    client.force_login(cast.administrator)
    rival(lambda: Membership.objects.filter(pk=own.pk).update(role=Role.OFFICER))

    response = send(client, f"/north/members/{other.pk}/edit/", role="officer")

    assert response.status_code == 422
    assert "without an administrator" in response.content.decode()
    assert Membership.objects.filter(zone=zone, role=Role.ADMINISTRATOR).count() == 1


PASSWORD = "a-long-secret-9"
NEW = {
    "projects": {"name": "同名"},
    "organizations": {"name": "同名"},
    "units": {"name": "同名"},
    "members": {"username": "same", "full_name": "同名", "password": PASSWORD, "role": "officer"},
}
SAID = {
    "projects": "A project of this name is already in the ledger",
    "organizations": "An organization of this name is already in the ledger",
    "units": "There is a unit of this name",
    "members": "This log-in name is taken",
}


@pytest.mark.parametrize("ledger", NEW)
def test_of_two_who_enter_the_same_name_the_second_is_told_and_keeps_the_form(
    client, cast, zone, rival, ledger
):
    client.force_login(cast.administrator)
    model = {"projects": Project, "organizations": Organization, "units": Unit}.get(ledger)
    rival(
        lambda: (
            User.objects.create(username="same") if model is None else model(zone=zone, name="同名").save()
        )
    )
    rows = User if model is None else model
    before = rows.objects.count()

    response = send(client, f"/north/{ledger}/new/", **NEW[ledger])

    assert response.status_code == 422
    page = response.content.decode()
    assert SAID[ledger] in page
    assert 'value="同名"' in page
    assert rows.objects.count() == before + 1


def test_of_two_who_rename_to_one_name_the_second_is_told(client, cast, zone, rival):
    first, second, _column = pair("organizations", zone)
    client.force_login(cast.administrator)
    rival(lambda: Organization.objects.filter(pk=second.pk).update(name="丙"))

    response = send(client, f"/north/organizations/{first.pk}/edit/", name="丙")

    assert response.status_code == 422
    assert SAID["organizations"] in response.content.decode()
    first.refresh_from_db()
    assert first.name == "甲"


def test_a_new_name_of_the_quick_log_that_somebody_enters_at_once_is_told(client, cast, zone, monkeypatch):
    client.force_login(cast.alice)
    judged = Organization.full_clean

    def full_clean(body):
        judged(body)
        Organization.objects.bulk_create([Organization(zone=zone, name=body.name)])

    monkeypatch.setattr(Organization, "full_clean", full_clean)
    typed = {"kind": "reception", "organization_typed": "同名", "held_on": "2024-03-01", "outcome": "谈得好"}

    typed |= {"new_organization": "on", "key": str(uuid4())}
    response = client.post("/north/log/", typed)

    assert response.status_code == 422
    assert SAID["organizations"] in response.content.decode()
    assert "谈得好" in response.content.decode()


@pytest.fixture
def project(zone, team, cast):
    return Project.objects.create(zone=zone, name="电池项目", unit=team, officer=cast.alice)


def other_unit(zone, team):
    return Unit.objects.filter(zone=zone).exclude(pk=team.pk).first()


def test_an_edit_that_another_one_overtook_is_told_what_the_row_says_now(client, cast, project, rival):
    client.force_login(cast.alice)

    def edit():
        stored = Project.objects.get(pk=project.pk)
        stored.summary = "第一人写的"
        stored.save()

    rival(edit)
    response = send(client, f"/north/projects/{project.pk}/edit/", site="第二人写的")

    assert response.status_code == 422
    form = response.context["form"]
    assert "Somebody else changed this row" in str(form.non_field_errors())
    assert form.errors["summary"] == ["It says “第一人写的” now."]
    assert form["site"].value() == "第二人写的"
    again = as_posted(form) | {"summary": "第一人写的", "site": "第二人写的"}
    again["opened_at"] = response.context["opened_at"]
    assert client.post(f"/north/projects/{project.pk}/edit/", again).status_code == 302
    project.refresh_from_db()
    assert (project.summary, project.site) == ("第一人写的", "第二人写的")


def test_what_only_i_changed_is_not_told_as_a_difference(client, cast, project):
    client.force_login(cast.alice)
    url = f"/north/projects/{project.pk}/edit/"
    assert send(client, url, summary="先前", site="旧址").status_code == 302
    mine = opened(client, url)
    assert send(client, url, summary="第一人写的").status_code == 302

    mine["summary"], mine["site"] = "我写的", "新址"
    late = client.post(url, mine)

    assert late.status_code == 422
    assert late.context["form"].errors["summary"] == ["It says “第一人写的” now."]
    assert "site" not in late.context["form"].errors
    assert late.context["form"]["site"].value() == "新址"


def test_the_next_action_leaves_what_somebody_else_wrote_meanwhile(client, cast, zone, team, project, rival):
    client.force_login(cast.alice)
    wanted = other_unit(zone, team)
    mark = client.get(f"/north/projects/{project.pk}/").context["next_mark"]

    def edit():
        stored = Project.objects.get(pk=project.pk)
        stored.site, stored.unit, stored.name = "新址", wanted, "储能项目"
        stored.save()

    rival(edit)
    typed = {"next_action": "打电话", "next_due": "2026-12-01", "opened_at": mark}
    before = FormerValue.objects.count()
    touched = project.updated_at
    assert client.post(f"/north/projects/{project.pk}/next/", typed).status_code == 302

    project.refresh_from_db()
    assert (project.next_action, project.site, project.unit) == ("打电话", "新址", wanted)
    assert project.updated_at > touched
    assert Project.objects.matching("储能").exists()
    assert FormerValue.objects.count() == before + 1
    assert set(Change.objects.of_row(project).first().fields) == {"next_action", "next_due"}


def test_a_next_action_that_another_one_overtook_is_not_written_over(client, cast, project):
    client.force_login(cast.alice)
    url = f"/north/projects/{project.pk}/"
    mark = client.get(url).context["next_mark"]
    assert client.post(url + "next/", {"next_action": "打电话", "opened_at": mark}).status_code == 302

    late = client.post(url + "next/", {"next_action": "登门", "opened_at": mark})
    assert late.status_code == 422
    assert late.context["form"].errors["next_action"] == ["It says “打电话” now."]
    project.refresh_from_db()
    assert project.next_action == "打电话"
    again = {"next_action": "登门", "opened_at": late.context["opened_at"]}
    assert client.post(url + "next/", again).status_code == 302


def test_a_change_of_many_rows_leaves_what_somebody_else_wrote_meanwhile(client, cast, project, monkeypatch):
    client.force_login(cast.alice)
    save_bulk = ProjectLedger.save_bulk

    def overtaken(ledger, rows, changes):
        stored = Project.objects.get(pk=project.pk)
        stored.name = "储能项目"
        stored.save()
        return save_bulk(ledger, rows, changes)

    monkeypatch.setattr(ProjectLedger, "save_bulk", overtaken)
    typed = {"pk": [project.pk], "save": "1", "change": ["next_action"], "next_action": "打电话"}
    assert client.post("/north/projects/bulk/", typed).status_code == 302

    assert Project.objects.matching("储能").get().next_action == "打电话"
    assert set(Change.objects.of_row(project).first().fields) == {"next_action"}


@pytest.fixture
def contact(zone):
    body = Organization.objects.create(zone=zone, name="某某公司")
    return Contact.objects.create(
        zone=zone, organization=body, name="王小明", phone="13800000000", keep_until=date(2100, 1, 1)
    )


def contact_form(client, contact, **typed):
    """Return what the form of a contact posts after `typed`, as it is opened now."""
    page = client.get(f"/north/organizations/{contact.organization_id}/?contact={contact.pk}")
    mark = re.search(r'name="opened_at" value="(\w+)"', page.content.decode())
    said = {name: getattr(contact, name) for name in ("name", "title", "phone", "email", "keep_until")}
    return {
        "contact": contact.pk,
        "opened_at": mark[1],
        **{f"contact-{name}": value for name, value in (said | typed).items()},
    }


def test_two_changes_of_one_contact_are_both_kept(client, cast, contact):
    client.force_login(cast.alice)
    keep = f"/north/organizations/{contact.organization_id}/contact/"
    first = contact_form(client, contact, phone="0514-8460000")
    second = contact_form(client, contact, title="经理")
    assert client.post(keep, first).status_code == 302

    late = client.post(keep, second)
    page = late.content.decode()
    assert late.status_code == 422
    assert "Somebody else changed this row" in page
    assert "It says “0514-8460000” now." in page
    assert 'value="经理"' in page
    mark = re.search(r'name="opened_at" value="(\w+)"', page)[1]
    assert client.post(keep, second | {"contact-phone": "0514-8460000", "opened_at": mark}).status_code == 302
    contact.refresh_from_db()
    assert (contact.phone, contact.title) == ("0514-8460000", "经理")


def test_a_contact_that_was_deleted_meanwhile_can_be_kept_as_a_new_one(client, cast, contact):
    client.force_login(cast.alice)
    keep = f"/north/organizations/{contact.organization_id}/contact/"
    typed = contact_form(client, contact, title="经理")
    contact.delete()

    late = client.post(keep, typed)
    assert late.status_code == 422
    assert "Somebody else deleted this" in late.content.decode()
    assert 'value="经理"' in late.content.decode()
    assert not Contact.objects.exists()


def test_chinese_messages_set_their_labels_off_in_full_width(client, cast, zone):
    first, _second, _column = pair("units", zone)
    client.force_login(cast.administrator)
    client.cookies["django_language"] = "zh-hans"
    typed = {"pk": [first.pk], "save": "1", "change": ["parent"], "parent": first.pk}

    assert "甲：单位不能" in client.post("/north/units/bulk/", typed).content.decode()


def test_a_change_of_many_rows_that_meets_a_twin_changes_none(client, cast, team, zone, monkeypatch):
    client.force_login(cast.administrator)
    seats = [Membership.objects.create(zone=zone, user=cast.dora, role="officer", unit=team)]
    seats.append(Membership.objects.create(zone=zone, user=cast.dora, role="officer"))
    # What the other one wrote cannot be seen yet when the rows are judged.
    monkeypatch.setattr(Membership, "validate_constraints", lambda *args, **kwargs: None)
    typed = {"pk": [seat.pk for seat in seats], "save": "1", "change": ["unit"], "unit": team.pk}

    response = client.post("/north/members/bulk/", typed)

    assert response.status_code == 422
    assert "Nothing was changed" in response.content.decode()
    assert Membership.objects.filter(user=cast.dora, unit=None).exists()
