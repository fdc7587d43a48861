"""A workbench of its own for each test of operating: a database and folders that may be killed, filled, replaced."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import override_settings
from django.utils.translation import override

from zoneworks.accounts.models import Membership, Unit, User, Zone
from zoneworks.accounts.roles import Role
from zoneworks.kit import recording
from zoneworks.organizations.models import OrganizationName
from zoneworks.projects.deriving import derive
from zoneworks.projects.models import Project, ProjectStep
from zoneworks.site.databases import described
from zoneworks.site.operating import rows, schema
from zoneworks.site.operating.standing import standing_in
from zoneworks.site.tests.conftest import (
    make_engagement,
    make_figure,
    make_organization,
    make_person,
    make_step,
)
from zoneworks.sources import services
from zoneworks.sources.models import Document
from zoneworks.sources.uploads import check

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
PDF = b"%PDF-1.4\n" + b"contract " * 500
TEXT = "五月初，甲公司的项目签约，计划总投资近20亿元。"


@dataclass
class Workbench:
    """A folder with data, the address of a database, and what a process needs to run on them."""

    data: Path
    url: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Path:
        return self.data / "files"

    def stored(self) -> list[str]:
        """Every file that is kept, hidden ones too."""
        return sorted(
            path.relative_to(self.files).as_posix() for path in self.files.rglob("*") if path.is_file()
        )

    def process_environment(self) -> dict[str, str]:
        given = {"ZONEWORKS_DATA": str(self.data), "DATABASE_URL": self.url, "LANG": "C.UTF-8"}
        return {**os.environ, **given, **self.environment}

    def start(self, *arguments: str, **options) -> subprocess.Popen:
        """Start the command line on this workbench."""
        return self.python("from zoneworks.site.command import main; main()", *arguments, **options)

    def python(self, code: str, *arguments: str, **options) -> subprocess.Popen:
        """Start a program that finds this workbench in its settings."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments], env=self.process_environment(), **options
        )


def said() -> dict[str, tuple[int, str]]:
    """What every table of the workbench's database says: rows and the sum of what is in them."""
    return {model._meta.label_lower: rows.digest(model) for model in rows.carried(schema.applied())}


@contextmanager
def at_home(workbench: Workbench):
    """Let settings and the default database be those of `workbench`."""
    with (
        override_settings(DATA=workbench.data, MEDIA_ROOT=workbench.files),
        standing_in(described(workbench.url)),
    ):
        yield workbench


# -- databases ---------------------------------------------------------------------------------------------------


def _server(sql: str) -> None:
    import psycopg

    config = described(os.environ["DATABASE_URL"])
    with psycopg.connect(
        host=config["HOST"], user=config["USER"], dbname="postgres", autocommit=True
    ) as database:
        database.execute(sql)


def _postgres_url(name: str) -> str:
    config = described(os.environ["DATABASE_URL"])
    return f"postgres://{config['USER']}:@{quote(config['HOST'], safe='')}/{name}"


@pytest.fixture(scope="session")
def _template(tmp_path_factory, django_db_blocker):
    """A workbench with a small zone, made once and copied for each test."""
    data = tmp_path_factory.mktemp("template")
    name = f"template_{uuid4().hex[:12]}"
    if ON_POSTGRES:
        _server(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    made = Workbench(data, _postgres_url(name) if ON_POSTGRES else f"sqlite:///{data / 'zoneworks.sqlite3'}")
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), at_home(made), quick, override("en"):
        (data / "secret-key").write_text("a key that only these tests know, and long enough to be one")
        (data / "secret-key").chmod(0o600)
        call_command("migrate", verbosity=0)
        fill()
    yield made, name
    if ON_POSTGRES:
        _server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def make_workbench(_template, tmp_path, django_db_blocker):
    """Make workbenches: copies of the small zone, or empty ones."""
    template, name = _template
    databases = []

    def make(where: str = "data", *, empty: bool = False) -> Workbench:
        data = tmp_path / where
        if empty:
            data.mkdir(mode=0o700)
        else:
            shutil.copytree(template.data, data)
            data.chmod(0o700)
        if not ON_POSTGRES:
            return Workbench(data, f"sqlite:///{data / 'zoneworks.sqlite3'}")
        own = f"own_{uuid4().hex[:12]}"
        _server(f"CREATE DATABASE {own} ENCODING 'UTF8' TEMPLATE {'template0' if empty else name}")
        databases.append(own)
        return Workbench(data, _postgres_url(own))

    with django_db_blocker.unblock():
        yield make
    for own in databases:
        _server(f"DROP DATABASE {own} WITH (FORCE)")


@pytest.fixture
def workbench(make_workbench):
    """A workbench with a small zone; the test works on it."""
    with at_home(make_workbench()) as made:
        yield made


# -- the small zone ------------------------------------------------------------------------------------------------


def fill() -> None:
    """Enter a zone with facts, corrections, sources and files, each through the service that writes it."""
    zone = Zone.objects.create(code="north", name="北园", name_en="North Park", city="高邮")
    team = Unit.objects.create(zone=zone, name="招商一队", kind="team")
    alice = User.objects.create_user("alice", password="zone-secret-1", full_name="Alice")
    Membership.objects.create(user=alice, zone=zone, unit=team, role=Role.OFFICER)
    maker = make_organization(zone, name="江苏欧力特能源科技有限公司")
    recording.add(
        OrganizationName(
            zone=zone, organization=maker, name="欧力特", earliest=date(2020, 1, 1), latest=date(2020, 1, 1)
        ),
        actor=None,
    )
    project = Project.objects.create(zone=zone, name="储能电池项目", unit=team, officer=alice)
    step = make_step(project, "signed", date(2024, 5, 1), date(2024, 5, 10), actor=alice)
    figure = make_figure(project, value=2_000_000_000)
    recording.correct(
        figure,
        type(figure)(
            kind="planned_total",
            value=1_900_000_000,
            unit="CNY",
            qualifier="near",
            earliest=date(2024, 5, 10),
            latest=date(2024, 5, 10),
        ),
        actor=alice,
    )
    make_engagement(zone).projects.add(project)
    derive(project)
    make_person(zone, name="王小明")
    _fill_sources(zone, project, step)


def _fill_sources(zone: Zone, project: Project, step: ProjectStep) -> None:
    document = Document(zone=zone, title="高邮日报", kind="newspaper", text=TEXT)
    scan = SimpleUploadedFile("page.pdf", PDF, content_type="application/pdf")
    services.keep_document(document, check(scan), actor=None)
    passage = services.mark(document, 0, 11, actor=None)
    services.cite(step, [passage], actor=None)
    services.attach(project, SimpleUploadedFile("合同.pdf", PDF + b"signed"), actor=None)


def add_project(name: str = "后来的项目") -> Project:
    """Enter one more project with a step, as people do after a backup."""
    zone = Zone.objects.get(code="north")
    project = Project.objects.create(zone=zone, name=name)
    make_step(project)
    return project


def add_file(content: bytes = PDF + b"later") -> str:
    """Attach one more file; return where it lies."""
    project = Project.objects.order_by("pk")[0]
    kept = services.attach(project, SimpleUploadedFile("late.pdf", content), actor=None)
    return str(kept.file.name)
