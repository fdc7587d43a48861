"""The contract of writing over HTTP: the forms, services, walls and audit trail of the pages, said here as a table.

A new ledger adds what it takes to enter a row to `NEW`, a new face to `FACTS`, and both their writers below.
"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zoneworks.accounts.models import Membership
from zoneworks.api.models import CarriedOut
from zoneworks.api.tests.caller import Caller, caller_for
from zoneworks.doors import tokens
from zoneworks.engagements.models import Engagement
from zoneworks.kit.models import Change
from zoneworks.kit.registry import faces, ledgers
from zoneworks.organizations.models import Organization
from zoneworks.projects.models import Project
from zoneworks.site.tests.conftest import (
    make_organization,
    make_person,
    make_project,
)
from zoneworks.site.tests.test_every_ledger import _fact_of

pytestmark = pytest.mark.django_db

LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]
FACES = [pytest.param(face, id=face.slug) for face in faces]

NEW = {
    "organizations": {"name": "新企业", "kind": "enterprise"},
    "projects": {"name": "新项目"},
    "engagements": {"kind": "reception", "title": "接待新客商", "when": "2024-09-30"},
    "documents": {"title": "新文件", "kind": "notice"},
    "people": {"name": "新人员"},
    "units": {"name": "新单位", "kind": "bureau"},
    "members": {
        "username": "newcomer",
        "full_name": "新来",
        "password": "drei-warme-socken",
        "role": "officer",
    },
    "claims": {"what": "签约项目", "amount": "7个"},
}
CHANGED = {
    "engagements": {"place": "会议中心"},
    "members": {"valid_to": "2030-12-31"},
    "projects": {"site": "东区"},
}
"""What is changed of a row; of the others its note."""

RECORDERS = {"alice", "administrator", "unit_head", "verifier"}
ADDERS = {
    "organizations": RECORDERS | {"bob"},
    "projects": RECORDERS | {"bob"},
    "engagements": RECORDERS | {"bob", "inspector"},
    "documents": RECORDERS | {"bob", "inspector"},
    "people": RECORDERS | {"bob"},
    "units": {"administrator"},
    "members": {"administrator"},
    "claims": RECORDERS | {"bob"},
}
OF_THE_TEAM = {"projects", "engagements"}
"""Ledgers whose rows belong to a unit: people of another one, like Bob, may not change what Alice's team has."""
OTHERS = {"bob", "inspector"}

FACTS = {
    "organization-names": {"kind": "former", "name": "旧名", "when": "2023年"},
    "organization-steps": {"kind": "high_tech", "when": "2023-06-01"},
    "organization-figures": {"kind": "staff", "amount": "500人", "when": "2023年"},
    "project-steps": {"kind": "signed", "when": "2023-05-01..2023-05-10"},
    "project-figures": {"kind": "planned_total", "amount": "近20亿元", "when": "2023年5月"},
    "project-parties": {"kind": "investor", "organization": None, "when": "2023-05-10"},
    "engagement-step": {"kind": "held", "when": "2024-10-08"},
    "engagement-figure": {"kind": "visitors", "amount": "12人", "when": "2024-10-08"},
    "posts": {"kind": "appointed", "title": "局长", "when": "2024-01-01"},
}


def test_every_ledger_and_face_is_told_how_to_be_written():
    assert {ledger.slug for ledger in ledgers} == set(NEW) == set(ADDERS)
    assert {face.slug for face in faces} == set(FACTS)


def caller_of(cast, who, zone):
    return Caller(zone.code, tokens.make(getattr(cast, who), zone, name=who, may_write=True, days=7)[1])


def of_team(ledger, row, cast):
    """Give `row` to Alice's team, where rows belong to one."""
    if ledger.slug in OF_THE_TEAM:
        row.unit = Membership.objects.get(user=cast.alice).unit
        row.save()
    return row


# -- the walls ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ledger", LEDGERS)
def test_each_role_enters_and_changes_what_the_table_says(cast, zone, make, ledger):
    everyone = {"alice", "bob", "leader", "administrator", "unit_head", "verifier", "inspector", "auditor"}
    for number, who in enumerate(sorted(everyone | {"enterprise", "charlie", "dora"})):
        caller = caller_of(cast, who, zone)
        row = of_team(ledger, make(ledger.slug)[0], cast)
        outside = who in ("charlie", "dora")
        new = {
            key: f"{value}{number}" if key in ("name", "username") else value
            for key, value in NEW[ledger.slug].items()
        }
        entered = caller.post(ledger.slug, new)
        expected = 404 if outside else 201 if who in ADDERS[ledger.slug] else 403
        assert entered.status_code == expected, (who, entered.json())

        changed = caller.patch(
            f"{ledger.slug}/{row.pk}", CHANGED.get(ledger.slug, {"note": "核对过"}), If_Match="*"
        )
        may = who in ADDERS[ledger.slug] - (OTHERS if ledger.slug in OF_THE_TEAM else set())
        expected = 404 if who not in everyone else 200 if may else 403
        assert changed.status_code == expected, (who, changed.json())
        lines = Change.objects.of_row(row).filter(verb="change")
        assert [line.actor for line in lines] == ([getattr(cast, who)] if may else []), who


