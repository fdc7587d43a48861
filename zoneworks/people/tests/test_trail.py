"""The audit trail: for auditors and administrators, filtered, paged, flat."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.accounts.roles import Role
from zoneworks.kit.models import Change
from zoneworks.people.models import Person

pytestmark = pytest.mark.django_db
TRAIL = "/north/trail/"


@pytest.fixture
def make_change(zone, cast, make_person):
    person = make_person("被改的人")

    def make(**values):
        return Change.objects.create(
            **{
                "zone": zone,
                "actor": cast.alice,
                "verb": "change",
                "content_type": ContentType.objects.get_for_model(Person),
                "object_id": person.pk,
                "label": "被改的人",
                "fields": {"name": ["旧名", "新名"]},
            }
            | values
        )

    return make


@pytest.mark.parametrize("who", [*[role.value for role in Role if role != Role.OFFICER], "alice"])
def test_auditors_and_administrators_read_it(client, cast, make_change, who):
    make_change()
    client.force_login(getattr(cast, who))
    reads = who in ("auditor", "administrator")

    assert client.get(TRAIL).status_code == (200 if reads else 403)
    assert (TRAIL in client.get("/north/people/").content.decode()) is reads


def test_it_says_who_did_what_to_what_and_ends_at_the_wall(client, cast, other_zone, make_change):
    change = make_change()
    make_change(zone=other_zone, label="别区的人")
    client.force_login(cast.auditor)
    text = client.get(TRAIL).content.decode()

    for said in (
        "Alice",
        "changed",
        "<del>旧名</del>",
        "<ins>新名</ins>",
        f"/north/people/{change.object_id}/",
    ):
        assert said in text
    assert "别区的人" not in text
    client.force_login(cast.charlie)
    assert client.get(TRAIL).status_code == 404


def test_it_is_filtered_by_person_day_and_verb(client, cast, make_change):
    make_change(label="甲", verb="add")
    second = make_change(label="乙", actor=cast.bob)
    Change.objects.filter(pk=second.pk).update(at="2024-03-05T23:59:59+08:00")
    client.force_login(cast.auditor)

    def found(query):
        text = client.get(TRAIL + query).content.decode()
        return [label for label in ("甲", "乙") if f">{label}</a>" in text]

    assert found("") == ["甲", "乙"]
    assert found(f"?actor={cast.bob.pk}") == ["乙"]
    assert found("?verb=add") == ["甲"]
    assert found("?since=2024-03-05&until=2024-03-05") == ["乙"]
    assert found("?until=2024-03-04") == []
    assert found("?q=甲") == ["甲"]
    assert found("?known_at=2024-03-06") == ["乙"]
    assert found("?actor=999999") == found("?since=0001-01-01") == []


@pytest.mark.parametrize(
    "query", ["?since=2024-02-30", "?since=0001-01-01", "?verb=x", "?until=2024-01-01&since=2024-02-01"]
)
def test_a_filter_that_cannot_be_read_says_so(client, cast, make_change, query):
    make_change()
    client.force_login(cast.auditor)
    response = client.get(TRAIL + query)

    assert response.status_code == 422
    assert 'class="field-errors"' in response.content.decode()


def test_it_is_paged_and_flat(client, cast, make_change):
    client.force_login(cast.auditor)
    costs = []
    for number in (2, 60):
        for _ in range(number):
            make_change()
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as queries:
            text = client.get(TRAIL).content.decode()
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert "?page=2" in text
