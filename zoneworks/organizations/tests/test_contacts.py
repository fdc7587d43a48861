"""Contacts: kept until a day, changed on the page, and gone after it without a trace of who it was."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate

from zoneworks.jobs import working
from zoneworks.kit.models import Change
from zoneworks.organizations.models import Contact
from zoneworks.organizations.services import forget_expired

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(make_organization):
    return make_organization(name="某某公司")


@pytest.fixture
def make_contact(firm):
    def make(**values):
        return Contact.objects.create(
            **{
                "zone": firm.zone,
                "organization": firm,
                "name": "王小明",
                "phone": "13800000000",
                "keep_until": date(2100, 1, 1),
            }
            | values
        )

    return make


def url(firm, page=""):
    return f"/north/organizations/{firm.pk}/{page}"


def typed(**values):
    plain = {"name": "王小明", "title": "经理", "phone": "0514-8460000", "keep_until": "2099-12-31"} | values
    return {f"contact-{name}": value for name, value in plain.items()}


def trail():
    return str(list(Change.objects.values_list("label", "fields")))


@pytest.mark.parametrize(("who", "status"), [("alice", 302), ("leader", 403), ("charlie", 404)])
def test_those_who_may_change_the_organization_keep_its_contacts(client, cast, firm, who, status):
    client.force_login(getattr(cast, who))

    assert client.post(url(firm, "contact/"), typed()).status_code == status
    assert Contact.objects.exists() is (status == 302)


def test_a_contact_is_changed_and_deleted_in_place(client, cast, firm, make_contact):
    contact = make_contact()
    client.force_login(cast.alice)
    shown = client.get(url(firm) + f"?contact={contact.pk}").content.decode()
    assert 'value="13800000000"' in shown
    client.post(url(firm, "contact/"), typed(phone="+86 138") | {"contact": contact.pk})
    contact.refresh_from_db()
    assert (contact.phone, contact.title) == ("+86 138", "经理")

    client.post(url(firm, "drop_contact/"), {"contact": contact.pk})
    assert not Contact.objects.exists()
    assert "王小明" not in trail()
    assert "138" not in trail()


def test_the_day_is_asked_for_and_stands_a_year_ahead(client, cast, firm):
    client.force_login(cast.alice)
    text = client.get(url(firm)).content.decode()
    today = localdate()
    year = today.year + 1
    assert f'value="{year}-' in text

    for day in ("", "2020-01-01"):
        response = client.post(url(firm, "contact/"), typed(keep_until=day))
        assert response.status_code == 422
        assert 'value="王小明"' in response.content.decode(), "nothing of the entries is lost"
    assert not Contact.objects.exists()


def test_an_expired_contact_is_hidden_before_it_is_deleted(client, cast, firm, make_contact):
    contact = make_contact(keep_until=localdate() - timedelta(days=1))
    client.force_login(cast.alice)

    for query in ("", "?as_of=2020-01-01", f"?contact={contact.pk}"):
        assert "王小明" not in client.get(url(firm) + query).content.decode()


def test_a_contact_of_another_organization_is_not_found(client, cast, firm, make_contact, make_organization):
    contact = make_contact(organization=make_organization())
    client.force_login(cast.alice)

    for asked in (contact.pk, "x", 10**18):
        assert client.post(url(firm, "drop_contact/"), {"contact": asked}).status_code == 404
    assert Contact.objects.exists()


def test_what_is_due_is_forgotten_and_the_trail_does_not_say_who(firm, make_contact):
    make_contact(keep_until=date(2024, 12, 31))
    make_contact(keep_until=date(2024, 12, 30))
    make_contact(name="李小红", keep_until=date(2025, 1, 1))

    assert forget_expired(date(2025, 1, 1)) == 2
    assert [contact.name for contact in Contact.objects.all()] == ["李小红"]
    change = Change.objects.get(verb="forget")
    assert (change.label, change.fields) == ("某某公司", {"contacts": ["2", "0"]})
    assert "王小明" not in trail()


def test_the_worker_and_the_command_forget(make_contact):
    make_contact(keep_until=localdate() - timedelta(days=1))
    working.tidy()
    assert not Contact.objects.exists()

    make_contact(keep_until=localdate() - timedelta(days=1))
    out = StringIO()
    call_command("forget_contacts", stdout=out)
    assert "1 contact is forgotten." in out.getvalue()
    with pytest.raises(CommandError, match="2025-13-01"):
        call_command("forget_contacts", "--on", "2025-13-01")
