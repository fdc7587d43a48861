"""The demo zone: loaded once, equal when loaded twice, and every number of it where the pages say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Model
from django.test import override_settings
from django.utils.timezone import make_aware

from zoneworks.accounts.models import Membership, Unit, User, Zone
from zoneworks.engagements.models import Engagement, EngagementFigure, EngagementStep
from zoneworks.kit.facts import Fact
from zoneworks.kit.moment import Moment, end_of_day
from zoneworks.kit.quantities import Qualifier
from zoneworks.measures.models import Claim
from zoneworks.measures.reading import read
from zoneworks.measures.registry import measures
from zoneworks.measures.scope import Period, Scope
from zoneworks.organizations.models import Organization, OrganizationName
from zoneworks.people.models import Person, PostFact
from zoneworks.projects.models import Project, ProjectFigure, ProjectParty, ProjectStep
from zoneworks.rulebook import rules
from zoneworks.site.demo.desk import told
from zoneworks.site.demo.loading import load_gaoyou
from zoneworks.site.demo.logins import demo_logins
from zoneworks.sources.models import Citation, Document, Passage

FACTS: list[type[Fact]] = [
    ProjectStep,
    ProjectFigure,
    ProjectParty,
    EngagementStep,
    EngagementFigure,
    OrganizationName,
    PostFact,
]
ROWS: list[type[Model]] = [
    *FACTS,
    Zone,
    Unit,
    Membership,
    User,
    Document,
    Passage,
    Citation,
    Organization,
    Person,
    Project,
    Engagement,
    Claim,
]
IN_2022 = Period.year_to(date(2022, 12, 31))
IN_2023 = Period.year_to(date(2023, 12, 31))
DRIVE = Period(date(2024, 9, 11), date(2024, 10, 24))


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    """Load the demo once for all tests of this module, and leave the database as it was."""
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), transaction.atomic():
        with quick:
            load_gaoyou()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def gaoyou(_loaded, django_db_blocker):
    """The demo zone; what a test changes is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Zone.objects.get(code="gaoyou")
        transaction.set_rollback(True)


def scope(zone: Zone, period: Period | None, as_of: date, known_at: datetime | None = None) -> Scope:
    return Scope(zone, as_of, known_at or Moment.present().known_at, period)


def test_a_second_load_changes_nothing(gaoyou):
    before = {model: list(model._base_manager.order_by("pk").values()) for model in ROWS}

    again = load_gaoyou()

    assert not again.is_new
    assert {model: list(model._base_manager.order_by("pk").values()) for model in ROWS} == before


def test_every_fact_rests_on_a_passage_and_was_recorded_when_its_page_appeared(gaoyou):
    moments = {
        make_aware(datetime(2022, 3, 31, 18)),
        make_aware(datetime(2023, 5, 31, 18)),
        make_aware(datetime(2024, 10, 31, 18)),
    }
    for model in FACTS:
        facts = model.objects.filter(zone=gaoyou)
        assert facts.exists(), model
        for fact in facts:
            assert Citation.objects.of([fact]).exists(), fact
            assert fact.recorded_at in moments, fact
            assert fact.recorded_at.date() >= fact.latest, fact


def test_every_passage_is_what_its_document_says_there(gaoyou):
    assert Passage.objects.filter(zone=gaoyou).count() == sum(
        len(document["passages"]) for document in told("documents")["documents"]
    )
    for passage in Passage.objects.filter(zone=gaoyou).select_related("document"):
        assert passage.document.text[passage.start : passage.end] == passage.quote


def test_every_kind_in_the_files_is_one_of_the_rulebook(gaoyou):
    known = rules(gaoyou, date(2024, 10, 24))
    for step in ProjectStep.objects.filter(zone=gaoyou):
        assert step.kind in known.stages.step_kinds
    for figure in ProjectFigure.objects.filter(zone=gaoyou):
        assert figure.unit in known.figures[figure.kind].units
    for engagement in Engagement.objects.filter(zone=gaoyou):
        assert engagement.kind in known.engagement_kinds
    for project in Project.objects.filter(zone=gaoyou).exclude(industry=""):
        assert project.industry in known.industries


