"""The quick form: logged in one go, kept once, nothing lost on an error, and only by those who may."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from zoneworks.engagements import services
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep
from zoneworks.kit.models import Change
from zoneworks.organizations.models import Organization
from zoneworks.sources.models import Attachment

pytestmark = pytest.mark.django_db

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice)
    return client


def typed(**changes):
    return {
        "kind": "reception",
        "organization_typed": "三孚新科",
        "held_on": localdate().isoformat(),
        "key": str(uuid4()),
        **changes,
    }


def test_a_reception_is_logged_in_one_go(alice, cast, team, sanfu, collector):
    due = localdate() + timedelta(days=7)
    answer = alice.post(
        "/north/log/",
        typed(
            visitors="6",
            outcome="有意向",
            project=collector.pk,
            next_action="寄资料",
            next_due=due.isoformat(),
            photos=SimpleUploadedFile("现场.png", PIXEL, "image/png"),
        ),
        follow=True,
    )
    row = Engagement.objects.get()
    collector.refresh_from_db()

    page = answer.content.decode()
    file = Attachment.objects.get()
    assert (
        f'src="{reverse("sources:attachment", kwargs={"zone": "north", "pk": file.pk})}" alt="现场.png"'
        in page
    )
    assert "寄资料" in page
    assert f"due {due:%Y-%m-%d}" in page
    assert "Log another" in page
    assert f'href="/north/engagements/{row.pk}/"' in page
    assert f'href="/north/organizations/{sanfu.pk}/#contacts"' in page
    assert (row.kind, row.host, row.unit, row.outcome) == ("reception", cast.alice, team, "有意向")
    assert "三孚新科" in row.title
    assert [part.role for part in row.organization_parts.all()] == ["guest"]
    assert row.steps.get().earliest == localdate()
    assert row.figures.get(kind="visitors").value == 6
    assert (collector.next_action, collector.next_due) == ("寄资料", due)
    assert collector.progress_on == localdate()
    assert Attachment.objects.get().name == "现场.png"
    changed = Change.objects.get(verb="change", object_id=collector.pk, label=str(collector))
    assert changed.fields["next_action"] == ["", "寄资料"]


def test_who_was_untied_is_not_offered_a_contact_any_more(alice, zone, sanfu):
    alice.post("/north/log/", typed())
    row = Engagement.objects.get()
    other = Organization.objects.create(zone=zone, name="后来改的单位")
    services.connect(row, services.WhoTookPart([other], [], []))

    page = alice.get(f"/north/log/{row.pk}/done/").content.decode()
    assert f'href="/north/organizations/{other.pk}/#contacts"' in page
    assert f"/north/organizations/{sanfu.pk}/#contacts" not in page


def test_a_visit_counts_the_body_that_it_names(alice, sanfu):
    alice.post(
        "/north/log/", typed(kind="outward_visit", organization=sanfu.pk, organization_typed="", visitors="4")
    )

    assert [(figure.kind, figure.value) for figure in EngagementFigure.objects.all()] == [
        ("organizations_visited", 1)
    ]


def test_the_next_step_without_a_project_is_the_follow_up(alice, sanfu):
    due = (localdate() + timedelta(3)).isoformat()
    answer = alice.post("/north/log/", typed(next_action="回访", next_due=due), follow=True)
    row = Engagement.objects.get()

    assert "回访" in answer.content.decode()
    assert f"due {due}" in answer.content.decode()
    assert (row.follow_up, row.follow_up_due) == ("回访", localdate() + timedelta(3))


def test_a_new_organization_is_entered_on_the_spot_when_that_is_said(alice):
    answer = alice.post("/north/log/", typed(organization_typed="新来的公司"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“新来的公司” is not in the ledger. Or tick below that it is new." in page
    assert 'value="新来的公司"' in page
    assert not Organization.objects.exists()

    alice.post("/north/log/", typed(organization_typed="新来的公司", new_organization="on"))
    body = Organization.objects.get()
    assert body.name == "新来的公司"
    assert list(Engagement.objects.get().organizations.all()) == [body]
    assert Change.objects.filter(verb="add", object_id=body.pk, label="新来的公司").exists()


def test_a_name_that_stands_already_is_not_entered_twice(alice, sanfu):
    alice.post("/north/log/", typed(organization_typed="三孚新科", new_organization="on"))
    assert Organization.objects.get() == sanfu


def test_a_part_of_a_name_is_asked_back(alice, sanfu):
    answer = alice.post("/north/log/", typed(organization_typed="三孚"))
    assert answer.status_code == 422
    assert sanfu.name in answer.content.decode()
    assert not Engagement.objects.exists()


def test_who_may_not_enter_organizations_is_told_so(client, cast):
    client.force_login(cast.inspector)
    answer = client.post("/north/log/", typed(organization_typed="新来的公司", new_organization="on"))

    assert answer.status_code == 422
    assert "is not in the ledger" in answer.content.decode()
    assert not Organization.objects.exists()
    assert "new_organization" not in client.get("/north/log/").content.decode()


def test_a_form_that_comes_twice_is_kept_once(alice, sanfu):
    said = typed()
    first = alice.post("/north/log/", said)
    second = alice.post("/north/log/", said)

    assert first.url == second.url
    assert (Engagement.objects.count(), EngagementStep.objects.count()) == (1, 1)


def test_a_form_that_comes_twice_at_once_is_kept_once(alice, sanfu, monkeypatch):
    from zoneworks.engagements import views

    said = typed()
    first = alice.post("/north/log/", said)
    look = views.settled
    asked = []

    def late(*args):
        # The first look comes before the other form is written, the second one after it.
        asked.append(args)
        return None if len(asked) == 1 else look(*args)

    monkeypatch.setattr(views, "settled", late)
    second = alice.post("/north/log/", said)

    assert first.url == second.url
    assert Engagement.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "meeting"},
        {"held_on": (localdate() - timedelta(days=1)).isoformat()},
        {"organization_typed": "聚谦半导体有限公司"},
        {"organization_typed": "新来的公司", "new_organization": "on"},
        {"visitors": "3", "again": "on"},
        {"again": "on"},
    ],
)
def test_another_visit_with_a_spent_key_is_logged_too_and_once(alice, sanfu, juqian, other):
    said = typed()
    first = alice.post("/north/log/", said)
    second = alice.post("/north/log/", said | {"outcome": "第二次", **other})
    again = alice.post("/north/log/", said | {"outcome": "第二次", **other})

    assert first.url != second.url
    assert again.url == second.url
    assert sorted(Engagement.objects.values_list("outcome", flat=True)) == ["", "第二次"]


def test_a_new_step_takes_no_day_of_the_step_before_and_a_new_day_leaves_the_step(alice, sanfu, collector):
    due = localdate() + timedelta(days=7)
    collector.next_action, collector.next_due = "打电话", due
    collector.save()

    page = alice.post(
        "/north/log/", typed(project=collector.pk, next_action="寄资料"), follow=True
    ).content.decode()
    collector.refresh_from_db()
    assert (collector.next_action, collector.next_due) == ("寄资料", None)
    assert f"It has no day yet: that of the step before ({due}) does not hold for it." in page
    assert f"The next step of {collector} is “寄资料” now; it was “打电话”." in page

    later = due + timedelta(days=1)
    alice.post("/north/log/", typed(project=collector.pk, next_due=later.isoformat(), again="on"))
    collector.refresh_from_db()
    assert (collector.next_action, collector.next_due) == ("寄资料", later)

    alice.post("/north/log/", typed(project=collector.pk, next_action="寄资料", again="on"))
    collector.refresh_from_db()
    assert collector.next_due == later, "the same step keeps its day"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": ""}, "required"),
        ({"kind": "trip"}, "trip"),
        ({"organization_typed": ""}, "Type the name of the organization"),
        ({"organization_typed": "长" * 300, "new_organization": "on"}, "200 characters"),
        ({"organization_typed": "长" * 180, "new_organization": "on"}, "150 characters"),
        ({"held_on": "2024-13-01"}, "valid date"),
        ({"held_on": "0001-01-01"}, "1900"),
        ({"held_on": (date.today() + timedelta(days=2)).isoformat()}, "has not come yet"),
        ({"visitors": "-1"}, "greater than or equal to 1"),
        ({"next_due": "1999-01-01"}, "cannot be due before"),
        ({"project": "77777"}, "Choose again"),
    ],
)
def test_a_bad_entry_is_named_and_nothing_is_written_or_lost(alice, sanfu, changes, said):
    answer = alice.post("/north/log/", typed(**{"outcome": "谈了两小时", **changes}))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert said in page
    assert 'value="谈了两小时"' in page
    assert not Engagement.objects.exists()
    assert Organization.objects.count() == 1


def test_a_file_that_is_refused_leaves_nothing_behind(alice, sanfu):
    answer = alice.post(
        "/north/log/", typed(photos=SimpleUploadedFile("photo.png", b"MZ\x90\x00 no picture", "image/png"))
    )
    assert answer.status_code == 422
    assert not Engagement.objects.exists()
    assert not Attachment.objects.exists()


def test_who_is_shown_the_form_again_is_told_to_choose_the_files_once_more(alice, sanfu):
    photo = SimpleUploadedFile("现场.png", PIXEL, "image/png")
    answer = alice.post("/north/log/", typed(photos=photo, next_due="tomorrow or so"))
    assert answer.status_code == 422
    assert "Choose the files once more" in answer.content.decode()

    answer = alice.post("/north/log/", typed(next_due="tomorrow or so"))
    assert "Choose the files once more" not in answer.content.decode()


def test_a_project_of_others_keeps_its_next_step(client, cast, sanfu, collector):
    client.force_login(cast.bob)
    answer = client.post("/north/log/", typed(project=collector.pk, next_action="寄资料"))
    assert answer.status_code == 422
    assert "You may not change this project" in answer.content.decode()

    assert client.post("/north/log/", typed(project=collector.pk)).status_code == 302
    collector.refresh_from_db()
    assert collector.next_action == ""
    assert collector.progress_on == localdate()


def test_the_form_is_filled_from_the_address_with_what_the_person_may_see(
    alice, collector, sanfu, other_zone
):
    from zoneworks.projects.models import Project

    hidden = Project.objects.create(zone=other_zone, name="别区项目")
    page = alice.get(
        f"/north/log/?project={collector.pk}&organization={sanfu.pk}&kind=meeting"
    ).content.decode()
    assert collector.name in page
    assert sanfu.name in page
    assert 'value="meeting" required checked' in page
    assert "别区项目" not in alice.get(f"/north/log/?project={hidden.pk}").content.decode()
    assert alice.get("/north/log/?project=x&organization=99999999999999999999&kind=zzz").status_code == 200


def test_a_row_of_another_zone_cannot_be_tied(alice, other_zone):
    hidden = Organization.objects.create(zone=other_zone, name="别区公司")
    answer = alice.post("/north/log/", typed(organization=hidden.pk, organization_typed=""))
    assert answer.status_code == 422
    assert not Engagement.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "leader", "enterprise"])
def test_readers_do_not_log(client, cast, sanfu, who):
    client.force_login(getattr(cast, who))
    assert client.post("/north/log/", typed()).status_code == 403
    assert not Engagement.objects.exists()


def test_a_stranger_finds_no_form(client, cast, sanfu):
    client.force_login(cast.charlie)
    assert client.post("/north/log/", typed()).status_code == 404


def test_the_form_costs_the_same_queries_with_many_rows(alice, zone, sanfu, collector):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            alice.get("/north/log/")
        return len(queries)

    cost()
    few = cost()
    for number in range(30):
        Organization.objects.create(zone=zone, name=f"公司{number}")
    assert cost() == few


def test_the_menu_leads_to_the_form_for_those_who_may_log(client, cast):
    client.force_login(cast.alice)
    assert 'href="/north/log/"' in client.get("/north/engagements/").content.decode()
    client.force_login(cast.auditor)
    assert 'href="/north/log/"' not in client.get("/north/engagements/").content.decode()
