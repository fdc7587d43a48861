"""Nobody waits for a board of which nothing is kept: it is read beforehand, and again when that was of no use."""

from __future__ import annotations

import os
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.kit.revision import forget
from zoneworks.rulebook import services as rulebook
from zoneworks.site.boards import warming
from zoneworks.site.operating import gate
from zoneworks.site.tests.conftest import make_figure, make_project, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone(zone, team):
    project = make_project(zone, unit=team)
    make_step(project, "signed", date(2024, 3, 5))
    make_figure(project, "planned_total", 10**9)
    rule(zone, 2)
    forget()
    return zone


def rule(zone, months):
    rulebook.override(
        zone, "health.talk_yellow_months", actor=None, in_force_from=date(2020, 1, 1), value=months
    )


def read_from_facts(client, person, zone):
    """Return how many statements about steps and figures added up the board of the leader needs."""
    client.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/{zone.code}/boards/leader/").status_code == 200
    return sum('AS "the_amount"' in query["sql"] for query in queries)


def test_the_first_leader_finds_the_numbers(client, cast, zone):
    assert read_from_facts(client, cast.leader, zone) > 20
    forget()
    warming.read_boards(zone)
    assert read_from_facts(client, cast.leader, zone) == 0


def test_a_zone_is_read_again_when_a_change_touched_everything(client, cast, zone):
    warm = {}
    assert zone in warming.look(warm)
    assert zone not in warming.look(warm)

    make_step(make_project(zone), "in_talks", date(2024, 4, 1))
    assert zone not in warming.look(warm)

    rule(zone, 1)
    assert zone in warming.look(warm)
    assert read_from_facts(client, cast.leader, zone) == 0


@pytest.mark.django_db(transaction=True)
def test_after_a_restore_nothing_is_kept_from_before(client, cast, zone, settings, tmp_path):
    settings.DATA = tmp_path
    assert read_from_facts(client, cast.leader, zone) > 20
    assert read_from_facts(client, cast.leader, zone) == 0
    warm = {}
    assert zone in warming.look(warm)

    os.utime(tmp_path / gate.GATE, (0, 0))
    assert read_from_facts(client, cast.leader, zone) > 20

    os.utime(tmp_path / gate.GATE, (9, 9))
    assert zone in warming.look(warm)
    assert read_from_facts(client, cast.leader, zone) == 0


def test_while_the_database_is_restored_nothing_is_read(zone, settings, tmp_path):
    settings.DATA = tmp_path
    with gate.closed(), pytest.raises(gate.ClosedError):
        warming.look({})
    assert zone in warming.look({})


def test_a_zone_that_cannot_be_read_holds_up_no_other(zone, other_zone, monkeypatch):
    read = []

    def read_boards(one):
        if one == zone:
            raise LookupError
        read.append(one)

    monkeypatch.setattr(warming, "read_boards", read_boards)
    warm = {}
    assert warming.look(warm) == [other_zone]
    assert warming.look(warm) == []
    assert read == [other_zone]


def test_a_zone_in_which_nobody_looks_is_passed_over(other_zone):
    with CaptureQueriesContext(connection) as queries:
        warming.read_boards(other_zone)
    assert len(queries) <= len(warming.BOARDS)
