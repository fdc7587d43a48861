"""What an enterprise reads of itself, and that a wall never doubles a row."""

from __future__ import annotations

from datetime import date

import pytest

from zoneworks.accounts.models import Membership
from zoneworks.accounts.roles import Role
from zoneworks.kit import recording
from zoneworks.organizations.forms import OrganizationForm
from zoneworks.organizations.models import Organization, OrganizationStep, organization_policy

pytestmark = pytest.mark.django_db
LIST = "/north/organizations/"


@pytest.fixture
def shared_firm(zone, cast, make_organization, tell):
    """An organization with two log-ins, one of which belongs to an officer as well."""
    firm = make_organization(name="双登录企业有限公司")
    Membership.objects.create(user=cast.alice, zone=zone, role=Role.ENTERPRISE)
    firm.representatives.add(cast.enterprise, cast.alice)
    tell.step(firm, "registered", "2023-01-01")
    return firm


@pytest.mark.parametrize("who", ["alice", "bob", "enterprise"])
def test_an_organization_with_two_log_ins_is_one_row(client, cast, zone, shared_firm, rf, who):
    user = getattr(cast, who)
    client.force_login(user)

    assert client.get(LIST).content.decode().count(f">{shared_firm.name}</a>") == 1
    assert list(Organization.objects.allowed(user, "view")) == [shared_firm]
    assert OrganizationStep.objects.allowed(user, "view").count() == 1
    exported = client.get(LIST + "export.csv")
    if who == "enterprise":
        assert exported.status_code == 403
    else:
        assert b"".join(exported.streaming_content).decode().count(shared_firm.name) == 1
    request = rf.get("/")
    request.user, request.zone = user, zone
    parent = OrganizationForm(request=request).fields["parent"]
    assert parent.clean(f"{shared_firm.name} #{shared_firm.pk}") == shared_firm
    assert parent.clean(shared_firm.name) == shared_firm


def test_who_holds_no_role_of_an_enterprise_is_spared_its_condition(cast):
    assert "pk__in" not in str(organization_policy.scope(cast.bob, "view"))
    assert "pk__in" in str(organization_policy.scope(cast.enterprise, "view"))


def test_an_enterprise_reads_neither_notes_nor_recorders_nor_the_parent(
    client, cast, zone, make_organization
):
    parent = make_organization(name="上级集团")
    own = make_organization(name="自家公司", parent=parent, note="内部备注")
    own.representatives.add(cast.enterprise)
    fact = OrganizationStep(
        zone=zone,
        organization=own,
        kind="listed",
        earliest=date(2023, 1, 1),
        latest=date(2023, 1, 1),
        note="事实备注",
    )
    fact = recording.add(fact, actor=cast.alice)
    inside = ("上级集团", "内部备注", "事实备注", "Alice")

    def read(who):
        client.force_login(who)
        pages = (LIST, f"{LIST}{own.pk}/", f"/north/facts/organization-steps/{fact.pk}/")
        return "".join(client.get(page).content.decode() for page in pages)

    shown = read(cast.enterprise)
    assert "自家公司" in shown
    assert [words for words in inside if words in shown] == []
    assert all(words in read(cast.bob) for words in inside)
    parent.representatives.add(cast.enterprise)
    assert "上级集团" in client.get(f"{LIST}{own.pk}/").content.decode()
