"""Rows that were changed since, and readers of what lists say of them."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.timezone import now

from zoneworks.accounts.models import Unit
from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement
from zoneworks.kit.moment import instant_text
from zoneworks.kit.posting import as_posted
from zoneworks.kit.spans import Span
from zoneworks.kit.tests.tables import by_column, names_of, rows_of
from zoneworks.projects.tests.conftest import make_project, make_step

LIST = "/north/projects/"


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.administrator)
    return client


@pytest.fixture
def change(admin):
    """Change fields of a row on its page, and return the instant before it as an address names it."""

    def post(url, **values):
        before = instant_text(now())
        sent = as_posted(admin.get(f"{url}edit/").context["form"])
        for name, value in values.items():
            sent[name] = value
        answer = admin.post(f"{url}edit/", sent)
        assert answer.status_code == 302, answer.context["form"].errors
        return before

    return post


def names(client, url):
    """Return what the first column of a list says, row by row."""
    return names_of(client.get(url))


def cells(client, url):
    """Return the one row of a list: its texts by column."""
    page = client.get(url)
    (row,) = rows_of(page)
    return {key: cell.text for key, cell in by_column(page, row).items()}


def rows_of_export(client, url):
    return b"".join(client.get(url).streaming_content).decode().splitlines()[1:]


@pytest.fixture
def moved(zone, team, cast, change):
    """A project of 2024 that today went to another unit, officer and industry, the instant before, and that unit."""
    project = make_project(zone, "搬家项目", unit=team, officer=cast.alice, industry="semiconductors")
    make_step(project, "signed", "2024-03-05")
    second = Unit.objects.get(zone=zone, name="招商二队")
    values = {"unit": second.pk, "officer": cast.bob.pk, "industry": "", "next_due": "2024-01-01"}
    return project, change(f"{LIST}{project.pk}/", **values), second


@pytest.fixture
def visit(zone, team, cast, change):
    """A reception of 5 March 2024 that today became a meeting of June, logged for Bob; and the instant before."""
    row = Engagement(zone=zone, kind="reception", title="客商来访", host=cast.alice, unit=team)
    services.log(row, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None)
    values = {"kind": "meeting", "when": "2024-06-05", "host": cast.bob.pk, "title": "改了的名"}
    return row, change(f"/north/engagements/{row.pk}/", **values)
