"""A question that is put into words once answers as one that is asked anew, for any rows."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.models import Count, Sum
from django.test.utils import CaptureQueriesContext

from zoneworks.accounts.models import Membership, Unit
from zoneworks.accounts.roles import Role
from zoneworks.kit import statements
from zoneworks.kit.statements import NAMED, NotWordedError, Statement, Words

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(zone, cast):
    rows = [Unit.objects.create(zone=zone, name=f"科室{number}") for number in range(7)]
    for number, unit in enumerate(rows):
        Membership.objects.create(
            zone=zone,
            user=cast.alice,
            unit=unit,
            role=Role.OFFICER,
            valid_from=date(2024, 1, 1 + number) if number % 2 else None,
        )
    return [unit.pk for unit in rows]


def said(keys):
    rows = Membership.objects.filter(unit__in=keys).order_by("unit", "pk")
    return rows.values_list("unit", "valid_from", "unit__name")


def counted(keys):
    return (
        Unit.objects.filter(pk__in=keys).order_by().values_list("zone").annotate(n=Count("pk"), all=Sum("pk"))
    )


@pytest.mark.parametrize("together", [1, 3, 512])
def test_it_answers_as_the_question_itself(units, together, monkeypatch):
    monkeypatch.setattr(statements, "_KEYS", range(-(2**40), -(2**40) + together))
    asked = Statement(said)
    for keys in (units, units[2:4], [*units, 10**9], [10**9], []):
        assert list(asked.rows(keys)) == list(said(keys))
    assert any(isinstance(day, date) for _unit, day, _name in asked.rows(units))


def test_what_adds_up_adds_up_in_one_query(units):
    asked = Statement(counted)
    with CaptureQueriesContext(connection) as queries:
        assert list(asked.rows(units)) == list(counted(units))
    assert len(queries) == 2


def test_what_can_hold_for_no_row_is_not_asked(units):
    asked = Statement(lambda keys: said(keys).filter(pk__in=()))
    with CaptureQueriesContext(connection) as queries:
        assert list(asked.rows(units)) == []
    assert not queries


def test_a_question_that_does_not_ask_by_keys_is_refused(units):
    with pytest.raises(NotWordedError, match="by the keys of its rows"):
        Statement(lambda keys: said(units))


def test_a_row_that_is_named_beside_them_is_put_in_when_it_is_asked(units, cast):
    def asked(keys, user):
        return said(keys).filter(user=user)

    statement = Statement(lambda keys: asked(keys, NAMED[0]), [NAMED[0]])
    words = Words(said(units).filter(user=NAMED[0]), [NAMED[0]])
    for user in (cast.alice, cast.leader):
        expected = list(asked(units, user))
        assert bool(expected) == (user == cast.alice)
        assert list(statement.rows(units, {NAMED[0]: user.pk})) == expected
        assert list(words.rows({NAMED[0]: user.pk})) == expected
