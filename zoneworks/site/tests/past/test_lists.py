"""Lists of an earlier moment hold and show what their rows said then."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.timezone import now

from zoneworks.accounts.models import Unit
from zoneworks.engagements import services
from zoneworks.engagements.deriving import standing_steps
from zoneworks.engagements.models import Engagement, EngagementStep, StepKind
from zoneworks.kit.moment import Moment, instant_text
from zoneworks.kit.spans import Span
from zoneworks.organizations.models import Organization
from zoneworks.site.tests.past.conftest import LIST, cells, names, rows_of_export

pytestmark = pytest.mark.django_db


def test_the_list_of_projects_is_filtered_by_what_its_rows_said_then(admin, cast, team, moved):
    _project, before, second = moved
    for then, today in (
        (f"unit={team.pk}", f"unit={second.pk}"),
        (f"officer={cast.alice.pk}", f"officer={cast.bob.pk}"),
    ):
        for moment in (f"known_at={before}", "as_of=2024-12-31"):
            assert names(admin, f"{LIST}?{then}&{moment}") == ["搬家项目"]
            assert names(admin, f"{LIST}?{today}&{moment}") == []
            measured = admin.get(
                f"/north/measures/projects.signed/?{then}&from=2024-01-01&to=2024-12-31&{moment}"
            )
            assert measured.context["reading"].value == 1
            assert len(rows_of_export(admin, f"{LIST}export.csv?{then}&{moment}")) == 1
            assert rows_of_export(admin, f"{LIST}export.csv?{today}&{moment}") == []
        assert names(admin, f"{LIST}?{today}") == ["搬家项目"]
        assert names(admin, f"{LIST}?{then}") == []


@pytest.mark.parametrize("ledger", ["projects", "engagements"])
def test_menu_and_chip_call_a_unit_as_it_was_called_then(admin, zone, team, change, ledger):
    url = f"/north/{ledger}/"
    before = change(f"/north/units/{team.pk}/", name="科技招商局")
    Unit.objects.create(zone=zone, name="新局", kind="bureau")
    for query, name, other in (
        (f"&known_at={before}", "招商一队", "科技招商局"),
        ("", "科技招商局", "招商一队"),
    ):
        context = admin.get(f"{url}?unit={team.pk}{query}").context
        offered = [label for _value, label in context["filter_form"].fields["unit"].choices]
        assert name in offered
        assert other not in offered
        assert ("新局" in offered) == (not query)
        assert [chip["value"] for chip in context["active_filters"]] == [name]


def test_an_industry_and_a_due_day_are_corrections(admin, moved):
    _project, before, _second = moved
    assert names(admin, f"{LIST}?industry=semiconductors&known_at={before}") == ["搬家项目"]
    assert names(admin, f"{LIST}?industry=semiconductors&as_of=2024-12-31") == []
    assert names(admin, f"{LIST}?due_before=2025-01-01") == ["搬家项目"]
    assert names(admin, f"{LIST}?due_before=2025-01-01&known_at={before}") == []


def test_the_cells_of_a_past_list_agree_with_its_filters(admin, moved):
    project, before, second = moved
    assert cells(admin, LIST)["unit"] == second.name
    for moment in (f"known_at={before}", "as_of=2024-12-31"):
        said = cells(admin, f"{LIST}?{moment}")
        assert (said["unit"], said["officer"]) == ("招商一队", "Alice")
        facts = admin.get(f"{LIST}{project.pk}/?{moment}").context["facts"]
        told = {fact["label"]: fact["cell"].text for fact in facts}
        assert (told["Unit"], told["Officer"]) == ("招商一队", "Alice")
    assert cells(admin, f"{LIST}?known_at={before}")["next_due"] == ""


# -- organizations and units -------------------------------------------------------------------------------------------


def test_organizations_are_filtered_by_kind_and_place_as_known(admin, zone, change):
    firm = Organization.objects.create(
        zone=zone, name="甲", kind="enterprise", is_local=True, listed_code="600000"
    )
    url = "/north/organizations/"
    before = change(f"{url}{firm.pk}/", kind="university", is_local="false", listed_code="")

    for then, today in (
        ("kind=enterprise", "kind=university"),
        ("is_local=yes", "is_local=no"),
        ("is_listed=true", "is_listed=false"),
    ):
        assert names(admin, f"{url}?{then}&known_at={before}") == ["甲"]
        assert names(admin, f"{url}?{today}&known_at={before}") == []
        assert names(admin, f"{url}?{today}") == ["甲"]
    badges = [badge.text for badge in admin.get(f"{url}{firm.pk}/?known_at={before}").context["badges"]]
    assert badges == ["enterprise", "in the zone", "listed 600000"]


def test_a_unit_that_was_not_known_to_end_stands(admin, zone, change):
    unit = Unit.objects.create(zone=zone, name="旧局", kind="bureau")
    url = "/north/units/"
    before = change(f"{url}{unit.pk}/", valid_to="2024-01-31", kind="branch")

    assert "旧局" not in names(admin, f"{url}?standing=true")
    assert "旧局" in names(admin, f"{url}?standing=true&known_at={before}")
    assert "旧局" not in names(admin, f"{url}?standing=false&known_at={before}")
    assert names(admin, f"{url}?kind=bureau&known_at={before}") == ["旧局"]
    assert names(admin, f"{url}?kind=branch&known_at={before}") == []
    (row,) = admin.get(f"{url}?kind=bureau&known_at={before}").context["rows"]
    assert row.tone == ""
    badges = [badge.text for badge in admin.get(f"{url}{unit.pk}/?known_at={before}").context["badges"]]
    assert badges == ["bureau"]
    assert [badge.text for badge in admin.get(f"{url}{unit.pk}/").context["badges"]] == [
        "branch",
        "does not stand on this day",
    ]


# -- engagements -------------------------------------------------------------------------------------------------------


def test_engagements_are_filtered_by_kind_and_days_as_known(admin, cast, visit):
    _row, before = visit
    url = "/north/engagements/"
    for then, today in (
        ("kind=reception", "kind=meeting"),
        (f"host={cast.alice.pk}", f"host={cast.bob.pk}"),
        ("held_from=2024-03-01&held_to=2024-03-31", "held_from=2024-06-01"),
    ):
        assert names(admin, f"{url}?{then}&known_at={before}") == ["客商来访"]
        assert names(admin, f"{url}?{today}&known_at={before}") == []
        assert names(admin, f"{url}?{today}") == ["改了的名"]
        assert names(admin, f"{url}?{then}") == []
    assert names(admin, f"{url}?state=held&known_at={before}") == ["客商来访"]
    assert names(admin, f"{url}?state=planned&known_at={before}") == []
    assert (
        admin.get(f"{url}?kind=reception&known_at={before}").context["rows"][0].cells[1].text == "reception"
    )


def test_what_stood_in_the_database_is_what_stands_in_python(zone, visit):
    row, _before = visit
    services.set_when(row, Span(date(2024, 7, 1), date(2024, 7, 9)), StepKind.HELD, actor=None)
    for moment in (
        Moment(date(2024, 7, 3), now(), names_on=True),
        Moment(date(2024, 3, 4), now(), names_on=True),
        *(
            Moment(date(2024, 12, 31), step.recorded_at, names_on=True, names_known_at=True)
            for step in EngagementStep.objects.all()
        ),
    ):
        said = Engagement.objects.as_they_stood(moment).get(pk=row.pk)
        step = standing_steps([row.pk], moment.on, moment.known_at).get(row.pk)
        wanted = (step.kind, step.earliest, step.latest) if step else (None, None, None)
        assert (said.then_state, said.then_earliest, said.then_latest) == wanted


FOLLOW_UPS = "/north/engagements/?follow_up="


def test_follow_ups_are_those_of_the_day_and_of_what_was_known(admin, zone, cast, change):
    row = Engagement(
        zone=zone, kind="reception", title="客商来访", host=cast.administrator, follow_up="寄资料",
        follow_up_due=date(2024, 4, 1),
    )  # fmt: skip
    services.log(row, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None)
    before = instant_text(now())
    services.finish_follow_up(row, on=date(2024, 5, 1), actor=cast.administrator)
    done = instant_text(now())

    def found(query):
        return {
            wanted
            for wanted in ("open", "overdue", "done")
            if names(admin, f"{FOLLOW_UPS}{wanted}&{query}") == ["客商来访"]
        }

    assert found("") == found("as_of=2024-05-01") == found(f"known_at={done}") == {"done"}
    assert found("as_of=2024-04-30") == found(f"as_of=2024-04-30&known_at={done}") == {"open", "overdue"}
    assert found("as_of=2024-04-01") == {"open"}
    assert found(f"known_at={before}") == {"open", "overdue"}
    assert found(f"as_of=2024-04-01&known_at={before}") == {"open"}

    change(f"/north/engagements/{row.pk}/", follow_up="", follow_up_due="")
    assert found(f"known_at={before}") == {"open", "overdue"}
    assert found(f"as_of=2024-04-01&known_at={before}") == {"open"}
    assert found(f"as_of=2024-04-02&known_at={before}") == {"open", "overdue"}
    assert found("as_of=2024-04-30") == set()


def test_a_row_is_marked_overdue_by_the_day_of_the_page(admin, zone, cast):
    row = Engagement(
        zone=zone, kind="reception", title="客商来访", host=cast.alice, follow_up_due=date(2024, 4, 1)
    )
    services.log(row, Span(date(2024, 3, 5), date(2024, 3, 5)), actor=None)
    services.finish_follow_up(row, on=date(2024, 5, 1), actor=cast.administrator)

    def tone(query):
        (shown,) = admin.get(f"/north/engagements/?{query}").context["rows"]
        page = admin.get(f"/north/engagements/{row.pk}/?{query}")
        marked = "follow-up overdue" in [badge.text for badge in page.context["badges"]]
        assert marked == (shown.tone == "red")
        assert ("done on" in page.content.decode()) == (query in ("", "as_of=2024-05-01"))
        return shown.tone

    assert [tone(f"as_of=2024-{day}") for day in ("04-01", "04-02", "05-01")] == ["", "red", ""]
    assert tone("") == ""
