"""Makers of people in office and of what is known of their posts."""

from __future__ import annotations

from datetime import date

import pytest

from zoneworks.kit import recording
from zoneworks.people.models import Person, PostFact


@pytest.fixture
def make_person(zone):
    def make(name="张三", **values):
        return Person.objects.create(zone=zone, name=name, **values)

    return make


@pytest.fixture
def see(zone):
    """Record that a person held, took up or left a post within the days."""

    def record(person, title, day, until=None, *, kind="held", unit=None, **values):
        fact = PostFact(
            zone=zone,
            person=person,
            kind=kind,
            title=title,
            unit=unit,
            earliest=date.fromisoformat(day),
            latest=date.fromisoformat(until or day),
            **values,
        )
        return recording.add(fact, actor=None)

    return record