@pytest.mark.parametrize("face", FACES)
def test_each_role_records_corrects_and_withdraws_as_the_table_says(cast, zone, make, face):
    slug = next(ledger.slug for ledger in ledgers if ledger.model is face.subject_model())
    ledger = ledgers[slug]
    for who in ("alice", "bob", "verifier", "leader", "auditor", "enterprise", "charlie"):
        caller = caller_of(cast, who, zone)
        row = of_team(ledger, make(slug)[0], cast)
        may = who in ADDERS[slug] - (OTHERS if slug in OF_THE_TEAM else set())
        unseen = who in ("enterprise", "charlie")
        recorded = caller.post(f"facts/{face.slug}", {"about": row.pk, "again": True, **said_of(face, zone)})
        expected = 404 if who == "charlie" else 422 if unseen else 201 if may else 403
        assert recorded.status_code == expected, (who, recorded.json())
        if not may:
            fact = _fact_of(face, make)
            of_team(ledger, fact.subject_row, cast)
            for change, body in (("correct", {"note": "x"}), ("withdraw", {"note": "x"})):
                refused = caller.post(f"facts/{face.slug}/{fact.pk}/{change}", body)
                assert refused.status_code == (404 if unseen else 403), (who, change)
            continue
        number = recorded.json()["id"]
        line = Change.objects.get(
            verb="record", object_id=number, content_type__model=face.model.__name__.lower()
        )
        assert line.actor == getattr(cast, who)
        corrected = caller.post(f"facts/{face.slug}/{number}/correct", {"note": "看错了"})
        assert corrected.status_code == 201, corrected.json()
        assert corrected.json()["corrects"] == number
        newer = corrected.json()["id"]
        withdrawn = caller.post(f"facts/{face.slug}/{newer}/withdraw", {"note": "没有此事"})
        assert withdrawn.status_code == 201, withdrawn.json()
        assert [version["withdrawn"] for version in withdrawn.json()["versions"]] == [True, False, False]


