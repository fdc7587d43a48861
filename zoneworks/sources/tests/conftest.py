"""A document with a passage, an organization with a fact, and files of every kind that comes in."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from zoneworks.kit import recording
from zoneworks.sources import services
from zoneworks.sources.models import Document

TEXT = "硅片项目5月初签约，计划总投资20亿元。\n二期开工，三期开工。"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF"


def model(label):
    """Return a model of a higher floor, which this room does not import."""
    return apps.get_model(label)


def package(*members: str) -> bytes:
    """Return a zip file that holds `members`."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for member in ("[Content_Types].xml", *members):
            file.writestr(member, "<x/>")
    return held.getvalue()


def upload(name: str = "合同.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def make_document(zone):
    def make(**values):
        values = {"zone": zone, "title": "开发区专版", "kind": "newspaper", "text": TEXT, **values}
        return Document.objects.create(**values)

    return make


@pytest.fixture
def document(make_document):
    return make_document(issued_earliest=date(2023, 5, 25), issued_latest=date(2023, 5, 31))


@pytest.fixture
def passage(document, cast):
    return services.mark(document, 0, 9, actor=cast.alice)


@pytest.fixture
def organization(zone):
    return model("organizations.Organization").objects.create(zone=zone, name="双鹏新能源")


@pytest.fixture
def make_fact(organization):
    def make(actor=None, **values):
        fact = model("organizations.OrganizationStep")(
            zone=organization.zone,
            organization=organization,
            **{"kind": "registered", "earliest": date(2023, 5, 1), "latest": date(2023, 5, 10), **values},
        )
        return recording.add(fact, actor=actor)

    return make


@pytest.fixture
def login(client, cast):
    def enter(who: str):
        client.force_login(getattr(cast, who))
        return client

    return enter
