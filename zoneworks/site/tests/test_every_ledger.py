"""The contract of every registered ledger and every face of a fact, including those that come tomorrow.

Walls: a stranger and a member of another zone see nothing of a row, on any address; each role gets what its policy
says, the same on pages, fragments, exports and writes. Lists stay flat. Everything can be seen from a past moment.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zoneworks.accounts.roles import Role
from zoneworks.kit.models import Change, Comment
from zoneworks.kit.registry import faces, ledgers
from zoneworks.site.tests.conftest import MAKERS

LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]
FACES = [pytest.param(face, id=face.slug) for face in faces]
EVERYONE = ["alice", "bob", *[role.value for role in Role if role != Role.OFFICER]]

pytestmark = pytest.mark.django_db


def address(zone, ledger, route, row=None):
    kwargs = {"zone": zone.code}
    if route.has_row:
        kwargs["pk"] = row.pk
    for name in ("view", "contact", "user", "item"):
        if f":{name}>" in route.pattern:
            kwargs[name] = 0
    return reverse(f"{ledger.slug}:{route.page}", kwargs=kwargs)


def said(ledger, row, page="list"):
    """The words by which one recognizes `row` on a list."""
    if page == "choices":
        return str(row)
    column = next((column for column in ledger.bound_columns() if column.link), ledger.bound_columns()[0])
    return column.cell(row).text


def ask(client, route, url, **headers):
    return client.get(url, headers=headers) if "get" in route.methods else client.post(url, headers=headers)


def test_every_ledger_has_a_maker():
    assert {ledger.slug for ledger in ledgers} == set(MAKERS)


@pytest.mark.parametrize("ledger", LEDGERS)
def test_nobody_from_outside_reaches_an_address(client, cast, zone, make, ledger):
    row = make(ledger.slug)[0]
    for route in ledger.routes():
        url = address(zone, ledger, route, row)
        client.logout()
        assert ask(client, route, url).status_code == 302, (
            f"{url}: without log-in one is sent to the log-in page"
        )
        for outsider in (cast.charlie, cast.dora):
            client.force_login(outsider)
            assert ask(client, route, url).status_code == 404, url
            assert ask(client, route, url, HX_Request="true").status_code == 404, url


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_row_of_another_zone_is_not_found_through_the_own_zone(
    client, cast, zone, other_zone, make, ledger
):
    away = make(ledger.slug, other_zone)[0]
    client.force_login(cast.administrator)
    for route in ledger.routes():
        if route.has_row:
            assert ask(client, route, address(zone, ledger, route, away)).status_code == 404, route.page
    assert not Change.objects.filter(zone=zone, verb__in=["change", "comment"]).exists()


@pytest.mark.parametrize("ledger", LEDGERS)
def test_each_role_gets_what_the_policy_says(client, cast, zone, make, ledger):
    row = make(ledger.slug)[0]
    for who in EVERYONE:
        user = type(cast.alice).objects.get(pk=getattr(cast, who).pk)
        client.force_login(user)
        for route in ledger.routes():
            response = ask(client, route, address(zone, ledger, route, row))
            case = (who, route.page, response.status_code)
            if route.has_row and not row.allows(user, "view"):
                assert response.status_code == 404, case
            elif route.has_row:
                assert (response.status_code == 403) is not row.allows(user, route.needs), case
            else:
                granted = route.needs == "view" or ledger.is_granted(_request(user, zone), route.needs)
                assert (response.status_code == 403) is not granted, case
                if route.page in ("list", "export", "choices") and granted:
                    text = response.getvalue().decode() if response.streaming else response.content.decode()
                    seen = row.allows(user, "export" if route.page == "export" else "view")
                    assert (said(ledger, row, route.page) in text) is seen, case


def _request(user, zone):
    from types import SimpleNamespace

    return SimpleNamespace(user=type(user).objects.get(pk=user.pk), zone=zone)


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_longer_list_costs_no_more_queries(client, cast, zone, make, ledger):
    client.force_login(cast.administrator)
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code})
    costs: dict[str, list[int]] = {}
    for extra in (12, 12):
        make(ledger.slug, n=extra)
        for query in ("", "?as_of=2024-06-30&known_at=2100-01-01", "?q=1", "?page=999"):
            client.get(url + query)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url + query).status_code == 200
            costs.setdefault(query, []).append(len(queries))
    assert all(few == many for few, many in costs.values()), costs


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_list_comes_as_page_fragment_and_file(client, cast, zone, make, ledger):
    row = make(ledger.slug)[0]
    client.force_login(cast.administrator)
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code})

    page = client.get(url).content.decode()
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()
    export = client.get(url + "export.csv")
    assert "<html" in page
    assert "<html" not in fragment
    assert said(ledger, row) in page
    assert said(ledger, row) in fragment
    assert said(ledger, row) in export.getvalue().decode()


@pytest.mark.parametrize("ledger", LEDGERS)
def test_an_empty_list_says_so_and_a_past_one_shows_a_banner(client, cast, zone, ledger):
    client.force_login(cast.auditor)
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code})
    if ledger.slug not in ("units", "members"):
        assert 'class="empty"' in client.get(url).content.decode()
    past = client.get(url + "?as_of=2023-05-10&known_at=2023-05-20")
    assert "asof-banner" in past.content.decode()
    assert client.get(url + "?as_of=2023-13-10").status_code == 400
    assert "2023-13-10" in client.get(url + "?as_of=2023-13-10").content.decode()


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_row_entered_later_is_not_known_before(client, cast, zone, make, ledger):
    row = make(ledger.slug)[0]
    client.force_login(cast.auditor)
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code}) + "?known_at=2020-01-01"
    assert said(ledger, row) not in client.get(url).content.decode()
    detail = reverse(f"{ledger.slug}:detail", kwargs={"zone": zone.code, "pk": row.pk})
    assert client.get(detail + "?known_at=2020-01-01").status_code == 404


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_comment_is_kept_and_written_down(client, cast, zone, make, ledger):
    row = make(ledger.slug)[0]
    client.force_login(cast.leader)
    url = reverse(f"{ledger.slug}:comment", kwargs={"zone": zone.code, "pk": row.pk})
    may = row.allows(cast.leader, "comment")

    assert client.post(url, {"text": "请核对金额"}).status_code == (302 if may else 403)
    assert Comment.objects.filter(text="请核对金额").exists() is may
    assert Change.objects.filter(verb="comment").exists() is may


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_view_is_saved_shared_and_dropped_by_its_owner_only(client, cast, zone, ledger):
    url = reverse(f"{ledger.slug}:list", kwargs={"zone": zone.code})
    client.force_login(cast.alice)
    client.post(url + "views/", {"name": "我的视图", "query": "?q=abc&page=3", "shared": "on"})
    assert "我的视图" in client.get(url).content.decode()

    view = reverse(f"{ledger.slug}:drop_view", kwargs={"zone": zone.code, "view": _only_view().pk})
    client.force_login(cast.bob)
    assert "我的视图" in client.get(url).content.decode()
    assert client.post(view).status_code == 404
    client.force_login(cast.alice)
    assert client.post(view).status_code == 302
    assert "我的视图" not in client.get(url, follow=True).content.decode().replace("“我的视图”", "")


def _only_view():
    from zoneworks.kit.models import SavedView

    return SavedView.objects.get()


@pytest.mark.parametrize("face", FACES)
def test_nobody_from_outside_reaches_a_fact(client, cast, zone, make, face):
    fact = _fact_of(face, make)
    for page in ("detail", "correct", "withdraw"):
        url = face.url_of(fact, page)
        assert client.get(url).status_code == 302
        for outsider in (cast.charlie, cast.dora):
            client.force_login(outsider)
            assert client.get(url).status_code == 404
            assert client.post(url).status_code in (404, 405)
        client.logout()
    client.force_login(cast.charlie)
    assert client.get(face.new_url(fact.subject_row)).status_code == 404


@pytest.mark.parametrize("face", FACES)
def test_each_role_reads_and_corrects_facts_as_the_policy_says(client, cast, zone, make, face):
    fact = _fact_of(face, make)
    for who in EVERYONE:
        user = getattr(cast, who)
        client.force_login(user)
        sees, may = fact.allows(user, "view"), fact.allows(user, "add")
        assert client.get(face.url_of(fact)).status_code == (200 if sees else 404), who
        for page in ("correct", "withdraw"):
            expected = 404 if not sees else 200 if may else 403
            assert client.get(face.url_of(fact, page)).status_code == expected, (who, page)


def _fact_of(face, make):
    slug = next((ledger.slug for ledger in ledgers if ledger.model is face.subject_model()), None)
    if slug is None:
        return None
    row = make(slug)[0]
    found = face.model.objects.filter(**{face.model.subject: row}).first()
    return found or _recorded(face, row)


def _recorded(face, row):
    """Record a plain fact about `row`, with the first choice for what must be said."""
    from zoneworks.kit import recording
    from zoneworks.site.tests.conftest import FACT_VALUES

    values = FACT_VALUES.get(face.slug)
    if values is None:
        return None
    given = {key: value(row.zone) if callable(value) else value for key, value in values.items()}
    day = date(2024, 5, 1)
    fact = face.model(zone=row.zone, earliest=day, latest=day, **{face.model.subject: row}, **given)
    return recording.add(fact, actor=None)


def test_every_face_can_be_tried(cast, zone, make):
    assert [face.slug for face in faces if _fact_of(face, make) is None] == []


def test_models_and_migrations_agree(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
