"""The settings of the endpoint: off unless set, and refused in words where something would leak."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zoneworks.intake.extractors.configuration import ConfigurationError, configured

GOOD = {"URL": "https://models.example/v1", "MODEL": "m", "KEY": "secret-word"}


@pytest.mark.parametrize("missing", ["URL", "MODEL"])
def test_it_is_off_unless_address_and_model_are_set(missing):
    assert configured({**GOOD, missing: " "}) is None
    assert configured(GOOD).model == "m"


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("https://models.example/v1", False),
        ("http://127.0.0.1:8000/v1/", True),
        ("http://[::1]:8000/v1", True),
        ("http://localhost:11434/v1", True),
    ],
)
def test_https_or_this_machine(url, is_here):
    endpoint = configured({**GOOD, "URL": url})
    assert (endpoint.is_here, endpoint.url) == (is_here, url.rstrip("/"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"URL": "http://models.example/v1"},
        {"URL": "http://127.0.0.1.example/v1"},
        {"URL": "ftp://models.example"},
        {"URL": "models.example"},
        {"URL": "https://a" + ":b@models.example/v1"},
        {"URL": "https://models.example/v1?key=1"},
        {"URL": "https://models.example:99999/v1"},
        {"URL": "https://models.example/v1\r\nX: y"},
        {"KEY": "two words"},
        {"KEY": "secret-word\nHost: x"},
        {"KEY": "", "KEY_FILE": "/nowhere/at/all"},
        {"TIMEOUT": "0"},
        {"TIMEOUT": "an hour"},
        {"TIMEOUT": "3600"},
        {"PRICE_IN": "-1"},
        {"PRICE_OUT": "NaN"},
    ],
)
def test_what_is_wrong_is_told_by_its_name_and_without_the_key(wrong):
    with pytest.raises(ConfigurationError) as told:
        configured({**GOOD, **wrong})
    assert str(told.value).startswith("ZONEWORKS_EXTRACTOR_")
    assert any(f"_{name}:" in str(told.value) for name in wrong)
    assert "secret-word" not in str(told.value)


def test_a_closed_network_may_be_plain_when_somebody_says_so():
    assert configured({**GOOD, "URL": "http://models.example/v1", "PLAIN": "1"}).host == "models.example"


def test_the_key_may_lie_in_a_file(tmp_path):
    (tmp_path / "key").write_text("from-file\n")
    assert configured({**GOOD, "KEY": "", "KEY_FILE": str(tmp_path / "key")}).key == "from-file"


def test_prices():
    assert configured(GOOD).prices is None
    prices = configured({**GOOD, "PRICE_IN": "2", "PRICE_OUT": "8", "CURRENCY": "USD"}).prices
    assert (prices.of(1_000_000, 500_000), prices.currency) == (Decimal(6), "USD")