def test_no_industry_is_told_from_a_name_or_a_product(gaoyou):
    """Only of the wafer project does a page state the industry (000-5b); a guess from a name would be invented."""
    told_of = Project.objects.filter(zone=gaoyou).exclude(industry="")

    assert [(one.name, one.industry) for one in told_of] == [
        ("20GW N型太阳能超薄单晶硅片项目", "pv_storage_charging")
    ]
    assert not Project.objects.filter(zone=gaoyou, summary__contains="行业按").exists()


def test_what_no_page_states_stays_empty(gaoyou):
    assert not Project.objects.filter(zone=gaoyou).exclude(unit=None, officer=None).exists()
    assert not Organization.objects.filter(zone=gaoyou).exclude(credit_code="", listed_code="").exists()
    assert Project.objects.get(zone=gaoyou, name__startswith="TOPCon").planned_total is None


READINGS = [
    # Whatever is printed of 2023 and names the signing: the wafer project, in early May.
    ("projects.signed", IN_2023, date(2023, 12, 31), 1, 0, "exact"),
    ("projects.signed.planned_total", IN_2023, date(2023, 12, 31), 2 * 10**9, 0, "exact"),
    ("projects.signed.equipment", IN_2023, date(2023, 12, 31), 7 * 10**8, 0, "exact"),
    # On 5 May nobody can say whether it was signed: 1 to 10 May.
    ("projects.signed", IN_2023, date(2023, 5, 5), 0, 1, "exact"),
    ("projects.signed", IN_2022, date(2022, 12, 31), 1, 0, "exact"),
    ("projects.signed.equipment_usd", IN_2022, date(2022, 12, 31), 140_000_000, 0, "at_least"),
    # Agreed and registered capital are one printed word: it counts as neither.
    ("projects.signed.agreed_foreign", IN_2022, date(2022, 12, 31), None, 0, "exact"),
    ("projects.started", IN_2023, date(2023, 12, 31), 1, 0, "exact"),
    ("projects.in_hand", None, date(2024, 10, 24), 6, 0, "exact"),
    ("engagements.trips", DRIVE, date(2024, 10, 24), 6, 0, "exact"),
    ("engagements.trips.organizations", DRIVE, date(2024, 10, 24), 11, 0, "exact"),
    # The four named guests lie inside the twelve batches.
    ("engagements.receptions", DRIVE, date(2024, 10, 24), 12, 0, "exact"),
    ("engagements.receptions.projects", DRIVE, date(2024, 10, 24), 8, 0, "exact"),
    ("engagements.trips", IN_2023, date(2023, 12, 31), 2, 0, "at_least"),
    ("engagements.signings", IN_2022, date(2022, 12, 31), 1, 0, "exact"),
    ("engagements.signings", IN_2023, date(2023, 12, 31), 1, 0, "exact"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "period", "as_of", "value", "uncertain", "qualifier"), READINGS)
def test_a_measure_reads_what_the_pages_say(gaoyou, key, period, as_of, value, uncertain, qualifier):
    reading = read(key, scope(gaoyou, period, as_of))

    assert (reading.value or 0) == (value or 0)
    assert (reading.uncertain or 0) == uncertain
    assert reading.qualifier == qualifier
    assert reading.rows.exists() is bool(value)


@pytest.mark.parametrize(
    ("key", "period", "on", "before", "after"),
    [
        (
            "projects.signed",
            Period.year_to(date(2022, 12, 31)),
            date(2022, 12, 31),
            "2022-03-30",
            "2022-03-31",
        ),
        (
            "projects.signed",
            Period.year_to(date(2023, 12, 31)),
            date(2023, 12, 31),
            "2023-05-30",
            "2023-05-31",
        ),
        ("engagements.trips", DRIVE, date(2024, 10, 24), "2024-10-30", "2024-10-31"),
    ],
)
def test_nothing_was_known_before_its_page_appeared(gaoyou, key, period, on, before, after):
    early = scope(gaoyou, period, on, end_of_day(date.fromisoformat(before)))
    late = scope(gaoyou, period, on, end_of_day(date.fromisoformat(after)))

    assert not read(key, early).value
    assert not read(key, early).uncertain
    assert read(key, late).value