def said_of(face, zone):
    said = dict(FACTS[face.slug])
    if "organization" in said:
        said["organization"] = make_organization(zone).pk
    return said


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_token_that_reads_does_not_write(cast, zone, make, ledger):
    caller = caller_for(cast.administrator, zone, may_write=False)
    row = make(ledger.slug)[0]
    for refused in (
        caller.post(ledger.slug, NEW[ledger.slug]),
        caller.patch(f"{ledger.slug}/{row.pk}", {}, If_Match="*"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "read_only_token")


def test_a_session_writes_only_with_the_proof_of_our_own_pages(cast, zone):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    url, said = f"/{zone.code}/api/v1/projects", {"name": "从页面来"}
    refused = browser.post(url, said, content_type="application/json")
    assert refused.status_code == 403
    assert not Project.objects.exists()
    browser.get(f"/{zone.code}/projects/new/")
    proof = browser.cookies["csrftoken"].value
    kept = browser.post(url, said, content_type="application/json", headers={"X-CSRFToken": proof})
    assert kept.status_code == 201
    by_token = caller_for(cast.alice, zone).token
    other = Client(enforce_csrf_checks=True)
    said = {"name": "从程序来"}
    kept = other.post(
        url, said, content_type="application/json", headers={"Authorization": f"Bearer {by_token}"}
    )
    assert kept.status_code == 201


# -- entering ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_row_is_entered_once_told_and_written_down(cast, zone, call, ledger):
    caller = call(cast.administrator)
    first = caller.post(ledger.slug, NEW[ledger.slug], Idempotency_Key="one-and-only")
    assert first.status_code == 201, first.json()
    row = first.json()
    assert first["Location"] == row["href"]
    assert "Idempotent-Replayed" not in first
    assert caller.get(first["Location"])["ETag"] == first["ETag"]
    again = caller.post(ledger.slug, NEW[ledger.slug], Idempotency_Key="one-and-only")
    assert (again.status_code, again.json()["id"]) == (201, row["id"])
    assert again["Idempotent-Replayed"] == "true"
    assert Change.objects.filter(verb="add", actor=cast.administrator).count() == 1
    other = caller.post(ledger.slug, {**NEW[ledger.slug], "note": "x"}, Idempotency_Key="one-and-only")
    assert (other.status_code, other.json()["code"]) == (422, "key_taken")


def test_what_failed_may_be_sent_again_with_its_key(cast, zone, call):
    caller = call(cast.alice)
    assert caller.post("projects", {"name": ""}, Idempotency_Key="k").status_code == 422
    assert not CarriedOut.objects.exists()
    assert caller.post("projects", {"name": "甲"}, Idempotency_Key="k").status_code == 201
    assert call(cast.bob).post("projects", {"name": "乙"}, Idempotency_Key="k").status_code == 201
    assert (
        caller.post(
            "projects", {"name": "丙"}, Idempotency_Key="有 空格".encode().decode("latin-1")
        ).status_code
        == 400
    )
    assert caller.post("projects", {"name": "丙"}, Idempotency_Key="x" * 201).status_code == 400


@pytest.mark.parametrize("ledger", LEDGERS)
def test_what_cannot_be_kept_names_the_field_in_the_language_asked_for(cast, zone, call, ledger):
    for language in ("en", "zh-hans"):
        caller = caller_for(cast.administrator, zone, language=language)
        refused = caller.post(ledger.slug, {})
        assert refused.status_code == 422
        assert refused["Content-Type"] == "application/problem+json"
        errors = refused.json()["errors"]
        assert errors
        for error in errors:
            assert set(error) == {"field", "label", "message", "code"}
            if error["field"]:
                assert error["label"]
                assert error["label"].isascii() is (language == "en"), error
    assert Change.objects.filter(verb="add").count() == 0


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"x"', 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"name": NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"x":' * 10_000, 400),
        (b'{"name": ' + b"9" * 5000 + b"}", 400),
        (b'{"nonsense": 1}', 422),
        (b'{"name": {"a": 1}, "kind": [1], "title": true}', 422),
        (b'{"note": "\\ud800"}', 422),
        (b'{"note": "\\u0000"}', 422),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_body_that_is_none_is_refused(cast, call, ledger, body, status):
    from django.test import Client

    caller = call(cast.administrator)
    response = Client().post(
        f"/{caller.code}/api/v1/{ledger.slug}",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"] == "application/problem+json"


def test_other_media_and_too_large_bodies_are_refused(cast, zone, call, settings):
    from django.test import Client

    caller = call(cast.alice)
    url, headers = f"/{zone.code}/api/v1/projects", {"Authorization": f"Bearer {caller.token}"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        assert Client().post(url, b"name=x", content_type=kind, headers=headers).status_code == 415, kind
    upload = Client().post(url, {"name": SimpleUploadedFile("a.txt", b"x")}, headers=headers)
    assert upload.status_code == 415
    settings.API_MAX_BYTES = 2048
    large = caller.post("projects", {"name": "x", "summary": "长" * 3000})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert caller.post("projects?as_of=2024-01-01", {"name": "x"}).status_code == 400
    assert not Project.objects.exists()


# -- changing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_change_says_which_version_it_changes(cast, zone, make, call, ledger):
    row = of_team(ledger, make(ledger.slug)[0], cast)
    path, change = f"{ledger.slug}/{row.pk}", CHANGED.get(ledger.slug, {"note": "核对过"})
    caller = call(cast.administrator)
    read = caller.get(path)
    assert caller.patch(path, change).status_code == 428
    assert caller.patch(path, change, If_Match='"other"').status_code == 412
    assert caller.patch(path, change, If_Match="W/" + read["ETag"]).status_code == 412

    chinese = caller_for(cast.administrator, zone, language="zh-hans").get(path, {"as_of": "2020-01-01"})
    kept = caller.patch(
        path, change, If_Match=chinese["ETag"] if chinese.status_code == 200 else read["ETag"]
    )
    assert kept.status_code == 200, kept.json()
    field, value = next(iter(change.items()))
    assert kept.json()["fields"][field] == value
    stale = caller.patch(path, change, If_Match=read["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert caller.patch(path, change, If_Match=f'"x", {kept["ETag"]}').status_code == 200


def test_the_trail_names_the_token_and_the_person_that_it_stands_for(client, cast, zone, call):
    made = call(cast.alice).post("projects", {"name": "由程序登记"}).json()["id"]
    token = tokens.Token.objects.get(user=cast.alice)
    client.force_login(cast.alice)
    client.post(f"/{zone.code}/projects/new/", {"name": "由本人登记"})

    by_program, by_hand = (
        Change.objects.get(verb="add", label=name) for name in ("由程序登记", "由本人登记")
    )
    assert by_program.actor == by_hand.actor == cast.alice
    assert by_program.fields["by the token"] == ["", str(token)]
    assert "by the token" not in by_hand.fields
    assert (
        f"{token.name} ({token.prefix}…)"
        in client.get(f"/{zone.code}/projects/{made}/history/").content.decode()
    )


@pytest.mark.parametrize("ledger", LEDGERS)
def test_nothing_but_what_is_sent_changes(cast, zone, make, call, ledger):
    row = of_team(ledger, make(ledger.slug)[0], cast)
    caller = call(cast.administrator)
    path = f"{ledger.slug}/{row.pk}"
    before = caller.get(path).json()
    change = CHANGED.get(ledger.slug, {"note": "核对过"})
    after = caller.patch(path, change, If_Match="*")
    assert after.status_code == 200, after.json()
    assert after.json()["fields"] == before["fields"] | change
    assert after.json()["facts"] == before["facts"]
    line = Change.objects.of_row(row).get(verb="change")
    assert set(line.fields) == {*change, "by the token"}


def test_ties_and_picked_rows_are_sent_by_number_or_name(cast, zone, call):
    firm, person, project = make_organization(zone, name="甲公司"), make_person(zone), make_project(zone)
    caller = call(cast.alice)
    said = {"kind": "outward_visit", "title": "拜访", "when": "2024-09", "organizations": [firm.pk, "乙公司"]}
    made = caller.post("engagements", said)
    assert made.status_code == 422
    assert made.json()["errors"][0]["field"] == "organizations"
    other = make_organization(zone, name="乙公司")
    ties = {"projects": [project.pk], "lead": person.pk, "participants": [person.name]}
    made = caller.post("engagements", said | ties)
    assert made.status_code == 201, made.json()
    fields = made.json()["fields"]
    assert [one["id"] for one in fields["organizations"]] == [firm.pk, other.pk]
    assert [one["id"] for one in fields["projects"]] == [project.pk]
    assert fields["lead"]["id"] == person.pk
    assert {fact["face"] for fact in made.json()["facts"]} == {"engagement-step", "engagement-figure"}

    path = f"engagements/{made.json()['id']}"
    kept = caller.patch(path, {"organizations": [other.pk], "outcome": "达成意向"}, If_Match=made["ETag"])
    assert kept.status_code == 200, kept.json()
    assert [one["id"] for one in kept.json()["fields"]["organizations"]] == [other.pk]
    assert [one["id"] for one in kept.json()["fields"]["projects"]] == [project.pk]
    assert Engagement.objects.get().lead == person
    assert kept.json()["fields"]["host"]["label"] == "Alice"


def test_a_row_of_another_zone_cannot_be_tied(cast, zone, other_zone, call):
    away = make_organization(other_zone, name="别区公司")
    caller = call(cast.alice)
    for parent in (away.pk, "别区公司"):
        refused = caller.post("organizations", {"name": "子公司", "kind": "enterprise", "parent": parent})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "parent"
    assert not Organization.objects.filter(zone=zone).exists()
    kept = caller.post("organizations", {"name": "子公司", "kind": "enterprise"}).json()
    again = caller.patch(f"organizations/{kept['id']}", {"parent": away.pk}, If_Match="*")
    assert again.status_code == 422


def test_who_left_stays_named_until_somebody_else_is_chosen(cast, zone, call):
    project = make_project(zone, unit=Membership.objects.get(user=cast.alice).unit, officer=cast.charlie)
    caller = call(cast.alice)
    kept = caller.patch(f"projects/{project.pk}", {"site": "东区"}, If_Match="*")
    assert kept.status_code == 200, kept.json()
    assert Project.objects.get().officer == cast.charlie
    refused = caller.patch(f"projects/{project.pk}", {"officer": cast.dora.pk}, If_Match="*")
    assert refused.json()["errors"][0]["field"] == "officer"
    assert caller.patch(f"projects/{project.pk}", {"officer": None}, If_Match="*").status_code == 200
    assert Project.objects.get().officer is None


def test_a_rename_keeps_the_former_name_as_on_the_page(cast, zone, call):
    row = make_organization(zone, name="旧公司")
    caller = call(cast.alice)
    kept = caller.patch(f"organizations/{row.pk}", {"name": "新公司", "renamed": "2024年3月"}, If_Match="*")
    assert kept.status_code == 200, kept.json()
    assert [(fact["face"], fact["values"]["name"]) for fact in kept.json()["facts"]] == [
        ("organization-names", "旧公司")
    ]
    same = caller.post("organizations", {"name": "旧公司", "kind": "enterprise"})
    assert same.status_code == 422
    assert "<a" not in str(same.json())
    assert (
        caller.post("organizations", {"name": "旧公司", "kind": "enterprise", "is_another": True}).status_code
        == 201
    )
