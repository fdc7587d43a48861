"""Lists of an earlier moment come in the order of what their rows said then."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement
from zoneworks.kit.moment import instant_text
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.projects.tests.conftest import make_project, make_step
from zoneworks.site.tests.past.conftest import LIST, names, rows_of_export
from zoneworks.sources import services as documents
from zoneworks.sources.models import Document

pytestmark = pytest.mark.django_db


NEXT = {"甲": date(2024, 5, 1), "乙": date(2024, 6, 1), "丙": None}
"""Projects with the day on which their next action is due."""


def test_projects_are_sorted_by_what_they_said_then(admin, zone, change):
    rows = {name: make_project(zone, name, next_due=day, next_action=name) for name, day in NEXT.items()}
    first, second, last = list(rows)
    before = change(f"{LIST}{rows[first].pk}/", name="丁", next_due="2025-01-01", next_action="丁")
    change(f"{LIST}{rows[last].pk}/", next_due="2020-01-01")

    for key in ("next_due", "-next_due", "next_action", "name"):
        then = names(admin, f"{LIST}?known_at={before}&sort={key}")
        wanted = {
            "next_due": [first, second, last],
            "-next_due": [second, first, last],
            "next_action": sorted(rows),
            "name": sorted(rows),
        }
        assert then == wanted[key], key
        exported = rows_of_export(admin, f"{LIST}export.csv?known_at={before}&sort={key}")
        assert [line.split(",")[0] for line in exported] == then
    assert names(admin, f"{LIST}?sort=next_due") == [last, second, "丁"]


def test_the_pages_of_a_past_list_are_those_of_one_order(admin, zone):
    for number in range(60):
        make_step(make_project(zone, f"项目{number:02}"), "signed", f"2024-03-{number // 2 + 1:02}")
    url = f"{LIST}?known_at={instant_text(now())}"

    def pages():
        return [name for page in (1, 2) for name in names(admin, f"{url}&page={page}")]

    first = pages()
    assert len(first) == len(set(first)) == 60
    assert (first[0], first[-1]) == ("项目59", "项目00")
    with CaptureQueriesContext(connection) as queries:
        assert pages() == first
    assert not [one for one in queries.captured_queries if "ORDER BY (SELECT" in one["sql"]]
    make_step(make_project(zone, "再一个项目"), "signed", "2024-12-30")
    assert pages() == first
    assert names(admin, LIST)[0] == "再一个项目"


def test_engagements_are_sorted_by_how_they_stood_then(admin, zone, cast, change):
    rows = {}
    for title, day, count in (("甲", 1, 3), ("乙", 2, 2), ("丙", 3, 1)):
        rows[title] = Engagement(zone=zone, kind="reception", title=title, host=cast.administrator)
        how_many = services.HowMany(count)
        when = Span(date(2024, 3, day), date(2024, 3, day))
        services.log(rows[title], when, actor=None, how_many=how_many)
    url = "/north/engagements/"
    before = change(f"{url}{rows['甲'].pk}/", when="2024-06-05", count="1")
    change(f"{url}{rows['乙'].pk}/", title="乙二")

    assert names(admin, f"{url}?known_at={before}") == ["丙", "乙", "甲"]
    assert names(admin, f"{url}?known_at={before}&sort=held") == ["甲", "乙", "丙"]
    assert names(admin, f"{url}?known_at={before}&sort=count") == ["丙", "乙", "甲"]
    assert names(admin, f"{url}?as_of=2024-04-01") == ["丙", "乙二"]
    assert names(admin, url) == ["甲", "丙", "乙二"]


def test_organizations_are_sorted_by_the_names_that_they_bore(admin, zone, change):
    parents = [Organization.objects.create(zone=zone, name=name) for name in ("A母", "B母")]
    rows = [
        Organization.objects.create(zone=zone, name=name, parent=parent, is_local=local)
        for name, parent, local in (("a", parents[0], True), ("b", parents[1], False))
    ]
    url = "/north/organizations/"
    before = change(f"{url}{rows[0].pk}/", name="z", renamed="2024-04", is_local="false")
    between = change(f"{url}{rows[0].pk}/", parent="B母")
    change(f"{url}{parents[1].pk}/", name="0母", renamed="2024-04")

    def order(query):
        return [name for name in names(admin, f"{url}?{query}") if name in ("a", "b", "z")]

    assert order("sort=name") == ["b", "z"]
    assert order(f"sort=name&known_at={before}") == order("sort=name&as_of=2024-03-31") == ["a", "b"]
    assert order(f"sort=-name&known_at={before}") == ["b", "a"]
    for known_at in (before, between):
        a = "a" if known_at == before else "z"
        assert order(f"sort=parent&known_at={known_at}") == [a, "b"]
        said = admin.get(f"{url}?sort=parent&known_at={known_at}&columns=name,parent").context["rows"]
        assert [row.cells[1].text for row in said][:2] == ["A母", "B母"]
    assert order(f"sort=is_local&known_at={before}") == ["b", "a"]


def test_documents_are_sorted_by_what_had_been_marked_then(admin, zone, change):
    papers = [Document(zone=zone, title=title, text="签约了一个项目") for title in ("甲文", "乙文")]
    for paper in papers:
        documents.keep_document(paper, actor=None)
    documents.mark(papers[0], 0, 4, actor=None)
    before = change(f"/north/documents/{papers[0].pk}/", number="9")
    for end in (3, 4):
        documents.mark(papers[1], 0, end, actor=None)

    url = "/north/documents/"
    assert names(admin, f"{url}?sort=-passage_count") == ["乙文", "甲文"]
    assert names(admin, f"{url}?sort=-passage_count&known_at={before}") == ["甲文", "乙文"]
    assert names(admin, f"{url}?sort=-number") == ["甲文", "乙文"]
    assert set(names(admin, f"{url}?sort=number&known_at={before}")) == {"甲文", "乙文"}
