"""Two people write at the same moment: what one of them has checked no longer stands when it is saved."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.forms.models import BaseModelForm

from zoneworks.accounts.models import Membership, Unit
from zoneworks.accounts.roles import Role
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement
from zoneworks.kit.posting import as_posted
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization

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