def test_the_ledgers_of_a_day_hold_what_was_entered_by_then(gaoyou):
    known = end_of_day(date(2022, 12, 31))

    assert Project.objects.filter(zone=gaoyou).existing(known).get().name.startswith("智能功率模块")


def test_printed_numbers_stand_beside_the_ledgers(gaoyou):
    claim = Claim.objects.get(zone=gaoyou, what__startswith="2023年初以来招引的12个")

    assert (claim.value, claim.qualifier, claim.wording) == (Decimal(24 * 10**9), Qualifier.NEAR, "近240亿元")
    mapped = Claim.objects.filter(zone=gaoyou).exclude(measure="")
    assert {row.measure for row in mapped} <= {one.key for one in measures}
    assert mapped.filter(measure="engagements.trips", value=6).exists()
    assert not mapped.exclude(whose="zone").exists()


def test_a_post_is_seen_on_the_days_of_its_pages(gaoyou):
    posts = PostFact.objects.filter(person__name="姜宝新", title="纪工委书记").in_order()

    assert [(post.kind, post.latest) for post in posts] == [
        ("held", date(2022, 3, 31)),
        ("left", date(2023, 5, 20)),
    ]
    # That he had left follows from his successor, who is printed in 2023 only.
    assert posts[1].recorded_at == make_aware(datetime(2023, 5, 31, 18))


def test_every_role_has_a_log_in_and_nobody_is_called_after_a_real_person(gaoyou):
    real = {person["name"] for person in told("people")["people"]}
    for login in demo_logins():
        user = User.objects.get(username=login.username)
        assert user.check_password(login.password)
        assert login.role in user.roles_in(gaoyou)
        assert user.full_name not in real
    oulite = Organization.objects.get(zone=gaoyou, name__contains="欧力特")
    assert [user.username for user in oulite.representatives.all()] == ["enterprise"]


def test_every_printed_statement_is_kept_and_both_wordings_of_one_matter(gaoyou):
    """The traps 1, 5, 7 and 20 of the handbook: contradicting statements stand beside each other."""
    claims = {one.what: one for one in Claim.objects.filter(zone=gaoyou)}
    assert len(claims) == len(told("claims"))

    worded = {what: one.wording for what, one in claims.items() if not one.has_number}
    assert len(worded) == 13
    for what, wording in (
        ("全年招商任务（标题）", "超前完成"),
        ("全年招商任务（正文）", "打下基础"),
        ("硅片项目厂房（新建之说）", "建"),
        ("硅片项目厂房（改造之说）", "改造"),
        ("百日冲刺已过时间", "不到一个月"),
        ("千亿园区口号（2022年）", "千亿"),
        ("千亿园区口号（2023年）", "千亿"),
        ("开发区成立周年", "30周年"),
    ):
        assert worded[what] == wording


def test_the_page_of_the_wafer_project_tells_its_plant_in_two_ways(client, gaoyou):
    client.force_login(User.objects.get(username="officer"))
    wafers = Project.objects.get(zone=gaoyou, name__startswith="20GW")
    page = client.get(f"/gaoyou/projects/{wafers.pk}/").content.decode()

    for said in ("硅片项目厂房（新建之说）", "硅片项目厂房（改造之说）"):
        assert said in page
    assert "数字说法" not in page


@pytest.mark.django_db
def test_the_demo_keeps_away_from_a_real_zone(zone):
    with pytest.raises(CommandError, match="ZONEWORKS_DATA"):
        call_command("demo", no_serve=True)

    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_demo_command_loads_both_zones_and_names_the_log_ins(capsys):
    call_command("demo", no_serve=True)
    call_command("demo", no_serve=True)

    said = capsys.readouterr().out
    assert "13 statements of the pages hold no number that could be counted" in said
    assert Zone.objects.get(code="practice").is_synthetic
    assert not Zone.objects.get(code="gaoyou").is_synthetic
    assert Project.objects.filter(officer__username="officer").count() >= 20
    for login in demo_logins():
        assert login.username in said
        assert login.password in said
