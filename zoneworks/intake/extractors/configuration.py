"""The endpoint that was configured: where it is, which model, what it costs. Off unless address and model are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from zoneworks.intake.extractors.extraction import Prices

NAMES = ("URL", "MODEL", "KEY", "KEY_FILE", "TIMEOUT", "PRICE_IN", "PRICE_OUT", "CURRENCY", "PLAIN")
"""The settings, each behind `ZONEWORKS_EXTRACTOR_`."""
PREFIX = "ZONEWORKS_EXTRACTOR_"
_LONGEST_WAIT = 600
_YES = frozenset({"1", "true", "yes", "on"})


class ConfigurationError(ValueError):
    """A setting of the endpoint is wrong; the message names it, and never holds the key."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, whom, with which key, how long to wait for one answer, and what it costs."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 60.0
    prices: Prices | None = None

    @property
    def host(self) -> str:
        """Return the host that texts go to."""
        return urlsplit(self.url).netloc

    @property
    def is_here(self) -> bool:
        """Tell whether texts stay on this machine."""
        return _is_loopback(urlsplit(self.url).hostname or "")


def configured(said: Mapping[str, str]) -> Endpoint | None:
    """Return the endpoint that settings describe; None while address or model are not set.

    >>> configured({"URL": "https://models.example/v1", "MODEL": ""})
    >>> configured({"URL": "https://models.example/v1/", "MODEL": "m", "KEY": "secret"})
    Endpoint(url='https://models.example/v1', model='m', timeout=60.0, prices=None)
    """
    given = {name: said.get(name, "").strip() for name in NAMES}
    if not given["URL"] or not given["MODEL"]:
        return None
    return Endpoint(
        _address(given["URL"], given["PLAIN"].lower() in _YES),
        given["MODEL"],
        _key(given),
        _timeout(given["TIMEOUT"]),
        _prices(given),
    )


def _refuse(name: str, words: str) -> ConfigurationError:
    return ConfigurationError(f"{PREFIX}{name}: {words}")


def _address(url: str, may_be_plain: bool) -> str:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _refuse("URL", _("This is no address.")) from None
    if parts.scheme not in ("http", "https") or not host or any(sign.isspace() for sign in url):
        raise _refuse("URL", _("An address begins with https:// and names a host."))
    if parts.username is not None or parts.query or parts.fragment:
        raise _refuse(
            "URL", _("The address holds no name, password, ? or #; the key has a setting of its own.")
        )
    if parts.scheme == "http" and not _is_loopback(host) and not may_be_plain:
        said = _(
            "Texts and key would travel in the open. Use https://, or set %(name)s=1 within a closed network."
        )
        raise _refuse("URL", said % {"name": f"{PREFIX}PLAIN"})
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _key(given: Mapping[str, str]) -> str:
    key, file = given["KEY"], given["KEY_FILE"]
    if not key and file:
        try:
            key = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise _refuse("KEY_FILE", _("The file cannot be read.")) from None
    if not key.isascii() or any(sign.isspace() or not sign.isprintable() for sign in key):
        raise _refuse(
            "KEY_FILE" if not given["KEY"] else "KEY", _("A key is one word of plain letters and digits.")
        )
    return key


def _number(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= 10**6:
        raise _refuse(name, _("This is no number that is meant here."))
    return value


def _timeout(text: str) -> float:
    seconds = float(_number("TIMEOUT", text or "60"))
    if not 0 < seconds <= _LONGEST_WAIT:
        raise _refuse("TIMEOUT", _("From 1 to 600 seconds."))
    return seconds


def _prices(given: Mapping[str, str]) -> Prices | None:
    if not given["PRICE_IN"] and not given["PRICE_OUT"]:
        return None
    return Prices(
        _number("PRICE_IN", given["PRICE_IN"] or "0"),
        _number("PRICE_OUT", given["PRICE_OUT"] or "0"),
        (given["CURRENCY"] or "CNY")[:8],
    )
