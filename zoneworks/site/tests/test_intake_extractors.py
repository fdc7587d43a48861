"""`zoneworks intake --extractor`: the rules, the endpoint, or both beside each other."""

from __future__ import annotations

import json

import pytest

from zoneworks.intake.tests.stub import Reply, says, stub
from zoneworks.site.tests.test_intake_command import page, printed  # noqa: F401

ZONE = {"quote": "南湾开发区在三号码头", "name": "南湾开发区", "kind": "zone"}
CLAIM = {"quote": "36人参加", "indicator": "参加", "value": "36", "unit": "人"}
MADE_UP = {"quote": "月球基地", "name": "月球基地", "kind": "zone"}


@pytest.fixture
def server(settings):
    with stub() as told:
        settings.EXTRACTOR = {"URL": told.url, "MODEL": "stub", "PRICE_IN": "2", "PRICE_OUT": "8"}
        told.answers(says({"organizations": [ZONE, MADE_UP], "claims": [CLAIM]}))
        yield told


def test_the_rules_ask_nobody(page, server):  # noqa: F811
    documents = json.loads(printed(page, "--json")[0])["documents"]
    assert documents == json.loads(printed(page, "--json", "--extractor", "rules")[0])["documents"]
    assert (server.asked, "extractor" in documents[0]) == ([], False)


def test_the_endpoint_alone(page, server):  # noqa: F811
    [document] = json.loads(printed(page, "--json", "--extractor", "endpoint")[0])["documents"]
    assert [each["name"] for each in document["articles"][0]["organizations"]] == ["南湾开发区"]
    assert (document["model"], document["usage"]["cost"]) == ("stub-1", "0.0036")
    assert [each["why"] for each in document["dropped"]] == ["quote"]


def test_both_beside_each_other(page, server):  # noqa: F811
    [document] = json.loads(printed(page, "--json", "--extractor", "both")[0])["documents"]
    counts = document["comparison"]["counts"]
    assert (counts["organizations"]["agree"], counts["engagements"]["one"]) == (1, 1)
    assert [each["kind"] for each in document["articles"][0]["engagements"]] == ["drill"]
    out, _err = printed(page, "--extractor", "both")
    assert "[both] organizations: 南湾开发区" in out
    assert "[only the rules] engagements: drill" in out
    assert "0.0036 CNY" in out
    assert "left out: organizations 月球基地: its quote is not in the text" in out


def test_an_endpoint_that_fails_is_told(page, server):  # noqa: F811
    server.answers(Reply(401))
    out, _err = printed(page, "--extractor", "endpoint")
    assert "not read: article 1: The endpoint refuses the key. (HTTP 401)" in out


@pytest.mark.parametrize("extractor", ["endpoint", "both"])
def test_without_settings_it_says_which_to_set(page, settings, extractor):  # noqa: F811
    settings.EXTRACTOR = {}
    out, err = printed(page, "--extractor", extractor)
    assert (out, "ZONEWORKS_EXTRACTOR_URL" in err) == ("", True)
