"""The document of the API tells every address as it is: whatever it allows is answered as it says."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from zoneworks.doors import tokens
from zoneworks.kit.registry import ledgers
from zoneworks.site.tests.addresses import every_address
from zoneworks.site.wsgi import application

pytestmark = pytest.mark.django_db
PARTS, EXAMPLES = 4, 3


@pytest.fixture
def document(cast, zone, call):
    return call(cast.administrator).get("openapi.json").json()


@pytest.fixture
def held_open():
    """Keep the connection of the test, which the end of a request would close, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def filled(make, held_open):
    """Rows in every ledger, so that there is something to tell."""
    for ledger in ledgers:
        make(ledger.slug)


@pytest.fixture
def headers(cast, zone):
    _token, text = tokens.make(cast.administrator, zone, name="x", may_write=True, days=7)
    return {"Authorization": f"Bearer {text}", "Accept-Language": "en", "Host": "testserver"}


def test_every_address_is_told_with_its_methods(document, zone):
    told = {operation["operationId"].partition("-")[2] for item in document["paths"].values()
            for method, operation in item.items() if method != "parameters"}  # fmt: skip
    names = {
        address.name.removeprefix("api:") for address in every_address() if address.name.startswith("api:")
    }

    assert {name.split(".")[0] for name in told} == names


def test_it_tells_only_what_the_person_may_open(cast, zone, call):
    paths = call(cast.enterprise).get("openapi.json").json()["paths"]

    assert "/organizations" in paths
    assert not [path for path in paths if path.startswith("/measures")]


def test_it_speaks_the_language_that_is_asked_for(cast, zone, call):
    told = call(cast.administrator, language="zh-hans").get("openapi.json").json()

    body = told["paths"]["/projects"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["name"]["title"] == "项目"


@pytest.mark.parametrize(
    ("path", "needs"), [("/projects", ["name"]), ("/facts/project-steps", ["about", "kind", "when"])]
)
def test_what_must_be_sent_is_named_and_nothing_else_is_taken(document, path, needs):
    body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert set(needs) <= set(body["required"])
    assert body["additionalProperties"] is False


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_sent_by_the_document_is_answered_by_the_document(filled, headers, zone, mode, part):
    """Requests are made up from the document, right ones and wrong ones; each answer is held against it."""
    address = f"/{zone.code}/api/v1/openapi.json"
    schema = schemathesis.openapi.from_wsgi(address, application, headers=headers)
    operations = sorted((found.ok() for found in schema.get_all_operations()), key=lambda one: one.label)
    for operation in operations[part::PARTS]:
        if mode is GenerationMode.NEGATIVE and operation.method != "post" and not operation.query:
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def ask(case):
            case.call_and_validate(headers=headers)

        ask()
