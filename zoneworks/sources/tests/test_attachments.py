"""Files of a row: as open as the row, checked on the way in, always a download on the way out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from zoneworks.kit.models import Change
from zoneworks.sources import evidence, services
from zoneworks.sources.models import Attachment
from zoneworks.sources.tests.conftest import PDF, PNG, model, upload


@pytest.fixture
def attachment(organization, cast):
    return services.attach(organization, upload(), actor=cast.alice)


def stored_files(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 302), ("administrator", 302), ("leader", 403), ("auditor", 403), ("enterprise", 404),
        ("charlie", 404), ("dora", 404),
    ],
)  # fmt: skip
def test_those_who_may_change_a_row_attach_to_it(login, organization, settings, who, status):
    address = f"/north/sources/attach/organizations/{organization.pk}/"
    response = login(who).post(address, {"file": [upload(), upload("图.png", PNG)]})

    assert response.status_code == status
    kept = 2 * (status == 302)
    assert Attachment.objects.of([organization]).count() == kept == len(stored_files(settings))
    if kept:
        assert Change.objects.of_row(organization).filter(verb="attach").count() == 2
        page = login(who).get(f"/north/organizations/{organization.pk}/").content.decode()
        assert "合同.pdf" in page
        assert "Alice" in page or who != "alice"


def test_one_bad_file_keeps_the_others_out(login, organization, settings):
    address = f"/north/sources/attach/organizations/{organization.pk}/"
    page = login("alice").post(address, {"file": [upload(), upload("假.pdf", PNG)]}, follow=True)

    text = page.content.decode()
    assert "Nothing was attached." in text
    assert "假.pdf" in text
    assert not Attachment.objects.exists()
    assert not stored_files(settings)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("attach/organizations/999999/", 404), ("attach/poems/1/", 404), ("attachments/999999/remove/", 404),
    ],
)  # fmt: skip
def test_there_is_nothing_to_attach_to(login, zone, address, status):
    assert login("alice").post(f"/north/sources/{address}", {"file": upload()}).status_code == status


def test_no_file_chosen_is_said(login, organization):
    address = f"/north/sources/attach/organizations/{organization.pk}/"
    assert "Choose a file first" in login("alice").post(address, follow=True).content.decode()


def test_the_same_file_is_attached_once(organization, attachment, cast):
    with pytest.raises(ValidationError, match="already here"):
        services.attach(organization, upload("副本.pdf"), actor=cast.alice)


def test_a_file_is_gone_when_its_row_is_not_kept(organization, settings, monkeypatch, cast):
    def fail(*args, **kwargs):
        raise RuntimeError("no more room")

    monkeypatch.setattr(services, "record", fail)
    with pytest.raises(RuntimeError):
        services.attach(organization, upload(), actor=cast.alice)
    assert not stored_files(settings)


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("leader", 200), ("auditor", 200), ("enterprise", 404), ("charlie", 404), ("dora", 404)],
)
def test_a_file_is_as_open_as_its_row(login, attachment, who, status):
    response = login(who).get(f"/north/sources/attachments/{attachment.pk}/")

    assert response.status_code == status
    if status == 200:
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert b"".join(response.streaming_content) == PDF


def test_a_file_is_not_loaded_through_another_zone(login, attachment):
    assert login("charlie").get(f"/south/sources/attachments/{attachment.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 302), ("leader", 403), ("enterprise", 404), ("charlie", 404), ("dora", 404)]
)
def test_those_who_may_change_a_row_take_its_files_off(login, organization, attachment, who, status):
    response = login(who).post(f"/north/sources/attachments/{attachment.pk}/remove/")

    assert response.status_code == status
    assert Attachment.objects.kept().exists() is (status != 302)
    if status == 302:
        assert login("alice").get(f"/north/sources/attachments/{attachment.pk}/").status_code == 404
        assert Change.objects.of_row(organization).filter(verb="detach").exists()


def test_a_removed_file_is_there_in_the_past(login, organization, attachment, cast):
    Attachment.objects.update(added_at=now() - timedelta(days=9))
    services.remove_attachment(attachment, actor=cast.alice)
    past = f"?known_at={(now() - timedelta(days=2)).date()}"
    model("organizations.Organization").objects.update(created_at=now() - timedelta(days=10))

    client = login("alice")
    assert client.get(f"/north/sources/attachments/{attachment.pk}/{past}").status_code == 200
    assert "合同.pdf" in client.get(f"/north/organizations/{organization.pk}/{past}").content.decode()
    assert "合同.pdf" not in client.get(f"/north/organizations/{organization.pk}/").content.decode()


def test_a_file_that_a_record_rests_on_stays(login, attachment, make_fact):
    services.cite(make_fact(), [attachment], actor=None)
    page = login("alice").post(f"/north/sources/attachments/{attachment.pk}/remove/", follow=True)

    assert "1 record rests on it" in page.content.decode()
    assert Attachment.objects.kept().exists()


def test_a_fact_may_rest_on_a_file_of_its_subject(login, organization, attachment):
    address = f"/north/facts/organization-steps/new/?subject={organization.pk}"
    data = {"kind": "high_tech", "when": "2023-05-03", "asserted_by": "press", "attachments": [attachment.pk]}
    client = login("alice")
    assert "合同.pdf" in client.get(address).content.decode()
    client.post(address, data)

    fact = model("organizations.OrganizationStep").objects.get()
    page = client.get(f"/north/facts/organization-steps/{fact.pk}/").content.decode()
    assert f"/north/sources/attachments/{attachment.pk}/" in page


@pytest.fixture
def asked(monkeypatch):
    """Organizations are asked for a license."""
    asks = {model("organizations.Organization"): lambda row: [("license", "business license")]}
    monkeypatch.setattr(evidence, "_asked", asks)


@pytest.mark.parametrize(("proves", "kept"), [("license", 1), ("", 1), ("poem", 0)])
def test_a_file_proves_what_is_asked_for(login, organization, asked, proves, kept):
    address = f"/north/sources/attach/organizations/{organization.pk}/"
    login("alice").post(address, {"file": upload(), "evidence": proves})

    assert Attachment.objects.filter(evidence=proves).count() == kept


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("auditor", 200), ("charlie", 404), ("dora", 404), ("enterprise", 403)],
)
def test_all_evidence_of_a_row_is_on_one_page(
    login, organization, attachment, passage, make_fact, asked, who, status
):
    services.cite(make_fact(), [passage], actor=None)
    response = login(who).get(f"/north/sources/evidence/organizations/{organization.pk}/")

    assert response.status_code == status
    if status == 200:
        page = response.content.decode()
        for part in ("合同.pdf", f"#p{passage.pk}", "business license", "registered"):
            assert part in page


def test_an_enterprise_does_not_read_the_evidence_about_itself(login, organization, passage, make_fact, cast):
    services.cite(make_fact(), [passage], actor=None)
    organization.representatives.add(cast.enterprise)
    client = login("enterprise")

    assert client.get(f"/north/sources/evidence/organizations/{organization.pk}/").status_code == 403
    assert client.get(f"/north/organizations/{organization.pk}/").status_code == 200
