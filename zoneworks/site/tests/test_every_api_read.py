"""The contract of reading over HTTP, for every registered ledger and every face of a fact.

The walls are those of the pages, said here as a table of their own; lists cost the same at any length and depth; what
cannot be read is refused by name.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from zoneworks.accounts.models import Membership
from zoneworks.accounts.roles import Role
from zoneworks.api.tests.caller import Caller, caller_for
from zoneworks.doors import tokens
from zoneworks.kit.registry import faces, ledgers
from zoneworks.organizations.models import Organization
from zoneworks.site.tests.conftest import make_figure, make_organization, make_project, make_step
from zoneworks.site.tests.test_every_ledger import _fact_of

pytestmark = pytest.mark.django_db

LEDGERS = [pytest.param(ledger, id=ledger.slug) for ledger in ledgers]
FACES = [pytest.param(face, id=face.slug) for face in faces]
STAFF = ("alice", "bob", "leader", "administrator", "unit_head", "verifier", "inspector", "auditor")
ENTERPRISE_READS = {"organizations"}
"""The ledgers of which a log-in of an enterprise may see rows; of the others it sees none."""


@pytest.mark.parametrize("ledger", LEDGERS)
def test_without_a_living_token_nothing_is_told(client, cast, zone, make, ledger):
    row = make(ledger.slug)[0]
    _token, text = tokens.make(cast.alice, zone, name="x", may_write=False, days=7)
    revoked, gone = tokens.make(cast.alice, zone, name="y", may_write=False, days=7)
    tokens.revoke(revoked, actor=cast.alice)
    for address in (f"{ledger.slug}", f"{ledger.slug}/{row.pk}", f"{ledger.slug}/{row.pk}/history"):
        url = f"/{zone.code}/api/v1/{address}"
        for said in (None, "Bearer", f"Bearer {gone}", f"Bearer {text}x", f"Basic {text}", "Bearer zw_\xe4"):
            response = client.get(url, headers={} if said is None else {"Authorization": said})
            assert response.status_code == 401, (url, said)
            assert response["Content-Type"] == "application/problem+json"
            assert response["WWW-Authenticate"].startswith("Bearer")
        assert client.get(url, headers={"Authorization": f"Bearer {text}"}).status_code == 200


@pytest.mark.parametrize("ledger", LEDGERS)
def test_the_walls_hold_for_every_role(cast, zone, other_zone, make, ledger):
    row, away = make(ledger.slug)[0], make(ledger.slug, other_zone)[0]
    for who in (*STAFF, "enterprise", "charlie", "dora"):
        user = getattr(cast, who)
        outside = who in ("charlie", "dora")
        reads = who in STAFF
        caller = Caller(zone.code, tokens.make(user, zone, name=who, may_write=True, days=7)[1])
        listed, told = caller.get(ledger.slug), caller.get(f"{ledger.slug}/{row.pk}")
        assert listed.status_code == (404 if outside else 200), who
        assert told.status_code == (200 if reads else 404), who
        assert caller.get(f"{ledger.slug}/{row.pk}/history").status_code == (200 if reads else 404), who
        if not outside:
            numbers = {found["id"] for found in listed.json()["results"]}
            assert (row.pk in numbers) is reads, who
            assert away.pk not in numbers
        assert caller.get(f"{ledger.slug}/{away.pk}").status_code == 404, who
        assert Caller(other_zone.code, caller.token).get(ledger.slug).status_code == 404, who


@pytest.mark.parametrize("face", FACES)
def test_the_walls_hold_for_every_fact(cast, zone, other_zone, make, face):
    fact = _fact_of(face, make)
    for who in (*STAFF, "enterprise", "charlie", "dora"):
        reads, outside = who in STAFF, who in ("charlie", "dora")
        caller = Caller(zone.code, tokens.make(getattr(cast, who), zone, name=who, may_write=True, days=7)[1])
        listed, told = caller.get(f"facts/{face.slug}"), caller.get(f"facts/{face.slug}/{fact.pk}")
        assert listed.status_code == (404 if outside else 200), who
        assert told.status_code == (200 if reads else 404), who
        if not outside:
            assert (fact.pk in {found["id"] for found in listed.json()["results"]}) is reads, who


def test_an_enterprise_reads_its_own_organization_and_nothing_that_colleagues_note(cast, zone, call):
    parent = make_organization(zone, name="母公司")
    own = make_organization(zone, name="子公司", note="内部评价", parent=parent)
    make_organization(zone, name="别家")
    own.representatives.add(cast.enterprise)
    caller = call(cast.enterprise)

    assert [row["title"] for row in caller.get("organizations").json()["results"]] == ["子公司"]
    for told in (
        caller.get("organizations").json()["results"][0],
        caller.get(f"organizations/{own.pk}").json(),
    ):
        assert "内部评价" not in str(told)
        assert "母公司" not in str(told)
    assert caller.get(f"organizations/{own.pk}/history").status_code == 403
    assert caller.get(f"organizations/{parent.pk}").status_code == 404
    assert [each["key"] for each in caller.get("").json()["ledgers"]] == ["organizations"] or {
        each["key"] for each in caller.get("").json()["ledgers"]
    } >= {"organizations"}


def test_a_token_is_no_wider_than_its_zone_even_for_a_person_of_two(cast, zone, other_zone):
    Membership.objects.create(user=cast.alice, zone=other_zone, role=Role.ADMINISTRATOR)
    make_organization(other_zone)
    text = caller_for(cast.alice, zone).token
    assert Caller(zone.code, text).get("organizations").status_code == 200
    assert Caller(other_zone.code, text).get("organizations").status_code == 404


def test_a_token_opens_no_page(client, cast, zone):
    text = caller_for(cast.alice, zone).token
    page = client.get(f"/{zone.code}/projects/", headers={"Authorization": f"Bearer {text}"})
    assert page.status_code == 302
    assert "/login/" in page["Location"]


def test_a_session_reads_and_a_wrong_token_beside_it_does_not(client, cast, zone):
    client.force_login(cast.alice)
    url = f"/{zone.code}/api/v1/projects"
    assert client.get(url).status_code == 200
    assert client.get(url, headers={"Authorization": "Bearer zw_wrong"}).status_code == 401


def test_who_must_do_something_on_the_pages_first_is_told_so(cast, zone, call):
    caller = call(cast.alice)
    zone.second_step_roles = ["officer"]
    zone.save()
    # Whoever made the token was past the second step.
    assert caller.get("projects").status_code == 200
    cast.alice.one_time_until = now()
    cast.alice.save()
    refused = caller.get("projects")
    assert (refused.status_code, refused.json()["code"]) == (403, "pages_first")


# -- lists -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_list_is_read_page_by_page_in_every_order(cast, make, call, ledger):
    make(ledger.slug, n=7)
    caller = call(cast.administrator)
    whole = caller.get(ledger.slug, {"limit": 200, "count": "true"}).json()
    numbers = sorted(row["id"] for row in whole["results"])
    assert whole["count"] == len(numbers) >= 7
    assert whole["next"] is None
    for order in _orders(caller, ledger):
        found, address = [], f"/{caller.code}/api/v1/{ledger.slug}?limit=3&order={order}"
        while address:
            page = caller.get(address)
            assert page.status_code == 200, (order, page.content)
            assert len(page.json()["results"]) <= 3
            found += [row["id"] for row in page.json()["results"]]
            address = page.json()["next"]
        at_once = [
            row["id"] for row in caller.get(ledger.slug, {"limit": 200, "order": order}).json()["results"]
        ]
        assert found == at_once, order
        assert sorted(found) == numbers, order


def _orders(caller, ledger):
    wrong = caller.get(ledger.slug, {"order": "nonsense"})
    assert wrong.status_code == 400
    offered = wrong.json()["errors"][0]["message"].removeprefix("Send one of: ").rstrip(".")
    return offered.split(", ")


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_longer_list_costs_no_more_at_any_depth(cast, make, call, ledger):
    caller = call(cast.administrator)
    first = ledger.bound_columns()[0]
    queries = [
        {"limit": 5},
        {"limit": 5, "as_of": "2024-06-30", "known_at": "2100-01-01"},
        {"limit": 5, "q": "1"},
    ]
    if first.sort:
        queries.append({"limit": 5, "order": first.key})
    costs: dict[str, list[int]] = {}
    for extra in (12, 24):
        rows = make(ledger.slug, n=extra)
        for query in queries:
            caller.get(ledger.slug, query)
            costs.setdefault(str(query), []).append(_cost(caller, ledger.slug, query))
        caller.get(f"{ledger.slug}/{rows[0].pk}")  # what is looked up once for all, such as the kinds of rows
        costs.setdefault("row", []).append(_cost(caller, f"{ledger.slug}/{rows[0].pk}", {}))
    deep = caller.get(ledger.slug, {"limit": 5}).json()["next"]
    while following := caller.get(deep).json()["next"]:
        deep = following
    with CaptureQueriesContext(connection) as found:
        assert caller.get(deep).status_code == 200
    assert len(found) <= costs[str(queries[0])][0]
    assert not any("OFFSET" in query["sql"] for query in found)
    assert all(few == many for few, many in costs.values()), costs


def _cost(caller, path, query):
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(path, query).status_code == 200
    return len(queries)


@pytest.mark.parametrize("face", FACES)
def test_more_facts_cost_no_more_queries(cast, make, call, face):
    caller = call(cast.administrator)
    costs = []
    for _round in range(2):
        for _each in range(6):
            fact = _fact_of(face, make)
        caller.get(f"facts/{face.slug}")
        costs.append(
            (_cost(caller, f"facts/{face.slug}", {}), _cost(caller, f"facts/{face.slug}/{fact.pk}", {}))
        )
    assert costs[0] == costs[1]


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "9" * 30},
        {"limit": "x"},
        {"limit": "²"},
        {"offset": "10"},
        {"page": "2"},
        {"cursor": "x"},
        {"cursor": "W10:abc:def"},
        {"count": "yes"},
        {"order": "-nonsense"},
        {"q": "\x00"},
        {"q": "x" * 101},
        {"as_of": "2024-13-01"},
        {"known_at": "soon"},
    ],
    ids=str,
)
def test_what_a_query_cannot_ask_is_refused_by_name(cast, call, ledger, query):
    response = call(cast.alice).get(ledger.slug, query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 400
    assert next(iter(query)) in str(problem), problem


@pytest.mark.parametrize("ledger", LEDGERS)
def test_a_number_that_no_row_has_is_not_found(cast, call, ledger):
    caller = call(cast.administrator)
    for number in ("0", "9" * 18, "9" * 19, "9" * 400, "-1", "x", "1.0"):
        response = caller.get(f"{ledger.slug}/{number}")
        assert response.status_code == 404, number
        assert response["Content-Type"] == "application/problem+json"


def test_a_cursor_holds_for_its_own_list_and_order_only(cast, zone, call, make):
    make("projects", n=3)
    make("organizations", n=3)
    caller = call(cast.alice)
    cursor = (
        caller.get("projects", {"limit": 1}).wsgi_request
        and caller.get("projects", {"limit": 1}).json()["next"]
    )
    token = cursor.partition("cursor=")[2].replace("%3A", ":")
    assert caller.get("projects", {"cursor": token}).status_code == 200
    assert caller.get("projects", {"cursor": token, "order": "name"}).status_code == 400
    assert caller.get("organizations", {"cursor": token}).status_code == 400


# -- one row -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ledger", LEDGERS)
def test_what_is_unchanged_is_not_sent_again(cast, make, call, ledger):
    row = make(ledger.slug)[0]
    caller = call(cast.alice)
    for path in (ledger.slug, f"{ledger.slug}/{row.pk}"):
        first = caller.get(path)
        again = caller.get(path, If_None_Match=first["ETag"])
        assert again.status_code == 304
        assert again["ETag"] == first["ETag"]
        assert not again.content
        assert caller.get(path, If_None_Match='"other"').status_code == 200
        in_chinese = caller_for(cast.alice, row.zone, language="zh-hans").get(
            path, If_None_Match=first["ETag"]
        )
        assert in_chinese.status_code in (200, 304)


def test_a_project_is_told_with_its_facts_as_of_a_day_and_as_known(cast, zone, call):
    project = make_project(zone, name="硅片项目", unit=Membership.objects.get(user=cast.alice).unit)
    step = make_step(project, "signed", date(2023, 5, 1), date(2023, 5, 10), actor=cast.alice, note="早报")
    make_figure(
        project, "planned_total", 2_000_000_000, day=date(2024, 1, 8), qualifier="near", wording="近20亿元"
    )
    caller = call(cast.alice)

    told = caller.get(f"projects/{project.pk}").json()
    assert told["fields"]["name"] == "硅片项目"
    assert told["fields"]["unit"]["label"] == "招商一队"
    assert told["shown"]["stage"] == "signed"
    assert told["values"]["stage"] == "signed"
    assert told["values"]["stage_since"] == {"earliest": "2023-05-01", "latest": "2023-05-10"}
    total = {"value": 2_000_000_000, "unit": "CNY", "qualifier": "near", "per_year": False}
    assert told["values"]["planned_total"] == total
    signed, figure = told["facts"]
    assert (signed["id"], signed["when"], signed["is_uncertain"]) == (
        step.pk,
        "2023-05-01..2023-05-10",
        False,
    )
    assert (signed["recorded_by"]["label"], signed["note"]) == ("Alice", "早报")
    values = figure["values"]
    assert (values["value"], values["unit"], values["qualifier"]) == (2_000_000_000, "CNY", "near")
    assert values["wording"] == "近20亿元"

    straddled = caller.get(f"projects/{project.pk}", {"as_of": "2023-05-05"}).json()
    assert [(fact["face"], fact["is_uncertain"]) for fact in straddled["facts"]] == [("project-steps", True)]
    assert straddled["values"]["planned_total"] is None
    assert caller.get(f"projects/{project.pk}", {"known_at": "2020-01-01"}).status_code == 404
    at = now().isoformat()
    assert caller.get(f"projects/{project.pk}", {"known_at": at}).status_code == 200


def test_a_changed_field_is_told_as_it_was_known_then(cast, zone, call):
    parent, other = make_organization(zone, name="甲集团"), make_organization(zone, name="乙集团")
    row = make_organization(zone, name="丙公司", parent=parent, is_local=None)
    before = now()
    caller = call(cast.administrator)
    from zoneworks.kit.audit import record, snapshot

    said = snapshot(row)
    row.parent, row.is_local, row.kind = other, True, "investor"
    row.save()
    record(cast.alice, "change", row, before=said, after=snapshot(row))

    now_told = caller.get(f"organizations/{row.pk}").json()["fields"]
    assert (now_told["parent"]["id"], now_told["is_local"], now_told["kind"]) == (other.pk, True, "investor")
    then = caller.get(f"organizations/{row.pk}", {"known_at": before.isoformat()}).json()["fields"]
    assert then["parent"] == {"id": None, "label": "甲集团"}
    assert (then["is_local"], then["kind"]) == (None, "enterprise")
    history = caller.get(f"organizations/{row.pk}/history").json()["results"]
    assert history[0]["by"]["label"] == "Alice"
    assert {line["field"]: (line["before"], line["after"]) for line in history[0]["fields"]}["parent"] == (
        "甲集团",
        "乙集团",
    )


def test_a_corrected_fact_is_told_with_both_versions(cast, zone, call):
    from zoneworks.kit import recording
    from zoneworks.kit.faces import copied

    project = make_project(zone)
    first = make_figure(project, value=100)
    between = now()
    second = copied(first)
    second.value = 120
    recording.correct(first, second, actor=None)
    caller = call(cast.leader)

    told = caller.get(f"facts/project-figures/{first.pk}").json()
    assert [version["values"]["value"] for version in told["versions"]] == [120, 100]
    assert told["versions"][0]["corrects"] == first.pk
    current = caller.get("facts/project-figures", {"about": project.pk}).json()["results"]
    assert [fact["id"] for fact in current] == [second.pk]
    every = caller.get("facts/project-figures", {"about": project.pk, "versions": "all"}).json()["results"]
    assert [fact["id"] for fact in every] == [first.pk, second.pk]
    then = caller.get("facts/project-figures", {"known_at": between.isoformat()}).json()["results"]
    assert [fact["id"] for fact in then] == [first.pk]


def test_facts_are_narrowed_by_subject_kind_level_and_days(cast, zone, call):
    project, other = make_project(zone), make_project(zone)
    press = make_step(project, "in_talks", date(2023, 1, 1), asserted_by="press")
    zone_said = make_step(project, "signed", date(2023, 5, 1), date(2023, 5, 10), asserted_by="zone")
    make_step(other, "signed", date(2024, 5, 1))
    caller = call(cast.alice)

    def found(**query):
        return [fact["id"] for fact in caller.get("facts/project-steps", query).json()["results"]]

    assert found(about=project.pk) == [press.pk, zone_said.pk]
    assert found(about=project.pk, kind="signed") == [zone_said.pk]
    assert found(basis="zone") == [zone_said.pk]
    assert found(**{"from": "2023-05-10", "to": "2023-12-31"}) == [zone_said.pk]
    assert found(**{"from": "2023-05-11", "to": "2023-12-31"}) == []
    assert caller.get("facts/project-steps", {"about": "x"}).status_code == 400
    assert caller.get("facts/project-steps", {"basis": "hearsay"}).status_code == 400


def test_filters_and_search_are_those_of_the_list(cast, zone, call):
    near, far = (
        make_organization(zone, name="近处公司", is_local=True),
        make_organization(zone, name="远方公司"),
    )
    child = make_organization(zone, name="子公司", parent=near)
    caller = call(cast.alice)

    def found(**query):
        return [row["id"] for row in caller.get("organizations", query).json()["results"]]

    assert found(is_local="yes") == [near.pk]
    assert found(q="远方") == [far.pk]
    assert found(parent=near.pk) == [child.pk]
    assert found(parent="近处公司") == [child.pk]
    assert caller.get("organizations", {"is_local": "perhaps"}).status_code == 400
    assert caller.get("organizations", {"is_listed": "perhaps"}).status_code == 400
    assert caller.get("organizations", {"parent": "没有的公司"}).status_code == 400
    assert Organization.objects.count() == 3


def test_many_requests_of_one_token_have_to_wait(cast, zone, call, settings):
    settings.API_RATE = "3/min"
    caller, other = call(cast.alice), call(cast.bob)
    assert [caller.get("").status_code for _each in range(4)] == [200, 200, 200, 429]
    refused = caller.get("")
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["code"] == "throttled"
    assert other.get("").status_code == 200


def test_messages_come_in_the_language_that_is_asked_for(cast, zone):
    english = caller_for(cast.alice, zone).get("projects", {"limit": "0"}).json()
    chinese = caller_for(cast.alice, zone, language="zh-hans").get("projects", {"limit": "0"}).json()
    assert english["title"] == "The request cannot be read"
    assert chinese["title"] == "请求无法读取"


def test_other_methods_are_refused_with_those_that_are_taken(cast, zone, call, make):
    row = make("projects")[0]
    caller = call(cast.alice)
    for path in ("projects", f"projects/{row.pk}", "facts/project-steps", ""):
        for method in ("DELETE", "PUT", "OPTIONS", "TRACE"):
            response = caller.ask(method, path)
            assert response.status_code == 405, (method, path)
            assert "GET" in response["Allow"]
            assert response["Content-Type"] == "application/problem+json"
    assert caller.ask("TRACE", "projects", query={"known_at": "soon"}).status_code == 405
    assert caller.ask("HEAD", "projects").status_code == 200
