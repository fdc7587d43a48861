"""People in office through their pages and through the readers of posts."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zoneworks.kit import recording
from zoneworks.people.models import Person, PostFact
from zoneworks.people.posts import title_on, titles_on

pytestmark = pytest.mark.django_db
LIST = "/north/people/"


def page(client, query=""):
    response = client.get(LIST + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_post_is_that_of_the_moment(client, cast, team, make_person, see):
    person = make_person()
    see(person, "队长", "2022-03-05", unit=team)
    see(person, "队长", "2022-03-01", "2023-05-20", unit=team, kind="left")
    see(person, "局长", "2023-05-20", kind="appointed", body="财政局")
    client.force_login(cast.leader)

    assert "队长" not in page(client, "?as_of=2022-03-04")
    at_first = page(client, "?as_of=2022-03-05")
    assert "队长" in at_first
    assert "招商一队" in at_first
    assert "2022-03-05" in at_first
    assert "uncertain" in page(client, "?as_of=2023-01-01")
    now = page(client)
    assert "局长" in now
    assert "队长" not in now
    both = page(client, f"{person.pk}/")
    assert "not known to have ended" in both
    assert "队长" in both


def test_a_post_is_known_only_since_it_was_recorded(client, cast, make_person, see):
    person = make_person()
    Person.objects.update(created_at="2020-01-01T00:00Z")
    see(person, "局长", "2022-03-05")
    client.force_login(cast.leader)

    assert "局长" in page(client, "?as_of=2022-03-05")
    assert "局长" not in page(client, "?as_of=2022-03-05&known_at=2022-06-30")


def test_titles_for_many_people_and_days_cost_one_query(make_person, see, team, django_assert_num_queries):
    first, second = make_person("张三"), make_person("李四")
    see(first, "队长", "2022-03-05", unit=team)
    see(first, "党委委员", "2022-03-06")
    see(first, "队长", "2022-04-01", unit=team, kind="left")
    see(second, "局长", "2022-03-01", "2022-03-31", body="财政局")
    asked = [(first.pk, date(2022, 3, 5)), (first.pk, date(2022, 4, 1)), (second.pk, date(2022, 3, 9))]

    with django_assert_num_queries(1):
        found = titles_on(asked)
    assert found == {
        asked[0]: "招商一队队长",
        asked[1]: "党委委员",
        asked[2]: "财政局局长 (uncertain)",
    }
    assert title_on(second, date(2022, 3, 31)) == "财政局局长"
    assert title_on(second, date(2022, 2, 1)) == ""
    assert titles_on([]) == {}


def test_a_withdrawn_post_is_no_longer_held(client, cast, make_person, see):
    person = make_person()
    fact = see(person, "局长", "2022-03-05")
    recording.withdraw(fact, reason="同名的另一人", actor=cast.alice)

    assert title_on(person, date(2023, 1, 1)) == ""
    client.force_login(cast.leader)
    assert "张三" not in page(client, "?q=局长")


def test_filters_and_search(client, cast, team, make_person, see):
    held, left, unknown = make_person("张三"), make_person("李四"), make_person("王五")
    see(held, "队长", "2022-03-05", unit=team)
    see(left, "科长", "2022-03-05")
    see(left, "科长", "2022-03-06", kind="left")
    client.force_login(cast.leader)

    def found(query):
        text = page(client, query)
        return [row.name for row in (held, left, unknown) if f">{row.name}</a>" in text]

    assert found("?in_post=true") == ["张三"]
    assert found("?in_post=false") == ["李四", "王五"]
    assert found("?in_post=true&as_of=2022-03-05") == ["张三", "李四"]
    assert found("?unit=招商一队") == ["张三"]
    assert found("?q=zs") == ["张三"]
    assert found("?q=队长") == ["张三"]


def test_a_post_is_recorded_with_one_place(client, cast, team, other_zone, make_person):
    person = make_person()
    client.force_login(cast.alice)
    url = f"/north/facts/posts/new/?subject={person.pk}"
    typed = {"kind": "held", "title": "队长", "when": "2022年3月", "asserted_by": "press"}

    for place in ({"unit": "招商一队", "body": "市政府"}, {"unit": "南园一队"}):
        assert client.post(url, typed | place).status_code == 422
    assert client.post(url, typed | {"unit": "zs1d"}).status_code == 422
    assert client.post(url, typed | {"unit": "招商一队"}).status_code == 302
    fact = PostFact.objects.get()
    assert (fact.unit, fact.earliest, fact.latest) == (team, date(2022, 3, 1), date(2022, 3, 31))


def test_a_namesake_asks_twice(client, cast, make_person):
    make_person("张三")
    client.force_login(cast.alice)

    refused = client.post(LIST + "new/", {"name": " 张三 "})
    assert refused.status_code == 422
    assert "A person of this name is in the ledger" in refused.content.decode()
    assert client.post(LIST + "new/", {"name": "张三", "is_another": "on"}).status_code == 302
    assert Person.objects.filter(name="张三").count() == 2


@pytest.mark.parametrize("where", ["list", "page"])
def test_more_posts_cost_no_more_queries(client, cast, team, make_person, see, where):
    person = make_person()
    client.force_login(cast.administrator)
    costs = []
    for number in (2, 12):
        for each in range(number):
            other = person if where == "page" else make_person(f"某{number}{each}")
            see(other, f"职务{number}{each}", "2022-03-05", unit=team)
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as queries:
            page(client, f"{person.pk}/" if where == "page" else "")
        costs.append(len(queries))
    assert costs[0] == costs[1]
