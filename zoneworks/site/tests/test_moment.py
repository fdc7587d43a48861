"""A moment in an address, in a form and in words."""

from __future__ import annotations

from datetime import date

import pytest

from zoneworks.kit.moment import Moment, end_of_day
from zoneworks.projects.models import Project
from zoneworks.site.tests.conftest import make_project

pytestmark = pytest.mark.django_db
LIST = "/north/projects/"


@pytest.fixture
def page(client, cast):
    client.force_login(cast.administrator)
    return lambda query: client.get(f"{LIST}?{query}", follow=True)


@pytest.mark.parametrize(
    ("known_at", "in_words", "time"),
    [
        ("2024-10-24", "the end of 2024-10-24 (Beijing time)", ""),
        ("2024-10-24T18:00", "2024-10-24 18:00 (Beijing time)", "18:00"),
        ("2024-10-24T10:00:00+00:00", "2024-10-24 18:00 (Beijing time)", "18:00"),
        ("2024-10-24T18:00:07", "2024-10-24 18:00:07 (Beijing time)", "18:00:07"),
        ("2024-10-24T18:00:07.5", "2024-10-24 18:00:08 (Beijing time)", "18:00:08"),
        ("2024-10-24T23:59:59.5", "2024-10-24 23:59:59 (Beijing time)", "23:59:59"),
    ],
)
def test_the_banner_and_the_form_say_which_moment_is_meant(page, known_at, in_words, time):
    text = page(f"known_at={known_at.replace('+', '%2B')}").content.decode()
    assert f"as known at <strong>{in_words}</strong>" in text
    assert 'name="known_at" max=' in text
    assert 'value="2024-10-24"' in text
    assert f'aria-label="Time of that day" value="{time}"' in text


def test_a_day_alone_is_known_to_its_end():
    assert Moment.read({"known_at": "2024-10-24"}).known_at == end_of_day(date(2024, 10, 24))


@pytest.mark.parametrize(
    ("sent", "led_to"),
    [
        ("as_of=2024-09-30&known_at=2024-10-24&known_time=18:00", {"known_at": "2024-10-24T18:00:00"}),
        ("as_of=2024-09-30&known_at=2024-10-24&known_time=", {"known_at": "2024-10-24"}),
        ("as_of=2024-09-30&known_at=&known_time=", {}),
    ],
)
def test_a_form_sends_day_and_time_apart_and_comes_to_one_address(page, sent, led_to):
    answer = page(f"q=甲&{sent}")
    assert answer.status_code == 200
    assert answer.context["request"].GET.dict() == {"q": "甲", "as_of": "2024-09-30"} | led_to


@pytest.mark.parametrize(
    "sent", ["known_time=18:00", "known_at=2024-10-24&known_time=25:00", "known_at=x&known_time=18:00"]
)
def test_a_time_that_cannot_be_read_is_named(page, sent):
    answer = page(sent)
    assert answer.status_code == 400
    assert "known_time" in answer.content.decode()


def test_the_time_of_day_tells_what_was_recorded_by_then(page, zone):
    project = make_project(zone, name="下午登记的项目")
    Project.objects.filter(pk=project.pk).update(created_at="2024-10-24T15:30:00+08:00")
    for time, found in (("15:29", 0), ("15:30", 1), ("", 1)):
        assert len(page(f"known_at=2024-10-24&known_time={time}").context["rows"]) == found


@pytest.mark.parametrize(
    ("day", "is_said"), [("2999-01-01", False), ("2100-01-01", True), ("2024-01-01", False)]
)
def test_a_day_that_has_not_come_yet_is_called_so(page, day, is_said):
    answer = page(f"as_of={day}")
    assert ("This day has not come yet" in answer.content.decode()) == is_said
    assert answer.status_code == (400 if day == "2999-01-01" else 200)


@pytest.mark.parametrize("start", ["/", "/north/"])
def test_the_way_to_the_first_page_keeps_the_moment(client, cast, start):
    client.force_login(cast.leader)
    answer = client.get(f"{start}?as_of=2024-09-30&known_at=2024-10-24", follow=True)
    assert answer.redirect_chain[-1][0] == "/north/boards/leader/?as_of=2024-09-30&known_at=2024-10-24"
    assert answer.context["request"].moment.is_past
